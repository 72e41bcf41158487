import type { Node } from '../compile/lower.ts';
import { KEYWORD } from '../compile/predicates.ts';
import type { Atom } from './atoms.ts';
import type { Rarity } from './rarity.ts';

/** What is known about when a node can hold. */
export interface Necessary {
  /** At least one of these is present whenever the node holds. */
  readonly atoms: readonly Atom[];
  /** Expected number of them in an event. */
  readonly weight: number;
}

/** Looking at every value of an event costs more than looking at one field. */
const KEYWORD_PENALTY = 0.05;

/**
 * The necessary atoms of a condition, chosen to be as rare as possible: of an `and` the rarest child, of an `or` all
 * children together, of a `not` nothing. Undefined when the condition can hold without any fixed text.
 */
export function necessaryAtoms(
  node: Node,
  atomsOf: (node: Extract<Node, { op: 'test' }>) => readonly Atom[] | undefined,
  rarity: Rarity,
): Necessary | undefined {
  const visit = (current: Node): Necessary | undefined => {
    if (current.op === 'not') return undefined;
    if (current.op === 'test') {
      const atoms = atomsOf(current);
      if (atoms === undefined) return undefined;
      let weight = 0;
      for (const atom of atoms) weight += rarity(atom) + (atom.slot === KEYWORD ? KEYWORD_PENALTY : 0);
      return { atoms, weight };
    }
    if (current.op === 'and') {
      let best: Necessary | undefined;
      for (const kid of current.kids) {
        const found = visit(kid);
        if (found !== undefined && (best === undefined || found.weight < best.weight)) best = found;
      }
      return best;
    }
    const atoms: Atom[] = [];
    let weight = 0;
    for (const kid of current.kids) {
      const found = visit(kid);
      if (found === undefined) return undefined;
      for (const atom of found.atoms) atoms.push(atom);
      weight += found.weight;
    }
    return { atoms, weight };
  };
  return visit(node);
}
