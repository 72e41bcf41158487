import { parseQuery } from '@xinglin/platform/events';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addTerm, quoteValue } from './query-terms.ts';

describe('addTerm()', () => {
  test.each([
    ['', 'user.name', 'root', false, 'user.name:root'],
    ['failed', 'user.name', 'root', true, 'failed AND NOT user.name:root'],
    ['user.name:root', 'user.name', 'root', false, 'user.name:root'],
    ['user.name:root', 'user.name', 'root', true, 'NOT user.name:root'],
    ['a OR b', 'event.action', 'deny', false, '(a OR b) AND event.action:deny'],
    ['', 'url.original', '/a b', false, 'url.original:"/a b"'],
    ['', 'process.command_line', 'C:\\x "y"', false, 'process.command_line:"C:\\\\x \\"y\\""'],
  ])('%s + %s:%s (exclude %s) → %s', (query, field, value, exclude, wanted) => {
    expect(addTerm(query, field, value, exclude)).toBe(wanted);
  });

  test('makes only queries that the server can read, whatever the value', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' }), fc.boolean(), (value, exclude) => {
        // A value of blanks alone is no term that anyone could click.
        fc.pre(value.trim() !== '');
        expect(() => parseQuery(addTerm('event.action:deny', 'user.name', value, exclude))).not.toThrow();
      }),
      { numRuns: 300 },
    );
  });
});

test('quoteValue() leaves plain words bare and quotes operators', () => {
  expect(quoteValue('10.1.2.3')).toBe('10.1.2.3');
  expect(quoteValue('AND')).toBe('"AND"');
  expect(quoteValue('fe80::1')).toBe('"fe80::1"');
});
