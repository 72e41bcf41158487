import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { merge, parseSearch, stringifySearch } from './filters.ts';

describe('filters in the address', () => {
  test('parseSearch() reads what stringifySearch() wrote', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' })),
        (filters) => {
          expect(parseSearch(stringifySearch(filters).replace(/^\?/, ''))).toEqual({ ...filters });
        },
      ),
    );
  });

  test('stringifySearch() writes plain words, no JSON', () => {
    expect(stringifySearch({ level: 'critical,high', limit: 50, q: '' })).toBe('?level=critical%2Chigh&limit=50');
  });

  test('merge() drops what is emptied and keeps the rest', () => {
    expect(merge({ q: 'a', level: 'high' }, { q: undefined, tenant: 'x' })).toEqual({ level: 'high', tenant: 'x' });
    expect(merge({ q: 'a' }, { q: '' })).toEqual({});
  });
});
