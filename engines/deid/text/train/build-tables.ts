/**
 * Makes the tables in `../data/` from published word lists. Run by hand:
 *
 *   node --conditions=source engines/deid/text/train/build-tables.ts jieba/dict.txt TSCharacters.txt pinyin-pro/dist/index.mjs
 *
 * jieba 0.42.1 (MIT): which character pairs lie inside common words, and which characters given names are made of.
 * OpenCC's TSCharacters (Apache-2.0): traditional to simplified. pinyin-pro (MIT): readings.
 */
/* oxlint-disable no-restricted-imports, no-restricted-globals -- a development script, not part of the engine: it reads lists and writes modules */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { COMPOUND_SURNAMES, SINGLE_SURNAMES } from '../names/surnames.ts';

const [dictionary = '', traditional = '', pinyinModule = ''] = process.argv.slice(2);
const out = join(import.meta.dirname, '../data');
const HAN = /^[\u4E00-\u9FFF]+$/;

interface Word {
  readonly text: string;
  readonly count: number;
  readonly tag: string;
}
const words: Word[] = readFileSync(dictionary, 'utf8')
  .split('\n')
  .map((line) => line.split(' '))
  .filter(([text]) => HAN.test(text ?? ''))
  .map(([text = '', count, tag = '']) => ({ text, count: Number(count), tag }));
const isName = (tag: string): boolean => tag.startsWith('nr');

/** Pairs inside words, summed over words, grouped by first character: `高血压…` means 高血, 高压, …. */
function pairs(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { text, count, tag } of words) {
    if (isName(tag)) continue;
    for (let i = 0; i + 1 < text.length; i++) {
      const pair = text.slice(i, i + 2);
      counts.set(pair, (counts.get(pair) ?? 0) + count);
    }
  }
  return counts;
}

function group(list: readonly string[]): string {
  const groups = new Map<string, string>();
  for (const pair of list.toSorted()) groups.set(pair[0] ?? '', (groups.get(pair[0] ?? '') ?? '') + (pair[1] ?? ''));
  return [...groups].map(([first, rest]) => first + rest).join(',');
}

const counted = [...pairs()];
const common = counted.filter(([, count]) => count >= 300).map(([pair]) => pair);
const known = counted.filter(([, count]) => count >= 40 && count < 300).map(([pair]) => pair);
writeFileSync(
  join(out, 'word-pairs.data.ts'),
  `/** Made by train/build-tables.ts from jieba 0.42.1 (MIT); do not edit. */
export const COMMON_PAIRS =
  '${group(common)}';

export const KNOWN_PAIRS =
  '${group(known)}';
`,
);

const surnames = new Set(SINGLE_SURNAMES);
const compounds = new Set(COMPOUND_SURNAMES);
const first = new Map<string, number>();
const last = new Map<string, number>();
const add = (map: Map<string, number>, char: string): void => void map.set(char, (map.get(char) ?? 0) + 1);
for (const { text, count, tag } of words) {
  if (tag !== 'nr' || count > 200) continue;
  const given = compounds.has(text.slice(0, 2)) ? text.slice(2) : surnames.has(text[0] ?? '') ? text.slice(1) : '';
  if (given.length === 2) {
    add(first, given[0] ?? '');
    add(last, given[1] ?? '');
  } else if (given.length === 1 && text.length === 2) add(last, given);
}
const ranked = (map: Map<string, number>): string =>
  [...map]
    .filter(([, count]) => count >= 4)
    .toSorted(([a, x], [b, y]) => y - x || a.localeCompare(b))
    .map(([char]) => char)
    .join('');
writeFileSync(
  join(out, 'given-characters.data.ts'),
  `/** Made by train/build-tables.ts from jieba 0.42.1 (MIT); do not edit. Most frequent first. */
export const GIVEN_FIRST =
  '${ranked(first)}';

export const GIVEN_LAST =
  '${ranked(last)}';
`,
);

const simplified = readFileSync(traditional, 'utf8')
  .split('\n')
  .map((line) => line.split('\t'))
  .map(([from = '', to = '']) => from + (to.split(' ')[0] ?? ''))
  .filter((pair) => pair.length === 2 && pair[0] !== pair[1] && HAN.test(pair));
writeFileSync(
  join(out, 'traditional.data.ts'),
  `/** Made by train/build-tables.ts from OpenCC (Apache-2.0); do not edit. Pairs: traditional, simplified. */
export const TRADITIONAL =
  '${simplified.join('')}';
`,
);

const { pinyin } = (await import(pathToFileURL(resolve(pinyinModule)).href)) as {
  pinyin: (text: string, options: object) => string;
};
const readings = new Map<string, string>();
const decoder = new TextDecoder('gb18030');
for (let high = 0xb0; high <= 0xf7; high++)
  for (let low = 0xa1; low <= 0xfe; low++) {
    const char = decoder.decode(new Uint8Array([high, low]));
    if (!HAN.test(char) || (high > 0xd7 && !first.has(char) && !last.has(char) && !surnames.has(char))) continue;
    const reading = pinyin(char, { toneType: 'none', v: true });
    readings.set(reading, (readings.get(reading) ?? '') + char);
  }
writeFileSync(
  join(out, 'pinyin.data.ts'),
  `/** Made by train/build-tables.ts with pinyin-pro 3.29.4 (MIT); do not edit. Syllable, then the characters read so. */
export const READINGS =
  '${[...readings]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([syllable, chars]) => syllable + chars)
    .join(',')}';
`,
);
