import { ClickHouseError, createClient } from '@clickhouse/client';
import type { ClickHouseClient, ClickHouseSettings } from '@clickhouse/client';
import { SILENT_LOG } from '../embedded/log.ts';
import type { EngineLog } from '../embedded/log.ts';
import { XinglinError } from '../kernel/errors.ts';
import './errors.ts';
import { startEmbeddedEvents } from './embedded/start.ts';
import { insertNdjson } from './insert-ndjson.ts';
import { buildTextIndexes } from './text-index.ts';
import type { TextIndexOptions } from './text-index.ts';
import { migrateEvents } from './migrate.ts';
import type { EventStore, QueryParams } from './port.ts';
import { tableFilters } from './scope-filter.ts';

export interface OpenEventsOptions {
  /** A ClickHouse with user, password and database, e.g. `http://user:password@host:8123/xinglin`; without it the embedded engine runs under `dataDir`. */
  readonly url?: string;
  readonly dataDir: string;
  readonly log?: EngineLog;
  /** Days an event is kept after it arrived; the Cybersecurity Law, article 21 (3), wants six months at least. Default 180. */
  readonly retentionDays?: number;
}

/** The port, and what operations want to know about the engine behind it. */
export interface OpenedEvents extends EventStore {
  readonly engine: 'embedded' | 'clickhouse';
  /** Process id of the embedded engine's current run. */
  readonly pid: number | undefined;
  /** Applies an area's `migrations/events` folder. */
  migrate(source: { area: string; dir: string | URL }): Promise<string[]>;
  /** Builds the text indexes of days that are over; runs by itself every quarter of an hour. Returns the days built. */
  buildTextIndexes(options?: TextIndexOptions): Promise<string[]>;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_MAX_ROWS = 100_000;
/** What one statement may use; the engine ends it beyond. */
const MAX_QUERY_MEMORY = 2 * 1024 ** 3;
const DEFAULT_RETENTION_DAYS = 180;
const WAIT_MS = 15_000;
const TEXT_INDEX_EVERY_MS = 15 * 60_000;

/** Tables whose rows carry `tenant` and are limited by scope on every read. */
const SCOPED_TABLES = ['events'];

/** Opens the event store and brings the `events` table up to date. */
export async function openEvents(options: OpenEventsOptions): Promise<OpenedEvents> {
  const log = options.log ?? SILENT_LOG;
  const embedded = options.url === undefined ? await startEmbeddedEvents(options.dataDir, log) : undefined;
  const url = options.url ?? embedded?.url ?? '';
  const client = createClient({
    url,
    application: 'xinglin',
    max_open_connections: 16,
    request_timeout: 120_000,
    keep_alive: { enabled: true, idle_socket_ttl: 2500 },
    log: { LoggerClass: QuietLogger },
  });
  let known: ClickHouseSettings = {};
  const closing = new AbortController();
  let building: Promise<unknown> = Promise.resolve();
  const build = (more: TextIndexOptions = {}): Promise<string[]> => {
    const work = building.then(() => buildTextIndexes(client, { signal: closing.signal, ...more }));
    building = work.catch((error: unknown) => {
      if (!closing.signal.aborted) log.warn({ err: error }, 'text indexes were not built; tried again later');
    });
    return work;
  };
  const upkeep = setInterval(() => void build().catch(() => undefined), TEXT_INDEX_EVERY_MS).unref();
  const close = async (): Promise<void> => {
    clearInterval(upkeep);
    closing.abort();
    await building;
    await client.close();
    await embedded?.child.stop();
  };
  try {
    await migrateEvents(client, { area: 'platform', dir: new URL('../migrations/events/', import.meta.url) });
    await setRetention(client, options.retentionDays ?? DEFAULT_RETENTION_DAYS);
    known = await knownSettings(client);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    engine: embedded === undefined ? 'clickhouse' : 'embedded',
    get pid() {
      return embedded?.child.pid;
    },
    url,
    migrate: (source) => migrateEvents(client, source),
    buildTextIndexes: build,
    insert: (batch) => insertNdjson(url, batch.token, batch.ndjson),
    async query<Row>(
      scopes: readonly string[],
      sql: string,
      params: QueryParams = {},
      limits: { timeoutMs?: number; maxRows?: number; signal?: AbortSignal } = {},
    ) {
      const timeoutMs = limits.timeoutMs ?? DEFAULT_TIMEOUT_MS;
      const filters = tableFilters(scopes, SCOPED_TABLES);
      return await reachable(timeoutMs, async () => {
        const result = await client.query({
          query: sql,
          query_params: params,
          format: 'JSONEachRow',
          ...(limits.signal === undefined ? {} : { abort_signal: limits.signal }),
          clickhouse_settings: {
            ...known,
            ...(filters === undefined ? {} : { additional_table_filters: filters as never }),
            max_execution_time: Math.max(1, Math.ceil(timeoutMs / 1000)),
            max_result_rows: String(limits.maxRows ?? DEFAULT_MAX_ROWS),
            max_memory_usage: String(MAX_QUERY_MEMORY),
            output_format_json_quote_64bit_integers: 1,
            readonly: '2',
          },
        });
        return await result.json<Row>();
      });
    },
    async command(sql) {
      await reachable(DEFAULT_TIMEOUT_MS, () => client.command({ query: sql }));
    },
    async ping() {
      await reachable(DEFAULT_TIMEOUT_MS, async () => {
        const result = await client.ping({ select: true });
        if (!result.success) throw result.error;
      });
    },
    close,
  };
}

/**
 * Settings for every read, as far as this version of the engine has them; both measured on 26.7 over 50 million events. The
 * top-N filter on the sort column displaces the conditions from PREWHERE and the text index with them (three to four times
 * slower); skip indexes read along with the data cost twice the time of those read before it.
 */
const READ_SETTINGS: Readonly<Record<string, string>> = {
  use_top_k_dynamic_filtering: '0',
  use_skip_indexes_on_data_read: '0',
};

async function knownSettings(client: ClickHouseClient): Promise<ClickHouseSettings> {
  const result = await client.query({
    query: 'SELECT name FROM system.settings WHERE name IN {names:Array(String)}',
    query_params: { names: Object.keys(READ_SETTINGS) },
    format: 'JSONEachRow',
  });
  const names = new Set((await result.json<{ name: string }>()).map((row) => row.name));
  return Object.fromEntries(Object.entries(READ_SETTINGS).filter(([name]) => names.has(name)));
}

async function setRetention(client: ClickHouseClient, days: number): Promise<void> {
  if (!Number.isInteger(days) || days < 1 || days > 36_500)
    throw new XinglinError('request.invalid', { reason: `retentionDays ${days}` });
  const result = await client.query({ query: 'SHOW CREATE TABLE events', format: 'TabSeparatedRaw' });
  const ttl = `TTL toDateTime(ingested) + toIntervalDay(${days})`;
  if ((await result.text()).includes(ttl)) return;
  await client.command({
    query: `ALTER TABLE events MODIFY ${ttl}`,
    clickhouse_settings: { materialize_ttl_after_modify: 0 } as never,
  });
}

/** Waits for an engine that is away (restart), then says so; turns the engine's limits into errors a user understands. */
async function reachable<T>(timeoutMs: number, work: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + WAIT_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (error instanceof ClickHouseError) throw engineErrorOf(error, timeoutMs);
      if (!isUnreachable(error)) throw error;
      if (Date.now() >= deadline)
        throw new XinglinError('internal.unavailable', { what: 'ClickHouse' }, { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

function engineErrorOf(error: ClickHouseError, timeoutMs: number): XinglinError {
  const cause = { cause: error };
  if (error.code === '159') return new XinglinError('events.too_slow', { seconds: Math.ceil(timeoutMs / 1000) }, cause);
  if (error.code === '241' || error.code === '396') return new XinglinError('events.too_large', {}, cause);
  return new XinglinError('events.rejected', { code: error.code, reason: error.message }, cause);
}

function isUnreachable(error: unknown): boolean {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  if (typeof code === 'string') return /^E(CONN|PIPE|HOSTUNREACH|TIMEDOUT|AI_AGAIN)/.test(code);
  return error instanceof Error && /socket hang up|Timeout error|other side closed/i.test(error.message);
}

/** Errors are thrown and reported by whoever asked; the client's own console lines would only repeat them. */
class QuietLogger {
  trace(): void {}
  debug(): void {}
  info(): void {}
  warn(): void {}
  error(): void {}
}
