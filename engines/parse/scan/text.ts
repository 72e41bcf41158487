/**
 * The run of ASCII digits at `pos` as a number, or -1 when there is none.
 * @example
 * ```ts
 * import { digitsAt } from './text.ts';
 * digitsAt('port 22', 5, 7); // 22
 * ```
 */
export function digitsAt(text: string, pos: number, end: number): number {
  let value = 0;
  let i = pos;
  for (; i < end; i++) {
    const code = text.charCodeAt(i) - 48;
    if (code < 0 || code > 9) break;
    value = value * 10 + code;
  }
  return i === pos ? -1 : value;
}

/**
 * A decimal number in the whole of `text`, or undefined; a leading minus and one dot are allowed, nothing else is.
 * @example
 * ```ts
 * import { toNumber } from './text.ts';
 * toNumber('0.25'); // 0.25
 * toNumber('12 ms'); // undefined
 * ```
 */
export function toNumber(text: string): number | undefined {
  const length = text.length;
  if (length === 0 || length > 24) return undefined;
  let dots = 0;
  let digits = 0;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 48 && code <= 57) digits++;
    else if (code === 46 && dots === 0) dots++;
    else if (code !== 45 || i !== 0) return undefined;
  }
  return digits === 0 ? undefined : Number(text);
}

/**
 * A whole number in the whole of `text`, or undefined when it is none or too large to be exact.
 * @example
 * ```ts
 * import { toInteger } from './text.ts';
 * toInteger('443'); // 443
 * toInteger('4x'); // undefined
 * ```
 */
export function toInteger(text: string): number | undefined {
  const length = text.length;
  if (length === 0 || length > 16) return undefined;
  const negative = text.charCodeAt(0) === 45;
  let value = 0;
  for (let i = negative ? 1 : 0; i < length; i++) {
    const code = text.charCodeAt(i) - 48;
    if (code < 0 || code > 9) return undefined;
    value = value * 10 + code;
  }
  if (negative && length === 1) return undefined;
  return value > Number.MAX_SAFE_INTEGER ? undefined : negative ? -value : value;
}

/**
 * The text between two marks, or undefined when either is absent.
 * @example
 * ```ts
 * import { between } from './text.ts';
 * between('user <alice>', '<', '>'); // 'alice'
 * ```
 */
export function between(text: string, open: string, close: string, from = 0): string | undefined {
  const start = text.indexOf(open, from);
  if (start < 0) return undefined;
  const end = text.indexOf(close, start + open.length);
  return end < 0 ? undefined : text.slice(start + open.length, end);
}

/**
 * The text from `mark` to the next space (or the end), or undefined when the mark is absent.
 * @example
 * ```ts
 * import { wordAfter } from './text.ts';
 * wordAfter('from 10.0.0.1 port 22', 'from '); // '10.0.0.1'
 * ```
 */
export function wordAfter(text: string, mark: string, from = 0): string | undefined {
  const start = text.indexOf(mark, from);
  if (start < 0) return undefined;
  const begin = start + mark.length;
  const end = text.indexOf(' ', begin);
  return end < 0 ? text.slice(begin) : text.slice(begin, end);
}

/**
 * The text without one pair of enclosing double quotes.
 * @example
 * ```ts
 * import { unquote } from './text.ts';
 * unquote('"a b"'); // 'a b'
 * ```
 */
export function unquote(text: string): string {
  const last = text.length - 1;
  return last > 0 && text.charCodeAt(0) === 34 && text.charCodeAt(last) === 34 ? text.slice(1, last) : text;
}
