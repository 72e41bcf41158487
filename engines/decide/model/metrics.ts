import type { ModelMetrics } from './types.ts';

type Numbers = ArrayLike<number>;

/** Indexes by falling score. */
function ranked(scores: Numbers): Int32Array {
  return Int32Array.from({ length: scores.length }, (_, index) => index).sort(
    (a, b) => (scores[b] as number) - (scores[a] as number),
  );
}

/**
 * Area under the ROC curve: the probability that a positive scores above a negative, ties counting half. 0.5 when one class
 * is absent.
 *
 * @example
 * ```ts
 * import { auc } from '@xinglin/decide';
 *
 * auc([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]); // 0.75
 * ```
 */
export function auc(scores: Numbers, labels: Numbers): number {
  const order = ranked(scores);
  let [above, won, positives] = [0, 0, 0];
  for (let at = 0; at < order.length;) {
    let [end, up, down] = [at, 0, 0];
    while (end < order.length && scores[order[end] as number] === scores[order[at] as number]) {
      if (labels[order[end++] as number] === 1) up++;
      else down++;
    }
    won += down * (above + up / 2);
    above += up;
    positives += up;
    at = end;
  }
  const negatives = order.length - positives;
  return positives === 0 || negatives === 0 ? 0.5 : won / (positives * negatives);
}

/** Share of positives at or above the lowest score that keeps the false positive rate at or below `fpr`, and that score. */
export function recallAtFpr(scores: Numbers, labels: Numbers, fpr: number): { recall: number; threshold: number } {
  const order = ranked(scores);
  let positives = 0;
  for (let index = 0; index < labels.length; index++) positives += labels[index] === 1 ? 1 : 0;
  const allowed = Math.floor(fpr * (labels.length - positives) + 1e-9);
  let [hits, alarms, recall] = [0, 0, 0];
  let threshold = Number.POSITIVE_INFINITY;
  for (let at = 0; at < order.length;) {
    const score = scores[order[at] as number] as number;
    // Equal scores pass together or not at all.
    for (; at < order.length && scores[order[at] as number] === score; at++) {
      if (labels[order[at] as number] === 1) hits++;
      else alarms++;
    }
    if (alarms > allowed) break;
    [recall, threshold] = [positives === 0 ? 0 : hits / positives, score];
  }
  return { recall, threshold };
}

/** Area under the precision–recall curve as average precision. */
export function averagePrecision(scores: Numbers, labels: Numbers): number {
  const order = ranked(scores);
  let [hits, sum] = [0, 0];
  for (let at = 0; at < order.length;) {
    const score = scores[order[at] as number] as number;
    const before = hits;
    for (; at < order.length && scores[order[at] as number] === score; at++)
      hits += labels[order[at] as number] === 1 ? 1 : 0;
    sum += (hits - before) * (hits / at);
  }
  return hits === 0 ? 0 : sum / hits;
}

export function logLoss(probabilities: Numbers, labels: Numbers): number {
  let sum = 0;
  for (let index = 0; index < labels.length; index++) {
    const p = Math.min(1 - 1e-12, Math.max(1e-12, probabilities[index] as number));
    sum -= labels[index] === 1 ? Math.log(p) : Math.log(1 - p);
  }
  return labels.length === 0 ? 0 : sum / labels.length;
}

export interface CalibrationBin {
  readonly rows: number;
  readonly predicted: number;
  readonly observed: number;
}

/** Mean prediction against share of positives, in bins of equally many rows. */
export function calibrationBins(probabilities: Numbers, labels: Numbers, bins = 10): CalibrationBin[] {
  const order = ranked(probabilities).reverse();
  const result: CalibrationBin[] = [];
  for (let bin = 0; bin < bins; bin++) {
    const rows = order.subarray(Math.floor((bin * order.length) / bins), Math.floor(((bin + 1) * order.length) / bins));
    if (rows.length === 0) continue;
    let [predicted, observed] = [0, 0];
    for (const row of rows) {
      predicted += probabilities[row] as number;
      observed += labels[row] as number;
    }
    result.push({ rows: rows.length, predicted: predicted / rows.length, observed: observed / rows.length });
  }
  return result;
}

/** Everything the training report shows. `ranking`: scores before calibration, which ties fewer rows. */
export function measure(probabilities: Numbers, labels: Numbers, ranking: Numbers = probabilities): ModelMetrics {
  let [brier, positives] = [0, 0];
  for (let index = 0; index < labels.length; index++) {
    brier += ((probabilities[index] as number) - (labels[index] as number)) ** 2;
    positives += labels[index] as number;
  }
  const rows = labels.length;
  const { recall, threshold } = recallAtFpr(ranking, labels, 0.001);
  let lowest = 1;
  for (let index = 0; index < rows; index++) {
    if ((ranking[index] as number) >= threshold) lowest = Math.min(lowest, probabilities[index] as number);
  }
  const calibrationError = calibrationBins(probabilities, labels).reduce(
    (sum, bin) => sum + (bin.rows / Math.max(1, rows)) * Math.abs(bin.predicted - bin.observed),
    0,
  );
  return {
    rows,
    positives,
    auc: auc(ranking, labels),
    averagePrecision: averagePrecision(ranking, labels),
    logLoss: logLoss(probabilities, labels),
    brier: rows === 0 ? 0 : brier / rows,
    calibrationError,
    recallAtFpr001: recall,
    thresholdAtFpr001: lowest,
  };
}
