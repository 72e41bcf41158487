import fc from 'fast-check';
import { explain } from '@xinglin/sigma';
import type { SigmaRule } from '@xinglin/sigma';
import { describe, expect, it } from 'vitest';
import { compileOptions } from './detector.ts';
import { createNearMiss } from './rule-near-miss.ts';
import { buildRuleSet } from './rule-set.ts';

function ruleOf(detection: string): SigmaRule {
  const yaml = `title: T\nid: 11111111-1111-4111-8111-111111111111\nlogsource: { category: test }\ndetection: ${detection}\nlevel: low\n`;
  const set = buildRuleSet([{ file: 'a.yml', yaml, origin: 'content', tenant: '' }]);
  expect(set.issues.filter((issue) => issue.severity === 'error')).toEqual([]);
  return set.rules[0] as SigmaRule;
}
const judge = (detection: string) => {
  const rule = ruleOf(detection);
  return createNearMiss(rule, compileOptions([rule], []));
};
const event = (more: Record<string, unknown>) => ({ 'event.dataset': 'test', ...more });
const LOGIN =
  '{ sel: { event.action: [ssh_login, logon], event.outcome: failure }, filter: { user.name: backup }, condition: sel and not filter }';

describe('createNearMiss()', () => {
  it('names the one condition that did not hold', () => {
    const near = judge(LOGIN);
    expect(near.requirements.map(({ field, wanted, excluded }) => ({ field, wanted, excluded }))).toEqual([
      { field: 'event.action', wanted: ['equals "ssh_login"', 'equals "logon"'], excluded: false },
      { field: 'event.outcome', wanted: ['equals "failure"'], excluded: false },
      { field: 'user.name', wanted: ['equals "backup"'], excluded: true },
    ]);
    const success = event({ 'event.action': 'logon', 'event.outcome': 'success' });
    expect(near.missing(success)).toBe(1);
    expect(near.valueOf(success, 1)).toBe('success');
    expect(near.met(success)).toEqual([true, false, true]);
  });

  it('counts an exclusion that applied as the missing condition', () => {
    const near = judge(LOGIN);
    const excluded = event({ 'event.action': 'logon', 'event.outcome': 'failure', 'user.name': 'backup' });
    expect(near.missing(excluded)).toBe(2);
    expect(near.valueOf(excluded, 2)).toBe('backup');
  });

  it('is silent on matches, on events with two conditions missing, and on other log sources', () => {
    const near = judge(LOGIN);
    expect(near.missing(event({ 'event.action': 'logon', 'event.outcome': 'failure' }))).toBeUndefined();
    expect(near.missing(event({ 'event.action': 'other' }))).toBeUndefined();
    expect(near.missing({ 'event.dataset': 'another', 'event.action': 'logon' })).toBeUndefined();
  });

  it('takes the nearest of alternatives, and the missing ones of "2 of"', () => {
    const either = judge('{ a: { x: 1, y: 1, z: 1 }, b: { x: 2, y: 2 }, condition: a or b }');
    expect(either.missing(event({ x: '2' }))).toBe(4);
    const two = judge('{ s_a: { x: 1 }, s_b: { y: 1 }, s_c: { z: 1 }, condition: 2 of s_* }');
    expect(two.missing(event({ x: '1' }))).toBeDefined();
    expect(two.missing(event({ x: '1', z: '1' }))).toBeUndefined();
  });

  it('says that a rule with one condition has no near misses worth showing', () => {
    expect(judge('{ sel: { message|contains: MARK }, condition: sel }').useful).toBe(false);
  });

  it('a near miss never matches, and mending what is missing makes it match', () => {
    const rule = ruleOf('{ sel: { a: 1, b: 1, c: [1, 2] }, bad: { d: 1 }, condition: sel and not bad }');
    const options = compileOptions([rule], []);
    const near = createNearMiss(rule, options);
    const bit = fc.constantFrom('0', '1');
    fc.assert(
      fc.property(fc.record({ a: bit, b: bit, c: fc.constantFrom('0', '1', '2'), d: bit }), (fields) => {
        const missing = near.missing(event(fields));
        const wrong = [fields.a !== '1', fields.b !== '1', fields.c === '0', fields.d === '1'];
        const right = explain(event(fields), rule, options).matched;
        expect(right).toBe(!wrong.some(Boolean));
        const held = wrong.slice(0, 3).filter((one) => !one).length;
        const expected = wrong.filter(Boolean).length === 1 && held > 0 ? wrong.indexOf(true) : undefined;
        expect(missing).toBe(expected);
      }),
    );
  });
});
