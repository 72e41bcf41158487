import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { STEPS, ladder, newest, percent, series, shortKey, wilson } from './figures.ts';

describe('wilson()', () => {
  test('agrees with the published example: 10 of 20 is 0.299 to 0.701', () => {
    const share = wilson(10, 20);
    expect(share?.low).toBeCloseTo(0.299, 3);
    expect(share?.high).toBeCloseTo(0.701, 3);
  });

  test('says nothing of nothing, and 0 of n is not certainty', () => {
    expect(wilson(0, 0)).toBeUndefined();
    expect(wilson(0, 30)).toMatchObject({ value: 0, low: 0 });
    expect(wilson(0, 30)?.high).toBeCloseTo(0.1135, 3);
  });

  test('holds the share inside 0 to 1', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 0, max: 10_000 }), (of, raw) => {
        const share = wilson(Math.min(raw, of), of);
        expect(share).toBeDefined();
        if (share === undefined) return;
        expect(share.low).toBeGreaterThanOrEqual(0);
        expect(share.high).toBeLessThanOrEqual(1);
        expect(share.low).toBeLessThanOrEqual(share.value);
        expect(share.high).toBeGreaterThanOrEqual(share.value);
      }),
    );
  });
});

test('percent() keeps small shares readable', () => {
  expect([0, 0.0004, 0.032, 0.5, 1].map(percent)).toEqual(['0%', '0.04%', '3.2%', '50%', '100%']);
});

test('ladder() sums actions in the order of the steps and counts unknown steps in the whole', () => {
  const counts = ladder([
    { step: 'deny', count: 1 },
    { step: 'allow', count: 6 },
    { step: 'allow', count: 2 },
    { step: 'later-step', count: 1 },
  ]);
  expect(counts.map(({ step }) => step)).toEqual([...STEPS]);
  expect(counts[0]).toEqual({ step: 'allow', count: 8, share: 0.8 });
  expect(counts.at(-1)).toEqual({ step: 'deny', count: 1, share: 0.1 });
});

test('series() fills empty buckets and leaves out what lies outside the range', () => {
  const timeline = {
    from: '2026-11-23T00:00:00.000Z',
    to: '2026-11-23T00:04:00.000Z',
    seconds: 60,
    points: [
      { at: '2026-11-23T00:01:00.000Z', step: 'allow', count: 3 },
      { at: '2026-11-23T00:03:00.000Z', step: 'deny', count: 1 },
      { at: '2026-11-24T00:00:00.000Z', step: 'deny', count: 9 },
    ],
  };
  const { at, counts } = series(timeline);
  expect(at).toHaveLength(4);
  expect(counts.get('allow')).toEqual([0, 3, 0, 0]);
  expect(counts.get('deny')).toEqual([0, 0, 0, 1]);
});

test('newest() keeps each id once, newest first', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd'), at: fc.constantFrom('1', '2', '3') })),
      fc.integer({ min: 0, max: 5 }),
      (rows, limit) => {
        const list = newest(rows, rows, limit);
        expect(new Set(list.map(({ id }) => id)).size).toBe(list.length);
        expect(list.length).toBeLessThanOrEqual(limit);
        expect(list.map(({ at }) => at)).toEqual(
          list
            .map(({ at }) => at)
            .toSorted()
            .toReversed(),
        );
      },
    ),
  );
});

test('shortKey() leaves short keys whole', () => {
  expect([shortKey('abc'), shortKey('0123456789abcdef')]).toEqual(['abc', '01234567…']);
});
