import { isPlain } from '../prefilter/alphabet.ts';
import { BigramFinder } from '../prefilter/bigram-finder.ts';
import { EndIndex } from '../prefilter/end-index.ts';
import { globShape } from '../text/glob.ts';
import type { ValueTest } from '../types.ts';

/** A case-insensitive text at a place of a field's value. */
export interface ListText {
  readonly kind: 'equals' | 'startswith' | 'endswith' | 'contains';
  /** Folded. */
  readonly text: string;
  readonly test: ValueTest;
}

/** From this many on, texts of one field are decided together. */
export const MIN_ENDS = 4;
export const MIN_CONTAINS = 8;

/** The form of a test that can be part of a list, or undefined. A keyword may stand anywhere in a value. */
export function asListText(test: ValueTest, keyword: boolean): ListText | undefined {
  if (test.kind !== 'string' || test.cased) return undefined;
  if (test.glob.some((part) => typeof part === 'object' && 'placeholder' in part)) return undefined;
  const shape = globShape(test.glob, false);
  if (shape.kind === 'any' || shape.kind === 'pieces') return undefined;
  if (keyword) return { kind: 'contains', text: shape.text, test };
  // The index reads ASCII; the few others keep the general form.
  if (shape.kind !== 'contains' && !isPlain(shape.text)) return undefined;
  return { kind: shape.kind, text: shape.text, test };
}

/** The check of a list over the folded value. Its tables are built at the first use: most rules never become candidates. */
export function compileTextList(texts: readonly ListText[]): { check: (text: string) => boolean; cost: number } {
  let parts: { has: (value: string) => boolean }[] | undefined;
  const build = (): { has: (value: string) => boolean }[] => {
    const ofKinds = (...kinds: readonly string[]): readonly ListText[] =>
      texts.filter(({ kind }) => kinds.includes(kind));
    const index = (own: readonly ListText[], backwards: boolean): EndIndex =>
      new EndIndex(
        own.map(({ kind, text }, id) => ({ text, id, whole: kind === 'equals' })),
        backwards,
      );
    const ends = ofKinds('equals', 'endswith');
    const starts = ofKinds('startswith');
    const anywhere = ofKinds('contains');
    return [
      ...(ends.length === 0 ? [] : [index(ends, true)]),
      ...(starts.length === 0 ? [] : [index(starts, false)]),
      ...(anywhere.length === 0 ? [] : [new BigramFinder(anywhere.map(({ text }) => text))]),
    ];
  };
  return {
    cost: texts.some(({ kind }) => kind === 'contains') ? 12 : 2,
    check: (value) => {
      parts ??= build();
      for (let at = 0; at < parts.length; at++)
        if ((parts[at] as { has: (value: string) => boolean }).has(value)) return true;
      return false;
    },
  };
}
