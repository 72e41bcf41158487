/**
 * One CSV record (RFC 4180): quoted fields may hold the separator, line breaks and doubled quotes. Never fails: an
 * unclosed quote takes the rest.
 * @example
 * ```ts
 * import { splitCsv } from './csv.ts';
 * splitCsv('a,"b,c",d'); // ['a', 'b,c', 'd']
 * ```
 */
export function splitCsv(text: string, separator = ',', from = 0): string[] {
  const out: string[] = [];
  const mark = separator.charCodeAt(0);
  let i = from;
  for (;;) {
    if (text.charCodeAt(i) === 34) {
      let value = '';
      let start = i + 1;
      let close = text.indexOf('"', start);
      while (close >= 0 && text.charCodeAt(close + 1) === 34) {
        value += text.slice(start, close + 1);
        start = close + 2;
        close = text.indexOf('"', start);
      }
      if (close < 0) {
        out.push(value + text.slice(start));
        return out;
      }
      value += text.slice(start, close);
      i = close + 1;
      if (i < text.length && text.charCodeAt(i) !== mark) {
        const next = text.indexOf(separator, i);
        value += text.slice(i, next < 0 ? text.length : next);
        i = next < 0 ? text.length : next;
      }
      out.push(value);
    } else {
      const next = text.indexOf(separator, i);
      if (next < 0) {
        out.push(text.slice(i));
        return out;
      }
      out.push(text.slice(i, next));
      i = next;
    }
    if (i >= text.length) return out;
    i++;
  }
}

/**
 * Words separated by single spaces, `"quoted"` and `[bracketed]` groups kept whole and without their marks.
 * @example
 * ```ts
 * import { splitWords } from './csv.ts';
 * splitWords('a "b c" [d e]'); // ['a', 'b c', 'd e']
 * ```
 */
export function splitWords(text: string, from = 0, limit = 200): string[] {
  const out: string[] = [];
  let i = from;
  const length = text.length;
  while (i < length && out.length < limit) {
    const code = text.charCodeAt(i);
    if (code === 32) {
      i++;
      continue;
    }
    if (code === 34 || code === 91) {
      const close = code === 34 ? quoteEnd(text, i + 1) : text.indexOf(']', i + 1);
      if (close >= 0) {
        out.push(text.slice(i + 1, close));
        i = close + 1;
        continue;
      }
    }
    const next = text.indexOf(' ', i);
    const end = next < 0 ? length : next;
    out.push(text.slice(i, end));
    i = end;
  }
  return out;
}

/** Index of the closing double quote at or after `from`, backslash escapes skipped, or -1. */
export function quoteEnd(text: string, from: number): number {
  let at = text.indexOf('"', from);
  while (at > from && text.charCodeAt(at - 1) === 92) {
    let slashes = 1;
    while (at - slashes - 1 >= from && text.charCodeAt(at - slashes - 1) === 92) slashes++;
    if (slashes % 2 === 0) break;
    at = text.indexOf('"', at + 1);
  }
  return at;
}
