import type { Frame } from './frame.ts';
import type { Node } from './lower.ts';

export const UNDECIDED = new Uint8Array(0);

export type Check = (frame: Frame) => boolean;

/** Results of interned predicates for the current event. */
export class PredicateMemo {
  readonly stamp: Int32Array;
  readonly result: Uint8Array;
  /** 1 for the predicates the index has decided for this event: those without a stamp do not hold. */
  decided: Uint8Array = UNDECIDED;

  constructor(size: number) {
    this.stamp = new Int32Array(size);
    this.result = new Uint8Array(size);
  }
}

/** Compiles a node to a closure. Children run in their order (see `ordered`). */
export function compileNode(node: Node, memo: PredicateMemo): Check {
  if (node.op === 'test') {
    const { id, evaluate } = node.predicate;
    const { stamp, result } = memo;
    return (frame) => {
      if (stamp[id] === frame.generation) return result[id] === 1;
      if (memo.decided[id] === 1) return false;
      const holds = evaluate(frame);
      stamp[id] = frame.generation;
      result[id] = holds ? 1 : 0;
      return holds;
    };
  }
  if (node.op === 'not') {
    const check = compileNode(node.kid, memo);
    return (frame) => !check(frame);
  }
  const checks = node.kids.map((kid) => compileNode(kid, memo));
  if (node.op !== 'atLeast') return node.op === 'and' ? allOf(checks) : anyOf(checks);
  const { count } = node;
  return (frame) => {
    let left = count;
    for (let at = 0; at < checks.length; at++) {
      if ((checks[at] as Check)(frame) && --left === 0) return true;
    }
    return false;
  };
}

function allOf(checks: readonly Check[]): Check {
  if (checks.length === 2) {
    const [first, second] = checks as [Check, Check];
    return (frame) => first(frame) && second(frame);
  }
  return (frame) => {
    for (let at = 0; at < checks.length; at++) if (!(checks[at] as Check)(frame)) return false;
    return true;
  };
}

function anyOf(checks: readonly Check[]): Check {
  if (checks.length === 2) {
    const [first, second] = checks as [Check, Check];
    return (frame) => first(frame) || second(frame);
  }
  return (frame) => {
    for (let at = 0; at < checks.length; at++) if ((checks[at] as Check)(frame)) return true;
    return false;
  };
}
