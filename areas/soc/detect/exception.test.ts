import { describe, expect, it } from 'vitest';
import { createDetector } from './detector.ts';
import { createSilencer, filterYaml, parseFilter } from './exception.ts';
import type { ExceptionCondition, RuleException } from './exception.ts';
import { CITY, H1, H2, RULE, RULE_ID } from './rule-test-base.ts';
import { buildRuleSet } from './rule-set.ts';

const { rules } = buildRuleSet([{ file: 'a.yml', yaml: RULE, origin: 'content', tenant: '' }]);
const export_ = (more: Record<string, unknown> = {}) => ({
  'event.dataset': 'his.audit',
  'event.action': 'export',
  'event.outcome': 'success',
  ...more,
});
function exception(conditions: readonly ExceptionCondition[], more: Partial<RuleException> = {}): RuleException {
  const { filter, issues } = parseFilter(filterYaml(rules, 'Known', conditions));
  expect(issues).toEqual([]);
  if (filter === undefined) throw new Error('no filter');
  const fires = filter.detection.expression;
  return { id: 'x1', tenant: H1, rules: [RULE_ID], fires, assetKinds: [], until: 1000, ...more };
}
const BY_ZHANG: ExceptionCondition = { field: 'user.name', op: 'equals', values: ['zhang', 'li*'] };
const silences = (one: RuleException, event: Record<string, unknown>, tenant = H1, now = 0): boolean =>
  createSilencer([one], rules).silenced(event, tenant, now, [RULE_ID]).size > 0;

describe('createSilencer()', () => {
  it('lets go what all conditions describe, values taken as they stand', () => {
    const one = exception([BY_ZHANG, { field: 'source.ip', op: 'cidr', values: ['10.1.0.0/16'] }]);
    expect(silences(one, export_({ 'user.name': 'zhang', 'source.ip': '10.1.2.3' }))).toBe(true);
    expect(silences(one, export_({ 'user.name': 'zhang', 'source.ip': '10.2.2.3' }))).toBe(false);
    expect(silences(one, export_({ 'user.name': 'li*', 'source.ip': '10.1.2.3' }))).toBe(true);
    expect(silences(one, export_({ 'user.name': 'lisi', 'source.ip': '10.1.2.3' }))).toBe(false);
  });

  it('holds in its subtree, for its kinds of assets, until its end', () => {
    const zhang = export_({ 'user.name': 'zhang' });
    expect(silences(exception([BY_ZHANG]), zhang, H2)).toBe(false);
    expect(silences(exception([BY_ZHANG], { tenant: CITY }), zhang, H2)).toBe(true);
    expect(silences(exception([BY_ZHANG]), zhang, H1, 999)).toBe(true);
    expect(silences(exception([BY_ZHANG]), zhang, H1, 1000)).toBe(false);
    const servers = exception([BY_ZHANG], { assetKinds: ['server'] });
    expect(silences(servers, zhang)).toBe(false);
    expect(silences(servers, { ...zhang, 'host.asset.kind': 'server' })).toBe(true);
    expect(silences(servers, { ...zhang, 'source.asset.kind': 'pc' })).toBe(false);
  });

  it('leaves other rules alone', () => {
    const silencer = createSilencer([exception([BY_ZHANG])], rules);
    expect(silencer.concerns('other')).toBe(false);
    expect(silencer.silenced(export_({ 'user.name': 'zhang' }), H1, 0, ['other']).size).toBe(0);
  });
});

describe('parseFilter()', () => {
  it('collects what is wrong with a text', () => {
    for (const text of ['', 'title: [', 'title: x', 'a: 1\n---\nb: 2'])
      expect(parseFilter(text)).toMatchObject({ filter: undefined, issues: [{ severity: 'error' }] });
  });
});

describe('createDetector() with exceptions', () => {
  it('does not fire, and says what silenced it', () => {
    const detector = createDetector({
      rules,
      filters: [],
      ruleTenants: {},
      switches: [],
      indicators: [],
      exceptions: [exception([BY_ZHANG])],
    });
    const zhang = export_({ 'user.name': 'zhang' });
    expect(detector.detect(zhang, H1, 0)).toEqual({ rules: undefined, intel: undefined, excepted: ['x1'] });
    expect(detector.detect(zhang, H2, 0).rules).toEqual([RULE_ID]);
    expect(detector.detect(zhang, H1, 2000).rules).toEqual([RULE_ID]);
    expect(detector.detect(export_({ 'user.name': 'wang' }), H1, 0).rules).toEqual([RULE_ID]);
  });
});
