import { ALNUM, DIGIT, DIGIT_VALUE, HAN, HAN_DIGIT, KIND, LETTER } from '../normalize.ts';
import { emit, type Scan } from '../scan.ts';
import { T } from '../types.ts';
import { identityKind, isDate, isUscc, number } from './check-digits.ts';

const upper = (unit: number): number => (unit >= 0x61 && unit <= 0x7a ? unit & 0xdf : unit);
const isHex = (unit: number): boolean =>
  (KIND[unit]! & DIGIT) !== 0 || ((unit | 0x20) >= 0x61 && (unit | 0x20) <= 0x66 && (KIND[unit]! & LETTER) !== 0);

const digits = new Uint8Array(24);

/** Reads the digits between two indices into a shared buffer; their number, or -1 when others stand between. */
function digitsBetween(code: Uint16Array, from: number, end: number): number {
  let n = 0;
  for (let i = from; i < end && n < 24; i++) {
    if ((KIND[code[i]!]! & DIGIT) === 0) return -1;
    digits[n++] = DIGIT_VALUE[code[i]!]!;
  }
  return n;
}

/** Eight digits that read as a date: batch and report numbers are made so, passports hardly. */
function looksDated(n: number): boolean {
  return (
    n >= 8 &&
    number(digits, 0, 4) >= 1990 &&
    number(digits, 0, 4) <= 2040 &&
    isDate(number(digits, 0, 4), number(digits, 4, 2), Math.max(1, number(digits, 6, 2)))
  );
}

/**
 * Codes of letters and digits between `from` and `end`: credit codes, passports, permits, the 15-character residence card of foreigners.
 * `cue` is the type a label announces or -1. Returns the end, or -1.
 */
export function codeAt(scan: Scan, from: number, end: number, cue: number, foreign: boolean): number {
  if (foreign) return -1;
  const { code } = scan.text;
  const size = end - from;
  if (size === 18 && (code[end - 1]! | 0x20) === 0x78 && digitsBetween(code, from, end - 1) === 17) {
    digits[17] = 10;
    const kind = identityKind(digits);
    if (kind !== undefined || cue === T.ID_CARD)
      return put(scan, from, end, kind === 'hmt' ? T.HMT_RESIDENCE : T.ID_CARD, 90);
  }
  if (size === 18 && isUscc(code, from)) return put(scan, from, end, T.USCC, 88);
  if (size < 8 || size > 15) return -1;
  const first = upper(code[from]!);
  const second = upper(code[from + 1]!);
  if ((KIND[first]! & LETTER) === 0) return -1;
  const dashed = from > 0 && code[from - 1] === 0x2d;
  if ((KIND[second]! & DIGIT) !== 0) {
    const n = digitsBetween(code, from + 1, end);
    if (n < 0 || dashed) return -1;
    const passportLetter =
      first === 0x45 || first === 0x47 || first === 0x44 || first === 0x53 || first === 0x50 || first === 0x4b;
    if (n === 8 && passportLetter && (cue === T.PASSPORT || cue === T.ID_CARD))
      return put(scan, from, end, T.PASSPORT, 85);
    if (n === 8 && (first === 0x45 || first === 0x47) && cue < 0 && !looksDated(n))
      return put(scan, from, end, T.PASSPORT, 68);
    const permitLetter =
      first === 0x43 || first === 0x57 || first === 0x48 || first === 0x4d || first === 0x54 || first === 0x4c;
    if ((n === 8 || n === 10) && permitLetter && (cue === T.HKMO_PERMIT || cue === T.ID_CARD || cue === T.PASSPORT))
      return put(scan, from, end, cue === T.PASSPORT ? T.PASSPORT : T.HKMO_PERMIT, 85);
    if (n === 8 && (first === 0x43 || first === 0x57) && cue < 0 && !looksDated(n))
      return put(scan, from, end, T.HKMO_PERMIT, 66);
    if (n === 8 && (first === 0x48 || first === 0x4d) && cue < 0 && !looksDated(n) && !afterLicence(code, from))
      return put(scan, from, end, T.HKMO_PERMIT, 64);
    return -1;
  }
  if (size === 9 && (KIND[second]! & LETTER) !== 0 && digitsBetween(code, from + 2, end) === 7 && !dashed) {
    if (first === 0x45 && second !== 0x49 && second !== 0x4f && cue < 0) return put(scan, from, end, T.PASSPORT, 68);
    if (first === 0x43 && second !== 0x49 && second !== 0x4f && cue < 0) return put(scan, from, end, T.HKMO_PERMIT, 66);
    if (cue === T.PASSPORT || cue === T.ID_CARD)
      return put(scan, from, end, first === 0x43 && cue === T.ID_CARD ? T.HKMO_PERMIT : T.PASSPORT, 85);
    if (cue === T.HKMO_PERMIT) return put(scan, from, end, T.HKMO_PERMIT, 85);
  }
  if (size === 15 && cue === T.ID_CARD && digitsBetween(code, from + 3, end) === 12)
    return put(scan, from, end, T.ID_CARD, 85);
  return -1;
}

const plain = new Uint16Array(24);

/**
 * Codes that somebody wrote in groups behind their label: `E 8542 1763`, `9144 0101 MA59 ABCD 1D`, `A 1234 567 X`. `cue` is the type of the
 * label. Returns the end, or -1.
 */
export function groupedCode(scan: Scan, from: number, cue: number): number {
  const sizes = GROUPED[cue];
  if (sizes === undefined) return -1;
  const { code, n } = scan.text;
  let count = 0;
  let digitCount = 0;
  let groups = 1;
  let i = from;
  let end = -1;
  while (i < n && count < 20) {
    const kind = KIND[code[i]!]! & ALNUM;
    if (kind === 0) {
      const joins = code[i] === 0x20 || code[i] === 0x2d || code[i] === 0x2e;
      if (!joins || (KIND[code[i + 1]!]! & ALNUM) === 0) break;
      groups++;
      i++;
      continue;
    }
    if (kind === DIGIT) digitCount++;
    plain[count++] = upper(code[i]!);
    i++;
    if (sizes.includes(count) && (KIND[code[i]!]! & ALNUM) === 0) end = i;
  }
  if (groups < 2 || end < 0 || digitCount < 6) return -1;
  return put(scan, from, end, cue, 86);
}
const GROUPED: Readonly<Record<number, readonly number[]>> = {
  [T.PASSPORT]: [9],
  [T.HKMO_PERMIT]: [8, 9, 11],
  [T.USCC]: [18],
  [T.SOCIAL_CARD]: [9],
};

/** l38269l2345, 1380O138OOO: letters that look like digits in a number that is otherwise a mobile or identity number. */
export function lookalikeAt(scan: Scan, from: number, end: number): number {
  const size = end - from;
  if (size !== 11 && size !== 18) return -1;
  const { code } = scan.text;
  let letters = 0;
  for (let i = 0; i < size; i++) {
    const unit = code[from + i]!;
    if ((KIND[unit]! & DIGIT) !== 0) digits[i] = DIGIT_VALUE[unit]!;
    else if (unit === 0x6c || unit === 0x49 || unit === 0x69) digits[i] = 1;
    else if (unit === 0x4f || unit === 0x6f) digits[i] = 0;
    else if (i === 17 && (unit | 0x20) === 0x78) digits[i] = 10;
    else return -1;
    if ((KIND[unit]! & DIGIT) === 0) letters++;
  }
  if (letters === 0) return -1;
  if (size === 18) {
    const kind = identityKind(digits);
    return kind === undefined ? -1 : put(scan, from, end, kind === 'hmt' ? T.HMT_RESIDENCE : T.ID_CARD, 85);
  }
  return digits[0] === 1 && digits[1]! >= 3 && letters <= 6 ? put(scan, from, end, T.MOBILE, 72) : -1;
}

/** 国药准字H20123456 is a licence, not a permit. */
function afterLicence(code: Uint16Array, from: number): boolean {
  const unit = from > 0 ? code[from - 1]! : 0;
  return unit === 0x5b57 || unit === 0x53f7 || (KIND[unit]! & ALNUM) !== 0;
}

function put(scan: Scan, from: number, end: number, type: number, priority: number): number {
  emit(scan, from, end, type, priority);
  return end;
}

const inLocal = (unit: number): boolean =>
  (KIND[unit]! & ALNUM) !== 0 || unit === 0x2e || unit === 0x5f || unit === 0x2d || unit === 0x2b || unit === 0x25;

/** An e-mail address around the @ at `at` (or a written-out one of `width` units). Returns the end, or -1. */
export function emailAround(scan: Scan, at: number, width: number): number {
  const { code, n } = scan.text;
  let start = at;
  while (start > 0 && code[start - 1] === 0x20 && start > at - 2 && width > 0) start--;
  const gap = at - start;
  const localEnd = start;
  while (start > 0 && inLocal(code[start - 1]!) && at - start < 66) start--;
  while (start < localEnd && (KIND[code[start]!]! & ALNUM) === 0) start++;
  if (start === localEnd) return -1;
  let i = at + width;
  while (code[i] === 0x20 && i < at + width + 2) i++;
  if (gap > 0 && i === at + width && width === 1) return -1;
  const domain = i;
  let end = i;
  let dots = 0;
  while (i < n && i - domain < 100) {
    const unit = code[i]!;
    if ((KIND[unit]! & ALNUM) !== 0) end = ++i;
    else if (unit === 0x2e || unit === 0x2d || (unit === 0x3002 && (KIND[code[i + 1]!]! & LETTER) !== 0)) {
      if ((KIND[code[i + 1]!]! & ALNUM) === 0) {
        // a blank behind or before the dot, as scanning leaves it
        if (unit === 0x2e && code[i + 1] === 0x20 && isTopLevel(code, i + 2)) i++;
        else break;
      }
      if (unit !== 0x2d) dots++;
      i++;
    } else if (
      unit === 0x20 &&
      code[i + 1] === 0x2e &&
      (KIND[code[i + 2]!]! & LETTER) !== 0 &&
      isTopLevel(code, i + 2)
    ) {
      dots++;
      i += 2;
    } else break;
  }
  if (dots === 0 || end - domain < 4) return -1;
  return put(scan, start, end, T.EMAIL, 95);
}

function isTopLevel(code: Uint16Array, at: number): boolean {
  const three = String.fromCharCode(code[at]!, code[at + 1]!, code[at + 2]!).toLowerCase();
  return (
    three === 'com' ||
    three === 'net' ||
    three === 'org' ||
    three === 'edu' ||
    three === 'gov' ||
    (three.startsWith('cn') && (KIND[code[at + 2]!]! & ALNUM) === 0)
  );
}

/** An IPv4 address beginning at `from`. Returns the end, or -1. */
export function ipv4At(scan: Scan, from: number, cue: number): number {
  const { code } = scan.text;
  let i = from;
  for (let octet = 0; octet < 4; octet++) {
    let value = 0;
    const start = i;
    while ((KIND[code[i]!]! & DIGIT) !== 0 && i - start < 4) value = value * 10 + DIGIT_VALUE[code[i++]!]!;
    if (i === start || i - start > 3 || value > 255 || (i - start > 1 && code[start] === 0x30)) return -1;
    if (octet === 3) break;
    if (code[i] !== 0x2e && code[i] !== 0x3002) return -1;
    i++;
  }
  const before = from > 0 ? code[from - 1]! : 0;
  if ((KIND[code[i]!]! & ALNUM) !== 0 || (code[i] === 0x2e && (KIND[code[i + 1]!]! & DIGIT) !== 0)) return -1;
  if ((KIND[before]! & LETTER) !== 0 && cue !== T.IP) return -1;
  if (before === 0x2e || (before | 0x20) === 0x76) return -1;
  return put(scan, from, i, T.IP, 92);
}

/** A MAC address (six pairs with : or -, or three fours with dots) or an IPv6 address beginning at `from`. Returns the end, or -1. */
export function hexAddressAt(scan: Scan, from: number, cue: number): number {
  const { code, n } = scan.text;
  let i = from;
  let groups = 0;
  let double = false;
  let pairs = true;
  let fours = true;
  let letters = 0;
  const separator = code[from] === 0x3a ? 0x3a : separatorAfter(code, from);
  if (separator === 0) {
    if (cue === T.MAC && n - from >= 12) {
      while (isHex(code[i]!) && i < from + 13) i++;
      return i - from === 12 ? put(scan, from, i, T.MAC, 92) : -1;
    }
    return -1;
  }
  while (i < n) {
    const start = i;
    while (isHex(code[i]!) && i - start < 5) {
      if ((KIND[code[i]!]! & LETTER) !== 0) letters++;
      i++;
    }
    const size = i - start;
    if (size > 4) return -1;
    if (size > 0) {
      groups++;
      if (size !== 2) pairs = false;
      if (size !== 4) fours = false;
    }
    if (code[i] !== separator) break;
    if (separator === 0x3a && code[i + 1] === 0x3a) {
      if (double) return -1;
      double = true;
      i += 2;
      if (!isHex(code[i]!)) break;
      continue;
    }
    if (!isHex(code[i + 1]!)) break;
    i++;
  }
  if ((KIND[code[i]!]! & ALNUM) !== 0) return -1;
  if (!double && pairs && groups === 6 && separator !== 0x2e) return put(scan, from, i, T.MAC, 92);
  if (!double && fours && groups === 3 && separator !== 0x3a && (letters > 0 || cue === T.MAC))
    return put(scan, from, i, T.MAC, 90);
  if (separator === 0x3a && (groups === 8 || (double && groups >= 1 && groups < 8 && (groups >= 2 || cue === T.IP))))
    return put(scan, from, i, T.IP, 92);
  return -1;
}

function separatorAfter(code: Uint16Array, from: number): number {
  let i = from;
  while (isHex(code[i]!) && i - from < 5) i++;
  const unit = code[i]!;
  return unit === 0x3a || unit === 0x2d || unit === 0x2e ? unit : 0;
}

/** A number plate beginning with the province's character at `from`. Returns the end, or -1. */
export function plateAt(scan: Scan, from: number): number {
  const { code } = scan.text;
  let i = from + 1;
  while (code[i] === 0x20 && i < from + 3) i++;
  const letter = upper(code[i]!);
  // 武警WJ plates and the old military ones are not civil vehicles; only A to Z without I and O is issued.
  if ((KIND[letter]! & LETTER) === 0 || letter === 0x49) return -1;
  i++;
  let count = 0;
  let digitCount = 0;
  let end = i;
  while (count < 6) {
    const unit = code[i]!;
    if ((KIND[unit]! & DIGIT) !== 0) digitCount++;
    else if ((KIND[unit]! & LETTER) === 0) {
      if (
        (unit === 0x20 || unit === 0xb7 || unit === 0x2d || unit === 0x2e) &&
        (KIND[code[i + 1]!]! & ALNUM) !== 0 &&
        i - end < 1
      ) {
        i++;
        continue;
      }
      // 挂, 学, 警, 港, 澳, 使, 领, 试
      if (
        count === 4 &&
        (unit === 0x6302 ||
          unit === 0x5b66 ||
          unit === 0x8b66 ||
          unit === 0x6e2f ||
          unit === 0x6fb3 ||
          unit === 0x9886 ||
          unit === 0x8bd5)
      ) {
        count++;
        end = ++i;
      }
      break;
    }
    count++;
    end = ++i;
  }
  if (count < 5 || digitCount < 2 || (KIND[code[end]!]! & ALNUM) !== 0) return -1;
  return put(scan, from, end, T.PLATE, 80);
}

/** The characters plates begin with: provinces, and 使 for embassies. */
export const PLATE_STARTS = '京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使';

/**
 * The value behind a label, of whatever form: letters and digits with hyphens, slashes, dots or single blanks inside, at least three
 * digits. Returns its end, or -1.
 */
export function labelledValue(code: Uint16Array, from: number, end: number): number {
  let i = from;
  let last = from;
  let count = 0;
  let run = 0;
  while (i < end && last - from < 40) {
    const unit = code[i]!;
    const kind = KIND[unit]!;
    if ((kind & (DIGIT | HAN_DIGIT)) !== 0) {
      count++;
      run++;
      last = ++i;
    } else if ((kind & LETTER) !== 0) {
      run++;
      last = ++i;
    } else {
      const next = code[i + 1]!;
      const joins = unit === 0x2d || unit === 0x5f || unit === 0x2e || unit === 0x2f || unit === 0x23 || unit === 0x2a;
      if (joins && (KIND[next]! & (ALNUM | HAN_DIGIT)) !== 0) {
        i++;
        run = 0;
      } else if (
        (unit === 0x20 || unit === 0x0a) &&
        (KIND[next]! & (DIGIT | HAN_DIGIT | (run === 1 ? LETTER : 0))) !== 0 &&
        spaced(code, i + 1, run)
      ) {
        i++;
        run = 0;
      } else break;
    }
  }
  return count >= 3 ? last : -1;
}

/** A blank inside a number: what follows is digits only and no date, age or measure of its own. */
function spaced(code: Uint16Array, at: number, before: number): boolean {
  let i = at;
  if (before === 1 && (KIND[code[at]!]! & LETTER) !== 0)
    return code[at + 1] === 0x20 && (KIND[code[at + 2]!]! & ALNUM) !== 0;
  while ((KIND[code[i]!]! & (DIGIT | HAN_DIGIT)) !== 0) i++;
  const size = i - at;
  const unit = code[i]!;
  if ((KIND[unit]! & (LETTER | HAN)) !== 0 && unit !== 0x20) return false;
  if (unit === 0x2d || unit === 0x2f || unit === 0x3a || unit === 0x2e) return false;
  return before > 0 && (size >= 3 || (size === 1 && before === 1));
}
