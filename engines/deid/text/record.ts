import { lexicon } from './lexicon/lexicon.ts';
import { W } from './lexicon/flags.ts';
import { readingOf } from './names/pinyin.ts';
import { isCompoundSurname, SURNAME_GRADE } from './names/surnames.ts';
import { FOLD, KIND, type Folded } from './normalize.ts';
import type { Found } from './scan.ts';
import { T, type KnownRecord } from './types.ts';
import { pairLevel } from './names/pairs.ts';

/** A value known from the record and the type to report for it. */
interface Known {
  readonly value: string;
  readonly type: number;
}

const MAX_VALUES = 400;

/** Names, numbers and addresses in a record of any shape; keys may be Chinese, English or pinyin. */
export function knownValues(record: KnownRecord): readonly Known[] {
  const found: Known[] = [];
  const visit = (value: unknown, key: string, depth: number): void => {
    if (found.length >= MAX_VALUES || depth > 8) return;
    if (typeof value === 'string' || typeof value === 'number') {
      const text = String(value).trim();
      const type = typeOf(key, text);
      if (type >= 0) found.push({ value: text, type });
    } else if (Array.isArray(value)) for (const item of value) visit(item, key, depth + 1);
    else if (typeof value === 'object' && value !== null)
      for (const [name, item] of Object.entries(value))
        visit(item, isGeneric(name) ? `${key}.${name}` : name, depth + 1);
  };
  visit(record, '', 0);
  return found;
}

/** Keys like `value` or `text` say nothing themselves: the key above them counts. */
const isGeneric = (key: string): boolean =>
  /^(?:value|text|code|display|content|data|no|number|id|\u503C|\u53F7)$/i.test(key);

function typeOf(key: string, value: string): number {
  if (value.length < 2 || value.length > 120) return -1;
  const last =
    key
      .split('.')
      .filter((part) => !isGeneric(part))
      .at(-1) ?? key;
  const words = lexicon();
  const units = Uint16Array.from(last, (char) => char.charCodeAt(0));
  let flags = 0;
  let type = -1;
  const latin = words.latin(last);
  if (latin !== undefined) ({ flags, type } = latin);
  else
    for (let at = 0; at < units.length; at++) {
      const word = words.find(units, at, units.length);
      if (word < 0) continue;
      flags |= words.flags[word]!;
      if ((words.flags[word]! & W.NUMBER) !== 0) type = words.type[word]!;
      at += words.length[word]! - 1;
    }
  const han = /^[\u3400-\u9FFF\u00B7\u2022\u30FB\s]+$/.test(value);
  if (
    /name|xm$|\u59D3\u540D|\u540D\u5B57/i.test(last) &&
    !/user|file|host|dept|ward|drug|item|hospital|\u79D1|\u836F/i.test(last) &&
    !/\d/.test(value)
  )
    return T.NAME;
  if ((flags & W.NAME_LABEL) !== 0 && !/\d/.test(value) && value.length <= 40) return T.NAME;
  if (
    (flags & (W.ROLE | W.TITLE)) !== 0 &&
    han &&
    value.length <= 4 &&
    (SURNAME_GRADE[value.charCodeAt(0)]! > 0 || isCompoundSurname(value.charCodeAt(0), value.charCodeAt(1)))
  )
    return T.NAME;
  const digits = value.replace(/\D/g, '').length;
  if ((flags & W.NUMBER) !== 0 && type >= 0 && (digits >= 4 || type === T.EMAIL)) return type;
  if ((flags & W.ADDRESS) !== 0 && value.length >= 5) return T.ADDRESS;
  if ((flags & W.ORG_LABEL) !== 0 && value.length >= 4) return T.ORG;
  if (/id$|no$|num(?:ber)?$|code$|\u53F7$/i.test(last) && digits >= 6) return T.MRN;
  return -1;
}

/** Where the known values stand in the text, in all the forms people write them; offsets in the source. */
export function findKnown(text: Folded, known: readonly Known[]): Found[] {
  if (known.length === 0) return [];
  const flat = foldedString(text);
  const found: Found[] = [];
  const put = (at: number, length: number, type: number, priority: number): void => {
    found.push({ start: text.pos[at]!, end: text.pos[at + length - 1]! + 1, type, priority });
  };
  const literal = (needle: string, type: number, priority: number, whole: boolean): void => {
    if (needle.length < 2) return;
    for (let at = flat.indexOf(needle); at >= 0; at = flat.indexOf(needle, at + needle.length)) {
      if (whole && (isWordUnit(flat.charCodeAt(at - 1)) || isWordUnit(flat.charCodeAt(at + needle.length)))) continue;
      put(at, needle.length, type, priority);
    }
  };
  const lowered = flat.toLowerCase();
  for (const { value, type } of known) {
    const folded = fold(value);
    if (type === T.NAME) nameForms(folded, flat, lowered, literal, put);
    else {
      literal(folded, type, 96, /^[\x20-\x7E]+$/.test(folded));
      if (folded.replace(/\D/g, '').length >= 5) spacedForms(folded, flat, type, put);
    }
  }
  return found;
}

const isWordUnit = (unit: number): boolean => (KIND[unit] ?? 0) !== 0 && (KIND[unit]! & 3) !== 0;

function foldedString(text: Folded): string {
  let out = '';
  for (let at = 0; at < text.n; at += 8192)
    out += String.fromCharCode(...text.code.subarray(at, Math.min(text.n, at + 8192)));
  return out;
}

function fold(value: string): string {
  let out = '';
  for (let i = 0; i < value.length; i++) {
    const unit = FOLD[value.charCodeAt(i)]!;
    if (unit < 0xfffe) out += String.fromCharCode(unit);
  }
  return out.replace(/([\u3400-\u9FFF])\s+(?=[\u3400-\u9FFF])/g, '$1').trim();
}

/** Digits of a known number with blanks, hyphens or dots between them. */
function spacedForms(
  value: string,
  flat: string,
  type: number,
  put: (at: number, length: number, type: number, priority: number) => void,
): void {
  const digits = value.replace(/[^0-9A-Za-z]/g, '');
  if (digits.length < 5 || digits.length > 32) return;
  const pattern = new RegExp(`(?<![0-9A-Za-z])${Array.from(digits).join('[ \\-._/\\n]{0,2}')}(?![0-9A-Za-z])`, 'gi');
  for (const match of flat.matchAll(pattern)) put(match.index, match[0].length, type, 96);
}

function nameForms(
  name: string,
  flat: string,
  lowered: string,
  literal: (needle: string, type: number, priority: number, whole: boolean) => void,
  put: (at: number, length: number, type: number, priority: number) => void,
): void {
  if (!/^[\u3400-\u9FFF]/.test(name)) {
    const lower = name.toLowerCase();
    for (let at = lowered.indexOf(lower); at >= 0 && lower.length > 2; at = lowered.indexOf(lower, at + lower.length))
      if (!isWordUnit(flat.charCodeAt(at - 1)) && !isWordUnit(flat.charCodeAt(at + lower.length)))
        put(at, lower.length, T.NAME, 97);
    return;
  }
  literal(name, T.NAME, 97, false);
  for (const part of name.split('\u00B7')) if (part.length >= 2 && part !== name) literal(part, T.NAME, 80, false);
  if (name.includes('\u00B7')) {
    literal(name.replaceAll('\u00B7', ''), T.NAME, 97, false);
    return;
  }
  if (name.length > 4) return;
  const compound = isCompoundSurname(name.charCodeAt(0), name.charCodeAt(1));
  const surname = name.slice(0, compound ? 2 : 1);
  const given = name.slice(surname.length);
  if (given.length === 0) return;
  // 建国 alone, unless it is a word; 王某 and 王** for the patient
  if (given.length === 2) {
    if (pairLevel(given.charCodeAt(0), given.charCodeAt(1)) < 2) literal(given, T.NAME, 78, false);
    else
      for (let at = flat.indexOf(given); at >= 0; at = flat.indexOf(given, at + 2))
        if ((KIND[flat.charCodeAt(at - 1)] ?? 0) === 0) put(at, 2, T.NAME, 78);
  }
  const pinyinSurname =
    readingOf(surname, true) ||
    Array.from(surname)
      .map((char) => readingOf(char))
      .join('');
  const syllables = Array.from(given).map((char) => readingOf(char));
  if (pinyinSurname === '' || syllables.some((each) => each === '')) return;
  const joined = syllables.join('');
  const all = [pinyinSurname, ...syllables];
  const forms = [
    all.join(''),
    `${pinyinSurname} ${joined}`,
    `${joined} ${pinyinSurname}`,
    `${joined}${pinyinSurname}`,
    all.join(' '),
    `${pinyinSurname}, ${joined}`,
    all.join('-'),
    `${pinyinSurname} ${syllables.join('-')}`,
    `${pinyinSurname}_${joined}`,
    `${pinyinSurname}.${joined}`,
    `${pinyinSurname}^${joined}`,
  ];
  for (const form of new Set(forms.flatMap((form) => [form, form.replaceAll('lv', 'lu')]))) {
    if (form.length < 4) continue;
    for (let at = lowered.indexOf(form); at >= 0; at = lowered.indexOf(form, at + form.length))
      if (!isWordUnit(flat.charCodeAt(at - 1)) && !isWordUnit(flat.charCodeAt(at + form.length)))
        put(at, form.length, T.NAME, 94);
  }
  // Initials in capitals: ZJG, Z.J.G., only where two or three capitals stand alone
  const initials = all.map((each) => each.charAt(0).toUpperCase());
  if (initials.length < 3) return;
  const pattern = new RegExp(`(?<![0-9A-Za-z.])${initials.join('\\.? ?')}(?![0-9A-Za-z])`, 'g');
  for (const match of flat.matchAll(pattern)) put(match.index, match[0].length, T.NAME, 77);
}
