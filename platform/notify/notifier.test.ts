import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTestPlatform } from '../../test/support/platform.ts';
import type { Client, TestPlatform } from '../../test/support/platform.ts';
import type { Notification } from './port.ts';

interface Received {
  readonly path: string;
  readonly body: Record<string, unknown>;
}

let platform: TestPlatform;
let admin: Client;
let officer: Client;
let robot: Server;
let robotUrl: string;
let mail: SMTPServer;
const received: Received[] = [];
const mails: { from: string; to: string[]; text: string; user: unknown }[] = [];
let answer = { status: 200, body: '{"errcode":0,"code":0}' };

beforeAll(async () => {
  robot = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
    request.on('end', () => {
      received.push({ path: request.url ?? '', body: JSON.parse(text) as Record<string, unknown> });
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
    });
  });
  mail = new SMTPServer({
    hideSTARTTLS: true,
    allowInsecureAuth: true,
    onAuth: (auth, _session, done) =>
      auth.password === 'app-code' ? done(null, { user: auth.username }) : done(new Error('bad password')),
    onData(stream, session, done) {
      let text = '';
      stream.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        mails.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map((one) => one.address),
          text,
          user: session.user,
        });
        done();
      });
    },
  });
  await new Promise<void>((resolve) => {
    robot.listen(0, '127.0.0.1', resolve);
  });
  await new Promise<void>((resolve) => {
    mail.listen(0, '127.0.0.1', resolve);
  });
  const port = (server: { address(): unknown }): number => (server.address() as { port: number }).port;
  robotUrl = `http://127.0.0.1:${port(robot)}`;
  platform = await openTestPlatform({
    config: {
      webhooks: { allow: ['127.0.0.1'] },
      smtp: {
        host: '127.0.0.1',
        port: port(mail.server),
        security: 'none',
        user: 'soc',
        password: 'app-code',
        from: '杏林 <soc@example.org>',
      },
    },
  });
  await platform.provision([
    { username: 'admin', name: '系统管理员', tenant: '', roles: ['system-admin'] },
    { username: 'officer', name: '安全员', tenant: 'cn.a.h1', roles: ['officer'] },
    { username: 'viewer', name: '查看', tenant: 'cn.a.h1', roles: ['viewer'] },
    { username: 'engineer', name: '工程师', tenant: 'cn.vendor', roles: ['engineer'], assigned: ['cn.a.h1'] },
    { username: 'parent', name: '监管员', tenant: 'cn.a', roles: ['supervisor'] },
  ]);
  admin = await platform.signIn('admin');
  officer = await platform.signIn('officer');
});
afterAll(async () => {
  await platform.close();
  robot.close();
  await new Promise<void>((resolve) => mail.close(resolve));
});
beforeEach(async () => {
  received.length = 0;
  mails.length = 0;
  answer = { status: 200, body: '{"errcode":0,"code":0}' };
  await platform.state.owner.deleteFrom('notify_channel').execute();
  await platform.state.owner.deleteFrom('notify_inbox').execute();
});

const notice = (more: Partial<Notification> = {}): Notification => ({
  kind: 'notice.issued',
  tenant: 'cn.a.h1',
  title: '通报〔2026〕1号',
  text: '请签收',
  link: '/notices/1',
  severity: 'warning',
  ...more,
});
const addChannel = async (body: Record<string, unknown>): Promise<string> => {
  const response = await admin.call('POST', '/channels', { name: '通道', tenant: 'cn.a.h1', ...body });
  if (response.status !== 201) throw new Error(await response.text());
  return ((await response.json()) as { id: string }).id;
};

describe('the inbox', () => {
  it('reaches everyone of the institution and engineers assigned to it, or only the roles named', async () => {
    const signals: unknown[] = [];
    const stop = platform.bus.subscribe('inbox', (signal) => signals.push(signal.data));
    await platform.notify.send(notice());
    await platform.notify.send(notice({ title: '仅安全员', roles: ['officer'] }));
    const titles = async (name: string): Promise<string[]> =>
      (await (await platform.signIn(name)).get<{ items: { title: string }[] }>('/inbox')).items.map(
        (item) => item.title,
      );
    expect(await titles('officer')).toEqual(['仅安全员', '通报〔2026〕1号']);
    expect(await titles('viewer')).toEqual(['通报〔2026〕1号']);
    expect(await titles('engineer')).toEqual(['通报〔2026〕1号']);
    expect(await titles('parent')).toEqual([]);
    expect(signals).toHaveLength(4);
    stop();
  });

  it('counts what is unread and marks only the own messages', async () => {
    await platform.notify.send(notice());
    await platform.notify.send(notice({ title: '第二条' }));
    const box = await officer.get<{ items: { id: string }[]; unread: number }>('/inbox?limit=1');
    expect([box.items.length, box.unread]).toEqual([1, 2]);
    const viewer = await platform.signIn('viewer');
    expect(await (await viewer.call('POST', '/inbox/read', { ids: box.items.map((item) => item.id) })).json()).toEqual({
      changed: 0,
    });
    expect(await (await officer.call('POST', '/inbox/read', { ids: box.items.map((item) => item.id) })).json()).toEqual(
      { changed: 1 },
    );
    expect(await (await officer.call('POST', '/inbox/read', {})).json()).toEqual({ changed: 1 });
    expect((await officer.get<{ unread: number; total: number }>('/inbox?unread=true')).total).toBe(0);
  });

  it('gets one message per key and day', async () => {
    await platform.notify.send(notice({ dedupKey: 'due-1' }));
    await Promise.all([
      platform.notify.send(notice({ dedupKey: 'due-1' })),
      platform.notify.send(notice({ dedupKey: 'due-2' })),
    ]);
    const count = async (): Promise<number> => (await officer.get<{ total: number }>('/inbox')).total;
    expect(await count()).toBe(2);
    platform.clock.advance(86_400_001);
    officer = await platform.signIn('officer');
    admin = await platform.signIn('admin');
    await platform.notify.send(notice({ dedupKey: 'due-1' }));
    expect(await count()).toBe(3);
  });
});

describe('channels', () => {
  it('deliver by DingTalk, WeCom, Feishu, JSON and mail', async () => {
    await addChannel({
      name: '钉钉',
      kind: 'dingtalk',
      url: `${robotUrl}/robot/send?access_token=t0ken`,
      secret: 'SEC1',
    });
    await addChannel({ name: '企业微信', kind: 'wecom', url: `${robotUrl}/cgi-bin/webhook/send?key=k3y` });
    await addChannel({ name: '飞书', kind: 'feishu', url: `${robotUrl}/open-apis/bot/v2/hook/h00k`, secret: 'fs' });
    await addChannel({ name: '平台', kind: 'webhook', url: `${robotUrl}/any` });
    await addChannel({ name: '邮件', kind: 'email', to: ['security@h1.example', 'it@h1.example'] });
    await platform.notify.send(notice());
    expect(await platform.notify.drain()).toBe(5);
    expect(received.map((one) => one.path.split('?')[0] ?? '').toSorted()).toEqual([
      '/any',
      '/cgi-bin/webhook/send',
      '/open-apis/bot/v2/hook/h00k',
      '/robot/send',
    ]);
    const ding = new URL(received.find((one) => one.path.startsWith('/robot'))?.path ?? '', robotUrl);
    const timestamp = ding.searchParams.get('timestamp') ?? '';
    expect(ding.searchParams.get('sign')).toBe(
      createHmac('sha256', 'SEC1').update(`${timestamp}\nSEC1`).digest('base64'),
    );
    expect(received.find((one) => one.path.includes('h00k'))?.body.sign).toBe(
      createHmac('sha256', `${Math.floor(platform.clock().getTime() / 1000)}\nfs`).digest('base64'),
    );
    expect(mails).toHaveLength(1);
    expect(mails[0]).toMatchObject({
      from: 'soc@example.org',
      to: ['security@h1.example', 'it@h1.example'],
      user: 'soc',
    });
    expect(mails[0]?.text).toContain('http://127.0.0.1:8600/notices/1');
    const stored = JSON.stringify(await platform.state.owner.selectFrom('notify_channel').selectAll().execute());
    for (const secret of ['t0ken', 'k3y', 'h00k', 'SEC1']) expect(stored).not.toContain(secret);
    const shown = JSON.stringify(await admin.get('/channels'));
    for (const secret of ['t0ken', 'k3y', 'SEC1']) expect(shown).not.toContain(secret);
  });

  it('accept only their kinds, severities and institution', async () => {
    await addChannel({ name: 'a', kind: 'webhook', url: `${robotUrl}/notices`, kinds: ['notice'] });
    await addChannel({ name: 'b', kind: 'webhook', url: `${robotUrl}/critical`, minSeverity: 'critical' });
    await addChannel({ name: 'c', kind: 'webhook', url: `${robotUrl}/off`, enabled: false });
    await addChannel({ name: 'd', kind: 'webhook', url: `${robotUrl}/parent`, tenant: 'cn.a' });
    await platform.notify.send(notice());
    await platform.notify.send(notice({ kind: 'noticeboard.changed' }));
    await platform.notify.send(notice({ kind: 'alert.critical', severity: 'critical' }));
    await platform.notify.drain();
    expect(received.map((one) => `${one.path} ${String(one.body.kind)}`).toSorted()).toEqual([
      '/critical alert.critical',
      '/notices notice.issued',
    ]);
  });

  it('retry with growing waits and keep what never arrived', async () => {
    const id = await addChannel({ kind: 'dingtalk', url: `${robotUrl}/x` });
    answer = { status: 200, body: '{"errcode":310000,"errmsg":"sign not match"}' };
    await platform.notify.send(notice());
    expect(await platform.notify.drain()).toBe(1);
    expect(await platform.notify.drain(), 'not due yet').toBe(0);
    platform.clock.advance(10_000);
    answer = { status: 503, body: '' };
    expect(await platform.notify.drain()).toBe(1);
    type Jobs = { items: { status: string; attempts: number; lastError: string }[] };
    expect((await admin.get<Jobs>(`/channels/${id}/deliveries`)).items[0]).toMatchObject({
      status: 'queued',
      attempts: 2,
      lastError: expect.stringContaining('503') as string,
    });
    for (const wait of [30, 120, 600, 1800, 7200, 21_600]) {
      platform.clock.advance(wait * 1000);
      expect(await platform.notify.drain()).toBe(1);
    }
    platform.clock.advance(86_400_000);
    expect(await platform.notify.drain()).toBe(0);
    admin = await platform.signIn('admin');
    expect((await admin.get<Jobs>(`/channels/${id}/deliveries`)).items[0]).toMatchObject({
      status: 'dead',
      attempts: 8,
    });
    officer = await platform.signIn('officer');
  });

  it('take up what a killed process was sending', async () => {
    await addChannel({ kind: 'webhook', url: `${robotUrl}/x` });
    await platform.notify.send(notice());
    // As a process that died in the middle leaves it.
    await platform.state.owner
      .updateTable('notify_job')
      .set({ status: 'sending', next_at: new Date(platform.clock().getTime() + 120_000) })
      .where('status', '=', 'queued')
      .execute();
    expect(await platform.notify.drain()).toBe(0);
    platform.clock.advance(121_000);
    expect(await platform.notify.drain()).toBe(1);
    expect(received).toHaveLength(1);
  });

  it('deliver by themselves once started', async () => {
    await addChannel({ kind: 'webhook', url: `${robotUrl}/x` });
    await platform.notify.start();
    await platform.notify.send(notice());
    await expect.poll(() => received.length).toBe(1);
    await platform.notify.stop();
  });

  it('are tested on demand, and say why not', async () => {
    const id = await addChannel({ kind: 'feishu', url: `${robotUrl}/x` });
    expect(await (await admin.call('POST', `/channels/${id}/test`)).json()).toEqual({ ok: true });
    answer = { status: 200, body: '{"code":19021,"msg":"sign match fail"}' };
    expect(await (await admin.call('POST', `/channels/${id}/test`)).json()).toEqual({
      ok: false,
      error: '对方拒绝了消息：19021 sign match fail',
    });
  });

  it('cannot point into the internal network', async () => {
    for (const url of ['http://10.0.0.1/x', 'http://169.254.169.254/latest', 'http://[::1]/x']) {
      const response = await admin.call('POST', '/channels', { name: 'x', kind: 'webhook', tenant: 'cn.a.h1', url });
      expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([
        422,
        'notify.blocked_address',
      ]);
    }
    expect((await admin.call('POST', '/channels', { name: 'x', kind: 'webhook', tenant: 'cn.a.h1' })).status).toBe(422);
    expect(
      (await officer.call('POST', '/channels', { name: 'x', kind: 'webhook', tenant: 'cn.a.h1', url: `${robotUrl}/x` }))
        .status,
    ).toBe(403);
  });

  it('keep address and secret when a change does not name them', async () => {
    const id = await addChannel({ name: 'n', kind: 'dingtalk', url: `${robotUrl}/x`, secret: 'SEC' });
    expect((await admin.call('PUT', `/channels/${id}`, { name: '改名' })).status).toBe(204);
    await platform.notify.send(notice());
    await platform.notify.drain();
    expect(received[0]?.path).toMatch(/^\/x\?timestamp=\d+&sign=/);
    const audits = await platform.state.owner
      .selectFrom('audit_log')
      .select(['action', 'before', 'after'])
      .where('object_id', '=', id)
      .execute();
    expect(audits.map((row) => row.action)).toEqual(['channel.create', 'channel.update']);
    expect(JSON.stringify(audits)).not.toContain('SEC"');
    expect((await admin.call('DELETE', `/channels/${id}`)).status).toBe(204);
    expect((await admin.call('DELETE', `/channels/${id}`)).status).toBe(404);
  });
});

describe('sweep()', () => {
  it('forgets old messages only', async () => {
    await platform.notify.send(notice());
    platform.clock.advance(181 * 86_400_000);
    await platform.notify.send(notice({ title: '新' }));
    await platform.notify.sweep();
    const rows = await platform.state.owner.selectFrom('notify_inbox').select('title').distinct().execute();
    expect(rows).toEqual([{ title: '新' }]);
  });
});
