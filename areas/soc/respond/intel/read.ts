import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import { storedEvent } from '@xinglin/platform/events';
import type { EventStore } from '@xinglin/platform/events';
import { XinglinError } from '@xinglin/platform/kernel';
import type { Tx } from '@xinglin/platform/state';
import { z } from 'zod';
import { Level, PageQuery } from '../../contract.ts';
import type { Indicator } from '../../contract.ts';
import { eventRecord } from '../search/routes.ts';
import { below, containing, decodeCursor, encodeCursor, iso, listOf, whereAll } from '../context/query.ts';
import { INDICATOR_TYPES } from './indicator.ts';

export const IndicatorQuery = PageQuery.extend({
  type: listOf(z.enum(INDICATOR_TYPES)).optional(),
  feed: z.string().max(100).optional(),
  severity: listOf(Level).optional(),
  /** `active`: valid now; `hit`: matched at least once. */
  state: z.enum(['all', 'active', 'expired', 'hit']).default('all'),
  sort: z.enum(['-createdAt', '-hits', '-lastHitAt', 'value']).default('-createdAt'),
});
type IndicatorQuery = z.output<typeof IndicatorQuery>;

const SORTS = {
  '-createdAt': { column: 'created_at', type: 'timestamptz', descending: true },
  '-hits': { column: 'hits', type: 'bigint', descending: true },
  '-lastHitAt': { column: "coalesce(last_hit_at, 'epoch')", type: 'timestamptz', descending: true },
  value: { column: 'value', type: 'text', descending: false },
} as const;

interface Row {
  id: string;
  tenant: string;
  feed: string;
  type: Indicator['type'];
  value: string;
  severity: Level;
  confidence: number;
  labels: string[];
  description: string;
  valid_from: Date;
  valid_until: Date | null;
  hits: number;
  last_hit_at: Date | null;
}

const COLUMNS = sql.raw(
  'id, tenant, feed, type, value, severity, confidence, labels, description, valid_from, valid_until, hits, last_hit_at',
);

export async function listIndicators(
  tx: Tx,
  now: Date,
  query: IndicatorQuery,
): Promise<{ items: Indicator[]; total: number; next?: string }> {
  const conditions: RawBuilder<unknown>[] = [];
  if (query.tenant !== undefined) conditions.push(below(sql`tenant`, query.tenant));
  if (query.type?.length) conditions.push(sql`type = any(${query.type}::text[])`);
  if (query.feed !== undefined) conditions.push(sql`feed = ${query.feed}`);
  if (query.severity?.length) conditions.push(sql`severity = any(${query.severity}::text[])`);
  if (query.state === 'active') conditions.push(sql`(valid_until is null or valid_until > ${now})`);
  if (query.state === 'expired') conditions.push(sql`valid_until <= ${now}`);
  if (query.state === 'hit') conditions.push(sql`hits > 0`);
  const text = query.q?.trim();
  if (text !== undefined && text !== '')
    conditions.push(
      sql`(value ilike ${containing(text)} or description ilike ${containing(text)} or ${text} = any(labels))`,
    );
  const total = await sql<{
    total: number;
  }>`select count(*)::int as total from soc_indicator where ${whereAll(conditions)}`.execute(tx);
  const sort = SORTS[query.sort];
  const column = sql.raw(sort.column);
  const direction = sql.raw(sort.descending ? 'desc' : 'asc');
  const cursor = decodeCursor(query.cursor);
  if (cursor !== undefined)
    conditions.push(
      sql`(${column}, id) ${sql.raw(sort.descending ? '<' : '>')} (cast(${cursor.value} as ${sql.raw(sort.type)}), ${cursor.id})`,
    );
  const rows = await sql<Row & { sort_value: string }>`
    select ${COLUMNS}, (${column})::text as sort_value from soc_indicator where ${whereAll(conditions)}
    order by ${column} ${direction}, id ${direction} limit ${query.limit + 1}`.execute(tx);
  const page = rows.rows.slice(0, query.limit);
  const last = page.at(-1);
  const next =
    rows.rows.length > query.limit && last !== undefined
      ? encodeCursor({ value: last.sort_value, id: last.id })
      : undefined;
  return { items: page.map(toIndicator), total: total.rows[0]?.total ?? 0, ...(next !== undefined && { next }) };
}

function toIndicator(row: Row): Indicator {
  const { valid_from, valid_until, last_hit_at, ...rest } = row;
  return { ...rest, validFrom: iso(valid_from), validUntil: iso(valid_until), lastHitAt: iso(last_hit_at) };
}

export const Feed = z.object({
  feed: z.string(),
  tenant: z.string(),
  total: z.number(),
  active: z.number(),
  matched: z.number(),
  hits: z.number(),
  importedAt: z.iso.datetime({ offset: true }),
});

export async function listFeeds(tx: Tx, now: Date): Promise<z.input<typeof Feed>[]> {
  const result = await sql<{
    feed: string;
    tenant: string;
    total: number;
    active: number;
    matched: number;
    hits: number;
    imported_at: Date;
  }>`
    select feed, tenant, count(*)::int as total, (count(*) filter (where valid_until is null or valid_until > ${now}))::int as active,
      (count(*) filter (where hits > 0))::int as matched, sum(hits)::float8 as hits, max(created_at) as imported_at
    from soc_indicator group by feed, tenant order by feed, tenant`.execute(tx);
  return result.rows.map(({ imported_at, ...row }) => ({ ...row, importedAt: iso(imported_at) }));
}

export async function readIndicator(tx: Tx, id: string): Promise<Indicator> {
  const result = await sql<Row>`select ${COLUMNS} from soc_indicator where id = ${id}`.execute(tx);
  const row = result.rows[0];
  if (row === undefined) throw new XinglinError('resource.not_found', { what: 'indicator', id });
  return toIndicator(row);
}

/** Events of the last days that touched the indicator, newest first; the store itself keeps to the scopes. */
export async function indicatorEvents(
  events: EventStore,
  scopes: readonly string[],
  id: string,
  since: Date,
  limit: number,
): Promise<ReturnType<typeof eventRecord>[]> {
  const rows = await events.query<Record<string, unknown>>(
    scopes,
    `SELECT * FROM events WHERE has(intel, {id:String}) AND ts >= fromUnixTimestamp64Milli({since:Int64}, 'UTC') ORDER BY ts DESC LIMIT {n:UInt32}`,
    { id, since: since.getTime(), n: limit },
    { timeoutMs: 15_000 },
  );
  return rows.map((row) => eventRecord(storedEvent(row)));
}
