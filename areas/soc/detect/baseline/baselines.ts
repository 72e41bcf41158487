/** Baselines of each institution: what was never seen before, and hours that are unlike the same hours of other weeks. Pure: event time only. */
import { z } from 'zod';
import { createFirstSeen } from './first-seen.ts';
import type { FirstSeenOptions } from './first-seen.ts';
import { detectionOfRarity, detectionOfVolume } from './explain-baseline.ts';
import type { BaselineDetection } from './explain-baseline.ts';
import { sightingsOf } from './observed.ts';
import type { ObservedEvent } from './observed.ts';
import { createVolume } from './volume.ts';
import type { VolumeOptions } from './volume.ts';

export interface BaselineOptions {
  readonly firstSeen?: Partial<FirstSeenOptions>;
  readonly volume?: Partial<VolumeOptions>;
}

export interface Baselines<E extends ObservedEvent = ObservedEvent> {
  /** Learns from the events and tells what is unusual. Events may come out of order and late. */
  observe(events: readonly E[]): BaselineDetection<E>[];
  /** `n` events of a data set at one hour, counted elsewhere; for what `observe` is then given without `event.dataset`. */
  count(tenant: string, dataset: string, ts: number, n: number): BaselineDetection<E>[];
  /** Event time has reached `now` though no event says so: closes hours. */
  advance(now: number): BaselineDetection<E>[];
  /** Plain JSON of everything learned. */
  snapshot(): unknown;
  /** Takes a snapshot back. Throws on other data, and then keeps what it has. */
  restore(state: unknown): void;
  readonly stats: {
    readonly books: number;
    readonly values: number;
    /** Detections not told for the daily limit. */
    readonly heldBack: number;
    readonly series: number;
    readonly lateEvents: number;
    /** Events whose time is far ahead of all others. */
    readonly skewedEvents: number;
  };
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const FIRST_SEEN: FirstSeenOptions = {
  learnMs: 14 * DAY_MS,
  learnEvents: 200,
  maxValues: 20_000,
  maxBooks: 3_000,
  maxPerDay: 20,
};
const VOLUME: VolumeOptions = {
  weeks: 8,
  learnWeeks: 3,
  threshold: 6,
  minDifference: 100,
  maxSeries: 5_000,
  utcOffsetMinutes: 480,
  latenessMs: 15 * 60_000,
};
/** A clock that is this far ahead is wrong, unless so many events in a row agree (after a long stop of the platform). */
const SKEW_MS = 6 * HOUR_MS;
const SKEW_AGREED = 200;
/** After a restart, a pause beyond this was a stop of the platform, not of its sources. */
const RESUME_MS = 30 * 60_000;

const State = z.object({
  version: z.literal(1),
  newest: z.number(),
  blindUntil: z.number(),
  books: z.array(
    z.object({
      tenant: z.string(),
      kind: z.enum(['process', 'country', 'account-host']),
      since: z.number(),
      sightings: z.number(),
      day: z.number(),
      toldToday: z.number(),
      heldBack: z.number(),
      values: z.array(z.tuple([z.string(), z.number()])),
    }),
  ),
  series: z.array(
    z.object({
      tenant: z.string(),
      dataset: z.string(),
      counts: z.array(z.int()),
      open: z.array(z.tuple([z.int(), z.int()])),
      next: z.int(),
    }),
  ),
});

export function createBaselines<E extends ObservedEvent = ObservedEvent>(options: BaselineOptions = {}): Baselines<E> {
  const firstSeen = createFirstSeen({ ...FIRST_SEEN, ...options.firstSeen });
  const volumeOptions = { ...VOLUME, ...options.volume };
  const volume = createVolume(volumeOptions);
  let newest = 0;
  let ahead = 0;
  let skewed = 0;

  let resumed = false;

  /** Moves the clock on; false: the event's own clock is not to be believed. */
  function tick(ts: number, n = 1): boolean {
    if (newest !== 0 && ts > newest + SKEW_MS) {
      ahead += n;
      if (ahead < SKEW_AGREED) {
        skewed += n;
        return false;
      }
      volume.blind(ts);
    } else if (resumed && ts > newest + RESUME_MS) volume.blind(ts);
    if (ts > newest) resumed = false;
    ahead = 0;
    newest = Math.max(newest, ts);
    return true;
  }

  let closedTo = 0;
  /** Judges the hours that are over; asked often, it works once an hour. */
  function close(): BaselineDetection<E>[] {
    const end = Math.floor((newest - volumeOptions.latenessMs) / HOUR_MS);
    if (end <= closedTo) return [];
    closedTo = end;
    return volume.close(newest).map((anomaly) => detectionOfVolume<E>(anomaly));
  }

  return {
    observe(events) {
      const found: BaselineDetection<E>[] = [];
      for (const one of events) {
        if (!Number.isFinite(one.ts) || one.ts <= 0) continue;
        if (!tick(one.ts)) continue;
        found.push(...close());
        const dataset = one.event['event.dataset'];
        if (typeof dataset === 'string') volume.count(one.tenant, dataset, one.ts);
        for (const sighting of sightingsOf(one.event)) {
          const rarity = firstSeen.see(one.tenant, sighting, one.ts);
          if (rarity !== undefined) found.push(detectionOfRarity(one, rarity));
        }
      }
      return found;
    },
    count(tenant, dataset, ts, n) {
      if (!Number.isFinite(ts) || ts <= 0 || !tick(ts, n)) return [];
      const found = close();
      volume.count(tenant, dataset, ts, n);
      return found;
    },
    advance(now) {
      newest = Math.max(newest, now);
      return close();
    },
    snapshot: () => ({
      version: 1,
      newest,
      blindUntil: volume.blindUntil,
      books: firstSeen.save(),
      series: volume.save(),
    }),
    restore(state) {
      const saved = State.parse(state);
      newest = saved.newest;
      closedTo = 0;
      firstSeen.restore(saved.books);
      volume.restore(saved.series, saved.blindUntil);
      resumed = true;
    },
    get stats() {
      return {
        ...firstSeen.stats,
        series: volume.series,
        lateEvents: volume.late,
        skewedEvents: skewed,
      };
    },
  };
}
