/** The main thread's side of collect → normalize → detect: takes raw batches, answers when they are durable, hands hits on. */
import type { Platform, Service } from '@xinglin/platform/http';
import { XinglinError } from '@xinglin/platform/kernel';
import { NO_OUTCOME } from '../normalize/raw-batch.ts';
import type { BatchOutcome, RawBatch } from '../normalize/raw-batch.ts';
import type { BaselineService } from './baseline/service.ts';
import { createLowWater, readCheckpoint, replay, writeCheckpoint } from './checkpoint.ts';
import { createCorrelationBook } from './correlation-book.ts';
import type { DetectionManager } from './detection-manager.ts';
import { createHitDispatcher } from './hit-dispatcher.ts';
import type { HitSink } from './hit.ts';
import { loadEvents } from './stored-event.ts';
import { createWorkerPool } from './worker-pool.ts';

export interface Pipeline {
  /** Resolves when the batch is durable; a keyed batch that is already stored answers `duplicate`. Rejects with `internal.unavailable`. */
  submit(batch: RawBatch): Promise<BatchOutcome>;
  /** True while more should not be accepted: senders that can wait are made to. */
  readonly saturated: boolean;
  /** Resolves when `saturated` is false again. */
  relieved(): Promise<void>;
  readonly pendingBytes: number;
  readonly service: Service;
}

export interface PipelineOptions {
  readonly platform: Platform;
  readonly manager: DetectionManager;
  readonly sink: HitSink;
  /** Told of every durable batch once. */
  readonly baselines?: Pick<BaselineService, 'take'>;
  /** Worker threads; default 2. */
  readonly workers?: number;
  /** Bytes under way at which inputs are made to wait. */
  readonly highWater?: number;
}

const CHECKPOINT_EVERY_MS = 3_000;
const REFRESH_EVERY_MS = 10_000;
const ADVANCE_EVERY_MS = 1_000;
/** Keys remembered in memory; older ones are looked up in the store. */
const MAX_RECENT = 50_000;
/** Hits waiting for the responder at which inputs are made to wait. */
const MAX_WAITING_HITS = 200_000;

export function createPipeline(options: PipelineOptions): Pipeline {
  const { platform, manager, sink, baselines, workers = 2, highWater = 32 * 1024 * 1024 } = options;
  const { log, events, bus } = platform;
  const pool = createWorkerPool({ eventsUrl: events.url, size: workers, log });
  const dispatcher = createHitDispatcher({
    sink,
    log,
    isOff: (ruleId, tenant) => manager.isOff(ruleId, tenant),
    rules: manager.loaded.set,
    load: (ids) => loadEvents(events, ids),
  });
  const lowWater = createLowWater();
  let recent = new Set<string>();
  let former = new Set<string>();
  const underWay = new Map<string, Promise<BatchOutcome>>();
  const timers: NodeJS.Timeout[] = [];
  const unsubscribe: (() => void)[] = [];
  let relief: (() => void)[] = [];
  let ready = 'starting';
  let rulesVersion = '';

  platform.metrics.gauge('xinglin_pipeline_pending_bytes', 'Bytes taken and not yet durable', [], (gauge) =>
    gauge.set(pool.pendingBytes),
  );
  platform.metrics.gauge('xinglin_pipeline_waiting_hits', 'Hits the responder has not yet taken', [], (gauge) =>
    gauge.set(dispatcher.waiting),
  );
  platform.metrics.gauge('xinglin_pipeline_worker_restarts', 'Pipeline workers started again', [], (gauge) =>
    gauge.set(pool.restarts),
  );
  const durable = platform.metrics.histogram(
    'xinglin_pipeline_durable_seconds',
    'From taking a batch to its rows being durable',
    [],
    [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  );
  const loadedRules = platform.metrics.gauge('xinglin_rules_loaded', 'Rules that run');

  const isSaturated = (): boolean => pool.pendingBytes > highWater || dispatcher.waiting > MAX_WAITING_HITS;

  async function process(batch: RawBatch): Promise<BatchOutcome> {
    const began = Date.now();
    const done = lowWater.begin(began);
    let handedOver = false;
    try {
      const { outcome, hits, seen } = await pool.run(batch);
      const origin = { tenant: batch.source.tenant, sourceId: batch.source.id, batch: batch.id };
      baselines?.take(origin, seen);
      durable.observe((Date.now() - began) / 1000);
      if (hits.length > 0) {
        handedOver = true;
        // The answer does not wait: hits are in the store with their events and are read again after a crash.
        dispatcher
          .take(origin, hits)
          .catch((error: unknown) => log.error({ err: error }, 'hits were not taken; they will be read again'))
          .finally(done);
      }
      return outcome;
    } finally {
      if (!handedOver) done();
      if (relief.length > 0 && !isSaturated()) {
        for (const resolve of relief) resolve();
        relief = [];
      }
    }
  }

  async function isStored(batch: RawBatch): Promise<boolean> {
    if (recent.has(batch.id) || former.has(batch.id)) return true;
    const rows = await events.query<{ found: number }>(
      [''],
      'SELECT 1 AS found FROM events WHERE batch = {batch:UInt64} AND source = {source:String} LIMIT 1',
      { batch: batch.id, source: batch.source.id },
    );
    return rows.length > 0;
  }

  async function processKeyed(batch: RawBatch): Promise<BatchOutcome> {
    if (await isStored(batch)) return { ...NO_OUTCOME, duplicate: true };
    const outcome = await process(batch);
    // Two generations instead of a queue: asking a Set for its first member walks over all it has deleted before it.
    if (recent.size >= MAX_RECENT / 2) {
      former = recent;
      recent = new Set();
    }
    recent.add(batch.id);
    return outcome;
  }

  let inForce = { detection: -1, network: -1 };
  async function refresh(): Promise<void> {
    await manager.refresh();
    const { detection, network } = manager.generations;
    if (network !== inForce.network) pool.network(manager.loaded.zones, manager.loaded.assets);
    inForce = { ...inForce, network };
    if (detection === inForce.detection) return;
    inForce = { ...inForce, detection };
    const { set, spec } = manager.loaded;
    const result = await pool.load(spec);
    loadedRules.set(result.rules + set.correlations.length);
    const issues = [...set.issues, ...result.issues];
    log.info(
      {
        rules: result.rules,
        correlations: set.correlations.length,
        indicators: spec.indicators.length,
        issues: issues.length,
      },
      'rules loaded',
    );
    for (const issue of issues.slice(0, 50)) {
      // Warnings are for the rule's author, who sees them in the rule's page; what does not run concerns the operator.
      if (issue.severity === 'error') log.warn({ issue }, 'a rule does not run');
      else log.debug({ issue }, 'rule issue');
    }
    if (set.version !== rulesVersion) {
      const first = rulesVersion === '';
      rulesVersion = set.version;
      dispatcher.useRules(set);
      if (!first) bus.publish({ topic: 'rules.reloaded', tenant: '', data: { rules: result.rules } });
    }
  }

  let refreshing: Promise<void> = Promise.resolve();
  function scheduleRefresh(): Promise<void> {
    refreshing = refreshing
      .then(refresh)
      .catch((error: unknown) =>
        log.warn({ err: error }, 'rules and indicators could not be read; the former stay in force'),
      );
    return refreshing;
  }

  let checkpointing = false;
  async function saveCheckpoint(): Promise<void> {
    if (checkpointing) return;
    checkpointing = true;
    try {
      await writeCheckpoint(platform, lowWater.value(Date.now()));
    } catch (error) {
      log.warn({ err: error }, 'the detection checkpoint could not be written');
    } finally {
      checkpointing = false;
    }
  }

  return {
    submit(batch) {
      if (ready !== '') return Promise.reject(new XinglinError('internal.unavailable', { what: 'pipeline' }));
      if (!batch.keyed) return process(batch);
      const same = underWay.get(batch.id);
      // The same key twice at once: the second waits for the first and is its duplicate.
      if (same !== undefined)
        return same.then((outcome) => ({
          ...NO_OUTCOME,
          duplicate: true,
          ...(outcome.reply === undefined ? {} : { reply: outcome.reply }),
        }));
      const work = processKeyed(batch).finally(() => underWay.delete(batch.id));
      underWay.set(batch.id, work);
      return work;
    },
    get saturated() {
      return isSaturated();
    },
    relieved() {
      if (!isSaturated()) return Promise.resolve();
      return new Promise((resolve) => relief.push(resolve));
    },
    get pendingBytes() {
      return pool.pendingBytes;
    },
    service: {
      name: 'pipeline',
      async start() {
        await pool.start();
        await refresh();
        const checkpoint = await readCheckpoint(platform);
        if (checkpoint === undefined) await writeCheckpoint(platform, Date.now());
        else {
          const { lookback } = createCorrelationBook(manager.loaded.set);
          const read = await replay(platform, checkpoint, dispatcher, manager, lookback);
          log.info(
            { checkpoint: new Date(checkpoint).toISOString(), read },
            'detections since the checkpoint handed over again',
          );
        }
        for (const topic of ['rules.changed', 'intel.', 'asset.', 'zone.'])
          unsubscribe.push(bus.subscribe(topic, () => void scheduleRefresh()));
        timers.push(
          setInterval(() => void saveCheckpoint(), CHECKPOINT_EVERY_MS),
          setInterval(() => void scheduleRefresh(), REFRESH_EVERY_MS),
          setInterval(() => {
            dispatcher
              .advance(Date.now())
              .catch((error: unknown) => log.warn({ err: error }, 'correlations were not taken'));
            if (relief.length > 0 && !isSaturated()) {
              for (const resolve of relief) resolve();
              relief = [];
            }
          }, ADVANCE_EVERY_MS),
        );
        ready = '';
      },
      async stop() {
        ready = 'stopping';
        for (const timer of timers) clearInterval(timer);
        for (const off of unsubscribe) off();
        await pool.stop();
        dispatcher.stop();
        await saveCheckpoint();
      },
      ready: () => (ready === '' ? undefined : ready),
    },
  };
}
