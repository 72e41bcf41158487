import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compile,
  createCorrelator,
  ecsMapping,
  parseRules,
  type CorrelationHit,
  type CorrelationRule,
  type Correlator,
  type CorrelatorOptions,
} from '../index.ts';
import { percentile } from './measure.ts';

function correlation(body: Record<string, unknown>, more: Record<string, unknown> = {}): CorrelationRule {
  const document = {
    title: 'C',
    id: 'corr',
    correlation: { rules: ['r'], 'group-by': ['U'], timespan: '10s', ...body },
    ...more,
  };
  const { correlations, issues } = parseRules([{ file: 'x', document }]);
  expect(issues.filter(({ severity }) => severity === 'error')).toEqual([]);
  return correlations[0]!;
}
type Push = [seconds: number, rule: string, event: Record<string, unknown>];
function run(correlator: Correlator, pushes: readonly Push[]): (readonly [number, number])[] {
  return pushes.flatMap(([seconds, rule, event]) =>
    correlator.push(rule, event, seconds * 1000).map((hit) => [seconds, hit.value] as const),
  );
}
const one = (body: Record<string, unknown>, options: CorrelatorOptions = {}): Correlator =>
  createCorrelator([correlation(body)], options);
const at = (seconds: number, more: Record<string, unknown> = {}, rule = 'r'): Push => [
  seconds,
  rule,
  { U: 'bob', ...more },
];

describe('event_count', () => {
  const body = { type: 'event_count', condition: { gte: 3 } };

  test('fires when the limit is reached within the span, and not across it', () => {
    expect(run(one(body), [at(0), at(4), at(9)])).toEqual([[9, 3]]);
    expect(run(one(body), [at(0), at(4), at(10)])).toEqual([[10, 3]]);
    expect(run(one(body), [at(0), at(4), at(11)])).toEqual([]);
  });

  test('reports a lasting burst once per span, and again after a pause', () => {
    const burst = Array.from({ length: 25 }, (_, second) => at(second));
    expect(run(one(body), burst).map(([second]) => second)).toEqual([2, 12, 22]);
    expect(run(one(body), [at(0), at(1), at(2), at(60), at(61), at(62)])).toEqual([
      [2, 3],
      [62, 3],
    ]);
  });

  test('counts each group by itself, without regard to case, and all together without group-by', () => {
    const pushes: Push[] = [
      [0, 'r', { U: 'Bob' }],
      [1, 'r', { U: 'eve' }],
      [2, 'r', { U: 'BOB' }],
      [3, 'r', { U: 'bob' }],
    ];
    expect(run(one(body), pushes)).toEqual([[3, 3]]);
    expect(run(one({ ...body, 'group-by': undefined }), pushes)).toEqual([[2, 3]]);
  });

  test('an event without a group-by field is counted as incomplete', () => {
    const correlator = one(body);
    run(correlator, [
      [0, 'r', {}],
      [1, 'r', { U: null }],
      [2, 'r', { U: [] }],
      [Number.NaN, 'r', { U: 'bob' }],
    ]);
    expect(correlator.stats).toMatchObject({ incompleteEvents: 4, groups: 0 });
  });

  test('several fields and lists make a group together', () => {
    const pushes: Push[] = [0, 1, 2].map((second) => [second, 'r', { U: 'bob', H: ['a', 'b'] }]);
    const hits = pushes.flatMap(([seconds, rule, event]) =>
      one({ ...body, 'group-by': ['U', 'H'], condition: { gte: 1 } }).push(rule, event, seconds),
    );
    expect(hits[0]?.group).toEqual({ U: 'bob', H: '["a","b"]' });
  });

  test('a late event counts where it belongs; one beyond the lateness is left out and counted', () => {
    expect(run(one(body), [at(20), at(24), at(22)])).toEqual([[22, 3]]);
    expect(run(one(body), [at(20), at(31), at(15), at(24)])).toEqual([[24, 3]]);
    const strict = one(body, { lateness: 1000 });
    expect(run(strict, [at(20), at(24), at(22)])).toEqual([]);
    expect(strict.stats.lateEvents).toBe(1);
  });

  test('finds the same bursts as a plain count, in any order within the lateness', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 40 }), (seconds) => {
        const correlator = one(body, { lateness: 100_000 });
        const fired =
          run(
            correlator,
            seconds.map((second) => at(second)),
          ).length > 0;
        const sorted = seconds.toSorted((left, right) => left - right);
        const plain = sorted.some((second, index) => index >= 2 && second - (sorted[index - 2] as number) <= 10);
        expect(fired).toBe(plain);
      }),
    );
  });

  test('upper limits and equality are judged when the window is over', () => {
    const range = one({ ...body, condition: { gt: 1, lte: 2 } });
    expect(run(range, [at(0), at(1)])).toEqual([]);
    expect(range.advance(69_000)).toEqual([]); // the lateness has to pass too
    expect(range.advance(71_000)).toMatchObject([{ value: 2, from: 0, to: 1000 }]);
    expect(range.stats).toMatchObject({ groups: 0, events: 0 });
    const exactly = one({ ...body, condition: { eq: 2 } }, { lateness: 0 });
    expect(run(exactly, [at(0), at(1), at(2)])).toEqual([]);
    expect(exactly.advance(20_000)).toEqual([]);
    // The next event of the group closes the window as well.
    expect(run(one({ ...body, condition: { lt: 3 } }, { lateness: 0 }), [at(0), at(30)])).toEqual([[30, 1]]);
  });
});

describe('value types', () => {
  const values = (...list: unknown[]): Push[] => list.map((value, second) => at(second, { V: value }));

  test.each<[string, Record<string, unknown>, unknown[], [number, number][]]>([
    ['value_count', { gte: 3 }, ['a', 'A', 'b', 'c'], [[3, 3]]],
    ['value_count', { gte: 2 }, ['a', 'a', 'a'], []],
    ['value_sum', { gt: 10 }, [4, '6', 1], [[2, 11]]],
    ['value_avg', { gte: 5 }, [1, 3, 11], [[2, 5]]],
    ['value_min', { gte: 5 }, [5, 9], [[0, 5]]],
    ['value_max', { gt: 8 }, [5, 9, 7], [[1, 9]]],
    ['value_median', { gte: 4 }, [1, 3, 9, 5], [[3, 4]]],
    ['value_percentile', { gte: 9.5, percentile: 90 }, [1, 10, 10], [[2, 10]]],
  ])('%s with %j over %j', (type, condition, list, expected) => {
    expect(run(one({ type, condition: { field: 'V', ...condition } }), values(...list))).toEqual(expected);
  });

  test('values leave with their events', () => {
    const sum = one({ type: 'value_sum', condition: { field: 'V', gte: 10 } });
    expect(run(sum, [at(0, { V: 6 }), at(11, { V: 6 }), at(15, { V: 5 })])).toEqual([[15, 11]]);
    const distinct = one({ type: 'value_count', condition: { field: 'V', gte: 2 } });
    expect(run(distinct, [at(0, { V: 'a' }), at(11, { V: 'b' }), at(12, { V: 'a' })])).toEqual([[12, 2]]);
    const highest = one({ type: 'value_min', condition: { field: 'V', gte: 5 } });
    expect(run(highest, [at(0, { V: 1 }), at(11, { V: 7 })])).toEqual([[11, 7]]);
  });

  test('several fields are counted as one value; what has none, or no number, is incomplete', () => {
    const pair = one({ type: 'value_count', condition: { field: ['V', 'W'], gte: 3 } });
    expect(run(pair, [at(0, { V: 1, W: 1 }), at(1, { V: 1, W: 2 }), at(2, { V: 2, W: 1 }), at(3, { V: 2 })])).toEqual([
      [2, 3],
    ]);
    expect(pair.stats.incompleteEvents).toBe(1);
    const sum = one({ type: 'value_sum', condition: { field: 'V', gte: 1 } });
    expect(run(sum, values('x', '', null, true))).toEqual([]);
    expect(sum.stats.incompleteEvents).toBe(4);
  });

  test('percentile() interpolates between ranks', () => {
    expect(percentile([1, 2, 3, 4], 50)).toBe(2.5);
    expect(percentile([5], 99)).toBe(5);
    expect(percentile([1, 2], 0)).toBe(1);
    expect(percentile([1, 2], 100)).toBe(2);
    expect(percentile([], 50)).toBeUndefined();
  });
});

describe('temporal', () => {
  const rules = ['a', 'b', 'c'];
  const order = (...names: string[]): Push[] => names.map((name, second) => at(second, {}, name));

  test('needs all rules in any order within the span', () => {
    const body = { type: 'temporal', rules };
    expect(run(one(body), order('c', 'a', 'a', 'b'))).toEqual([[3, 3]]);
    expect(run(one(body), order('c', 'a', 'a'))).toEqual([]);
    expect(run(one(body), [at(0, {}, 'a'), at(1, {}, 'b'), at(11, {}, 'c')])).toEqual([]);
    expect(run(one({ ...body, condition: { gte: 2 } }), order('a', 'c'))).toEqual([[1, 2]]);
  });

  test('temporal_ordered needs them in the order of the list', () => {
    const body = { type: 'temporal_ordered', rules };
    expect(run(one(body), order('a', 'b', 'c'))).toEqual([[2, 3]]);
    expect(run(one(body), order('c', 'b', 'a'))).toEqual([]);
    expect(run(one(body), order('b', 'a', 'b', 'x', 'c'))).toEqual([[4, 3]]);
    expect(run(one({ ...body, condition: { gte: 2 } }), order('c', 'a', 'c'))).toEqual([[2, 2]]);
    // Within one millisecond nobody knows which came first.
    expect(run(one(body), [at(1, {}, 'c'), at(1, {}, 'a'), at(1, {}, 'b')])).toEqual([[1, 3]]);
    // A late event puts the order right.
    expect(run(one(body), [at(5, {}, 'b'), at(6, {}, 'c'), at(4, {}, 'a')])).toEqual([[4, 3]]);
  });

  test('a boolean expression over rules; with not it is judged when the window is over', () => {
    const body = { type: 'temporal', rules };
    expect(run(one({ ...body, condition: 'a and (b or c)' }), order('c', 'a'))).toHaveLength(1);
    const without = one({ ...body, condition: 'a and not b' }, { lateness: 0 });
    expect(run(without, [at(0, {}, 'a')])).toEqual([]);
    expect(without.advance(11_000)).toHaveLength(1);
    run(without, [at(20, {}, 'a'), at(21, {}, 'b')]);
    expect(without.advance(40_000)).toEqual([]);
  });
});

describe('fields of correlations', () => {
  const documents = [
    { title: 'a', id: 'ra', name: 'a', logsource: { product: 'windows' }, detection: { s: { X: 1 }, condition: 's' } },
    {
      title: 'b',
      id: 'rb',
      name: 'b',
      logsource: { category: 'firewall' },
      detection: { s: { X: 1 }, condition: 's' },
    },
  ].map((document) => ({ file: 'x', document }));
  const { rules } = parseRules(documents);

  test('aliases give each rule its own field; rules are referred to by id or name', () => {
    const rule = correlation({
      type: 'temporal',
      rules: ['a', 'rb'],
      'group-by': ['ip'],
      aliases: { ip: { a: 'source.ip', b: 'destination.ip' } },
    });
    const correlator = createCorrelator([rule], { rules });
    expect(correlator.push('ra', { 'source.ip': '10.0.0.1', 'destination.ip': '9.9.9.9' }, 0)).toEqual([]);
    expect(correlator.push('rb', { 'source.ip': '10.0.0.1', 'destination.ip': '1.1.1.1' }, 1)).toEqual([]);
    expect(correlator.push('rb', { 'source.ip': '8.8.8.8', 'destination.ip': '10.0.0.1' }, 2)).toMatchObject([
      { group: { ip: '10.0.0.1' } },
    ]);
  });

  test('the mapping finds fields as compile() does; the caller may override them', () => {
    const rule = correlation({
      type: 'event_count',
      rules: ['a'],
      'group-by': ['TargetUserName'],
      condition: { gte: 1 },
    });
    const correlator = createCorrelator([rule], { rules, mapping: ecsMapping });
    expect(correlator.push('ra', { 'winlog.event_data.TargetUserName': 'bob' }, 0)[0]?.group).toEqual({
      TargetUserName: 'bob',
    });
    expect(correlator.push('ra', { TargetUserName: 'eve' }, 0)[0]?.group).toEqual({ TargetUserName: 'eve' });
    expect(correlator.push('ra', {}, 0, { TargetUserName: 'dan' })[0]?.group).toEqual({ TargetUserName: 'dan' });
  });

  test('unknown references and cycles are issues, and those correlations do not run', () => {
    const missing = correlation({ type: 'event_count', rules: ['gone'], condition: { gte: 1 } });
    const left = { ...correlation({ type: 'event_count', rules: ['right'], condition: { gte: 1 } }), id: 'left' };
    const right = { ...correlation({ type: 'event_count', rules: ['left'], condition: { gte: 1 } }), id: 'right' };
    const correlator = createCorrelator([missing, left, right], { rules });
    expect(correlator.issues.map(({ code, ruleId }) => [code, ruleId])).toEqual([
      ['correlation.unknown-rule', 'corr'],
      ['correlation.cycle', 'left'],
      ['correlation.cycle', 'right'],
    ]);
    expect(correlator.push('gone', { U: 'x' }, 0)).toEqual([]);
    expect(correlator.push('left', { U: 'x' }, 0)).toEqual([]);
  });

  test('suppressed names the rules that only feed correlations', () => {
    const quiet = correlation({ type: 'event_count', rules: ['a'], condition: { gte: 1 } });
    const loud = {
      ...correlation({ type: 'event_count', rules: ['b'], condition: { gte: 1 }, generate: true }),
      id: 'loud',
    };
    expect([...createCorrelator([quiet, loud], { rules }).suppressed]).toEqual(['ra']);
  });
});

describe('chained correlations', () => {
  const source = [
    {
      title: 'Failures then success',
      id: 'top',
      correlation: { type: 'temporal_ordered', rules: ['many', 'ok'], 'group-by': ['U'], timespan: '10m' },
    },
    {
      title: 'Many failures',
      id: 'm',
      name: 'many',
      correlation: { type: 'event_count', rules: ['bad'], 'group-by': ['U'], timespan: '1m', condition: { gte: 3 } },
    },
    { title: 'bad', name: 'bad', id: '1', logsource: { product: 'p' }, detection: { s: { E: 'bad' }, condition: 's' } },
    { title: 'ok', name: 'ok', id: '2', logsource: { product: 'p' }, detection: { s: { E: 'ok' }, condition: 's' } },
  ].map((document) => ({ file: 'x', document }));

  test('a hit is an event of the correlations that refer to it', () => {
    const { rules, correlations } = parseRules(source);
    const { engine } = compile(rules);
    const correlator = createCorrelator(correlations, { rules });
    const feed = (event: Record<string, unknown>, seconds: number): CorrelationHit[] =>
      engine.match(event).flatMap(({ id }) => correlator.push(id, event, seconds * 1000));
    const log: [number, string[]][] = [];
    [
      ['ok', 0],
      ['bad', 1],
      ['bad', 2],
      ['bad', 3],
      ['ok', 5],
    ].forEach(([kind, second]) => {
      log.push([second as number, feed({ E: kind, U: 'bob' }, second as number).map(({ rule }) => rule.id)]);
    });
    expect(log).toEqual([
      [0, []],
      [1, []],
      [2, []],
      [3, ['m']],
      [5, ['top']],
    ]);
    expect(correlator.suppressed).toEqual(new Set(['m', '1', '2']));
  });
});

describe('memory', () => {
  const body = { type: 'event_count', condition: { gte: 2 } };

  test('maxGroups gives up the group longest without an event, and counts it', () => {
    const correlator = one(body, { maxGroups: 2 });
    run(correlator, [
      [0, 'r', { U: 'a' }],
      [1, 'r', { U: 'b' }],
      [2, 'r', { U: 'a' }],
      [3, 'r', { U: 'c' }],
    ]);
    expect(correlator.stats).toMatchObject({ groups: 2, evictedGroups: 1 });
    expect(run(correlator, [[4, 'r', { U: 'c' }]])).toEqual([[4, 2]]);
    expect(run(correlator, [[5, 'r', { U: 'b' }]])).toEqual([]);
  });

  test('maxEvents and maxEventsPerGroup hold, and what they cost is counted', () => {
    const groups = one({ ...body, condition: { gte: 100 } }, { maxEvents: 5 });
    run(
      groups,
      Array.from({ length: 20 }, (_, second): Push => [second / 10, 'r', { U: String(second % 4) }]),
    );
    expect(groups.stats.events).toBeLessThanOrEqual(5);
    expect(groups.stats.evictedGroups).toBeGreaterThan(0);
    const single = one({ ...body, condition: { gte: 100 } }, { maxEventsPerGroup: 8 });
    run(
      single,
      Array.from({ length: 20 }, (_, second) => at(second / 10)),
    );
    expect(single.stats).toMatchObject({ events: 8, droppedEvents: 12 });
  });

  test('a stream of events keeps only what a window can still need', () => {
    const correlator = one({ ...body, condition: { gte: 10_000 } }, { lateness: 0 });
    for (let second = 0; second < 5000; second++) run(correlator, [at(second)]);
    expect(correlator.stats.events).toBeLessThan(200);
    expect(correlator.stats.droppedEvents).toBe(0);
  });

  test('advance() forgets groups that are over', () => {
    const correlator = one(body, { lateness: 0 });
    run(correlator, [at(0), [5, 'r', { U: 'eve' }]]);
    correlator.advance(12_000);
    expect(correlator.stats).toMatchObject({ groups: 1, events: 1 });
    correlator.advance(16_000);
    expect(correlator.stats).toMatchObject({ groups: 0, events: 0 });
  });
});

describe('hits', () => {
  test('tell group, times, count and evidence', () => {
    const correlator = one({ type: 'event_count', condition: { gte: 2 } });
    correlator.push('r', { U: 'Bob', 'event.id': 'e1' }, 1000);
    const [hit] = correlator.push('r', { U: 'bob', 'event.id': 'e2' }, 3000);
    expect(hit).toMatchObject({
      rule: { id: 'corr' },
      group: { U: 'bob' },
      from: 1000,
      to: 3000,
      value: 2,
      count: 2,
      evidence: ['e1', 'e2'],
    });
    const named = one({ type: 'event_count', condition: { gte: 1 } }, { evidence: ({ key }) => String(key) });
    expect(named.push('r', { U: 'x', key: 7 }, 0)[0]?.evidence).toEqual(['7']);
  });
});

describe('snapshot() and restore()', () => {
  test('a correlator goes on where the other stopped, whatever happened before', () => {
    const bodies = [
      { type: 'event_count', condition: { gte: 3 } },
      { type: 'value_sum', condition: { field: 'V', gte: 9 } },
      { type: 'event_count', condition: { eq: 2 } },
      { type: 'temporal_ordered', rules: ['r', 's'] },
      { type: 'event_count', condition: { gte: 3 }, 'group-by': [] },
    ];
    const rules = bodies.map((body, index) => ({ ...correlation(body), id: `c${index}` }));
    const push = fc.tuple(
      fc.integer({ min: 0, max: 40 }),
      fc.constantFrom('r', 's'),
      fc.record({ U: fc.constantFrom('a', 'b'), V: fc.integer({ min: 0, max: 5 }) }),
    );
    fc.assert(
      fc.property(fc.array(push, { maxLength: 30 }), fc.array(push, { maxLength: 30 }), (first, second) => {
        const original = createCorrelator(rules);
        run(original, first);
        const copy = createCorrelator(rules);
        copy.restore(JSON.parse(JSON.stringify(original.snapshot())));
        expect(copy.stats).toEqual(original.stats);
        expect(run(copy, second)).toEqual(run(original, second));
        expect(copy.advance(1e6)).toEqual(original.advance(1e6));
      }),
      { numRuns: 300 },
    );
  });

  test('groups of correlations that are gone are left out; other data is refused', () => {
    const before = one({ type: 'event_count', condition: { gte: 3 } });
    run(before, [at(0)]);
    const other = createCorrelator([{ ...correlation({ type: 'event_count', condition: { gte: 3 } }), id: 'new' }]);
    other.restore(before.snapshot());
    expect(other.stats.groups).toBe(0);
    for (const bad of [
      undefined,
      5,
      {},
      { version: 2 },
      { version: 1, groups: [{}], counters: {} },
      { version: 1, groups: [], counters: { x: 'y' } },
    ]) {
      expect(() => other.restore(bad)).toThrow(TypeError);
    }
  });
});
