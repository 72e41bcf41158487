import { lexicon } from '../lexicon/lexicon.ts';
import { W } from '../lexicon/flags.ts';
import { ALNUM, HAN, KIND } from '../normalize.ts';
import { emit, type Observer, type Scan } from '../scan.ts';
import { T } from '../types.ts';
import { CUE, FEATURES, features, score } from './model.ts';
import {
  isAnnounced,
  isThing,
  isTranslit,
  NEVER_ALONE,
  NOT_LAST,
  REPORTS,
  SURNAME_ONLY_BEFORE,
  TRANSLIT,
} from './surroundings.ts';
import { GIVEN_FIRST_LEVEL, GIVEN_LAST_LEVEL, pairLevel } from './pairs.ts';
import { DOUBTFUL_SURNAME, isCompoundSurname, SURNAME_GRADE } from './surnames.ts';
import { nameWeights } from './weights.ts';

export function observe(scan: Scan, observer: Observer): void {
  scan.observer = observer;
}

const list = new Int32Array(FEATURES);
/** Length and score of the last decision; score is 0 for no name. */
const choice = { length: 0, score: 0 };
const lengths: number[] = [];

/** Thresholds in units of the model, by how much the surroundings already say. */
/** What the model must say when surname and next character make a common word. */
const WORDY = 16;

/** 小童, 老魏: a surname with the familiar 小 or 老 before and nothing behind. Returns its end, or -1. */
function familiar(scan: Scan, at: number): number {
  const { code, gap, n } = scan.text;
  const before = at > 0 ? code[at - 1]! : 0;
  if ((before !== 0x5c0f && before !== 0x8001) || gap[at]! > 0 || SURNAME_GRADE[code[at]!]! < 1) return -1;
  if (at + 1 < n && (KIND[code[at + 1]!]! & HAN) !== 0 && gap[at + 1]! === 0) return -1;
  if (at > 1 && gap[at - 1]! === 0 && (KIND[code[at - 2]!]! & (HAN | ALNUM)) !== 0 && scan.nameCueEnd !== at - 1)
    return -1;
  return found(scan, at - 1, at + 1, 51, false);
}

export const THRESHOLD = { free: -16, role: -36, doubtful: -16, label: -56, title: -40 };

export function isHanRun(code: Uint16Array, from: number, end: number): boolean {
  for (let i = from; i < end; i++) if ((KIND[code[i]!]! & HAN) === 0) return false;
  return true;
}

/** The best name beginning at `at`, of the lengths that are possible there; `choice` holds it. Returns its length or 0. */
export function bestName(scan: Scan, at: number, cue: number, only = 0): number {
  const { code, gap, n } = scan.text;
  const surname = isCompoundSurname(code[at]!, code[at + 1]!) ? 2 : 1;
  choice.length = choice.score = 0;
  if (surname === 1 && SURNAME_GRADE[code[at]!] === 0) return 0;
  lengths.length = 0;
  for (let length = surname + 1; length <= surname + 2; length++) {
    if (only > 0 && length !== only) continue;
    if (at + length > n || !isHanRun(code, at, at + length)) break;
    const given = code[at + length - 1]!;
    if (cue === CUE.NONE && (GIVEN_FIRST_LEVEL[code[at + surname]!] === 0 || GIVEN_LAST_LEVEL[given] === 0)) continue;
    if (gap[at + length - 1]! >= 2) break;
    // 何女士, 夏侯教授: what follows the surname is a title.
    if (length === surname + 2 && isTitle(scan, at + surname)) break;
    lengths.push(length);
  }
  if (lengths.length === 0) return 0;
  const observer = scan.observer;
  if (observer !== undefined) {
    choice.length = observer(at, cue, lengths);
    choice.score = choice.length > 0 ? 1e9 : -1e9;
    return choice.length;
  }
  const weights = nameWeights();
  let best = -1e9;
  for (const length of lengths) {
    features(list, code, gap, n, at, length, surname, cue);
    const value = score(weights, list);
    if (value > best) {
      best = value;
      choice.length = length;
    }
  }
  choice.score = best;
  return choice.length;
}

function isTitle(scan: Scan, at: number): boolean {
  const words = lexicon();
  const word = words.starts[scan.text.code[at]!] === 1 ? words.find(scan.text.code, at, scan.text.n) : -1;
  return word >= 0 && (words.flags[word]! & (W.TITLE | W.ROLE)) !== 0;
}

export function found(scan: Scan, from: number, end: number, priority: number, certain: boolean): number {
  emit(scan, from, end, T.NAME, priority);
  if (certain && end - from >= 2) scan.names.push({ start: from, end });
  return end;
}

export const NOBODY =
  /^(?:\u4E0D\u8BE6|\u540C\u4E0A|\u672C\u4EBA|\u81EA\u5DF1|\u672A\u77E5|\u4FDD\u5BC6|\u60A3\u8005|\u75C5\u4EBA|\u65E0|\u6682|\u540C\u524D|\u5BB6\u5C5E|\u89C1|\u7B7E|\u5DF2|\u672A|\u8BE6|\u7565|\u62D2|\u533B|\u62A4|\u4E3B|\u79D1|\u7537|\u5973|\u7236|\u6BCD|\u5B50|\u914D\u5076|\u4E00|\u4E24|\u4E8C|\u4E09|\u591A)/;

/** A name behind a label or role; `from` is where the value begins, `colon` whether it is set off like a field. Returns its end, or -1. */
export function nameAfterCue(scan: Scan, from: number, flags: number, colon: boolean): number {
  const { code, gap, n } = scan.text;
  if (from >= n || (KIND[code[from]!]! & HAN) === 0) return -1;
  const label = (flags & W.NAME_LABEL) !== 0 || colon;
  const words = lexicon();
  let bound = from + 1;
  while (bound < n && bound - from < 12 && (KIND[code[bound]!]! & HAN) !== 0 && gap[bound]! === 0) bound++;
  // 张 三: characters set apart by single blanks
  if (bound - from === 1 && gap[bound]! === 1 && (KIND[code[bound]!]! & HAN) !== 0) {
    let end = bound + 1;
    while (
      end < n &&
      end - from < 4 &&
      gap[end]! === 1 &&
      (KIND[code[end]!]! & HAN) !== 0 &&
      !(words.starts[code[end]!] === 1 && words.find(code, end, n) >= 0)
    )
      end++;
    if (gap[end]! > 0 || (KIND[code[end]!]! & HAN) === 0) bound = end;
  }
  const dotted = dottedName(scan, from);
  if (dotted > 0) return dotted;
  const surname = isCompoundSurname(code[from]!, code[from + 1]!) ? 2 : SURNAME_GRADE[code[from]!]! > 0 ? 1 : 0;
  const cue = label ? CUE.LABEL : CUE.ROLE;
  const size = bound - from;
  const word = words.starts[code[from]!] === 1 ? words.find(code, from, n) : -1;
  const isWord = word >= 0 && (words.flags[word]! & (W.STOP | W.TITLE | W.ROLE)) !== 0;
  const apart = spacedName(scan, from, true);
  if (apart > 0) return apart;
  if (size >= 4 && surname < 2 && isTranslit(code, from, bound)) {
    const whole = translit(scan, from, bound, label);
    if (whole > 0) return whole;
  }
  if (surname > 0 && !isWord) {
    const length = bestName(scan, from, cue);
    const taught = scan.observer !== undefined;
    const wordy = !colon && surname === 1 && pairLevel(code[from]!, code[from + 1]!) === 2;
    if (
      length > 0 &&
      (choice.score >
        (wordy
          ? WORDY
          : label
            ? THRESHOLD.label
            : DOUBTFUL_SURNAME[code[from]!] === 1
              ? THRESHOLD.doubtful
              : THRESHOLD.role) ||
        taught)
    ) {
      if (!taught || choice.score > 0) return found(scan, from, from + length, 57, true);
    }
    if (
      !taught &&
      (label || usual(code, from, bound, surname)) &&
      size >= surname + 1 &&
      size <= surname + 2 &&
      !NOBODY.test(textOf(code, from, bound)) &&
      (colon || (flags & (W.NAME_LABEL | W.BROAD)) === W.NAME_LABEL || pairLevel(code[from]!, code[from + 1]!) < 2)
    )
      return found(scan, from, bound, 57, true);
    // 家属鱼玄机在…: whatever the characters, when a break or a known word ends what the cue announces
    if (!taught) {
      const stop = stopAfter(scan, from, surname, bound);
      if (stop > 0) return found(scan, from, stop, 54, stop - from > 2);
    }
    // 王某, 李某某, 张XX
    const masked = maskedName(scan, from, surname);
    if (masked > 0) return masked;
  }
  if (!label || isWord) return translit(scan, from, bound, label);
  if (
    size >= 2 &&
    size <= 4 &&
    colon &&
    !NOBODY.test(textOf(code, from, bound)) &&
    pairLevel(code[from]!, code[from + 1]!) < 2 &&
    pairLevel(code[bound - 2]!, code[bound - 1]!) < 2 &&
    (flags & (W.NAME_LABEL | W.BROAD)) === W.NAME_LABEL
  )
    return scan.observer !== undefined ? -1 : found(scan, from, bound, 53, false);
  return translit(scan, from, bound, label);
}

/** The end of one or two characters of given name that a break or a word of the lexicon closes and that make no word; -1 else. */
function stopAfter(scan: Scan, from: number, surname: number, bound: number): number {
  const { code, gap, n } = scan.text;
  if (NOBODY.test(textOf(code, from, from + 3))) return -1;
  for (let end = from + surname + 1; end <= Math.min(bound, from + surname + 2); end++) {
    const closed =
      end === bound
        ? end >= n || gap[end]! > 0 || (KIND[code[end]!]! & HAN) === 0
        : lexicon().find(code, end, n) >= 0 || (lexicon().single[code[end]!]! & W.STOP) !== 0;
    if (!closed || lexicon().find(code, end - 1, n) >= 0) continue;
    if (end < bound && pairLevel(code[end - 1]!, code[end]!) === 2) continue;
    let wordy = DOUBTFUL_SURNAME[code[from]!] === 1 && surname === 1;
    for (let i = from; i + 1 < end && !wordy; i++)
      wordy =
        pairLevel(code[i]!, code[i + 1]!) > (i === from ? 0 : 1) || (lexicon().single[code[i + 1]!]! & W.STOP) !== 0;
    if (!wordy) return NOT_LAST[code[end - 1]!] === 1 ? -1 : end;
  }
  return -1;
}

/** 张 建 国: characters set apart by single blanks, as scanners leave them. Returns the end, or -1. */
function spacedName(scan: Scan, at: number, announced: boolean): number {
  const { code, gap, n } = scan.text;
  if (gap[at + 1] !== 1 || scan.observer !== undefined) return -1;
  const surname = isCompoundSurname(code[at]!, code[at + 1]!) ? 2 : 1;
  if (surname === 1 && SURNAME_GRADE[code[at]!]! < (announced ? 1 : 2)) return -1;
  let end = at + 1;
  while (
    end < n &&
    end - at < surname + 2 &&
    gap[end] === 1 &&
    code[end] !== 0x7537 &&
    code[end] !== 0x5973 &&
    (KIND[code[end]!]! & HAN) !== 0 &&
    GIVEN_LAST_LEVEL[code[end]!]! > 0
  )
    end++;
  if (end - at <= surname) return -1;
  // 张 伟 男 and 王 芳 主任: the next word is none of the name.
  const word = lexicon().find(code, end - 1, n);
  if (
    end - at > surname + 1 &&
    (word >= 0 ||
      ((lexicon().single[code[end - 1]!]! & W.STOP) !== 0 &&
        gap[end]! > 0 &&
        end - at === surname + 2 &&
        GIVEN_LAST_LEVEL[code[end - 1]!]! < 3))
  )
    end--;
  if (
    !announced &&
    (pairLevel(code[at]!, code[at + 1]!) === 2 || (end - at === 2 && gap[end] === 0 && (KIND[code[end]!]! & HAN) !== 0))
  )
    return -1;
  return found(scan, at, end, 57, announced);
}

/** Characters of a usual name, and no pair of them a common word. */
function usual(code: Uint16Array, from: number, end: number, surname: number): boolean {
  const first = code[from + surname]!;
  if (GIVEN_LAST_LEVEL[code[end - 1]!]! < 2 || GIVEN_FIRST_LEVEL[first]! < 1) return false;
  return pairLevel(code[from]!, code[from + 1]!) < 2 && pairLevel(code[end - 2]!, code[end - 1]!) < 2;
}

export function textOf(code: Uint16Array, from: number, end: number): string {
  return String.fromCharCode(...code.subarray(from, end));
}

/** 阿依古丽, 扎西次仁: three or more characters that only transliterations are made of. */
function translit(scan: Scan, from: number, bound: number, label: boolean): number {
  const { code } = scan.text;
  let end = from;
  while (end < bound && TRANSLIT[code[end]!] === 1) end++;
  const size = end - from;
  // 联系人平措索朗: the whole value is written with such characters.
  const whole = end === bound && (size >= 4 || (label && size >= 2));
  if ((size < 3 && !whole) || size > 11 || scan.observer !== undefined) return -1;
  if (!whole && pairLevel(code[from]!, code[from + 1]!) === 2) return -1;
  if (end < bound && !label && size < 4 && pairLevel(code[end - 1]!, code[end]!) === 2) return -1;
  return found(scan, from, end, 55, true);
}

/** 买买提·艾力 beginning at `from`: parts joined by middle dots. Returns the end, or -1. */
function dottedName(scan: Scan, from: number): number {
  const { code, n } = scan.text;
  let end = from;
  let dots = 0;
  let part = 0;
  while (end < n && end - from < 24) {
    const unit = code[end]!;
    if ((KIND[unit]! & HAN) !== 0) {
      if (dots > 0 && part >= 2 && stopsDotted(scan, end)) break;
      part++;
      if (part > 8) return -1;
      end++;
    } else if (unit === 0xb7 && part > 0 && (KIND[code[end + 1]!]! & HAN) !== 0) {
      dots++;
      part = 0;
      end++;
    } else break;
  }
  if (dots === 0 || part === 0) return -1;
  return found(scan, from, end, 72, true);
}

/** After the dot: whether the name ends before `at`: a word of the lexicon, a blank, or a character no such name is written with. */
function stopsDotted(scan: Scan, at: number): boolean {
  const { code, gap, n } = scan.text;
  if (gap[at]! > 0) return true;
  const words = lexicon();
  const word = words.starts[code[at]!] === 1 ? words.find(code, at, n) : -1;
  if (word >= 0 && (words.flags[word]! & (W.STOP | W.TITLE | W.ROLE)) !== 0) return true;
  return (
    TRANSLIT[code[at]!] === 0 &&
    (words.single[code[at]!] !== 0 || GIVEN_LAST_LEVEL[code[at]!]! === 0 || pairLevel(code[at]!, code[at + 1]!) === 2)
  );
}

/** A middle dot at `at` in running text: the name around it. Returns its end, or -1. */
export function nameAroundDot(scan: Scan, at: number): number {
  const { code, gap } = scan.text;
  let start = at;
  const words = lexicon();
  while (
    start > 0 &&
    at - start < 8 &&
    start > scan.taken &&
    (KIND[code[start - 1]!]! & HAN) !== 0 &&
    gap[start]! === 0
  ) {
    if (start === scan.nameCueEnd) break;
    const unit = code[start - 1]!;
    if (TRANSLIT[unit] === 0 && (at - start >= 2 || words.single[unit] !== 0) && !(at - start === 1)) break;
    start--;
  }
  if (at - start < 1 || (at - start === 1 && TRANSLIT[code[start]!] === 0)) return -1;
  const end = dottedName(scan, start);
  return end > at ? end : -1;
}

/** 王某, 李某某, 张XX, 赵** and 刘×: names somebody made half unreadable. Returns the end, or -1. */
export function maskedName(scan: Scan, from: number, surname: number): number {
  const { code } = scan.text;
  let end = from + surname;
  const unit = code[end]!;
  if (unit !== 0x67d0 && unit !== 0x2a && unit !== 0x58 && unit !== 0xd7) return -1;
  while (code[end] === unit && end - from - surname < 3) end++;
  if (unit === 0x58 && ((KIND[code[end]!]! & ALNUM) !== 0 || end - from - surname < 1)) return -1;
  if (
    unit === 0x67d0 &&
    end === from + surname + 1 &&
    GIVEN_LAST_LEVEL[code[end]!]! === 3 &&
    pairLevel(code[end]!, code[end + 1]!) === 0
  )
    end++;
  if (unit !== 0x67d0 && end === from + surname + 1 && (KIND[code[end]!]! & HAN) !== 0 && stopsName(scan, end + 1))
    end++;
  return found(scan, from, end, 56, false);
}

/** Whether nothing that belongs to a name stands at `at`. */
function stopsName(scan: Scan, at: number): boolean {
  const { code, gap, n } = scan.text;
  if (at >= n || gap[at]! > 0 || (KIND[code[at]!]! & HAN) === 0) return true;
  return lexicon().find(code, at, n) >= 0 || lexicon().single[code[at]!] !== 0;
}

/** 宣教护士, 审核医师: a word of the lexicon, not a name. */
function isWholeWord(scan: Scan, at: number, length: number): boolean {
  const words = lexicon();
  const word = words.find(scan.text.code, at, scan.text.n);
  return (
    word >= 0 && words.length[word] === length && (words.flags[word]! & W.STOP) !== 0 && scan.observer === undefined
  );
}

/** A name before the title that begins at `title`. Returns its start, or -1. */
export function nameBeforeTitle(scan: Scan, title: number): number {
  const { code, gap } = scan.text;
  if (title === 0 || gap[title]! === 3 || (KIND[code[title - 1]!]! & HAN) === 0) return -1;
  let best = 0;
  let bestScore = -1e9;
  for (let length = 2; length <= 4; length++) {
    const at = title - length;
    if (at < 0 || at < scan.taken) break;
    if (gap[at + length - 1]! >= 2) break;
    const compound = isCompoundSurname(code[at]!, code[at + 1]!);
    if (length === 4 ? !compound : SURNAME_GRADE[code[at]!] === 0 && !compound) continue;
    const wordy = !compound && pairLevel(code[at]!, code[at + 1]!) === 2 && at !== scan.nameCueEnd;
    // 庄严主治医师查房 at the beginning of a line
    const opens = at === 0 || gap[at]! > 0 || (KIND[code[at - 1]!]! & HAN) === 0;
    if (wordy && (!opens || scan.observer !== undefined)) continue;
    const got = bestName(scan, at, at === scan.nameCueEnd ? CUE.ROLE : CUE.NONE, length);
    if (
      got === length &&
      choice.score > (wordy ? Math.max(bestScore, WORDY) : bestScore) &&
      !isWholeWord(scan, at, length)
    ) {
      best = length;
      bestScore = choice.score;
    }
  }
  const taught = scan.observer !== undefined;
  if (best > 0 && bestScore > (taught ? 0 : THRESHOLD.title)) {
    found(scan, title - best, title, 57, true);
    return title - best;
  }
  if (taught) return -1;
  // The surname alone: 张主任, 欧阳护士长, 小李护士
  for (const size of [2, 1]) {
    const at = title - size;
    if (at < 0 || at < scan.taken) continue;
    if (size === 2 ? !isCompoundSurname(code[at]!, code[at + 1]!) : SURNAME_GRADE[code[at]!] === 0) continue;
    if (NEVER_ALONE[code[at]!] === 1 && size === 1) continue;
    const before = at > 0 ? code[at - 1]! : 0;
    const open = at === 0 || gap[at]! > 0 || (KIND[before]! & HAN) === 0 || at === scan.nameCueEnd || at === scan.taken;
    if (!open && SURNAME_ONLY_BEFORE[before] !== 1) {
      // In the middle of a sentence: the character before must not make a word with the surname.
      if (
        size === 1 &&
        (DOUBTFUL_SURNAME[code[at]!] === 1 || SURNAME_GRADE[code[at]!]! < 2 || pairLevel(before, code[at]!) > 0)
      )
        continue;
    }
    if (size === 1 && (code[at] === 0x5411 || code[at] === 0x4e8e) && REPORTS.test(textOf(code, title, title + 8)))
      continue;
    // 老师 is itself a title.
    if (before === 0x8001 && code[at] === 0x5e08) continue;
    const start = before === 0x5c0f || before === 0x8001 ? at - 1 : at;
    found(scan, start, title, 54, false);
    return start;
  }
  return -1;
}

/** A name in running text with nothing to announce it. Returns its end, or -1. */
export function nameInText(scan: Scan, at: number): number {
  const { code, gap, n } = scan.text;
  const unit = code[at]!;
  const next = code[at + 1]!;
  if (at + 1 >= n || (KIND[next]! & HAN) === 0 || gap[at + 1]! >= 2) {
    const called = scan.observer !== undefined ? -1 : familiar(scan, at);
    if (called > 0) return called;
    return (next === 0x2a && code[at + 2] === 0x2a) || (next === 0x58 && code[at + 2] === 0x58)
      ? maskedName(scan, at, 1)
      : -1;
  }
  if (gap[at + 1] === 1) {
    const apart = spacedName(scan, at, false);
    if (apart > 0) return apart;
  }
  const before = at > 0 && gap[at] === 0 ? code[at - 1]! : 0;
  const announced = scan.observer === undefined && isAnnounced(code, gap, at);
  const inside = (KIND[before]! & HAN) !== 0 && !announced;
  const grade = SURNAME_GRADE[unit]!;
  const compound = isCompoundSurname(unit, next);
  if (!compound) {
    // The cheapest refusals first: most characters that may be surnames are not.
    if (grade === 0 || (grade === 1 && inside && at !== scan.nameCueEnd)) return -1;
    if (next === 0x67d0) return inside && pairLevel(before, unit) === 2 ? -1 : maskedName(scan, at, 1);
    if (GIVEN_FIRST_LEVEL[next]! < 1 && GIVEN_LAST_LEVEL[next]! < 1) return -1;
    if (pairLevel(unit, next) === 2 && !announced && !(gap[at]! >= 2 || at === 0)) return -1;
    if (inside && pairLevel(before, unit) === 2) return -1;
  }
  const words = lexicon();
  const word = words.starts[unit] === 1 ? words.find(code, at, n) : -1;
  if (word >= 0 && (words.flags[word]! & (W.STOP | W.REGION)) !== 0) return -1;
  const length = bestName(scan, at, announced ? CUE.ROLE : CUE.NONE);
  if (length === 0) return -1;
  if (scan.observer === undefined && !announced && isThing(code, gap, n, at, at + length)) return -1;
  if (announced) {
    return choice.score > (pairLevel(unit, next) === 2 && !compound ? WORDY : THRESHOLD.role)
      ? found(scan, at, at + length, 52, true)
      : -1;
  }
  // \u9AD8\u5174\u65F6, \u767D\u4E91\u6837: a word and something behind it
  if (scan.observer === undefined && !compound && length === 3 && pairLevel(unit, next) === 2) return -1;
  const wordy = !compound && pairLevel(unit, next) === 2;
  if (choice.score <= (scan.observer !== undefined ? 0 : wordy ? WORDY : THRESHOLD.free)) {
    const alone = scan.observer !== undefined ? 0 : standsAlone(scan, at, inside, compound ? 2 : 1);
    return alone > 0 ? found(scan, at, at + alone, 51, false) : -1;
  }
  return found(scan, at, at + length, 51, choice.score > 24);
}

/** Two or three characters between punctuation or blanks that make a usual name and no word: its length, or 0. */
function standsAlone(scan: Scan, at: number, inside: boolean, surname: number): number {
  const { code, gap, n } = scan.text;
  if (inside) return 0;
  let end = at + 1;
  while (end < n && end - at < 6 && (KIND[code[end]!]! & HAN) !== 0 && gap[end] === 0) end++;
  const given = end - at - surname;
  if (given < 1 || given > 2) return 0;
  if (surname === 1 && (SURNAME_GRADE[code[at]!]! < 2 || DOUBTFUL_SURNAME[code[at]!] === 1)) return 0;
  const first = code[at + surname]!;
  if (GIVEN_LAST_LEVEL[code[end - 1]!]! < 3 || (given === 2 && GIVEN_FIRST_LEVEL[first]! < 2)) return 0;
  return pairLevel(code[at]!, first) === 0 && (given === 1 || pairLevel(first, code[end - 1]!) < 2) ? end - at : 0;
}

/** The next name of a list (张三、李四) that begins at `at`. Returns its end, or -1. */
export function nameInList(scan: Scan, at: number): number {
  const { code } = scan.text;
  if (SURNAME_GRADE[code[at]!] === 0 && !isCompoundSurname(code[at]!, code[at + 1]!)) return -1;
  const words = lexicon();
  const word = scan.observer !== undefined ? -1 : words.find(code, at, scan.text.n);
  if (word >= 0 && (words.flags[word]! & (W.STOP | W.TITLE | W.ROLE)) !== 0) return -1;
  const length = bestName(scan, at, CUE.LIST);
  if (length === 0 || choice.score <= (scan.observer !== undefined ? 0 : THRESHOLD.role)) return -1;
  return found(scan, at, at + length, 56, true);
}
