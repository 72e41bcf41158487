import { createHash } from 'node:crypto';
import { openCounters } from '@xinglin/platform/counters';
import type { Counters } from '@xinglin/platform/counters';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { startRedis } from '../../../test/support/redis.ts';
import type { GatewayConfigInput } from './config.ts';
import { startGateway, startUpstream, testConfig, visitor } from './test-support.ts';
import type { TestGateway, TestUpstream } from './test-support.ts';

const redis = await startRedis();
let upstream: TestUpstream;
let gate: TestGateway;
const opened: { stop?: () => Promise<void>; close?: () => Promise<void> }[] = [];
const sent: { phone: string; code: string }[] = [];
const token = 'kiosk-token-of-the-hall';
const soon = new Date(Date.now() + 86_400_000).toISOString();

const CONFIG: GatewayConfigInput = {
  tenant: 'cn.gd.dongguan.hospital-1',
  help: { phone: '0769-12320', kiosk: '门诊一楼' },
  verify: { code: { url: 'http://127.0.0.1:9/sms', secret: 'a secret for the sms service' } },
  trusted: [
    {
      name: 'hall',
      tokenSha256: createHash('sha256').update(token).digest('hex'),
      expires: soon,
      author: 'wang',
      perMinute: 3,
    },
  ],
  overrides: [{ entity: 'account', value: 'family-1', reason: '一人为全家预约', author: 'li', expires: soon }],
  apiKeys: [{ name: 'his', tokenSha256: createHash('sha256').update('api-key').digest('hex') }],
  routes: [
    {
      match: 'POST /api/limited',
      action: 'book',
      require: 'pass',
      extract: { person: 'json:patient.idCard' },
      quotas: [{ per: 'person', limit: 2, seconds: 60, step: 'verify' }],
    },
    {
      match: 'POST /api/queued',
      action: 'list',
      require: 'pass',
      queueSeconds: 1,
      quotas: [{ per: 'device', limit: 1, seconds: 60, step: 'queue' }],
    },
    { match: 'POST /api/shadow', action: 'book', mode: 'shadow', extract: { account: 'header:x-account' } },
    {
      match: 'POST /api/book',
      action: 'book',
      extract: { account: 'header:x-account', person: 'json:idCard|form:idCard' },
    },
    { match: 'GET /*', action: 'view' },
  ],
};

beforeAll(async () => {
  upstream = await startUpstream();
  gate = await startGateway(
    { ...CONFIG, upstreams: [upstream.url] },
    { ports: { codeSender: (message) => Promise.resolve(void sent.push(message)) } },
  );
});
afterAll(async () => {
  await gate.stop();
  await upstream.close();
  await redis?.stop();
});
afterEach(async () => {
  for (const part of opened.splice(0)) await (part.stop?.() ?? part.close?.());
  upstream.seen.length = 0;
});

async function passed(headers: Record<string, string> = {}): Promise<ReturnType<typeof visitor>> {
  const person = visitor(gate.url, headers);
  expect((await person.pass()).status).toBe(200);
  return person;
}

describe('a visitor', () => {
  test('without a pass gets a page or JSON, and goes on after the check', async () => {
    const person = visitor(gate.url);
    const page = await person.request('/doctors', { headers: { accept: 'text/html' } });
    expect(page.status).toBe(403);
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
    expect(await page.text()).not.toMatch(/<script>|style=|onclick/);
    const data = await person.request('/doctors');
    expect(await data.json()).toMatchObject({
      step: 'challenge',
      reasons: [{ code: 'CHECK_NEEDED' }],
      challenge: '/__xinglin/challenge',
    });
    await person.pass();
    expect((await person.request('/doctors')).status).toBe(200);
    expect(upstream.seen[0]?.headers).toMatchObject({ 'x-xinglin-outcome': 'allow' });
  });

  test('with the cookies of another device is not taken for it', async () => {
    const honest = await passed();
    const thief = await passed();
    thief.jar.set('xl_p', honest.jar.get('xl_p') ?? '');
    expect((await thief.request('/doctors')).status).toBe(403);
    // Both cookies together are a stolen session; that one still works, from any address, until it ends.
    thief.jar.set('xl_d', honest.jar.get('xl_d') ?? '');
    expect((await thief.request('/doctors')).status).toBe(200);
    thief.jar.set('xl_d', `${thief.jar.get('xl_d') ?? ''}x`);
    expect((await thief.request('/doctors')).status).toBe(403);
  });

  test('cannot answer a challenge twice, or one that another device got', async () => {
    const person = visitor(gate.url);
    const challenge = (await (await person.request('/__xinglin/challenge')).json()) as { token: string };
    const other = visitor(gate.url);
    await other.request('/__xinglin/challenge');
    expect((await other.json('/__xinglin/answer', { token: challenge.token })).status).toBe(403);
    expect((await person.json('/__xinglin/answer', { token: challenge.token })).status).toBe(200);
    const again = await person.json('/__xinglin/answer', { token: challenge.token });
    expect(await again.json()).toMatchObject({ reasons: [{ code: 'ANSWER_REPLAYED' }] });
    const cookieless = await visitor(gate.url).json('/__xinglin/answer', { token: challenge.token });
    expect(await cookieless.json()).toMatchObject({ reasons: [{ code: 'COOKIES_OFF' }] });
  });

  test('is asked for a second verification beyond a quota, and goes on after a code', async () => {
    const person = await passed();
    const book = (): Promise<Response> => person.json('/api/limited', { patient: { idCard: '44190019900101123X' } });
    expect([(await book()).status, (await book()).status]).toEqual([200, 200]);
    const third = await book();
    expect(third.status).toBe(403);
    expect(await third.json()).toMatchObject({
      step: 'verify',
      reasons: [{ code: 'QUOTA_PERSON' }],
      ways: ['sms', 'voice', 'captcha'],
    });
    const issued = await person.json('/__xinglin/code/send', { phone: '13900001111', channel: 'voice' });
    const { ticket } = (await issued.json()) as { ticket: string };
    expect((await person.json('/__xinglin/code/check', { ticket, code: 'x' })).status).toBe(400);
    expect((await person.json('/__xinglin/code/check', { ticket, code: sent.at(-1)?.code })).status).toBe(200);
    expect((await book()).status).toBe(200);
    // The patient's number is nowhere: not in the records, not in a header for the upstream.
    expect(JSON.stringify(gate.records)).not.toMatch(/44190019900101123|13900001111/);
  });

  test('without scripts goes on by plain forms, with the picture as the page offers it', async () => {
    const person = visitor(gate.url, { accept: 'text/html' });
    const page = await (await person.request('/__xinglin/verify?next=%2Fdoctors')).text();
    expect(page).toMatch(/<audio controls/);
    expect(page).toMatch(/size=2/);
    const ticket = /name="ticket" value="([\w-]+)"/.exec(page)?.[1] ?? '';
    const picture = await person.request(`/__xinglin/captcha.svg?t=${ticket}`);
    expect(picture.headers.get('content-type')).toBe('image/svg+xml');
    const form = (body: string): Promise<Response> =>
      person.request('/__xinglin/captcha/check', {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      });
    const wrong = await form(`ticket=${ticket}&answer=0000&next=/doctors`);
    expect(wrong.status).toBe(400);
    expect(await wrong.text()).toContain('CAPTCHA_WRONG');
    const send = await person.request('/__xinglin/code/send', {
      method: 'POST',
      body: 'phone=13700002222&channel=sms&next=%2Fdoctors%3Fa%3D1',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    const codeTicket = /code\/check.*?name="ticket" value="([\w-]+)"/s.exec(await send.text())?.[1] ?? '';
    const done = await person.request('/__xinglin/code/check', {
      method: 'POST',
      body: new URLSearchParams({ ticket: codeTicket, code: sent.at(-1)?.code ?? '', next: '/doctors?a=1' }).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect([done.status, done.headers.get('location')]).toEqual([303, '/doctors?a=1']);
    expect((await person.request('/doctors?a=1')).status).toBe(200);
  });

  test('waits its turn in the queue: one place per device, used once, kept over reloads', async () => {
    const person = await passed();
    const ask = (): Promise<Response> => person.request('/api/queued', { method: 'POST' });
    expect((await ask()).status).toBe(200);
    const queued = await ask();
    expect([queued.status, queued.headers.get('retry-after')]).toEqual([429, '1']);
    const parallel = await Promise.all([ask(), ask(), ask()]);
    expect(new Set(parallel.map((response) => response.status))).toEqual(new Set([429]));
    await vi.waitFor(async () => expect((await ask()).status).toBe(200), { timeout: 5000, interval: 150 });
    expect((await ask()).status).toBe(429);
  });

  test('appeals in words, with the reference of the decision', async () => {
    const person = await passed();
    const answer = await person.json('/__xinglin/appeal', {
      text: '我是患者本人',
      ref: 'r1',
      code: 'RATE_DEVICE',
      contact: '13800000000',
    });
    expect(answer.status).toBe(202);
    expect(gate.appeals.at(-1)).toMatchObject({ text: '我是患者本人', reference: 'r1' });
    const cross = await person.request('/__xinglin/appeal', {
      method: 'POST',
      body: 'text=x',
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'cross-site' },
    });
    expect(cross.status).toBe(400);
  });
});

describe('staff', () => {
  test('a kiosk books for everybody by its token, up to its limit', async () => {
    const kiosk = visitor(gate.url, { 'x-xinglin-kiosk': token });
    const statuses: number[] = [];
    for (let i = 0; i < 5; i += 1) statuses.push((await kiosk.request('/api/book', { method: 'POST' })).status);
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
    expect(
      (await visitor(gate.url, { 'x-xinglin-kiosk': 'guess' }).request('/api/book', { method: 'POST' })).status,
    ).toBe(403);
    expect(upstream.seen[0]?.headers).not.toHaveProperty('x-xinglin-kiosk');
  });

  test('an override lets its entity through with author and reason on record, until it ends', async () => {
    const family = visitor(gate.url, { 'x-account': 'family-1' });
    expect((await family.json('/api/book', { idCard: '1' })).status).toBe(200);
    expect(gate.records.at(-1)).toMatchObject({ step: 'allow', codes: ['OVERRIDE_ALLOW'], override: { author: 'li' } });
    expect((await visitor(gate.url, { 'x-account': 'family-2' }).json('/api/book', {})).status).toBe(403);
  });

  test('shadow mode lets through what it would have stopped, and says so', async () => {
    const anyone = visitor(gate.url);
    expect((await anyone.json('/api/shadow', {})).status).toBe(200);
    expect(gate.records.at(-1)).toMatchObject({ step: 'challenge', mode: 'shadow', passed: true });
  });

  test('the decision API answers one and many, only with a key, and names what is wrong', async () => {
    const ask = (body: unknown, key = 'api-key'): Promise<Response> =>
      fetch(`${gate.url}/__xinglin/decisions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
        body: JSON.stringify(body),
      });
    expect((await ask({ action: 'book' }, 'wrong')).status).toBe(401);
    expect(await (await ask({ action: 'book', device: 'd', reference: 'r' })).json()).toMatchObject({
      outcome: 'allow',
      reference: 'r',
    });
    const many = await ask({
      requests: Array.from({ length: 1000 }, (_, i) => ({
        action: 'list',
        device: 'bot',
        person: `p${i}`,
        reference: String(i),
      })),
    });
    const { decisions } = (await many.json()) as {
      decisions: { outcome: string; reasons: { code: string; text: string }[]; reference: string }[];
    };
    expect(decisions.map((decision) => decision.reference)).toEqual(Array.from({ length: 1000 }, (_, i) => String(i)));
    expect(decisions[0]?.outcome).toBe('allow');
    // A thousand patients and requests of one device within a second: identity and behaviour speak together.
    expect(decisions.at(-1)?.outcome).toMatch(/review|deny/);
    expect(decisions.at(-1)?.reasons.map((reason) => reason.code)).toEqual(
      expect.arrayContaining(['RATE_DEVICE', 'MANY_PATIENTS_DEVICE']),
    );
    const wrong = await ask({ action: 'dance', ip: '999.1.1.1' });
    expect(wrong.status).toBe(400);
    expect((await ask({ requests: Array.from({ length: 1001 }, () => ({ action: 'view' })) })).status).toBe(400);
  });
});

describe('several instances', () => {
  test.skipIf(redis === undefined)('share single use and quotas through Redis, with different clocks', async () => {
    const counters = (): Promise<Counters> => openCounters({ url: redis?.url ?? '' });
    const config = { ...CONFIG, upstreams: [upstream.url] };
    const slow = await startGateway(config, { counters, now: () => Date.now() - 150_000 });
    const fast = await startGateway(config, { counters, now: () => Date.now() + 150_000 });
    opened.push(slow, fast);
    let base = slow.url;
    const person = visitor(() => base);
    const challenge = (await (await person.request('/__xinglin/challenge')).json()) as { token: string };
    base = fast.url;
    expect((await person.json('/__xinglin/answer', { token: challenge.token })).status).toBe(200);
    base = slow.url;
    expect((await person.json('/__xinglin/answer', { token: challenge.token })).status).toBe(403);
    const statuses: number[] = [];
    for (let i = 0; i < 4; i += 1) {
      base = i % 2 === 0 ? slow.url : fast.url;
      statuses.push((await person.json('/api/limited', { patient: { idCard: 'redis-1' } })).status);
    }
    expect(statuses).toEqual([200, 200, 403, 403]);
  });

  test.skipIf(redis === undefined)(
    'follow each route’s policy while Redis is down, and let the check pass',
    async () => {
      const server = await startRedis();
      const base = { require: 'pass' as const, quotas: [{ per: 'device' as const, limit: 100, seconds: 60 }] };
      const down = await startGateway(
        {
          upstreams: [upstream.url],
          routes: [
            { match: '/open', action: 'list', onFailure: 'open', ...base },
            { match: '/closed', action: 'book', onFailure: 'closed', ...base },
            { match: '/queue', action: 'list', onFailure: 'queue', queueSeconds: 1, ...base },
          ],
        },
        { counters: () => openCounters({ url: server?.url ?? '' }) },
      );
      opened.push(down);
      const person = visitor(down.url);
      await person.pass();
      expect((await person.request('/closed')).status).toBe(200);
      await server?.stop();
      expect((await person.request('/open')).status).toBe(200);
      const closed = await person.request('/closed');
      expect(closed.status).toBe(503);
      expect(await closed.json()).toMatchObject({ reasons: [{ code: 'STORE_DOWN' }] });
      expect((await person.request('/queue')).status).toBe(429);
      await vi.waitFor(async () => expect((await person.request('/queue')).status).toBe(200), {
        timeout: 6000,
        interval: 300,
      });
      expect((await visitor(down.url).pass()).status).toBe(200);
      expect(await (await fetch(`${down.url}/__xinglin/health`)).json()).toMatchObject({
        status: 'degraded',
        counters: 'down',
      });
    },
  );
});

test('a broken engine follows the route’s policy, and the configuration is refused with its place', async () => {
  const own = await startGateway({
    upstreams: [upstream.url],
    routes: [
      { match: '/a', action: 'book', require: 'none', onFailure: 'closed' },
      { match: '/b', action: 'list', require: 'none' },
    ],
  });
  opened.push(own);
  own.gateway.engine.decide = () => {
    throw new Error('broken');
  };
  expect((await fetch(`${own.url}/a`)).status).toBe(503);
  expect((await fetch(`${own.url}/b`)).status).toBe(200);
  expect(() => testConfig({ routes: [{ match: 'api', action: 'book' }] })).toThrow(/routes\.0\.match/);
  expect(() => testConfig({ routes: [{ match: '/a', action: 'book', extract: { person: 'body:x' } }] })).toThrow(
    /extract\.person/,
  );
});

test('metrics are for this machine or for who has the token, and count steps', async () => {
  const text = await (await fetch(`${gate.url}/__xinglin/metrics`)).text();
  expect(text).toMatch(/xinglin_gateway_steps_total\{step="challenge"/);
  expect((await fetch(`${gate.url}/__xinglin/metrics`, { headers: { 'x-forwarded-for': '1.2.3.4' } })).status).toBe(
    403,
  );
});
