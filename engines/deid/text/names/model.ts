import { lexicon } from '../lexicon/lexicon.ts';
import { W } from '../lexicon/flags.ts';
import { KIND } from '../normalize.ts';
import { GIVEN_FIRST_LEVEL, GIVEN_LAST_LEVEL, pairLevel } from './pairs.ts';
import { DOUBTFUL_SURNAME, SURNAME_GRADE } from './surnames.ts';

/** Number of weights; features are hashed into it. */
export const WEIGHTS = 1 << 16;
const MASK = WEIGHTS - 1;
export const FEATURES = 34;

/** Where a candidate stands: set by the caller from the label before it. */
export const CUE = { NONE: 0, ROLE: 1, LABEL: 2, LIST: 3 } as const;

function mix(template: number, a: number, b = 0, c = 0): number {
  let hash = Math.imul(template + 0x9e37, 0x85ebca6b) ^ Math.imul(a + 0x7f4a, 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 15), 0x27d4eb2f) ^ Math.imul(b + 0x165667, 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 13), 0x85ebca6b) ^ Math.imul(c + 0x27d4e, 0xc2b2ae3d);
  hash ^= hash >>> 16;
  return hash & MASK;
}

const START = 1;
const BLANK = 2;
const LINE = 3;

function unitAt(code: Uint16Array, gap: Uint8Array, n: number, at: number, direction: 1 | -1): number {
  if (at < 0 || at >= n) return START;
  const between = direction === 1 ? gap[at]! : gap[at + 1]!;
  if (between === 3) return LINE;
  if (between > 0) return BLANK;
  return code[at]!;
}

function kindClass(unit: number): number {
  if (unit <= 3) return unit;
  const kind = KIND[unit]!;
  return kind & 8
    ? 8
    : kind & 1
      ? 5
      : kind & 2
        ? 6
        : unit === 0x2c || unit === 0x3002 || unit === 0x3b
          ? 4
          : unit === 0x3a
            ? 7
            : 9;
}

/**
 * The features of the candidate of `length` characters at `at`, with a surname of `surname` characters, as indices of weights. A
 * segment model (semi-Markov): what stands left and right, what the name is made of, and whether its edges cut words.
 */
export function features(
  into: Int32Array,
  code: Uint16Array,
  gap: Uint8Array,
  n: number,
  at: number,
  length: number,
  surname: number,
  cue: number,
): void {
  const end = at + length;
  const l1 = unitAt(code, gap, n, at - 1, -1);
  const l2 = l1 <= 3 ? 0 : (code[at - 2] ?? 0);
  const l3 = l2 === 0 || at < 3 ? 0 : code[at - 3]!;
  const r1 = unitAt(code, gap, n, end, 1);
  const r2 = r1 <= 3 ? 0 : (code[end + 1] ?? 0);
  const r3 = r2 === 0 ? 0 : (code[end + 2] ?? 0);
  const s = surname === 1 ? code[at]! : 0xfff0;
  const g1 = code[at + surname]!;
  const last = code[end - 1]!;
  const given = length - surname;
  const g2 = given > 1 ? last : 0;
  const cutLeft = l1 > 3 ? pairLevel(l1, code[at]!) : 0;
  const cutRight = r1 > 3 ? pairLevel(last, r1) : 0;
  const word1 = surname === 1 ? pairLevel(s, g1) : 0;
  const word2 = given > 1 ? pairLevel(g1, g2) : 3;
  const wordRight = r2 > 3 ? pairLevel(r1, r2) : 0;
  const wordLeft = l2 > 3 ? pairLevel(l2, l1) : 0;
  const first = GIVEN_FIRST_LEVEL[g1]!;
  const final = GIVEN_LAST_LEVEL[last]!;
  const grade = surname === 2 ? 4 : SURNAME_GRADE[s]! + (DOUBTFUL_SURNAME[s]! ? 10 : 0);
  const words = lexicon();
  const next = r1 > 3 ? words.find(code, end, n) : -1;
  const nextFlags =
    (next >= 0 ? words.flags[next]! : r1 > 3 ? words.single[r1]! : 0) & (W.STOP | W.TITLE | W.ROLE | W.ORG | W.REGION);
  const rightClass = kindClass(r1);
  const leftClass = kindClass(l1);
  let inner = 0;
  for (let i = at + 1; i < end; i++) inner = inner * 2 + (gap[i]! > 0 ? 1 : 0);
  const shape = length * 8 + surname;
  let k = 0;
  into[k++] = mix(1, shape);
  into[k++] = mix(2, l1, 0);
  into[k++] = mix(3, l1, l2);
  into[k++] = mix(4, l1, l2, l3);
  into[k++] = mix(5, r1, shape);
  into[k++] = mix(6, r1, r2);
  into[k++] = mix(7, r1, r2, r3);
  into[k++] = mix(8, s, shape);
  into[k++] = mix(9, g1, given);
  into[k++] = mix(10, last, given);
  into[k++] = mix(11, g1, g2);
  into[k++] = mix(12, s, g1, given);
  into[k++] = mix(13, first * 4 + final, shape, grade);
  into[k++] = mix(14, first * 4 + final, given);
  into[k++] = mix(15, cutLeft, grade);
  into[k++] = mix(16, cutRight, shape);
  into[k++] = mix(17, word1, word2, given);
  into[k++] = mix(18, word1 * 4 + word2, cutLeft * 3 + cutRight, grade);
  into[k++] = mix(19, wordRight, cutRight, shape);
  into[k++] = mix(20, cue, shape);
  into[k++] = mix(21, cue, l1);
  into[k++] = mix(22, nextFlags, shape);
  into[k++] = mix(23, nextFlags, cutRight, wordRight);
  into[k++] = mix(24, grade, cue);
  into[k++] = mix(25, rightClass, shape);
  into[k++] = mix(26, leftClass, rightClass, shape);
  into[k++] = mix(27, inner, shape);
  into[k++] = mix(28, wordLeft, cutLeft, leftClass);
  into[k++] = mix(29, leftClass, grade, cue);
  into[k++] = mix(30, last, r1);
  into[k++] = mix(31, l1, s);
  into[k++] = mix(32, nextFlags, cue, leftClass);
  into[k++] = mix(33, first * 4 + final, rightClass, wordRight);
  into[k] = mix(34, word1 * 4 + word2, cue, rightClass);
}

/** Score of a candidate; above 0 it is rather a name than not. */
export function score(weights: Int8Array | Float64Array, list: Int32Array): number {
  let sum = 0;
  for (let i = 0; i < FEATURES; i++) sum += weights[list[i]!]!;
  return sum;
}
