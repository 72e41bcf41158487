/** Figures of the pages, without React. */
import type { Timeline } from './types.ts';

/** From mildest to hardest. */
export const STEPS = ['allow', 'challenge', 'recheck', 'queue', 'verify', 'review', 'deny'] as const;
export type StepName = (typeof STEPS)[number];
export const REFUSALS: readonly string[] = ['review', 'deny'];

export interface Share {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** A share with its Wilson 95 % interval (Wilson 1927); undefined when there is nothing to divide by. */
export function wilson(hits: number, of: number): Share | undefined {
  if (of <= 0) return undefined;
  const z = 1.959964;
  const p = hits / of;
  const centre = (p + (z * z) / (2 * of)) / (1 + (z * z) / of);
  const half = (z / (1 + (z * z) / of)) * Math.sqrt((p * (1 - p)) / of + (z * z) / (4 * of * of));
  return { value: p, low: Math.max(0, Math.min(p, centre - half)), high: Math.min(1, Math.max(p, centre + half)) };
}

/** `3.2 %`; small shares keep two significant digits. */
export function percent(share: number): string {
  const value = share * 100;
  if (value === 0) return '0%';
  return `${value < 0.1 ? value.toPrecision(1) : value < 10 ? value.toFixed(1) : value.toFixed(0)}%`;
}

export interface StepCount {
  readonly step: StepName;
  readonly count: number;
  readonly share: number;
}

/** Counts by step over all actions, in the ladder's order; steps of a newer server are left to the total. */
export function ladder(steps: readonly { readonly step: string; readonly count: number }[]): StepCount[] {
  const total = steps.reduce((sum, { count }) => sum + count, 0);
  return STEPS.map((step) => {
    const count = steps.filter((one) => one.step === step).reduce((sum, one) => sum + one.count, 0);
    return { step, count, share: total === 0 ? 0 : count / total };
  });
}

/** One array per step over every bucket of the range, zeros where nothing happened. */
export function series(timeline: Timeline): {
  readonly at: readonly string[];
  readonly counts: ReadonlyMap<string, readonly number[]>;
} {
  const width = timeline.seconds * 1000;
  const first = Math.floor(Date.parse(timeline.from) / width) * width;
  const length = Math.max(1, Math.ceil((Date.parse(timeline.to) - first) / width));
  const counts = new Map<string, number[]>();
  for (const { at, step, count } of timeline.points) {
    const index = Math.floor((Date.parse(at) - first) / width);
    if (index < 0 || index >= length) continue;
    const own = counts.get(step) ?? Array.from({ length }, () => 0);
    own[index] = (own[index] ?? 0) + count;
    counts.set(step, own);
  }
  return { at: Array.from({ length }, (_, index) => new Date(first + index * width).toISOString()), counts };
}

/** Newest first, each id once, at most `limit`. */
export function newest<T extends { readonly id: string; readonly at: string }>(
  fresh: readonly T[],
  known: readonly T[],
  limit: number,
): T[] {
  const byId = new Map([...known, ...fresh].map((one) => [one.id, one]));
  return [...byId.values()].toSorted((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0)).slice(0, limit);
}

/** `1234abcd…`: enough of a salted key to tell two apart on a page. */
export function shortKey(key: string): string {
  return key.length > 12 ? `${key.slice(0, 8)}…` : key;
}
