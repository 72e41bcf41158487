import type { Node } from '../compile/lower.ts';
import { KEYWORD } from '../compile/predicates.ts';
import type { PredicateAtoms } from './atoms.ts';
import type { Rarity } from './rarity.ts';

/** What is known about when a node can hold. */
export interface Necessary {
  /** At least one atom of one of these predicates is present whenever the node holds. */
  readonly predicates: readonly PredicateAtoms[];
  /** Expected number of their atoms in an event. */
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
  atomsOf: (node: Extract<Node, { op: 'test' }>) => PredicateAtoms | undefined,
  rarity: Rarity,
): Necessary | undefined {
  const visit = (current: Node): Necessary | undefined => {
    if (current.op === 'not') return undefined;
    if (current.op === 'test') {
      const found = atomsOf(current);
      if (found === undefined) return undefined;
      let weight = 0;
      for (const atom of found.atoms) weight += rarity(atom) + (atom.slot === KEYWORD ? KEYWORD_PENALTY : 0);
      return { predicates: [found], weight };
    }
    if (current.op === 'and') {
      let best: Necessary | undefined;
      for (const kid of current.kids) {
        const found = visit(kid);
        if (found !== undefined && (best === undefined || found.weight < best.weight)) best = found;
      }
      return best;
    }
    const predicates: PredicateAtoms[] = [];
    let weight = 0;
    for (const kid of current.kids) {
      const found = visit(kid);
      if (found === undefined) return undefined;
      for (const predicate of found.predicates) predicates.push(predicate);
      weight += found.weight;
    }
    return { predicates, weight };
  };
  return visit(node);
}
