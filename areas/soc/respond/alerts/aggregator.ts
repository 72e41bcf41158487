import type { Bus } from '@xinglin/platform/bus';
import type { Platform } from '@xinglin/platform/http';
import { XinglinError } from '@xinglin/platform/kernel';
import type { Tx } from '@xinglin/platform/state';
import { sql } from 'kysely';
import type { Hit, HitSink, RuleBook } from '../../detect/hit.ts';
import type { Directory } from '../context/directory.ts';
import { assetQueries, buildDraft } from './build-draft.ts';
import type { Registers } from './build-draft.ts';
import { dedupOf } from './dedup.ts';
import { headOf } from './head.ts';
import { isCounted, pruneLedger, readLedger, saveDrafts, writeLedger } from './store.ts';
import type { ChangedAlert, KeyedDraft } from './store.ts';
import type { SuppressionBook } from './suppression.ts';

/** How long hits are gathered before one write. */
export const GATHER_MS = 150;
const MOST_PER_WRITE = 5_000;
const ATTEMPTS = 6;
const LEDGER_KEPT_MS = 3 * 24 * 3_600_000;
const PRUNE_EVERY_MS = 3_600_000;

export interface AggregatorOptions {
  readonly platform: Pick<Platform, 'state' | 'log' | 'metrics' | 'now'>;
  readonly rules: RuleBook;
  readonly directory: Directory;
  readonly suppressions: SuppressionBook;
  /** After the write that changed them is durable. */
  readonly onChanged: (alerts: readonly ChangedAlert[]) => void;
}

export interface Aggregator extends HitSink {
  readonly name: string;
  start(): Promise<void>;
  /** Writes what is gathered, then refuses more. */
  stop(): Promise<void>;
}

/** Hits of one key, waiting. A key is an alert's dedup key, or `suppressed:<id>:<rule>` for hits that a suppression hides. */
interface Group {
  readonly key: string;
  readonly tenant: string;
  readonly suppression: string | undefined;
  readonly group: Readonly<Record<string, string>>;
  readonly hits: Hit[];
}

interface Waiting {
  readonly hits: readonly Hit[];
  readonly done: () => void;
  readonly fail: (error: unknown) => void;
}

/**
 * Gathers hits for {@link GATHER_MS} and writes them with a few statements, so that thousands of hits a second cost PostgreSQL a few
 * transactions a second. `accept` resolves when its hits are durable, which is also the back-pressure.
 */
export function createAggregator(options: AggregatorOptions): Aggregator {
  const { platform, rules, directory, suppressions, onChanged } = options;
  const { state, log, metrics, now } = platform;
  const taken = metrics.counter('xinglin_alert_hits_total', 'Hits counted into alerts', ['kind']);
  const hidden = metrics.counter('xinglin_alert_hits_suppressed_total', 'Hits hidden by a suppression');
  const repeated = metrics.counter(
    'xinglin_alert_hits_repeated_total',
    'Hits handed over again that were counted before',
  );
  const refused = metrics.counter('xinglin_alert_hits_refused_total', 'Hits that could not be stored, see the log');
  const opened = metrics.counter('xinglin_alerts_opened_total', 'Alerts opened', ['kind']);
  const writeSeconds = metrics.histogram('xinglin_alert_write_seconds', 'Time of one write of gathered hits');

  const waiting: Waiting[] = [];
  let timer: NodeJS.Timeout | undefined;
  let pruneTimer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let stopped = false;

  function schedule(): void {
    if (timer !== undefined || running !== undefined || waiting.length === 0) return;
    timer = setTimeout(() => {
      timer = undefined;
      void drain();
    }, GATHER_MS);
  }

  /** One write at a time: the order of flushes is the order of commits. */
  function drain(): Promise<void> {
    running ??= (async () => {
      while (waiting.length > 0) await writeNext();
    })().finally(() => {
      running = undefined;
      schedule();
    });
    return running;
  }

  async function writeNext(): Promise<void> {
    const batch: Waiting[] = [];
    for (
      let size = 0;
      waiting[0] !== undefined && (batch.length === 0 || size + waiting[0].hits.length <= MOST_PER_WRITE);
    ) {
      const next = waiting.shift();
      if (next === undefined) break;
      batch.push(next);
      size += next.hits.length;
    }
    const hits = batch.flatMap((item) => item.hits);
    const began = performance.now();
    try {
      await suppressions.refresh();
      const groups = [...groupHits(hits).values()];
      const registers = await lookUp(hits);
      onChanged(await writeGroups(groups, registers));
      for (const item of batch) item.done();
    } catch (error) {
      log.error({ err: error, hits: hits.length }, 'hits could not be written; they will be handed over again');
      for (const item of batch) item.fail(error);
    }
    writeSeconds.observe((performance.now() - began) / 1000);
  }

  function groupHits(hits: readonly Hit[]): Map<string, Group> {
    const groups = new Map<string, Group>();
    for (const hit of hits) {
      const suppression = suppressions.find(hit);
      const { key, group } =
        suppression === undefined
          ? dedupOf(hit, rules.get(hit.ruleId, hit.tenant))
          : { key: `suppressed:${suppression}:${hit.ruleId}`, group: {} };
      const known = groups.get(key);
      if (known === undefined) groups.set(key, { key, tenant: hit.tenant, suppression, group, hits: [hit] });
      else known.hits.push(hit);
    }
    return groups;
  }

  async function lookUp(hits: readonly Hit[]): Promise<Registers> {
    const ids = hits.flatMap((hit) => (hit.indicatorId === undefined ? [] : [hit.indicatorId]));
    const [assets, indicators] = await Promise.all([
      directory.assets(hits.flatMap(assetQueries)),
      directory.indicators(ids),
    ]);
    return { rules, assets, indicators };
  }

  /** Writes all groups at once. What the database refuses for its content is found by writing the groups one by one. */
  async function writeGroups(groups: readonly Group[], registers: Registers): Promise<ChangedAlert[]> {
    try {
      return await attempt(() => state.machine((tx) => writeOnce(tx, groups, registers)));
    } catch (error) {
      if (isTransient(error)) throw error;
      const [only] = groups;
      if (groups.length > 1) {
        const changed: ChangedAlert[] = [];
        for (const group of groups) changed.push(...(await writeGroups([group], registers)));
        return changed;
      }
      refused.inc({}, only?.hits.length ?? 0);
      log.error(
        { err: error, tenant: only?.tenant, rule: only?.hits[0]?.ruleId, hits: only?.hits.length },
        'hits refused',
      );
      return [];
    }
  }

  async function writeOnce(tx: Tx, groups: readonly Group[], registers: Registers): Promise<ChangedAlert[]> {
    const time = now();
    const ledger = await readLedger(
      tx,
      groups.flatMap(({ key, hits }) => [...new Set(hits.map((hit) => hit.batch))].map((batch) => ({ key, batch }))),
    );
    const fresh = groups.map((group) => {
      const hits = new Map<string, Hit>();
      for (const hit of group.hits) if (!isCounted(ledger, group.key, hit)) hits.set(`${hit.batch}-${hit.seq}`, hit);
      repeated.inc({}, group.hits.length - hits.size);
      return { ...group, hits: [...hits.values()] };
    });
    const counted = fresh.filter((group) => group.hits.length > 0);
    const drafts = counted
      .filter((group) => group.suppression === undefined)
      .map((group): KeyedDraft => {
        const draft = buildDraft(group.hits, group.group, registers);
        return { key: group.key, head: headOf(group.hits, registers), draft };
      });
    const changed = await saveDrafts(tx, time, drafts);
    await writeLedger(
      tx,
      time,
      ledger,
      counted.map(({ key, tenant, hits }) => ({ key, tenant, events: hits })),
    );
    await countSuppressed(tx, counted);
    await countIndicators(tx, counted);
    for (const group of counted) {
      if (group.suppression !== undefined) hidden.inc({}, group.hits.length);
      else taken.inc({ kind: group.hits[0]?.kind ?? 'rule' }, group.hits.length);
    }
    for (const alert of changed) if (alert.isNew) opened.inc({ kind: alert.kind });
    return changed;
  }

  async function prune(): Promise<void> {
    try {
      const rows = await state.machine((tx) => pruneLedger(tx, new Date(now().getTime() - LEDGER_KEPT_MS)));
      log.debug({ rows }, 'alert ledger pruned');
    } catch (error) {
      log.warn({ err: error }, 'alert ledger could not be pruned');
    }
  }

  return {
    name: 'soc.alerts',
    accept(hits) {
      if (stopped) return Promise.reject(new XinglinError('internal.unavailable', { what: 'alert aggregation' }));
      if (hits.length === 0) return Promise.resolve();
      return new Promise((done, fail) => {
        for (let start = 0; start < hits.length; start += MOST_PER_WRITE) {
          const last = start + MOST_PER_WRITE >= hits.length;
          waiting.push({ hits: hits.slice(start, start + MOST_PER_WRITE), done: last ? done : () => {}, fail });
        }
        schedule();
      });
    },
    async start() {
      stopped = false;
      await suppressions.refresh(true);
      pruneTimer = setInterval(() => void prune(), PRUNE_EVERY_MS);
      pruneTimer.unref();
    },
    async stop() {
      stopped = true;
      clearInterval(pruneTimer);
      clearTimeout(timer);
      timer = undefined;
      await running;
      await drain();
    },
  };
}

async function countSuppressed(tx: Tx, groups: readonly Group[]): Promise<void> {
  const rows = groups.flatMap(({ suppression, hits }) =>
    suppression === undefined ? [] : [{ id: suppression, hits: hits.length, at: latest(hits) }],
  );
  if (rows.length === 0) return;
  await sql`
    update soc_suppression s set hits = s.hits + r.hits, last_hit_at = greatest(s.last_hit_at, r.at)
    from (select id, sum(hits)::bigint as hits, max(at) as at
          from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as x(id text, hits bigint, at timestamptz) group by id) r
    where s.id = r.id`.execute(tx);
}

async function countIndicators(tx: Tx, groups: readonly Group[]): Promise<void> {
  const rows = groups.flatMap(({ hits }) =>
    hits.flatMap((hit) =>
      hit.indicatorId === undefined ? [] : [{ id: hit.indicatorId, at: new Date(hit.ts).toISOString() }],
    ),
  );
  if (rows.length === 0) return;
  await sql`
    update soc_indicator i set hits = i.hits + r.hits, last_hit_at = greatest(i.last_hit_at, r.at)
    from (select id, count(*) as hits, max(at) as at
          from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as x(id text, at timestamptz) group by id) r
    where i.id = r.id`.execute(tx);
}

function latest(hits: readonly Hit[]): string {
  return new Date(hits.reduce((most, hit) => Math.max(most, hit.ts), 0)).toISOString();
}

/** Again after a conflict with another writer or while the database is away. */
async function attempt<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (tries >= ATTEMPTS || !isTransient(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 25 * 2 ** tries));
    }
  }
}

/** Serialisation failure, deadlock, another process's alert, or no database: not the hits' fault. */
export function isTransient(error: unknown): boolean {
  if (error instanceof XinglinError) return error.code === 'internal.unavailable' || error.code === 'resource.conflict';
  const code = (error as { code?: unknown }).code;
  return code === '40001' || code === '40P01';
}

/** Tells listeners about changed alerts: a new one at once, a growing one at most every two seconds. */
export function createAlertSignals(bus: Bus, now: () => Date): (alerts: readonly ChangedAlert[]) => void {
  const told = new Map<string, number>();
  return (alerts) => {
    const time = now().getTime();
    for (const { id, tenant, title, titleZh, level, severity, count, isNew, kind } of alerts) {
      const before = told.get(id);
      if (!isNew && before !== undefined && time - before < 2_000) continue;
      told.delete(id);
      told.set(id, time);
      const data = { id, tenant, kind, title, titleZh, level, severity, count, isNew };
      bus.publish({ topic: 'alert.changed', tenant, data });
    }
    for (const [id, at] of told) {
      if (told.size < 5_000 && time - at < 60_000) break;
      told.delete(id);
    }
  };
}
