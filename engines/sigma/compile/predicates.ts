import { isAscii } from '../prefilter/alphabet.ts';
import { Trie } from '../prefilter/trie.ts';
import { fold } from '../text/fold.ts';
import { globShape } from '../text/glob.ts';
import type { ValueTest } from '../types.ts';
import { compileScalarTest, type ScalarTest } from './scalar-test.ts';
import type { Frame } from './frame.ts';
import { isNull, isPresent, someText, textOf } from './values.ts';

/** Slot number of keywords, which look at every value. */
export const KEYWORD = -1;

/** One distinct (field, test) pair. However many rules use it, it is evaluated at most once per event. */
export interface Predicate {
  readonly id: number;
  readonly slot: number;
  /** What is tested; several tests are alternatives over the same field. */
  readonly tests: readonly ValueTest[];
  readonly cost: number;
  readonly evaluate: (frame: Frame) => boolean;
}

export class Predicates {
  readonly list: Predicate[] = [];
  private readonly ids = new Map<string, Predicate>();
  private readonly lists = new Map<string, Predicate>();

  /** The interned predicate. `other` is the slot of the referenced field. Throws a Problem when it cannot be compiled. */
  of(slot: number, test: ValueTest, other?: number): Predicate {
    const name = `${slot} ${other ?? ''} ${JSON.stringify(test)}`;
    const known = this.ids.get(name);
    if (known !== undefined) return known;
    const { evaluate, cost } = compile(slot, test, other);
    const predicate: Predicate = { id: this.list.length, slot, tests: [test], cost, evaluate };
    this.list.push(predicate);
    this.ids.set(name, predicate);
    return predicate;
  }

  /** One predicate for a list of texts at the ends of a field, which a trie decides in one walk. */
  ofEnds(slot: number, texts: readonly EndText[]): Predicate {
    const name = `${slot} ${texts.map(({ kind, text }) => kind[0] + text).join('\u0000')}`;
    const known = this.lists.get(name);
    if (known !== undefined) return known;
    const { evaluate, cost } = onField(slot, { folded: true, check: endsCheck(texts), cost: 2 });
    const predicate: Predicate = { id: this.list.length, slot, tests: texts.map(({ test }) => test), cost, evaluate };
    this.list.push(predicate);
    this.lists.set(name, predicate);
    return predicate;
  }
}

/** A case-insensitive text at one end of a field, or all of it. */
export interface EndText {
  readonly kind: 'equals' | 'startswith' | 'endswith';
  /** Folded. */
  readonly text: string;
  readonly test: ValueTest;
}

/** The form of a test that `ofEnds` takes, or undefined. */
export function asEndText(test: ValueTest): EndText | undefined {
  if (test.kind !== 'string' || test.cased) return undefined;
  if (test.glob.some((part) => typeof part === 'object' && 'placeholder' in part)) return undefined;
  const shape = globShape(test.glob, false);
  if (shape.kind !== 'equals' && shape.kind !== 'startswith' && shape.kind !== 'endswith') return undefined;
  // The trie reads ASCII; the few others keep the general form.
  return isAscii(shape.text) ? { kind: shape.kind, text: shape.text, test } : undefined;
}

function endsCheck(texts: readonly EndText[]): (text: string) => boolean {
  let tries: Trie[] | undefined;
  return (value) => {
    tries ??= [true, false].flatMap((backwards) => {
      const own = texts.filter(({ kind }) => (kind === 'startswith') !== backwards);
      return own.length === 0
        ? []
        : [
            new Trie(
              own.map(({ kind, text }, id) => ({ text, id, whole: kind === 'equals' })),
              backwards,
            ),
          ];
    });
    for (let at = 0; at < tries.length; at++) if ((tries[at] as Trie).has(value)) return true;
    return false;
  };
}

type Compiled = Pick<Predicate, 'evaluate' | 'cost'>;

function compile(slot: number, test: ValueTest, other: number | undefined): Compiled {
  if (test.kind === 'null') return { cost: 1, evaluate: (frame) => isNull(frame.value(slot)) };
  if (test.kind === 'exists') return { cost: 1, evaluate: (frame) => isPresent(frame.value(slot)) === test.expected };
  if (test.kind === 'fieldref') return fieldReference(slot, other as number, test.mode, test.cased);
  const scalar = compileScalarTest(test, slot === KEYWORD);
  return slot === KEYWORD ? keyword(scalar) : onField(slot, scalar);
}

function onField(slot: number, { folded, check, cost }: ScalarTest): Compiled {
  const slow = folded ? (text: string): boolean => check(fold(text)) : check;
  if (!folded) {
    return {
      cost,
      evaluate: (frame) => {
        const value = frame.value(slot);
        return typeof value === 'string' ? check(value) : someText(value, slow);
      },
    };
  }
  return {
    cost,
    evaluate: (frame) => {
      const value = frame.value(slot);
      return typeof value === 'string' ? check(frame.folded(slot, value)) : someText(value, slow);
    },
  };
}

function keyword({ folded, check, cost }: ScalarTest): Compiled {
  return { cost: 20 * cost, evaluate: (frame) => frame.allTexts(folded).some(check) };
}

function fieldReference(slot: number, other: number, mode: string, cased: boolean): Compiled {
  const prepare = cased ? (text: string): string => text : fold;
  const compare = (left: string, right: string): boolean => {
    if (mode === 'startswith') return left.startsWith(right);
    if (mode === 'endswith') return left.endsWith(right);
    return mode === 'contains' ? left.includes(right) : left === right;
  };
  return {
    cost: 4,
    evaluate: (frame) => {
      const right = frame.value(other);
      return someText(frame.value(slot), (leftText) => {
        const left = prepare(leftText);
        const single = textOf(right);
        if (single !== undefined) return compare(left, prepare(single));
        return someText(right, (text) => compare(left, prepare(text)));
      });
    },
  };
}
