import { lexicon, type Lexicon } from './lexicon/lexicon.ts';
import { W } from './lexicon/flags.ts';
import { latinNameAfterCue, latinPairAt } from './names/latin-names.ts';
import { nameAfterCue, nameBeforeTitle, nameInList, nameInText } from './names/find-names.ts';
import { SURNAME_GRADE } from './names/surnames.ts';
import { ALNUM, DIGIT, HAN, KIND, LETTER } from './normalize.ts';
import { addressAtLabel, addressAtRegion } from './places/addresses.ts';
import { organisationAtLabel, organisationBefore, organisationTail } from './places/organisations.ts';
import { emit, follows, type Scan } from './scan.ts';
import { T } from './types.ts';

/** 张三、李四/王五: the names that follow one. Returns where to go on. */
export function afterName(scan: Scan, from: number): number {
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
export function wordAt(scan: Scan, words: Lexicon, at: number, word: number): number {
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
    const region = scan.regionEnd >= 0 && connects(scan, scan.regionEnd, at) ? scan.regionStart : -1;
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
  if (scan.regionEnd !== at) scan.regionStart = at;
  scan.regionEnd = end;
  const stop = addressAtRegion(scan, at, end - at);
  if (stop > end) {
    // Regions inside the address still lead up to an organisation behind it.
    scan.regionEnd = stop;
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
  if ((flags & W.ROLE) !== 0 && from === end && (KIND[code[from]!]! & LETTER) !== 0) {
    const pair = latinPairAt(scan, from);
    return pair > 0 ? pair : end;
  }
  if ((KIND[code[from]!]! & LETTER) !== 0 && (from > end || (flags & W.NAME_LABEL) !== 0)) {
    const latin = (flags & W.NAME_LABEL) !== 0 || colon || code[end] === 0x20 ? latinNameAfterCue(scan, from) : -1;
    return latin > 0 ? latin : end;
  }
  const stop = nameAfterCue(scan, from, flags, colon);
  return stop > 0 ? afterName(scan, stop) : end;
}
