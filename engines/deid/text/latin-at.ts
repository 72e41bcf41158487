import { type Lexicon } from './lexicon/lexicon.ts';
import { W } from './lexicon/flags.ts';
import { latinNameAfterCue, pinyinNameAt } from './names/latin-names.ts';
import { nameAfterCue } from './names/find-names.ts';
import { ALNUM, DIGIT, HAN, KIND, LETTER } from './normalize.ts';
import { codeAt, emailAround, groupedCode, hexAddressAt, labelledValue, lookalikeAt } from './numbers/codes.ts';
import { englishDate } from './numbers/dates.ts';
import { addressAtLabel } from './places/addresses.ts';
import { organisationAtLabel } from './places/organisations.ts';
import { follows, type Scan } from './scan.ts';
import { T } from './types.ts';
import { FORMED, cueAt, isForeign, labelled } from './cues.ts';
import { afterName, wordAt } from './word-at.ts';

/** Latin letters at `at`. Returns where to go on. */
export function latinAt(scan: Scan, words: Lexicon, at: number): number {
  const { code, n } = scan.text;
  let end = at;
  let digits = 0;
  while (end < n) {
    const kind = KIND[code[end]!]! & ALNUM;
    if (kind === 0) break;
    if (kind === DIGIT) digits++;
    end++;
  }
  // CT号, QQ号, ID号: labels that begin with letters
  const word = words.starts[code[at]!] === 1 ? words.find(code, at, n) : -1;
  if (word >= 0 && at + words.length[word]! >= end && (KIND[code[at + words.length[word]! - 1]!]! & LETTER) === 0) {
    const next = wordAt(scan, words, at, word);
    if (next > 0) return next;
  }
  const cue = cueAt(scan, at);
  const foreign = cue < 0 && isForeign(scan, at);
  if (!foreign && digits > 0) {
    const alike = lookalikeAt(scan, at, end);
    if (alike > 0) return alike;
  }
  if (cue >= 0) {
    const grouped = groupedCode(scan, at, cue);
    if (grouped > 0) return grouped;
  }
  const after = code[end]!;
  if (digits > 0) {
    if (cue >= 0 && FORMED[cue] === 0) {
      const stop = labelledValue(code, at, n);
      if (stop > 0) return labelled(scan, at, stop, cue);
      // li_ming-88
      if (cue === T.ACCOUNT && follows(scan.text, scan.numberCueEnd, at, 3)) {
        const last = accountEnd(code, at, n);
        if (last - at >= 5) return labelled(scan, at, last, cue);
      }
    }
    if (foreign) return Math.max(end, labelledValue(code, at, n));
    const coded = codeAt(scan, at, end, cue, foreign);
    if (coded > 0) return coded;
    if (after === 0x3a || after === 0x2d || after === 0x2e || cue === T.MAC) {
      const stop = hexAddressAt(scan, at, cue);
      if (stop > 0) return stop;
    }
    if (cue >= 0 && digits >= 4) {
      const stop = labelledValue(code, at, n);
      if (stop - at >= 6) return labelled(scan, at, stop, cue);
    }
    // IP10.1.2.3, 电话tel13800138000: letters glued to a number
    let first = at;
    while ((KIND[code[first]!]! & LETTER) !== 0) first++;
    latinKey(scan, words, at, first);
    if (
      end - first >= 7 ||
      code[end] === 0x2e ||
      code[end] === 0x2d ||
      scan.numberCueEnd === first ||
      scan.otherCueEnd === first ||
      scan.ageCueEnd === first
    )
      return first;
    return end;
  }
  if (cue >= 0 && FORMED[cue] === 0) {
    // Z Y 2 0 2 3: letters and digits set apart
    // wxid_abc-123, ZY-2024-001
    const stop = labelledValue(code, at, n);
    if (stop > end) return labelled(scan, at, stop, cue);
    if (cue === T.ACCOUNT && follows(scan.text, scan.numberCueEnd, at, 3)) {
      const last = accountEnd(code, at, n);
      if (last - at >= 5) return labelled(scan, at, last, cue);
    }
  }
  if (foreign && (after === 0x2d || after === 0x2f || after === 0x5f || after === 0x2e))
    return Math.max(end, labelledValue(code, at, n));
  if (end - at <= 4 && (after === 0x3a || after === 0x2d)) {
    const stop = hexAddressAt(scan, at, cue);
    if (stop > 0) return stop;
  }
  if (end - at === 2 && (code[at]! | 0x20) === 0x61 && (code[at + 1]! | 0x20) === 0x74) {
    const stop = writtenAt(scan, at);
    if (stop > 0) return stop;
  }
  if (end - at < 2 && !(after === 0x2e || after === 0x3a)) return end;
  const key = latinKey(scan, words, at, end);
  if (key > 0) return key;
  const name = pinyinNameAt(scan, at, end);
  if (name > 0) return name;
  if (end - at >= 3 && end - at <= 9) {
    const date = englishDate(scan, at, end, String.fromCharCode(...code.subarray(at, end)).toLowerCase());
    if (date > 0) return date;
  }
  return end;
}

function accountEnd(code: Uint16Array, at: number, n: number): number {
  let i = at;
  while (
    i < n &&
    ((KIND[code[i]!]! & ALNUM) !== 0 || code[i] === 0x5f || code[i] === 0x2d || code[i] === 0x2e) &&
    i - at < 32
  )
    i++;
  return i;
}

/** zhang(at)qq.com, zhang [at] qq.com, zhang at qq.com */
function writtenAt(scan: Scan, at: number): number {
  const { code } = scan.text;
  const before = at > 0 ? code[at - 1]! : 0;
  const after = code[at + 2]!;
  if ((before === 0x28 && after === 0x29) || (before === 0x5b && after === 0x5d)) return emailAround(scan, at - 1, 4);
  return before === 0x20 && after === 0x20 && (KIND[code[at + 3]!]! & ALNUM) !== 0 ? emailAround(scan, at - 1, 4) : -1;
}

/** Labels and keys in Latin letters: `"patientName":`, MRN, Tel., `<dob>`, Dr. Returns where to go on, or -1. */
function latinKey(scan: Scan, words: Lexicon, at: number, end: number): number {
  const { code, n } = scan.text;
  let stop = end;
  if (end - at > 24) return -1;
  // patient_name, Medical Record No., e-mail, S/N
  let key = words.latin(String.fromCharCode(...code.subarray(at, end)));
  for (let more = 0, from = end; more < 3; more++) {
    const unit = code[from]!;
    if (unit !== 0x5f && unit !== 0x20 && unit !== 0x2e && unit !== 0x2d && unit !== 0x2f) break;
    let next = from + 1;
    while ((KIND[code[next]!]! & LETTER) !== 0 && next - from < 18) next++;
    if (next === from + 1) break;
    const longer = words.latin(String.fromCharCode(...code.subarray(at, next)));
    if (longer !== undefined) {
      key = longer;
      stop = next;
    }
    from = next;
  }
  if (key === undefined) return -1;
  const before = at > 0 ? code[at - 1]! : 0;
  // A short key inside a longer Latin word or path is none.
  if ((before === 0x5f || before === 0x2d || before === 0x2e) && key.text.length < 5) return -1;
  if ((key.flags & W.NUMBER) !== 0) {
    scan.numberCueEnd = stop;
    scan.numberCueType = key.type;
  }
  if ((key.flags & W.NOT_PERSONAL) !== 0) scan.otherCueEnd = stop;
  if ((key.flags & W.DATE) !== 0) scan.dateCueEnd = stop;
  if ((key.flags & W.AGE) !== 0) scan.ageCueEnd = stop;
  if ((key.flags & W.ADDRESS) !== 0) scan.addressCueEnd = stop;
  if ((key.flags & W.ORG_LABEL) !== 0) scan.orgCueEnd = stop;
  let from = stop;
  let set = false;
  while (from < n && from - stop < 6) {
    const unit = code[from]!;
    if (unit === 0x3a || unit === 0x3d || unit === 0x3e || (unit === 0x2e && isAddressForm(key.text))) set = true;
    else if (
      unit !== 0x20 &&
      unit !== 0x22 &&
      unit !== 0x27 &&
      unit !== 0x5c &&
      unit !== 0x2e &&
      unit !== 0x5b &&
      unit !== 0x7b &&
      unit !== 0x23
    )
      break;
    from++;
  }
  if (isAddressForm(key.text) && from > stop) set = true;
  if (!set || from >= n) return stop;
  if ((key.flags & W.NAME_LABEL) !== 0) {
    if ((KIND[code[from]!]! & LETTER) !== 0) {
      const name = latinNameAfterCue(scan, from);
      if (name > 0) return name;
    } else if ((KIND[code[from]!]! & HAN) !== 0) {
      const name = nameAfterCue(scan, from, W.NAME_LABEL, true);
      if (name > 0) return afterName(scan, name);
    }
  }
  if ((key.flags & W.ADDRESS) !== 0 && (KIND[code[from]!]! & HAN) !== 0) {
    const region = words.find(code, from, n);
    if (region < 0 || (words.flags[region]! & W.REGION) === 0) {
      const address = addressAtLabel(scan, from, stop);
      if (address > 0) return address;
    }
  }
  if ((key.flags & W.ORG_LABEL) !== 0 && (KIND[code[from]!]! & HAN) !== 0) organisationAtLabel(scan, from, stop);
  return stop;
}

const isAddressForm = (text: string): boolean =>
  text === 'dr' || text === 'mr' || text === 'mrs' || text === 'ms' || text === 'prof';
