/** What each source sent, by minute; added to `soc_source_minute` every few seconds, so a crash costs at most that much of the statistics, never events. */
import type { Platform } from '@xinglin/platform/http';
import { sql } from 'kysely';
import '../tables.ts';
import type { BatchOutcome, BatchSource } from '../normalize/raw-batch.ts';

export interface SourceCounters {
  add(source: BatchSource, outcome: BatchOutcome, bytes: number): void;
  /** Events lost before they reached the pipeline. */
  dropped(source: BatchSource, count: number): void;
  /** Epoch milliseconds of the last batch since start; undefined when none came. */
  lastReceived(sourceId: string): number | undefined;
  unknownSamples(): readonly UnknownSample[];
  flush(): Promise<void>;
}

/** A line no parser knew. */
export interface UnknownSample {
  readonly sourceId: string;
  readonly tenant: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly sample: string;
}

interface Minute {
  readonly tenant: string;
  received: number;
  parsed: number;
  failed: number;
  dropped: number;
  bytes: number;
  lag: number;
  readonly datasets: Record<string, number>;
}

const SAMPLES_PER_SOURCE = 20;
const MAX_SAMPLED_SOURCES = 2_000;

export function createSourceCounters(platform: Pick<Platform, 'state' | 'metrics' | 'now' | 'log'>): SourceCounters {
  const { metrics } = platform;
  const events = metrics.counter('xinglin_ingest_events_total', 'Events by what became of them', ['result']);
  const bytesTotal = metrics.counter('xinglin_ingest_bytes_total', 'Bytes received, decompressed');
  let minutes = new Map<string, Minute>();
  const received = new Map<string, number>();
  let touched = new Map<string, { event: number; received: number }>();
  const samples = new Map<string, UnknownSample[]>();

  function minuteOf(source: BatchSource): Minute {
    const key = `${source.id} ${Math.floor(platform.now().getTime() / 60_000)}`;
    let minute = minutes.get(key);
    if (minute === undefined) {
      minute = { tenant: source.tenant, received: 0, parsed: 0, failed: 0, dropped: 0, bytes: 0, lag: 0, datasets: {} };
      minutes.set(key, minute);
    }
    return minute;
  }

  function keepSample(source: BatchSource, sample: string, at: number): void {
    let list = samples.get(source.id);
    if (list === undefined) {
      if (samples.size >= MAX_SAMPLED_SOURCES) return;
      samples.set(source.id, (list = []));
    }
    list.push({ sourceId: source.id, tenant: source.tenant, at, sample });
    if (list.length > SAMPLES_PER_SOURCE) list.shift();
  }

  return {
    add(source, outcome, bytes) {
      const now = platform.now().getTime();
      const minute = minuteOf(source);
      minute.received += outcome.received;
      minute.parsed += outcome.parsed;
      minute.failed += outcome.failed;
      minute.dropped += outcome.dropped;
      minute.bytes += bytes;
      minute.lag += outcome.lagMsSum;
      for (const name in outcome.datasets)
        minute.datasets[name] = (minute.datasets[name] ?? 0) + (outcome.datasets[name] ?? 0);
      received.set(source.id, now);
      const last = touched.get(source.id);
      touched.set(source.id, { event: Math.max(last?.event ?? 0, outcome.lastEventAt), received: now });
      if (outcome.unknownSample !== undefined) keepSample(source, outcome.unknownSample, now);
      events.inc({ result: 'received' }, outcome.received);
      events.inc({ result: 'parsed' }, outcome.parsed);
      events.inc({ result: 'failed' }, outcome.failed);
      if (outcome.dropped > 0) events.inc({ result: 'dropped' }, outcome.dropped);
      if (outcome.truncated > 0) events.inc({ result: 'truncated' }, outcome.truncated);
      if (outcome.duplicate) events.inc({ result: 'duplicate_batch' }, 1);
      bytesTotal.inc({}, bytes);
    },
    dropped(source, count) {
      minuteOf(source).dropped += count;
      events.inc({ result: 'dropped' }, count);
    },
    lastReceived: (sourceId) => received.get(sourceId),
    unknownSamples: () => [...samples.values()].flat(),
    async flush() {
      if (minutes.size === 0) return;
      const going = minutes;
      const seen = touched;
      minutes = new Map();
      touched = new Map();
      try {
        await platform.state.machine(async (tx) => {
          for (const [key, one] of going) {
            const [sourceId = '', minute = '0'] = key.split(' ');
            const at = new Date(Number(minute) * 60_000);
            // A source deleted meanwhile has no row to count for.
            await sql`insert into soc_source_minute as m
                (source_id, tenant, minute, received, parsed, failed, dropped, bytes, lag_ms_sum, datasets)
              select id, tenant, ${at}::timestamptz, ${one.received}::bigint, ${one.parsed}::bigint, ${one.failed}::bigint, ${one.dropped}::bigint,
                ${one.bytes}::bigint, ${Math.round(one.lag)}::bigint, ${JSON.stringify(one.datasets)}::jsonb
              from soc_source where id = ${sourceId}
              on conflict (source_id, minute) do update set
                received = m.received + excluded.received, parsed = m.parsed + excluded.parsed, failed = m.failed + excluded.failed,
                dropped = m.dropped + excluded.dropped, bytes = m.bytes + excluded.bytes, lag_ms_sum = m.lag_ms_sum + excluded.lag_ms_sum,
                datasets = (
                  select coalesce(jsonb_object_agg(key, total), '{}') from (
                    select key, sum(value::bigint) as total from (
                      select * from jsonb_each_text(m.datasets) union all select * from jsonb_each_text(excluded.datasets)) as parts
                    group by key) as sums)`.execute(tx);
          }
          for (const [id, last] of seen) {
            await tx
              .updateTable('soc_source')
              .set({
                last_received_at: new Date(last.received),
                ...(last.event > 0 ? { last_event_at: new Date(last.event) } : {}),
              })
              .where('id', '=', id)
              .execute();
          }
        });
      } catch (error) {
        // Kept for the next flush.
        for (const [key, one] of going) {
          const now = minutes.get(key);
          if (now === undefined) minutes.set(key, one);
          else {
            for (const field of ['received', 'parsed', 'failed', 'dropped', 'bytes', 'lag'] as const)
              now[field] += one[field];
            for (const name in one.datasets) now.datasets[name] = (now.datasets[name] ?? 0) + (one.datasets[name] ?? 0);
          }
        }
        for (const [id, last] of seen) if (!touched.has(id)) touched.set(id, last);
        platform.log.warn({ err: error }, 'source counters could not be written; kept for the next time');
      }
    },
  };
}
