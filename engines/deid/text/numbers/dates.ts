import { ALNUM, DIGIT, DIGIT_VALUE, HAN_DIGIT, KIND, LETTER } from '../normalize.ts';
import { emit, follows, type Scan } from '../scan.ts';
import { T } from '../types.ts';
import { isDate } from './check-digits.ts';

const YEAR = 0x5e74;
const MONTH = 0x6708;
const DAY = 0x65e5;
const DAY_SPOKEN = 0x53f7;
const TEN = 0x5341;
const TWENTY = 0x5eff;
const THIRTY = 0x5345;

/** A number read from the text: its value and where it ends; `digits` of them Arabic, 0 when written with 十. */
interface Read {
  value: number;
  end: number;
  digits: number;
}
const read: Read = { value: 0, end: 0, digits: 0 };

function skipBlanks(code: Uint16Array, at: number): number {
  let i = at;
  while ((code[i] === 0x20 || code[i] === 0x0a) && i < at + 2) i++;
  return i;
}

/** Reads 5, 05, 五, 十五, 二十五, 廿五, 〇五, 二〇二四 at `at`; at most `most` digits. */
export function readNumber(code: Uint16Array, at: number, most: number): Read | undefined {
  let i = at;
  let value = 0;
  let digits = 0;
  while (digits < most && (KIND[code[i]!]! & (DIGIT | HAN_DIGIT)) !== 0) {
    value = value * 10 + DIGIT_VALUE[code[i]!]!;
    digits++;
    i++;
    if (code[i] === 0x20 && (KIND[code[i - 1]!]! & HAN_DIGIT) !== 0 && (KIND[code[i + 1]!]! & HAN_DIGIT) !== 0) i++;
  }
  const unit = code[i]!;
  if (digits <= 1 && (unit === TEN || unit === TWENTY || unit === THIRTY)) {
    if (digits === 1 && unit !== TEN) return undefined;
    value = unit === TEN ? (digits === 0 ? 10 : value * 10) : unit === TWENTY ? 20 : 30;
    i++;
    if ((KIND[code[i]!]! & HAN_DIGIT) !== 0 && DIGIT_VALUE[code[i]!]! > 0) value += DIGIT_VALUE[code[i++]!]!;
    digits = 2;
  }
  if (digits === 0) return undefined;
  if (digits === most && (KIND[code[i]!]! & DIGIT) !== 0) return undefined;
  read.value = value;
  read.end = i;
  read.digits = digits;
  return read;
}

const isYear = (value: number): boolean => value >= 1880 && value <= 2060;

/** 2024年3月5日 and what may be left out of it, from the number at `from`. Returns the end, or -1. */
function written(scan: Scan, from: number): number {
  const { code } = scan.text;
  const first = readNumber(code, from, 4);
  if (first === undefined) return -1;
  const { value, digits } = first;
  let i = skipBlanks(code, first.end);
  if (code[i] === YEAR) {
    // 民国112年
    const republic = digits <= 3 && value > 0 && value < 150 && code[from - 1] === 0x56fd && code[from - 2] === 0x6c11;
    const full = (digits === 4 && isYear(value)) || republic;
    const short = digits === 2 && value < 100;
    if (!full && !short) return -1;
    const yearEnd = i + 1;
    i = skipBlanks(code, yearEnd);
    // 元月
    if (code[i] === 0x5143 && code[i + 1] === MONTH) {
      const day = dayAfter(code, i + 2);
      return day < 0 ? i + 2 : day;
    }
    const month = readNumber(code, i, 2);
    const labelled = follows(scan.text, scan.dateCueEnd, from, 6) || follows(scan.text, scan.ageCueEnd, from, 3);
    if (month === undefined || month.value < 1 || month.value > 12)
      return full && (labelled || bornAfter(code, yearEnd)) ? yearEnd : -1;
    const monthValue = month.value;
    i = skipBlanks(code, month.end);
    // 2024年3.5 or 2024年03-05
    if (code[i] !== MONTH) {
      if (code[i] !== 0x2e && code[i] !== 0x2d && code[i] !== 0x2f) return full && labelled ? yearEnd : -1;
      const day = readNumber(code, i + 1, 2);
      return full && day !== undefined && isDate(value, monthValue, day.value) ? dayMark(code, day.end) : -1;
    }
    const monthEnd = i + 1;
    const day = dayAfter(code, monthEnd);
    if (day < 0) {
      // 3年2月 is a duration; 98年3月 is none.
      return full || (short && labelled) ? monthEnd : -1;
    }
    return range(code, day);
  }
  if (code[i] !== MONTH || value < 1 || value > 12) return -1;
  const day = dayAfter(code, i + 1);
  return day < 0 ? -1 : range(code, day);
}

/** A month's day with its mark: 5日, 5号, 十五日, 初五; -1 when there is none. */
function dayAfter(code: Uint16Array, at: number): number {
  const i = skipBlanks(code, at);
  const lunar = code[i] === 0x521d ? 1 : 0;
  const day = readNumber(code, i + lunar, 2);
  if (day === undefined || day.value < 1 || day.value > 31) return -1;
  const { end, digits } = day;
  const mark = skipBlanks(code, end);
  if (code[mark] === DAY || code[mark] === DAY_SPOKEN) return mark + 1;
  if (lunar === 1) return end;
  // 3月5-8日, 3月5、6日, 3月5至8日
  let i2 = mark;
  for (
    let more = 0;
    more < 4 &&
    (code[i2] === 0x2d || code[i2] === 0x3001 || code[i2] === 0x7e || code[i2] === 0x81f3 || code[i2] === 0x2c);
    more++
  ) {
    const next = readNumber(code, i2 + 1, 2);
    if (next === undefined) return -1;
    i2 = next.end;
    if (code[i2] === DAY || code[i2] === DAY_SPOKEN) return i2 + 1;
  }
  // 2024年3月5 followed by a blank or a stop: the mark was left out.
  return digits <= 2 &&
    (KIND[code[end - 1]!]! & DIGIT) !== 0 &&
    (code[end] === 0x20 || code[end] === 0x2c || code[end] === 0 || code[end] === 0x0a)
    ? end
    : -1;
}

function dayMark(code: Uint16Array, at: number): number {
  return code[at] === DAY || code[at] === DAY_SPOKEN ? at + 1 : at;
}

/** …日至8日, …日-8日, …日、8日 */
function range(code: Uint16Array, end: number): number {
  let last = end;
  for (let more = 0; more < 6; more++) {
    const unit = code[last]!;
    if (unit !== 0x2d && unit !== 0x7e && unit !== 0x81f3 && unit !== 0x3001 && unit !== 0x5230 && unit !== 0x53ca)
      return last;
    const day = readNumber(code, skipBlanks(code, last + 1), 2);
    if (day === undefined || day.value > 31) return last;
    const mark = code[day.end];
    if (mark !== DAY && mark !== DAY_SPOKEN) return last;
    last = day.end + 1;
  }
  return last;
}

function bornAfter(code: Uint16Array, at: number): boolean {
  // 生, 出生, 生人
  return code[at] === 0x751f || (code[at] === 0x51fa && code[at + 1] === 0x751f);
}

/** 2024-03-05, 24/3/5, 05/03/2024, 20240305, 20240305103000. Returns the end, or -1. */
function numeric(scan: Scan, from: number, foreign: boolean): number {
  const { code } = scan.text;
  let i = from;
  let first = 0;
  while ((KIND[code[i]!]! & DIGIT) !== 0 && i - from < 18) {
    first = first * 10 + DIGIT_VALUE[code[i]!]!;
    i++;
  }
  const size = i - from;
  if (foreign) return -1;
  const labelled = follows(scan.text, scan.dateCueEnd, from, 6);
  if (size === 8 || size === 14 || size === 12) return compact(scan, from, size, labelled);
  if (size !== 4 && size !== 2 && !(size === 1)) return -1;
  let separator = code[i]!;
  let step = 1;
  if (separator === 0x20 && (code[i + 1] === 0x2d || code[i + 1] === 0x2f || code[i + 1] === 0x2e)) {
    separator = code[i + 1]!;
    step = 2;
  }
  if (
    separator !== 0x2d &&
    separator !== 0x2f &&
    separator !== 0x2e &&
    !(separator === 0x20 && size === 4) &&
    separator !== 0x5c &&
    separator !== 0x3001
  )
    return -1;
  let j = i + step;
  if (code[j] === 0x20) j++;
  const two = readNumber(code, j, 2);
  if (two === undefined || (KIND[code[two.end - 1]!]! & DIGIT) === 0) return -1;
  const second = two.value;
  const secondDigits = two.digits;
  let k = two.end;
  if (size === 4 && !isYear(first)) return -1;
  if (code[k] === 0x20 && code[k + 1] === separator) k++;
  const third =
    code[k] === separator && separator !== 0x3001
      ? readNumber(code, code[k + 1] === 0x20 && separator !== 0x20 ? k + 2 : k + 1, 4)
      : undefined;
  if (third === undefined || (KIND[code[third.end - 1]!]! & DIGIT) === 0) {
    if (separator === 0x20 || separator === 0x3001) return -1;
    // 2024-03: a month; 3/5 only behind a label.
    const glued =
      (KIND[code[k]!]! & ALNUM) !== 0 ||
      code[k] === 0x2d ||
      code[k] === 0x25 ||
      (code[k] === 0x2e && (KIND[code[k + 1]!]! & DIGIT) !== 0) ||
      code[k] === 0x7e;
    if (size === 4)
      return !glued &&
        secondDigits === 2 &&
        second >= 1 &&
        second <= 12 &&
        (labelled || separator !== 0x2d || isPlain(code, from))
        ? k
        : -1;
    if (first >= 1 && first <= 12 && second >= 1 && second <= 31 && size <= 2) {
      // 11.5号, 10/8复查
      if (separator === 0x2e && code[k] === DAY_SPOKEN && isPlain(code, from)) return k + 1;
      if (separator === 0x2f && isPlain(code, from) && VISITS.test(String.fromCharCode(code[k]!, code[k + 1]!)))
        return k;
    }
    if (labelled && !glued && first >= 1 && first <= 12 && second >= 1 && second <= 31) return k;
    return -1;
  }
  const { value, digits, end } = third;
  if ((KIND[code[end]!]! & LETTER) !== 0 && (code[end]! | 0x20) !== 0x74) return -1;
  if (code[end] === separator && separator !== 0x20 && (KIND[code[end + 1]!]! & DIGIT) !== 0) return -1;
  if (size === 4)
    return digits <= 2 && isDate(first, second, value) && (separator !== 0x20 || labelled) ? dayMark(code, end) : -1;
  if (digits === 4) return isYear(value) && (isDate(value, first, second) || isDate(value, second, first)) ? end : -1;
  if (size !== 2 || digits > 2 || digits === 0) return -1;
  // Two-digit years: 18.6.5 may be a measurement, 24/3/5 hardly.
  const plausible = (first <= 35 || first >= 40) && isDate(2000 + (first % 100), second, value);
  if (!plausible) return -1;
  if (labelled || bornAfter(code, end)) return dayMark(code, end);
  if (code[end] === 0x25 || code[end] === 0x2f || code[end] === 0x58 || code[end] === 0x3a) return -1;
  if (separator === 0x2f) return first >= 10 && first <= 35 ? dayMark(code, end) : -1;
  return first >= 10 && first <= 35 && secondDigits === 2 && digits === 2 && value > 0 && isPlain(code, from)
    ? dayMark(code, end)
    : -1;
}

const VISITS = /^(?:复查|复诊|入院|出院|门诊|就诊|手术|随访|拆线|复评)$/;

/** Nothing stands right before that would make the number part of something longer. */
function isPlain(code: Uint16Array, from: number): boolean {
  if (from === 0) return true;
  const unit = code[from - 1]!;
  return (
    (KIND[unit]! & ALNUM) === 0 &&
    unit !== 0x2d &&
    unit !== 0x2e &&
    unit !== 0x2f &&
    unit !== 0x23 &&
    unit !== 0x5f &&
    unit !== 0x3e &&
    unit !== 0x3c &&
    unit !== 0x3d
  );
}

function compact(scan: Scan, from: number, size: number, labelled: boolean): number {
  const { code } = scan.text;
  const digit = (i: number): number => DIGIT_VALUE[code[from + i]!]!;
  const year = digit(0) * 1000 + digit(1) * 100 + digit(2) * 10 + digit(3);
  if (!isYear(year) || !isDate(year, digit(4) * 10 + digit(5), digit(6) * 10 + digit(7))) return -1;
  const end = from + size;
  if (
    !labelled &&
    (!isPlain(code, from) || (KIND[code[end]!]! & ALNUM) !== 0 || code[end] === 0x2d || code[end] === 0x5f)
  )
    return -1;
  if (size > 8 && (digit(8) * 10 + digit(9) > 24 || digit(10) > 5 || (size === 14 && digit(12) > 5))) return -1;
  // Eight digits alone are a date only from 1920 to 2035: batch numbers often begin with other years.
  if (!labelled && (year < 1920 || year > 2035)) return -1;
  return end;
}

/** Takes the time of day behind a date: 10:30, T08:00:00Z, 上午10时30分. */
function withTime(code: Uint16Array, end: number): number {
  let i = end;
  if (code[i] === 0x54 || code[i] === 0x20 || code[i] === 0x2c || code[i] === 0x0a) i++;
  if (code[i] === 0x20) i++;
  // 上午, 下午, 晚上, 凌晨, 中午, 早上
  if ((code[i] === 0x4e0a || code[i] === 0x4e0b || code[i] === 0x4e2d) && code[i + 1] === 0x5348) i += 2;
  else if ((code[i] === 0x665a || code[i] === 0x65e9) && code[i + 1] === 0x4e0a) i += 2;
  else if (code[i] === 0x51cc && code[i + 1] === 0x6668) i += 2;
  const hour = readNumber(code, i, 2);
  if (hour === undefined || hour.value > 24) return end;
  i = hour.end;
  if (code[i] === 0x65f6 || code[i] === 0x70b9) {
    i++;
    const minute = readNumber(code, i, 2);
    if (minute !== undefined && code[minute.end] === 0x5206) return minute.end + 1;
    return code[i] === 0x534a || code[i] === 0x8bb8 ? i + 1 : i;
  }
  if (code[i] !== 0x3a) return end;
  const minute = readNumber(code, i + 1, 2);
  if (minute === undefined || minute.value > 59) return end;
  i = minute.end;
  if (code[i] === 0x3a) {
    const second = readNumber(code, i + 1, 2);
    if (second !== undefined && second.value < 60) i = second.end;
    if (code[i] === 0x2e) {
      let j = i + 1;
      while ((KIND[code[j]!]! & DIGIT) !== 0 && j < i + 8) j++;
      if (j > i + 1) i = j;
    }
  }
  if (code[i] === 0x5a) return i + 1;
  if (
    (code[i] === 0x2b || code[i] === 0x2d) &&
    (KIND[code[i + 1]!]! & DIGIT) !== 0 &&
    (KIND[code[i + 2]!]! & DIGIT) !== 0 &&
    code[i + 3] === 0x3a
  )
    return i + 6;
  return i;
}

/** A date beginning at `from`, where an Arabic or Chinese digit or 十 stands. Returns the end, or -1. */
export function dateAt(scan: Scan, from: number, foreign: boolean): number {
  const { code } = scan.text;
  let end = foreign && (KIND[code[from]!]! & DIGIT) === 0 ? -1 : foreign ? -1 : written(scan, from);
  if (end < 0 && (KIND[code[from]!]! & DIGIT) !== 0) end = numeric(scan, from, foreign);
  if (end < 0) return -1;
  end = withTime(code, end);
  const era = from > 1 && code[from - 1] === 0x56fd && code[from - 2] === 0x6c11 ? 2 : 0;
  emit(scan, from - era, end, T.DATE, 60);
  return end;
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const LONG_MONTHS = new Set(
  'january february march april may june july august september october november december sept'.split(' '),
);

/** Mar 5, 2024 · 5 March 2024 · 05-Mar-2024, given the word from `from` to `end`. Returns the end of the date, or -1. */
export function englishDate(scan: Scan, from: number, end: number, word: string): number {
  if (!(word.length === 3 && MONTHS.includes(word)) && !LONG_MONTHS.has(word)) return -1;
  const { code } = scan.text;
  const isGlue = (unit: number): boolean =>
    unit === 0x20 || unit === 0x2d || unit === 0x2e || unit === 0x2c || unit === 0x2f;
  let after = end;
  while (isGlue(code[after]!) && after < end + 2) after++;
  const first = readNumber(code, after, 4);
  let before = from;
  while (before > 0 && isGlue(code[before - 1]!) && before > from - 2) before--;
  let start = before;
  if (start > 1 && /[a-z]/.test(String.fromCharCode(code[start - 1]!))) {
    // 5th, 1st, 2nd, 3rd
    if (start > 2 && (KIND[code[start - 3]!]! & DIGIT) !== 0) start -= 2;
  }
  let size = 0;
  while (start > 0 && size < 2 && (KIND[code[start - 1]!]! & DIGIT) !== 0) {
    start--;
    size++;
  }
  if (first === undefined) return -1;
  const { value, digits } = first;
  let tail = first.end;
  if (digits === 4 && isYear(value)) {
    const from2 = size > 0 ? start : from;
    tail = withTime(code, tail);
    emit(scan, from2, tail, T.DATE, 60);
    return tail;
  }
  if (value < 1 || value > 31) return -1;
  while (/[a-z]/.test(String.fromCharCode(code[tail]!)) && tail < first.end + 2) tail++;
  let year = tail;
  while (isGlue(code[year]!) && year < tail + 2) year++;
  const second = readNumber(code, year, 4);
  if (second !== undefined && second.digits === 4 && isYear(second.value)) tail = second.end;
  else if (year === tail && digits > 2) return -1;
  tail = withTime(code, tail);
  emit(scan, from, tail, T.DATE, 60);
  return tail;
}
