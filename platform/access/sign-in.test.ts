import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PASSWORD, openTestPlatform } from '../../test/support/platform.ts';
import type { Client, TestPlatform } from '../../test/support/platform.ts';
import { totpCode } from './totp.ts';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await openTestPlatform();
  await platform.provision([
    { username: 'officer', name: '安全员', tenant: 'cn.a.h1', roles: ['officer'] },
    { username: 'locked', name: '被锁', tenant: 'cn.a.h1', roles: ['viewer'] },
    { username: 'phone', name: '动态口令', tenant: 'cn.a.h1', roles: ['officer'] },
    { username: 'fresh', name: '新人', tenant: 'cn.a.h1', roles: ['viewer'], mustChangePassword: true },
    { username: 'engineer', name: '工程师', tenant: 'cn.vendor', roles: ['engineer'], assigned: ['cn.a.h1'] },
    { username: 'admin', name: '系统管理员', tenant: '', roles: ['system-admin'] },
    { username: 'auditor', name: '审计员', tenant: '', roles: ['auditor'] },
  ]);
});
afterAll(() => platform.close());

async function attempt(
  username: string,
  password: string,
  totp?: string,
): Promise<{ status: number; code: string | undefined }> {
  const response = await platform
    .anonymous()
    .call('POST', '/session', { username, password, ...(totp === undefined ? {} : { totp }) });
  const body = (await response.json()) as { code?: string };
  // Time passes between people's attempts, so the per-address limit stays out of the way.
  platform.clock.advance(61_000);
  return { status: response.status, code: body.code };
}

describe('POST /session', () => {
  it('gives an HttpOnly strict cookie, the actor and the CSRF token', async () => {
    const response = await platform.anonymous().call('POST', '/session', { username: ' Officer ', password: PASSWORD });
    expect(response.status).toBe(200);
    expect(response.headers.get('set-cookie')).toMatch(
      /^xinglin_session=xls_[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    const body = (await response.json()) as { actor: { scopes: string[]; roles: string[] }; csrf: string };
    expect(body.actor).toMatchObject({ scopes: ['cn.a.h1'], roles: ['officer'], tenant: 'cn.a.h1' });
    expect(body.csrf.length).toBeGreaterThan(30);
    expect(JSON.stringify(body)).not.toContain('argon2');
  });

  it('says the same for a wrong password and for a name that does not exist, and locks both alike', async () => {
    for (const username of ['locked', 'nobody-here']) {
      for (let i = 0; i < 5; i += 1)
        expect(await attempt(username, 'wrong')).toEqual({ status: 401, code: 'access.bad_credentials' });
      platform.clock.advance(-61_000);
      // Right password or not: a locked name does not tell.
      expect(await attempt(username, PASSWORD)).toEqual({ status: 423, code: 'access.locked' });
    }
  });

  it('doubles the lock with every further failure and forgets it after a success', async () => {
    await platform.state.owner.deleteFrom('access_attempt').execute();
    const until = async (): Promise<number> => {
      const row = await platform.state.owner
        .selectFrom('access_attempt')
        .select(['locked_until', 'last_failure'])
        .executeTakeFirstOrThrow();
      return ((row.locked_until?.getTime() ?? 0) - row.last_failure.getTime()) / 60_000;
    };
    for (let i = 0; i < 5; i += 1) await attempt('locked', 'wrong');
    expect(await until()).toBe(1);
    platform.clock.advance(3_600_000);
    await attempt('locked', 'wrong');
    expect(await until()).toBe(2);
    platform.clock.advance(3_600_000);
    await attempt('locked', 'wrong');
    expect(await until()).toBe(4);
    platform.clock.advance(3_600_000);
    expect((await attempt('locked', PASSWORD)).status).toBe(200);
    expect(await platform.state.owner.selectFrom('access_attempt').selectAll().execute()).toEqual([]);
  });

  it('limits the tries of one address whatever the names', async () => {
    const other = await openTestPlatform();
    try {
      const codes: number[] = [];
      for (let i = 0; i < 31; i += 1) {
        const response = await other.anonymous().call('POST', '/session', { username: `name-${i}`, password: 'x' });
        codes.push(response.status);
      }
      expect(codes.slice(0, 30).every((status) => status === 401)).toBe(true);
      expect(codes[30]).toBe(429);
    } finally {
      await other.close();
    }
  });

  it('refuses a sign-in that another site started', async () => {
    const sites: Record<string, string>[] = [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
    ];
    for (const headers of sites) {
      const response = await platform
        .anonymous()
        .call('POST', '/session', { username: 'officer', password: PASSWORD }, headers);
      expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([403, 'access.csrf']);
    }
  });

  it('leaves an audit record of success and failure', async () => {
    await attempt('officer', 'wrong');
    await attempt('officer', PASSWORD);
    const rows = await platform.state.owner
      .selectFrom('audit_log')
      .select(['action', 'summary'])
      .orderBy('id', 'desc')
      .limit(2)
      .execute();
    expect(rows.map((row) => row.action)).toEqual(['session.open', 'session.refuse']);
    expect(JSON.stringify(rows)).not.toContain('wrong"');
  });
});

describe('sessions', () => {
  const status = async (client: Client): Promise<number> => (await client.call('GET', '/session')).status;

  it('end after idle time, and after the absolute time however busy', async () => {
    const idle = await platform.signIn('officer');
    platform.clock.advance(29 * 60_000);
    expect(await status(idle)).toBe(200);
    platform.clock.advance(31 * 60_000);
    expect(await status(idle)).toBe(401);

    const busy = await platform.signIn('officer');
    for (let i = 0; i < 35; i += 1) {
      platform.clock.advance(20 * 60_000);
      expect(await status(busy)).toBe(200);
    }
    platform.clock.advance(20 * 60_000);
    expect(await status(busy)).toBe(401);
  });

  it('are listed and ended by their owner, not by another, and ended by sign-out', async () => {
    const [one, two, other] = [
      await platform.signIn('officer'),
      await platform.signIn('officer'),
      await platform.signIn('engineer'),
    ];
    const list = await one.get<{ items: { id: string; current: boolean }[] }>('/me/sessions');
    expect(list.items.filter((item) => item.current)).toHaveLength(1);
    const target = list.items.find((item) => !item.current)?.id ?? '';
    expect((await other.call('DELETE', `/me/sessions/${target}`)).status).toBe(404);
    expect((await one.call('DELETE', `/me/sessions/${target}`)).status).toBe(204);
    expect(await status(two)).toBe(401);
    expect((await one.call('DELETE', '/session')).status).toBe(204);
    expect(await status(one)).toBe(401);
    expect(await status(other)).toBe(200);
    expect((await other.get<{ items: unknown[] }>('/me/sessions')).items).toHaveLength(1);
  });

  it('are ended by an administrator', async () => {
    const admin = await platform.signIn('admin');
    const victim = await platform.signIn('officer');
    const list = await admin.get<{ items: { id: string; username: string }[] }>('/sessions');
    const id = list.items.find((item) => item.username === 'officer')?.id ?? '';
    expect((await admin.call('DELETE', `/sessions/${id}`)).status).toBe(204);
    expect(await status(victim)).toBe(401);
  });

  it('need the CSRF token for what changes something, and only for that', async () => {
    const client = await platform.signIn('officer');
    const forged = (headers: Record<string, string>): Promise<Response> =>
      client.call('POST', '/inbox/read', {}, headers);
    expect((await forged({ 'x-csrf-token': 'forged' })).status).toBe(403);
    expect((await forged({ 'x-csrf-token': '' })).status).toBe(403);
    expect((await forged({ 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await forged({ origin: 'http://127.0.0.1:9999' })).status).toBe(403);
    expect((await forged({ origin: 'http://127.0.0.1:8600', 'sec-fetch-site': 'same-origin' })).status).toBe(200);
    expect((await client.call('GET', '/me', undefined, { 'x-csrf-token': 'forged' })).status).toBe(200);
  });

  it('are stored as hashes and swept when they ended', async () => {
    const client = await platform.signIn('officer');
    const rows = await platform.state.owner.selectFrom('access_session').selectAll().execute();
    const token = client.cookie.split('=')[1] ?? 'none';
    expect(JSON.stringify(rows)).not.toContain(token);
    platform.clock.advance(13 * 3_600_000);
    expect(await platform.access.sessions.sweep()).toBe(rows.length);
  });
});

describe('the one-time password', () => {
  it('lets in only to change it; the new one obeys policy and history and ends other sessions', async () => {
    const client = await platform.signIn('fresh');
    const other = await platform.signIn('fresh');
    expect(await client.get('/session')).toMatchObject({
      restriction: 'password',
      actor: { permissions: [], scopes: [] },
    });
    const refused = await client.call('GET', '/users');
    expect(((await refused.json()) as { code: string }).code).toBe('access.password_change_required');
    const change = (current: string, next: string): Promise<Response> =>
      client.call('PUT', '/me/password', { current, next });
    expect((await change('wrong', 'Tall-Bamboo-77')).status).toBe(401);
    const weak = await change(PASSWORD, 'fresh-2026');
    expect(weak.status).toBe(422);
    expect(((await weak.json()) as { details: unknown[] }).details.length).toBeGreaterThan(0);
    expect((await change(PASSWORD, PASSWORD)).status).toBe(422);
    expect((await change(PASSWORD, 'Tall-Bamboo-77')).status).toBe(204);
    expect(await client.get('/session')).not.toHaveProperty('restriction');
    expect((await other.call('GET', '/session')).status).toBe(401);
    expect((await change('Tall-Bamboo-77', PASSWORD)).status, 'history').toBe(422);
    expect((await platform.signIn('fresh', 'Tall-Bamboo-77')).csrf).not.toBe('');
  });

  it('comes back when the password has grown old', async () => {
    platform.clock.advance(91 * 86_400_000);
    const client = await platform.signIn('fresh', 'Tall-Bamboo-77');
    expect(await client.get('/session')).toMatchObject({ restriction: 'password' });
    await platform.state.owner.updateTable('access_user').set({ password_changed_at: platform.clock() }).execute();
    platform.access.sessions.forget();
  });
});

describe('the authenticator', () => {
  it('is enrolled with the password and a code, then needed at sign-in, once per code', async () => {
    const client = await platform.signIn('phone');
    expect((await client.call('POST', '/me/totp', { password: 'wrong' })).status).toBe(401);
    const begun = (await (await client.call('POST', '/me/totp', { password: PASSWORD })).json()) as {
      secret: string;
      uri: string;
    };
    expect(begun.uri).toContain('otpauth://totp/');
    expect((await client.call('PUT', '/me/totp', { code: '000000' })).status).toBe(401);
    const confirmed = await client.call('PUT', '/me/totp', { code: totpCode(begun.secret, platform.clock()) });
    const { recoveryCodes } = (await confirmed.json()) as { recoveryCodes: string[] };
    expect(recoveryCodes).toHaveLength(10);
    const row = await platform.state.owner
      .selectFrom('access_user')
      .selectAll()
      .where('username', '=', 'phone')
      .executeTakeFirstOrThrow();
    expect(JSON.stringify(row)).not.toContain(begun.secret);

    platform.clock.advance(61_000);
    expect(await attempt('phone', PASSWORD)).toEqual({ status: 401, code: 'access.totp_required' });
    const code = totpCode(begun.secret, platform.clock());
    expect((await attempt('phone', PASSWORD, code)).status).toBe(200);
    platform.clock.advance(-61_000);
    expect(await attempt('phone', PASSWORD, code), 'replay').toEqual({ status: 401, code: 'access.totp_wrong' });
    expect((await attempt('phone', PASSWORD, recoveryCodes[0])).status).toBe(200);
    expect((await attempt('phone', PASSWORD, recoveryCodes[0])).status, 'a recovery code works once').toBe(401);
  });
});

describe('screen tokens', () => {
  it('look without ever ending, cannot change anything, and can be revoked', async () => {
    const officer = await platform.signIn('officer');
    const made = (await (await officer.call('POST', '/screens', { name: '大厅', tenant: 'cn.a.h1' })).json()) as {
      id: string;
      token: string;
    };
    const exchanged = await platform.anonymous().call('POST', '/session/screen', { token: made.token });
    expect(exchanged.status).toBe(200);
    const cookie = (exchanged.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    platform.clock.advance(300 * 86_400_000);
    const screen = (method: string, path: string, body?: unknown): Promise<Response> =>
      platform.anonymous().call(method, path, body, { cookie });
    expect(await (await screen('GET', '/me')).json()).toMatchObject({ kind: 'screen', scopes: ['cn.a.h1'] });
    expect((await screen('GET', '/users')).status).toBe(403);
    expect((await screen('POST', '/screens', { name: 'x', tenant: 'cn.a.h1' })).status).toBe(403);
    await platform.state.owner.updateTable('access_user').set({ password_changed_at: platform.clock() }).execute();
    expect(
      (await officer.call('POST', '/screens', { name: 'x', tenant: 'cn.a.h2' })).status,
      'the old session ended',
    ).toBe(401);
    const again = await platform.signIn('officer');
    expect((await again.call('POST', '/screens', { name: 'x', tenant: 'cn.a.h2' })).status, 'other institution').toBe(
      403,
    );
    expect((await again.call('DELETE', `/screens/${made.id}`)).status).toBe(204);
    expect((await screen('GET', '/me')).status).toBe(401);
  });
});
