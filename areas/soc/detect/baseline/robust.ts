/** Median and median absolute deviation: a few wild values do not move them. */

export function median(values: readonly number[]): number {
  if (values.length === 0) return Number.NaN;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

export interface Spread {
  readonly median: number;
  /** An estimate of the standard deviation: 1.4826 × MAD, never below that of counting (√median) nor below 1. */
  readonly deviation: number;
}

/** 1.4826 makes the MAD of a normal distribution its standard deviation. */
const NORMAL = 1.4826;

export function spreadOf(values: readonly number[]): Spread {
  const center = median(values);
  const mad = median(values.map((value) => Math.abs(value - center)));
  return { median: center, deviation: Math.max(NORMAL * mad, Math.sqrt(Math.max(center, 0)), 1) };
}
