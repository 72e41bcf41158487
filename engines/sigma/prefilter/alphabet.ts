import { fold } from '../text/fold.ts';

// Matchers read characters through classes: every UTF-16 unit is mapped to the ASCII character it folds to, all others
// share one class. Case folding thus costs one table look-up and no copy of the text.

/** Anything beyond ASCII. */
// oxlint-disable-next-line no-control-regex -- ASCII begins there
const NOT_PLAIN = /[^\0-\x7f]/;

/** True when a folded text can be found by its classes. */
export function isPlain(text: string): boolean {
  return !NOT_PLAIN.test(text);
}

/** Where a text has its first character beyond ASCII, -1 when there is none. */
export function firstWide(text: string): number {
  return text.search(NOT_PLAIN);
}

/** Class of everything beyond ASCII that does not fold to it. */
const OTHER = 255;

/** UTF-16 unit → code of the ASCII character it folds to. */
export const CLASSES: Uint8Array = buildClasses();

function buildClasses(): Uint8Array {
  const classes = new Uint8Array(65536).fill(OTHER);
  for (let code = 0; code < 128; code++) classes[code] = String.fromCharCode(code).toLowerCase().charCodeAt(0);
  for (let code = 128; code < 65536; code++) {
    // İ folds to two units of which the first is ASCII; treating it as that one only adds candidates.
    const first = fold(String.fromCharCode(code)).charCodeAt(0);
    if (first < 128) classes[code] = first;
  }
  return classes;
}

/** Signs that are told apart when characters are reduced to six bits; class 0 is all others. */
const SIX_BIT = ' abcdefghijklmnopqrstuvwxyz0123456789\\/.-_:="\',$%&*+()[]@;|#';

/** UTF-16 unit → one of 64 classes, so that five characters fit in a number. What is found by them must be compared. */
export const SMALL_CLASSES: Uint8Array = CLASSES.map((cls) => SIX_BIT.indexOf(String.fromCharCode(cls)) + 1);
