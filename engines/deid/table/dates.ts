/** Calendar arithmetic on texts: no Date objects, no zone, proleptic Gregorian calendar. */

/** Days since 1970-01-01 (Hinnant, chrono-compatible low-level date algorithms). */
export function dayOf(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return (
    era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
  );
}

const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

/**
 * A date as people write it, with where its parts stand. `day` 0: only year and month; `month` 0: only the year. `end` is where the time begins, or the
 * end of the text.
 */
export interface WrittenDate {
  year: number;
  month: number;
  day: number;
  /** Character between the parts: `-`, `/`, `.`, `\u5E74` (年月日), or '' for YYYYMMDD. */
  separator: string;
  padded: boolean;
  end: number;
}

const held: WrittenDate = { year: 0, month: 0, day: 0, separator: '', padded: true, end: 0 };
const digit = (text: string, at: number): number => {
  const code = text.charCodeAt(at) - 48;
  return code >= 0 && code <= 9 ? code : -1;
};

/**
 * Reads `2018-01-01`, `2018/1/1`, `2018.01.01`, `20180101`, `2018年1月1日`, each with a time or none, and the partial `2018`, `2018-05`, `201805`,
 * `2018年5月`. Undefined for everything else and for days that are none. The object is used again by the next call.
 */
export function readDate(text: string): WrittenDate | undefined {
  const length = text.length;
  let year = 0;
  for (let at = 0; at < 4; at++) {
    const value = digit(text, at);
    if (value < 0) return undefined;
    year = year * 10 + value;
  }
  if (year < 1850 || year > 2150) return undefined;
  held.year = year;
  held.month = 0;
  held.day = 0;
  held.padded = true;
  held.separator = '';
  held.end = 4;
  if (length === 4) return held;
  // What nearly all dates look like.
  const fifth = text.charCodeAt(4);
  if ((fifth === 45 || fifth === 47) && length >= 10 && text.charCodeAt(7) === fifth) {
    const month = (text.charCodeAt(5) - 48) * 10 + text.charCodeAt(6) - 48;
    const day = (text.charCodeAt(8) - 48) * 10 + text.charCodeAt(9) - 48;
    if (digit(text, 5) >= 0 && digit(text, 6) >= 0 && digit(text, 8) >= 0 && digit(text, 9) >= 0) {
      if (month < 1 || month > 12) return undefined;
      held.month = month;
      held.day = day;
      held.separator = fifth === 45 ? '-' : '/';
      held.end = 10;
      return isDay() && (length === 10 || isTime(text, 10)) ? held : undefined;
    }
  }
  if (digit(text, 4) >= 0) return compact(text);
  const separator = text.charAt(4);
  if (separator !== '-' && separator !== '/' && separator !== '.' && separator !== '\u5E74') return undefined;
  held.separator = separator;
  held.end = 5;
  if (length === 5) return separator === '\u5E74' ? held : undefined;
  let at = number(text, 5);
  if (at === 5) return undefined;
  held.padded = at === 7;
  held.month = read;
  if (held.month < 1 || held.month > 12) return undefined;
  held.end = at;
  const mark = separator === '\u5E74' ? '\u6708' : separator;
  if (at === length) return separator === '\u5E74' ? undefined : held;
  if (text.charAt(at) !== mark) return undefined;
  if (separator === '\u5E74' && at + 1 === length) {
    held.end = length;
    return held;
  }
  const from = at + 1;
  at = number(text, from);
  if (at === from) return undefined;
  if (at - from === 1) held.padded = false;
  held.day = read;
  if (separator === '\u5E74' && text.charAt(at) === '\u65E5') at++;
  held.end = at;
  return isDay() && (at === length || isTime(text, at)) ? held : undefined;
}

let read = 0;
/** One or two digits from `from`: the place after them, their value in `read`. */
function number(text: string, from: number): number {
  const first = digit(text, from);
  if (first < 0) return from;
  const second = digit(text, from + 1);
  read = second < 0 ? first : first * 10 + second;
  return second < 0 ? from + 1 : from + 2;
}

/** YYYYMM, YYYYMMDD and with HH, HHMM, HHMMSS behind. */
function compact(text: string): WrittenDate | undefined {
  let digits = 4;
  while (digit(text, digits) >= 0) digits++;
  if (digits !== 6 && digits !== 8 && digits !== 10 && digits !== 12 && digits !== 14) return undefined;
  held.month = digit(text, 4) * 10 + digit(text, 5);
  if (held.month < 1 || held.month > 12) return undefined;
  held.end = 6;
  if (digits === 6) return text.length === 6 ? held : undefined;
  held.day = digit(text, 6) * 10 + digit(text, 7);
  held.end = 8;
  if (!isDay()) return undefined;
  if (digits > 8 && digit(text, 8) * 10 + digit(text, 9) > 24) return undefined;
  return digits === text.length || isTime(text, digits) ? held : undefined;
}

function isDay(): boolean {
  const { year, month, day } = held;
  return day >= 1 && day <= (MONTH_DAYS[month - 1] as number) + (month === 2 && isLeap(year) ? 1 : 0);
}

/** Only what times are written with: nobody hides a name behind a date. */
function isTime(text: string, from: number): boolean {
  if (text.length - from > 24) return false;
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    // Digits, colon, dot, blank, T, Z, plus, minus, 时 分 秒
    if (
      !(code >= 48 && code <= 58) &&
      code !== 46 &&
      code !== 32 &&
      code !== 84 &&
      code !== 90 &&
      code !== 43 &&
      code !== 45 &&
      code !== 0x65f6 &&
      code !== 0x5206 &&
      code !== 0x79d2
    )
      return false;
  }
  const first = text.charCodeAt(from);
  return first === 32 || first === 84 || first === 46 || first === 43 || first === 45 || first === 90;
}

const TWO = Array.from({ length: 100 }, (_, value) => (value < 10 ? `0${value}` : String(value)));
const two = (value: number, padded: boolean): string => (padded ? (TWO[value] as string) : String(value));

/** The date `days` later in the format it had, its time behind it. A partial date becomes its year: it cannot be shifted by days. */
export function shiftDate(text: string, days: number): string | undefined {
  const date = readDate(text);
  if (date === undefined) return undefined;
  if (date.day === 0) return String(date.year);
  // Back from the day number to the calendar (Hinnant).
  const moved = dayOf(date.year, date.month, date.day) + days + 719_468;
  const era = Math.floor(moved / 146_097);
  const dayOfEra = moved - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1;
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const { separator, padded, end } = date;
  const rest = end === text.length ? '' : text.slice(end);
  return separator === '\u5E74'
    ? `${year}\u5E74${two(month, padded)}\u6708${two(day, padded)}\u65E5${rest}`
    : `${year}${separator}${two(month, padded)}${separator}${two(day, padded)}${rest}`;
}

/** `YYYY-MM` or `YYYY`; a date that is coarser already stays as coarse. */
export function coarseDate(text: string, to: 'month' | 'year'): string | undefined {
  const date = readDate(text);
  if (date === undefined) return undefined;
  return to === 'year' || date.month === 0 ? String(date.year) : `${date.year}-${two(date.month, true)}`;
}

/** Day number of a whole date; undefined for a partial one. */
export function dayNumber(text: string): number | undefined {
  const date = readDate(text);
  return date === undefined || date.day === 0 ? undefined : dayOf(date.year, date.month, date.day);
}

/** Whole years from a birth date to a day; undefined when either is not a whole date or the birth comes after. */
export function ageOn(birth: string, on: string): number | undefined {
  const then = readDate(on);
  if (then === undefined || then.day === 0) return undefined;
  const { year, month, day } = then;
  const born = readDate(birth);
  if (born === undefined || born.day === 0) return undefined;
  const before = month < born.month || (month === born.month && day < born.day);
  const age = year - born.year - (before ? 1 : 0);
  return age < 0 || age > 150 ? undefined : age;
}
