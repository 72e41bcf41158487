import { describe, expect, it } from 'vitest';
import { CONTENT_RULES } from './detection-manager.ts';
import { prefilterOf } from './rule-prefilter.ts';
import { RULE } from './rule-test-base.ts';
import { buildRuleSet, readContentRules } from './rule-set.ts';

const rulesOf = (...yaml: string[]) =>
  buildRuleSet(yaml.map((text, index) => ({ file: `${String(index)}.yml`, yaml: text, origin: 'content', tenant: '' })))
    .rules;

describe('prefilterOf()', () => {
  it("asks for the log source's data sets, without case, as parameters", () => {
    expect(prefilterOf(rulesOf(RULE))).toEqual({
      sql: '((startsWith(lower(dataset), {pre_0:String}) OR lower(dataset) IN {pre_1:Array(String)}))',
      params: { pre_0: 'his.audit.', pre_1: ['his.audit'] },
    });
  });

  it('gives each log source of several rules its way', () => {
    const other = RULE.replace('0000000000aa', '0000000000ab').replace(
      'product: his, service: audit',
      'product: linux, service: auth',
    );
    const { sql = '', params } = prefilterOf(rulesOf(RULE, other)) ?? {};
    expect(sql.split(' OR ').length).toBeGreaterThan(2);
    expect(JSON.stringify(params)).toContain('linux.auth');
  });

  it('never narrows when a route says nothing the store has a column for', async () => {
    const set = buildRuleSet(await readContentRules(CONTENT_RULES));
    for (const rule of set.rules) {
      const filter = prefilterOf([rule]);
      // Windows routes name channel and event id: the id has a column, the channel has none and must not be asked for.
      if (filter !== undefined) expect(filter.sql).not.toContain('winlog');
    }
    expect(prefilterOf([])).toBeUndefined();
  });
});
