import { lexicon, lower, pairBit, type Lexicon } from './lexicon/lexicon.ts';
import { nameAroundDot, nameInText } from './names/find-names.ts';
import { nameBeforeOf, nameBeforeSex } from './names/names-by-neighbours.ts';
import { COMPOUND_SURNAMES, SURNAME_GRADE } from './names/surnames.ts';
import { ALNUM, DIGIT, HAN, HAN_DIGIT, KIND, LETTER } from './normalize.ts';
import { emailAround, hexAddressAt, plateAt, PLATE_STARTS } from './numbers/codes.ts';
import { addressAtHome, addressAtRoad } from './places/addresses.ts';
import { type Scan } from './scan.ts';
import { cueAt } from './cues.ts';
import { afterName, wordAt } from './word-at.ts';
import { latinAt } from './latin-at.ts';
import { numberAt, hanNumberAt } from './number-at.ts';

// What a character may begin, one bit each, so that most characters cost one look.

const NUMBER = 1;

const WORD = 2;

const LATIN = 4;

const SURNAME = 8;

const PLATE = 16;

const MARK = 32;

const ROAD = 64;

const HAN_NUMBER = 128;

const SEX = 256;

const LIVES = 512;

const OF = 1024;

let triggers: Uint16Array | undefined;

function triggerTable(words: Lexicon): Uint16Array {
  const table = new Uint16Array(65536);
  for (let unit = 0; unit < 65536; unit++) {
    let bits = 0;
    const kind = KIND[unit]!;
    if (kind & DIGIT) bits |= NUMBER;
    if (kind & LETTER) bits |= LATIN;
    if (kind & HAN_DIGIT) bits |= HAN_NUMBER;
    if (words.starts[unit] === 1 && (kind & ALNUM) === 0) bits |= WORD;
    if (SURNAME_GRADE[unit]! > 0) bits |= SURNAME;
    table[unit] = bits;
  }
  for (const name of COMPOUND_SURNAMES) table[name.charCodeAt(0)]! |= SURNAME;
  for (const char of PLATE_STARTS) table[char.charCodeAt(0)]! |= PLATE;
  for (const char of '@\u00B7:') table[char.charCodeAt(0)]! |= MARK;
  for (const char of '路街巷弄道') table[char.charCodeAt(0)]! |= ROAD;
  for (const char of '男女') table[char.charCodeAt(0)]! |= SEX;
  table[0x4f4f]! |= LIVES;
  table[0x7684]! |= OF;
  for (const char of '十廿卅') table[char.charCodeAt(0)]! |= HAN_NUMBER;
  return table;
}

/** Finds everything in `scan.text` and leaves it in `scan.found`; overlaps are settled by the caller. */
export function recognise(scan: Scan): void {
  const words = lexicon();
  triggers ??= triggerTable(words);
  const table = triggers;
  const { pairs } = words;
  const { code, n } = scan.text;
  let i = 0;
  while (i < n) {
    const bits = table[code[i]!]!;
    if (bits === 0) {
      i++;
      continue;
    }
    if ((bits & (NUMBER | LATIN | MARK)) !== 0) {
      i = (bits & NUMBER) !== 0 ? numberAt(scan, i) : (bits & LATIN) !== 0 ? latinAt(scan, words, i) : markAt(scan, i);
      continue;
    }
    if ((bits & HAN_NUMBER) !== 0) {
      const end = hanNumberAt(scan, i);
      if (end > i) {
        i = end;
        continue;
      }
    }
    if ((bits & PLATE) !== 0 && ((KIND[code[i + 1]!]! & LETTER) !== 0 || code[i + 1] === 0x20)) {
      const end = plateAt(scan, i);
      if (end > 0) {
        i = end;
        continue;
      }
    }
    if ((bits & WORD) !== 0) {
      const bit = pairBit(code[i]!, lower(code[i + 1]!));
      const word = (pairs[bit >> 3]! & (1 << (bit & 7))) === 0 ? -1 : words.find(code, i, n);
      if (word >= 0) {
        const end = wordAt(scan, words, i, word);
        if (end > 0) {
          i = end;
          continue;
        }
      }
    }
    if ((bits & SURNAME) !== 0) {
      const end = nameInText(scan, i);
      if (end > 0) {
        i = afterName(scan, end);
        continue;
      }
    }
    if ((bits & SEX) !== 0) nameBeforeSex(scan, i);
    if ((bits & OF) !== 0) nameBeforeOf(scan, i);
    if ((bits & LIVES) !== 0) {
      const end = addressAtHome(scan, i);
      if (end > 0) {
        i = end;
        continue;
      }
    }
    if ((bits & ROAD) !== 0 && i > 0 && (KIND[code[i + 1]!]! & (DIGIT | HAN_DIGIT)) !== 0) {
      const end = addressAtRoad(scan, i);
      if (end > 0) {
        i = end;
        continue;
      }
    }
    i++;
  }
}

function markAt(scan: Scan, at: number): number {
  const { code } = scan.text;
  const unit = code[at]!;
  if (unit === 0x40) {
    const end = emailAround(scan, at, 1);
    return end > 0 ? end : at + 1;
  }
  if (unit === 0xb7) {
    const end =
      at > 0 && (KIND[code[at - 1]!]! & HAN) !== 0 && (KIND[code[at + 1]!]! & HAN) !== 0 && at >= scan.taken
        ? nameAroundDot(scan, at)
        : -1;
    return end > 0 ? end : at + 1;
  }
  // ::1 and fe80::1 with nothing before the colons
  if (code[at + 1] === 0x3a && (at === 0 || (KIND[code[at - 1]!]! & ALNUM) === 0)) {
    const end = hexAddressAt(scan, at, cueAt(scan, at));
    if (end > 0) return end;
  }
  return at + 1;
}
