/** How a device writes its pairs. */
export interface PairStyle {
  /** Between key and value; `=` by default. */
  readonly assign?: string;
  /** Between pairs; one space by default. A pair list separated by `,` or `;` may have spaces after the mark. */
  readonly separator?: string;
  /** Where to begin. */
  readonly from?: number;
  /** Unquoted values run on to the next `key=` (CEF extensions). */
  readonly greedy?: boolean;
  /** Backslash escapes inside quoted values; on by default. */
  readonly escapes?: boolean;
}

/** What {@link scanPairs} hands over; return false to stop. */
export type PairSink = (key: string, value: string) => void;

function isKeyCode(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 48 && code <= 57) ||
    code === 95 ||
    code === 45 ||
    code === 46 ||
    code > 127
  );
}

/**
 * Reads `key=value key="quoted value"` pairs in one pass and hands each to `sink`. Words without `=` are collected and
 * returned, so nothing is lost. Linear in the length of the text.
 * @example
 * ```ts
 * import { scanPairs } from './key-value.ts';
 * const pairs = new Map<string, string>();
 * scanPairs('srcip=10.0.0.1 msg="a b" tail', (key, value) => void pairs.set(key, value)); // 'tail'
 * ```
 */
export function scanPairs(text: string, sink: PairSink, style: PairStyle = {}): string {
  const assign = (style.assign ?? '=').charCodeAt(0);
  const separator = (style.separator ?? ' ').charCodeAt(0);
  const escapes = style.escapes ?? true;
  const length = text.length;
  let rest = '';
  let i = style.from ?? 0;
  while (i < length) {
    const code = text.charCodeAt(i);
    if (code === 32 || code === separator || code === 9 || code === 10 || code === 13) {
      i++;
      continue;
    }
    let end = i;
    while (end < length && isKeyCode(text.charCodeAt(end))) end++;
    if (end === i || text.charCodeAt(end) !== assign) {
      const stop = wordEnd(text, end === i ? i + 1 : end, separator);
      rest += (rest === '' ? '' : ' ') + text.slice(i, stop);
      i = stop;
      continue;
    }
    const key = text.slice(i, end);
    i = end + 1;
    if (separator !== 32) while (text.charCodeAt(i) === 32) i++;
    const quote = text.charCodeAt(i);
    if (quote === 34 || quote === 39) {
      const close = closingQuote(text, i + 1, quote, escapes);
      if (close >= 0) {
        sink(key, unescapeQuoted(text, i + 1, close, escapes));
        i = close + 1;
        continue;
      }
    }
    const stop = wordEnd(text, i, separator);
    sink(key, text.slice(i, separator === 32 ? stop : trimmedEnd(text, i, stop)));
    i = stop;
  }
  return rest;
}

function wordEnd(text: string, from: number, separator: number): number {
  let i = from;
  for (; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === separator || code === 10 || (separator === 32 && code === 9)) break;
  }
  return i;
}

function trimmedEnd(text: string, from: number, to: number): number {
  let end = to;
  while (end > from && text.charCodeAt(end - 1) === 32) end--;
  return end;
}

function closingQuote(text: string, from: number, quote: number, escapes: boolean): number {
  const mark = quote === 34 ? '"' : "'";
  let at = text.indexOf(mark, from);
  if (!escapes) return at;
  while (at >= 0) {
    let slashes = 0;
    while (at - slashes - 1 >= from && text.charCodeAt(at - slashes - 1) === 92) slashes++;
    if (slashes % 2 === 0) return at;
    at = text.indexOf(mark, at + 1);
  }
  return -1;
}

function unescapeQuoted(text: string, from: number, to: number, escapes: boolean): string {
  const raw = text.slice(from, to);
  if (!escapes || raw.indexOf('\\') < 0) return raw;
  return unescapeText(raw);
}

/**
 * Resolves `\"`, `\\`, `\n`, `\t`, `\r`, `\=` and `\|`; other backslashes stay (Windows paths).
 * @example
 * ```ts
 * import { unescapeText } from './key-value.ts';
 * unescapeText('a\\=b'); // 'a=b'
 * ```
 */
export function unescapeText(raw: string): string {
  let at = raw.indexOf('\\');
  if (at < 0) return raw;
  let out = '';
  let last = 0;
  while (at >= 0 && at + 1 < raw.length) {
    const next = raw.charCodeAt(at + 1);
    let text: string | undefined;
    if (next === 34 || next === 92 || next === 61 || next === 124 || next === 39) text = raw[at + 1];
    else if (next === 110) text = '\n';
    else if (next === 116) text = '\t';
    else if (next === 114) text = '\r';
    if (text !== undefined) {
      out += raw.slice(last, at) + text;
      last = at + 2;
    }
    at = raw.indexOf('\\', at + 2);
  }
  return last === 0 ? raw : out + raw.slice(last);
}

/**
 * All pairs of a text as a map; the first value of a repeated key stays.
 * @example
 * ```ts
 * import { readPairs } from './key-value.ts';
 * readPairs('a=1 b="2 3"').get('b'); // '2 3'
 * ```
 */
export function readPairs(text: string, style?: PairStyle): Map<string, string> {
  const pairs = new Map<string, string>();
  scanPairs(
    text,
    (key, value) => {
      if (!pairs.has(key)) pairs.set(key, value);
    },
    style,
  );
  return pairs;
}
