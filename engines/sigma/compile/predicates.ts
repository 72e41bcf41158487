import { fold } from '../text/fold.ts';
import type { ValueTest } from '../types.ts';
import { compileScalarTest, type ScalarTest } from './scalar-test.ts';
import { compileTextList, type ListText } from './text-list.ts';
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

  /** One predicate for a list of texts in one field, which is decided in one walk over the value. */
  ofList(slot: number, texts: readonly ListText[]): Predicate {
    const name = `${slot} ${texts.map(({ kind, text }) => kind + text).join('\u0000')}`;
    const known = this.lists.get(name);
    if (known !== undefined) return known;
    const list = { folded: true, ...compileTextList(texts) };
    const { evaluate, cost } = slot === KEYWORD ? keyword(list) : onField(slot, list);
    const predicate: Predicate = { id: this.list.length, slot, tests: texts.map(({ test }) => test), cost, evaluate };
    this.list.push(predicate);
    this.lists.set(name, predicate);
    return predicate;
  }
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
