// The syntax tree of a regular expression, and the character sets in it.

/** Inclusive ranges of code points, sorted and apart. */
export type Ranges = readonly (readonly [number, number])[];

export type RegexNode =
  | { readonly type: 'set'; readonly ranges: Ranges; readonly negated: boolean }
  | { readonly type: 'sequence'; readonly items: readonly RegexNode[] }
  | { readonly type: 'alternatives'; readonly items: readonly RegexNode[] }
  | {
      readonly type: 'repeat';
      readonly item: RegexNode;
      readonly min: number;
      /** Infinity when unbounded. */
      readonly max: number;
      readonly mode: 'greedy' | 'lazy' | 'possessive';
    }
  | { readonly type: 'group'; readonly item: RegexNode; readonly index?: number; readonly name?: string }
  | { readonly type: 'atomic'; readonly item: RegexNode }
  | { readonly type: 'look'; readonly item: RegexNode; readonly behind: boolean; readonly negated: boolean }
  | { readonly type: 'anchor'; readonly at: Anchor }
  | { readonly type: 'backreference'; readonly to: number | string }
  | { readonly type: 'property'; readonly source: string };

/** `start`/`end` of the text, of a line, the end but for a last newline, and word boundaries. */
export type Anchor = 'start' | 'end' | 'lineStart' | 'lineEnd' | 'endOrNewline' | 'boundary' | 'notBoundary';

export interface ParsedRegex {
  readonly root: RegexNode;
  readonly ignoreCase: boolean;
  readonly captures: number;
}

export const DIGIT: Ranges = [[48, 57]];
export const WORD: Ranges = [
  [48, 57],
  [65, 90],
  [95, 95],
  [97, 122],
];
/** What JavaScript's `\s` takes. */
export const SPACE: Ranges = [
  [9, 13],
  [32, 32],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
];
export const HORIZONTAL: Ranges = [
  [9, 9],
  [32, 32],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
];
export const VERTICAL: Ranges = [
  [10, 13],
  [0x85, 0x85],
  [0x2028, 0x2029],
];
const LAST = 0x10ffff;

export function union(...sets: readonly Ranges[]): Ranges {
  const sorted = sets.flat().toSorted((left, right) => left[0] - right[0]);
  const out: [number, number][] = [];
  for (const [low, high] of sorted) {
    const last = out.at(-1);
    if (last !== undefined && low <= last[1] + 1) last[1] = Math.max(last[1], high);
    else out.push([low, high]);
  }
  return out;
}

export function complement(ranges: Ranges): Ranges {
  const out: [number, number][] = [];
  let from = 0;
  for (const [low, high] of ranges) {
    if (low > from) out.push([from, low - 1]);
    from = high + 1;
  }
  if (from <= LAST) out.push([from, LAST]);
  return out;
}

/** The code points a set node stands for. */
export const rangesOf = (node: Extract<RegexNode, { type: 'set' }>): Ranges =>
  node.negated ? complement(node.ranges) : node.ranges;

export function overlap(left: Ranges, right: Ranges): boolean {
  return left.some(([low, high]) => right.some(([from, to]) => low <= to && from <= high));
}

export const EMPTY: RegexNode = { type: 'sequence', items: [] };
export const char = (code: number): RegexNode => ({ type: 'set', ranges: [[code, code]], negated: false });
