// Lower-case letters whose case folding is another letter (Unicode CaseFolding, status C and S), so that ſ meets s,
// μ meets µ and ς meets σ. Upper-case letters, K (Kelvin) and İ are handled by toLowerCase itself. The Greek mu becomes the Latin-1 one,
// not the other way round as in Unicode: texts of one byte per character then need not be searched for exceptions at all.
const FOLDS: Readonly<Record<string, string>> = {
  '\u03bc': '\u00b5',
  '\u017f': 's',
  '\u0345': '\u03b9',
  '\u03c2': '\u03c3',
  '\u03d0': '\u03b2',
  '\u03d1': '\u03b8',
  '\u03d5': '\u03c6',
  '\u03d6': '\u03c0',
  '\u03f0': '\u03ba',
  '\u03f1': '\u03c1',
  '\u03f5': '\u03b5',
  '\u1e9b': '\u1e61',
  '\u1fbe': '\u03b9',
};
const FOLDABLE = new RegExp(`[${Object.keys(FOLDS).join('')}]`);
const FOLDABLE_ALL = new RegExp(FOLDABLE.source, 'g');

/**
 * Case-folds text for Sigma's case-insensitive comparison: Unicode lower case, then simple case folding.
 * İ becomes two code units (`i` and U+0307), as `toLowerCase` has it.
 */
export function fold(text: string): string {
  const lower = text.toLowerCase();
  return FOLDABLE.test(lower) ? lower.replace(FOLDABLE_ALL, (letter) => FOLDS[letter] as string) : lower;
}
