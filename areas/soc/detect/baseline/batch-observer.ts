/**
 * What the baselines need of a batch, gathered on the worker thread: counts by data set and hour, and the few events that show a program,
 * a country or an account on a host, each once per batch. So the main thread gets a handful of small objects instead of every event.
 */
import { FIRST_SEEN_FIELDS, sightingsOf } from './observed.ts';

export interface BatchObservation {
  /** Data set, an event time within the hour (epoch milliseconds), number of events. */
  readonly counts: readonly (readonly [dataset: string, at: number, count: number])[];
  readonly events: readonly {
    readonly seq: number;
    readonly ts: number;
    readonly event: Readonly<Record<string, unknown>>;
  }[];
}

const HOUR_MS = 3_600_000;
/** Of one batch; more different programs and logins than this in one batch are no baseline's business. */
const MAX_EVENTS = 500;

export function createBatchObserver(): {
  see(seq: number, ts: number, dataset: string, event: Readonly<Record<string, unknown>>): void;
  result(): BatchObservation;
} {
  const hours = new Map<string, Map<number, { at: number; count: number }>>();
  const keys = new Set<string>();
  const events: { seq: number; ts: number; event: Record<string, unknown> }[] = [];
  // Events of a batch lie close together: the last entry is nearly always the one.
  let last: { dataset: string; hour: number; entry: { at: number; count: number } } | undefined;

  function entryOf(dataset: string, hour: number): { at: number; count: number } {
    if (last?.dataset === dataset && last.hour === hour) return last.entry;
    let byHour = hours.get(dataset);
    if (byHour === undefined) hours.set(dataset, (byHour = new Map()));
    let entry = byHour.get(hour);
    if (entry === undefined) byHour.set(hour, (entry = { at: 0, count: 0 }));
    last = { dataset, hour, entry };
    return entry;
  }

  return {
    see(seq, ts, dataset, event) {
      const entry = entryOf(dataset, Math.floor(ts / HOUR_MS));
      entry.count += 1;
      if (ts > entry.at) entry.at = ts;
      if (event['event.category'] === undefined || events.length >= MAX_EVENTS) return;
      let fresh = false;
      for (const { kind, key } of sightingsOf(event)) {
        const name = `${kind} ${key}`;
        if (keys.has(name)) continue;
        keys.add(name);
        fresh = true;
      }
      if (!fresh) return;
      const part: Record<string, unknown> = {};
      for (const field of FIRST_SEEN_FIELDS) if (event[field] !== undefined) part[field] = event[field];
      events.push({ seq, ts, event: part });
    },
    result: () => ({
      counts: [...hours].flatMap(([dataset, byHour]) =>
        [...byHour.values()].map(({ at, count }) => [dataset, at, count] as const),
      ),
      events,
    }),
  };
}
