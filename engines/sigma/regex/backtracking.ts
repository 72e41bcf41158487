import { caseVariants } from './parse-regex.ts';
import { overlap, rangesOf, type ParsedRegex, type Ranges, type RegexNode } from './syntax.ts';

/** How a backtracking matcher's time can grow with the length of the text. */
export type Backtracking = 'fine' | 'polynomial' | 'exponential';

/** Repetitions beyond this count behave like unbounded ones. */
const MANY = 20;
/** Overlapping repetitions one after the other that are still tolerated. */
const TOLERATED = 2;

/**
 * Finds patterns prone to catastrophic backtracking (ReDoS), on the safe side: a repetition inside a repetition whose
 * characters can be taken by either, or more than two overlapping repetitions in a row.
 */
export function backtrackingOf({ root }: ParsedRegex): Backtracking {
  if (isNested(root)) return 'exponential';
  return longestRun(root) > TOLERATED ? 'polynomial' : 'fine';
}

const isMany = (node: RegexNode): node is Extract<RegexNode, { type: 'repeat' }> =>
  node.type === 'repeat' && node.max > MANY && node.mode !== 'possessive';

function childrenOf(node: RegexNode): readonly RegexNode[] {
  if (node.type === 'sequence' || node.type === 'alternatives') return node.items;
  return 'item' in node ? [node.item] : [];
}

function isNested(node: RegexNode): boolean {
  if (isMany(node)) {
    const inner = repetitionsIn(node.item);
    // (a+)+ and (a|a)*: what the inner part takes can also begin the next round.
    const start = firstOf(node.item);
    if (inner.some((repeat) => overlap(charactersOf(repeat.item), start))) return true;
    if (ambiguousAlternatives(node.item)) return true;
  }
  return childrenOf(node).some(isNested);
}

function repetitionsIn(node: RegexNode): Extract<RegexNode, { type: 'repeat' }>[] {
  const own = isMany(node) ? [node] : [];
  return node.type === 'atomic' ? [] : [...own, ...childrenOf(node).flatMap(repetitionsIn)];
}

function ambiguousAlternatives(node: RegexNode): boolean {
  if (node.type === 'group') return ambiguousAlternatives(node.item);
  if (node.type !== 'alternatives') return false;
  const starts = node.items.map(firstOf);
  return starts.some((left, at) => starts.slice(at + 1).some((right) => overlap(left, right)));
}

/** Longest chain of repetitions in one sequence that can take each other's characters. */
function longestRun(node: RegexNode): number {
  const runs = childrenOf(node).map(longestRun);
  if (isMany(node)) return Math.max(1, ...runs);
  if (node.type !== 'sequence') return Math.max(0, ...runs);
  const repeats = node.items.flatMap((item) => repetitionsIn(item)).map((repeat) => charactersOf(repeat.item));
  let best = 0;
  repeats.forEach((from, at) => {
    best = Math.max(best, repeats.slice(at).filter((other) => overlap(from, other)).length);
  });
  return Math.max(best, ...runs);
}

const ANY: Ranges = [[0, 0x10ffff]];

/** Every character a part can take. */
function charactersOf(node: RegexNode): Ranges {
  if (node.type === 'set') return withVariants(rangesOf(node));
  if (node.type === 'property' || node.type === 'backreference') return ANY;
  if (node.type === 'look' || node.type === 'anchor') return [];
  return childrenOf(node).flatMap(charactersOf);
}

/** The characters a part can begin with. */
function firstOf(node: RegexNode): Ranges {
  switch (node.type) {
    case 'sequence': {
      const out: (readonly [number, number])[] = [];
      for (const item of node.items) {
        out.push(...firstOf(item));
        if (!canBeEmpty(item)) break;
      }
      return out;
    }
    case 'alternatives':
      return node.items.flatMap(firstOf);
    case 'repeat':
    case 'group':
    case 'atomic':
      return firstOf(node.item);
    default:
      return charactersOf(node);
  }
}

function canBeEmpty(node: RegexNode): boolean {
  switch (node.type) {
    case 'sequence':
      return node.items.every(canBeEmpty);
    case 'alternatives':
      return node.items.some(canBeEmpty);
    case 'repeat':
      return node.min === 0 || canBeEmpty(node.item);
    case 'group':
    case 'atomic':
      return canBeEmpty(node.item);
    case 'set':
    case 'property':
      return false;
    default:
      return true;
  }
}

/** Small sets with the other cases of their letters, as an `i` flag would read them. */
function withVariants(ranges: Ranges): Ranges {
  const size = ranges.reduce((sum, [low, high]) => sum + high - low + 1, 0);
  if (size > 64) return ranges;
  return ranges.flatMap(([low, high]) =>
    Array.from({ length: high - low + 1 }, (_, at) => low + at).flatMap((code): Ranges => [
      [code, code],
      ...caseVariants(code).flat(),
    ]),
  );
}
