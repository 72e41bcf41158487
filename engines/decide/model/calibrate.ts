import type { Calibration } from './types.ts';

export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/**
 * Platt scaling: a logistic curve over raw scores, fitted by Newton's method with Platt's smoothed targets, which keep the
 * probabilities off 0 and 1 when there are few rows.
 */
export function fitPlatt(raw: ArrayLike<number>, labels: ArrayLike<number>): Calibration {
  let positives = 0;
  for (let index = 0; index < labels.length; index++) positives += labels[index] as number;
  const negatives = labels.length - positives;
  const [high, low] = [(positives + 1) / (positives + 2), 1 / (negatives + 2)];
  let [slope, offset] = [1, 0];
  for (let round = 0; round < 100; round++) {
    let [g1, g2, h11, h12, h22] = [0, 0, 1e-9, 0, 1e-9];
    for (let index = 0; index < labels.length; index++) {
      const x = raw[index] as number;
      const p = sigmoid(slope * x + offset);
      const error = p - (labels[index] === 1 ? high : low);
      const weight = Math.max(1e-12, p * (1 - p));
      g1 += error * x;
      g2 += error;
      h11 += weight * x * x;
      h12 += weight * x;
      h22 += weight;
    }
    const determinant = h11 * h22 - h12 * h12;
    if (!(Math.abs(determinant) > 1e-18)) break;
    const [d1, d2] = [(h22 * g1 - h12 * g2) / determinant, (h11 * g2 - h12 * g1) / determinant];
    // Newton overshoots when the classes are far apart: half steps keep it stable.
    const scale = Math.min(1, 5 / (Math.abs(d1) + Math.abs(d2) + 1e-12));
    slope -= scale * d1;
    offset -= scale * d2;
    if (Math.abs(d1) + Math.abs(d2) < 1e-8) break;
  }
  // Calibration must not turn the order of the model around.
  return {
    method: 'platt',
    slope: slope > 0 && Number.isFinite(slope) ? slope : 1,
    offset: Number.isFinite(offset) ? offset : 0,
  };
}

/** Isotonic regression (pool adjacent violators): the rising step curve closest to the labels. Needs some hundred rows. */
export function fitIsotonic(raw: ArrayLike<number>, labels: ArrayLike<number>): Calibration {
  const order = Int32Array.from({ length: raw.length }, (_, index) => index).sort(
    (a, b) => (raw[a] as number) - (raw[b] as number),
  );
  const blocks: { sum: number; rows: number; from: number; to: number }[] = [];
  for (const row of order) {
    const x = raw[row] as number;
    const last = blocks.at(-1);
    if (last !== undefined && last.to === x) {
      last.sum += labels[row] as number;
      last.rows++;
    } else blocks.push({ sum: labels[row] as number, rows: 1, from: x, to: x });
    for (;;) {
      const [before, current] = [blocks.at(-2), blocks.at(-1)];
      if (before === undefined || current === undefined) break;
      if (before.sum / before.rows < current.sum / current.rows) break;
      before.sum += current.sum;
      before.rows += current.rows;
      before.to = current.to;
      blocks.pop();
    }
  }
  const at: number[] = [];
  const probability: number[] = [];
  for (const block of blocks) {
    // Laplace's rule keeps a pure block off 0 and 1.
    const value = (block.sum + 0.5) / (block.rows + 1);
    const rising = Math.max(value, probability.at(-1) ?? 0);
    at.push(block.from);
    probability.push(rising);
    if (block.to > block.from) {
      at.push(block.to);
      probability.push(rising);
    }
  }
  return { method: 'isotonic', at, probability };
}

export function calibrated(calibration: Calibration | undefined, raw: number): number {
  if (calibration === undefined) return sigmoid(raw);
  if (calibration.method === 'platt') return sigmoid(calibration.slope * raw + calibration.offset);
  const { at, probability } = calibration;
  if (at.length === 0) return sigmoid(raw);
  if (raw <= (at[0] as number)) return probability[0] as number;
  let [low, high] = [0, at.length - 1];
  if (raw >= (at[high] as number)) return probability[high] as number;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((at[middle] as number) <= raw) low = middle;
    else high = middle;
  }
  const [x0, x1] = [at[low] as number, at[high] as number];
  const [y0, y1] = [probability[low] as number, probability[high] as number];
  return x1 === x0 ? y1 : y0 + ((raw - x0) / (x1 - x0)) * (y1 - y0);
}
