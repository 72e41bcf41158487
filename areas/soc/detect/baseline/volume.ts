/**
 * Volume by hour of the week: the count of an hour is compared with the same hour (and its neighbours) of the weeks before. Hospitals have
 * strong days and weeks: ten thousand lines on Monday at nine are normal, on Sunday at three they are not.
 */
import { spreadOf } from './robust.ts';

export interface VolumeOptions {
  /** Weeks remembered. */
  readonly weeks: number;
  /** Values of the same hour that must be known before anything is told. */
  readonly learnWeeks: number;
  /** Robust standard deviations that count as an anomaly. */
  readonly threshold: number;
  /** Smaller differences are never told. */
  readonly minDifference: number;
  /** Series (institution and data set) remembered. */
  readonly maxSeries: number;
  /** Minutes east of UTC by which people live; 480 = Beijing. */
  readonly utcOffsetMinutes: number;
  /** How long after its end an hour may still receive events. */
  readonly latenessMs: number;
}

export interface VolumeAnomaly {
  readonly tenant: string;
  readonly dataset: string;
  /** Start of the hour, epoch milliseconds. */
  readonly hour: number;
  readonly count: number;
  readonly median: number;
  readonly deviations: number;
  readonly direction: 'up' | 'down';
  /** Values it was compared with. */
  readonly compared: number;
}

interface Series {
  readonly tenant: string;
  readonly dataset: string;
  /** Counts by slot and week, -1 = not known. */
  readonly counts: Int32Array;
  /** Hours since the epoch → events, of hours that are not over. */
  readonly open: Map<number, number>;
  /** The next hour to judge. */
  next: number;
}

export interface SavedSeries {
  readonly tenant: string;
  readonly dataset: string;
  readonly counts: readonly number[];
  readonly open: readonly (readonly [number, number])[];
  readonly next: number;
}

export interface Volume {
  /** `n` events (one, when not said) of the hour of `at`. */
  count(tenant: string, dataset: string, at: number, n?: number): void;
  /** Judges and learns the hours that are over at this event time. */
  close(now: number): VolumeAnomaly[];
  /** The platform itself did not look until now: of the hours up to and with this one nothing is judged or learned. */
  blind(now: number): void;
  save(): SavedSeries[];
  restore(series: readonly SavedSeries[], blindUntil: number): void;
  /** First hour since the epoch that is judged again. */
  readonly blindUntil: number;
  readonly series: number;
  /** Events of hours that were judged already. */
  readonly late: number;
}

const HOUR_MS = 3_600_000;
const SLOTS = 168;
const UNKNOWN = -1;
const MAX_COUNT = 2 ** 31 - 1;

export function createVolume(options: VolumeOptions): Volume {
  const { weeks } = options;
  const all = new Map<string, Series>();
  let late = 0;
  let blindUntil = 0;
  const localHour = (hour: number): number => hour + Math.floor(options.utcOffsetMinutes / 60);
  const slotOf = (hour: number): number => ((localHour(hour) % SLOTS) + SLOTS) % SLOTS;
  const weekOf = (hour: number): number => ((Math.floor(localHour(hour) / SLOTS) % weeks) + weeks) % weeks;

  function seriesOf(tenant: string, dataset: string, hour: number): Series {
    const key = `${tenant}\u0000${dataset}`;
    const known = all.get(key);
    if (known !== undefined) return known;
    if (all.size >= options.maxSeries) {
      // The one longest without an event comes first: a series that gets events is moved to the end when its hours close.
      for (const oldest of all.keys()) {
        all.delete(oldest);
        break;
      }
    }
    const made: Series = {
      tenant,
      dataset,
      counts: new Int32Array(SLOTS * weeks).fill(UNKNOWN),
      open: new Map(),
      next: hour,
    };
    all.set(key, made);
    return made;
  }

  /** The same hour of other weeks, and the hours before and after it. */
  function history(series: Series, hour: number): { own: number; values: number[] } {
    const values: number[] = [];
    let own = 0;
    for (const offset of [0, -1, 1]) {
      const slot = slotOf(hour + offset);
      const current = weekOf(hour + offset);
      for (let week = 0; week < weeks; week += 1) {
        const value = series.counts[slot * weeks + week] ?? UNKNOWN;
        if (value === UNKNOWN || week === current) continue;
        if (offset === 0) own += 1;
        values.push(value);
      }
    }
    return { own, values };
  }

  function judge(series: Series, hour: number, count: number): VolumeAnomaly | undefined {
    const { own, values } = history(series, hour);
    if (own < options.learnWeeks) return undefined;
    const { median, deviation } = spreadOf(values);
    const difference = count - median;
    const deviations = difference / deviation;
    if (Math.abs(deviations) < options.threshold || Math.abs(difference) < options.minDifference) return undefined;
    // Neighbours count for the level, yet a value that this very hour has had before is nothing new.
    const slot = slotOf(hour);
    const same = Array.from(series.counts.subarray(slot * weeks, (slot + 1) * weeks)).filter(
      (value, week) => value !== UNKNOWN && week !== weekOf(hour),
    );
    if (difference > 0 ? same.some((value) => value >= count) : same.some((value) => value <= count)) return undefined;
    return {
      tenant: series.tenant,
      dataset: series.dataset,
      hour: hour * HOUR_MS,
      count,
      median,
      deviations,
      direction: difference > 0 ? 'up' : 'down',
      compared: values.length,
    };
  }

  return {
    count(tenant, dataset, at, n = 1) {
      const hour = Math.floor(at / HOUR_MS);
      const series = seriesOf(tenant, dataset, hour);
      if (hour < series.next && !series.open.has(hour)) {
        late += n;
        return;
      }
      series.open.set(hour, (series.open.get(hour) ?? 0) + n);
    },
    close(now) {
      const end = Math.floor((now - options.latenessMs) / HOUR_MS);
      const found: VolumeAnomaly[] = [];
      for (const [key, series] of all) {
        // One that was moved to the end comes again, and is done.
        if (series.next >= end) continue;
        if (series.open.size > 0) {
          all.delete(key);
          all.set(key, series);
        }
        // A gap longer than what is remembered has nothing to teach.
        const from = Math.max(series.next, end - SLOTS * weeks);
        for (let hour = from; hour < end; hour += 1) {
          const count = Math.min(series.open.get(hour) ?? 0, MAX_COUNT);
          series.open.delete(hour);
          if (hour < blindUntil) continue;
          const anomaly = judge(series, hour, count);
          if (anomaly !== undefined) found.push(anomaly);
          series.counts[slotOf(hour) * weeks + weekOf(hour)] = count;
        }
        for (const hour of series.open.keys()) if (hour < end) series.open.delete(hour);
        series.next = end;
      }
      return found;
    },
    blind(now) {
      blindUntil = Math.floor(now / HOUR_MS) + 1;
    },
    save: () =>
      [...all.values()].map(({ tenant, dataset, counts, open, next }) => ({
        tenant,
        dataset,
        counts: [...counts],
        open: [...open],
        next,
      })),
    restore(saved, until) {
      blindUntil = until;
      all.clear();
      for (const { tenant, dataset, counts, open, next } of saved.slice(-options.maxSeries)) {
        if (counts.length !== SLOTS * weeks) continue;
        all.set(`${tenant}\u0000${dataset}`, {
          tenant,
          dataset,
          counts: Int32Array.from(counts),
          open: new Map(open),
          next,
        });
      }
    },
    get blindUntil() {
      return blindUntil;
    },
    get series() {
      return all.size;
    },
    get late() {
      return late;
    },
  };
}
