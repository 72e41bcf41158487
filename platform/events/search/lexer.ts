import type { ValueTest, WildPart } from './ast.ts';
import { SYNTAX_TEXTS, syntaxError } from './errors.ts';

/** What an input method types for the same sign: full-width colon, parentheses, quotes, comparison signs, space. */
const COLON = /[:\uFF1A]/;
const OPEN = /[(\uFF08]/;
const CLOSE = /[)\uFF09]/;
const SPACE = /[\s\u3000]/;
const QUOTES: Readonly<Record<string, string>> = { '"': '"', '\u201C': '\u201D', '\u201D': '\u201D' };
/** Signs that a backslash makes ordinary in a bare word; before anything else a backslash is itself (`CORP\alice`). */
const ESCAPABLE = /[\\"*?():\uFF08\uFF09\uFF1A\u201C\u201D\s[\]{}<>≥≤]/;
const FIELD_NAME = /^[A-Za-z_@][\w.@-]*$/;

export const AND_WORDS = new Set(['AND', '&&', '并且', '且', '与']);
export const OR_WORDS = new Set(['OR', '||', '或', '或者']);
export const NOT_WORDS = new Set(['NOT', '!', '非', '不是']);

/** A place in the query text. */
export interface Cursor {
  readonly text: string;
  at: number;
}

export function skipSpace(cursor: Cursor): void {
  while (cursor.at < cursor.text.length && SPACE.test(char(cursor))) cursor.at += 1;
}

export function atEnd(cursor: Cursor): boolean {
  return cursor.at >= cursor.text.length;
}

export const atOpen = (cursor: Cursor): boolean => OPEN.test(char(cursor));
export const atClose = (cursor: Cursor): boolean => CLOSE.test(char(cursor));
export const atColon = (cursor: Cursor): boolean => COLON.test(char(cursor));
export const atQuote = (cursor: Cursor): boolean => QUOTES[char(cursor)] !== undefined;

function char(cursor: Cursor): string {
  return cursor.text[cursor.at] ?? '';
}

/** The bare text up to a space or parenthesis, without moving; for operators. */
export function peekWord(cursor: Cursor): string {
  let end = cursor.at;
  while (end < cursor.text.length && !isBoundary(cursor.text[end] ?? '')) end += 1;
  return cursor.text.slice(cursor.at, end);
}

function isBoundary(sign: string): boolean {
  return SPACE.test(sign) || OPEN.test(sign) || CLOSE.test(sign) || QUOTES[sign] !== undefined;
}

/** `name:` at the cursor: moves behind the colon and returns the name; undefined when no field stands here. */
export function readField(cursor: Cursor): string | undefined {
  const rest = cursor.text.slice(cursor.at, cursor.at + 200);
  const colon = rest.search(COLON);
  if (colon <= 0) return undefined;
  const name = rest.slice(0, colon);
  if (!FIELD_NAME.test(name)) return undefined;
  const after = rest.slice(colon + 1);
  // `http://…` and `C:\…` are text; everything after a colon that is not one of these is a value.
  if (after.startsWith('//')) return undefined;
  if (name.length === 1 && after[0] === '\\' && !ESCAPABLE.test(after[1] ?? '')) return undefined;
  cursor.at += colon + 1;
  return name;
}

export function readQuoted(cursor: Cursor): ValueTest {
  const start = cursor.at;
  const close = QUOTES[char(cursor)] ?? '"';
  cursor.at += 1;
  let value = '';
  while (!atEnd(cursor)) {
    const sign = char(cursor);
    const next = cursor.text[cursor.at + 1] ?? '';
    if (sign === '\\' && (next === '"' || next === '\\' || next === close)) {
      value += next;
      cursor.at += 2;
    } else if (sign === close) {
      cursor.at += 1;
      return { kind: 'value', value, quoted: true };
    } else {
      value += sign;
      cursor.at += 1;
    }
  }
  throw syntaxError(start, SYNTAX_TEXTS.unclosedQuote);
}

/** A word up to a space, parenthesis or quote; `*` and `?` not behind a backslash are wildcards. */
export function readBare(cursor: Cursor, stop?: (sign: string) => boolean): ValueTest {
  const parts: WildPart[] = [];
  let text = '';
  const flush = (): void => {
    if (text !== '') parts.push({ text });
    text = '';
  };
  while (!atEnd(cursor)) {
    const sign = char(cursor);
    const next = cursor.text[cursor.at + 1] ?? '';
    if (sign === '\\' && next !== '' && ESCAPABLE.test(next)) {
      text += next;
      cursor.at += 2;
      continue;
    }
    if (isBoundary(sign) || stop?.(sign) === true) break;
    if (sign === '*' || sign === '?') {
      flush();
      const wild = sign === '*' ? 'any' : 'one';
      if (wild === 'one' || parts.at(-1) !== 'any') parts.push(wild);
    } else text += sign;
    cursor.at += 1;
  }
  if (parts.length === 0) return { kind: 'value', value: text, quoted: false };
  flush();
  return { kind: 'wildcard', parts };
}
