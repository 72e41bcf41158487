/** Worker threads that parse, detect and write. A batch stays with the main thread until it is durable, so a dead worker loses nothing. */
import { Worker } from 'node:worker_threads';
import { XinglinError } from '@xinglin/platform/kernel';
import type { Logger } from '@xinglin/platform/kernel';
import type { AssetRecord, ZoneRecord } from '../normalize/network-context.ts';
import type { BatchOutcome, RawBatch } from '../normalize/raw-batch.ts';
import type { BatchObservation } from './baseline/batch-observer.ts';
import type { BatchHit } from './batch-processor.ts';
import type { DetectionSpec } from './detector.ts';
import type { FromWorker, LoadIssue, ToWorker, WorkerOptions } from './worker-protocol.ts';

export interface PoolResult {
  readonly outcome: BatchOutcome;
  readonly hits: readonly BatchHit[];
  readonly seen: BatchObservation;
}

export interface WorkerPool {
  start(): Promise<void>;
  /** Resolves when the rows are durable. Rejects with `internal.unavailable` when the event store is away. */
  run(batch: RawBatch): Promise<PoolResult>;
  /** New rules and indicators; each worker takes them between two batches. Resolves when all have. */
  load(spec: DetectionSpec): Promise<LoadResult>;
  network(zones: readonly ZoneRecord[], assets: readonly AssetRecord[]): void;
  /** Bytes handed over and not yet durable. */
  readonly pendingBytes: number;
  readonly restarts: number;
  stop(): Promise<void>;
}

export interface LoadResult {
  readonly rules: number;
  readonly issues: readonly LoadIssue[];
}

export interface WorkerPoolOptions {
  readonly eventsUrl: string;
  readonly size: number;
  readonly log: Logger;
  readonly groupRows?: number;
  readonly groupBytes?: number;
  readonly groupMs?: number;
}

interface Job {
  readonly id: number;
  readonly batch: RawBatch;
  /** Workers that died with this batch in hand. */
  deaths: number;
  readonly resolve: (result: PoolResult) => void;
  readonly reject: (error: unknown) => void;
}

interface Member {
  worker: Worker;
  readonly jobs: Map<number, Job>;
  bytes: number;
}

/** A batch that killed this many workers is given up. */
const MAX_DEATHS = 2;

export function createWorkerPool(options: WorkerPoolOptions): WorkerPool {
  const { log, size } = options;
  const workerOptions: WorkerOptions = {
    eventsUrl: options.eventsUrl,
    groupRows: options.groupRows ?? 40_000,
    groupBytes: options.groupBytes ?? 24 * 1024 * 1024,
    groupMs: options.groupMs ?? 100,
  };
  const members: Member[] = [];
  const loading = new Map<number, { left: Set<Member>; result: LoadResult; resolve: (result: LoadResult) => void }>();
  let nextJob = 1;
  let version = 0;
  let latest: DetectionSpec | undefined;
  let latestNetwork: { zones: readonly ZoneRecord[]; assets: readonly AssetRecord[] } | undefined;
  let pendingBytes = 0;
  let restarts = 0;
  let stopping = false;

  function post(member: Member, message: ToWorker): void {
    member.worker.postMessage(message);
  }

  function spawn(member: Member): Promise<void> {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: workerOptions,
      name: 'xinglin-pipeline',
    });
    member.worker = worker;
    if (latestNetwork !== undefined) post(member, { type: 'network', ...latestNetwork });
    if (latest !== undefined) post(member, { type: 'load', version, detection: latest });
    return new Promise((resolve, reject) => {
      worker.on('message', (message: FromWorker) => {
        if (message.type === 'ready') resolve();
        else receive(member, message);
      });
      worker.once('error', (error) => {
        log.error({ err: error }, 'a pipeline worker failed');
        reject(error);
      });
      worker.once('exit', (code) => {
        if (member.worker === worker) died(member, code);
      });
    });
  }

  function died(member: Member, code: number): void {
    const lost = [...member.jobs.values()];
    member.jobs.clear();
    member.bytes = 0;
    for (const state of loading.values()) state.left.delete(member);
    settleLoads();
    if (stopping) {
      for (const job of lost) fail(job, new XinglinError('internal.unavailable', { what: 'pipeline' }));
      return;
    }
    restarts += 1;
    log.error({ code, batches: lost.length }, 'a pipeline worker ended; starting another');
    void spawn(member).then(
      () => {
        for (const job of lost) {
          job.deaths += 1;
          if (job.deaths < MAX_DEATHS) assign(member, job);
          else {
            log.error(
              { source: job.batch.source.id, format: job.batch.format },
              'a batch ended two workers; it is given up',
            );
            fail(job, new XinglinError('internal.error', { ref: job.batch.id }));
          }
        }
      },
      () => {
        for (const job of lost) fail(job, new XinglinError('internal.unavailable', { what: 'pipeline' }));
      },
    );
  }

  function fail(job: Job, error: unknown): void {
    pendingBytes -= job.batch.bytes.length;
    job.reject(error);
  }

  function assign(member: Member, job: Job): void {
    member.jobs.set(job.id, job);
    member.bytes += job.batch.bytes.length;
    post(member, { type: 'batch', job: job.id, batch: job.batch });
  }

  function receive(member: Member, message: FromWorker): void {
    switch (message.type) {
      case 'done':
      case 'failed': {
        const job = member.jobs.get(message.job);
        if (job === undefined) return;
        member.jobs.delete(message.job);
        member.bytes -= job.batch.bytes.length;
        if (message.type === 'failed') {
          fail(job, new XinglinError('internal.unavailable', { what: 'ClickHouse' }, { cause: message.message }));
          return;
        }
        pendingBytes -= job.batch.bytes.length;
        job.resolve({ outcome: message.outcome, hits: message.hits, seen: message.seen });
        return;
      }
      case 'loaded': {
        const state = loading.get(message.version);
        if (state === undefined) return;
        state.left.delete(member);
        state.result = { rules: message.rules, issues: message.issues };
        settleLoads();
        return;
      }
      case 'log':
        log[message.level](message.data, message.message);
        return;
      default:
    }
  }

  function settleLoads(): void {
    for (const [id, state] of loading) {
      if (state.left.size > 0) continue;
      loading.delete(id);
      state.resolve(state.result);
    }
  }

  return {
    async start() {
      const started: Promise<void>[] = [];
      for (let i = 0; i < size; i += 1) {
        const member: Member = { worker: undefined as never, jobs: new Map(), bytes: 0 };
        members.push(member);
        started.push(spawn(member));
      }
      await Promise.all(started);
    },
    run(batch) {
      if (stopping || members.length === 0)
        return Promise.reject(new XinglinError('internal.unavailable', { what: 'pipeline' }));
      return new Promise((resolve, reject) => {
        const member = members.reduce((least, one) => (one.bytes < least.bytes ? one : least));
        pendingBytes += batch.bytes.length;
        assign(member, { id: nextJob++, batch, deaths: 0, resolve, reject });
      });
    },
    load(spec) {
      version += 1;
      latest = spec;
      const mine = version;
      return new Promise((resolve) => {
        loading.set(mine, { left: new Set(members), result: { rules: 0, issues: [] }, resolve });
        for (const member of members) post(member, { type: 'load', version: mine, detection: spec });
        settleLoads();
      });
    },
    network(zones, assets) {
      latestNetwork = { zones, assets };
      for (const member of members) post(member, { type: 'network', zones, assets });
    },
    get pendingBytes() {
      return pendingBytes;
    },
    get restarts() {
      return restarts;
    },
    async stop() {
      stopping = true;
      await Promise.all(
        members.map(
          (member) =>
            new Promise<void>((resolve) => {
              member.worker.once('exit', () => resolve());
              post(member, { type: 'stop' });
            }),
        ),
      );
    },
  };
}
