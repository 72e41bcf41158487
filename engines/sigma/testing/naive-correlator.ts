/** One event as the naive correlator remembers it. */
interface Seen {
  readonly at: number;
  readonly rule: number;
  readonly value: string;
}

export interface NaiveOptions {
  readonly type: 'event_count' | 'value_count' | 'temporal' | 'temporal_ordered';
  /** Condition `gte`. */
  readonly least: number;
  /** Milliseconds. */
  readonly timespan: number;
  readonly lateness: number;
  /** Events remembered per group. */
  readonly limit: number;
}

export interface NaiveHit {
  readonly from: number;
  readonly to: number;
  readonly value: number;
  readonly count: number;
}

/**
 * The definition of a sliding window, word by word: an array of events per group in order of time, and for each event
 * the windows that contain it, filtered from that array and measured from scratch. An event in order ends one window; a late one
 * lies in all that end between it and one time span later. What `createCorrelator` is compared with, in results and in speed.
 */
export function createNaiveCorrelator(options: NaiveOptions): {
  push(group: string, at: number, rule: number, value: string): NaiveHit | undefined;
  /** Events remembered over all groups. */
  readonly events: number;
} {
  const { timespan, lateness, limit } = options;
  const groups = new Map<string, { seen: Seen[]; lastHit: number | undefined }>();

  return {
    push(name, at, rule, value) {
      const known = groups.get(name);
      const group = known ?? { seen: [], lastHit: undefined };
      if (known === undefined) groups.set(name, group);
      const newest = group.seen.at(-1)?.at ?? Number.NEGATIVE_INFINITY;
      if (at < newest - lateness) return undefined;
      const behind = group.seen.findLastIndex((other) => other.at <= at) + 1;
      group.seen.splice(behind, 0, { at, rule, value });
      const late = at < newest;
      const ends = late
        ? group.seen.filter((other) => other.at >= at && other.at <= at + timespan)
        : group.seen.slice(-1);
      const hit = firstHit(options, group.seen, ends);
      const kept = group.seen.filter((other) => other.at >= Math.max(newest, at) - timespan - lateness);
      group.seen = kept.slice(-limit);
      if (hit === undefined) {
        if (!late) group.lastHit = undefined;
        return undefined;
      }
      const quiet = group.lastHit !== undefined && Math.abs(hit.to - group.lastHit) < timespan;
      if (quiet) return undefined;
      group.lastHit = hit.to;
      return hit;
    },
    get events() {
      let sum = 0;
      for (const { seen } of groups.values()) sum += seen.length;
      return sum;
    },
  };
}

function firstHit(options: NaiveOptions, seen: readonly Seen[], ends: readonly Seen[]): NaiveHit | undefined {
  for (const end of ends) {
    const last = seen.indexOf(end);
    const window = seen.filter((other, index) => index <= last && other.at >= end.at - options.timespan);
    const value = measure(options, window);
    if (value >= options.least) return { from: (window[0] as Seen).at, to: end.at, value, count: window.length };
  }
  return undefined;
}

function measure({ type }: NaiveOptions, window: readonly Seen[]): number {
  if (type === 'event_count') return window.length;
  if (type === 'value_count') return new Set(window.map(({ value }) => value)).size;
  if (type === 'temporal') return new Set(window.map(({ rule }) => rule)).size;
  return longestChain(window);
}

/** Longest list of events whose rules grow while their times do not go back. */
function longestChain(window: readonly Seen[]): number {
  const ordered = window.toSorted((left, right) => left.at - right.at || left.rule - right.rule);
  const longest: number[] = [];
  ordered.forEach((event, index) => {
    let best = 0;
    for (let before = 0; before < index; before++) {
      if ((ordered[before] as Seen).rule < event.rule) best = Math.max(best, longest[before] as number);
    }
    longest.push(best + 1);
  });
  return Math.max(0, ...longest);
}
