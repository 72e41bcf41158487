import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  DEFAULT_LIMITS,
  DEFAULT_POLICY,
  REFUSAL_TEXTS,
  ageOn,
  banUntil,
  checkLimits,
  freedDrawAt,
  idCheckDigit,
  parseRealNameId,
  policyProblems,
  weightOf,
} from './index.ts';
import type { Applicant, Limits, PastBooking, Session } from './index.ts';

const DAY = 86_400_000;
const NOW = Date.parse('2026-11-23T00:00:00Z');
const SESSION: Session = {
  id: 's1',
  hospital: 'h',
  department: 'd',
  doctor: 'doc-1',
  date: '2026-11-24',
  publishAt: 0,
  releaseAt: NOW,
  closeAt: NOW + DAY,
};
const past = (over: Partial<PastBooking>): PastBooking => ({
  person: 'p',
  account: 'a',
  session: 's0',
  doctor: 'doc-0',
  date: '2026-11-01',
  state: 'visited',
  changedAt: NOW - 20 * DAY,
  ...over,
});
const ask = (history: readonly PastBooking[], over: Partial<Applicant> = {}, limits: Limits = DEFAULT_LIMITS) =>
  checkLimits(limits, SESSION, { person: 'p', account: 'a', channel: 'web', history, ...over }, NOW);
const reason = (...args: Parameters<typeof ask>): string => {
  const answer = ask(...args);
  return answer.ok ? 'ok' : answer.reason;
};

test('checkLimits() lets an honest patient book, also after clumsy tries and for relatives', () => {
  expect(reason([])).toBe('ok');
  expect(reason([past({}), past({ state: 'cancelled' }), past({ state: 'missed' })])).toBe('ok');
  // One account, five relatives the same morning: no refusal.
  const family = ['f1', 'f2', 'f3', 'f4', 'f5'].map((person) =>
    past({ person, session: `s-${person}`, state: 'booked', date: SESSION.date }),
  );
  expect(reason(family)).toBe('ok');
});

test('checkLimits() names the limit that stands in the way', () => {
  const booked = past({ state: 'booked' });
  expect(reason([{ ...booked, session: 's1' }])).toBe('booking.exists');
  expect(reason([1, 2].map((n) => past({ date: SESSION.date, session: `x${n}` })))).toBe('limit.day');
  expect(reason([1, 2, 3, 4, 5].map((n) => past({ state: 'booked', session: `x${n}`, date: `2026-12-0${n}` })))).toBe(
    'limit.active',
  );
  expect(reason([past({ doctor: 'doc-1', date: '2026-11-20' })])).toBe('limit.doctor');
  expect(reason([past({ doctor: 'doc-1', date: '2026-11-16' })])).toBe('ok');
  const crowd = [1, 2, 3, 4, 5, 6].map((n) => past({ person: `f${n}`, state: 'booked' }));
  expect(reason(crowd)).toBe('limit.family');
  expect(reason(crowd.map((one) => ({ ...one, account: 'other' })))).toBe('ok');
});

test('checkLimits() asks a guardian for a minor, and not the minor itself', () => {
  expect(reason([], { birth: '2020-01-01' })).toBe('limit.guardian');
  expect(reason([], { birth: '2020-01-01', guardian: 'p' })).toBe('limit.guardian');
  expect(reason([], { birth: '2020-01-01', guardian: 'mother' })).toBe('ok');
  expect(reason([], { birth: '1990-01-01' })).toBe('ok');
});

test('checkLimits() bans three months after three no-shows and one month after three cancellations, and tells until when', () => {
  const missed = [1, 2, 3].map((n) => past({ state: 'missed', changedAt: NOW - n * 10 * DAY }));
  expect(ask(missed)).toEqual({ ok: false, reason: 'ban.no-show', until: NOW - 10 * DAY + 90 * DAY });
  expect(reason(missed.slice(1))).toBe('ok');
  const cancelled = [1, 2, 3].map((n) => past({ state: 'cancelled', changedAt: NOW - n * DAY }));
  expect(ask(cancelled)).toEqual({ ok: false, reason: 'ban.cancel', until: NOW - DAY + 30 * DAY });
  expect(reason(cancelled.map((one) => ({ ...one, excused: true })))).toBe('ok');
  expect(reason(cancelled.map((one) => ({ ...one, person: 'neighbour' })))).toBe('ok');
  expect(reason(cancelled, {}, { ...DEFAULT_LIMITS, cancel: null })).toBe('ok');
  // Holding without paying, again and again, is cancelling by another name.
  expect(reason(cancelled.map((one) => ({ ...one, state: 'expired' })))).toBe('ban.cancel');
});

test('banUntil() counts an event once: two groups of three need six events', () => {
  const penalty = { count: 3, withinDays: 30, banDays: 10 };
  const at = (...days: number[]) => days.map((day) => ({ changedAt: day * DAY }));
  expect(banUntil(penalty, at(0, 1, 2), 3 * DAY)).toBe(12 * DAY);
  expect(banUntil(penalty, at(0, 1, 2), 12 * DAY)).toBeUndefined();
  expect(banUntil(penalty, at(0, 1, 2, 11, 12), 13 * DAY)).toBeUndefined();
  expect(banUntil(penalty, at(0, 1, 2, 11, 12, 13), 14 * DAY)).toBe(23 * DAY);
  expect(banUntil(penalty, at(0, 20, 40), 41 * DAY)).toBeUndefined();
});

test('banUntil() never bans below the count and is the same for any order of the events', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 400 }), { maxLength: 12 }), fc.nat({ max: 500 }), (days, now) => {
      const penalty = { count: 3, withinDays: 30, banDays: 60 };
      const events = days.map((day) => ({ changedAt: day * DAY }));
      const until = banUntil(penalty, events, now * DAY);
      expect(banUntil(penalty, events.toReversed(), now * DAY)).toBe(until);
      if (days.length < 3) expect(until).toBeUndefined();
      if (until !== undefined) expect(until).toBeLessThanOrEqual((Math.max(...days) + 60) * DAY);
    }),
  );
});

test('parseRealNameId() takes a number with its check digit and refuses one changed in any place', () => {
  // GB 11643-1999 gives 11010519491231002X as its example.
  expect(parseRealNameId('11010519491231002x')).toEqual({ id: '11010519491231002X', birth: '1949-12-31' });
  expect(parseRealNameId(' 110105 19491231 002X ')?.id).toBe('11010519491231002X');
  for (const bad of ['', '110105194912310021', '11010519491331002X', '01010519491231002X', 'abc', '1101051949123100'])
    expect(parseRealNameId(bad)).toBeUndefined();
  fc.assert(
    fc.property(fc.nat({ max: 16 }), fc.integer({ min: 1, max: 9 }), (place, step) => {
      const id = '11010519491231002X';
      const digit = (Number(id[place]) + step) % 10;
      expect(parseRealNameId(id.slice(0, place) + digit + id.slice(place + 1))).toBeUndefined();
    }),
  );
  expect(idCheckDigit('11010519491231002')).toBe('X');
});

test('ageOn() counts full years', () => {
  expect(ageOn('2012-11-24', '2026-11-23')).toBe(13);
  expect(ageOn('2012-11-23', '2026-11-23')).toBe(14);
});

test('policyProblems() refuses a policy that would bring the hand-over back', () => {
  expect(policyProblems(DEFAULT_POLICY)).toEqual([]);
  const freed = { kind: 'delayed-draw', minSeconds: 0, maxSeconds: 0 } as const;
  expect(policyProblems({ ...DEFAULT_POLICY, freed }).join()).toMatch(/freed\.minSeconds.*freed\.maxSeconds/);
  expect(policyProblems({ ...DEFAULT_POLICY, reserved: { channels: [], share: 0.2 } })).toHaveLength(1);
  expect(policyProblems({ ...DEFAULT_POLICY, release: { kind: 'window', windowSeconds: 5 } })).toHaveLength(1);
  expect(policyProblems({ ...DEFAULT_POLICY, weights: { perLoss: 0.5, cap: 0 } })).toHaveLength(1);
});

test('freedDrawAt() keeps the promised distance for both kinds', () => {
  fc.assert(
    fc.property(fc.nat({ max: 10 * DAY }), fc.double({ min: 0, max: 0.999, noNaN: true }), (now, fraction) => {
      const cadence = freedDrawAt(DEFAULT_POLICY, now, fraction);
      expect(cadence - now).toBeGreaterThanOrEqual(600_000);
      expect(cadence - now).toBeLessThan(600_000 + 1_800_000);
      expect(cadence % 1_800_000).toBe(0);
      const delayed = { ...DEFAULT_POLICY, freed: { kind: 'delayed-draw', minSeconds: 60, maxSeconds: 120 } as const };
      expect(freedDrawAt(delayed, now, fraction) - now).toBeGreaterThanOrEqual(60_000);
      expect(freedDrawAt(delayed, now, fraction) - now).toBeLessThanOrEqual(120_000);
    }),
  );
});

test('weightOf() follows the published rule up to its cap', () => {
  expect(weightOf(DEFAULT_POLICY, 9)).toBe(1);
  const policy = { ...DEFAULT_POLICY, weights: { perLoss: 1, cap: 3 } };
  expect([0, 1, 2, 7].map((lost) => weightOf(policy, lost))).toEqual([1, 2, 3, 3]);
});

test('every refusal has its text in both languages', () => {
  for (const [code, text] of Object.entries(REFUSAL_TEXTS)) {
    expect(text.zh, code).toMatch(/\p{Script=Han}/u);
    expect(text.en, code).toMatch(/^[ -~]+$/);
  }
});
