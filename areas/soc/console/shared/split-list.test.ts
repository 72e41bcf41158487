import { expect, test } from 'vitest';
import { splitList } from './split-list.ts';

test('splitList() reads lines, commas and the separators of a Chinese keyboard', () => {
  expect(splitList('10.1.2.0/24\n10.1.3.0/24, 10.1.4.1')).toEqual(['10.1.2.0/24', '10.1.3.0/24', '10.1.4.1']);
  expect(splitList('10.1.2.1\uFF0C10.1.2.2\u300110.1.2.3\uFF1B his-db01 ')).toEqual([
    '10.1.2.1',
    '10.1.2.2',
    '10.1.2.3',
    'his-db01',
  ]);
  expect(splitList(undefined)).toEqual([]);
  expect(splitList(' \uFF0C ')).toEqual([]);
});
