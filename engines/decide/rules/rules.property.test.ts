import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileRuleSet } from './compile-rule-set.ts';
import { parseCondition, parseRuleSet } from './parse-rule-set.ts';
import { printCondition, printRuleSet } from './print-rule-set.ts';
import { checkRuleSet } from './check-rule-set.ts';
import { nextAbove } from './program.ts';
import { interpret } from '../testing/naive-interpreter.ts';
import { anyCondition, anyNumber, anyRow, anyRuleSet, SPECS } from '../testing/arbitraries.ts';
import { OUTCOMES, type EvidenceGroup } from '../types.ts';

describe('parseCondition()', () => {
  it('gives back the expression that printCondition() wrote, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(anyCondition, anyNumber), (expression) => {
        const text = printCondition(expression);
        expect(parseCondition(text), text).toEqual({ expression, issues: [] });
      }),
      { numRuns: 500 },
    );
  });

  it('never throws, and says where, when the text is garbage', () => {
    const words = fc.constantFrom(
      'and',
      'or',
      'not',
      '(',
      ')',
      'in',
      '[',
      ']',
      'a',
      '5',
      '"x',
      '>',
      '==',
      '-',
      '`',
      '\\',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(words).map((list) => list.join(' ')),
        ),
        (text) => {
          const { expression, issues } = parseCondition(text);
          if (expression === undefined) expect(issues.length).toBeGreaterThan(0);
          for (const issue of issues) {
            expect(issue.line).toBeGreaterThan(0);
            expect(issue.column).toBeGreaterThan(0);
            expect(issue.remedy).not.toBe('');
          }
        },
      ),
    );
  });
});

describe('parseRuleSet()', () => {
  it('gives back the document that printRuleSet() wrote', () => {
    fc.assert(
      fc.property(anyRuleSet, (document) => {
        const text = printRuleSet(document);
        const parsed = parseRuleSet(text);
        expect(parsed.issues, text).toEqual([]);
        expect(parsed.document).toEqual(document);
      }),
    );
  });
});

describe('compileRuleSet()', () => {
  it('fires exactly the rules that the naive interpreter finds, on one compiled set for many rows of any shape', () => {
    fc.assert(
      fc.property(anyRuleSet, fc.array(anyRow, { minLength: 1, maxLength: 6 }), (document, rows) => {
        const rules = compileRuleSet(document);
        for (const row of [...rows, ...rows]) {
          const { reasons, score } = rules.decide(row, { now: 0 });
          const expected = document.rules.filter(
            (rule) => rule.enabled !== false && interpret(rule.when, row, SPECS) === true,
          );
          expect(reasons.map(({ rule }) => rule).toSorted()).toEqual(expected.map(({ id }) => id).toSorted());
          expect(score).toBe(expected.reduce((sum, rule) => sum + rule.score, 0));
        }
      }),
      { numRuns: 400 },
    );
  });

  it('never denies without identity and behaviour evidence, and names a reason for everything but allow', () => {
    fc.assert(
      fc.property(anyRuleSet, anyRow, (document, row) => {
        const decision = compileRuleSet(document).decide(row, { now: 0 });
        if (decision.outcome !== 'allow') expect(decision.reasons.length).toBeGreaterThan(0);
        const against = (group: EvidenceGroup): boolean =>
          decision.reasons.some((reason) => {
            const rule = document.rules.find(({ id }) => id === reason.rule);
            return reason.group === group && (reason.score > 0 || (rule?.atLeast ?? 'allow') !== 'allow');
          });
        if (decision.outcome === 'deny') expect(against('identity') && against('behaviour')).toBe(true);
        if (decision.heldBack === 'deny') expect(decision.outcome).toBe('review');
        expect(OUTCOMES).toContain(decision.outcome);
      }),
      { numRuns: 400 },
    );
  });
});

describe('checkRuleSet()', () => {
  it('never throws and finds something when a document is spoilt anywhere', () => {
    fc.assert(
      fc.property(fc.anything(), (input) => {
        expect(checkRuleSet(input).length).toBeGreaterThan(0);
      }),
    );
  });
});

describe('nextAbove()', () => {
  it('leaves no double between a number and the next', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const next = nextAbove(value);
        expect(next).toBeGreaterThan(value);
        const middle = value + (next - value) / 2;
        expect(middle === value || middle === next || Object.is(middle, -0) || middle === 0).toBe(true);
      }),
    );
  });
});
