import { isIssuingCode } from '../../regions/index.ts';

/** Digits are given as values 0 to 9 in an array, from `at` on. */
type Digits = ArrayLike<number>;

const RESIDENT_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
/** Value of the check character by remainder; 10 stands for X. */
const RESIDENT_CHECK = [1, 0, 10, 9, 8, 7, 6, 5, 4, 3, 2];

/** The check character of GB 11643-1999 (ISO 7064 mod 11-2) for 17 digits: 0 to 9, or 10 for X. */
export function residentCheck(digits: Digits, at = 0): number {
  let sum = 0;
  for (let i = 0; i < 17; i++) sum += (digits[at + i] ?? 0) * RESIDENT_WEIGHTS[i]!;
  return RESIDENT_CHECK[sum % 11]!;
}

const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

export function isDate(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1 || day > DAYS[month - 1]!) return false;
  return month !== 2 || day < 29 || (year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0));
}

/** Whether YYYYMMDD from `at` on is a birth date somebody alive in the age of identity numbers may have. */
export function isBirthDate(digits: Digits, at: number): boolean {
  const year = number(digits, at, 4);
  return year >= 1880 && year <= 2050 && isDate(year, number(digits, at + 4, 2), number(digits, at + 6, 2));
}

/** YYMMDD of the 15-digit numbers, all of the 20th century or before. */
export function isOldBirthDate(digits: Digits, at: number): boolean {
  return isDate(1900 + number(digits, at, 2), number(digits, at + 2, 2), number(digits, at + 4, 2));
}

export function number(digits: Digits, at: number, length: number): number {
  let value = 0;
  for (let i = at; i < at + length; i++) value = value * 10 + (digits[i] ?? 0);
  return value;
}

/**
 * What an 18-digit number is: `resident` (GB 11643), `hmt` (residence permit of Hong Kong, Macau, Taiwan residents: 81, 82, 83 0000),
 * `foreigner` (permanent residence card of the 2023 form, first digit 9), or nothing. Prefix, birth date and check digit all count.
 */
export function identityKind(digits: Digits, at = 0): 'resident' | 'hmt' | 'foreigner' | undefined {
  if (!isBirthDate(digits, at + 6) || residentCheck(digits, at) !== digits[at + 17]) return undefined;
  if (digits[at] === 9) return 'foreigner';
  const region = number(digits, at, 6);
  if (!isIssuingCode(region)) return undefined;
  return region >= 810000 ? 'hmt' : 'resident';
}

/** Values of the base-31 characters of GB 32100-2015 (no I, O, S, V, Z), by character code; 255 for others. */
const USCC_VALUE = new Uint8Array(128).fill(255);
for (const [value, char] of Array.from('0123456789ABCDEFGHJKLMNPQRTUWXY').entries()) {
  USCC_VALUE[char.charCodeAt(0)] = value;
  USCC_VALUE[char.toLowerCase().charCodeAt(0)] = value;
}

/** The unified social credit code of GB 32100-2015 from `at` on: 18 characters whose weighted sum is a multiple of 31. */
export function isUscc(codes: ArrayLike<number>, at = 0): boolean {
  let sum = 0;
  let weight = 1;
  for (let i = 0; i < 18; i++) {
    const value = USCC_VALUE[codes[at + i] ?? 0] ?? 255;
    if (value === 255 || (i >= 2 && i < 8 && value > 9)) return false;
    if (i < 17) {
      sum += value * weight;
      weight = (weight * 3) % 31;
    } else if (value !== (31 - (sum % 31)) % 31) return false;
  }
  return true;
}

/** Luhn (ISO/IEC 7812-1 annex B) over `length` digits. */
export function isLuhn(digits: Digits, at: number, length: number): boolean {
  let sum = 0;
  for (let i = 0; i < length; i++) {
    let digit = digits[at + length - 1 - i] ?? 0;
    if (i % 2 === 1) {
      digit *= 2;
      if (digit > 9) digit -= 9;
    }
    sum += digit;
  }
  return sum % 10 === 0;
}

/** Issuer ranges of cards used in China: UnionPay 62, Visa 4, Mastercard 51-55 and 2221-2720, JCB 35, older debit cards 60, 68, 9558. */
export function isCardPrefix(digits: Digits, at = 0): boolean {
  const two = number(digits, at, 2);
  const four = number(digits, at, 4);
  return (
    two === 62 ||
    (two >= 40 && two <= 49) ||
    (two >= 51 && two <= 55) ||
    (four >= 2221 && four <= 2720) ||
    two === 35 ||
    two === 60 ||
    two === 68 ||
    four === 9558
  );
}

/** Long-distance area codes without the leading 0: two digits for 10 and 2x, else three. */
const TWO_DIGIT = new Set([10, 20, 21, 22, 23, 24, 25, 27, 28, 29]);
const THREE_DIGIT = new Set<number>();
for (const [from, to] of [
  [310, 319],
  [335, 335],
  [349, 359],
  [370, 379],
  [391, 398],
  [410, 421],
  [427, 429],
  [431, 440],
  [448, 448],
  [451, 459],
  [464, 464],
  [467, 470],
  [471, 483],
  [510, 527],
  [530, 539],
  [543, 543],
  [546, 546],
  [550, 566],
  [570, 580],
  [591, 599],
  [631, 635],
  [660, 660],
  [662, 663],
  [668, 668],
  [691, 692],
  [701, 701],
  [710, 719],
  [722, 722],
  [724, 724],
  [728, 728],
  [730, 739],
  [743, 746],
  [750, 763],
  [766, 766],
  [768, 799],
  [812, 813],
  [816, 818],
  [825, 840],
  [851, 859],
  [870, 888],
  [891, 898],
  [901, 903],
  [906, 909],
  [911, 919],
  [930, 939],
  [941, 943],
  [951, 955],
  [970, 977],
  [979, 979],
  [990, 999],
  [852, 853],
] as const)
  for (let code = from; code <= to; code++) THREE_DIGIT.add(code);

/** Digits of the area code (with its 0) that begins the number, or 0. */
export function areaCodeLength(digits: Digits, at = 0): 0 | 3 | 4 {
  if (digits[at] !== 0) return 0;
  if (TWO_DIGIT.has(number(digits, at + 1, 2))) return 3;
  return THREE_DIGIT.has(number(digits, at + 1, 3)) ? 4 : 0;
}
