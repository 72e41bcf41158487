import { ALNUM, DIGIT, HAN_DIGIT, KIND, LETTER } from './normalize.ts';
import { ageAt } from './numbers/ages.ts';
import { codeAt, groupedCode, hexAddressAt, ipv4At, labelledValue, lookalikeAt } from './numbers/codes.ts';
import { dateAt } from './numbers/dates.ts';
import { newDigitRun, readDigits, type DigitRun } from './numbers/digit-run.ts';
import { personalNumber } from './numbers/personal-numbers.ts';
import { emit, type Scan } from './scan.ts';
import { T } from './types.ts';
import { FORMED, cueAt, isForeign, labelled } from './cues.ts';

const run: DigitRun = newDigitRun();

/** What may stand behind a number of one or two digits that is a date, an age, a phone or a network address. */
const GOES_ON = new Uint8Array(65536);
for (const char of '.-/ :\n)_|。"<\u00B7\\,\u3001年月岁周虚足旬个天时日余多来百十号') GOES_ON[char.charCodeAt(0)] = 1;

/** A number at `at`, where an Arabic digit stands. Returns where to go on. */
export function numberAt(scan: Scan, at: number): number {
  const { code, n } = scan.text;
  let end = at + 1;
  let letters = 0;
  while (end < n) {
    const kind = KIND[code[end]!]! & ALNUM;
    if (kind === 0) break;
    if (kind === LETTER) letters++;
    end++;
  }
  const cue = cueAt(scan, at);
  const foreign = cue < 0 && isForeign(scan, at);
  if (foreign) {
    const stop = labelledValue(code, at, n);
    return Math.max(stop, end);
  }
  const size = end - at;
  const after = code[end]!;
  if (cue < 0 && scan.ageCueEnd < at - 8) {
    // Most numbers of a note end here: a measure with its unit, a count, the end of a list.
    if (letters === 0 && size < 3 && GOES_ON[after] === 0) return end;
    if (letters > 0 && size < 6 && GOES_ON[after] === 0 && (KIND[code[at + 1]!]! & DIGIT) === 0) return end;
  }
  if (cue >= 0 && FORMED[cue] === 0) {
    const stop = labelledValue(code, at, n);
    if (stop > 0) {
      emit(scan, at, stop, cue, 75);
      return stop;
    }
  }
  if (letters > 0) {
    const alike = lookalikeAt(scan, at, end);
    if (alike > 0) return alike;
  }
  if (cue >= 0) {
    const grouped = groupedCode(scan, at, cue);
    if (grouped > 0) return grouped;
  }
  if ((after === 0x2e || after === 0x3002) && size <= 3) {
    const stop = ipv4At(scan, at, cue);
    if (stop > 0) return stop;
  }
  if (after === 0x3a || ((after === 0x2d || after === 0x2e) && size <= 4 && size >= 2) || cue === T.MAC) {
    const stop = hexAddressAt(scan, at, cue);
    if (stop > 0) return stop;
  }
  if (letters > 0) {
    const stop = codeAt(scan, at, end, cue, foreign);
    if (stop > 0) return stop;
    if (size === 18 && cue === T.USCC) return labelled(scan, at, end, cue);
  }
  const date = dateAt(scan, at, foreign);
  if (date > 0) return date;
  const age = ageAt(scan, at);
  if (age > 0) return age;
  readDigits(run, scan.text, at);
  const number = personalNumber(scan, run, at, cue, foreign);
  if (number > 0) return number;
  if (letters === 0 && size === 18) {
    const stop = codeAt(scan, at, end, cue, foreign);
    if (stop > 0) return stop;
  }
  if (cue >= 0 && cue !== T.LANDLINE && cue !== T.PLATE && cue !== T.EMAIL && cue !== T.IP && cue !== T.MAC) {
    const stop = labelledValue(code, at, n);
    if (stop - at >= 6) return labelled(scan, at, stop, cue);
  }
  return end;
}

/** A Chinese numeral at `at`: a date, an age, or a long number spelled out. Returns its end, or -1. */
export function hanNumberAt(scan: Scan, at: number): number {
  const { code } = scan.text;
  const next = code[at + 1]!;
  const many = (KIND[next]! & (HAN_DIGIT | DIGIT)) !== 0;
  // 十, 廿, 卅, 年, 月, 岁, 旬, 百, 个, 天, 周
  if (
    !many &&
    next !== 0x5341 &&
    next !== 0x5eff &&
    next !== 0x5e74 &&
    next !== 0x6708 &&
    next !== 0x5c81 &&
    next !== 0x65ec &&
    next !== 0x767e &&
    next !== 0x4f59 &&
    next !== 0x4e2a &&
    next !== 0x5468 &&
    !(next === 0x20 && (KIND[code[at + 2]!]! & HAN_DIGIT) !== 0)
  )
    return -1;
  const foreign = isForeign(scan, at) && cueAt(scan, at) < 0;
  const date = dateAt(scan, at, foreign);
  if (date > 0) return date;
  const age = ageAt(scan, at);
  if (age > 0) return age;
  if (!many || (KIND[code[at]!]! & HAN_DIGIT) === 0) return -1;
  readDigits(run, scan.text, at);
  const cue = cueAt(scan, at);
  if (cue >= 0 && FORMED[cue] === 0) {
    const stop = labelledValue(code, at, scan.text.n);
    if (stop > 0) return labelled(scan, at, stop, cue);
  }
  if (run.n < 7) return -1;
  return personalNumber(scan, run, at, cue, foreign);
}
