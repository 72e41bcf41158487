import { divisions, islandDivisions, shortName } from '../../regions/index.ts';
import { W, type Word } from './flags.ts';
import { HAN_WORDS, LATIN_WORDS } from './words.ts';

/**
 * All words the rules know, found by their first two characters: an open-addressing table of pairs, each with a chain of words,
 * longest first. Words are in folded form (simplified, half width); Latin letters match in either case.
 */
export interface Lexicon {
  /** 1 for characters a word of two or more begins with. */
  readonly starts: Readonly<Uint8Array>;
  /** Flags of words of one character. */
  readonly single: Readonly<Uint16Array>;
  /** Flags and type of word `id`; `length` in units. */
  readonly flags: Readonly<Uint16Array>;
  readonly type: Readonly<Int8Array>;
  readonly length: Readonly<Uint8Array>;
  /** One bit per hashed pair of characters a word begins with: the cheap way to say no. */
  readonly pairs: Readonly<Uint8Array>;
  /** The longest word at `at`, or -1. Blanks that folding removed do not matter. */
  find(code: Uint16Array, at: number, end: number): number;
  /** The Latin key in `name` (any case, separators allowed), or undefined. */
  latin(name: string): Word | undefined;
}

let shared: Lexicon | undefined;

export function lexicon(): Lexicon {
  shared ??= build([...HAN_WORDS, ...regionWords()]);
  return shared;
}

/** Level in `type`: 1 province, 2 prefecture, 3 county; 8 added for names without their rank. */
function regionWords(): Word[] {
  const found = new Map<string, number>();
  const add = (text: string, level: number): void => {
    if (text.length < 2) return;
    const before = found.get(text);
    if (before === undefined || (level & 7) < (before & 7)) found.set(text, level);
  };
  const rank = { province: 1, prefecture: 2, county: 3 } as const;
  for (const { name, level } of divisions().values()) {
    if (name === '市辖区' || name.includes('直辖') || name === '县') continue;
    const number = rank[level];
    add(name, number);
    const short = shortName(name);
    if (short !== name && short.length >= 2 && (number < 3 || name.endsWith('市') || /自治[县旗]$/.test(name)))
      add(short, number | 8);
  }
  for (const [province = '', city = '', ...areas] of islandDivisions()) {
    add(province, 1);
    add(shortName(province), 1 | 8);
    add(city, 2);
    for (const area of areas) if (area.length > 2) add(area, 3);
  }
  return [...found].map(([text, type]) => ({ text, flags: W.REGION, type }));
}

export function lower(code: number): number {
  return code >= 0x41 && code <= 0x5a ? code | 0x20 : code;
}

function build(list: readonly Word[]): Lexicon {
  const byText = new Map<string, Word>();
  for (const word of list) {
    const text = word.text.toLowerCase();
    const before = byText.get(text);
    byText.set(text, before === undefined ? { ...word, text } : { ...before, flags: before.flags | word.flags });
  }
  const words = [...byText.values()]
    .filter((word) => word.text.length > 1)
    .toSorted((a, b) => a.text.length - b.text.length);
  const single = new Uint16Array(65536);
  for (const { text, flags } of byText.values()) if (text.length === 1) single[text.charCodeAt(0)] = flags;

  const starts = new Uint8Array(65536);
  const flags = Uint16Array.from(words, (word) => word.flags);
  const type = Int8Array.from(words, (word) => word.type);
  const length = Uint8Array.from(words, (word) => word.text.length);
  const offset = new Int32Array(words.length);
  const next = new Int32Array(words.length).fill(-1);
  const units = new Uint16Array(words.reduce((sum, word) => sum + word.text.length, 0));
  const size = 1 << Math.ceil(Math.log2(words.length * 3 + 16));
  const mask = size - 1;
  const keys = new Uint32Array(size);
  const heads = new Int32Array(size).fill(-1);

  const pairs = new Uint8Array(8192);
  let used = 0;
  for (const [id, { text }] of words.entries()) {
    offset[id] = used;
    for (let i = 0; i < text.length; i++) units[used++] = text.charCodeAt(i);
    const first = text.charCodeAt(0);
    starts[first] = 1;
    if (first >= 0x61 && first <= 0x7a) starts[first - 32] = 1;
    const bit = pairBit(first, text.charCodeAt(1));
    pairs[bit >> 3]! |= 1 << (bit & 7);
    const key = ((first << 16) | text.charCodeAt(1)) >>> 0;
    let slot = hash(key) & mask;
    while (keys[slot] !== 0 && keys[slot] !== key) slot = (slot + 1) & mask;
    keys[slot] = key;
    // Shorter words come first in the list, so the longest ends up at the head of its chain.
    next[id] = heads[slot]!;
    heads[slot] = id;
  }

  const latin = new Map(LATIN_WORDS.map((word) => [bare(word.text), word]));
  return {
    starts,
    pairs,
    single,
    flags,
    type,
    length,
    latin: (name) => latin.get(bare(name)),
    find(code, at, end) {
      const key = ((lower(code[at]!) << 16) | lower(code[at + 1]!)) >>> 0;
      let slot = hash(key) & mask;
      for (;;) {
        const known = keys[slot]!;
        if (known === key) break;
        if (known === 0) return -1;
        slot = (slot + 1) & mask;
      }
      for (let id = heads[slot]!; id >= 0; id = next[id]!) {
        const size = length[id]!;
        if (at + size > end) continue;
        const from = offset[id]!;
        let i = 2;
        while (i < size && lower(code[at + i]!) === units[from + i]) i++;
        if (i >= size) return id;
      }
      return -1;
    },
  };
}

/** The bit of a pair in `pairs`. Latin letters must be given in lower case. */
export function pairBit(first: number, second: number): number {
  return (Math.imul(first, 0x6b5) ^ Math.imul(second, 0x9e3b)) & 0xffff;
}

function hash(key: number): number {
  const mixed = Math.imul(key ^ (key >>> 15), 0x2c1b3c6d);
  return (mixed ^ (mixed >>> 13)) >>> 0;
}

function bare(name: string): string {
  return name.toLowerCase().replace(/[\s_./-]/g, '');
}
