import type { TreeDocument } from './types.ts';

/**
 * All trees in two flat arrays: per node feature, left, right and where missing values go, and the threshold (for a leaf its
 * value). Walking is three loads and a comparison per level, without objects.
 */
export class Forest {
  private readonly links: Int32Array;
  private readonly numbers: Float64Array;
  private readonly roots: Int32Array;

  constructor(trees: readonly TreeDocument[]) {
    const total = trees.reduce((sum, { feature }) => sum + feature.length, 0);
    this.links = new Int32Array(total * 4);
    this.numbers = new Float64Array(total);
    this.roots = new Int32Array(trees.length);
    let first = 0;
    trees.forEach((tree, index) => {
      this.roots[index] = first;
      for (let node = 0; node < tree.feature.length; node++) {
        const at = (first + node) * 4;
        const [left, right] = [first + (tree.left[node] as number), first + (tree.right[node] as number)];
        this.links[at] = tree.feature[node] as number;
        this.links[at + 1] = left;
        this.links[at + 2] = right;
        this.links[at + 3] = tree.missingLeft[node] === 1 ? left : right;
        this.numbers[first + node] = tree.threshold[node] as number;
      }
      first += tree.feature.length;
    });
  }

  /** Sum of the leaf values that a vector reaches. */
  sum(vector: Float64Array): number {
    const { links, numbers, roots } = this;
    let total = 0;
    for (let tree = 0; tree < roots.length; tree++) {
      let node = roots[tree] as number;
      let feature = links[node * 4] as number;
      while (feature >= 0) {
        const value = vector[feature] as number;
        const limit = numbers[node] as number;
        node = links[node * 4 + (value <= limit ? 1 : value > limit ? 2 : 3)] as number;
        feature = links[node * 4] as number;
      }
      total += numbers[node] as number;
    }
    return total;
  }
}
