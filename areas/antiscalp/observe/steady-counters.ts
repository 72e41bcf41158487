import { memoryCounters } from '@xinglin/platform/counters';
import type { Counters } from '@xinglin/platform/counters';
import { XinglinError } from '@xinglin/platform/kernel';

/**
 * The shared store with a fuse: after a failure, calls fail at once for a while instead of each waiting for a time-out, and one call in that
 * while tries again. The store may also be absent at the start and come later.
 */
export interface SteadyCounters extends Counters {
  up(): boolean;
}

const RETRY_MS = 2000;

export function steadyCounters(open: () => Promise<Counters>, now: () => number = Date.now): SteadyCounters {
  let inner: Counters | undefined;
  let opening: Promise<Counters> | undefined;
  let blownUntil = 0;

  async function run<T>(work: (counters: Counters) => Promise<T>): Promise<T> {
    if (now() < blownUntil) throw new XinglinError('internal.unavailable', { what: 'Redis' });
    try {
      if (inner === undefined) {
        opening ??= open();
        inner = await opening;
      }
      const result = await work(inner);
      blownUntil = 0;
      return result;
    } catch (error) {
      // A wrong argument is the caller's fault, not the store's.
      if (error instanceof XinglinError && error.code === 'request.invalid') throw error;
      blownUntil = now() + RETRY_MS;
      if (inner === undefined) opening = undefined;
      throw error;
    }
  }
  return {
    up: () => blownUntil === 0 || now() >= blownUntil,
    add: (key, by, windowMs) => run((counters) => counters.add(key, by, windowMs)),
    get: (key) => run((counters) => counters.get(key)),
    once: (key, ttlMs) => run((counters) => counters.once(key, ttlMs)),
    clear: (key) => run((counters) => counters.clear(key)),
    async close() {
      await (inner ?? (await opening?.catch(() => undefined)))?.close();
    },
  };
}

/**
 * For single use and one-time codes: when the shared store is away, this instance's own memory stands in, so that visitors are not locked out.
 * During the outage a replay at another instance is possible; each such call is counted.
 */
export function withLocalFallback(shared: Counters, onFallback: () => void): Counters {
  const local = memoryCounters({ maxKeys: 500_000 });
  const either = async <T>(first: () => Promise<T>, second: () => Promise<T>): Promise<T> => {
    try {
      return await first();
    } catch (error) {
      if (error instanceof XinglinError && error.code === 'request.invalid') throw error;
      onFallback();
      return await second();
    }
  };
  return {
    add: (key, by, windowMs) =>
      either(
        () => shared.add(key, by, windowMs),
        () => local.add(key, by, windowMs),
      ),
    get: (key) =>
      either(
        () => shared.get(key),
        () => local.get(key),
      ),
    once: (key, ttlMs) =>
      either(
        () => shared.once(key, ttlMs),
        () => local.once(key, ttlMs),
      ),
    clear: (key) =>
      either(
        () => shared.clear(key),
        () => local.clear(key),
      ),
    close: () => local.close(),
  };
}
