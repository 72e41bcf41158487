import type { TreeDocument } from './types.ts';

/** A feature's values as bins: bin b holds values ≤ edges[b] and above the edge before; the last bin above `edges.length` is missing. */
export interface BinnedColumn {
  readonly bins: Uint8Array;
  readonly edges: Float64Array;
  readonly monotone: -1 | 0 | 1;
}

export interface GrowOptions {
  readonly depth: number;
  readonly l2: number;
  readonly minLeafWeight: number;
  readonly minGain: number;
  readonly learningRate: number;
  /** Columns this tree may use. */
  readonly columns: readonly number[];
}

interface Growing {
  readonly feature: number[];
  readonly threshold: number[];
  readonly left: number[];
  readonly right: number[];
  readonly missingLeft: (0 | 1)[];
  readonly cover: number[];
}

interface Split {
  readonly gain: number;
  readonly column: number;
  readonly bin: number;
  readonly missingLeft: boolean;
}

/** Gradient and Hessian per bin of every column, missing included. */
type Histogram = Float64Array;

/**
 * Grows one tree on gradients: histograms per node, the larger child's by subtraction, missing values to the side that
 * gains more, leaf values within the bounds that monotone features above impose.
 */
export class TreeGrower {
  private readonly columns: readonly BinnedColumn[];
  private readonly offsets: Int32Array;
  private readonly size: number;
  private readonly pool: Histogram[] = [];

  constructor(columns: readonly BinnedColumn[]) {
    this.columns = columns;
    this.offsets = new Int32Array(columns.length);
    let size = 0;
    columns.forEach(({ edges }, index) => {
      this.offsets[index] = size;
      size += (edges.length + 2) * 2;
    });
    this.size = size;
  }

  /** `rows` is reordered; `scores` of its rows get the tree's values added; `gains` per column are added up. */
  grow(
    rows: Int32Array,
    gradients: Float64Array,
    hessians: Float64Array,
    scores: Float64Array,
    gains: Float64Array,
    options: GrowOptions,
  ): TreeDocument {
    const tree: Growing = { feature: [], threshold: [], left: [], right: [], missingLeft: [], cover: [] };
    const root = this.histogram(rows, gradients, hessians, options.columns);
    const leaf = (node: number, part: Int32Array, g: number, h: number, low: number, high: number): void => {
      const value = options.learningRate * Math.min(high, Math.max(low, -g / (h + options.l2)));
      tree.threshold[node] = value;
      for (const row of part) scores[row] = (scores[row] as number) + value;
    };
    const build = (part: Int32Array, histogram: Histogram, depth: number, low: number, high: number): number => {
      const node = tree.feature.push(-1) - 1;
      tree.threshold.push(0);
      tree.left.push(0);
      tree.right.push(0);
      tree.missingLeft.push(0);
      tree.cover.push(part.length);
      const [g, h] = this.totals(histogram, options.columns[0] as number);
      const split = depth < options.depth ? this.bestSplit(histogram, g, h, low, high, options) : undefined;
      if (split === undefined) {
        leaf(node, part, g, h, low, high);
        this.pool.push(histogram);
        return node;
      }
      const middle = this.partition(part, split);
      const [leftRows, rightRows] = [part.subarray(0, middle), part.subarray(middle)];
      const column = this.columns[split.column] as BinnedColumn;
      gains[split.column] = (gains[split.column] as number) + split.gain;
      // The smaller child is counted, the larger is what remains.
      const leftSmaller = leftRows.length <= rightRows.length;
      const small = this.histogram(leftSmaller ? leftRows : rightRows, gradients, hessians, options.columns);
      for (let at = 0; at < this.size; at++) histogram[at] = (histogram[at] as number) - (small[at] as number);
      const [leftHistogram, rightHistogram] = leftSmaller ? [small, histogram] : [histogram, small];
      let [leftLow, leftHigh, rightLow, rightHigh] = [low, high, low, high];
      if (column.monotone !== 0) {
        const [gl, hl] = this.totals(leftHistogram, options.columns[0] as number);
        const clamp = (value: number): number => Math.min(high, Math.max(low, value));
        const border = (clamp(-gl / (hl + options.l2)) + clamp(-(g - gl) / (h - hl + options.l2))) / 2;
        if (column.monotone === 1) [leftHigh, rightLow] = [border, border];
        else [leftLow, rightHigh] = [border, border];
      }
      tree.feature[node] = split.column;
      tree.threshold[node] = column.edges[split.bin] as number;
      tree.missingLeft[node] = split.missingLeft ? 1 : 0;
      tree.left[node] = build(leftRows, leftHistogram, depth + 1, leftLow, leftHigh);
      tree.right[node] = build(rightRows, rightHistogram, depth + 1, rightLow, rightHigh);
      return node;
    };
    build(rows, root, 0, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
    return tree;
  }

  private histogram(
    rows: Int32Array,
    gradients: Float64Array,
    hessians: Float64Array,
    columns: readonly number[],
  ): Histogram {
    const histogram = this.pool.pop() ?? new Float64Array(this.size);
    histogram.fill(0);
    for (const column of columns) {
      const { bins } = this.columns[column] as BinnedColumn;
      const offset = this.offsets[column] as number;
      for (let index = 0; index < rows.length; index++) {
        const row = rows[index] as number;
        const at = offset + (bins[row] as number) * 2;
        histogram[at] = (histogram[at] as number) + (gradients[row] as number);
        histogram[at + 1] = (histogram[at + 1] as number) + (hessians[row] as number);
      }
    }
    return histogram;
  }

  private totals(histogram: Histogram, column: number): [number, number] {
    const offset = this.offsets[column] as number;
    const end = offset + ((this.columns[column] as BinnedColumn).edges.length + 2) * 2;
    let [g, h] = [0, 0];
    for (let at = offset; at < end; at += 2) {
      g += histogram[at] as number;
      h += histogram[at + 1] as number;
    }
    return [g, h];
  }

  private bestSplit(
    histogram: Histogram,
    g: number,
    h: number,
    low: number,
    high: number,
    { columns, l2, minLeafWeight, minGain }: GrowOptions,
  ): Split | undefined {
    let best: Split | undefined;
    let most = minGain;
    const parent = (g * g) / (h + l2);
    for (const index of columns) {
      const { edges, monotone } = this.columns[index] as BinnedColumn;
      const offset = this.offsets[index] as number;
      const missing = offset + (edges.length + 1) * 2;
      const [gm, hm] = [histogram[missing] as number, histogram[missing + 1] as number];
      for (let side = 0; side < (hm > 0 ? 2 : 1); side++) {
        let [gl, hl] = side === 1 ? [gm, hm] : [0, 0];
        for (let bin = 0; bin < edges.length; bin++) {
          gl += histogram[offset + bin * 2] as number;
          hl += histogram[offset + bin * 2 + 1] as number;
          const [gr, hr] = [g - gl, h - hl];
          if (hl < minLeafWeight) continue;
          if (hr < minLeafWeight) break;
          const gain = (gl * gl) / (hl + l2) + (gr * gr) / (hr + l2) - parent;
          if (gain <= most) continue;
          if (monotone !== 0) {
            const clamp = (value: number): number => Math.min(high, Math.max(low, value));
            const rise = clamp(-gr / (hr + l2)) - clamp(-gl / (hl + l2));
            if (rise * monotone < 0) continue;
          }
          most = gain;
          best = { gain, column: index, bin, missingLeft: side === 1 };
        }
      }
    }
    return best;
  }

  /** Rows that go left to the front, order otherwise kept; returns how many. */
  private partition(rows: Int32Array, { column, bin, missingLeft }: Split): number {
    const { bins, edges } = this.columns[column] as BinnedColumn;
    const missing = edges.length + 1;
    const right: number[] = [];
    let left = 0;
    for (let index = 0; index < rows.length; index++) {
      const row = rows[index] as number;
      const at = bins[row] as number;
      if (at === missing ? missingLeft : at <= bin) rows[left++] = row;
      else right.push(row);
    }
    rows.set(right, left);
    return left;
  }
}

/** Cuts a column into at most `maxBins` bins: one per value when there are few, else equally filled ones. */
export function binColumn(
  values: Float64Array,
  maxBins: number,
  monotone: -1 | 0 | 1,
  sample: Int32Array,
): BinnedColumn {
  const present = Float64Array.from(sample, (row) => values[row] as number)
    .filter((value) => !Number.isNaN(value))
    .sort();
  const distinct: number[] = [];
  for (const value of present) if (value !== distinct.at(-1)) distinct.push(value);
  const edges: number[] = [];
  if (distinct.length <= maxBins) {
    for (let index = 1; index < distinct.length; index++)
      edges.push(between(distinct[index - 1] as number, distinct[index] as number));
  } else {
    for (let bin = 1; bin < maxBins; bin++) {
      const value = present[Math.floor((bin * present.length) / maxBins)] as number;
      if (value !== edges.at(-1)) edges.push(value);
    }
  }
  const sorted = Float64Array.from(edges);
  const bins = new Uint8Array(values.length);
  for (let row = 0; row < values.length; row++) bins[row] = binOf(values[row] as number, sorted);
  return { bins, edges: sorted, monotone };
}

/** A threshold between two neighbours; halfway unless rounding would land on the upper one. */
function between(low: number, high: number): number {
  const middle = low / 2 + high / 2;
  return middle > low && middle < high ? middle : low;
}

function binOf(value: number, edges: Float64Array): number {
  if (Number.isNaN(value)) return edges.length + 1;
  let [low, high] = [0, edges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value <= (edges[middle] as number)) high = middle;
    else low = middle + 1;
  }
  return low;
}
