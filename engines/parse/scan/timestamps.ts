/** A time found in a text: where it ends and whether it named its own zone. */
export interface Stamp {
  /** Epoch milliseconds. */
  readonly ms: number;
  readonly end: number;
  readonly zoned: boolean;
}

const DAY_MS = 86_400_000;

const twoDigits = Array.from({ length: 100 }, (_, n) => (n < 10 ? `0${n}` : String(n)));
let isoDay = Number.NaN;
let isoDate = '';

/**
 * Epoch milliseconds as ISO 8601 UTC with milliseconds; undefined outside the years 0–9999.
 * @example
 * ```ts
 * import { isoFromMs } from './timestamps.ts';
 * isoFromMs(0); // '1970-01-01T00:00:00.000Z'
 * ```
 */
export function isoFromMs(ms: number): string | undefined {
  if (!(ms > -62_167_219_200_001 && ms < 253_402_300_800_000)) return undefined;
  const whole = Math.floor(ms);
  const day = Math.floor(whole / DAY_MS);
  if (day !== isoDay) {
    // Neighbouring lines share their day, and toISOString is the dearest step of a short line.
    isoDate = new Date(day * DAY_MS).toISOString().slice(0, 11);
    isoDay = day;
  }
  const rest = whole - day * DAY_MS;
  const seconds = Math.floor(rest / 1000);
  const minutes = Math.floor(seconds / 60);
  const milli = rest - seconds * 1000;
  const hour = twoDigits[Math.floor(minutes / 60)] ?? '';
  const minute = twoDigits[minutes % 60] ?? '';
  const second = twoDigits[seconds % 60] ?? '';
  const fraction = milli === 0 ? '000' : milli < 100 ? `0${twoDigits[milli] ?? ''}` : String(milli);
  return `${isoDate}${hour}:${minute}:${second}.${fraction}Z`;
}

/**
 * Minutes east of UTC from `+08:00`, `+0800`, `+08`, `Z` or `UTC`; undefined when it is none of these.
 * @example
 * ```ts
 * import { offsetMinutes } from './timestamps.ts';
 * offsetMinutes('+08:00'); // 480
 * ```
 */
export function offsetMinutes(text: string): number | undefined {
  if (text === '+08:00') return 480;
  if (text === 'Z' || text === 'UTC' || text === 'GMT') return 0;
  const sign = text.charCodeAt(0) === 43 ? 1 : text.charCodeAt(0) === 45 ? -1 : 0;
  if (sign === 0) return undefined;
  const hours = two(text, 1);
  if (hours < 0) return undefined;
  const minutes = text.length === 3 ? 0 : two(text, text.charCodeAt(3) === 58 ? 4 : 3);
  return minutes < 0 || hours > 15 || minutes > 59 ? undefined : sign * (hours * 60 + minutes);
}

/** The zone of the context in minutes; +08:00 when it is absent or unreadable. */
export function contextOffset(timezone: string | undefined): number {
  return timezone === undefined ? 480 : (offsetMinutes(timezone) ?? 480);
}

function two(text: string, pos: number): number {
  const a = text.charCodeAt(pos) - 48;
  const b = text.charCodeAt(pos + 1) - 48;
  return a >= 0 && a <= 9 && b >= 0 && b <= 9 ? a * 10 + b : -1;
}

function four(text: string, pos: number): number {
  const a = two(text, pos);
  const b = two(text, pos + 2);
  return a < 0 || b < 0 ? -1 : a * 100 + b;
}

/** Month 0–11 of the English abbreviation at `pos`, or -1. */
function monthAt(text: string, pos: number): number {
  const a = text.charCodeAt(pos) | 32;
  const b = text.charCodeAt(pos + 1) | 32;
  const c = text.charCodeAt(pos + 2) | 32;
  if (a === 106) return b === 97 && c === 110 ? 0 : b === 117 ? (c === 110 ? 5 : c === 108 ? 6 : -1) : -1;
  if (a === 102) return b === 101 && c === 98 ? 1 : -1;
  if (a === 109) return b === 97 ? (c === 114 ? 2 : c === 121 ? 4 : -1) : -1;
  if (a === 97) return b === 112 && c === 114 ? 3 : b === 117 && c === 103 ? 7 : -1;
  if (a === 115) return b === 101 && c === 112 ? 8 : -1;
  if (a === 111) return b === 99 && c === 116 ? 9 : -1;
  if (a === 110) return b === 111 && c === 118 ? 10 : -1;
  if (a === 100) return b === 101 && c === 99 ? 11 : -1;
  return -1;
}

let fractionEnd = 0;
/** Milliseconds of the fraction at `pos` (`.123`, `,123456`); 0 when there is none. Leaves the end in `fractionEnd`. */
function fractionAt(text: string, pos: number): number {
  fractionEnd = pos;
  const mark = text.charCodeAt(pos);
  if (mark !== 46 && mark !== 44) return 0;
  let value = 0;
  let scale = 100;
  let i = pos + 1;
  for (; i < text.length; i++) {
    const code = text.charCodeAt(i) - 48;
    if (code < 0 || code > 9) break;
    if (scale >= 1) {
      value += code * scale;
      scale /= 10;
    }
  }
  if (i === pos + 1) return 0;
  fractionEnd = i;
  return value;
}

let clockEnd = 0;
/** Milliseconds of `hh:mm:ss[.fff]` at `pos`, or -1. Leaves the end in `clockEnd`. */
function clockAt(text: string, pos: number): number {
  let at = pos;
  let hour = two(text, at);
  if (hour < 0) {
    // Single-digit hours ("9:05:01") occur in Redis and MySQL logs.
    const code = text.charCodeAt(at) - 48;
    if (!(code >= 0 && code <= 9)) return -1;
    hour = code;
    at += 1;
  } else at += 2;
  const minute = two(text, at + 1);
  const second = two(text, at + 4);
  if (text.charCodeAt(at) !== 58 || text.charCodeAt(at + 3) !== 58) return -1;
  if (minute < 0 || second < 0 || hour > 23 || minute > 59 || second > 60) return -1;
  const milli = fractionAt(text, at + 6);
  clockEnd = fractionEnd;
  return ((hour * 60 + minute) * 60 + second) * 1000 + milli;
}

const monthDays = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
let dayKey = -1;
let dayStart = 0;
/** Epoch milliseconds at the start of a civil day, or NaN for a day that does not exist. */
function dayMs(year: number, month: number, day: number): number {
  if (month < 0 || month > 11 || day < 1 || day > (monthDays[month] ?? 0)) return Number.NaN;
  const key = (year * 12 + month) * 32 + day;
  if (key !== dayKey) {
    const ms = Date.UTC(year, month, day);
    if (new Date(ms).getUTCDate() !== day) return Number.NaN;
    dayStart = ms;
    dayKey = key;
  }
  return dayStart;
}

/** Zones by name, minutes east of UTC. In the places this product runs CST is China Standard Time. */
const zoneNames: Readonly<Record<string, number>> = {
  CST: 480,
  HKT: 480,
  CET: 60,
  CEST: 120,
  EET: 120,
  EEST: 180,
  WET: 0,
  WEST: 60,
  BST: 60,
  MSK: 180,
  JST: 540,
  KST: 540,
  EST: -300,
  EDT: -240,
  CDT: -300,
  MST: -420,
  MDT: -360,
  PST: -480,
  PDT: -420,
};

let zoneEnd = 0;
/** Offset in minutes of the zone at `pos`, or NaN when none is written. Leaves the end in `zoneEnd`. */
function zoneAt(text: string, pos: number): number {
  zoneEnd = pos;
  const code = text.charCodeAt(pos);
  if (code === 90) {
    zoneEnd = pos + 1;
    return 0;
  }
  if (code !== 43 && code !== 45) {
    if (!(code >= 65 && code <= 90)) return Number.NaN;
    if (text.startsWith('UTC', pos) || text.startsWith('GMT', pos)) {
      zoneEnd = pos + 3;
      return 0;
    }
    const zone = zoneNames[text.slice(pos, pos + 4)] ?? zoneNames[text.slice(pos, pos + 3)];
    if (zone === undefined) return Number.NaN;
    zoneEnd = pos + (zoneNames[text.slice(pos, pos + 4)] === undefined ? 3 : 4);
    return zone;
  }
  const hours = two(text, pos + 1);
  if (hours < 0 || hours > 15) return Number.NaN;
  const colon = text.charCodeAt(pos + 3) === 58 ? 1 : 0;
  const minutes = two(text, pos + 3 + colon);
  zoneEnd = minutes < 0 ? pos + 3 : pos + 5 + colon;
  return (code === 43 ? 1 : -1) * (hours * 60 + (minutes < 0 ? 0 : minutes));
}

function withZone(text: string, local: number, end: number, offset: number, spaced: boolean): Stamp | undefined {
  if (Number.isNaN(local)) return undefined;
  let zone = zoneAt(text, end);
  if (Number.isNaN(zone) && spaced && text.charCodeAt(end) === 32) zone = zoneAt(text, end + 1);
  if (Number.isNaN(zone)) return { ms: local - offset * 60_000, end, zoned: false };
  return { ms: local - zone * 60_000, end: zoneEnd, zoned: true };
}

/**
 * `2024-01-02T03:04:05.678+08:00` and its relatives: space or `T` or `-` between date and time, `-`, `/` or `.` in the date,
 * comma or dot fraction, zone glued, after a space, or absent (then `offset` minutes east of UTC).
 * @example
 * ```ts
 * import { isoStamp } from './timestamps.ts';
 * isoStamp('2024-01-02 03:04:05', 0, 480)?.ms; // 1704135845000
 * ```
 */
export function isoStamp(text: string, pos: number, offset: number): Stamp | undefined {
  const year = four(text, pos);
  const dash = text.charCodeAt(pos + 4);
  if (year < 1970 || (dash !== 45 && dash !== 47 && dash !== 46)) return undefined;
  let at = pos + 5;
  let month = two(text, at);
  if (month < 0) {
    month = text.charCodeAt(at) - 48;
    at += 1;
  } else at += 2;
  if (text.charCodeAt(at) !== dash) return undefined;
  at += 1;
  let day = two(text, at);
  if (day < 0) {
    day = text.charCodeAt(at) - 48;
    at += 1;
  } else at += 2;
  const gap = text.charCodeAt(at);
  if (gap !== 84 && gap !== 32 && gap !== 45 && gap !== 116 && gap !== 95) return undefined;
  // MySQL pads single-digit hours with a space.
  const clock = clockAt(text, text.charCodeAt(at + 1) === 32 ? at + 2 : at + 1);
  if (clock < 0) return undefined;
  return withZone(text, dayMs(year, month - 1, day) + clock, clockEnd, offset, true);
}

/**
 * Common Log Format time, `26/Dec/2016:16:16:28 +0200` (also with a space before the clock).
 * @example
 * ```ts
 * import { clfStamp } from './timestamps.ts';
 * clfStamp('26/Dec/2016:16:16:28 +0200', 0, 0)?.ms; // 1482761788000
 * ```
 */
export function clfStamp(text: string, pos: number, offset: number): Stamp | undefined {
  const day = two(text, pos);
  const year = four(text, pos + 7);
  if (day < 0 || year < 1970 || text.charCodeAt(pos + 2) !== 47) return undefined;
  const clock = clockAt(text, pos + 12);
  if (clock < 0) return undefined;
  return withZone(text, dayMs(year, monthAt(text, pos + 3), day) + clock, clockEnd, offset, true);
}

function nearestYear(local: number, month: number, day: number, clock: number, receivedLocal: number): number {
  const year = new Date(receivedLocal).getUTCFullYear();
  if (!Number.isNaN(local) && local - receivedLocal <= 7 * DAY_MS && receivedLocal - local <= 358 * DAY_MS)
    return local;
  const other = local > receivedLocal ? year - 1 : year + 1;
  const moved = dayMs(other, month, day) + clock;
  if (other > year && moved - receivedLocal > 7 * DAY_MS) return local;
  return Number.isNaN(moved) ? local : moved;
}

let yearMs = Number.NaN;
let yearEnd = Number.NaN;
let yearOf = 1970;
function yearAt(ms: number): number {
  if (!(ms >= yearMs && ms < yearEnd)) {
    const year = new Date(ms).getUTCFullYear();
    if (Number.isNaN(year)) return 1970;
    yearOf = year;
    yearMs = Date.UTC(year, 0, 1);
    yearEnd = Date.UTC(year + 1, 0, 1);
  }
  return yearOf;
}

/**
 * BSD time `Jan  2 03:04:05`, with the year before the clock (`Jan 02 2024 03:04:05`), after it (`Jan 2 03:04:05 2024`) or
 * absent: then the year that brings it nearest to `receivedAt`, never more than a week ahead of it.
 * @example
 * ```ts
 * import { bsdStamp } from './timestamps.ts';
 * bsdStamp('Dec 31 23:59:59', 0, Date.UTC(2025, 0, 1), 0)?.ms; // 1735689599000
 * ```
 */
export function bsdStamp(text: string, pos: number, receivedAt: number, offset: number): Stamp | undefined {
  const month = monthAt(text, pos);
  if (month < 0 || text.charCodeAt(pos + 3) !== 32) return undefined;
  let at = pos + 4;
  if (text.charCodeAt(at) === 32) at++;
  let day = two(text, at);
  if (day >= 0) at += 2;
  else {
    day = text.charCodeAt(at) - 48;
    if (!(day >= 1 && day <= 9)) return undefined;
    at += 1;
  }
  if (text.charCodeAt(at) === 44) at++;
  if (text.charCodeAt(at) !== 32) return undefined;
  at += 1;
  let year = -1;
  if (text.charCodeAt(at + 4) === 32 && four(text, at) >= 1970) {
    year = four(text, at);
    at += 5;
  }
  const clock = clockAt(text, at);
  if (clock < 0) return undefined;
  let end = clockEnd;
  if (year < 0 && text.charCodeAt(end) === 32 && four(text, end + 1) >= 1970 && endsYear(text, end + 5)) {
    year = four(text, end + 1);
    end += 5;
  }
  if (year >= 0) return withZone(text, dayMs(year, month, day) + clock, end, offset, true);
  const receivedLocal = receivedAt + offset * 60_000;
  const guess = dayMs(yearAt(receivedLocal), month, day) + clock;
  const local = nearestYear(guess, month, day, clock, receivedLocal);
  if (Number.isNaN(local)) return undefined;
  if (text.charCodeAt(end) === 32) {
    // Cisco: "Mar  1 18:46:11.123 UTC: %SYS-5-…". Without the colon the word would be the host.
    const zone = zoneAt(text, end + 1);
    if (!Number.isNaN(zone) && text.charCodeAt(zoneEnd) === 58)
      return { ms: local - zone * 60_000, end: zoneEnd, zoned: true };
  }
  return { ms: local - offset * 60_000, end, zoned: false };
}

/** A year stands alone: "2026 fw-1", "2026: %ASA", "2026]" — "2001:db8::9" is the host. */
function endsYear(text: string, pos: number): boolean {
  const code = text.charCodeAt(pos);
  if (code === 58) return text.charCodeAt(pos + 1) === 32 || pos + 1 >= text.length;
  return pos >= text.length || code === 32 || code === 93 || code === 44 || code === 9;
}

/**
 * ctime with an optional fraction, `Mon Dec 26 16:15:55.103522 2016`.
 * @example
 * ```ts
 * import { ctimeStamp } from './timestamps.ts';
 * ctimeStamp('Mon Dec 26 16:15:55.103522 2016', 0, 0)?.ms; // 1482768955103
 * ```
 */
export function ctimeStamp(text: string, pos: number, offset: number): Stamp | undefined {
  if (text.charCodeAt(pos + 3) !== 32) return undefined;
  return bsdStamp(text, pos + 4, Number.NaN, offset);
}

/**
 * Epoch time as digits: seconds (10 digits, with or without a fraction), milliseconds (13), microseconds (16) or nanoseconds (19).
 * @example
 * ```ts
 * import { epochMs } from './timestamps.ts';
 * epochMs('1594053514.588'); // 1594053514588
 * ```
 */
export function epochMs(text: string): number | undefined {
  const length = text.length;
  if (length < 9 || length > 20) return undefined;
  let dot = -1;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code === 46 && dot < 0) dot = i;
    else if (code < 48 || code > 57) return undefined;
  }
  const whole = dot < 0 ? length : dot;
  if (whole <= 11) return Math.round(Number(text) * 1000);
  if (dot >= 0) return undefined;
  if (whole === 13) return Number(text);
  if (whole === 16) return Math.floor(Number(text) / 1000);
  return whole === 19 ? Number(text.slice(0, 13)) : undefined;
}

/**
 * Any of the above in the whole of `text`; for fields whose format differs from device to device.
 * @example
 * ```ts
 * import { anyTime } from './timestamps.ts';
 * anyTime('2024/1/2 03:04:05', 0, 480); // 1704135845000
 * ```
 */
export function anyTime(text: string, receivedAt: number, offset: number): number | undefined {
  const code = text.charCodeAt(0);
  if (code >= 48 && code <= 57) {
    return epochMs(text) ?? isoStamp(text, 0, offset)?.ms ?? clfStamp(text, 0, offset)?.ms;
  }
  return (bsdStamp(text, 0, receivedAt, offset) ?? ctimeStamp(text, 0, offset))?.ms;
}
