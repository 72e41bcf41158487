import type { FeatureRow, FeatureType, FeatureValue } from '../types.ts';

/** A feature as a model takes it. */
export interface ModelFeature {
  readonly name: string;
  readonly type: FeatureType;
  /** For texts: the values known from training in the order of their share of positives; others are missing. */
  readonly values?: readonly string[];
  /** `1`: the probability must not fall when the feature grows; `-1`: must not grow. */
  readonly monotone?: 1 | -1;
  /** Shares of the training rows below each edge and above the last, for the drift report; `missing` beside. */
  readonly reference?: {
    readonly edges: readonly number[];
    readonly shares: readonly number[];
    readonly missing: number;
  };
}

/**
 * One tree. Node `i` is a leaf when `feature[i]` is -1, with its value in `threshold[i]`; else rows with value ≤ threshold
 * go to `left[i]`, others to `right[i]`, missing ones left when `missingLeft[i]` is 1. Children come after parents.
 */
export interface TreeDocument {
  readonly feature: readonly number[];
  readonly threshold: readonly number[];
  readonly left: readonly number[];
  readonly right: readonly number[];
  readonly missingLeft: readonly (0 | 1)[];
  /** Training weight that reached the node, for contributions. */
  readonly cover: readonly number[];
}

export type Calibration =
  | { readonly method: 'platt'; readonly slope: number; readonly offset: number }
  /** Steps: the probability of `at[i]` is `probability[i]`, between them linear. */
  | { readonly method: 'isotonic'; readonly at: readonly number[]; readonly probability: readonly number[] };

export interface ModelMetrics {
  readonly rows: number;
  readonly positives: number;
  readonly auc: number;
  readonly averagePrecision: number;
  readonly logLoss: number;
  readonly brier: number;
  /** Expected calibration error over ten equally filled bins. */
  readonly calibrationError: number;
  readonly recallAtFpr001: number;
  readonly thresholdAtFpr001: number;
}

export interface ModelDocument {
  readonly format: 'xinglin-model/1';
  readonly kind: 'boosted-trees' | 'isolation-forest';
  readonly name: string;
  readonly version: number;
  /** Epoch ms, as the trainer was told. */
  readonly trainedAt?: number;
  readonly seed: number;
  readonly features: readonly ModelFeature[];
  readonly trees: readonly TreeDocument[];
  /** Log-odds before the first tree; 0 for an isolation forest. */
  readonly base: number;
  /** Rows per tree of an isolation forest. */
  readonly sampleSize?: number;
  readonly calibration?: Calibration;
  readonly parameters: Readonly<Record<string, number | string | boolean>>;
  readonly training: { readonly rows: number; readonly positives: number; readonly sha256: string };
  /** On rows that were not trained on. */
  readonly metrics?: ModelMetrics;
  /** Share of the gain per feature name, summing to 1. */
  readonly importance?: Readonly<Record<string, number>>;
}

export interface Contribution {
  readonly feature: string;
  readonly value: FeatureValue | null;
  /** In log-odds (boosted trees) or path length (isolation forest); the sum with `base` is the raw score. */
  readonly contribution: number;
}

export interface ModelExplanation {
  readonly base: number;
  readonly raw: number;
  readonly probability: number;
  /** Greatest first by absolute value. */
  readonly contributions: readonly Contribution[];
}

/** A model ready to score. Not re-entrant. */
export interface Model {
  readonly document: ModelDocument;
  /** `name@version`. */
  readonly version: string;
  /** Calibrated probability (boosted trees), or anomaly score 0 to 1 (isolation forest). */
  score(row: FeatureRow): number;
  /** Before calibration: log-odds, or mean path length. */
  raw(row: FeatureRow): number;
  /** Which features made the score what it is (TreeSHAP, exact), at most `top`. */
  explain(row: FeatureRow, top?: number): ModelExplanation;
}

/** A row with its truth: 1 attacker, 0 honest. */
export interface LabelledRow {
  readonly row: FeatureRow;
  readonly label: 0 | 1;
  readonly weight?: number;
}
