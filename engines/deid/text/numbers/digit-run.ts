import { DIGIT, DIGIT_VALUE, HAN_DIGIT, KIND, type Folded } from '../normalize.ts';

export const MAX_DIGITS = 28;

/** Digits of a number that may be written in groups, with Chinese numerals, blanks, hyphens, dots or a line break between. */
export interface DigitRun {
  /** Digits in all. */
  n: number;
  readonly value: Uint8Array;
  /** Folded index of each digit. */
  readonly at: Int32Array;
  /** Number of groups; `ends[k]` is the count of digits up to and with group k. */
  groups: number;
  readonly ends: Uint8Array;
  /** Separator before group k (k ≥ 1): its code, or 1 for mixed ones. */
  readonly separator: Uint16Array;
}

export function newDigitRun(): DigitRun {
  return {
    n: 0,
    value: new Uint8Array(MAX_DIGITS),
    at: new Int32Array(MAX_DIGITS),
    groups: 0,
    ends: new Uint8Array(MAX_DIGITS),
    separator: new Uint16Array(MAX_DIGITS + 1),
  };
}

const separators = new Uint8Array(65536);
for (const char of ' \n-.\u00B7_/)') separators[char.charCodeAt(0)] = 1;

/** Reads the run that begins with the digit at `from`. */
export function readDigits(run: DigitRun, text: Folded, from: number): void {
  const { code, n } = text;
  let count = 0;
  let groups = 0;
  let i = from;
  run.separator[0] = 0;
  while (i < n && count < MAX_DIGITS) {
    const unit = code[i]!;
    if ((KIND[unit]! & (DIGIT | HAN_DIGIT)) !== 0) {
      run.value[count] = DIGIT_VALUE[unit]!;
      run.at[count] = i;
      count++;
      i++;
      continue;
    }
    if (separators[unit] !== 1) break;
    let next = i + 1;
    let kind = unit;
    while (next < n && next < i + 3 && separators[code[next]!] === 1) {
      if (code[next] !== unit) kind = unit === 0x20 ? code[next]! : code[next] === 0x20 ? kind : 1;
      next++;
    }
    if (next >= n || (KIND[code[next]!]! & (DIGIT | HAN_DIGIT)) === 0) break;
    run.ends[groups++] = count;
    run.separator[groups] = kind;
    i = next;
  }
  run.ends[groups++] = count;
  run.n = count;
  run.groups = groups;
}

/** The index of the group with which exactly `digits` digits are complete, or -1. */
export function groupAt(run: DigitRun, digits: number): number {
  for (let k = 0; k < run.groups; k++) if (run.ends[k] === digits) return k;
  return -1;
}

/** `3-4-4` style: group sizes of the first `last + 1` groups equal `sizes`. */
export function hasSizes(run: DigitRun, last: number, sizes: readonly number[]): boolean {
  if (sizes.length !== last + 1) return false;
  for (let k = 0, before = 0; k <= last; before = run.ends[k]!, k++)
    if (run.ends[k]! - before !== sizes[k]) return false;
  return true;
}

/** The same separator between all of the first `last + 1` groups, and none a slash. */
export function isUniform(run: DigitRun, last: number): boolean {
  for (let k = 1; k <= last; k++) {
    const kind = run.separator[k]!;
    if (kind === 0x2f || kind === 1) return false;
    if (kind !== run.separator[1]) return false;
  }
  return true;
}

/** Every group is a single digit: `1 3 8 0 0 …`. */
export function isSpelled(run: DigitRun, last: number): boolean {
  return last > 0 && run.ends[last] === last + 1;
}

/** At most one line break and nothing else between the groups. */
export function isWrapped(run: DigitRun, last: number): boolean {
  return last === 1 && run.separator[1] === 0x0a;
}
