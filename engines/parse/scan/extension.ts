import { unescapeText, type PairSink } from './key-value.ts';

function isNameCode(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 48 && code <= 57) ||
    code === 95 ||
    code === 45 ||
    code === 46 ||
    code === 91 ||
    code === 93 ||
    code > 127
  );
}

/**
 * CEF extension: values are not quoted and run to the next ` key=`; `\=`, `\\`, `\n` are escapes. An unescaped `=` inside a
 * value (URLs) starts a new pair only when a name directly after a space precedes it. Returns what stands before the first key.
 * @example
 * ```ts
 * import { scanExtension } from './extension.ts';
 * const pairs = new Map<string, string>();
 * scanExtension('src=10.0.0.1 msg=a b\\=c dpt=22', 0, (key, value) => void pairs.set(key, value));
 * // pairs: src '10.0.0.1', msg 'a b=c', dpt '22'
 * ```
 */
export function scanExtension(text: string, from: number, sink: PairSink): string {
  let eq = nextAssign(text, from, from);
  if (eq < 0) return text.slice(from).trim();
  let nameStart = nameBefore(text, eq, from);
  const lead = text.slice(from, nameStart).trim();
  while (eq >= 0) {
    const name = text.slice(nameStart, eq);
    const next = nextAssign(text, eq + 1, eq + 1);
    const nextName = next < 0 ? text.length : nameBefore(text, next, eq + 1);
    let end = nextName;
    while (end > eq + 1 && text.charCodeAt(end - 1) === 32) end--;
    sink(name, unescapeText(text.slice(eq + 1, end)));
    eq = next;
    nameStart = nextName;
  }
  return lead;
}

/** The next `=` that ends a name: unescaped, the name not empty and preceded by a space (or the beginning). */
function nextAssign(text: string, from: number, begin: number): number {
  let eq = text.indexOf('=', from);
  while (eq >= 0) {
    const start = nameBefore(text, eq, begin);
    const before = start === begin ? 32 : text.charCodeAt(start - 1);
    // Right after another "=" there is no space: "a==b" and "?x=1" are values.
    const opens =
      start < eq &&
      (before === 32 || before === 9) &&
      (start !== begin || begin === 0 || text.charCodeAt(begin - 1) !== 61);
    if (opens && text.charCodeAt(eq - 1) !== 92) return eq;
    eq = text.indexOf('=', eq + 1);
  }
  return -1;
}

function nameBefore(text: string, eq: number, begin: number): number {
  let i = eq;
  // Names are short; the bound keeps a long run of "=" and letters linear.
  const floor = Math.max(begin, eq - 128);
  while (i > floor && isNameCode(text.charCodeAt(i - 1))) i--;
  return i;
}

/**
 * The `|`-separated header of CEF and LEEF; `\|` and `\\` are escapes. Returns the parts and where the rest begins, or
 * undefined when there are fewer than `count`.
 * @example
 * ```ts
 * import { splitHeader } from './extension.ts';
 * splitHeader('0|A|B\\|C|rest', 0, 3); // { parts: ['0', 'A', 'B|C'], end: 9 }
 * ```
 */
export function splitHeader(
  text: string,
  from: number,
  count: number,
): { readonly parts: string[]; readonly end: number } | undefined {
  const parts: string[] = [];
  let start = from;
  for (let i = from; i < text.length && parts.length < count; i++) {
    const code = text.charCodeAt(i);
    if (code === 92) i++;
    else if (code === 124) {
      parts.push(unescapeText(text.slice(start, i)));
      start = i + 1;
    }
  }
  if (parts.length === count) return { parts, end: start };
  // A header without extension may leave the last mark out.
  if (parts.length !== count - 1) return undefined;
  parts.push(unescapeText(text.slice(start)));
  return { parts, end: text.length };
}
