import { XinglinError } from '../kernel/errors.ts';
import type { Counters } from './port.ts';

export interface MemoryCountersOptions {
  /** Keys held at most; beyond, the oldest are forgotten (counted in `evicted`). Default one million, about 150 MB. */
  readonly maxKeys?: number;
  readonly now?: () => number;
}

export interface MemoryCounters extends Counters {
  readonly size: number;
  /** Live keys forgotten for want of room: when it grows, use Redis or raise the bound. */
  readonly evicted: number;
}

interface Entry {
  value: number;
  readonly expires: number;
}

const DEFAULT_MAX_KEYS = 1_000_000;
const SWEEP_EVERY_MS = 5000;

export function memoryCounters(options: MemoryCountersOptions = {}): MemoryCounters {
  const maxKeys = options.maxKeys ?? DEFAULT_MAX_KEYS;
  const now = options.now ?? Date.now;
  const counts = new Map<string, Entry>();
  const marks = new Map<string, Entry>();
  let evicted = 0;
  const sweep = (): void => {
    const time = now();
    for (const map of [counts, marks]) {
      for (const [key, entry] of map) if (entry.expires <= time) map.delete(key);
    }
  };
  const timer = setInterval(sweep, SWEEP_EVERY_MS);
  timer.unref();

  const live = (map: Map<string, Entry>, key: string): Entry | undefined => {
    const entry = map.get(key);
    return entry !== undefined && entry.expires > now() ? entry : undefined;
  };
  const put = (map: Map<string, Entry>, key: string, entry: Entry): void => {
    // Deleted first, so that the map's order stays the order of beginning.
    map.delete(key);
    if (counts.size + marks.size >= maxKeys) makeRoom();
    map.set(key, entry);
  };
  const makeRoom = (): void => {
    sweep();
    // A tenth at once, or every call at the bound would sweep; marks last, they guard against replay.
    let surplus = counts.size + marks.size - Math.ceil(maxKeys * 0.9);
    for (const map of [counts, marks]) {
      for (const key of map.keys()) {
        if (surplus <= 0) return;
        map.delete(key);
        surplus -= 1;
        evicted += 1;
      }
    }
  };

  return {
    get size() {
      return counts.size + marks.size;
    },
    get evicted() {
      return evicted;
    },
    async add(key, by, windowMs) {
      requireInteger('by', by);
      requirePositive('windowMs', windowMs);
      const entry = live(counts, key);
      if (entry === undefined) {
        put(counts, key, { value: by, expires: now() + windowMs });
        return by;
      }
      entry.value += by;
      return entry.value;
    },
    async get(key) {
      return live(counts, key)?.value ?? 0;
    },
    async once(key, ttlMs) {
      requirePositive('ttlMs', ttlMs);
      if (live(marks, key) !== undefined) return false;
      put(marks, key, { value: 1, expires: now() + ttlMs });
      return true;
    },
    async clear(key) {
      counts.delete(key);
      marks.delete(key);
    },
    async close() {
      clearInterval(timer);
      counts.clear();
      marks.clear();
    },
  };
}

export function requireInteger(name: string, value: number): void {
  if (!Number.isSafeInteger(value)) throw new XinglinError('request.invalid', { reason: `counter ${name} ${value}` });
}

export function requirePositive(name: string, value: number): void {
  if (!Number.isFinite(value) || value <= 0)
    throw new XinglinError('request.invalid', { reason: `counter ${name} ${value}` });
}
