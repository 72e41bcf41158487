import { describe, expect, it } from 'vitest';
import vectors from '../conformance/decision-vectors.json' with { type: 'json' };
import type { EntityListEntry, RuleSetDocument } from '../types.ts';
import { compileRuleSet } from './compile-rule-set.ts';
import { createEntityLists } from './entity-lists.ts';
import type { RuleSetError } from './issue.ts';
import { parseRuleSet } from './parse-rule-set.ts';

const compiled = (text: string) => compileRuleSet(parseRuleSet(text).document);

describe('conformance/decision-vectors.json', () => {
  const { document, issues } = parseRuleSet(vectors.rules);
  const rules = compileRuleSet(document);
  const lists = createEntityLists(vectors.lists as EntityListEntry[]);

  it('has rules without issues', () => expect(issues).toEqual([]));

  it.each(vectors.vectors.map((vector) => [vector.name, vector] as const))('%s', (_name, vector) => {
    const entities = 'entities' in vector ? (vector.entities as Record<string, string>) : {};
    const decision = rules.decide(vector.row, { now: vector.now, lists, entities });
    expect({
      outcome: decision.outcome,
      score: decision.score,
      rules: decision.reasons.map(({ rule }) => rule),
      ...(decision.heldBack === undefined ? {} : { heldBack: decision.heldBack }),
      ...(decision.snoozed === undefined ? {} : { snoozed: decision.snoozed.map(({ rule }) => rule) }),
      ...(decision.allowedBy === undefined ? {} : { allowedBy: decision.allowedBy.author }),
    }).toEqual(vector.expect);
    expect(decision.ruleSetVersion).toBe('gate@4');
  });
});

describe('compileRuleSet()', () => {
  it('gives evidence after defaults, null for what is missing', () => {
    const rules = compiled(
      'feature a number default 2\nfeature b string\nscore 5 reason X when a == 2 and not b == "y"',
    );
    expect(rules.decide({}, { now: 0 }).reasons).toEqual([
      { code: 'X', rule: 'x', score: 5, group: 'other', evidence: { a: 2, b: null } },
    ]);
  });

  it('orders reasons by weight', () => {
    const rules = compiled(
      'score 1 reason LOW when true\nscore 9 reason HIGH when true\nscore -3 reason MINUS when true',
    );
    expect(rules.decide({}, { now: 0 }).reasons.map(({ code }) => code)).toEqual(['HIGH', 'LOW', 'MINUS']);
  });

  it('shows rules what the model said, and keeps silent without a model', () => {
    const rules = compiled(
      'threshold verify from 1\nscore 1 reason MODEL when model.probability > 0.5 or model.anomaly > 0.7',
    );
    expect(rules.decide({}, { now: 0 }).outcome).toBe('allow');
    const decision = rules.decide({}, { now: 0, model: { version: 'm@1', probability: 0.6 } });
    expect(decision).toMatchObject({ outcome: 'verify', modelVersion: 'm@1', probability: 0.6 });
    expect(decision.reasons[0]?.evidence).toEqual({ 'model.probability': 0.6, 'model.anomaly': null });
    // What one request said must not stay for the next.
    expect(rules.decide({}, { now: 0 }).outcome).toBe('allow');
    expect(rules.decide({}, { now: 0, model: { version: 'm@1', anomaly: 0.9 } }).outcome).toBe('verify');
  });

  it('takes values of a wrong type as missing and counts them', () => {
    const rules = compiled('feature a number\nscore 1 reason X when a is missing');
    expect(rules.decide({ a: 'seven' }, { now: 0 }).score).toBe(1);
    expect(rules.wrongTypes()).toBe(1);
  });

  it('copies and freezes the document, and gives the same version the same fingerprint', () => {
    const { document } = parseRuleSet('score 1 reason X when true');
    const rules = compileRuleSet(document);
    expect(() => Object.assign(rules.document.rules[0] as object, { score: 5 })).toThrow(TypeError);
    expect(compileRuleSet(structuredClone(document)).fingerprint).toBe(rules.fingerprint);
    expect(compileRuleSet({ ...document, version: 2 }).fingerprint).not.toBe(rules.fingerprint);
  });

  it('throws every error at once', () => {
    const document = {
      format: 'xinglin-rules/1',
      name: '',
      version: 0,
      features: [{ name: 'a', type: 'text' }],
      rules: [{ id: 'x', reason: 'X', score: Number.NaN, when: { op: 'feature', name: 'zz' } }],
      thresholds: [
        { outcome: 'deny', from: 1 },
        { outcome: 'queue', from: 5 },
      ],
    };
    try {
      compileRuleSet(document as unknown as RuleSetDocument);
      expect.unreachable();
    } catch (error) {
      const codes = (error as RuleSetError).issues.map(({ code }) => code);
      expect(codes).toEqual([
        'rules.name',
        'rules.version',
        'rules.feature-type',
        'rules.score',
        'rules.unknown-feature',
        'rules.threshold-order',
      ]);
    }
  });

  it('evaluates a costly condition that two rules share once per row', () => {
    const text = '(a + b) * (a - b) > 10 and s contains "x" and (a * a + b) > 3';
    const rules = compiled(
      `feature a number\nfeature b number\nfeature s string\nscore 1 reason X when ${text}\nscore 2 reason Y when a > 0 and (${text})`,
    );
    expect(rules.decide({ a: 5, b: 1, s: 'x' }, { now: 0 }).score).toBe(3);
    expect(rules.decide({ a: 5, b: 1, s: 'y' }, { now: 0 }).score).toBe(0);
    expect(rules.decide({ a: 5, b: 1, s: 'xx' }, { now: 0 }).score).toBe(3);
  });
});

describe('parseRuleSet()', () => {
  it('lists every fault with line, column and remedy', () => {
    const { issues } = parseRuleSet(
      [
        'feature a number',
        'score 3 reason X when a > "x" and b == 3',
        'rule y score when a',
        'threshold foo from 3',
      ].join('\n'),
    );
    expect(issues.map(({ line, column, code }) => [line, column, code])).toEqual([
      [2, 27, 'rules.type'],
      [2, 35, 'rules.unknown-feature'],
      [3, 14, 'text.number'],
      [4, 11, 'rules.threshold'],
    ]);
    expect(issues.every(({ remedy }) => remedy !== undefined)).toBe(true);
  });

  it('proposes the feature that was meant, from the catalogue too', () => {
    const features = [{ name: 'device.persons_24h', type: 'number' as const }];
    const { issues } = parseRuleSet('score 1 reason X when device.person_24h > 1', { features });
    expect(issues[0]?.remedy).toBe('Did you mean "device.persons_24h"?');
  });

  it('explains full-width marks of Chinese input methods', () => {
    const { issues } = parseRuleSet('feature a number\nscore 1 reason X when a \uFF1E 3');
    expect(issues[0]).toMatchObject({ line: 2, column: 25, remedy: 'Write the ASCII ">".' });
  });

  it('takes the brief form of a rule', () => {
    const { document, issues } = parseRuleSet(
      'feature device.requests_60s number\nfeature account.verified boolean\nscore 30 reason RATE_DEVICE when device.requests_60s > 30 and not account.verified',
    );
    expect(issues).toEqual([]);
    expect(document.rules[0]).toMatchObject({ id: 'rate-device', score: 30, reason: 'RATE_DEVICE' });
  });
});

describe('createEntityLists()', () => {
  it('refuses entries that do not say who, why and until when', () => {
    const entry = { kind: 'allow', entity: 'device', key: 'd', author: ' ', reason: '', expiresAt: Number.NaN };
    expect(() => createEntityLists([entry as EntityListEntry])).toThrow(/author[\s\S]*reason[\s\S]*expiry/);
  });

  it('snoozes all rules when none is named', () => {
    const lists = createEntityLists([
      { kind: 'snooze', entity: 'account', key: 5, author: 'a', reason: 'b', expiresAt: 10 },
    ]);
    const rules = compiled('threshold verify from 1\nscore 5 reason X when true');
    const decision = rules.decide({}, { now: 9, lists, entities: { account: 5 } });
    expect(decision).toMatchObject({ outcome: 'allow', score: 0, reasons: [], snoozed: [{ rule: 'x', author: 'a' }] });
    expect(rules.decide({}, { now: 10, lists, entities: { account: 5 } }).outcome).toBe('verify');
  });
});
