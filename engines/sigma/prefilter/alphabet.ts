import { fold } from '../text/fold.ts';

// Automata read characters through classes: every UTF-16 unit is mapped to the class of the ASCII character it folds
// to, all others (control characters, everything beyond ASCII) share class 0. Case folding thus costs one table look-up and no copy of the text.

/** Anything but printable ASCII and the usual white space. */
export const NOT_PLAIN = /[^\t\n\r -~]/;

/** True when a folded text can be read by the class automata. */
export function isPlain(text: string): boolean {
  return !NOT_PLAIN.test(text);
}

/** Number of classes, including class 0 for everything else. */
export let CLASS_COUNT = 1;

/** UTF-16 unit → class. */
export const CLASSES: Uint8Array = buildClasses();

function buildClasses(): Uint8Array {
  const classes = new Uint8Array(65536);
  for (let code = 0; code < 128; code++) {
    const text = String.fromCharCode(code);
    if (isPlain(text) && text.toLowerCase() === text) classes[code] = CLASS_COUNT++;
  }
  for (let code = 65; code <= 90; code++) classes[code] = classes[code + 32] as number;
  for (let code = 128; code < 65536; code++) {
    // İ folds to two units of which the first is ASCII; treating it as that one only adds candidates.
    const first = fold(String.fromCharCode(code)).charCodeAt(0);
    if (first < 128) classes[code] = classes[first] as number;
  }
  return classes;
}
