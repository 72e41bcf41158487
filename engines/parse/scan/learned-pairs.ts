import { unescapeText } from './key-value.ts';

/** A key and what its reader does with it. */
interface Slot<T> {
  /** `key=` as it stands in the text. */
  readonly mark: string;
  readonly plan: T;
  /** The slot that followed last time. */
  next: Slot<T> | undefined;
}

/** Keys remembered per reader; hostile keys beyond it are read all the same, only slower. */
const LIMIT = 2048;

/** Hands each pair of `text` over; returns the words that are none. */
export type LearnedPairs<T> = (text: string, sink: (plan: T, value: string) => void) => string;

/**
 * `key=value key="quoted value"` for devices that write the same keys in the same order line after line: behind each key the one
 * that followed last time is tried first, so that a usual line is read without cutting out or looking up a key. What `planOf` says
 * about a key is asked once. Same answers as `scanPairs`, whatever came before; linear in the length of the text.
 * @example
 * ```ts
 * import { learnPairs } from './learned-pairs.ts';
 * const read = learnPairs((key) => key.toUpperCase());
 * const seen: string[] = [];
 * read('a=1 b="2 3" tail', (plan, value) => void seen.push(plan + value)); // 'tail'; seen: 'A1', 'B2 3'
 * ```
 */
export function learnPairs<T>(planOf: (key: string) => T): LearnedPairs<T> {
  const slots = new Map<string, Slot<T>>();
  const root: Slot<T | undefined> = { mark: '', plan: undefined, next: undefined };

  const slotOf = (key: string): Slot<T> => {
    const known = slots.get(key);
    if (known !== undefined) return known;
    const slot: Slot<T> = { mark: `${key}=`, plan: planOf(key), next: undefined };
    if (slots.size < LIMIT && key.length <= 64) slots.set(key, slot);
    return slot;
  };

  return (text, sink) => {
    const length = text.length;
    let rest = '';
    let before: { next: Slot<T> | undefined } = root as { next: Slot<T> | undefined };
    let i = 0;
    while (i < length) {
      const code = text.charCodeAt(i);
      if (code === 32 || code === 9 || code === 10 || code === 13) {
        i++;
        continue;
      }
      let slot = before.next;
      if (slot === undefined || !text.startsWith(slot.mark, i)) {
        const eq = keyEnd(text, i);
        if (eq < 0) {
          const stop = wordEnd(text, i);
          rest += (rest === '' ? '' : ' ') + text.slice(i, stop);
          i = stop;
          continue;
        }
        slot = slotOf(text.slice(i, eq));
        before.next = slot;
      }
      before = slot;
      i += slot.mark.length;
      const close = text.charCodeAt(i) === 34 ? closingQuote(text, i + 1) : -1;
      if (close >= 0) {
        const value = text.slice(i + 1, close);
        sink(slot.plan, value.indexOf('\\') < 0 ? value : unescapeText(value));
        i = close + 1;
      } else {
        const stop = wordEnd(text, i);
        sink(slot.plan, text.slice(i, stop));
        i = stop;
      }
    }
    return rest;
  };
}

/** Where the `=` behind a key at `from` stands, or -1 when there is no key. */
function keyEnd(text: string, from: number): number {
  let i = from;
  for (; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const lower = code | 32;
    if (
      (lower >= 97 && lower <= 122) ||
      (code >= 48 && code <= 57) ||
      code === 95 ||
      code === 45 ||
      code === 46 ||
      code > 127
    )
      continue;
    break;
  }
  return i > from && text.charCodeAt(i) === 61 ? i : -1;
}

function wordEnd(text: string, from: number): number {
  let i = from;
  for (; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 32 || code === 9 || code === 10) break;
  }
  return i;
}

/** The quote that closes the value at `from`; a backslash takes the next character's meaning. */
function closingQuote(text: string, from: number): number {
  let at = text.indexOf('"', from);
  while (at >= 0 && text.charCodeAt(at - 1) === 92) {
    let slashes = 1;
    while (at - slashes - 1 >= from && text.charCodeAt(at - slashes - 1) === 92) slashes++;
    if (slashes % 2 === 0) return at;
    at = text.indexOf('"', at + 1);
  }
  return at;
}
