import { lexicon } from '../lexicon/lexicon.ts';
import { W } from '../lexicon/flags.ts';
import { DIGIT, HAN, KIND } from '../normalize.ts';
import { type Scan } from '../scan.ts';
import { found, isHanRun, NOBODY, textOf } from './find-names.ts';
import { pairLevel } from './pairs.ts';
import { DOUBTFUL_SURNAME, isCompoundSurname, SURNAME_GRADE } from './surnames.ts';
import { NOT_LAST } from './surroundings.ts';

/**
 * 舒淇|女|46, 花木兰 女 25岁, 洪秀全男: what stands between two breaks before the sex is a name. `at` is 男 or 女. Returns `at` + 1
 * when a name was found, or -1.
 */
export function nameBeforeSex(scan: Scan, at: number): number {
  const { code, gap, n } = scan.text;
  if (scan.observer !== undefined) return -1;
  const next = code[at + 1]!;
  if (at + 1 < n && (KIND[next]! & HAN) !== 0 && gap[at + 1]! === 0 && next !== 0x6027) return -1;
  let end = at;
  while (end > 0 && at - end < 3 && SEPARATES[code[end - 1]!] === 1) end--;
  let start = end;
  while (start > 0 && end - start < 5 && (KIND[code[start - 1]!]! & HAN) !== 0 && (start === end || gap[start]! === 0))
    start--;
  const size = end - start;
  const apart = end < at || gap[at]! > 0;
  if (size < 2 || size > 4 || start < scan.taken || (!apart && (KIND[next]! & DIGIT) === 0)) return -1;
  const compound = isCompoundSurname(code[start]!, code[start + 1]!);
  if (!compound && (SURNAME_GRADE[code[start]!] === 0 || size > 3)) return -1;
  if (NOT_LAST[code[end - 1]!] === 1 || NOBODY.test(textOf(code, start, end))) return -1;
  const words = lexicon();
  const word = words.find(code, start, n);
  if (word >= 0 && (words.flags[word]! & ~W.REGION) !== 0) return -1;
  // 高血压 男: a word is none, unless the sex is set off like a field.
  if (!compound && pairLevel(code[start]!, code[start + 1]!) === 2 && code[end] !== 0x7c && code[end] !== 0x2c)
    return -1;
  found(scan, start, end, 52, true);
  return at + 1;
}
/** What belongs to a person behind 的: 边伯贤的片子, 佘赛花的检验单. */
const BELONGS =
  /^(?:病历|病案|片子|检验单|检查单|化验单|报告|家属|家长|妈妈|爸爸|母亲|父亲|手机|电话|床位|身份证|出院|住院|医保卡|账号|处方|药)/;

/** The name that ends before 的 at `at`. Returns its end, or -1. */
export function nameBeforeOf(scan: Scan, at: number): number {
  const { code, gap, n } = scan.text;
  if (scan.observer !== undefined || !BELONGS.test(textOf(code, at + 1, Math.min(n, at + 5)))) return -1;
  for (const length of [3, 2]) {
    const start = at - length;
    if (start < scan.taken || gap[start + 1]! >= 2 || gap[at]! > 0) continue;
    if (SURNAME_GRADE[code[start]!]! < 1 || DOUBTFUL_SURNAME[code[start]!] === 1) continue;
    if (!isHanRun(code, start, at) || NOT_LAST[code[at - 1]!] === 1 || lexicon().find(code, start, n) >= 0) continue;
    if (lexicon().find(code, at - 2, n) >= 0 || pairLevel(code[start]!, code[start + 1]!) > 0) continue;
    if (length === 3 && pairLevel(code[at - 2]!, code[at - 1]!) === 2) continue;
    const before = start > 0 && gap[start]! === 0 ? code[start - 1]! : 0;
    if ((KIND[before]! & HAN) !== 0 && pairLevel(before, code[start]!) === 2) continue;
    return found(scan, start, at, 51, length > 2);
  }
  return -1;
}

const SEPARATES = new Uint8Array(65536);
for (const char of ' ,/|;、\t"\n') SEPARATES[char.charCodeAt(0)] = 1;
