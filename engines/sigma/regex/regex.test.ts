import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Problem } from '../problem.ts';
import { backtrackingOf } from './backtracking.ts';
import { compileRegex } from './compile-regex.ts';
import { emitRegex } from './emit.ts';
import { linearMatcher } from './linear-matcher.ts';
import { parseRegex } from './parse-regex.ts';
import { requiredLiterals } from './required-literals.ts';

const native = (source: string, flags = ''): RegExp => {
  const emitted = emitRegex(parseRegex(source, flags));
  return new RegExp(emitted.source, emitted.flags);
};
const refused = (source: string): string | undefined => {
  try {
    compileRegex(source, '');
    return undefined;
  } catch (error) {
    return error instanceof Problem ? error.code : 'threw something else';
  }
};

/** Patterns in the part of the syntax that PCRE and JavaScript read alike. */
const pattern = fc.letrec<{ node: string }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('a', 'b', 'c', '.', '[ab]', '[^a]', '\\d', '\\w', '\\s', '\\.', 'A', 'é', '\\bb', 'a\\b', '^', '1'),
    fc.tuple(tie('node'), tie('node')).map((parts) => parts.join('')),
    fc.tuple(tie('node'), tie('node')).map((parts) => `(?:${parts.join('|')})`),
    fc
      .tuple(tie('node'), fc.constantFrom('*', '+', '?', '{2}', '{1,3}', '{2,}', '*?', '+?'))
      .map(([inner, count]) => `(?:${inner.replaceAll('^', 'a')})${count}`),
  ),
})).node;
const text = fc.string({
  unit: fc.constantFrom('a', 'b', 'c', 'A', 'B', 'é', 'É', '1', ' ', '.', '\n'),
  maxLength: 10,
});

describe('parseRegex() and emitRegex()', () => {
  test('the emitted pattern means what JavaScript means by the source', () => {
    fc.assert(
      fc.property(pattern, text, fc.constantFrom('', 'i'), (source, value, flags) => {
        // PCRE's dot stops only at a line feed; the alphabet has no other line ends.
        expect(native(source, flags).test(value)).toBe(new RegExp(source, flags).test(value));
      }),
      { numRuns: 2000 },
    );
  });

  test.each<[string, string, boolean]>(
    [
      ['(?i)abc', 'xABCx', true],
      ['(?i:a)bc', 'Abc', true],
      ['(?i:a)bc', 'ABC', false],
      ['a(?i)b', 'aB', true],
      ['a(?i)b', 'AB', false],
      ['(a(?i)b)c', 'aBC', false],
      ['(?s)a.b', 'a\nb', true],
      ['(?m)^b$', 'a\nb\nc', true],
      ['(?x) a b # comment', 'ab', true],
      ['a$', 'a\n', true],
      ['a$', 'a\nb', false],
      ['a\\z', 'a\n', false],
      ['a\\Z', 'a\n', true],
      ['\\Aa', 'ba', false],
      ['a.b', 'a\rb', true],
      ['\\Qa.b\\E', 'a.b', true],
      ['\\Qa.b\\E', 'axb', false],
      ['\\x41\\x{42}', 'AB', true],
      ['\\ca', '\u0001', true],
      ['\\h+', 'a b', true],
      ['\\R', 'a\r\n', true],
      ['[[:alpha:]]+1', 'ab1', true],
      ['[[:^digit:]]', '5', false],
      ['[]a]', ']', true],
      ['[^]a]', ']', false],
      ['[a-]', '-', true],
      ['[\\w-]+', 'a-b', true],
      ['[\\]]', ']', true],
      ['[\\b]', '\b', true],
      ['(a)(b)\\2\\1', 'abba', true],
      ['(?P<q>[\'"])x(?P=q)', '"x"', undefined as never],
      ['(?<q>.)\\k<q>', 'aa', true],
      ['(?>a+)b', 'aab', true],
      ['a++a', 'aaa', false],
      ['(?=ab)a', 'ab', true],
      ['(?<!x)a', 'xa', false],
      ['a(?#comment)b', 'ab', true],
      ['a{,3}', 'a{,3}', true],
      ['a{', 'a{', true],
      ['\\p{Lu}', 'É', true],
      ['\\P{Lu}', 'É', false],
      ['[😀-😂]', '😁', true],
      ['\\/\\-\\"', '/-"', true],
      ['\\101', 'A', undefined as never],
    ].filter((row): row is [string, string, boolean] => row[2] !== undefined),
  )('%s on %j: %s', (source, value, expected) => {
    expect(native(source).test(value)).toBe(expected);
  });

  test.each([
    ['(a', 'regex.invalid'],
    ['a)', 'regex.invalid'],
    ['[a', 'regex.invalid'],
    ['*a', 'regex.invalid'],
    ['a{3,2}', 'regex.invalid'],
    ['[z-a]', 'regex.invalid'],
    ['\\', 'regex.invalid'],
    ['(?<!a)*', 'regex.invalid'],
    ['[[:nope:]]', 'regex.invalid'],
    ['\\Kx', 'regex.unsupported'],
    ['(?|a|b)', 'regex.unsupported'],
    ['a{5000}', 'regex.unsupported'],
    ['\\1(a)', 'regex.unsupported'],
    ['\\y', 'regex.unsupported'],
    [`${'('.repeat(150)}a${')'.repeat(150)}`, 'regex.unsupported'],
    ['(?=(a+)+)\\1b', 'regex.redos'],
  ])('%s is refused with %s', (source, code) => {
    expect(refused(source)).toBe(code);
  });

  test('never throws anything but a Problem', () => {
    const unit = fc.constantFrom(
      'a',
      '(',
      ')',
      '[',
      ']',
      '\\',
      '*',
      '+',
      '?',
      '{',
      '}',
      '1',
      ',',
      '|',
      '^',
      '$',
      ':',
      '-',
      'b',
      'x',
      '<',
      '=',
    );
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 12 }), (source) => {
        expect(refused(source)).not.toBe('threw something else');
      }),
      { numRuns: 3000 },
    );
  });
});

describe('requiredLiterals()', () => {
  test.each<[string, readonly string[] | undefined]>([
    ['abc', ['abc']],
    ['ab.*cde', ['cde']],
    ['(foo|bar)x', ['foox', 'barx']],
    ['(?:foo|bar.*)', ['foo', 'bar']],
    ['(foo|.*)', undefined],
    ['(abc)+', ['abc']],
    ['(abc)*de', ['de']],
    ['x(abc)?y', ['xabcy', 'xy']],
    ['.{200,}', undefined],
    ['\\w+@\\w+', ['@']],
    ['^\\\\\\\\[a-f0-9]+\\\\share$', ['\\share']],
    ['[Mm]imi', ['mimi', 'Mimi']],
  ])('of %s: %j', (source, expected) => {
    const found = requiredLiterals(source, '');
    if (expected === undefined) expect(found).toBeUndefined();
    else
      expect(new Set(found?.map((own) => own.toLowerCase()))).toEqual(
        new Set(expected.map((own) => own.toLowerCase())),
      );
  });

  test('every text that matches contains one of them', () => {
    fc.assert(
      fc.property(pattern, text, fc.constantFrom('', 'i'), (source, value, flags) => {
        const literals = requiredLiterals(source, flags);
        if (literals === undefined || !native(source, flags).test(value)) return;
        const folded = value.toLowerCase();
        expect(literals.some((literal) => folded.includes(literal.toLowerCase()))).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });
});

describe('linearMatcher()', () => {
  test('decides exactly as the native matcher', () => {
    const anchored = fc.tuple(pattern, fc.constantFrom('', '$', '\\b', '\\B', '\\z')).map((parts) => parts.join(''));
    fc.assert(
      fc.property(anchored, text, fc.constantFrom('', 'i', 'm', 's', 'im'), (source, value, flags) => {
        const parsed = parseRegex(source, flags);
        const linear = linearMatcher(parsed);
        expect(linear?.(value)).toBe(native(source, flags).test(value));
      }),
      { numRuns: 3000 },
    );
  });

  test.each([
    ['(a+)+$', 'a'.repeat(50_000)],
    ['(a|a)*b', 'a'.repeat(50_000)],
    ['(.*)*x', 'a'.repeat(50_000)],
    ['\\+.*\\+.*\\+.*\\+.*\\+.*\\+.*\\+.*\\+.*\\+.*\\+.*\\+.*x', '+'.repeat(20_000)],
  ])('%s ends soon on a long hostile text', (source, hostile) => {
    expect(compileRegex(source, '').matcher).toBe('linear');
    expect(compileRegex(source, '').test(`${hostile}!`)).toBe(false);
  });

  test('forgets its states when a text needs very many of them', () => {
    // The state remembers which of the last twelve characters were a: 4,096 possibilities.
    const linear = linearMatcher(parseRegex('a[ab]{12}c'))!;
    const many = Array.from({ length: 20_000 }, (_, at) => ((at * 7919 + (at >> 3)) % 13 < 6 ? 'a' : 'b')).join('');
    expect(linear(many)).toBe(false);
    expect(linear(`${many}a${'b'.repeat(12)}c`)).toBe(true);
  });

  test('leaves look-around, references and atomic groups to the native matcher', () => {
    for (const source of ['(?=a)b', '(a)\\1', '(?>a)b', 'a++b', '\\p{L}', '[😀]']) {
      expect(linearMatcher(parseRegex(source))).toBeUndefined();
    }
  });
});

describe('backtrackingOf()', () => {
  test.each([
    ['abc', 'fine'],
    ['^a.*b', 'fine'],
    ['a.*b.*c', 'fine'],
    ['\\d+\\.\\d+\\.\\d+\\.\\d+', 'polynomial'],
    ['a.*b.*c.*d', 'polynomial'],
    ['(a+)+', 'exponential'],
    ['(a*)*', 'exponential'],
    ['(a|ab)*c', 'exponential'],
    ['(?:\\w+\\s?)+$', 'exponential'],
    ['(?:a{1,3}){1,4}', 'fine'],
    ['(?:ab)+', 'fine'],
    ['(?:,\\d+)*', 'fine'],
  ])('%s is %s', (source, expected) => {
    expect(backtrackingOf(parseRegex(source))).toBe(expected);
  });
});
