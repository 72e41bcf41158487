import type { EngineLog } from '../embedded/log.ts';
import type { Bus, Signal } from './port.ts';

/** A bus within this process. Listeners run after `publish` has returned; one that throws is logged and disturbs nobody. */
export function memoryBus(log: EngineLog): Bus {
  const fanOut = createFanOut(log);
  let closed = false;
  return {
    publish(signal) {
      if (closed || !fanOut.wants(signal.topic)) return;
      // As it would arrive from another process: a copy, and only what JSON carries.
      const copy = decodeSignal(encodeSignal(signal));
      setImmediate(() => {
        if (!closed) fanOut.deliver(copy);
      });
    },
    subscribe: (prefix, listener) => fanOut.subscribe(prefix, listener),
    close() {
      closed = true;
      return Promise.resolve();
    },
  };
}

export interface FanOut {
  wants(topic: string): boolean;
  deliver(signal: Signal): void;
  subscribe(prefix: string, listener: (signal: Signal) => void): () => void;
}

export function createFanOut(log: EngineLog): FanOut {
  const listeners = new Set<{ readonly prefix: string; readonly listener: (signal: Signal) => void }>();
  return {
    wants: (topic) => [...listeners].some(({ prefix }) => topicMatches(prefix, topic)),
    deliver(signal) {
      for (const { prefix, listener } of listeners) {
        if (!topicMatches(prefix, signal.topic)) continue;
        try {
          listener(signal);
        } catch (error) {
          log.error({ err: error, topic: signal.topic }, 'a bus listener failed');
        }
      }
    },
    subscribe(prefix, listener) {
      const entry = { prefix: prefix.replace(/\.$/, ''), listener };
      listeners.add(entry);
      return () => void listeners.delete(entry);
    },
  };
}

/** A prefix ends at a dot boundary: `alert` covers `alert` and `alert.changed`, not `alerting`. The empty prefix covers all. */
export function topicMatches(prefix: string, topic: string): boolean {
  return prefix === '' || topic === prefix || topic.startsWith(`${prefix}.`);
}

export function encodeSignal(signal: Signal): string {
  return JSON.stringify({ topic: signal.topic, tenant: signal.tenant, data: signal.data ?? null });
}

export function decodeSignal(text: string): Signal {
  return JSON.parse(text) as Signal;
}
