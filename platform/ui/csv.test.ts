import { expect, test } from 'vitest';
import { toCsv } from './csv.ts';

test('toCsv() begins with a BOM and ends its lines as RFC 4180 says', () => {
  expect(toCsv(['名称', 'n'], [['市一医院', 3]])).toBe('\uFEFF名称,n\r\n市一医院,3\r\n');
});

test('toCsv() quotes separators, quotes and line breaks', () => {
  expect(toCsv(['a'], [['x,"y"\nz']])).toBe('\uFEFFa\r\n"x,""y""\nz"\r\n');
});

test('toCsv() defuses formulas but leaves negative numbers alone', () => {
  expect(toCsv(['a', 'b'], [['=HYPERLINK("http://evil")', -3]])).toContain(`"'=HYPERLINK(""http://evil"")",-3`);
  expect(toCsv(['a'], [['@SUM(1)'], ['+1']])).toBe("\uFEFFa\r\n'@SUM(1)\r\n'+1\r\n");
});

test('toCsv() writes nothing for null and JSON for objects', () => {
  expect(toCsv(['a', 'b'], [[null, { x: 1 }]])).toBe('\uFEFFa,b\r\n,"{""x"":1}"\r\n');
});
