import { calibrated, fitIsotonic, fitPlatt, sigmoid } from './calibrate.ts';
import { encodeRows, hashDataset, learnFeatures, withReference, type EncodeOptions } from './encode.ts';
import { binColumn, TreeGrower } from './grow-tree.ts';
import { Forest } from './forest.ts';
import { logLoss, measure } from './metrics.ts';
import { permutation, seededRandom } from './random.ts';
import type { LabelledRow, ModelDocument, TreeDocument } from './types.ts';

export interface TrainProgress {
  readonly tree: number;
  readonly trees: number;
  /** On the rows held out. */
  readonly logLoss: number;
}

export interface BoostedTreesOptions extends EncodeOptions {
  readonly name: string;
  readonly version: number;
  /** Default 1. The same rows, options and seed give the same model, byte for byte. */
  readonly seed?: number;
  /** Epoch ms to record as the time of training. */
  readonly trainedAt?: number;
  /** At most; early stopping may keep fewer. Default 200. */
  readonly trees?: number;
  readonly depth?: number;
  readonly learningRate?: number;
  readonly l2?: number;
  /** Least sum of Hessians in a leaf. Default 1. */
  readonly minLeafWeight?: number;
  readonly minGain?: number;
  /** Shares of rows and features that each tree sees. Defaults 0.8 and 0.8. */
  readonly rowShare?: number;
  readonly featureShare?: number;
  /** 2 to 254, default 64. */
  readonly bins?: number;
  /** Trees without progress on the held-out rows before stopping. Default 20. */
  readonly patience?: number;
  /** Rows held out for stopping, calibration and metrics: a share taken at random (default 0.25), or rows chosen by day or attacker family. */
  readonly holdOut?: number | readonly LabelledRow[];
  /** Default: `isotonic` from 1,000 held-out rows, else `platt`. */
  readonly calibration?: 'isotonic' | 'platt' | 'none';
  readonly onProgress?: (progress: TrainProgress) => void;
}

/**
 * Trains gradient-boosted trees for a yes/no truth: logistic loss, histograms, second-order leaf values, missing values
 * learned, optional monotone features, early stopping, calibrated probabilities. Half of the held-out rows calibrate, the
 * other half give the metrics.
 *
 * @example
 * ```ts
 * import { loadModel, trainBoostedTrees } from '@xinglin/decide';
 *
 * const rows = Array.from({ length: 400 }, (_, index) => ({
 *   row: { requests: index % 40, verified: index % 2 === 0 },
 *   label: index % 40 > 25 ? (1 as const) : (0 as const),
 * }));
 * const model = loadModel(trainBoostedTrees(rows, { name: 'demo', version: 1, trees: 30 }));
 * model.score({ requests: 39, verified: true }) > 0.8; // true
 * model.score({ requests: 2, verified: true }) < 0.2; // true
 * model.explain({ requests: 39, verified: true }).contributions[0]?.feature; // 'requests'
 * ```
 */
export function trainBoostedTrees(rows: readonly LabelledRow[], options: BoostedTreesOptions): ModelDocument {
  const parameters = {
    trees: options.trees ?? 200,
    depth: options.depth ?? 6,
    learningRate: options.learningRate ?? 0.1,
    l2: options.l2 ?? 1,
    minLeafWeight: options.minLeafWeight ?? 1,
    minGain: options.minGain ?? 1e-6,
    rowShare: options.rowShare ?? 0.8,
    featureShare: options.featureShare ?? 0.8,
    bins: Math.min(254, Math.max(2, options.bins ?? 64)),
    patience: options.patience ?? 20,
  };
  const seed = options.seed ?? 1;
  const random = seededRandom(seed);
  const { train, held } = splitRows(rows, options.holdOut ?? 0.25, random);
  const positivesOf = (some: readonly LabelledRow[]): number => some.reduce((sum, { label }) => sum + label, 0);
  if (train.length === 0 || positivesOf(train) === 0 || positivesOf(train) === train.length) {
    throw new RangeError('Training needs rows of both labels: 1 (attacker) and 0 (honest).');
  }
  const features = learnFeatures(train, options);
  if (features.length === 0) throw new RangeError('The rows have no features.');
  const data = encodeRows(train, features);
  const test = encodeRows(held, features);

  const sample = permutation(data.rows, random).subarray(0, 50_000);
  const grower = new TreeGrower(
    data.columns.map((column, index) => binColumn(column, parameters.bins, features[index]?.monotone ?? 0, sample)),
  );
  const weight = data.weights.reduce((sum, value) => sum + value, 0);
  const positiveWeight = data.weights.reduce((sum, value, row) => sum + value * (data.labels[row] as number), 0);
  const base = Math.log(positiveWeight / (weight - positiveWeight));
  const scores = new Float64Array(data.rows).fill(base);
  const heldScores = new Float64Array(test.rows).fill(base);
  const gradients = new Float64Array(data.rows);
  const hessians = new Float64Array(data.rows);
  const gains = new Float64Array(features.length);
  const gainsAt: Float64Array[] = [];
  const trees: TreeDocument[] = [];
  let best = { loss: Number.POSITIVE_INFINITY, trees: 0 };
  const vectors = Array.from({ length: test.rows }, (_, row) =>
    Float64Array.from(test.columns, (column) => column[row] as number),
  );
  for (let round = 0; round < parameters.trees; round++) {
    for (let row = 0; row < data.rows; row++) {
      const p = sigmoid(scores[row] as number);
      gradients[row] = (p - (data.labels[row] as number)) * (data.weights[row] as number);
      hessians[row] = Math.max(1e-16, p * (1 - p)) * (data.weights[row] as number);
    }
    const columns = permutation(features.length, random).subarray(
      0,
      Math.max(1, Math.round(features.length * parameters.featureShare)),
    );
    const chosen =
      parameters.rowShare >= 1
        ? Int32Array.from(data.labels, (_, row) => row)
        : Int32Array.from({ length: data.rows }, (_, row) => row).filter(() => random() < parameters.rowShare);
    if (chosen.length === 0) continue;
    const inTree = new Float64Array(data.rows);
    const tree = grower.grow(chosen, gradients, hessians, inTree, gains, { ...parameters, columns: [...columns] });
    trees.push(tree);
    gainsAt.push(gains.slice());
    addTree(tree, data.columns, scores, data.rows);
    const single = new Forest([tree]);
    const probabilities = new Float64Array(test.rows);
    for (let row = 0; row < test.rows; row++) {
      heldScores[row] = (heldScores[row] as number) + single.sum(vectors[row] as Float64Array);
      probabilities[row] = sigmoid(heldScores[row] as number);
    }
    const loss = test.rows === 0 ? -round : logLoss(probabilities, test.labels);
    if (loss < best.loss - 1e-9) best = { loss, trees: trees.length };
    options.onProgress?.({ tree: round + 1, trees: parameters.trees, logLoss: test.rows === 0 ? Number.NaN : loss });
    if (trees.length - best.trees >= parameters.patience) break;
  }
  trees.length = best.trees;
  const forest = new Forest(trees);
  const raw = Float64Array.from(vectors, (vector) => base + forest.sum(vector));
  // Every second held-out row calibrates; the others judge.
  const [even, odd] = [0, 1].map((side) => raw.map((_, row) => row).filter((row) => row % 2 === side));
  const pick = (values: ArrayLike<number>, part: ArrayLike<number>): number[] =>
    Array.from(part, (row) => values[row] as number);
  const fitting = [pick(raw, even ?? []), pick(test.labels, even ?? [])] as const;
  const method = options.calibration ?? (test.rows >= 1000 ? 'isotonic' : 'platt');
  const both = fitting[1].includes(1) && fitting[1].includes(0);
  const calibration =
    method === 'none' || !both ? undefined : method === 'isotonic' ? fitIsotonic(...fitting) : fitPlatt(...fitting);
  const ranking = pick(raw, odd ?? []);
  const judged = ranking.map((value) => calibrated(calibration, value));
  const totalGain = gainsAt[best.trees - 1] ?? gains;
  const sum = totalGain.reduce((all, gain) => all + gain, 0);
  return {
    format: 'xinglin-model/1',
    kind: 'boosted-trees',
    name: options.name,
    version: options.version,
    ...(options.trainedAt === undefined ? {} : { trainedAt: options.trainedAt }),
    seed,
    features: withReference(data),
    trees,
    base,
    ...(calibration === undefined ? {} : { calibration }),
    parameters,
    training: { rows: data.rows, positives: data.positives, sha256: hashDataset(data) },
    ...(judged.length === 0 ? {} : { metrics: measure(judged, pick(test.labels, odd ?? []), ranking) }),
    importance: Object.fromEntries(
      features
        .map(({ name }, index): [string, number] => [name, sum === 0 ? 0 : (totalGain[index] as number) / sum])
        .toSorted((a, b) => b[1] - a[1]),
    ),
  };
}

function splitRows(
  rows: readonly LabelledRow[],
  holdOut: number | readonly LabelledRow[],
  random: () => number,
): { train: readonly LabelledRow[]; held: readonly LabelledRow[] } {
  if (typeof holdOut !== 'number') return { train: rows, held: holdOut };
  const order = permutation(rows.length, random);
  const size = Math.round(rows.length * Math.min(0.9, Math.max(0, holdOut)));
  const pick = (part: Int32Array): LabelledRow[] => Array.from(part, (row) => rows[row] as LabelledRow);
  return { train: pick(order.subarray(size)), held: pick(order.subarray(0, size)) };
}

/** Adds the tree's value to every row, those outside its sample too. */
function addTree(tree: TreeDocument, columns: readonly Float64Array[], scores: Float64Array, rows: number): void {
  for (let row = 0; row < rows; row++) {
    let node = 0;
    for (let feature = tree.feature[0] as number; feature >= 0; feature = tree.feature[node] as number) {
      const value = (columns[feature] as Float64Array)[row] as number;
      const limit = tree.threshold[node] as number;
      const left = value <= limit || (!(value > limit) && tree.missingLeft[node] === 1);
      node = (left ? tree.left[node] : tree.right[node]) as number;
    }
    scores[row] = (scores[row] as number) + (tree.threshold[node] as number);
  }
}
