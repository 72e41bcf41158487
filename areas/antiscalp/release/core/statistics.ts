export interface Interval {
  readonly value: number;
  /** 95 % interval. */
  readonly low: number;
  readonly high: number;
  readonly n: number;
}

const Z = 1.959963984540054;

/** Mean of `n` independent trials, each from 0 to 1, with the larger of the normal interval and Wilson's at the edges: a rate of 0 in n trials is not proof of 0. */
export function meanInterval(sum: number, sumOfSquares: number, n: number): Interval {
  if (n === 0) return { value: 0, low: 0, high: 1, n };
  const mean = sum / n;
  const variance = n > 1 ? Math.max(0, (sumOfSquares - n * mean * mean) / (n - 1)) : 0;
  const half = Z * Math.sqrt(variance / n);
  const wilson = wilsonInterval(mean * n, n);
  const edge = mean < 1e-3 || mean > 1 - 1e-3;
  return {
    value: mean,
    low: Math.max(0, edge ? Math.min(mean - half, wilson.low) : mean - half),
    high: Math.min(1, edge ? Math.max(mean + half, wilson.high) : mean + half),
    n,
  };
}

/** Wilson's score interval of `hits` in `n`. */
export function wilsonInterval(hits: number, n: number): Interval {
  if (n === 0) return { value: 0, low: 0, high: 1, n };
  const p = hits / n;
  const z2 = Z * Z;
  const centre = (p + z2 / (2 * n)) / (1 + z2 / n);
  const half = (Z / (1 + z2 / n)) * Math.sqrt((p * (1 - p)) / n + z2 / (4 * n * n));
  return { value: p, low: Math.max(0, centre - half), high: Math.min(1, centre + half), n };
}

/** Pearson's statistic of observed counts against equal expectation. */
export function chiSquare(observed: readonly number[], expected?: readonly number[]): number {
  const mean = observed.reduce((sum, value) => sum + value, 0) / observed.length;
  return observed.reduce(
    (sum, value, at) => sum + (value - (expected?.[at] ?? mean)) ** 2 / (expected?.[at] ?? mean),
    0,
  );
}

/** Chance of a statistic at least this large when all is fair: upper tail by Wilson and Hilferty's cube root (good to 3 digits above 5 degrees). */
export function chiSquareTail(statistic: number, degrees: number): number {
  const spread = 2 / (9 * degrees);
  const z = (Math.cbrt(statistic / degrees) - (1 - spread)) / Math.sqrt(spread);
  return 0.5 * erfc(z / Math.SQRT2);
}

/** Abramowitz and Stegun 7.1.26, error below 1.5e-7. */
function erfc(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const poly = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  const tail = poly * Math.exp(-x * x);
  return x >= 0 ? tail : 2 - tail;
}
