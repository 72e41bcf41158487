import { TRADITIONAL } from './data/traditional.data.ts';

/**
 * The text as the rules see it: full width as half width, traditional as simplified characters, invisible characters gone, and
 * blanks between two Chinese characters gone (`张 三`), one unit per character. `pos` leads back to the source.
 */
export interface Folded {
  source: string;
  /** Number of units used in the arrays. */
  n: number;
  code: Uint16Array;
  /** Offset in the source of each unit; `pos[n]` is the length of the source. */
  pos: Int32Array;
  /** Blanks before a unit: 0 none, 1 one blank, 2 several or a tab, 3 a line break. */
  gap: Uint8Array;
}

export const DIGIT = 1;
export const LETTER = 2;
export const HAN_DIGIT = 4;
export const HAN = 8;
export const ALNUM = DIGIT | LETTER;

const DROP = 0xffff;
const PAIR = 0xfffe;
const BLANK = 0x20;
const BREAK = 0x0a;

const fold = new Uint16Array(65536);
const kinds = new Uint8Array(65536);
const digitOf = new Uint8Array(65536).fill(255);

for (let code = 0; code < 65536; code++) fold[code] = code;
for (let code = 0x2e80; code < 0x2fe0; code++) foldCompatible(code);
for (let code = 0xf900; code < 0xfb00; code++) foldCompatible(code);
for (let i = 0; i < TRADITIONAL.length; i += 2) fold[TRADITIONAL.charCodeAt(i)] = TRADITIONAL.charCodeAt(i + 1);
for (let code = 0xff01; code <= 0xff5e; code++) fold[code] = code - 0xfee0;
for (const [targets, to] of [
  ['\u3000\u00A0\t\r\u000B\u000C\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u202F\u205F', BLANK],
  ['\n\u2028\u2029\u0085', BREAK],
  [
    '\u200B\u200C\u200D\u200E\u200F\u202A\u202B\u202C\u202D\u202E\u2060\u2061\u2062\u2063\u2064\uFEFF\u00AD\u180E\u061C',
    DROP,
  ],
  ['\u2010\u2011\u2012\u2013\u2014\u2015\u2212\uFE63\u30FC\u2500', 0x2d],
  ['\u2022\u30FB\uFF65\u2027\u22C5\u2219\u2024', 0xb7],
  ['\u201C\u201D\u300C\u300D\u300E\u300F', 0x22],
  ['\u2018\u2019', 0x27],
  ['\u2236\uFE55\uFE30', 0x3a],
  ['\u3010\u3014\u3016', 0x5b],
  ['\u3011\u3015\u3017', 0x5d],
  ['\u25CB\u25EF\u3007', 0x3007],
  ['\u301C\uFF5E', 0x7e],
  ['\u2169', 0x58],
  ['\u62FE', 0x5341],
  ['\u4F70', 0x767e],
] as const)
  for (const char of targets) fold[char.charCodeAt(0)] = to;
for (let code = 0xfe00; code <= 0xfe0f; code++) fold[code] = DROP;
for (let i = 0; i < 9; i++) fold[0x2460 + i] = 0x31 + i;
fold[0x24ea] = 0x30;
// Letters of other scripts that look Latin.
for (const pair of ['АA', 'ВB', 'ЕE', 'КK', 'МM', 'НH', 'ОO', 'РP', 'СC', 'ТT', 'ХX', 'ΑA', 'ΒB', 'ΕE'])
  fold[pair.charCodeAt(0)] = pair.charCodeAt(1);
fold[0xd835] = PAIR;

for (let code = 0x4e00; code <= 0x9fff; code++) kinds[code] = HAN;
for (let code = 0x3400; code <= 0x4dbf; code++) kinds[code] = HAN;
for (let code = 0xd840; code <= 0xdfff; code++) kinds[code] = HAN;
kinds[0x3007] = HAN | HAN_DIGIT;
for (let i = 0; i < 10; i++) {
  kinds[0x30 + i] = DIGIT;
  digitOf[0x30 + i] = i;
}
for (let i = 0; i < 26; i++) kinds[0x41 + i] = kinds[0x61 + i] = LETTER;
for (const numerals of ['\u3007一二三四五六七八九', '零壹贰叁肆伍陆柒捌玖', '零幺两叁肆伍陆柒捌玖'])
  for (const [value, char] of Array.from(numerals).entries()) {
    kinds[char.charCodeAt(0)] = HAN | HAN_DIGIT;
    digitOf[char.charCodeAt(0)] = value;
  }

function foldCompatible(code: number): void {
  const plain = String.fromCharCode(code).normalize('NFKC');
  if (plain.length === 1) fold[code] = plain.charCodeAt(0);
}

/** Bits DIGIT, LETTER, HAN_DIGIT, HAN of a folded unit. */
export const KIND: Readonly<Uint8Array> = kinds;
/** 0 to 9, or 255. */
export const DIGIT_VALUE: Readonly<Uint8Array> = digitOf;
export const FOLD: Readonly<Uint16Array> = fold;

export function newFolded(): Folded {
  return { source: '', n: 0, code: new Uint16Array(4096), pos: new Int32Array(4097), gap: new Uint8Array(4097) };
}

/** Folds `source` into `into`, whose arrays grow as needed. */
export function foldInto(into: Folded, source: string): void {
  const length = source.length;
  if (into.code.length < length + 8) {
    const room = Math.max(length + 8, into.code.length * 2);
    into.code = new Uint16Array(room);
    into.pos = new Int32Array(room + 1);
    into.gap = new Uint8Array(room + 1);
  }
  const { code, pos, gap } = into;
  let n = 0;
  for (let i = 0; i < length; i++) {
    const folded = fold[source.charCodeAt(i)]!;
    if (folded > BLANK && folded < PAIR) {
      code[n] = folded;
      pos[n] = i;
      gap[n] = 0;
      n++;
      continue;
    }
    if (folded === DROP || (folded < BLANK && folded !== BREAK)) continue;
    if (folded === PAIR) {
      // Mathematical digits, the only pairs that fold to one unit.
      const low = source.charCodeAt(i + 1);
      code[n] = low >= 0xdfce && low <= 0xdfff ? 0x30 + ((low - 0xdfce) % 10) : 0xd835;
      pos[n] = i;
      gap[n] = 0;
      n++;
      if (code[n - 1] !== 0xd835) i++;
      continue;
    }
    const from = i;
    let breaks = folded === BREAK ? 1 : 0;
    let blanks = 1;
    while (i + 1 < length) {
      const next = fold[source.charCodeAt(i + 1)]!;
      if (next === BREAK) breaks++;
      else if (next === BLANK) blanks++;
      else if (next !== DROP) break;
      i++;
    }
    const wide = breaks > 0 ? 3 : blanks > 1 || source.charCodeAt(from) === 9 ? 2 : 1;
    const next = i + 1 < length ? fold[source.charCodeAt(i + 1)]! : 0;
    if (n > 0 && (kinds[code[n - 1]!]! & HAN) !== 0 && (kinds[next]! & HAN) !== 0) {
      if (next < PAIR && i + 1 < length) {
        i++;
        code[n] = next;
        pos[n] = i;
        gap[n] = wide;
        n++;
      }
      continue;
    }
    code[n] = breaks > 0 ? BREAK : BLANK;
    pos[n] = from;
    gap[n] = 0;
    n++;
    if (i + 1 < length && next > BLANK && next < PAIR) {
      i++;
      code[n] = next;
      pos[n] = i;
      gap[n] = wide;
      n++;
    }
  }
  pos[n] = length;
  gap[n] = 3;
  // Rules look a few units ahead without asking for the end.
  code.fill(0, n, n + 8);
  into.n = n;
  into.source = source;
}

/** Offset in the source just behind unit `index`. */
export function endOf(text: Folded, index: number): number {
  const start = text.pos[index]!;
  const unit = text.source.charCodeAt(start);
  return (
    start + (unit >= 0xd800 && unit < 0xdc00 && start + 1 < text.source.length && text.code[index] !== unit ? 2 : 1)
  );
}
