import { ALNUM, DIGIT, HAN_DIGIT, KIND } from '../normalize.ts';
import { emit, follows, type Scan } from '../scan.ts';
import { T } from '../types.ts';
import { readNumber } from './dates.ts';

const SUI = 0x5c81;
const MONTH = 0x6708;
const DAY = 0x5929;
const WEEK = 0x5468;
const HOUR = 0x65f6;
const LING = 0x9f84;
const GE = 0x4e2a;

/** Words behind 岁 that speak of a group and not of a person: 以上, 以下, 及以上, 以内, 段, 组. */
function isGroup(code: Uint16Array, at: number): boolean {
  let i = at;
  if (code[i] === 0x53ca || code[i] === 0x6216) i++;
  if (code[i] === 0x4ee5)
    return code[i + 1] === 0x4e0a || code[i + 1] === 0x4e0b || code[i + 1] === 0x5185 || code[i + 1] === 0x540e;
  return code[i] === 0x6bb5 || code[i] === 0x7ec4 || (code[i] === 0x4eba && code[i + 1] === 0x7fa4);
}

/** `≥`, `>`, `<`, `≤`, 满, 大于, 小于, 超过, ranges: the number is a limit. */
function isLimit(code: Uint16Array, from: number): boolean {
  const unit = from > 0 ? code[from - 1]! : 0;
  if (unit === 0x2265 || unit === 0x2264 || unit === 0x3e || unit === 0x3c || unit === 0x2267 || unit === 0x2266)
    return unit !== 0x3e || !closesTag(code, from - 1);
  if ((unit === 0x4e8e || unit === 0x8fc7) && from > 1) {
    const before = code[from - 2]!;
    return before === 0x5927 || before === 0x5c0f || before === 0x8d85 || before === 0x9ad8 || before === 0x4f4e;
  }
  return (
    (unit === 0x2d || unit === 0x7e || unit === 0x2014 || unit === 0x81f3) &&
    from > 1 &&
    (KIND[code[from - 2]!]! & (DIGIT | HAN_DIGIT)) !== 0
  );
}

function closesTag(code: Uint16Array, at: number): boolean {
  for (let i = at - 1; i > at - 24 && i >= 0; i--) {
    if (code[i] === 0x3c) return true;
    if ((KIND[code[i]!]! & ALNUM) === 0 && code[i] !== 0x5f && code[i] !== 0x2f) return false;
  }
  return false;
}

/** An age beginning at `from` (Arabic or Chinese digit, or 十). Returns the end, or -1. */
export function ageAt(scan: Scan, from: number): number {
  const { code } = scan.text;
  const number = readNumber(code, from, 3);
  if (number === undefined) return -1;
  const { value, digits } = number;
  let i = number.end;
  if (code[i] === 0x2e && (KIND[code[i + 1]!]! & DIGIT) !== 0) {
    // 2.5岁
    const part = readNumber(code, i + 1, 1);
    if (part === undefined) return -1;
    i = part.end;
  }
  const labelled = follows(scan.text, scan.ageCueEnd, from, 5);
  const plain = i;
  // 十 and 百 of larger numbers: 八十余岁, 一百零二岁
  if (code[i] === 0x767e) {
    i++;
    if (code[i] === 0x96f6) i++;
    const rest = readNumber(code, i, 2);
    if (rest !== undefined) i = rest.end;
  }
  while (code[i] === 0x20) i++;
  if (code[i] === 0x4f59 || code[i] === 0x591a || code[i] === 0x6765) i++;
  const unit = code[i]!;
  if (unit === SUI || ((unit === 0x5468 || unit === 0x865a || unit === 0x8db3) && code[i + 1] === SUI)) {
    let end = i + (unit === SUI ? 1 : 2);
    if (value > 130 || isGroup(code, end) || isLimit(code, from)) return -1;
    end = monthsAfter(code, end);
    return take(scan, from, end);
  }
  // 七旬, 六十余旬 does not exist
  if (unit === 0x65ec && value >= 2 && value <= 10 && code[i + 1] !== 0x524d)
    return follows(scan.text, scan.ageCueEnd, from, 3) || isElder(code, i + 1) ? take(scan, from, i + 1) : -1;
  if (unit === MONTH && code[i + 1] === LING) return value <= 60 ? take(scan, from, i + 2) : -1;
  if (unit === GE && code[i + 1] === MONTH) {
    // 3个月大, 8个月龄; 3个月 only behind a label
    let end = i + 2;
    const and = readNumber(code, end, 2);
    if (and !== undefined && labelled && code[and.end] === DAY) end = and.end + 1;
    if (code[end] === 0x5927 || code[end] === LING) return take(scan, from, end + 1);
    // 患儿，8个月，
    // 患儿何梓轩，11个月，
    const named = scan.taken === from - 1 && scan.found.at(-1)?.type === T.NAME;
    const child =
      (named || scan.nameCueEnd >= from - 2) && scan.nameCueEnd < from && code[from - 1] === 0x2c && code[end] === 0x2c;
    return (labelled || child) && code[end] !== 0x524d ? take(scan, from, end) : -1;
  }
  if (
    (unit === DAY || unit === WEEK || unit === HOUR || unit === MONTH || unit === 0x65e5) &&
    (labelled || code[i + 1] === LING || (unit === DAY && code[i + 1] === 0x5927))
  ) {
    const tail = code[i + 1] === LING || code[i + 1] === 0x5927 ? 2 : 1;
    return value <= 400 ? take(scan, from, i + tail) : -1;
  }
  if ((unit | 0x20) === 0x79) return years(scan, from, i);
  if (unit === 0x2d && code[i + 1] === 0x79 && code[i + 2] === 0x65) return years(scan, from, i + 1);
  if (labelled && value <= 125 && digits <= 3 && ends(code, plain)) return take(scan, from, plain);
  if (value <= 125 && (KIND[code[from]!]! & DIGIT) !== 0 && ends(code, plain) && besideSex(code, from, plain))
    return take(scan, from, plain);
  return -1;
}

/** 岁3个月, 岁零2月, 岁半, 岁5天 */
function monthsAfter(code: Uint16Array, at: number): number {
  let i = at;
  if (code[i] === 0x534a) return i + 1;
  if (code[i] === 0x96f6 || code[i] === 0x53c8) i++;
  const number = readNumber(code, i, 2);
  if (number === undefined || number.value > 31) return at;
  i = number.end;
  if (code[i] === GE) i++;
  if (code[i] !== MONTH && code[i] !== DAY) return at;
  const next = code[i + 1]!;
  // 5岁3月前…: the months belong to something else
  return next === 0x524d || next === 0x65e5 || (KIND[next]! & (DIGIT | HAN_DIGIT)) !== 0 ? at : i + 1;
}

/** 老人, 老妪, 老翁, 高龄 behind 旬 */
function isElder(code: Uint16Array, at: number): boolean {
  return (
    code[at] === 0x8001 || code[at] === 0x9ad8 || code[at] === 0x7537 || code[at] === 0x5973 || code[at] === 0x7684
  );
}

/** y, yr, yrs, yo, y/o, years old, year-old */
function years(scan: Scan, from: number, at: number): number {
  const { code } = scan.text;
  let end = at;
  while (
    end < at + 14 &&
    ((KIND[code[end]!]! & 2) !== 0 ||
      code[end] === 0x2f ||
      (code[end] === 0x2d && code[end + 1] === 0x6f) ||
      (code[end] === 0x20 && (code[end + 1]! | 0x20) === 0x6f && (code[end + 2]! | 0x20) === 0x6c))
  )
    end++;
  const word = String.fromCharCode(...code.subarray(at, end)).toLowerCase();
  if (!/^y(?:|o|\/o|r|rs|rs?\s?old|rs?-old|ears?|ears?\s?old|ears?-old)$/.test(word)) return -1;
  if (/^(?:y|yrs?|years?)$/.test(word)) {
    // 5 years of disease, 3y ago: an age only behind a label or a sex
    if (!follows(scan.text, scan.ageCueEnd, from, 5) && !besideSex(code, from, end)) return -1;
  }
  return take(scan, from, end);
}

function ends(code: Uint16Array, at: number): boolean {
  const unit = code[at]!;
  return !(
    (KIND[unit]! & ALNUM) !== 0 ||
    unit === 0x25 ||
    unit === 0x2d ||
    (unit === 0x2e && (KIND[code[at + 1]!]! & DIGIT) !== 0) ||
    unit === 0x3a ||
    unit === 0x5e8a ||
    unit === 0x53f7 ||
    unit === 0x5e74 ||
    unit === 0x6708 ||
    unit === 0x5929 ||
    unit === 0x6b21 ||
    unit === 0x5206
  );
}

/** 男,45 · 女 32 · M/45 · 45/F · Female, 45 · 45,男 */
function besideSex(code: Uint16Array, from: number, end: number): boolean {
  let i = from - 1;
  let gap = 0;
  while (
    i >= 0 &&
    (code[i] === 0x20 || code[i] === 0x2c || code[i] === 0x2f || code[i] === 0x3001 || code[i] === 0x7c) &&
    gap < 3
  ) {
    i--;
    gap++;
  }
  if (gap > 0 || i >= 0) {
    const unit = code[i]!;
    if ((unit === 0x7537 || unit === 0x5973) && sexAlone(code, i)) return true;
    if (unit === 0x6027 && (code[i - 1] === 0x7537 || code[i - 1] === 0x5973)) return true;
    if (gap > 0 && ((unit | 0x20) === 0x6d || (unit | 0x20) === 0x66) && (KIND[code[i - 1] ?? 0]! & ALNUM) === 0)
      return true;
    if (gap > 0 && unit === 0x65 && code[i - 1] === 0x6c && code[i - 2] === 0x61 && (code[i - 3]! | 0x20) === 0x6d)
      return true;
  }
  if (code[end] === 0x2f || code[end] === 0x2c || code[end] === 0x20) {
    const unit = code[end + 1]!;
    if ((unit === 0x7537 || unit === 0x5973) && code[end + 2] !== 0x513f) return true;
    if (
      code[end] === 0x2f &&
      ((unit | 0x20) === 0x6d || (unit | 0x20) === 0x66) &&
      (KIND[code[end + 2]!]! & ALNUM) === 0
    )
      return true;
  }
  return false;
}

/** 男 or 女 standing alone, not 儿女 or 妇女. */
function sexAlone(code: Uint16Array, at: number): boolean {
  const before = at > 0 ? code[at - 1]! : 0;
  return before !== 0x513f && before !== 0x5987 && before !== 0x957f && before !== 0x5b50;
}

function take(scan: Scan, from: number, end: number): number {
  emit(scan, from, end, T.AGE, 65);
  return end;
}
