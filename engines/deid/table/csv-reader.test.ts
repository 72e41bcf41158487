import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCsvReader, csvLine, guessDelimiter } from './csv-reader.ts';

function readAll(text: string, cut = text.length, delimiter?: string): string[][] {
  const reader = createCsvReader(delimiter === undefined ? {} : { delimiter });
  const rows: string[][] = [];
  for (let at = 0; at < text.length; at += Math.max(1, cut))
    rows.push(...reader.push(text.slice(at, at + Math.max(1, cut))));
  return [...rows, ...reader.finish()];
}

describe('createCsvReader()', () => {
  test('reads quotes, line ends, empty fields and a byte order mark', () => {
    expect(readAll('\uFEFFa,b,c\r\n1,"x, ""y""",\n\n"multi\nline",,3')).toEqual([
      ['a', 'b', 'c'],
      ['1', 'x, "y"', ''],
      ['multi\nline', '', '3'],
    ]);
    expect(readAll('a,b,')).toEqual([['a', 'b', '']]);
    expect(readAll('a\n')).toEqual([['a']]);
    expect(readAll('')).toEqual([]);
    expect(readAll('a"b,c\n')).toEqual([['a"b', 'c']]);
  });

  test('guesses the delimiter of the first line, outside quotes', () => {
    expect(guessDelimiter('a;b;"c,d,e,f"\n1,2,3,4,5')).toBe(';');
    expect(readAll('a\tb\n1\t2')).toEqual([
      ['a', 'b'],
      ['1', '2'],
    ]);
    expect(guessDelimiter('one column')).toBe(',');
  });

  test('gives back what csvLine() wrote, however the text is cut', () => {
    const field = fc.string({ unit: fc.constantFrom('a', '"', ',', ';', '\n', '\r', ' ', '\u4E2D', ''), maxLength: 6 });
    fc.assert(
      fc.property(
        fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 9 }),
        (rows, cut) => {
          const text = rows.map((row) => `${csvLine(row)}\n`).join('');
          expect(readAll(text, cut, ',')).toEqual(rows);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('an open quote is an error with its line', () => {
    expect(() => readAll('a,b\n1,"x\n')).toThrow(expect.objectContaining({ code: 'csv.quote', line: 2 }));
  });
});
