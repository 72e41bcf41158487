import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { SessionBook, seededRandom, verifyDraw } from '../core/index.ts';
import type { DrawRecord } from '../core/index.ts';
import { START, applicant, desk, openReleaseHarness } from '../test-harness.ts';
import type { ReleaseHarness } from '../test-harness.ts';
import { loadBook, saveBook } from './book-store.ts';
import { createReleaseStore } from './release-store.ts';
import { createSimulationRunner } from './simulations.ts';

let h: ReleaseHarness;
beforeAll(async () => {
  h = await openReleaseHarness();
  await h.activate('expert', { release: { kind: 'waitlist' }, reserved: { channels: [], share: 0 } });
  await h.activate('ordinary', { release: { kind: 'immediate' } });
}, 120_000);
afterAll(() => h.close());
beforeEach(() => h.clock.set(START));

const HOUR = 3_600_000;

test('what is saved is what is loaded: random commands, the book after each equals the book read back', async () => {
  const id = await h.session('ordinary', 3);
  const random = seededRandom('round trip');
  let ids = 0;
  let now = h.clock().getTime();
  for (let step = 0; step < 40; step += 1) {
    now += random.below(20 * 60_000);
    const seeds = new Map(
      (await h.state.owner.selectFrom('release_draw_secret').selectAll().execute()).map((row) => [
        row.draw_id,
        row.seed,
      ]),
    );
    const after = await h.state.machine(async (tx) => {
      const loaded = await loadBook(tx, id, { lock: true, seeds });
      const book = new SessionBook(loaded!.data, {
        random: (length) => random.bytes(length),
        newId: () => `trip-${String((ids += 1)).padStart(4, '0')}`,
        salt: new Uint8Array(32),
      });
      const person = `person-${random.below(6)}`;
      const origin = {
        person,
        account: `a-${person}`,
        channel: 'web' as const,
        ...(step % 2 === 0 ? { device: 'd' } : {}),
      };
      const some = book.data.bookings[random.below(Math.max(1, book.data.bookings.length))]?.id ?? '';
      const act = random.below(6);
      if (act === 0) book.enter(origin, now);
      else if (act === 1) book.book(origin, now);
      else if (act === 2) book.confirm(some, now);
      else if (act === 3) book.cancel(some, now);
      else if (act === 4) book.withdraw(person, now);
      else book.advance(now);
      await saveBook(tx, loaded!);
      return structuredClone(book.data);
    });
    const back = await h.state.machine((tx) =>
      loadBook(tx, id, { lock: false, seeds: new Map(after.draws.map((draw) => [draw.id, draw.seed])) }),
    );
    const sorted = (data: typeof after) => ({
      ...data,
      entries: data.entries.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
      bookings: data.bookings.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
      draws: data.draws.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
      handOvers: data.handOvers.toSorted((a, b) => (a.toBooking < b.toBooking ? -1 : 1)),
    });
    expect(sorted(back!.data)).toEqual(sorted(after));
  }
  expect(ids).toBeGreaterThan(5);
}, 60_000);

test('three instances advance at once: the draw is held once and every place given once', async () => {
  const session = await h.session('expert', 2);
  for (let n = 200; n < 206; n += 1) await h.json(desk, 'post', '/antiscalp/waitlist', { session, ...applicant(n) });
  h.clock.advance(HOUR);
  const instances = [1, 2, 3].map(() => createReleaseStore(h.platform));
  await Promise.all(instances.map((store) => store.advance()));
  const draws = await sql<{ record: DrawRecord; phase: string }>`
    select record, phase from release_draw where session_id = ${session}`.execute(h.state.owner);
  expect(draws.rows.map(({ phase }) => phase)).toEqual(['revealed']);
  expect(verifyDraw(draws.rows[0]!.record).valid).toBe(true);
  const held = await sql<{ n: number; slots: number }>`
    select count(*)::int as n, count(distinct slot_id)::int as slots from release_booking where session_id = ${session}`.execute(
    h.state.owner,
  );
  expect(held.rows[0]).toEqual({ n: 2, slots: 2 });
  const audited = await sql<{ n: number }>`
    select count(*)::int as n from audit_log where object_id = ${session} and action = 'draw.revealed'`.execute(
    h.state.owner,
  );
  expect(audited.rows[0]!.n).toBe(1);
});

test('a place that was won and not confirmed goes into the next draw by the timer alone', async () => {
  const session = await h.session('expert', 1, { doctor: 'timer' });
  for (let n = 210; n < 213; n += 1) await h.json(desk, 'post', '/antiscalp/waitlist', { session, ...applicant(n) });
  for (let step = 0; step < 24; step += 1) {
    h.clock.advance(HOUR / 4);
    await h.release.store.advance();
  }
  const rows = await sql<{ state: string }>`
    select state from release_booking where session_id = ${session} order by created_at`.execute(h.state.owner);
  expect(rows.rows.map(({ state }) => state)).toEqual(['expired', 'expired', 'expired']);
});

test('one broken session is logged and tried again; it holds up no other', async () => {
  const broken = await h.session('expert', 1, { doctor: 'broken' });
  const whole = await h.session('expert', 1, { doctor: 'whole' });
  for (const [at, session] of [broken, whole].entries())
    await h.json(desk, 'post', '/antiscalp/waitlist', { session, ...applicant(220 + at) });
  await sql`delete from release_draw_secret where draw_id in (select id from release_draw where session_id = ${broken})`.execute(
    h.state.owner,
  );
  await sql`update release_draw set record = '{}' where session_id = ${broken}`.execute(h.state.owner);
  h.clock.advance(HOUR);
  await h.release.store.advance();
  const phases = await sql<{ session_id: string; phase: string }>`
    select session_id, phase from release_draw where session_id in (${broken}, ${whole})`.execute(h.state.owner);
  expect(Object.fromEntries(phases.rows.map((row) => [row.session_id, row.phase]))).toMatchObject({
    [whole]: 'revealed',
  });
  await sql`delete from release_session where id = ${broken}`.execute(h.state.owner);
});

test('a simulation that a crash cut short runs again from the start and gives what it would have given', async () => {
  const made = await h.json<{ id: string }>(desk, 'post', '/antiscalp/policies', {
    tenant: desk.tenant,
    name: 'crash',
    policy: {},
  });
  const body = {
    places: 1,
    patients: [{ name: 'p', count: 10, lookSeconds: 60, reactionSeconds: 8, reactionSpread: 6 }],
    trials: 2000,
    seed: 'same',
  };
  const ask = () => h.json<{ id: string }>(desk, 'post', `/antiscalp/policies/${made.id}/simulations`, body);
  const read = (id: string) => h.json<{ status: string; result: unknown }>(desk, 'get', `/antiscalp/simulations/${id}`);
  const one = await ask();
  await h.release.simulations.drain();
  const two = await ask();
  await h.release.simulations.drain();
  // As after a kill in the middle of the work.
  await sql`update release_simulation set status = 'running', progress = 40, result = null where id = ${two.id}`.execute(
    h.state.owner,
  );
  const [service] = h.release.services;
  await service!.start();
  await h.release.simulations.drain();
  await service!.stop();
  expect(await read(two.id)).toMatchObject({ status: 'done', result: (await read(one.id)).result });
  // A runner that stops in between puts its work back.
  const three = await sql<{ id: string }>`
    update release_simulation set status = 'queued', result = null where id = ${two.id} returning id`.execute(
    h.state.owner,
  );
  const runner = createSimulationRunner(h.platform);
  const drained = runner.drain();
  await runner.stop();
  await drained;
  expect(['queued', 'done']).toContain((await read(three.rows[0]!.id)).status);
});
