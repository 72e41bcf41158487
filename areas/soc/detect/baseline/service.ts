/** The baselines in the pipeline: fed by every batch, their detections handed to the responder, their memory kept beside the checkpoint. */
import type { Platform, Service } from '@xinglin/platform/http';
import '../../tables.ts';
import type { Hit, HitSink } from '../hit.ts';
import { loadEvents } from '../stored-event.ts';
import { baselineHit } from './baseline-hit.ts';
import type { BaselineEvent } from './baseline-hit.ts';
import { createBaselines } from './baselines.ts';
import type { BaselineOptions } from './baselines.ts';
import type { BatchObservation } from './batch-observer.ts';
import type { BaselineDetection } from './explain-baseline.ts';

export interface BaselineService {
  /** What a durable batch showed. Never throws. */
  take(
    origin: { readonly tenant: string; readonly sourceId: string; readonly batch: string },
    seen: BatchObservation,
  ): void;
  /** Resolves when what was found so far has been handed over. */
  settled(): Promise<void>;
  readonly service: Service;
}

const NAME = 'baselines';
const SNAPSHOT_EVERY_MS = 3_600_000;
const ADVANCE_EVERY_MS = 60_000;
const TRIES = 5;
const PAUSE_MS = 2_000;
/** Detections waiting while the responder is away; those beyond are counted and left. */
const MAX_WAITING = 1_000;

export function createBaselineService(
  platform: Pick<Platform, 'state' | 'events' | 'log' | 'metrics' | 'now'>,
  options: {
    readonly sink: HitSink;
    readonly isOff: (ruleId: string, tenant: string) => boolean;
    readonly baselines?: BaselineOptions;
  },
): BaselineService {
  const { state, events, log, metrics } = platform;
  const { sink, isOff } = options;
  const baselines = createBaselines<BaselineEvent>(options.baselines);
  const timers: NodeJS.Timeout[] = [];
  let handing: Promise<void> = Promise.resolve();
  let waiting = 0;
  const lost = metrics.counter('xinglin_baseline_lost', 'Detections of baselines that could not be handed over');
  metrics.gauge('xinglin_baseline_values', 'Values the baselines remember', [], (gauge) =>
    gauge.set(baselines.stats.values),
  );

  async function hand(found: readonly BaselineDetection<BaselineEvent>[]): Promise<void> {
    let hits: Hit[] = [];
    try {
      const ids = found.flatMap(({ event }) => (event === undefined ? [] : [`${event.batch}-${event.seq}`]));
      const whole = ids.length === 0 ? undefined : await loadEvents(events, ids);
      hits = found.map((one) => {
        const { event } = one;
        const stored = event === undefined ? undefined : whole?.get(`${event.batch}-${event.seq}`);
        return baselineHit(
          event === undefined || stored === undefined ? one : { ...one, event: { ...event, event: stored.event } },
        );
      });
    } catch (error) {
      // An alert with less evidence is better than none.
      log.warn({ err: error }, "the events of a baseline's detections could not be read");
      hits = found.map(baselineHit);
    }
    for (let attempt = 1; ; attempt += 1) {
      try {
        await sink.accept(hits);
        return;
      } catch (error) {
        if (attempt >= TRIES) {
          lost.inc({}, hits.length);
          log.error({ err: error, hits: hits.length }, 'detections of baselines were not taken');
          return;
        }
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS).unref());
      }
    }
  }

  function tell(detections: readonly BaselineDetection<BaselineEvent>[]): void {
    const found = detections.filter(({ ruleId, tenant }) => !isOff(ruleId, tenant));
    if (found.length === 0) return;
    if (waiting + found.length > MAX_WAITING) {
      lost.inc({}, found.length);
      return;
    }
    waiting += found.length;
    handing = handing.then(() => hand(found)).finally(() => (waiting -= found.length));
  }

  async function save(): Promise<void> {
    const value = JSON.stringify(baselines.snapshot());
    await state.machine((tx) =>
      tx
        .insertInto('soc_checkpoint')
        .values({ name: NAME, value })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ value, updated_at: new Date() }))
        .execute(),
    );
  }

  async function restore(): Promise<void> {
    const row = await state.owner
      .selectFrom('soc_checkpoint')
      .select('value')
      .where('name', '=', NAME)
      .executeTakeFirst();
    if (row === undefined) return;
    try {
      baselines.restore(row.value);
    } catch (error) {
      log.warn({ err: error }, 'what the baselines had learned could not be read; they learn anew');
    }
  }

  const saveQuietly = (): Promise<void> =>
    save().catch((error: unknown) => log.warn({ err: error }, 'what the baselines learned could not be written'));

  return {
    take({ tenant, sourceId, batch }, { counts, events: shown }) {
      const found: BaselineDetection<BaselineEvent>[] = [];
      for (const [dataset, at, count] of counts) found.push(...baselines.count(tenant, dataset, at, count));
      if (shown.length > 0) found.push(...baselines.observe(shown.map((one) => ({ ...one, tenant, sourceId, batch }))));
      tell(found);
    },
    async settled() {
      await handing;
    },
    service: {
      name: 'baselines',
      async start() {
        await restore();
        timers.push(
          setInterval(() => void saveQuietly(), SNAPSHOT_EVERY_MS),
          setInterval(() => tell(baselines.advance(platform.now().getTime())), ADVANCE_EVERY_MS),
        );
      },
      async stop() {
        for (const timer of timers) clearInterval(timer);
        await saveQuietly();
        await Promise.race([handing, new Promise((resolve) => setTimeout(resolve, 3_000).unref())]);
      },
    },
  };
}
