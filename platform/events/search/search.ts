import { XinglinError } from '../../kernel/errors.ts';
import type { EventStore, QueryParams } from '../port.ts';
import { compileWhere } from './compile.ts';
import type { CompiledWhere } from './compile.ts';
import { searchField } from './fields.ts';
import { parseQuery } from './parse.ts';
import { isoTime, plainText, storedEvent } from './record.ts';
import type { EventRow, StoredEvent } from './record.ts';

/** What to search: the bar's text and a stretch of event time, `from` included, `to` excluded. */
export interface EventQuery {
  readonly query: string;
  readonly from: Date;
  readonly to: Date;
  /** Zone of times written in the query without one; default `+08:00`. */
  readonly zone?: string;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export interface SearchOptions extends EventQuery {
  readonly limit?: number;
  /** Newest first by default. */
  readonly order?: 'desc' | 'asc';
  /** From the page before. */
  readonly cursor?: string;
}

export interface SearchPage {
  readonly events: readonly StoredEvent[];
  /** Present when there is more. */
  readonly cursor?: string;
}

/** Rows of one page; an export asks for the most. */
export const MAX_LIMIT = 5000;
const HOUR = 3_600_000;
/** A first look at this much time, then each slice this many times as long as the one before. */
const FIRST_SLICE = 26 * HOUR;
const SLICE_GROWTH = 7;

/** Condition and parameters of a query over `events`, without scopes: the store adds them. */
export function eventWhere(query: EventQuery, now = Date.now()): CompiledWhere {
  const where = compileWhere(parseQuery(query.query), {
    now,
    ...(query.zone === undefined ? {} : { zone: query.zone }),
  });
  return {
    sql: `ts >= fromUnixTimestamp64Milli({t_from:Int64}, 'UTC') AND ts < fromUnixTimestamp64Milli({t_to:Int64}, 'UTC') AND (${where.sql})`,
    params: { ...where.params, t_from: query.from.getTime(), t_to: query.to.getTime() },
  };
}

/**
 * A page of events. Time is cut into disjoint slices, nearest the beginning of the order first and growing, and the search
 * ends when the page is full: the usual search ("the newest hundred") reads a day, not months, and the rarest one reads
 * each row once.
 */
export async function searchEvents(
  store: Pick<EventStore, 'query'>,
  scopes: readonly string[],
  options: SearchOptions,
): Promise<SearchPage> {
  const limit = Math.min(Math.max(1, Math.trunc(options.limit ?? 100)), MAX_LIMIT);
  const descending = options.order !== 'asc';
  const cursor = options.cursor === undefined ? undefined : readCursor(options.cursor);
  const rows: EventRow[] = [];
  const whole = { from: options.from.getTime(), to: options.to.getTime() };
  if (cursor !== undefined && descending) whole.to = Math.min(whole.to, cursor.ts + 1);
  if (cursor !== undefined && !descending) whole.from = Math.max(whole.from, cursor.ts);
  const direction = descending ? 'DESC' : 'ASC';
  for (const slice of slices(whole.from, whole.to, descending)) {
    const where = eventWhere({ ...options, from: new Date(slice.from), to: new Date(slice.to) });
    const beyond =
      cursor === undefined
        ? ''
        : ` AND (ts, batch, seq) ${descending ? '<' : '>'} (fromUnixTimestamp64Milli({c_ts:Int64}, 'UTC'), {c_batch:UInt64}, {c_seq:UInt32})`;
    const found = await store.query<EventRow>(
      scopes,
      `SELECT * FROM events WHERE ${where.sql}${beyond} ORDER BY ts ${direction}, batch ${direction}, seq ${direction} LIMIT {n:UInt32}`,
      {
        ...where.params,
        n: limit + 1 - rows.length,
        ...(cursor === undefined ? {} : { c_ts: cursor.ts, c_batch: cursor.batch, c_seq: cursor.seq }),
      },
      limitsOf(options),
    );
    rows.push(...found);
    if (rows.length > limit) break;
  }
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    events: page.map((row) => storedEvent(row)),
    ...(rows.length > limit && last !== undefined ? { cursor: writeCursor(last) } : {}),
  };
}

export function limitsOf(options: EventQuery): { timeoutMs?: number; signal?: AbortSignal } {
  return {
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  };
}

/** Cuts [from, to) into slices, the first next to the end where the order begins. */
export function* slices(from: number, to: number, descending: boolean): Generator<{ from: number; to: number }> {
  let width = FIRST_SLICE;
  if (descending) {
    for (let end = to; end > from; width *= SLICE_GROWTH) {
      const start = Math.max(from, end - width);
      yield { from: start, to: end };
      end = start;
    }
  } else {
    for (let start = from; start < to; width *= SLICE_GROWTH) {
      const end = Math.min(to, start + width);
      yield { from: start, to: end };
      start = end;
    }
  }
}

interface PageCursor {
  readonly ts: number;
  readonly batch: string;
  readonly seq: number;
}

function writeCursor(row: EventRow): string {
  const ts = Date.parse(isoTime(plainText(row['ts'])));
  return Buffer.from(`${ts}.${plainText(row['batch'])}.${plainText(row['seq'])}`).toString('base64url');
}

function readCursor(text: string): PageCursor {
  const match = /^(-?\d{1,15})\.(\d{1,20})\.(\d{1,10})$/.exec(Buffer.from(text, 'base64url').toString('latin1'));
  if (match === null) throw new XinglinError('request.invalid', { reason: 'cursor' });
  return { ts: Number(match[1]), batch: match[2] ?? '0', seq: Number(match[3]) };
}

/** The event `batch-seq`; undefined when there is none in scope. */
export async function eventById(
  store: Pick<EventStore, 'query'>,
  scopes: readonly string[],
  id: string,
): Promise<StoredEvent | undefined> {
  const match = /^(\d{1,20})-(\d{1,10})$/.exec(id);
  if (match === null) throw new XinglinError('request.invalid', { reason: `event id ${id.slice(0, 50)}` });
  const params: QueryParams = { batch: match[1] ?? '', seq: Number(match[2]) };
  const rows = await store.query<EventRow>(
    scopes,
    'SELECT * FROM events WHERE batch = {batch:UInt64} AND seq = {seq:UInt32} LIMIT 1',
    params,
  );
  return rows[0] === undefined ? undefined : storedEvent(rows[0]);
}

export interface HistogramBucket {
  readonly at: string;
  readonly count: number;
  /** Counts per value of the series, the largest series first; the rest under ''. */
  readonly series: Readonly<Record<string, number>>;
}

export interface Histogram {
  readonly intervalMs: number;
  readonly total: number;
  readonly buckets: readonly HistogramBucket[];
}

/** Round widths a reader can name. */
const INTERVALS = [1, 5, 10, 30, 60, 300, 600, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 86_400, 7 * 86_400].map(
  (s) => s * 1000,
);
const DEFAULT_BUCKETS = 60;
const MAX_SERIES = 8;

/** Counts over time, by dataset or severity or as one series. Empty buckets are included. */
export async function histogram(
  store: Pick<EventStore, 'query'>,
  scopes: readonly string[],
  options: EventQuery & { by?: 'dataset' | 'severity' | 'none'; buckets?: number },
): Promise<Histogram> {
  const from = options.from.getTime();
  const to = options.to.getTime();
  const wanted = Math.max(1, options.buckets ?? DEFAULT_BUCKETS);
  const intervalMs = INTERVALS.find((width) => (to - from) / width <= wanted) ?? 7 * 86_400_000;
  const where = eventWhere(options);
  const series =
    options.by === 'severity' ? "fields['event.severity']" : options.by === 'dataset' ? 'toString(dataset)' : "''";
  const rows = await store.query<{ slot: string; name: string; n: string }>(
    scopes,
    `SELECT intDiv(toUnixTimestamp64Milli(ts), {width:Int64}) AS slot, ${series} AS name, count() AS n
     FROM events WHERE ${where.sql} GROUP BY slot, name ORDER BY slot`,
    { ...where.params, width: intervalMs },
    limitsOf(options),
  );
  const totals = new Map<string, number>();
  for (const row of rows) totals.set(row.name, (totals.get(row.name) ?? 0) + Number(row.n));
  const kept = new Set(
    [...totals]
      .toSorted((a, b) => b[1] - a[1])
      .slice(0, MAX_SERIES)
      .map(([name]) => name),
  );
  const first = Math.floor(from / intervalMs);
  const last = Math.floor((to - 1) / intervalMs);
  const buckets = Array.from({ length: Math.max(0, last - first + 1) }, (_value, index) => ({
    at: new Date((first + index) * intervalMs).toISOString(),
    count: 0,
    series: {} as Record<string, number>,
  }));
  let total = 0;
  for (const row of rows) {
    const bucket = buckets[Number(row.slot) - first];
    if (bucket === undefined) continue;
    const count = Number(row.n);
    const name = kept.has(row.name) ? row.name : '';
    bucket.count += count;
    total += count;
    if (options.by !== undefined && options.by !== 'none') bucket.series[name] = (bucket.series[name] ?? 0) + count;
  }
  return { intervalMs, total, buckets };
}

export interface FieldStats {
  readonly field: string;
  /** Events that have the field. */
  readonly present: number;
  /** Distinct values. */
  readonly cardinality: number;
  readonly top: readonly { readonly value: string; readonly count: number }[];
}

/** Most frequent values and number of distinct values of a field. */
export async function fieldStats(
  store: Pick<EventStore, 'query'>,
  scopes: readonly string[],
  options: EventQuery & { field: string; top?: number },
): Promise<FieldStats> {
  const field = searchField(options.field);
  const top = Math.min(Math.max(1, Math.trunc(options.top ?? 10)), 1000);
  const where = eventWhere(options);
  const column = field.map ? 'fields[{f_key:String}]' : `\`${field.column}\``;
  const value = field.kind === 'array' ? `arrayJoin(${column})` : `toString(${column})`;
  const empty = field.kind === 'number' ? "'0'" : "''";
  const rows = await store.query<{ v: string; n: string; present: string; kinds: string }>(
    scopes,
    `SELECT v, n, sum(n) OVER () AS present, count() OVER () AS kinds FROM (
       SELECT ${value} AS v, count() AS n FROM events WHERE ${where.sql} GROUP BY v HAVING v != ${empty}
     ) ORDER BY n DESC, v LIMIT {top:UInt32}`,
    { ...where.params, top, ...(field.map ? { f_key: field.column } : {}) },
    limitsOf(options),
  );
  return {
    field: options.field,
    present: Number(rows[0]?.present ?? 0),
    cardinality: Number(rows[0]?.kinds ?? 0),
    top: rows.map((row) => ({ value: row.v, count: Number(row.n) })),
  };
}
