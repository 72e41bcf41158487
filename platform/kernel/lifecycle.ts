import type { Logger } from './log.ts';

/** Something with a beginning and an end. `ready` gives the reason while it cannot serve. */
export interface Part {
  readonly name: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  ready?(): string | undefined;
}

export interface LifecycleOptions {
  readonly log: Logger;
  /** A part that has not started by then fails the start; default 60 s. */
  readonly startTimeoutMs?: number;
  /** A part that has not stopped by then is left behind and named in the log; default 8 s. */
  readonly stopTimeoutMs?: number;
  /** All parts together; the later ones keep at least half a second each. Default 9 s, so that SIGTERM ends within ten. */
  readonly stopTotalMs?: number;
}

/**
 * Starts parts in the order they were added and stops them in reverse. When one fails to start, those already started are stopped
 * before the error is thrown, so nothing keeps a port or a child process.
 */
export interface Lifecycle {
  add(part: Part): void;
  /** Starts what has been added and is not yet running. */
  start(): Promise<void>;
  /** Stops everything; a second call waits for the first. Returns the names of parts that failed or did not stop in time. */
  stop(): Promise<readonly string[]>;
  /** Reasons why the process cannot take traffic; empty when it can. */
  notReady(): readonly string[];
}

export function createLifecycle(options: LifecycleOptions): Lifecycle {
  const { log, startTimeoutMs = 60_000, stopTimeoutMs = 8_000, stopTotalMs = 9_000 } = options;
  const parts: Part[] = [];
  const running: Part[] = [];
  let stopping: Promise<readonly string[]> | undefined;

  async function stopAll(): Promise<readonly string[]> {
    const failed: string[] = [];
    const deadline = Date.now() + stopTotalMs;
    for (let part = running.pop(); part !== undefined; part = running.pop()) {
      const began = Date.now();
      try {
        const limit = Math.max(500, Math.min(stopTimeoutMs, deadline - began - 500 * running.length));
        await within(part.stop(), limit, `${part.name} did not stop within ${limit} ms`);
        log.debug({ part: part.name, ms: Date.now() - began }, 'stopped');
      } catch (error) {
        failed.push(part.name);
        log.error({ part: part.name, err: error }, 'stop failed');
      }
    }
    return failed;
  }

  return {
    add: (part) => {
      parts.push(part);
    },
    async start() {
      for (const part of parts) {
        if (running.includes(part)) continue;
        const began = Date.now();
        try {
          await within(part.start(), startTimeoutMs, `${part.name} did not start within ${startTimeoutMs} ms`);
        } catch (error) {
          log.error({ part: part.name, err: error }, 'start failed');
          // What half started may hold a port or a child: it is stopped as well.
          running.push(part);
          stopping ??= stopAll();
          await stopping;
          throw error;
        }
        running.push(part);
        log.debug({ part: part.name, ms: Date.now() - began }, 'started');
      }
    },
    stop() {
      stopping ??= stopAll();
      return stopping;
    },
    notReady() {
      if (stopping !== undefined) return ['stopping'];
      const reasons = parts.filter((part) => !running.includes(part)).map((part) => `${part.name}: starting`);
      for (const part of running) {
        const reason = part.ready?.();
        if (reason !== undefined) reasons.push(`${part.name}: ${reason}`);
      }
      return reasons;
    },
  };
}

/** Rejects with `message` when the work takes longer than `ms`. The work itself is not cancelled. */
export async function within<T>(work: Promise<T>, ms: number, message: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(message)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
