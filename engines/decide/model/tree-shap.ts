import type { TreeDocument } from './types.ts';

interface Step {
  feature: number;
  /** Share of training rows, and of the row at hand (0 or 1), that take this way when the feature is unknown or known. */
  zero: number;
  one: number;
  weight: number;
}

/**
 * Exact Shapley values of a tree's output (TreeSHAP, algorithm 2 of Lundberg et al., "Consistent Individualized Feature
 * Attribution for Tree Ensembles", 2018; path-dependent). Adds them to `into` per feature; returns the tree's expected value.
 */
export function addTreeShap(tree: TreeDocument, vector: Float64Array, into: Float64Array): number {
  walk(tree, vector, into, 0, [], 1, 1, -1);
  return expectedValue(tree, 0);
}

function expectedValue(tree: TreeDocument, node: number): number {
  if ((tree.feature[node] as number) < 0) return tree.threshold[node] as number;
  const [left, right] = [tree.left[node] as number, tree.right[node] as number];
  const [a, b] = [tree.cover[left] as number, tree.cover[right] as number];
  return (a * expectedValue(tree, left) + b * expectedValue(tree, right)) / (a + b);
}

function walk(
  tree: TreeDocument,
  vector: Float64Array,
  into: Float64Array,
  node: number,
  before: readonly Step[],
  zero: number,
  one: number,
  from: number,
): void {
  const path = before.map((step) => ({ ...step }));
  extend(path, zero, one, from);
  const feature = tree.feature[node] as number;
  if (feature < 0) {
    const value = tree.threshold[node] as number;
    for (let index = 1; index < path.length; index++) {
      const step = path[index] as Step;
      into[step.feature] = (into[step.feature] as number) + unwoundSum(path, index) * (step.one - step.zero) * value;
    }
    return;
  }
  const [left, right] = [tree.left[node] as number, tree.right[node] as number];
  const at = vector[feature] as number;
  const limit = tree.threshold[node] as number;
  const goesLeft = at <= limit || (!(at > limit) && tree.missingLeft[node] === 1);
  const [hot, cold] = goesLeft ? [left, right] : [right, left];
  let [zeroBefore, oneBefore] = [1, 1];
  const earlier = path.findIndex((step) => step.feature === feature);
  if (earlier > 0) {
    ({ zero: zeroBefore, one: oneBefore } = path[earlier] as Step);
    unwind(path, earlier);
  }
  const cover = (tree.cover[hot] as number) + (tree.cover[cold] as number);
  const hotShare = (tree.cover[hot] as number) / cover;
  walk(tree, vector, into, hot, path, zeroBefore * hotShare, oneBefore, feature);
  walk(tree, vector, into, cold, path, zeroBefore * (1 - hotShare), 0, feature);
}

function extend(path: Step[], zero: number, one: number, feature: number): void {
  const depth = path.length;
  path.push({ feature, zero, one, weight: depth === 0 ? 1 : 0 });
  for (let index = depth - 1; index >= 0; index--) {
    const [step, next] = [path[index] as Step, path[index + 1] as Step];
    next.weight += (one * step.weight * (index + 1)) / (depth + 1);
    step.weight = (zero * step.weight * (depth - index)) / (depth + 1);
  }
}

function unwind(path: Step[], index: number): void {
  const depth = path.length - 1;
  const { one, zero } = path[index] as Step;
  let next = (path[depth] as Step).weight;
  for (let at = depth - 1; at >= 0; at--) {
    const step = path[at] as Step;
    if (one === 0) step.weight = (step.weight * (depth + 1)) / (zero * (depth - at));
    else {
      const held = step.weight;
      step.weight = (next * (depth + 1)) / ((at + 1) * one);
      next = held - (step.weight * zero * (depth - at)) / (depth + 1);
    }
  }
  for (let at = index; at < depth; at++) {
    const [step, after] = [path[at] as Step, path[at + 1] as Step];
    [step.feature, step.zero, step.one] = [after.feature, after.zero, after.one];
  }
  path.pop();
}

/** The sum of the weights after unwinding, without unwinding. */
function unwoundSum(path: readonly Step[], index: number): number {
  const depth = path.length - 1;
  const { one, zero } = path[index] as Step;
  let next = (path[depth] as Step).weight;
  let total = 0;
  for (let at = depth - 1; at >= 0; at--) {
    const { weight } = path[at] as Step;
    if (one === 0) total += (weight * (depth + 1)) / (zero * (depth - at));
    else {
      const part = (next * (depth + 1)) / ((at + 1) * one);
      total += part;
      next = weight - (part * zero * (depth - at)) / (depth + 1);
    }
  }
  return total;
}
