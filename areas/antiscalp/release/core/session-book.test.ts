import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DEFAULT_POLICY, SessionBook, createHarness } from './test-support.ts';
import type { Policy, Release } from './index.ts';
import { verifyDraw } from './index.ts';

const MINUTE = 60_000;

test('immediate: places open at the release time and not before', () => {
  const { book, at, who } = createHarness({ release: { kind: 'immediate' } });
  expect(book.book(who('a'), at(-1))).toEqual({ ok: false, reason: 'slot.none-open' });
  expect(book.book(who('a'), at(0)).ok).toBe(true);
  expect(book.view().open).toBe(2);
});

test('random delay: each place opens once, inside the span', () => {
  const { book, at } = createHarness({ release: { kind: 'random-delay', maxSeconds: 3600 } }, { slots: 20 });
  book.advance(at(0));
  const opened = book.data.slots.map(({ openAt }) => openAt!);
  expect(Math.min(...opened)).toBeGreaterThanOrEqual(at(0));
  expect(Math.max(...opened)).toBeLessThanOrEqual(at(60));
  expect(new Set(opened).size).toBeGreaterThan(15);
  book.advance(at(30));
  const early = book.data.slots.filter(({ state }) => state === 'open').length;
  expect(early).toBe(opened.filter((time) => time <= at(30)).length);
  book.advance(at(60));
  expect(book.view().open).toBe(20);
});

test('window: entries only inside it, one draw, winners hold, losers wait for what becomes free', () => {
  const { book, at, who } = createHarness({ release: { kind: 'window', windowSeconds: 600 } });
  expect(book.enter(who('early'), at(-1))).toEqual({ ok: false, reason: 'session.not-published' });
  for (const name of ['a', 'b', 'c', 'd', 'e']) expect(book.enter(who(name), at(1)).ok).toBe(true);
  expect(book.enter(who('a'), at(2))).toEqual({ ok: false, reason: 'entry.exists' });
  expect(book.book(who('f'), at(5))).toEqual({ ok: false, reason: 'slot.none-open' });
  const [before] = book.view().draws;
  expect(before).toMatchObject({ commitment: expect.stringMatching(/^[0-9a-f]{64}$/) });
  expect(before).not.toHaveProperty('seed');
  expect(before).not.toHaveProperty('entrants');
  book.advance(at(10));
  const record = book.view().draws[0]!;
  expect(verifyDraw(record, { commitment: before!.commitment }).valid).toBe(true);
  expect(record.entrants).toHaveLength(5);
  expect(book.data.bookings.map(({ state }) => state)).toEqual(['held', 'held', 'held']);
  expect(book.data.entries.filter(({ state }) => state === 'waiting')).toHaveLength(2);
});

test('waitlist: entries from publication, the draw at the release time; places left over open to all', () => {
  const { book, at, who } = createHarness({ release: { kind: 'waitlist' } });
  expect(book.enter(who('a'), at(-100)).ok).toBe(true);
  book.advance(at(0));
  expect(book.data.bookings.map(({ person }) => person)).toEqual(['a']);
  expect(book.view().open).toBe(2);
  expect(book.book(who('b'), at(1)).ok).toBe(true);
});

test('a cancelled place goes to a draw of those who wait, never to the buyer who stands ready', () => {
  const { book, at, who } = createHarness({ release: { kind: 'immediate' } });
  const taken = ['scalper', 'x', 'y'].map((name) => book.book(who(name), at(0)));
  for (const name of ['p1', 'p2', 'p3']) book.enter(who(name), at(1));
  const first = taken[0]!;
  if (!first.ok) throw new Error(first.reason);
  book.confirm(first.value.id, at(2));
  expect(book.cancel(first.value.id, at(20)).ok).toBe(true);
  // The buyer asks in the same second, in the next and every minute: there is nothing to take.
  for (let minute = 20; minute < 30; minute += 1)
    expect(book.book(who('buyer'), at(minute))).toEqual({ ok: false, reason: 'slot.none-open' });
  expect(book.book(who('scalper'), at(21))).toEqual({ ok: false, reason: 'booking.cancelled-here' });
  expect(book.enter(who('scalper'), at(21))).toEqual({ ok: false, reason: 'booking.cancelled-here' });
  const draw = book.view().draws[0]!;
  expect(Date.parse(draw.closesAt) - at(20)).toBeGreaterThanOrEqual(10 * MINUTE);
  book.advance(Date.parse(draw.closesAt));
  expect(book.data.bookings.at(-1)).toMatchObject({ person: expect.stringMatching(/^p[123]$/), draw: draw.id });
});

test('a rebook by another identity after a cancel is flagged with its distance, chance and what the two share', () => {
  const { book, at, who } = createHarness({ release: { kind: 'immediate' } }, { slots: 1 });
  const taken = book.book({ ...who('scalper'), device: 'dev-1', contact: '139' }, at(0));
  if (!taken.ok) throw new Error(taken.reason);
  book.cancel(taken.value.id, at(1));
  book.enter({ ...who('buyer'), device: 'dev-1', contact: '138' }, at(2));
  book.enter(who('patient'), at(2));
  const closesAt = Date.parse(book.view().draws[0]!.closesAt);
  book.advance(closesAt);
  const [pair] = book.data.handOvers;
  expect(pair).toMatchObject({ from: 'scalper', chance: 0.5, seconds: (closesAt - at(1)) / 1000 });
  expect(pair!.shared).toEqual(pair!.to === 'buyer' ? ['device'] : []);
  expect(book.takeEvents().map(({ type }) => type)).toContain('hand-over.flagged');
});

test('a place that was won and not confirmed goes into another draw', () => {
  const { book, at, who } = createHarness({ release: { kind: 'waitlist' }, confirmSeconds: 300 }, { slots: 1 });
  for (const name of ['a', 'b', 'c']) book.enter(who(name), at(-10));
  book.advance(at(0));
  const winner = book.data.bookings[0]!;
  book.advance(at(5));
  expect(winner.state).toBe('expired');
  expect(book.confirm(winner.id, at(6))).toEqual({ ok: false, reason: 'booking.state' });
  const second = book.view().draws[1]!;
  book.advance(Date.parse(second.closesAt));
  expect(book.data.bookings[1]!.person).not.toBe(winner.person);
  expect(book.view().draws[1]!.entrants).toHaveLength(2);
});

test('places that become free join the planned draw while it is far enough away, else a new one', () => {
  const { book, at, who } = createHarness({ release: { kind: 'immediate' } });
  const ids = ['a', 'b', 'c'].map((name) => {
    const taken = book.book(who(name), at(0));
    return taken.ok ? taken.value.id : '';
  });
  book.cancel(ids[0]!, at(1));
  book.cancel(ids[1]!, at(2));
  expect(book.data.draws).toHaveLength(1);
  book.cancel(ids[2]!, book.data.draws[0]!.closesAt - 1);
  expect(book.data.draws).toHaveLength(2);
});

test('a draw that waits for its public value is closed, not revealed, until the value is there', () => {
  const { book, at, who } = createHarness({ release: { kind: 'waitlist' }, beaconSource: 'index' });
  book.enter(who('a'), at(-1));
  book.advance(at(1));
  const draw = book.view().draws[0]!;
  expect(draw.entrantsHash).toBeDefined();
  expect(draw.seed).toBeUndefined();
  expect(book.beacon(draw.id, '', at(2))).toBe(false);
  expect(book.beacon(draw.id, '3312.77', at(2))).toBe(true);
  expect(book.beacon(draw.id, '3312.78', at(2))).toBe(false);
  expect(verifyDraw(book.view().draws[0]).valid).toBe(true);
  expect(book.data.bookings).toHaveLength(1);
});

test('who reached a limit elsewhere between entry and draw is left out, with the others unharmed', () => {
  const barred = new Set<string>();
  const { book, at, who } = createHarness(
    { release: { kind: 'waitlist' } },
    { eligible: ({ person }) => (barred.has(person) ? { ok: false, reason: 'limit.day' } : { ok: true, value: true }) },
  );
  for (const name of ['a', 'b']) book.enter(who(name), at(-5));
  barred.add('a');
  expect(book.enter(who('a'), at(-4))).toEqual({ ok: false, reason: 'entry.exists' });
  book.advance(at(0));
  expect(book.data.bookings.map(({ person }) => person)).toEqual(['b']);
  barred.add('c');
  expect(book.book(who('c'), at(1))).toEqual({ ok: false, reason: 'limit.day' });
});

test('withdraw() leaves the list, and the same person may come back', () => {
  const { book, at, who } = createHarness({ release: { kind: 'waitlist' } });
  book.enter(who('a'), at(-5));
  expect(book.withdraw('a', at(-4)).ok).toBe(true);
  expect(book.withdraw('a', at(-4))).toEqual({ ok: false, reason: 'entry.unknown' });
  expect(book.enter(who('a'), at(-3)).ok).toBe(true);
  expect(book.data.entries).toHaveLength(1);
});

test('the session ends: what is left lapses, a late cancel goes to the window of the hospital', () => {
  const { book, at, who, session } = createHarness({ release: { kind: 'immediate' } });
  const taken = book.book(who('a'), at(0));
  if (!taken.ok) throw new Error(taken.reason);
  book.confirm(taken.value.id, at(1));
  book.advance(session.closeAt);
  expect(book.view().open).toBe(0);
  expect(book.enter(who('z'), session.closeAt)).toEqual({ ok: false, reason: 'session.closed' });
  book.cancel(taken.value.id, session.closeAt + 1);
  expect(book.data.slots.map(({ state }) => state)).toEqual(['lapsed', 'lapsed', 'lapsed']);
  expect(book.nextDue()).toBeUndefined();
});

test('arrive() and miss() end a confirmed booking and nothing else', () => {
  const { book, at, who } = createHarness({ release: { kind: 'immediate' } });
  const [a, b] = ['a', 'b'].map((name) => {
    const taken = book.book(who(name), at(0));
    return taken.ok ? taken.value.id : '';
  });
  expect(book.arrive(a!, at(1))).toEqual({ ok: false, reason: 'booking.state' });
  book.confirm(a!, at(1));
  book.confirm(b!, at(1));
  expect(book.arrive(a!, at(2)).ok).toBe(true);
  expect(book.miss(b!, at(2)).ok).toBe(true);
  expect(book.cancel(a!, at(3))).toEqual({ ok: false, reason: 'booking.state' });
  expect(book.cancel('nothing', at(3))).toEqual({ ok: false, reason: 'booking.unknown' });
  expect(book.book(who('b'), at(3))).toEqual({ ok: false, reason: 'booking.exists' });
});

test('the book goes through its data: stored and loaded again it continues the same', () => {
  const { book, at, who, context } = createHarness({ release: { kind: 'waitlist' } });
  for (const name of ['a', 'b', 'c', 'd']) book.enter(who(name), at(-5));
  const copy = new SessionBook(JSON.parse(JSON.stringify(book.data)), context);
  book.advance(at(0));
  copy.advance(at(0));
  expect(copy.view().draws[0]!.winners).toEqual(book.view().draws[0]!.winners);
  expect(copy.data.bookings.map(({ person }) => person)).toEqual(book.data.bookings.map(({ person }) => person));
});

const RELEASES: Release[] = [
  { kind: 'immediate' },
  { kind: 'random-delay', maxSeconds: 1800 },
  { kind: 'window', windowSeconds: 600 },
  { kind: 'waitlist' },
];
const step = fc.record({
  act: fc.constantFrom('enter', 'book', 'withdraw', 'confirm', 'cancel', 'arrive', 'miss', 'wait'),
  person: fc.nat({ max: 9 }),
  pick: fc.nat({ max: 30 }),
  minutes: fc.integer({ min: 0, max: 25 }),
});

test('whatever happens: no place is held twice, nobody holds two, every place is accounted for, every draw verifies', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...RELEASES),
      fc.constantFrom<Policy['freed']>(DEFAULT_POLICY.freed, {
        kind: 'delayed-draw',
        minSeconds: 120,
        maxSeconds: 3600,
      }),
      fc.array(step, { maxLength: 80 }),
      (release, freed, steps) => {
        const { book, at, who } = createHarness({ release, freed, confirmSeconds: 900 });
        let minute = -90;
        const noted = new Map<string, string>();
        for (const { act, person, pick, minutes } of steps) {
          minute += minutes;
          const now = at(minute);
          const { bookings } = book.data;
          const target = bookings[pick % Math.max(1, bookings.length)]?.id ?? '-';
          const origin = who(`p${person}`);
          if (act === 'enter') book.enter(origin, now);
          else if (act === 'book') book.book(origin, now);
          else if (act === 'withdraw') book.withdraw(origin.person, now);
          else if (act === 'wait') book.advance(now);
          else book[act](target, now);

          const live = book.data.bookings.filter(({ state }) => state !== 'cancelled' && state !== 'expired');
          expect(new Set(live.map(({ slot }) => slot)).size).toBe(live.length);
          expect(new Set(live.map((one) => one.person)).size).toBe(live.length);
          expect(new Set(book.data.entries.map((entry) => entry.person)).size).toBe(book.data.entries.length);
          for (const slot of book.data.slots) {
            const holder = live.find((one) => one.slot === slot.id);
            expect(slot.booking).toBe(holder?.id);
            expect(['held', 'booked', 'visited', 'missed'].includes(slot.state)).toBe(holder !== undefined);
            if (holder !== undefined) expect(slot.state).toBe(holder.state);
            // A place that somebody gave back is never open to the first who asks before its draw was held.
            if (slot.state === 'open' && slot.freedBy !== undefined)
              expect(book.data.draws.find(({ id }) => id === slot.draw)!.phase).toBe('revealed');
          }
          for (const { record } of book.data.draws) {
            expect(noted.get(record.id) ?? record.commitment).toBe(record.commitment);
            noted.set(record.id, record.commitment);
            if (record.seed !== undefined) expect(verifyDraw(record).valid).toBe(true);
          }
          const due = book.nextDue();
          if (due !== undefined) expect(due).toBeGreaterThan(now);
        }
      },
    ),
    { numRuns: 150 },
  );
});
