import { describe, expect, test } from 'vitest';
import { compile, parseRules, type SigmaEvent } from '../index.ts';

const flags = { a: { A: 1 }, b: { B: 1 }, c: { C: 1 }, sel_1: { A: 1 }, sel_2: { B: 1 }, _hidden: { H: 1 } };

function run(condition: unknown, names: readonly (keyof typeof flags)[], event: SigmaEvent): boolean {
  const detection = { ...Object.fromEntries(names.map((name) => [name, flags[name]])), condition };
  const { rules, issues } = parseRules([
    { file: 'x', document: { title: 'x', logsource: { product: 'x' }, detection } },
  ]);
  expect(issues.filter(({ severity }) => severity === 'error')).toEqual([]);
  return compile(rules).engine.match(event).length === 1;
}

function issues(condition: unknown, more: Record<string, unknown> = {}): { code: string; severity: string }[] {
  const detection = { a: { A: 1 }, sel_1: { A: 1 }, ...more, condition };
  return parseRules([{ file: 'x', document: { title: 'x', logsource: { product: 'x' }, detection } }]).issues.map(
    ({ code, severity }) => ({ code, severity }),
  );
}

describe('parseCondition()', () => {
  const abc = ['a', 'b', 'c'] as const;
  test.each<[string, SigmaEvent, boolean]>([
    ['a', { A: 1 }, true],
    ['not a', { A: 1 }, false],
    ['not not a', { A: 1 }, true],
    ['a and b', { A: 1 }, false],
    ['a and b', { A: 1, B: 1 }, true],
    ['a or b', { B: 1 }, true],
    ['a or b and c', { A: 1 }, true],
    ['(a or b) and c', { A: 1 }, false],
    ['not a and b', { B: 1 }, true],
    ['not (a and b)', { A: 1 }, true],
    ['a AND NOT b', { A: 1 }, true],
    ['a Or b', { B: 1 }, true],
    ['((a))', { A: 1 }, true],
    ['1 of them', { C: 1 }, true],
    ['any of them', { C: 1 }, true],
    ['all of them', { A: 1, B: 1 }, false],
    ['all of them', { A: 1, B: 1, C: 1 }, true],
    ['2 of them', { A: 1 }, false],
    ['2 of them', { A: 1, C: 1 }, true],
    ['not 1 of them', {}, true],
    ['1 of a*', { B: 1 }, false],
  ])('%s on %j: %s', (condition, event, expected) => {
    expect(run(condition, abc, event)).toBe(expected);
  });

  test('patterns choose by * anywhere in the name; names with _ are left out unless asked for', () => {
    const names = ['sel_1', 'sel_2', '_hidden'] as const;
    expect(run('all of sel_*', names, { A: 1, B: 1 })).toBe(true);
    expect(run('1 of *_2', names, { B: 1 })).toBe(true);
    expect(run('1 of *l_1', names, { B: 1 })).toBe(false);
    expect(run('all of them', names, { A: 1, B: 1 })).toBe(true);
    expect(run('1 of them', names, { H: 1 })).toBe(false);
    expect(run('sel_1 or _hidden', names, { H: 1 })).toBe(true);
    expect(run('1 of _*', names, { H: 1 })).toBe(true);
  });

  test('several conditions are alternatives', () => {
    expect(run(['a and b', 'c'], abc, { C: 1 })).toBe(true);
    expect(run(['a and b', 'c'], abc, { A: 1 })).toBe(false);
  });

  test.each<[unknown, string]>([
    ['a and', 'condition.syntax'],
    ['(a', 'condition.syntax'],
    ['a)', 'condition.syntax'],
    ['a b', 'condition.syntax'],
    ['and a', 'condition.syntax'],
    ['0 of them', 'condition.syntax'],
    ['many of them', 'condition.syntax'],
    ['1 of', 'condition.syntax'],
    ['a and missing', 'condition.unknown-identifier'],
    ['a | count() by X > 5', 'condition.aggregation'],
    [`${'('.repeat(300)}a${')'.repeat(300)}`, 'condition.syntax'],
    [`${'not '.repeat(300)}a`, 'condition.syntax'],
    ['', 'rule.condition'],
    [undefined, 'rule.condition'],
    [[], 'rule.condition'],
    [['a', 5], 'rule.condition'],
  ])('%j is refused with %s', (condition, code) => {
    expect(issues(condition)).toEqual([{ code, severity: 'error' }]);
  });

  test('a pattern without a match is told about and counts as no alternative', () => {
    expect(issues('a and not 1 of filter_*')).toEqual([{ code: 'condition.no-match', severity: 'warning' }]);
    expect(run('a and not 1 of filter_*', ['a'], { A: 1 })).toBe(true);
    expect(run('a and 1 of filter_*', ['a'], { A: 1 })).toBe(false);
  });

  test('an identifier may be called like an operator', () => {
    expect(issues('or and a', { or: { B: 1 } })).toEqual([]);
  });

  test('timeframe is reported and ignored', () => {
    expect(issues('a', { timeframe: '5m' })).toEqual([{ code: 'rule.timeframe', severity: 'warning' }]);
  });
});
