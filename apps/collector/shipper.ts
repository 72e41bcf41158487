/** Sends the buffer's batches to the server, each under its number and a few at a time, and tries for as long as it takes. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '@xinglin/platform/kernel';
import { RELAY_TYPE } from '@xinglin/soc/collect';
import type { DiskBuffer } from './disk-buffer.ts';

export interface ShipperOptions {
  readonly buffer: DiskBuffer;
  /** `https://host:port` of the server. */
  readonly url: string;
  readonly token: string;
  /** Prefix of the batch numbers; unique for each data folder ever made. */
  readonly id: string;
  readonly log: Logger;
  /** Where batches go that the server will never take. */
  readonly rejectedDir: string;
  readonly timeoutMs?: number;
  readonly retryMinMs?: number;
  readonly retryMaxMs?: number;
}

export interface Shipper {
  readonly sent: number;
  readonly rejected: number;
  /** Why the last attempt failed; undefined when it did not. */
  readonly trouble: string | undefined;
  start(): void;
  stop(): Promise<void>;
}

/** Batches under way at once: an answer waits for the store's group commit, and several can wait together. */
const PARALLEL = 4;
/** The server says the batch itself is wrong: sending it again cannot help. */
const NEVER = new Set([400, 413, 415, 422]);
/** So many answers 500 in a row, and the batch is put aside so that those behind it get through. */
const MAX_SERVER_ERRORS = 20;

export function createShipper(options: ShipperOptions): Shipper {
  const {
    buffer,
    url,
    token,
    id,
    log,
    rejectedDir,
    timeoutMs = 60_000,
    retryMinMs = 500,
    retryMaxMs = 60_000,
  } = options;
  const target = `${url.replace(/\/$/, '')}/ingest/v1/logs`;
  const stopping = new AbortController();
  let sent = 0;
  let rejected = 0;
  let trouble: string | undefined;
  let running: Promise<void> = Promise.resolve();
  let wake = (): void => undefined;

  async function post(n: number, body: Uint8Array): Promise<number> {
    const response = await fetch(target, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': RELAY_TYPE,
        'content-encoding': 'zstd',
        'idempotency-key': `${id}-${n}`,
      },
      body: body as BodyInit,
      signal: AbortSignal.any([stopping.signal, AbortSignal.timeout(timeoutMs)]),
    });
    const text = await response.text();
    if (!response.ok) trouble = `${response.status} ${text.slice(0, 300)}`;
    return response.status;
  }

  function putAside(n: number, body: Uint8Array): void {
    rejected += 1;
    mkdirSync(rejectedDir, { recursive: true, mode: 0o700 });
    const file = join(rejectedDir, `${id}-${n}.ndjson.zst`);
    writeFileSync(file, body);
    log.error({ batch: n, file, reason: trouble }, 'the server will not take a batch; it is put aside');
  }

  async function ship(n: number): Promise<void> {
    const record = buffer.read(n);
    if (record === undefined) {
      // Given up under the policy drop-oldest while we were waiting.
      return;
    }
    let serverErrors = 0;
    for (let wait = retryMinMs; !stopping.signal.aborted; wait = Math.min(wait * 2, retryMaxMs)) {
      // Given up meanwhile under the policy drop-oldest.
      if (buffer.next > n) return;
      try {
        const status = await post(n, record.body);
        if (status === 200) {
          trouble = undefined;
          sent += record.count;
          return;
        }
        if (status === 500) serverErrors += 1;
        if (NEVER.has(status) || serverErrors >= MAX_SERVER_ERRORS) {
          putAside(n, record.body);
          return;
        }
      } catch (error) {
        trouble =
          error instanceof Error ? (error.cause instanceof Error ? error.cause.message : error.message) : String(error);
      }
      if (wait === retryMinMs) log.warn({ batch: n, reason: trouble }, 'the server did not take a batch; trying again');
      await pause(wait * (0.75 + Math.random() / 2));
    }
  }

  /** Acknowledged is what is done without a gap before it: a restart begins at the first gap, and the server knows the rest by number. */
  async function work(): Promise<void> {
    const underWay = new Set<Promise<void>>();
    const done = new Set<number>();
    let upcoming = buffer.next;
    while (!stopping.signal.aborted) {
      upcoming = Math.max(upcoming, buffer.next);
      const busy = underWay.size >= PARALLEL;
      if (busy || upcoming > buffer.last) {
        await new Promise<void>((resolve) => {
          wake = resolve;
          if (!busy) void buffer.waitForData(upcoming).then(resolve);
        });
        continue;
      }
      const n = upcoming++;
      const one = ship(n).then(() => {
        if (!stopping.signal.aborted) done.add(n);
        while (done.delete(buffer.next)) buffer.acknowledge(buffer.next);
        underWay.delete(one);
        wake();
      });
      underWay.add(one);
    }
    await Promise.all(underWay);
  }

  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(done, ms);
      function done(): void {
        clearTimeout(timer);
        stopping.signal.removeEventListener('abort', done);
        resolve();
      }
      stopping.signal.addEventListener('abort', done);
    });
  }

  return {
    get sent() {
      return sent;
    },
    get rejected() {
      return rejected;
    },
    get trouble() {
      return trouble;
    },
    start() {
      running = work();
    },
    async stop() {
      stopping.abort();
      wake();
      await running;
    },
  };
}
