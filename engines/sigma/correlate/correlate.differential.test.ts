import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCorrelator, parseRules, type CorrelationRule } from '../index.ts';
import { createNaiveCorrelator, type NaiveHit, type NaiveOptions } from '../testing/naive-correlator.ts';

const RULES = ['a', 'b', 'c', 'd'];

function correlation({ type, least, timespan }: NaiveOptions): CorrelationRule {
  const document = {
    title: 'C',
    id: 'corr',
    correlation: {
      type,
      rules: RULES,
      'group-by': ['U'],
      timespan: `${timespan / 1000}s`,
      condition: { gte: least, ...(type === 'value_count' ? { field: 'V' } : {}) },
    },
  };
  return parseRules([{ file: 'x', document }]).correlations[0] as CorrelationRule;
}

interface Step {
  readonly group: string;
  /** Tenths of a second, so that many share their millisecond. */
  readonly tenth: number;
  readonly rule: number;
  readonly value: string;
}

type Hits = { readonly step: number; readonly hit: NaiveHit }[];

function runBoth(options: NaiveOptions, steps: readonly Step[], restart: boolean): { actual: Hits; expected: Hits } {
  const naive = createNaiveCorrelator(options);
  const settings = { lateness: options.lateness, maxEventsPerGroup: options.limit };
  const rules = [correlation(options)];
  let correlator = createCorrelator(rules, settings);
  const actual: Hits = [];
  const expected: Hits = [];
  steps.forEach(({ group, tenth, rule, value }, step) => {
    const hit = naive.push(group, tenth * 100, rule, value);
    if (hit !== undefined) expected.push({ step, hit });
    for (const { from, to, value: found, count } of correlator.push(
      RULES[rule] as string,
      { U: group, V: value },
      tenth * 100,
    )) {
      actual.push({ step, hit: { from, to, value: found, count } });
    }
    if (!restart || step !== steps.length >> 1) return;
    const next = createCorrelator(rules, settings);
    next.restore(structuredClone(correlator.snapshot()));
    correlator = next;
  });
  expect(correlator.stats.events).toBe(naive.events);
  return { actual, expected };
}

const types = ['event_count', 'value_count', 'temporal', 'temporal_ordered'] as const;
const steps = (maxTenth: number): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.record({
      group: fc.constantFrom('x', 'x', 'x', 'y'),
      tenth: fc.integer({ min: 0, max: maxTenth }),
      rule: fc.integer({ min: 0, max: RULES.length - 1 }),
      value: fc.constantFrom('1', '2', '3', '4', '5', '6', '7', '8'),
    }),
    { maxLength: 120, size: 'max' },
  );
const bounds = fc.record({
  least: fc.integer({ min: 1, max: 5 }),
  timespan: fc.constantFrom(1000, 3000, 10_000),
  lateness: fc.constantFrom(0, 2000, 1_000_000),
  limit: fc.constantFrom(3, 20, 10_000),
});

describe.each(types)('createCorrelator() with %s equals the definition of a sliding window', (type) => {
  test('when events come in order', () => {
    fc.assert(
      fc.property(bounds, steps(300), fc.boolean(), (given, list, restart) => {
        const ordered = list.toSorted((left, right) => left.tenth - right.tenth);
        const { actual, expected } = runBoth({ type, ...given }, ordered, restart);
        expect(actual).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });

  test('when events come in any order', () => {
    fc.assert(
      fc.property(bounds, steps(300), fc.boolean(), (given, list, restart) => {
        const { actual, expected } = runBoth({ type, ...given }, list, restart);
        expect(actual).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  test('when most events come in order and some are late', () => {
    const nearly = fc.tuple(steps(80), fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 120, maxLength: 120 }));
    fc.assert(
      fc.property(bounds, nearly, fc.boolean(), (given, [list, delays], restart) => {
        const arrived = list
          .map((step, index) => ({ step, arrival: step.tenth + ((delays[index] as number) > 30 ? 20 : 0) }))
          .toSorted((left, right) => left.arrival - right.arrival)
          .map(({ step }) => step);
        const { actual, expected } = runBoth({ type, ...given }, arrived, restart);
        expect(actual).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });
});
