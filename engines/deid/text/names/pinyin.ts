import { READINGS } from '../data/pinyin.data.ts';
import { COMPOUND_SURNAMES, SINGLE_SURNAMES } from './surnames.ts';

/** Surnames read otherwise than the character usually is. */
const SURNAME_READINGS: Readonly<Record<string, string>> = {
  单: 'shan',
  曾: 'zeng',
  解: 'xie',
  仇: 'qiu',
  朴: 'piao',
  区: 'ou',
  查: 'zha',
  任: 'ren',
  乐: 'yue',
  盖: 'ge',
  翟: 'zhai',
  覃: 'qin',
  华: 'hua',
  哈: 'ha',
  尉: 'wei',
  缪: 'miao',
  繁: 'po',
  员: 'yun',
  折: 'she',
  洗: 'xian',
  冼: 'xian',
  吕: 'lv',
};

let byChar: ReadonlyMap<string, string> | undefined;
let syllables: ReadonlySet<string> | undefined;
let surnames: ReadonlySet<string> | undefined;

function load(): void {
  const map = new Map<string, string>();
  const all = new Set<string>(['lu', 'nu', 'lue', 'nue', 'lyu', 'nyu']);
  for (const group of READINGS.split(',')) {
    const syllable = /^[a-z]+/.exec(group)?.[0] ?? '';
    all.add(syllable);
    for (const char of group.slice(syllable.length)) map.set(char, syllable);
  }
  byChar = map;
  syllables = all;
  surnames = new Set(
    [...SINGLE_SURNAMES, ...COMPOUND_SURNAMES]
      .map((name) =>
        Array.from(name)
          .map((char) => (name.length === 1 ? SURNAME_READINGS[char] : undefined) ?? map.get(char) ?? '')
          .join(''),
      )
      .concat([
        'lu',
        'lyu',
        'lv',
        'ouyang',
        'lui',
        'lee',
        'wong',
        'chan',
        'cheung',
        'chow',
        'ng',
        'kwok',
        'leung',
        'tsang',
        'hsu',
        'tsai',
        'chang',
        'chen',
      ]),
  );
}

/** The syllable of a character, `''` when unknown; a surname's own reading when `surname`. */
export function readingOf(char: string, surname = false): string {
  if (byChar === undefined) load();
  return (surname ? SURNAME_READINGS[char] : undefined) ?? byChar?.get(char) ?? '';
}

/** Number of pinyin syllables a word is made of (the fewest), or 0 when it is no pinyin. */
export function syllableCount(word: string): number {
  if (syllables === undefined) load();
  const known = syllables ?? new Set<string>();
  const text = word.toLowerCase().replaceAll('\u00FC', 'v').replace(/['-]/g, '');
  const best = new Uint8Array(text.length + 1).fill(99);
  best[0] = 0;
  for (let i = 0; i < text.length; i++) {
    if (best[i] === 99) continue;
    for (let size = 1; size <= 6 && i + size <= text.length; size++)
      if (known.has(text.slice(i, i + size))) best[i + size] = Math.min(best[i + size]!, best[i]! + 1);
  }
  const count = best[text.length]!;
  return count === 99 ? 0 : count;
}

export function isPinyinSurname(word: string): boolean {
  if (surnames === undefined) load();
  return surnames?.has(word.toLowerCase()) ?? false;
}
