import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RegistrationDemo } from '../index.ts';
import { SignIn } from '../hospital/sign-in.ts';
import { makeCatalogue } from '../hospital/catalogue.ts';
import { makePopulation, maskId, maskName } from '../hospital/people.ts';
import { openDemo, signIn } from '../test-support.ts';

let demo: RegistrationDemo;
beforeAll(async () => {
  demo = await openDemo();
});
afterAll(() => demo.stop());

function form(path: string, fields: Record<string, string>, cookie = ''): Promise<Response> {
  return fetch(demo.url + path, {
    method: 'POST',
    redirect: 'manual',
    headers: cookie === '' ? {} : { cookie },
    body: new URLSearchParams(fields),
  });
}
const immediate = (): string => demo.hospital.sessions().find(({ doctor }) => !doctor.expert)!.plan.session.id;

test('every page is a whole document in Chinese with one heading, a skip link and no inline script', async () => {
  const { token } = await signIn(demo, 1);
  const draw = demo.hospital.sessions().flatMap(({ book }) => book.data.draws)[0]!.id;
  const paths = [
    '/',
    '/login',
    '/help',
    '/mine',
    '/family',
    `/sessions/${immediate()}`,
    '/departments/tcm',
    `/draws/${draw}`,
  ];
  for (const path of paths) {
    const response = await fetch(demo.url + path, { headers: { cookie: `demo_session=${token}` } });
    const text = await response.text();
    expect(response.status, path).toBe(200);
    expect(text, path).toContain('<html lang="zh-CN"');
    expect(text.match(/<h1/g), path).toHaveLength(1);
    expect(text, path).toContain('href="#main"');
    expect(text, path).not.toMatch(/<script(?![^>]* src=)/);
    expect(response.headers.get('content-security-policy'), path).toContain("default-src 'self'");
    // Every field has its label.
    for (const [, id] of text.matchAll(/<(?:input|select)[^>]* id="([^"]+)"/g))
      expect(text, path).toContain(`for="${id}"`);
  }
});

test('what does not exist is a page that says so, with 404', async () => {
  for (const path of ['/nothing', '/sessions/x', '/departments/x', '/draws/x']) {
    const response = await fetch(demo.url + path);
    expect(response.status, path).toBe(404);
    expect(await response.text()).toContain('找不到这个页面');
  }
});

test('pages of an account lead to sign-in and come back; sign-in never leads off the site', async () => {
  const mine = await fetch(`${demo.url}/mine`, { redirect: 'manual' });
  expect(mine.status).toBe(303);
  expect(mine.headers.get('location')).toBe('/login?next=%2Fmine');
  for (const next of ['//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)']) {
    const asked = await form('/login/code', { phone: '10000000002', next });
    const code = /<b class="code">(\d{6})<\/b>/.exec(await asked.text())![1]!;
    const entered = await form('/login', { phone: '10000000002', code, next });
    expect(entered.status).toBe(303);
    expect(entered.headers.get('location')).toBe('/');
    expect(entered.headers.get('set-cookie')).toMatch(/HttpOnly.*SameSite=Lax/i);
  }
});

test('a booking by form redirects, so that a reload repeats nothing; a refusal says why and how to go on', async () => {
  const { token, patients } = await signIn(demo, 3);
  const cookie = `demo_session=${token}`;
  const path = `/sessions/${immediate()}/book`;
  const booked = await form(path, { patient: patients[0]!, slot: '' }, cookie);
  expect(booked.status).toBe(303);
  expect(booked.headers.get('location')).toMatch(/^\/bookings\/[^/]+\/pay\?done=held$/);
  const again = await form(path, { patient: patients[0]! }, cookie);
  const text = await again.text();
  expect(again.status).toBe(409);
  expect(text).toContain('booking.exists');
  expect(text).toMatch(/电话|窗口/);
  expect(await (await form(path, { patient: 'somebody else' }, cookie)).text()).toContain('patient.not-yours');
});

test('what people type is shown as text', async () => {
  const { token } = await signIn(demo, 4);
  const cookie = `demo_session=${token}`;
  const added = await form(
    '/family',
    { name: '<img src=x onerror=alert(1)>', idNumber: '990101195001010010', relation: 'parent' },
    cookie,
  );
  expect(added.status).toBe(303);
  const text = await (await fetch(`${demo.url}/family`, { headers: { cookie } })).text();
  expect(text).not.toContain('<img');
  expect(text).toContain('&lt;img');
  const query = await (await fetch(`${demo.url}/login?next="><script>`)).text();
  expect(query).not.toContain('"><script>');
});

test('SignIn forgets old codes and sessions, and stays bounded under a flood', () => {
  let now = 0;
  let tokens = 0;
  const doors = new SignIn(
    () => now,
    () => `token-${(tokens += 1)}`,
  );
  const account = { id: 'a1', phone: '10000000001', owner: 'p', members: [] };
  const old = doors.code(account.phone);
  now += 6 * 60_000;
  expect(doors.enter(account, old)).toBeUndefined();
  const token = doors.enter(account, doors.code(account.phone))!;
  expect(doors.accountOf(token)).toBe('a1');
  expect(doors.accountOf('another')).toBeUndefined();
  now += 13 * 3_600_000;
  expect(doors.accountOf(token)).toBeUndefined();
  const kept = doors.code('13800000000');
  for (let at = 0; at < 50_001; at += 1) doors.code(String(at));
  expect(doors.enter({ ...account, phone: '13800000000' }, kept)).toBeUndefined();
});

test('makeCatalogue() and makePopulation() depend on nothing but their seed and day', () => {
  const startAt = Date.parse('2026-11-22T16:30:00Z');
  const options = { seed: 1, startAt, doctors: 2, days: 3, slots: 4 };
  const one = makeCatalogue(options);
  expect(makeCatalogue(options)).toEqual(one);
  expect(one.sessions).toHaveLength(6 * 2 * 3);
  expect(new Set(one.sessions.map(({ session }) => session.id)).size).toBe(36);
  for (const { session, slots } of one.sessions) {
    // Half past midnight in China is the 23rd: the first session is on the 24th.
    expect(session.date >= '2026-11-24').toBe(true);
    expect(session.publishAt).toBeLessThanOrEqual(session.releaseAt);
    expect(session.closeAt).toBeLessThan(slots[0]!.startAt);
  }
  const people = makePopulation(1, 500, '2026-11-23');
  expect(makePopulation(1, 500, '2026-11-23')).toEqual(people);
  expect(makePopulation(2, 500, '2026-11-23')).not.toEqual(people);
  const elderly = [...people.accounts.values()].filter(({ owner }) => people.people.get(owner)!.birth < '1962');
  expect(elderly.length).toBeGreaterThan(60);
  expect(elderly.length).toBeLessThan(140);
});

test('names and numbers are masked where others may look', () => {
  expect(maskName('王秀兰')).toBe('王**');
  expect(maskId('990101195001010010')).toBe('9901**********0010');
});
