import { compile, explain, flatWindowsMapping, flatWindowsRouting, parseRules, type SigmaEvent } from '@xinglin/sigma';
import { describe, expect, it } from 'vitest';
import { findCorpus, readNdjson } from '../support/corpora.ts';
import { readRuleArchive } from '../support/sigma-rules.ts';

const archive = findCorpus('sigma/rules-8eaafff1f.tar.gz');
const regression = findCorpus('sigma/regression.ndjson.gz');
const otrf = findCorpus('sigma/otrf.oracle.ndjson.gz');

interface Judged {
  readonly event: SigmaEvent;
  readonly oracle_rule_ids: readonly string[];
}

describe.skipIf(archive === undefined)('Windows events', () => {
  const { rules } = parseRules(archive === undefined ? [] : readRuleArchive(archive, () => true));
  const options = { mapping: flatWindowsMapping, routing: flatWindowsRouting };
  const { engine } = compile(rules, options);
  const matched = (event: SigmaEvent): string[] =>
    engine
      .match(event)
      .map(({ id }) => id)
      .toSorted();

  it.skipIf(regression === undefined)('every SigmaHQ regression case fires its rule', () => {
    const cases = readNdjson<{ case: string; rule_id: string; match_count: number | null; events: Judged[] }>(
      regression as string,
    );
    const counted = cases.map(
      ({ events, rule_id: id }) => events.filter(({ event }) => matched(event).includes(id)).length,
    );
    expect(cases.filter((_, at) => counted[at] === 0).map((one) => one.case)).toEqual([]);
    expect(
      cases.filter(({ match_count: least }, at) => (counted[at] as number) < (least ?? 1)).map((one) => one.case),
    ).toEqual([]);
    expect(cases.length).toBeGreaterThan(50);
  });

  it.skipIf(regression === undefined)('explain() agrees on the regression events, for matching and other rules', () => {
    const events = readNdjson<{ rule_id: string; events: Judged[] }>(regression as string);
    const byId = new Map(rules.map((rule) => [rule.id, rule]));
    for (const { rule_id: id, events: own } of events) {
      const rule = byId.get(id);
      if (rule === undefined) continue;
      for (const { event, oracle_rule_ids: ids } of own) {
        const explanation = explain(event, rule, options);
        expect(explanation.matched).toBe(ids.includes(id));
        expect(explanation.because.length > 0).toBe(explanation.matched);
      }
    }
  });

  it.skipIf(otrf === undefined)(
    'every OTRF event gives exactly the rules of the oracle, before and after learning',
    () => {
      const rows = readNdjson<Judged>(otrf as string);
      const wrong = (): unknown[] =>
        rows.flatMap(({ event, oracle_rule_ids: ids }, row) => {
          const found = matched(event);
          return found.join() === ids.toSorted().join() ? [] : [{ row, found, expected: ids }];
        });
      expect(wrong()).toEqual([]);
      engine.learn(rows.filter((_, row) => row % 7 === 0).map(({ event }) => event));
      expect(wrong()).toEqual([]);
      expect(rows.length).toBeGreaterThan(1000);
    },
    240_000,
  );
});
