import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compile, explain, parseRules, type RuleSource } from './index.ts';
import { interpret } from './testing/naive-interpreter.ts';

// Small alphabets, so that rules and events meet often.
const fields = ['A', 'B', 'C'] as const;
const texts = [
  '',
  'a',
  'ab',
  'AB',
  'b',
  'ba',
  'abc',
  '-a',
  '/a b',
  'x-a',
  '–a',
  '\\a',
  'a\\',
  '*',
  'a?c',
  'K',
  'k',
  'ſ',
  's',
  'İ',
  'i',
  'é',
  'É',
  'σς',
  'ΣΣ',
  '1',
  '10',
  '10.0.0.1',
  '10.9.0.1',
  'true',
  '😀',
  'a😀b',
];
const patterns = [
  ...texts,
  'a*',
  '*b',
  '*a*',
  'a*c',
  '?',
  '??',
  'a?',
  '?b*',
  'a*b*c',
  '\\*',
  '\\?',
  '\\\\*',
  '*',
  '*😀*',
  'a?b',
  'ab*ab',
];

const eventValue = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...texts) },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.constantFrom(...texts), fc.constantFrom(...texts)).map(([one, two]) => one + two),
  },
  { weight: 1, arbitrary: fc.constantFrom(0, 1, 10, -1, 1.5, true, false) },
  { weight: 1, arbitrary: fc.array(fc.constantFrom<unknown>(...texts, 1, null), { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.constant(null) },
);
const event = fc.dictionary(fc.constantFrom<string>(...fields, 'D'), eventValue, { maxKeys: 4 });

const plain = fc.constantFrom<unknown>(...patterns, 1, 10, true, null);
const list = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | T[]> =>
  fc.oneof(value, fc.array(value, { minLength: 1, maxLength: 10 }));
const pattern = fc.constantFrom(...patterns);
const key = (suffix: string): fc.Arbitrary<string> => fc.constantFrom(...fields).map((field) => field + suffix);
const withModifiers = (suffixes: readonly string[], value: fc.Arbitrary<unknown>): fc.Arbitrary<[string, unknown]> =>
  fc.tuple(fc.constantFrom(...suffixes).chain(key), list(value));

const item: fc.Arbitrary<[string, unknown]> = fc.oneof(
  { weight: 4, arbitrary: withModifiers(['', '|neq'], plain) },
  {
    weight: 8,
    arbitrary: withModifiers(
      [
        '|contains',
        '|startswith',
        '|endswith',
        '|contains|all',
        '|cased',
        '|contains|cased',
        '|windash',
        '|contains|windash',
        '|endswith|neq',
        '|all',
      ],
      pattern,
    ),
  },
  {
    weight: 1,
    arbitrary: withModifiers(
      ['|base64', '|base64offset|contains', '|wide|base64offset|contains'],
      fc.constantFrom('a', 'ab', 'foo'),
    ),
  },
  {
    weight: 2,
    arbitrary: withModifiers(
      ['|re', '|re|i'],
      fc.constantFrom('a', '^a', 'b$', 'a.c', 'a|b', '[ab]+c', '(ab)?c', '\\\\a', '^$', 'a{2,}', '(a*)*b', 'a.*b.*c.*'),
    ),
  },
  {
    weight: 1,
    arbitrary: withModifiers(['|cidr'], fc.constantFrom('10.0.0.0/8', '10.0.0.0/16', '10.0.0.1', '0.0.0.0/0')),
  },
  { weight: 1, arbitrary: withModifiers(['|lt', '|lte', '|gt', '|gte'], fc.constantFrom(0, 1, 10)) },
  { weight: 1, arbitrary: fc.tuple(key('|exists'), fc.boolean()) },
  {
    weight: 1,
    arbitrary: fc.tuple(
      fc.constantFrom('|fieldref', '|fieldref|contains', '|fieldref|startswith', '|fieldref|endswith').chain(key),
      fc.constantFrom(...fields),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom('|all', '|contains'), fc.array(pattern, { minLength: 1, maxLength: 3 })),
  },
);
const map = fc.uniqueArray(item, { minLength: 1, maxLength: 3, selector: ([name]) => name }).map(Object.fromEntries);
const identifier = fc.oneof(
  { weight: 6, arbitrary: map },
  { weight: 2, arbitrary: fc.array(map, { minLength: 1, maxLength: 3 }) },
  {
    weight: 1,
    arbitrary: fc.array(fc.constantFrom<unknown>(...texts.filter((text) => text !== ''), 1), {
      minLength: 1,
      maxLength: 3,
    }),
  },
  { weight: 1, arbitrary: pattern },
);
const condition = fc.letrec<{ node: string }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(
      'sel_a',
      'sel_b',
      'flt',
      '1 of sel_*',
      'all of sel_*',
      '1 of them',
      'all of them',
      '2 of them',
      'any of flt*',
    ),
    fc.tuple(tie('node'), fc.constantFrom('and', 'or'), tie('node')).map((parts) => parts.join(' ')),
    tie('node').map((inner) => `not ${inner.includes(' ') ? `(${inner})` : inner}`),
    tie('node').map((inner) => `(${inner})`),
  ),
})).node;
const detection = fc.record({
  sel_a: identifier,
  sel_b: identifier,
  flt: identifier,
  _hidden: identifier,
  condition: fc.oneof(
    condition,
    fc.tuple(condition, condition).map((both) => [...both]),
  ),
});

const documents = (detections: readonly object[]): Record<string, unknown>[] =>
  detections.map((own, at) => ({ title: `rule ${at}`, id: String(at), logsource: { product: 'x' }, detection: own }));
const sources = (list: readonly object[]): RuleSource[] =>
  list.map((document, index) => ({ file: 'generated', document, index }));

describe('the engine against the naive interpreter', () => {
  test('finds exactly the rules whose plain meaning holds, before and after learning, and explains them', () => {
    fc.assert(
      fc.property(
        fc.array(detection, { minLength: 1, maxLength: 5 }),
        fc.array(event, { minLength: 1, maxLength: 6 }),
        (detections, events) => {
          const rules = documents(detections);
          const parsed = parseRules(sources(rules));
          expect(parsed.issues.filter(({ severity }) => severity === 'error')).toEqual([]);
          const { engine } = compile(parsed.rules);
          const expected = events.map((one) => rules.filter((rule) => interpret(rule, one)).map((rule) => rule['id']));
          const actual = (): unknown[] =>
            events.map((one) =>
              engine
                .match(one)
                .map(({ id }) => id)
                .toSorted(),
            );
          expect(actual()).toEqual(expected);
          engine.learn(events);
          expect(actual()).toEqual(expected);
          const explained = events.map((one) =>
            parsed.rules.filter((rule) => explain(one, rule).matched).map(({ id }) => id),
          );
          expect(explained).toEqual(expected);
        },
      ),
      { numRuns: 600 },
    );
  });
});
