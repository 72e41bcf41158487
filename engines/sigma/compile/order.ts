import type { Node } from './lower.ts';
import type { Predicate } from './predicates.ts';

/** Part of the events for which a predicate holds, as far as is known. */
export type Likelihood = (predicate: Predicate) => number;

/** Without data nothing is likelier than its opposite, and only prices count. */
export const UNKNOWN: Likelihood = () => 0.5;

/** What running a node is expected to cost, and how often it holds. */
export interface Expectation {
  readonly cost: number;
  readonly holds: number;
}

/**
 * Sorts the children of an `and` so that the cheapest way to a "no" comes first, those of an `or` so that the cheapest way to a
 * "yes" does: by price divided by the chance that the child ends the matter. No result depends on the order.
 */
export function ordered(node: Node, likelihood: Likelihood): Node {
  return arrange(node, likelihood).node;
}

interface Arranged extends Expectation {
  readonly node: Node;
}

function arrange(node: Node, likelihood: Likelihood): Arranged {
  if (node.op === 'test') return { node, cost: node.predicate.cost, holds: likelihood(node.predicate) };
  if (node.op === 'not') {
    const kid = arrange(node.kid, likelihood);
    return { node: { op: 'not', kid: kid.node }, cost: kid.cost, holds: 1 - kid.holds };
  }
  const kids = node.kids.map((kid) => arrange(kid, likelihood));
  if (node.op === 'atLeast') {
    const sorted = kids.toSorted((left, right) => left.cost - right.cost);
    const cost = sorted.reduce((sum, kid) => sum + kid.cost, 0);
    return { node: { ...node, kids: sorted.map((kid) => kid.node) }, cost, holds: 0.5 };
  }
  /** Chance that a child decides: a false one an `and`, a true one an `or`. */
  const decides = ({ holds }: Arranged): number => Math.max(1e-6, node.op === 'and' ? 1 - holds : holds);
  const sorted = kids.toSorted((left, right) => left.cost / decides(left) - right.cost / decides(right));
  let cost = 0;
  let undecided = 1;
  for (const kid of sorted) {
    cost += undecided * kid.cost;
    undecided *= 1 - decides(kid);
  }
  return {
    node: { op: node.op, kids: sorted.map((kid) => kid.node) },
    cost,
    holds: node.op === 'and' ? undecided : 1 - undecided,
  };
}

/** Counts for which part of the sampled events predicates hold. */
export class LearnedLikelihood {
  private readonly seen: Uint32Array;
  private readonly held: Uint32Array;

  constructor(predicates: number) {
    this.seen = new Uint32Array(predicates);
    this.held = new Uint32Array(predicates);
  }

  count({ id }: Predicate, holds: boolean): void {
    this.seen[id] = (this.seen[id] as number) + 1;
    if (holds) this.held[id] = (this.held[id] as number) + 1;
  }

  /** Predicates never evaluated stay undecided. */
  likelihood(): Likelihood {
    return ({ id }) => ((this.held[id] as number) + 1) / ((this.seen[id] as number) + 2);
  }
}
