import { encodeRows, hashDataset, learnFeatures, withReference, type Dataset, type EncodeOptions } from './encode.ts';
import { permutation, seededRandom } from './random.ts';
import type { LabelledRow, ModelDocument, TreeDocument } from './types.ts';

export interface IsolationForestOptions extends EncodeOptions {
  readonly name: string;
  readonly version: number;
  readonly seed?: number;
  readonly trainedAt?: number;
  /** Default 100. */
  readonly trees?: number;
  /** Rows per tree, default 256. */
  readonly sampleSize?: number;
  readonly onProgress?: (progress: { readonly tree: number; readonly trees: number }) => void;
}

/** Mean depth of an unsuccessful search in a binary tree of n rows: what a leaf of n rows still hides (Liu et al., 2008). */
export function averagePathLength(rows: number): number {
  if (rows <= 1) return 0;
  if (rows === 2) return 1;
  return 2 * (Math.log(rows - 1) + 0.5772156649015329) - (2 * (rows - 1)) / rows;
}

/**
 * Trains an isolation forest (Liu, Ting, Zhou 2008): rows that random cuts set apart soon are unusual. Labels are not looked
 * at. The score is 2^(-path / average path): about 0.5 for the usual, near 1 for the odd. Missing values take a random side.
 *
 * @example
 * ```ts
 * import { loadModel, trainIsolationForest } from '@xinglin/decide';
 *
 * const rows = Array.from({ length: 500 }, (_, index) => ({ row: { a: index % 10, b: (index * 7) % 11 } }));
 * const forest = loadModel(trainIsolationForest(rows, { name: 'odd', version: 1 }));
 * forest.score({ a: 500, b: -90 }) > forest.score({ a: 5, b: 5 }); // true
 * ```
 */
export function trainIsolationForest(
  rows: readonly Pick<LabelledRow, 'row'>[],
  options: IsolationForestOptions,
): ModelDocument {
  if (rows.length < 2) throw new RangeError('An isolation forest needs at least two rows.');
  const seed = options.seed ?? 1;
  const random = seededRandom(seed);
  const unlabelled = rows.map(({ row }) => ({ row, label: 0 as const }));
  const features = learnFeatures(unlabelled, options);
  if (features.length === 0) throw new RangeError('The rows have no features.');
  const data = encodeRows(unlabelled, features);
  const sampleSize = Math.min(options.sampleSize ?? 256, rows.length);
  const count = options.trees ?? 100;
  const limit = Math.ceil(Math.log2(Math.max(2, sampleSize)));
  const trees: TreeDocument[] = [];
  for (let tree = 0; tree < count; tree++) {
    trees.push(isolate(data, permutation(data.rows, random).subarray(0, sampleSize), limit, random));
    options.onProgress?.({ tree: tree + 1, trees: count });
  }
  return {
    format: 'xinglin-model/1',
    kind: 'isolation-forest',
    name: options.name,
    version: options.version,
    ...(options.trainedAt === undefined ? {} : { trainedAt: options.trainedAt }),
    seed,
    features: withReference(data),
    trees,
    base: 0,
    sampleSize,
    parameters: { trees: count, sampleSize },
    training: { rows: data.rows, positives: 0, sha256: hashDataset(data) },
  };
}

function isolate(data: Dataset, sample: Int32Array, limit: number, random: () => number): TreeDocument {
  const tree = {
    feature: [] as number[],
    threshold: [] as number[],
    left: [] as number[],
    right: [] as number[],
    missingLeft: [] as (0 | 1)[],
    cover: [] as number[],
  };
  const build = (rows: readonly number[], depth: number): number => {
    const node = tree.feature.push(-1) - 1;
    tree.threshold.push(depth + averagePathLength(rows.length));
    tree.left.push(0);
    tree.right.push(0);
    tree.missingLeft.push(0);
    tree.cover.push(Math.max(1, rows.length));
    if (depth >= limit || rows.length <= 1) return node;
    const cut = randomCut(data, rows, random);
    if (cut === undefined) return node;
    const column = data.columns[cut.feature] as Float64Array;
    const missingLeft = random() < 0.5;
    const goesLeft = (row: number): boolean => {
      const value = column[row] as number;
      return value <= cut.at || (missingLeft && Number.isNaN(value));
    };
    tree.feature[node] = cut.feature;
    tree.threshold[node] = cut.at;
    tree.missingLeft[node] = missingLeft ? 1 : 0;
    tree.left[node] = build(rows.filter(goesLeft), depth + 1);
    tree.right[node] = build(
      rows.filter((row) => !goesLeft(row)),
      depth + 1,
    );
    return node;
  };
  build([...sample], 0);
  return tree;
}

/** A random place between the least and the greatest value of a random feature that still varies. */
function randomCut(
  data: Dataset,
  rows: readonly number[],
  random: () => number,
): { feature: number; at: number } | undefined {
  const order = permutation(data.columns.length, random);
  for (const feature of order) {
    const column = data.columns[feature] as Float64Array;
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const row of rows) {
      const value = column[row] as number;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    if (!(high > low)) continue;
    const at = low + random() * (high - low);
    return { feature, at: at < high ? at : low };
  }
  return undefined;
}
