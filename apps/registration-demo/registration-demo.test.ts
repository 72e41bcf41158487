import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseRealNameId, verifyDraw } from '@xinglin/antiscalp/release';
import { afterEach, expect, test } from 'vitest';
import { startRegistrationDemo } from './index.ts';
import type { RegistrationDemo } from './index.ts';
import { openDemo, send, signIn } from './test-support.ts';

let demo: RegistrationDemo | undefined;
afterEach(async () => {
  await demo?.stop();
  demo = undefined;
});

interface Listed {
  items: { id: string; state: string; release: string; open: number; patient: string; slot: string }[];
  total: number;
}
interface Item {
  id: string;
  state: string;
  slot: string;
  paid: boolean;
  draw: string | null;
  error: { code: string; message: string; messageEn: string };
}

async function firstSession(kind: string): Promise<string> {
  const { body } = await send<Listed>(demo!.url, 'GET', '/api/sessions');
  return body.items.find(({ release }) => release === kind)!.id;
}

test('a patient books, pays, sees and cancels, all through the public API', async () => {
  demo = await openDemo();
  const { call, patients } = await signIn(demo, 1);
  const session = await firstSession('immediate');
  const slots = await call<Listed>('GET', `/sessions/${session}/slots`);
  expect(slots.body.total).toBe(10);
  const wanted = slots.body.items[4]!.id;
  const booked = await call<Item>('POST', '/bookings', { session, patient: patients[0], slot: wanted });
  expect(booked).toMatchObject({ status: 201, body: { state: 'held', slot: wanted, paid: false } });
  const again = await call<Item>('POST', '/bookings', { session, patient: patients[0] });
  expect(again).toMatchObject({ status: 409, body: { error: { code: 'booking.exists' } } });
  expect(again.body.error.message).toMatch(/已预约/);
  const paid = await call<Item>('POST', `/bookings/${booked.body.id}/pay`);
  expect(paid.body).toMatchObject({ state: 'booked', paid: true });
  const mine = await call<Listed>('GET', '/bookings');
  expect(mine.body.items.map(({ id }) => id)).toEqual([booked.body.id]);
  const cancelled = await call<Item>('POST', `/bookings/${booked.body.id}/cancel`);
  expect(cancelled.body.state).toBe('cancelled');
  const after = await call<Listed>('GET', `/sessions/${session}/slots`);
  expect(after.body.items[4]!.state).toBe('later');
});

test('a repeated request with the same Idempotency-Key answers with the same booking', async () => {
  demo = await openDemo();
  const { call, patients } = await signIn(demo, 2);
  const body = { session: await firstSession('immediate'), patient: patients[0] };
  const key = { 'idempotency-key': 'retry-1' };
  const one = await call<Item>('POST', '/bookings', body, key);
  const two = await call<Item>('POST', '/bookings', body, key);
  expect(two).toEqual(one);
});

test('an entrant finds the own key in the draw, and the record verifies against the commitment seen before', async () => {
  demo = await openDemo({ policy: { release: { kind: 'window', windowSeconds: 600 } }, releaseInSeconds: 0 });
  const session = await firstSession('window');
  const clients = await Promise.all([3, 4, 5].map((at) => signIn(demo!, at)));
  for (const { call, patients } of clients) {
    const entered = await call<Item>('POST', '/entries', { session, patient: patients[0] });
    expect(entered).toMatchObject({ status: 201, body: { state: 'waiting' } });
  }
  const before = await send<{ draws: { id: string; commitment: string; seed?: string }[] }>(
    demo.url,
    'GET',
    `/api/sessions/${session}`,
  );
  const { id, commitment, seed } = before.body.draws[0]!;
  expect(seed).toBeUndefined();
  demo.advance(601);
  const record = await send<Record<string, unknown>>(demo.url, 'GET', `/api/draws/${id}`);
  for (const { call } of clients) {
    const entries = await call<{ items: { state: string; keys: { draw: string; key: string }[] }[] }>(
      'GET',
      '/entries',
    );
    const [entry] = entries.body.items;
    expect(entry!.state).toBe('won');
    expect(verifyDraw(record.body, { commitment, key: entry!.keys[0]!.key })).toMatchObject({ valid: true, won: true });
  }
  // Nothing in the record says who somebody is.
  const text = JSON.stringify(record.body);
  for (const person of demo.hospital.people.values()) expect(text).not.toContain(person.idNumber);
});

test('200 bookings at once for 5 places: five succeed, each place once, the others hear why', async () => {
  demo = await openDemo({ accounts: 200, slots: 5 });
  const session = await firstSession('immediate');
  const clients = await Promise.all(Array.from({ length: 200 }, (_, at) => signIn(demo!, at + 1)));
  const answers = await Promise.all(
    clients.map(({ call, patients }) => call<Item>('POST', '/bookings', { session, patient: patients[0] })),
  );
  const won = answers.filter(({ status }) => status === 201);
  expect(won).toHaveLength(5);
  expect(new Set(won.map(({ body }) => body.slot)).size).toBe(5);
  const reasons = new Set(answers.filter(({ status }) => status !== 201).map(({ body }) => body.error.code));
  expect([...reasons]).toEqual(['slot.none-open']);
});

test('200 at once for one named place: exactly one gets it', async () => {
  demo = await openDemo({ accounts: 200, slots: 5 });
  const session = await firstSession('immediate');
  const clients = await Promise.all(Array.from({ length: 200 }, (_, at) => signIn(demo!, at + 1)));
  const slot = `${session}-03`;
  const answers = await Promise.all(
    clients.map(({ call, patients }) => call<Item>('POST', '/bookings', { session, patient: patients[0], slot })),
  );
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
});

test('an account acts only for its own patients and its own bookings, and not without signing in', async () => {
  demo = await openDemo();
  const [one, two] = await Promise.all([signIn(demo, 6), signIn(demo, 7)]);
  const session = await firstSession('immediate');
  const foreign = await one.call<Item>('POST', '/bookings', { session, patient: two.patients[0] });
  expect(foreign).toMatchObject({ status: 403, body: { error: { code: 'patient.not-yours' } } });
  const booked = await two.call<Item>('POST', '/bookings', { session, patient: two.patients[0] });
  for (const act of ['pay', 'cancel'])
    expect(await one.call<Item>('POST', `/bookings/${booked.body.id}/${act}`)).toMatchObject({
      status: 404,
      body: { error: { code: 'booking.unknown' } },
    });
  for (const path of ['/api/me', '/api/bookings', '/api/entries'])
    expect((await send(demo.url, 'GET', path)).status).toBe(401);
  await two.call('POST', '/logout');
  expect((await two.call('GET', '/me')).status).toBe(401);
});

test('sign-in: a code works once, for its number, five tries at most', async () => {
  demo = await openDemo();
  const phone = '10000000008';
  const ask = () => send<{ demoCode: string }>(demo!.url, 'POST', '/api/login/code', { phone });
  const enter = (code: string) => send<Item>(demo!.url, 'POST', '/api/login', { phone, code });
  const { demoCode } = (await ask()).body;
  const wrong = demoCode === '000000' ? '000001' : '000000';
  expect((await enter(wrong)).status).toBe(401);
  expect((await enter(demoCode)).status).toBe(200);
  expect((await enter(demoCode)).status).toBe(401);
  const second = (await ask()).body.demoCode;
  const other = second === '000000' ? '000001' : '000000';
  for (let i = 0; i < 5; i += 1) await enter(other);
  expect((await enter(second)).status).toBe(401);
  const unknown = await send<{ sent: boolean }>(demo.url, 'POST', '/api/login/code', { phone: '13900000000' });
  expect(unknown.body.sent).toBe(true);
});

test('a family member is added by name and number, once, and can be booked for', async () => {
  demo = await openDemo();
  const { call } = await signIn(demo, 9);
  const member = { name: '张小宝', idNumber: '990101195001010010', relation: 'parent' };
  expect(
    (await call<Item>('POST', '/me/patients', { ...member, idNumber: '990101195001010015' })).body.error.code,
  ).toBe('member.bad-id');
  expect((await call('POST', '/me/patients', member)).status).toBe(201);
  expect((await call<Item>('POST', '/me/patients', member)).body.error.code).toBe('member.exists');
  const other = await signIn(demo, 10);
  expect((await other.call<Item>('POST', '/me/patients', { ...member, name: '别的名字' })).status).toBe(400);
  const booked = await call<Item>('POST', '/bookings', {
    session: await firstSession('immediate'),
    patient: 'p990101195001010010',
  });
  expect(booked.status).toBe(201);
});

test('the same seed gives the same people and sessions; repeatable gives the same draws', async () => {
  const run = async (): Promise<{ people: unknown; winners: unknown }> => {
    const one = await openDemo({
      repeatable: true,
      releaseInSeconds: 0,
      policy: { release: { kind: 'waitlist' } },
      now: () => Date.parse('2026-11-22T23:00:00Z'),
    });
    const [listed] = one.hospital.sessions();
    const people = [...one.hospital.people.values()];
    await one.stop();
    return { people, winners: listed!.book.data.draws.map(({ record }) => record.commitment) };
  };
  expect(await run()).toEqual(await run());
});

test('every generated identity is valid in form and belongs to no region', async () => {
  demo = await openDemo({ accounts: 300 });
  const numbers = [...demo.hospital.people.values()].map(({ idNumber }) => idNumber);
  expect(new Set(numbers).size).toBe(numbers.length);
  for (const number of numbers) {
    expect(parseRealNameId(number)).toBeDefined();
    expect(number).toMatch(/^99/);
  }
});

test('a snapshot brings everything back: bookings, draws, the clock', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'xinglin-demo-'));
  const snapshot = join(dir, 'state.json');
  try {
    demo = await openDemo({ snapshot });
    const one = await signIn(demo, 12);
    const session = await firstSession('immediate');
    const booked = await one.call<Item>('POST', '/bookings', { session, patient: one.patients[0] });
    demo.advance(60);
    const now = demo.hospital.now;
    await demo.stop();
    expect(statSync(snapshot).mode & 0o077).toBe(0);
    demo = await openDemo({ snapshot });
    expect(demo.hospital.now).toBeGreaterThanOrEqual(now);
    const two = await signIn(demo, 12);
    const paid = await two.call<Item>('POST', `/bookings/${booked.body.id}/pay`);
    expect(paid.body.state).toBe('booked');
    expect((await two.call<Item>('POST', '/bookings', { session, patient: two.patients[0] })).status).toBe(409);
    await demo.stop();
    demo = undefined;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

test('bad input is refused in words and breaks nothing', async () => {
  demo = await openDemo();
  const { call, token } = await signIn(demo, 13);
  for (const body of [undefined, null, [], { session: 7 }, { session: 'x'.repeat(200), patient: 'p' }])
    expect((await call<Item>('POST', '/bookings', body)).body.error.code).toBe('request.invalid');
  expect((await call<Item>('POST', '/bookings', { session: 'nope', patient: 'nobody' })).status).toBe(403);
  const broken = await fetch(`${demo.url}/api/bookings`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: '{"session":',
  });
  expect(broken.status).toBe(400);
  const large = await fetch(`${demo.url}/api/bookings`, { method: 'POST', body: 'x'.repeat(100_000) });
  expect(large.status).toBe(413);
  const cross = await fetch(`${demo.url}/logout`, { method: 'POST', headers: { 'sec-fetch-site': 'cross-site' } });
  expect(cross.status).toBe(400);
  await expect(startRegistrationDemo({ policy: { confirmSeconds: 1 } })).rejects.toThrow(/confirmSeconds/);
});

test('the OpenAPI document names every route an actor needs, and its answers match', async () => {
  demo = await openDemo();
  const { body } = await send<{ paths: Record<string, Record<string, { operationId: string }>> }>(
    demo.url,
    'GET',
    '/api/openapi.json',
  );
  for (const path of [
    '/api/sessions',
    '/api/sessions/{id}/slots',
    '/api/bookings',
    '/api/bookings/{id}/cancel',
    '/api/login',
  ])
    expect(Object.keys(body.paths)).toContain(path);
  const ids = Object.values(body.paths).flatMap((methods) =>
    Object.values(methods).map(({ operationId }) => operationId),
  );
  expect(new Set(ids).size).toBe(ids.length);
});
