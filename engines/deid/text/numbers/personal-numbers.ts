import { ALNUM, DIGIT, KIND } from '../normalize.ts';
import { emit, follows, type Scan } from '../scan.ts';
import { T } from '../types.ts';
import {
  areaCodeLength,
  identityKind,
  isCardPrefix,
  isLuhn,
  isOldBirthDate,
  residentCheck,
  isBirthDate,
} from './check-digits.ts';
import { groupAt, hasSizes, isSpelled, isUniform, isWrapped, type DigitRun } from './digit-run.ts';

/** Priorities of what the forms prove by themselves; a label adds to them. */
const PROVEN = 90;
const FORMED = 70;

const MOBILE_SIZES = [
  [11],
  [3, 4, 4],
  [3, 8],
  [7, 4],
  [4, 4, 3],
  [3, 3, 5],
  [5, 6],
  [3, 2, 6],
  [4, 7],
  [3, 5, 3],
] as const;
const CARD_SIZES_END = [1, 2, 3, 4];

/**
 * Identity, phone and card numbers that begin at `from`. Returns the folded index behind what was taken, or -1.
 * `cue` is the type a label announces (or -1); `foreign` says that a label of goods or specimens stands before the number.
 */
export function personalNumber(scan: Scan, run: DigitRun, from: number, cue: number, foreign: boolean): number {
  if (run.n < 7) return shortPhone(scan, run, from, cue);
  if (foreign) return -1;
  const { code } = scan.text;
  const before = from > 0 ? code[from - 1]! : 0;
  // The tail of a decimal or of a longer word is no number of its own.
  if (before === 0x2e && from > 1 && (KIND[code[from - 2]!]! & DIGIT) !== 0) return -1;
  return (
    orNothing(identity(scan, run, cue)) ??
    orNothing(mobile(scan, run, cue)) ??
    orNothing(landline(scan, run, from, cue)) ??
    orNothing(card(scan, run, cue)) ??
    orNothing(identityByLabel(scan, run, cue)) ??
    shortPhone(scan, run, from, cue)
  );
}

function orNothing(end: number): number | undefined {
  return end < 0 ? undefined : end;
}

const LOOKS_X = (unit: number): boolean => unit === 0x58 || unit === 0x78 || unit === 0xd7;

function identity(scan: Scan, run: DigitRun, cue: number): number {
  const { code } = scan.text;
  const seventeen = groupAt(run, 17);
  if (seventeen >= 0 && isBirthDate(run.value, 6)) {
    let x = run.at[16]! + 1;
    while (x < run.at[16]! + 3 && (code[x] === 0x20 || code[x] === 0x2d || code[x] === 0x0a)) x++;
    if (LOOKS_X(code[x]!) && (KIND[code[x + 1]!]! & ALNUM) === 0 && residentCheck(run.value) === 10) {
      const copy = Uint8Array.from({ length: 18 }, (_, i) => (i < 17 ? run.value[i]! : 10));
      const kind = identityKind(copy);
      if (kind !== undefined || cue === T.ID_CARD || cue === T.HMT_RESIDENCE)
        return done(scan, run, x + 1, kindType(kind, cue), PROVEN);
    }
  }
  if (groupAt(run, 18) < 0) return -1;
  const kind = identityKind(run.value);
  // A mistyped number still has a province and a birth date; a number of goods hardly has both.
  if (kind === undefined && cue < 0 && run.groups === 1 && run.n === 18 && isProvince(run) && isBirthDate(run.value, 6))
    return done(scan, run, run.at[17]! + 1, T.ID_CARD, FORMED - 5);
  if (kind === undefined) return -1;
  // 9 and any birth date is the weakest prefix: without a label one number of 11 × 300 passes.
  if (kind === 'foreigner' && cue !== T.ID_CARD && cue !== T.HMT_RESIDENCE) return -1;
  return done(scan, run, run.at[17]! + 1, kindType(kind, cue), PROVEN);
}

function kindType(kind: ReturnType<typeof identityKind>, cue: number): number {
  if (kind === 'hmt') return T.HMT_RESIDENCE;
  return kind === undefined && cue === T.HMT_RESIDENCE ? T.HMT_RESIDENCE : T.ID_CARD;
}

/** With a label a number need not pass its check: people mistype. */
function identityByLabel(scan: Scan, run: DigitRun, cue: number): number {
  if (cue !== T.ID_CARD && cue !== T.HMT_RESIDENCE && cue !== T.SOCIAL_CARD) return -1;
  if (cue !== T.SOCIAL_CARD && groupAt(run, 15) >= 0 && groupAt(run, 18) < 0 && isOldBirthDate(run.value, 6))
    return done(scan, run, run.at[14]! + 1, cue, FORMED);
  const { code } = scan.text;
  if (cue === T.SOCIAL_CARD) return -1;
  if (groupAt(run, 18) >= 0) return done(scan, run, run.at[17]! + 1, cue, FORMED);
  if (groupAt(run, 17) >= 0 && LOOKS_X(code[run.at[16]! + 1]!)) return done(scan, run, run.at[16]! + 2, cue, FORMED);
  return -1;
}

/** GB/T 2260: 11-15 21-23 31-37 41-46 50-54 61-65. */
function isProvince(run: DigitRun): boolean {
  const province = run.value[0]! * 10 + run.value[1]!;
  const unit = province % 10;
  const last = [0, 5, 3, 7, 6, 4, 5][run.value[0]!] ?? 0;
  return unit <= last && (unit >= 1 || province === 50) && run.value[2]! * 10 + run.value[3]! <= 90;
}

const PHONE_CUES: ReadonlySet<number> = new Set([T.MOBILE, T.LANDLINE]);

function mobile(scan: Scan, run: DigitRun, cue: number): number {
  let skip = 0;
  // 86, 086, 0086 or a trunk 0 before the number.
  for (const prefix of [[8, 6], [0, 8, 6], [0, 0, 8, 6], [0]])
    if (
      prefix.every((digit, i) => run.value[i] === digit) &&
      run.value[prefix.length] === 1 &&
      run.value[prefix.length + 1]! >= 3
    ) {
      skip = prefix.length;
      break;
    }
  if (run.value[skip] !== 1 || run.value[skip + 1]! < 3) return -1;
  const last = groupAt(run, skip + 11);
  if (last < 0) return -1;
  const phoneCue = PHONE_CUES.has(cue) || cue === T.ACCOUNT;
  // 13800138000pg/ml is a measure.
  if (cue < 0 && (KIND[scan.text.code[run.at[skip + 10]! + 1]!]! & ALNUM) === 2) return -1;
  const shape =
    skip === 0 &&
    (last === 0 ||
      (isUniform(run, last) && MOBILE_SIZES.some((sizes) => hasSizes(run, last, sizes))) ||
      (isSpelled(run, last) && isUniform(run, last)) ||
      isWrapped(run, last));
  const prefixed = skip > 0 && (last === 0 || isUniform(run, last) || plusBefore(scan, run.at[0]!) || phoneCue);
  if (!shape && !prefixed && !phoneCue) return -1;
  // More digits glued on make it something else, unless a separator that is not of this number follows.
  const type = cue === T.ACCOUNT ? T.ACCOUNT : T.MOBILE;
  return done(scan, run, run.at[skip + 10]! + 1, type, phoneCue ? PROVEN : FORMED, prefixStart(scan, run.at[0]!));
}

function plusBefore(scan: Scan, at: number): boolean {
  const unit = scan.text.code[at - 1]!;
  return at > 0 && (unit === 0x2b || unit === 0x28);
}

/** Takes the + and the bracket of a country or area code into the number. */
function prefixStart(scan: Scan, at: number): number {
  const { code } = scan.text;
  let start = at;
  while (start > 0 && (code[start - 1] === 0x2b || code[start - 1] === 0x28) && at - start < 2) start--;
  return start;
}

function landline(scan: Scan, run: DigitRun, from: number, cue: number): number {
  const phoneCue = PHONE_CUES.has(cue);
  const skip = run.value[0] === 8 && run.value[1] === 6 && (plusBefore(scan, from) || phoneCue) ? 2 : 0;
  // +86 571 …: the 0 is left out.
  let area: number = areaCodeLength(run.value, skip);
  if (skip > 0 && area === 0 && run.value[2] !== 1) area = areaCodeLength([0, ...run.value.subarray(2, 6)]) - 1;
  if (area > 0) {
    for (const local of [8, 7]) {
      const last = groupAt(run, skip + area + local);
      if (last < 0) continue;
      const first = run.value[skip + area]!;
      if (first < 2 && !phoneCue) continue;
      const areaGroup = groupAt(run, skip + area);
      if (last > 0 && areaGroup < 0 && !phoneCue && !isWrapped(run, last) && !isSpelled(run, last)) continue;
      if (last > 3 && !isSpelled(run, last) && !phoneCue) continue;
      if (run.separator[1] === 0x2f) continue;
      const end = extension(scan, run.at[skip + area + local - 1]! + 1);
      return done(scan, run, end, T.LANDLINE, phoneCue ? PROVEN : FORMED, prefixStart(scan, from));
    }
  }
  // 852-27891234, 853 28xxxxxx: Hong Kong and Macao
  if (
    run.value[0] === 8 &&
    run.value[1] === 5 &&
    (run.value[2] === 2 || run.value[2] === 3) &&
    groupAt(run, 11) >= 0 &&
    (phoneCue || plusBefore(scan, from))
  )
    return done(scan, run, run.at[10]! + 1, T.LANDLINE, FORMED, prefixStart(scan, from));
  const service = run.value[0] === 4 || run.value[0] === 8 ? run.value[1] === 0 && run.value[2] === 0 : false;
  const ten = groupAt(run, 10);
  if (
    service &&
    ten >= 0 &&
    (phoneCue || (ten > 0 && groupAt(run, 3) === 0 && isUniform(run, ten) && run.separator[1] === 0x2d))
  )
    return done(scan, run, extension(scan, run.at[9]! + 1), T.LANDLINE, FORMED);
  if (phoneCue) {
    for (const digits of [8, 7]) {
      const last = groupAt(run, digits);
      if (last < 0 || last > 3 || run.value[0]! < 2) continue;
      return done(scan, run, extension(scan, run.at[digits - 1]! + 1), T.LANDLINE, FORMED);
    }
  }
  return -1;
}

/** `-8012`, `转8012`, `分机8012`, `ext. 12` behind a phone number. */
function extension(scan: Scan, end: number): number {
  const { code } = scan.text;
  let i = end;
  while (code[i] === 0x20 && i < end + 2) i++;
  const unit = code[i]!;
  if (unit === 0x2d || unit === 0x8f6c) i++;
  else if (unit === 0x5206 && code[i + 1] === 0x673a) i += code[i + 2] === 0x53f7 ? 3 : 2;
  else if ((unit | 0x20) === 0x65 && (code[i + 1]! | 0x20) === 0x78) i += 3;
  else return end;
  while (code[i] === 0x2e || code[i] === 0x20 || code[i] === 0x3a) i++;
  const from = i;
  while ((KIND[code[i]!]! & DIGIT) !== 0 && i - from < 6) i++;
  return i - from >= 2 && i - from <= 5 ? i : end;
}

function card(scan: Scan, run: DigitRun, cue: number): number {
  const labelled = cue === T.BANK_CARD;
  if (cue >= 0 && !labelled && cue !== T.ACCOUNT && cue !== T.SOCIAL_CARD) return -1;
  for (let digits = 19; digits >= (labelled ? 13 : 15); digits--) {
    const last = groupAt(run, digits);
    if (last < 0) continue;
    const proven = isCardPrefix(run.value) && isLuhn(run.value, 0, digits) && digits >= 16;
    const grouped =
      last > 0 &&
      last <= 4 &&
      CARD_SIZES_END.includes(run.ends[last]! - (run.ends[last - 1] ?? 0)) &&
      hasFours(run, last);
    const shape =
      last === 0 || grouped || isSpelled(run, last) || isWrapped(run, last) || (last === 1 && run.ends[0] === 6);
    if (labelled ? last === run.groups - 1 || last === 0 || proven : proven && shape)
      return done(
        scan,
        run,
        run.at[digits - 1]! + 1,
        cue === T.SOCIAL_CARD || cue === T.ACCOUNT ? cue : T.BANK_CARD,
        proven ? PROVEN - 5 : FORMED,
      );
  }
  return -1;
}

function hasFours(run: DigitRun, last: number): boolean {
  for (let k = 0; k < last; k++) if (run.ends[k] !== (k + 1) * 4) return false;
  return true;
}

/** Three to eight digits are a phone number only where a label says so. */
function shortPhone(scan: Scan, run: DigitRun, from: number, cue: number): number {
  if (cue !== T.LANDLINE && cue !== T.MOBILE) return -1;
  const first = run.ends[0]!;
  // 110, 120, 12345, 95588: lines of the public
  if (first < 6 && (run.value[0] === 1 || (run.value[0] === 9 && run.value[1] === 5))) return -1;
  if (first < 3 || (run.groups > 1 && first < 4) || run.n > 12) return -1;
  const last =
    run.groups > 1 && isUniform(run, 1) && run.ends[1]! <= 12 && run.separator[1] === 0x2d ? run.ends[1]! : first;
  if (last < 4 && !follows(scan.text, scan.numberCueEnd, from, 2)) return -1;
  const end = run.at[last - 1]! + 1;
  // Years, doses and times behind 电话 are not its number.
  const next = scan.text.code[end]!;
  if (next === 0x5e74 || next === 0x3a || next === 0x6708 || next === 0x5206 || (KIND[next]! & ALNUM) !== 0) return -1;
  return done(scan, run, end, T.LANDLINE, FORMED - 20);
}

function done(scan: Scan, run: DigitRun, end: number, type: number, priority: number, start = run.at[0]!): number {
  emit(scan, start, end, type, priority);
  return end;
}
