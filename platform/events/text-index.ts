/**
 * Upkeep of the text indexes: a day's are built when the day is over and its parts have settled, one day at a time, newest first, and only while
 * few events arrive. An insert or a merge leaves them out (they are two thirds of what storing an event costs); a part without them is searched
 * by reading its text, which is exact, only slower.
 */
import type { ClickHouseClient } from '@clickhouse/client';
import { TEXT_INDEXES } from './insert-ndjson.ts';

export interface TextIndexOptions {
  /** Events a second at which building waits. */
  readonly busyRate?: number;
  /** A day's parts are left to the engine's merges for this long after the last change. */
  readonly settleSeconds?: number;
  /** Days before this one (`2026-11-22`, UTC) are over; default today. */
  readonly before?: string;
  /** Ends the wait for a build; the engine goes on with it. */
  readonly signal?: AbortSignal;
  readonly pollMs?: number;
}

interface Day {
  readonly id: string;
  readonly parts: readonly string[];
}

const BUSY_RATE = 10_000;
const SETTLE_SECONDS = 2 * 3600;

/** Builds what is missing; returns the partitions built. Another process of the same cluster doing so leaves nothing to do. */
export async function buildTextIndexes(client: ClickHouseClient, options: TextIndexOptions = {}): Promise<string[]> {
  const { busyRate = BUSY_RATE, settleSeconds = SETTLE_SECONDS, pollMs = 1000 } = options;
  const ending = (): boolean => options.signal?.aborted ?? false;
  const rows = async <Row>(query: string, params: Record<string, unknown> = {}): Promise<Row[]> =>
    await (await client.query({ query, query_params: params, format: 'JSONEachRow' })).json<Row>();
  await client.command({
    query: `CREATE TABLE IF NOT EXISTS xinglin_text_index (id String, parts Array(String), at DateTime DEFAULT now())
      ENGINE = ReplacingMergeTree(at) ORDER BY id`,
  });

  async function isBusy(): Promise<boolean> {
    // Parts as inserted, merged away or not: what arrived in the last minute.
    const [row] = await rows<{ n: string }>(
      `SELECT sum(rows) AS n FROM system.parts
       WHERE database = currentDatabase() AND table = 'events' AND level = 0 AND modification_time > now() - 60`,
    );
    return Number(row?.n ?? 0) / 60 > busyRate;
  }
  async function unfinished(): Promise<number> {
    const [row] = await rows<{ n: string }>(
      `SELECT count() AS n FROM system.mutations WHERE database = currentDatabase() AND table = 'events' AND NOT is_done`,
    );
    return Number(row?.n ?? 0);
  }
  // Without the version: a build for one day gives the parts of all others a new one.
  const partsOf = async (where: string, params: Record<string, unknown> = {}): Promise<Day[]> =>
    await rows<Day>(
      `SELECT partition_id AS id, arraySort(groupArray(format('{}_{}_{}', min_block_number, max_block_number, level))) AS parts FROM system.parts
       WHERE database = currentDatabase() AND table = 'events' AND active ${where}`,
      params,
    );

  const built: string[] = [];
  const days = await partsOf(
    `AND partition < ${options.before === undefined ? "toString(toDate(now('UTC')))" : '{before:String}'} GROUP BY partition_id HAVING max(modification_time) <= now() - ${settleSeconds} ORDER BY id DESC`,
    options.before === undefined ? {} : { before: options.before },
  );
  const known = new Map(
    (await rows<Day>('SELECT id, parts FROM xinglin_text_index FINAL')).map(({ id, parts }) => [id, parts.join()]),
  );
  for (const day of days) {
    if (known.get(day.id) === day.parts.join()) continue;
    if (ending() || (await isBusy()) || (await unfinished()) > 0) return built;
    const actions = TEXT_INDEXES.map((name) => `MATERIALIZE INDEX ${name} IN PARTITION ID '${day.id}'`);
    await client.command({ query: `ALTER TABLE events ${actions.join(', ')} SETTINGS mutations_sync = 0` });
    while ((await unfinished()) > 0) {
      if (ending()) return built;
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
    const [now] = await partsOf(`AND partition_id = '${day.id}' GROUP BY partition_id`);
    if (now === undefined) continue;
    await client.insert({
      table: 'xinglin_text_index',
      values: [now],
      columns: ['id', 'parts'],
      format: 'JSONEachRow',
    });
    built.push(day.id);
  }
  return built;
}
