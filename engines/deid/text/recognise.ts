import { lexicon, lower, pairBit, type Lexicon } from './lexicon/lexicon.ts';
import { W } from './lexicon/flags.ts';
import { latinNameAfterCue, pinyinNameAt } from './names/latin-names.ts';
import { nameAfterCue, nameAroundDot, nameBeforeTitle, nameInList, nameInText } from './names/find-names.ts';
import { COMPOUND_SURNAMES, SURNAME_GRADE } from './names/surnames.ts';
import { ALNUM, DIGIT, HAN, HAN_DIGIT, KIND, LETTER } from './normalize.ts';
import { ageAt } from './numbers/ages.ts';
import { codeAt, emailAround, hexAddressAt, ipv4At, labelledValue, plateAt, PLATE_STARTS } from './numbers/codes.ts';
import { dateAt, englishDate } from './numbers/dates.ts';
import { newDigitRun, readDigits, type DigitRun } from './numbers/digit-run.ts';
import { personalNumber } from './numbers/personal-numbers.ts';
import { addressAtLabel, addressAtRegion, addressAtRoad } from './places/addresses.ts';
import { organisationAtLabel, organisationBefore, organisationTail } from './places/organisations.ts';
import { emit, follows, type Scan } from './scan.ts';
import { T } from './types.ts';

// What a character may begin, one bit each, so that most characters cost one look.
const NUMBER = 1;
const WORD = 2;
const LATIN = 4;
const SURNAME = 8;
const PLATE = 16;
const MARK = 32;
const ROAD = 64;
const HAN_NUMBER = 128;

let triggers: Uint8Array | undefined;

function triggerTable(words: Lexicon): Uint8Array {
  const table = new Uint8Array(65536);
  for (let unit = 0; unit < 65536; unit++) {
    let bits = 0;
    const kind = KIND[unit]!;
    if (kind & DIGIT) bits |= NUMBER;
    if (kind & LETTER) bits |= LATIN;
    if (kind & HAN_DIGIT) bits |= HAN_NUMBER;
    if (words.starts[unit] === 1 && (kind & ALNUM) === 0) bits |= WORD;
    if (SURNAME_GRADE[unit]! > 0) bits |= SURNAME;
    table[unit] = bits;
  }
  for (const name of COMPOUND_SURNAMES) table[name.charCodeAt(0)]! |= SURNAME;
  for (const char of PLATE_STARTS) table[char.charCodeAt(0)]! |= PLATE;
  for (const char of '@\u00B7:') table[char.charCodeAt(0)]! |= MARK;
  for (const char of '路街巷弄道') table[char.charCodeAt(0)]! |= ROAD;
  for (const char of '十廿卅') table[char.charCodeAt(0)]! |= HAN_NUMBER;
  return table;
}

const run: DigitRun = newDigitRun();

/** Types whose value has a form of its own; behind their label the form is tried first. */
const FORMED = new Uint8Array(32);
for (const type of [
  T.ID_CARD,
  T.HMT_RESIDENCE,
  T.USCC,
  T.MOBILE,
  T.LANDLINE,
  T.BANK_CARD,
  T.PASSPORT,
  T.HKMO_PERMIT,
  T.PLATE,
  T.EMAIL,
  T.IP,
  T.MAC,
])
  FORMED[type] = 1;

/** What may stand behind a number of one or two digits that is a date, an age, a phone or a network address. */
const GOES_ON = new Uint8Array(65536);
for (const char of '.-/ :\n)_\u00B7\\,\u3001年月岁周虚足旬个天时日余多来百十号') GOES_ON[char.charCodeAt(0)] = 1;

/** The place where a contiguous run of region words began, for organisations that begin with them. */
let regionStart = -1;
let regionEnd = -1;

/** Finds everything in `scan.text` and leaves it in `scan.found`; overlaps are settled by the caller. */
export function recognise(scan: Scan): void {
  const words = lexicon();
  triggers ??= triggerTable(words);
  const table = triggers;
  const { pairs } = words;
  const { code, n } = scan.text;
  regionStart = regionEnd = -1;
  let i = 0;
  while (i < n) {
    const bits = table[code[i]!]!;
    if (bits === 0) {
      i++;
      continue;
    }
    if ((bits & (NUMBER | LATIN | MARK)) !== 0) {
      i = (bits & NUMBER) !== 0 ? numberAt(scan, i) : (bits & LATIN) !== 0 ? latinAt(scan, words, i) : markAt(scan, i);
      continue;
    }
    if ((bits & HAN_NUMBER) !== 0) {
      const end = hanNumberAt(scan, i);
      if (end > i) {
        i = end;
        continue;
      }
    }
    if ((bits & PLATE) !== 0 && ((KIND[code[i + 1]!]! & LETTER) !== 0 || code[i + 1] === 0x20)) {
      const end = plateAt(scan, i);
      if (end > 0) {
        i = end;
        continue;
      }
    }
    if ((bits & WORD) !== 0) {
      const bit = pairBit(code[i]!, lower(code[i + 1]!));
      const word = (pairs[bit >> 3]! & (1 << (bit & 7))) === 0 ? -1 : words.find(code, i, n);
      if (word >= 0) {
        const end = wordAt(scan, words, i, word);
        if (end > 0) {
          i = end;
          continue;
        }
      }
    }
    if ((bits & SURNAME) !== 0) {
      const end = nameInText(scan, i);
      if (end > 0) {
        i = afterName(scan, end);
        continue;
      }
    }
    if ((bits & ROAD) !== 0 && i > 0 && (KIND[code[i + 1]!]! & (DIGIT | HAN_DIGIT)) !== 0) {
      const end = addressAtRoad(scan, i);
      if (end > 0) {
        i = end;
        continue;
      }
    }
    i++;
  }
}

/** 张三、李四/王五: the names that follow one. Returns where to go on. */
function afterName(scan: Scan, from: number): number {
  const { code, gap, n } = scan.text;
  let end = from;
  for (let more = 0; more < 20 && end < n; more++) {
    let at = end;
    const unit = code[at]!;
    if (unit === 0x3001 || unit === 0x2f || unit === 0x2c || unit === 0x3b || unit === 0x26) {
      at++;
      if (code[at] === 0x20) at++;
    } else if ((unit === 0x548c || unit === 0x53ca || unit === 0x4e0e) && (KIND[code[at + 1]!]! & HAN) !== 0) at++;
    else if (gap[at]! === 0 || gap[at] === 3) break;
    const next =
      unit === 0x2c || gap[at]! > 0
        ? lexicon().find(code, at, n) >= 0
          ? -1
          : nameInList(scan, at)
        : nameInList(scan, at);
    if (next < 0) break;
    end = next;
  }
  return end;
}

/** A word of the lexicon at `at`. Returns where to go on, or -1 when the word did nothing. */
function wordAt(scan: Scan, words: Lexicon, at: number, word: number): number {
  const { code, n } = scan.text;
  const flags = words.flags[word]!;
  const end = at + words.length[word]!;
  if ((flags & W.REGION) !== 0) return regionAt(scan, words, at, end);
  if ((flags & W.TITLE) !== 0) nameBeforeTitle(scan, at);
  // 三中 of 第三中学 and 第三中心医院
  if (
    (flags & W.ORG) !== 0 &&
    !(code[end - 1] === 0x4e2d && (code[end] === 0x5b66 || code[end] === 0x5fc3 || code[end] === 0x533b))
  ) {
    const region = regionEnd >= 0 && connects(scan, regionEnd, at) ? regionStart : -1;
    const start = organisationBefore(scan, at, end, region);
    if (start >= 0) {
      const tail = organisationTail(code, end);
      if (tail > end) emit(scan, start, tail, T.ORG, 59);
      return tail;
    }
  }
  if ((flags & W.NUMBER) !== 0) {
    scan.numberCueEnd = end;
    scan.numberCueType = words.type[word]!;
  }
  if ((flags & W.NOT_PERSONAL) !== 0) scan.otherCueEnd = end;
  if ((flags & W.DATE) !== 0) scan.dateCueEnd = end;
  if ((flags & W.AGE) !== 0) scan.ageCueEnd = end;
  if ((flags & W.ORG_LABEL) !== 0) scan.orgCueEnd = end;
  let next = end;
  if ((flags & (W.NAME_LABEL | W.ROLE)) !== 0) {
    scan.nameCueEnd = end;
    scan.nameCueFlags = flags;
    next = nameValue(scan, end, flags);
  }
  if ((flags & W.ADDRESS) !== 0) {
    scan.addressCueEnd = end;
    const from = valueStart(scan, end, 4);
    if (from < n && (KIND[code[from]!]! & (HAN | DIGIT)) !== 0) {
      const region = words.starts[code[from]!] === 1 ? words.find(code, from, n) : -1;
      // A region is met by the main loop itself, which also knows organisations.
      if ((region < 0 || (words.flags[region]! & W.REGION) === 0) && (flags & W.ORG_LABEL) === 0) {
        const stop = addressAtLabel(scan, from, end);
        if (stop > from) return stop;
      }
    }
  }
  if ((flags & W.ORG_LABEL) !== 0 && next === end) {
    const from = valueStart(scan, end, 4);
    if (from > end && from < n) organisationAtLabel(scan, from, end);
  }
  // Words that announce nothing may still hide a name: 主 in 主任 is none, but 何 in 如何 was never a word here.
  return flags === W.STOP ? end : next;
}

/** Whether a region word that ended at `from` leads up to `to` as part of one name. */
function connects(scan: Scan, from: number, to: number): boolean {
  if (to - from > 20) return false;
  const { code, gap } = scan.text;
  for (let i = from; i < to; i++) {
    const unit = code[i]!;
    if ((KIND[unit]! & (HAN | ALNUM)) === 0 && unit !== 0x28 && unit !== 0x29) return false;
    if (gap[i]! >= 2) return false;
    // 在, 于, 因, 送, 至, 到, 就, 转, 来
    if (
      unit === 0x5728 ||
      unit === 0x4e8e ||
      unit === 0x56e0 ||
      unit === 0x9001 ||
      unit === 0x81f3 ||
      unit === 0x5230 ||
      unit === 0x8f6c ||
      unit === 0x5c31 ||
      unit === 0x6211 ||
      unit === 0x5f53
    )
      return false;
  }
  return gap[to]! < 2;
}

function regionAt(scan: Scan, words: Lexicon, at: number, end: number): number {
  if (regionEnd !== at) regionStart = at;
  regionEnd = end;
  const stop = addressAtRegion(scan, at, end - at);
  if (stop > end) {
    // Regions inside the address still lead up to an organisation behind it.
    regionEnd = stop;
    return stop;
  }
  return stop > 0
    ? stop
    : (words.type[words.find(scan.text.code, at, scan.text.n)]! & 8) === 8 && end - at === 2
      ? shortRegion(scan, at, end)
      : end;
}

/** A short region name may be a person's: 安康, 长治; the surname rule has its say when the name is no place here. */
function shortRegion(scan: Scan, at: number, end: number): number {
  if (SURNAME_GRADE[scan.text.code[at]!]! < 2) return end;
  const found = nameInText(scan, at);
  return found > end ? found : end;
}

/** Where the value of a label that ends at `end` begins. */
function valueStart(scan: Scan, end: number, reach: number): number {
  let from = end;
  while (
    from < scan.text.n &&
    from - end < reach &&
    follows(scan.text, end, from + 1, reach + 1) &&
    (KIND[scan.text.code[from]!]! & (HAN | ALNUM)) === 0
  )
    from++;
  return from;
}

function nameValue(scan: Scan, end: number, flags: number): number {
  const { code, gap, n } = scan.text;
  let from = end;
  let colon = false;
  // 为, 是, 叫, 名, 系 between a label and the name
  const link = code[from]!;
  if ((flags & W.NAME_LABEL) !== 0 && (link === 0x4e3a || link === 0x662f || link === 0x53eb || link === 0x7cfb))
    from++;
  while (from < n && from - end < 7) {
    const unit = code[from]!;
    if (unit === 0x3a || unit === 0x3d || unit === 0x3e) colon = true;
    else if (unit === 0x0a) {
      // The value may stand on the next line only behind a colon.
      if (!colon || (flags & W.NAME_LABEL) === 0) return end;
    } else if (
      unit !== 0x20 &&
      unit !== 0x28 &&
      unit !== 0x22 &&
      unit !== 0x27 &&
      unit !== 0x5b &&
      unit !== 0x5d &&
      unit !== 0x5f &&
      unit !== 0x2d &&
      unit !== 0x7c &&
      unit !== 0x5c &&
      unit !== 0x29
    )
      break;
    from++;
  }
  if ((flags & W.BROAD) !== 0 && (flags & W.ROLE) === 0 && !colon) return end;
  // Role and name on two lines belong to two sentences; so do a role and what follows it in brackets.
  if (gap[from] === 3 && !colon) return end;
  if ((KIND[code[from]!]! & LETTER) !== 0 && (from > end || (flags & W.NAME_LABEL) !== 0)) {
    const latin = (flags & W.NAME_LABEL) !== 0 || colon || code[end] === 0x20 ? latinNameAfterCue(scan, from) : -1;
    return latin > 0 ? latin : end;
  }
  const stop = nameAfterCue(scan, from, flags, colon);
  return stop > 0 ? afterName(scan, stop) : end;
}

function cueAt(scan: Scan, at: number): number {
  return scan.numberCueEnd >= scan.otherCueEnd && follows(scan.text, scan.numberCueEnd, at, 9)
    ? scan.numberCueType
    : -1;
}

function isForeign(scan: Scan, at: number): boolean {
  return scan.otherCueEnd > scan.numberCueEnd && follows(scan.text, scan.otherCueEnd, at, 9);
}

/** A number at `at`, where an Arabic digit stands. Returns where to go on. */
function numberAt(scan: Scan, at: number): number {
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
  if (after === 0x2e && size <= 3) {
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

function labelled(scan: Scan, from: number, end: number, type: number): number {
  emit(scan, from, end, type, 74);
  return end;
}

/** A Chinese numeral at `at`: a date, an age, or a long number spelled out. Returns its end, or -1. */
function hanNumberAt(scan: Scan, at: number): number {
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

/** Latin letters at `at`. Returns where to go on. */
function latinAt(scan: Scan, words: Lexicon, at: number): number {
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
  const after = code[end]!;
  if (digits > 0) {
    if (cue >= 0 && FORMED[cue] === 0) {
      const stop = labelledValue(code, at, n);
      if (stop > 0) return labelled(scan, at, stop, cue);
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
    // wxid_abc-123, ZY-2024-001
    const stop = labelledValue(code, at, n);
    if (stop > end) return labelled(scan, at, stop, cue);
    if (cue === T.ACCOUNT && end - at >= 5 && follows(scan.text, scan.numberCueEnd, at, 3))
      return labelled(scan, at, accountEnd(code, at, n), cue);
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

function markAt(scan: Scan, at: number): number {
  const { code } = scan.text;
  const unit = code[at]!;
  if (unit === 0x40) {
    const end = emailAround(scan, at, 1);
    return end > 0 ? end : at + 1;
  }
  if (unit === 0xb7) {
    const end =
      at > 0 && (KIND[code[at - 1]!]! & HAN) !== 0 && (KIND[code[at + 1]!]! & HAN) !== 0 && at >= scan.taken
        ? nameAroundDot(scan, at)
        : -1;
    return end > 0 ? end : at + 1;
  }
  // ::1 and fe80::1 with nothing before the colons
  if (code[at + 1] === 0x3a && (at === 0 || (KIND[code[at - 1]!]! & ALNUM) === 0)) {
    const end = hexAddressAt(scan, at, cueAt(scan, at));
    if (end > 0) return end;
  }
  return at + 1;
}
