import { createEncoder, sharesOf } from './encode.ts';
import { auc } from './metrics.ts';
import { permutation, seededRandom } from './random.ts';
import type { LabelledRow, Model, ModelFeature } from './types.ts';
import type { FeatureRow } from '../types.ts';

export interface FeatureImportance {
  readonly feature: string;
  /** AUC lost when the feature's values are dealt to other rows at random; about 0 for a feature of no use. */
  readonly loss: number;
}

/** Permutation importance (Breiman, 2001) on rows the model has not seen, greatest first. */
export function permutationImportance(model: Model, rows: readonly LabelledRow[], seed = 1): FeatureImportance[] {
  const random = seededRandom(seed);
  const labels = rows.map(({ label }) => label);
  const whole = auc(
    rows.map(({ row }) => model.raw(row)),
    labels,
  );
  // A short path, not a large log-odds, is what an isolation forest calls odd.
  const sign = model.document.kind === 'isolation-forest' ? -1 : 1;
  const baseline = sign === 1 ? whole : 1 - whole;
  return model.document.features
    .map(({ name }) => {
      const order = permutation(rows.length, random);
      const scores = rows.map(({ row }, index) => {
        const other = rows[order[index] as number]?.row[name];
        return sign * model.raw({ ...row, [name]: other });
      });
      return { feature: name, loss: baseline - auc(scores, labels) };
    })
    .toSorted((a, b) => b.loss - a.loss);
}

export interface FeatureDrift {
  readonly feature: string;
  /** Population stability index over the training deciles and missing. */
  readonly psi: number;
  /** Kolmogorov–Smirnov distance at the training deciles. */
  readonly ks: number;
  readonly missingThen: number;
  readonly missingNow: number;
  /** PSI below 0.1 is stable, from 0.25 on the model should be looked at. */
  readonly verdict: 'stable' | 'watch' | 'drift';
}

/** How far today's rows are from those the model was trained on, per feature, greatest first. */
export function driftReport(model: Model, rows: readonly FeatureRow[]): FeatureDrift[] {
  const { features } = model.document;
  const encode = createEncoder(features);
  const columns = features.map(() => [] as number[]);
  const vector = new Float64Array(features.length);
  for (const row of rows) {
    encode(row, vector);
    vector.forEach((value, index) => {
      if (!Number.isNaN(value)) columns[index]?.push(value);
    });
  }
  return features
    .map((feature, index) => driftOf(feature, columns[index] ?? [], rows.length))
    .toSorted((a, b) => b.psi - a.psi);
}

function driftOf({ name, reference }: ModelFeature, present: readonly number[], rows: number): FeatureDrift {
  const missingNow = rows === 0 ? 0 : 1 - present.length / rows;
  const missingThen = reference?.missing ?? missingNow;
  const then = reference?.shares ?? [];
  const now = sharesOf(present, reference?.edges ?? []);
  let psi = stability(missingThen, missingNow);
  let [sumThen, sumNow, ks] = [0, 0, 0];
  then.forEach((share, bin) => {
    const other = now[bin] ?? 0;
    psi += stability(share * (1 - missingThen), other * (1 - missingNow));
    sumThen += share;
    sumNow += other;
    if (present.length > 0) ks = Math.max(ks, Math.abs(sumThen - sumNow));
  });
  const verdict = psi < 0.1 ? 'stable' : psi < 0.25 ? 'watch' : 'drift';
  return { feature: name, psi, ks, missingThen, missingNow, verdict };
}

/** One term of the index; shares of 0 count as one in ten thousand. */
function stability(then: number, now: number): number {
  const [a, b] = [Math.max(1e-4, then), Math.max(1e-4, now)];
  return (b - a) * Math.log(b / a);
}
