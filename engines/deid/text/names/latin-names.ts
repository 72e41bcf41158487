import { KIND, LETTER } from '../normalize.ts';
import { emit, type Scan } from '../scan.ts';
import { T } from '../types.ts';
import { isPinyinSurname, syllableCount } from './pinyin.ts';

const isUpper = (unit: number): boolean => unit >= 0x41 && unit <= 0x5a;
const isLower = (unit: number): boolean => unit >= 0x61 && unit <= 0x7a;

/** Capitalised pairs that read as pinyin and are places or words. */
const NOT_NAMES = new Set([
  'hong kong',
  'shang hai',
  'bei jing',
  'xi an',
  'tai wan',
  'he bei',
  'he nan',
  'hu bei',
  'hu nan',
  'jiang su',
  'zhe jiang',
  'an hui',
  'fu jian',
  'shan dong',
  'shan xi',
  'guang dong',
  'guang xi',
  'hai nan',
  'si chuan',
  'gui zhou',
  'yun nan',
  'gan su',
  'qing hai',
  'tian jin',
  'chong qing',
  'he bai',
  'bian que',
  'an gong',
  'wu han',
  'su zhou',
  'hang zhou',
  'nan jing',
  'cheng du',
  'shen zhen',
  'sun yat',
  'le fort',
  'de bakey',
  'man she',
  'he she',
  'can he',
  'wan an',
]);

/** End of the word of letters (with ' - and dots of initials inside) at `at`. */
function wordEnd(code: Uint16Array, at: number): number {
  let i = at;
  while (
    (KIND[code[i]!]! & LETTER) !== 0 ||
    ((code[i] === 0x27 || code[i] === 0x2d) && isLetter(code[i + 1]!) && isLetter(code[i - 1]!)) ||
    (code[i] === 0xfc && i > at)
  )
    i++;
  return i;
}
const isLetter = (unit: number): boolean => (KIND[unit]! & LETTER) !== 0;

function text(code: Uint16Array, from: number, end: number): string {
  return String.fromCharCode(...code.subarray(from, end));
}

function isCapital(code: Uint16Array, from: number, end: number): boolean {
  return (
    isUpper(code[from]!) && end > from && (end - from === 1 || isLower(code[from + 1]!) || allUpper(code, from, end))
  );
}

function allUpper(code: Uint16Array, from: number, end: number): boolean {
  for (let i = from; i < end; i++) if (!isUpper(code[i]!) && isLetter(code[i]!)) return false;
  return true;
}

const MARKS = new Set(
  'normal abnormal male female yes no none unknown see the and with was is has in on of for to a an negative positive left right ct mri mr us xr icu ed er na nil history patient diagnosis admitted presented presents complains reports hospital department age sex gender date dob mrn phone tel id no. date. test n/a'.split(
    ' ',
  ),
);

/** A Latin name behind a label or a form of address (Dr., Mr., Patient:). Returns its end, or -1. */
export function latinNameAfterCue(scan: Scan, from: number): number {
  const { code, n } = scan.text;
  let at = from;
  let end = -1;
  for (let part = 0; part < 4 && at < n; part++) {
    const stop = wordEnd(code, at);
    if (stop === at) break;
    const word = text(code, at, stop).toLowerCase();
    if (MARKS.has(word)) break;
    if (
      !isCapital(code, at, stop) &&
      !(part === 0 && syllableCount(word) >= 2) &&
      !(part > 0 && syllableCount(word) >= 1 && allLower(code, from, end))
    )
      break;
    if (stop - at > 20) break;
    end = stop;
    at = stop;
    if (code[at] === 0x2e && stop - at < 2) at++;
    if (code[at] === 0x2c && code[at + 1] === 0x20 && isUpper(code[at + 2]!)) at += 2;
    else if (code[at] === 0x2c && part === 0 && isUpper(code[at + 1]!) && syllableCount(word) === 1) at++;
    else if (code[at] === 0x20 || code[at] === 0xb7 || code[at] === 0x5e || code[at] === 0x2e) at++;
    else break;
  }
  if (end < 0 || end - from < 2) return -1;
  if (
    code[end] === 0x2e &&
    end - from > 1 &&
    isUpper(code[end - 1]!) &&
    (code[end - 2] === 0x20 || code[end - 2] === 0x2e)
  )
    end++;
  // A word glued to digits is a code; a single word must read as a name.
  if ((KIND[code[end]!]! & 1) !== 0) return -1;
  emit(scan, from, end, T.NAME, 56);
  return end;
}

/** 患者John Smith: two or more capitalised words right behind a role. Returns the end, or -1. */
export function latinPairAt(scan: Scan, from: number): number {
  const { code } = scan.text;
  const end = wordEnd(code, from);
  if (end - from < 2 || allUpper(code, from, end) || !isCapital(code, from, end)) return -1;
  if (code[end] !== 0x20 || !isUpper(code[end + 1]!)) return -1;
  return latinNameAfterCue(scan, from);
}

function allLower(code: Uint16Array, from: number, end: number): boolean {
  for (let i = from; i < end; i++) if (isUpper(code[i]!)) return false;
  return true;
}

/** Zhang Wei, ZHANG Wei, Wei ZHANG, Ouyang Xiaoming in running text, from the word at `from`. Returns the end, or -1. */
export function pinyinNameAt(scan: Scan, from: number, end: number): number {
  const { code } = scan.text;
  if (!isUpper(code[from]!) || end - from < 2 || end - from > 12) return -1;
  let next = end;
  if (code[next] === 0x2c) next++;
  if (code[next] !== 0x20) return -1;
  next++;
  const stop = wordEnd(code, next);
  if (stop - next < 2 || stop - next > 13 || !isUpper(code[next]!) || (KIND[code[stop]!]! & 1) !== 0) return -1;
  if (!isCapital(code, from, end) || !isCapital(code, next, stop)) return -1;
  const first = text(code, from, end).toLowerCase();
  const second = text(code, next, stop).toLowerCase();
  if (NOT_NAMES.has(`${first} ${second}`)) return -1;
  const a = syllableCount(first);
  const b = syllableCount(second);
  const forward = isPinyinSurname(first) && b >= 1 && b <= 2;
  const backward = isPinyinSurname(second) && a >= 1 && a <= 2;
  if (!forward && !backward) return -1;
  // Two capitals of two letters each may be anything (CA BI): at least one longer word.
  if (allUpper(code, from, end) && allUpper(code, next, stop) && (end - from < 3 || stop - next < 3)) return -1;
  let last = stop;
  // Zhang Jian Guo
  if (forward && b === 1 && code[stop] === 0x20) {
    const third = wordEnd(code, stop + 1);
    if (third > stop + 1 && isUpper(code[stop + 1]!) && syllableCount(text(code, stop + 1, third)) === 1) last = third;
  }
  emit(scan, from, last, T.NAME, 55);
  return last;
}
