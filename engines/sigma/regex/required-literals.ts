import { Problem } from '../problem.ts';
import { parseRegex } from './parse-regex.ts';
import { rangesOf, type RegexNode } from './syntax.ts';

/** What a part of a pattern says about the text it matches. */
interface Literals {
  /** Every text the part can match, when these are few. */
  readonly exact: readonly string[] | undefined;
  /** Texts of which every match of the part contains at least one. */
  readonly must: readonly string[] | undefined;
}

const MAX_EXACT = 24;
const MAX_ALTERNATIVES = 64;
/** Larger character sets (digits, letters) say nothing. */
const MAX_SET = 4;
const NOTHING: Literals = { exact: undefined, must: undefined };
const EMPTY: Literals = { exact: [''], must: undefined };

/**
 * Texts of which at least one occurs in every text that the pattern matches, or undefined when there is none worth
 * looking for. Case is as written: fold both sides before comparing.
 */
export function requiredLiterals(source: string, flags: string): readonly string[] | undefined {
  try {
    return best(literalsOf(parseRegex(source, flags).root));
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}

function literalsOf(node: RegexNode): Literals {
  switch (node.type) {
    case 'set': {
      let size = 0;
      const ranges = rangesOf(node);
      for (const [low, high] of ranges) size += high - low + 1;
      if (size === 0 || size > MAX_SET) return NOTHING;
      const chars = ranges.flatMap(([low, high]) =>
        Array.from({ length: high - low + 1 }, (_, at) => String.fromCodePoint(low + at)),
      );
      return { exact: distinct(chars), must: undefined };
    }
    case 'group':
    case 'atomic':
      return literalsOf(node.item);
    case 'look':
    case 'anchor':
      return EMPTY;
    case 'backreference':
    case 'property':
      return NOTHING;
    case 'alternatives':
      return ofAlternatives(node.items.map(literalsOf));
    case 'sequence':
      return ofSequence(node.items.map(literalsOf));
    case 'repeat': {
      const inner = literalsOf(node.item);
      if (node.min === 0) {
        const exact = node.max === 1 && inner.exact !== undefined ? distinct([...inner.exact, '']) : undefined;
        return { exact, must: undefined };
      }
      if (node.min === node.max && node.min <= 8) return ofSequence(Array.from({ length: node.min }, () => inner));
      const repeated = ofSequence(Array.from({ length: Math.min(node.min, 8) }, () => inner));
      return { exact: undefined, must: best(repeated) };
    }
  }
}

function ofAlternatives(items: readonly Literals[]): Literals {
  const exact = items.every((item) => item.exact !== undefined)
    ? distinct(items.flatMap((item) => item.exact ?? []))
    : undefined;
  if (exact !== undefined && exact.length <= MAX_EXACT) return { exact, must: undefined };
  const each = items.map(best);
  if (each.includes(undefined)) return NOTHING;
  const must = distinct(each.flatMap((texts) => texts ?? []));
  return { exact: undefined, must: must.length <= MAX_ALTERNATIVES ? must : undefined };
}

function ofSequence(items: readonly Literals[]): Literals {
  const candidates: (readonly string[] | undefined)[] = [];
  let run: readonly string[] = [''];
  let whole = true;
  for (const item of items) {
    const { exact } = item;
    if (exact !== undefined && exact.length * run.length <= MAX_EXACT) {
      run = distinct(run.flatMap((before) => exact.map((text) => before + text)));
      continue;
    }
    whole = false;
    candidates.push(run, item.must);
    run = exact !== undefined && exact.length <= MAX_EXACT ? exact : [''];
  }
  if (whole) return { exact: run, must: undefined };
  candidates.push(run);
  return { exact: undefined, must: pick(candidates) };
}

const best = ({ exact, must }: Literals): readonly string[] | undefined => pick([exact, must]);

/** The most telling of several sets: its shortest text is longest; of equals the smaller set. */
function pick(sets: readonly (readonly string[] | undefined)[]): readonly string[] | undefined {
  let found: readonly string[] | undefined;
  let score = 0;
  for (const set of sets) {
    if (set === undefined || set.length === 0) continue;
    const shortest = Math.min(...set.map((text) => text.length));
    const own = shortest === 0 ? 0 : shortest - Math.log2(set.length) / 4;
    if (own > score) {
      score = own;
      found = set;
    }
  }
  return found;
}

/** Case variants and repetitions fold to the same text; only one is kept. */
function distinct(texts: readonly string[]): string[] {
  return [...new Map(texts.map((text) => [text.toLowerCase(), text])).values()];
}
