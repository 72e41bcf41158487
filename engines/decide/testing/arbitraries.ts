import fc from 'fast-check';
import { EVIDENCE_GROUPS, OUTCOMES, type Expression, type FeatureRow, type FeatureSpec, type Rule } from '../types.ts';
import type { RuleSetDocument } from '../types.ts';

export const SPECS: readonly FeatureSpec[] = [
  { name: 'n.a', type: 'number' },
  { name: 'n.b', type: 'number', default: 3, note: 'with a "default"' },
  { name: 'n.c', type: 'number', default: null },
  { name: 's.a', type: 'string' },
  { name: 'score', type: 'string', default: 'x' },
  { name: 'b.a', type: 'boolean' },
  { name: 'odd name', type: 'boolean', default: false },
];

const namesOf = (type: string): string[] => SPECS.filter((spec) => spec.type === type).map(({ name }) => name);
const feature = (type: string): fc.Arbitrary<Expression> =>
  fc.constantFrom(...namesOf(type)).map((name) => ({ op: 'feature', name }) as const);
const numbers = fc.oneof(fc.integer({ min: -5, max: 5 }), fc.double({ noNaN: true, noDefaultInfinity: true }));
const texts = fc.oneof(
  fc.constantFrom('x', 'y', 'xy', 'abc'),
  fc.string({ minLength: 1, maxLength: 3, unit: 'binary' }),
);

const constant = (value: string | number | boolean): Expression => ({ op: 'value', value });

const { number, test } = fc.letrec<{ number: Expression; test: Expression }>((tie) => ({
  number: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    feature('number'),
    numbers.map(constant),
    fc.record({
      op: fc.constantFrom('add', 'sub', 'mul', 'div', 'mod', 'min', 'max'),
      left: tie('number'),
      right: tie('number'),
    }) as fc.Arbitrary<Expression>,
    fc.record({ op: fc.constantFrom('neg', 'abs'), of: tie('number') }) as fc.Arbitrary<Expression>,
  ),
  test: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    feature('boolean'),
    fc.boolean().map(constant),
    fc.constantFrom(...SPECS).map((spec) => ({ op: 'missing', feature: spec.name }) as const),
    fc.record({
      op: fc.constantFrom('eq', 'ne', 'lt', 'lte', 'gt', 'gte'),
      left: tie('number'),
      right: tie('number'),
    }) as fc.Arbitrary<Expression>,
    fc.record({
      op: fc.constantFrom('eq', 'ne', 'lt', 'gte'),
      left: feature('string'),
      right: fc.oneof(texts.map(constant), feature('string')),
    }) as fc.Arbitrary<Expression>,
    fc.record({
      op: fc.constant('in' as const),
      value: feature('string'),
      list: fc.array(texts, { minLength: 1, maxLength: 7 }),
    }),
    fc.record({
      op: fc.constant('in' as const),
      value: tie('number'),
      list: fc.array(numbers, { minLength: 1, maxLength: 7 }),
    }),
    fc.record({ op: fc.constant('between' as const), value: tie('number'), low: tie('number'), high: tie('number') }),
    fc.record({ op: fc.constantFrom('startsWith', 'endsWith', 'contains'), value: feature('string'), text: texts }),
    fc.record({ op: fc.constant('not' as const), of: tie('test') }),
    fc.record({ op: fc.constantFrom('eq', 'ne'), left: tie('test'), right: fc.boolean().map(constant) }),
    fc.record({ op: fc.constantFrom('and', 'or'), of: fc.array(tie('test'), { minLength: 2, maxLength: 4 }) }),
  ) as fc.Arbitrary<Expression>,
}));

export const anyCondition = test;
export const anyNumber = number;

export const anyRow: fc.Arbitrary<FeatureRow> = fc.record(
  {
    'n.a': fc.oneof(numbers, fc.constant(Number.NaN), fc.constant('wrong')),
    'n.b': fc.oneof(numbers, fc.constant(null)),
    'n.c': numbers,
    's.a': texts,
    score: fc.oneof(texts, fc.constant(7)),
    'b.a': fc.boolean(),
    'odd name': fc.boolean(),
  },
  { requiredKeys: [] },
);

const anyRule: fc.Arbitrary<Omit<Rule, 'id'>> = fc.record(
  {
    when: anyCondition,
    score: fc.integer({ min: -30, max: 90 }),
    reason: fc.constantFrom('RATE', 'MANY_IDS', 'rule', '9x'),
    group: fc.constantFrom(...EVIDENCE_GROUPS),
    atLeast: fc.constantFrom(...OUTCOMES),
    enabled: fc.constant(false),
    note: fc.string(),
  },
  { requiredKeys: ['when', 'score', 'reason'] },
);

export const anyRuleSet: fc.Arbitrary<RuleSetDocument> = fc
  .array(anyRule, { minLength: 1, maxLength: 8 })
  .map((rules) => ({
    format: 'xinglin-rules/1',
    name: 'any',
    version: 7,
    note: 'made by chance',
    features: SPECS,
    thresholds: [
      { outcome: 'queue', from: 10 },
      { outcome: 'verify', from: 30.5 },
      { outcome: 'deny', from: 60 },
    ],
    rules: rules.map((rule, index) => ({ id: index % 2 === 0 ? `rule-${index}` : `r.${index}`, ...rule })),
  }));
