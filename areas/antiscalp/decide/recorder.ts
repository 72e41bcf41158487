import type { DecisionRecord } from './record.ts';

/** Takes batches of decisions somewhere. Rejects to be given the same batch again. */
export type RecordSink = (batch: readonly DecisionRecord[]) => Promise<void>;

export interface Recorder {
  /** Never waits and never throws; when the sink is slow the oldest are dropped and counted. */
  add(record: DecisionRecord): void;
  /** Listens to each record as it comes, e.g. the live page. */
  listen(listener: (record: DecisionRecord) => void): () => void;
  stats(): {
    readonly recorded: number;
    readonly dropped: number;
    readonly sampledOut: number;
    readonly waiting: number;
  };
  /** Writes what is waiting; resolves when it is written or given up after `timeoutMs`. */
  close(timeoutMs?: number): Promise<void>;
}

export interface RecorderOptions {
  readonly sink: RecordSink;
  /** Share of plain allows kept, 0 to 1. */
  readonly sampleAllow?: number;
  readonly maxWaiting?: number;
  readonly batchSize?: number;
  readonly flushMs?: number;
  readonly random?: () => number;
  readonly onError?: (error: unknown) => void;
}

const RETRY_MS = 2000;

export function createRecorder(options: RecorderOptions): Recorder {
  const {
    sink,
    sampleAllow = 1,
    maxWaiting = 20_000,
    batchSize = 2000,
    flushMs = 1000,
    random = Math.random,
  } = options;
  const listeners = new Set<(record: DecisionRecord) => void>();
  let waiting: DecisionRecord[] = [];
  let writing: Promise<void> | undefined;
  let recorded = 0;
  let dropped = 0;
  let sampledOut = 0;
  let closed = false;

  const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref());
  async function write(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, batchSize);
      try {
        await sink(batch);
        // While it was written, the oldest may have been dropped for want of room: only what is still there is removed.
        const last = batch.at(-1);
        const at = last === undefined ? -1 : waiting.indexOf(last);
        recorded += batch.length;
        waiting = at < 0 ? waiting : waiting.slice(at + 1);
      } catch (error) {
        options.onError?.(error);
        if (closed) return;
        await pause(RETRY_MS);
      }
    }
  }
  const flush = (): Promise<void> => {
    writing ??= write().finally(() => {
      writing = undefined;
    });
    return writing;
  };
  const timer = setInterval(() => void flush(), flushMs);
  timer.unref();

  return {
    add(record) {
      for (const listener of listeners) listener(record);
      if (record.step === 'allow' && record.codes.length === 0 && sampleAllow < 1 && random() >= sampleAllow) {
        sampledOut += 1;
        return;
      }
      if (waiting.length >= maxWaiting) {
        const surplus = Math.ceil(maxWaiting / 10);
        waiting = waiting.slice(surplus);
        dropped += surplus;
      }
      waiting.push(record);
      if (waiting.length >= batchSize && writing === undefined) void flush();
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stats: () => ({ recorded, dropped, sampledOut, waiting: waiting.length }),
    async close(timeoutMs = 4000) {
      closed = true;
      clearInterval(timer);
      await Promise.race([flush().then(() => flush()), pause(timeoutMs)]);
      dropped += waiting.length;
      waiting = [];
      listeners.clear();
    },
  };
}
