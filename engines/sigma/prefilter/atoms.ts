import { fold } from '../text/fold.ts';
import { globShape, type Piece } from '../text/glob.ts';
import { KEYWORD, type Predicate } from '../compile/predicates.ts';
import type { ValueTest } from '../types.ts';
import { requiredLiterals } from '../regex/required-literals.ts';

/**
 * Something about a field that is so whenever a predicate holds: a folded text at a given place of its value, or just
 * that the field has a value (`present`).
 */
export interface Atom {
  /** Slot of the field, or KEYWORD for any value of the event. */
  readonly slot: number;
  readonly kind: 'equals' | 'prefix' | 'suffix' | 'contains' | 'present';
  readonly text: string;
}

/** What can be looked for instead of evaluating a predicate. */
export interface PredicateAtoms {
  /** Number of the predicate. */
  readonly id: number;
  /** At least one of these is there in every event for which the predicate holds. */
  readonly atoms: readonly Atom[];
  /** Also the other way round: the predicate holds in every event with one of the atoms. */
  readonly exact: boolean;
}

/** The atoms of a predicate; undefined when nothing can be said (`null`, `exists`). Tests without a fixed text (comparisons, networks) still need the field to have a value. */
export function atomsOf({ id, slot, tests }: Predicate): PredicateAtoms | undefined {
  const atoms: Atom[] = [];
  let exact = true;
  for (const test of tests) {
    const own = atomsOfTest(slot, test);
    if (own === undefined) return undefined;
    for (const atom of own) atoms.push(atom);
    exact &&= isExact(slot, test);
  }
  return { id, atoms, exact };
}

/** True when the test's atom says all that the test says. */
function isExact(slot: number, test: ValueTest): boolean {
  if (test.kind !== 'string' || test.cased) return false;
  const shape = globShape(test.glob, false);
  if (shape.kind === 'pieces') return false;
  if (shape.kind === 'any') return slot !== KEYWORD;
  return shape.text !== '' || slot !== KEYWORD;
}

function atomsOfTest(slot: number, test: ValueTest): readonly Atom[] | undefined {
  if (test.kind === 'regex') {
    const literals = requiredLiterals(test.source, test.flags);
    return literals === undefined ? presence(slot) : literals.map((text) => contains(slot, fold(text)));
  }
  if (test.kind === 'null' || test.kind === 'exists') return undefined;
  if (test.kind !== 'string') return presence(slot);
  const shape = globShape(test.glob, false);
  if (slot === KEYWORD) {
    const text = shape.kind === 'pieces' ? longest(shape.pieces.flat()) : shape.kind === 'any' ? '' : shape.text;
    return text === '' ? undefined : [contains(slot, text)];
  }
  switch (shape.kind) {
    case 'any':
      return presence(slot);
    case 'equals':
      return [{ slot, kind: 'equals', text: shape.text }];
    case 'startswith':
      return shape.text === '' ? presence(slot) : [{ slot, kind: 'prefix', text: shape.text }];
    case 'endswith':
      return shape.text === '' ? presence(slot) : [{ slot, kind: 'suffix', text: shape.text }];
    case 'contains':
      return shape.text === '' ? presence(slot) : [contains(slot, shape.text)];
    case 'pieces':
      return ofPieces(slot, shape.pieces, shape.open);
  }
}

function ofPieces(
  slot: number,
  pieces: readonly Piece[],
  open: { start: boolean; end: boolean },
): readonly Atom[] | undefined {
  const text = longest(pieces.flat());
  if (text === '') return presence(slot);
  const head = pieces[0]?.[0];
  if (!open.start && head === text) return [{ slot, kind: 'prefix', text }];
  const tail = pieces.at(-1)?.at(-1);
  if (!open.end && tail === text) return [{ slot, kind: 'suffix', text }];
  return [contains(slot, text)];
}

function presence(slot: number): readonly Atom[] | undefined {
  return slot === KEYWORD ? undefined : [{ slot, kind: 'present', text: '' }];
}

function longest(parts: readonly (string | number)[]): string {
  return parts.reduce<string>(
    (best, part) => (typeof part === 'string' && part.length > best.length ? part : best),
    '',
  );
}

function contains(slot: number, text: string): Atom {
  return { slot, kind: 'contains', text };
}

export const atomName = ({ slot, kind, text }: Atom): string => `${slot} ${kind} ${text}`;
