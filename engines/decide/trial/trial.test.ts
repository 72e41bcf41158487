import { describe, expect, it } from 'vitest';
import { compileRuleSet } from '../rules/compile-rule-set.ts';
import { parseRuleSet } from '../rules/parse-rule-set.ts';
import { createEntityLists } from '../rules/entity-lists.ts';
import type { Model } from '../model/types.ts';
import { backtest, type RecordedDecision } from './backtest.ts';
import { createDecider } from './decider.ts';
import { shadow } from './shadow.ts';

const decider = (limit: number, version = 1) => {
  const { document } = parseRuleSet(
    `ruleset gate version ${version}\nfeature n number\nthreshold verify from 1\nthreshold review from 2\nscore 1 reason MANY when n > ${limit}\nscore 1 reason HUGE when n > 90`,
  );
  return createDecider({ rules: compileRuleSet(document) });
};
const fake = (version: string, value: number): Model => ({ version, score: () => value }) as unknown as Model;

describe('createDecider()', () => {
  it('gives rules both models and names all versions', () => {
    const { document } = parseRuleSet(
      'threshold verify from 1\nscore 1 reason BOTH when model.probability > 0.5 and model.anomaly > 0.6',
    );
    const rules = compileRuleSet(document);
    const both = createDecider({ rules, model: fake('m@1', 0.9), anomaly: fake('i@4', 0.7) });
    expect(both.version).toBe('rules@1+m@1+i@4');
    expect(both.decide({}, { now: 0 })).toMatchObject({ outcome: 'verify', modelVersion: 'm@1', probability: 0.9 });
    expect(createDecider({ rules, anomaly: fake('i@4', 0.7) }).decide({}, { now: 0 }).outcome).toBe('allow');
  });
});

describe('shadow()', () => {
  it('gives the champion decision and counts where the candidate differs', () => {
    const pair = shadow(decider(50), decider(20, 2), { examples: 4 });
    for (let n = 0; n < 100; n++) {
      expect(pair.decide({ n }, { now: n }).ruleSetVersion).toBe('gate@1');
    }
    const report = pair.report();
    expect(report).toMatchObject({
      champion: 'gate@1',
      candidate: 'gate@2',
      decisions: 100,
      same: 70,
      harder: 30,
      milder: 0,
    });
    expect(report.changes.allow.verify).toBe(30);
    expect(report.reasons.candidate).toEqual({ MANY: 79, HUGE: 9 });
    expect(report.meanScoreChange).toBeCloseTo(0.3);
    expect(report.examples.length).toBeLessThanOrEqual(4);
    // Spread over the run, not only its beginning.
    expect(report.examples.at(-1)?.at).toBeGreaterThan(35);
  });

  it('lets the champion stand when the candidate throws', () => {
    const broken = {
      ...decider(1),
      decide: () => {
        throw new Error('no');
      },
    };
    const pair = shadow(decider(50), broken);
    expect(pair.decide({ n: 60 }, { now: 0 }).outcome).toBe('verify');
    expect(pair.report()).toMatchObject({ failures: 1, same: 0 });
  });
});

describe('backtest()', () => {
  const rows: RecordedDecision[] = [
    { at: 0, row: { n: 5 }, outcome: 'allow', label: 0, group: 'adult' },
    { at: 1, row: { n: 60 }, outcome: 'allow', label: 0, group: 'adult', entities: { device: 'kiosk' } },
    { at: 2, row: { n: 95 }, outcome: 'deny', label: 1, group: 'farm' },
    { at: 3, row: { n: 70 }, outcome: 'allow', label: 1, group: 'farm' },
    { at: 4, row: { n: 1 } },
  ];

  it('counts outcomes, changes, reasons and groups', () => {
    const report = backtest(decider(50), rows);
    expect(report).toMatchObject({
      decider: 'gate@1',
      decisions: 5,
      outcomes: { allow: 2, verify: 2, review: 1 },
      recorded: { allow: 3, deny: 1 },
      same: 1,
      harder: 2,
      milder: 1,
      falseBlocks: 0,
      falseChallenges: 1,
      caughtByBlock: 1,
      caughtByChallenge: 2,
      byReason: { MANY: 3, HUGE: 1 },
      harderByReason: { MANY: 2 },
    });
    expect(report.changes.deny.review).toBe(1);
    expect(report.byGroup['adult']).toMatchObject({ decisions: 2, honest: 2, attackers: 0, falseChallenges: 1 });
    expect(Object.keys(report.byGroup)).toEqual(['adult', 'farm']);
  });

  it('respects lists at the time of the record', () => {
    const lists = createEntityLists([
      { kind: 'allow', entity: 'device', key: 'kiosk', author: 'a', reason: 'b', expiresAt: 2 },
    ]);
    expect(backtest(decider(50), rows, { lists }).falseChallenges).toBe(0);
  });
});
