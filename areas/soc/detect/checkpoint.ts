/** How far hits have been handed to the responder, and what to read again after a crash. */
import type { Platform } from '@xinglin/platform/http';
import '../tables.ts';
import type { BatchHit } from './batch-processor.ts';
import type { DetectionManager } from './detection-manager.ts';
import { EXCEPTED } from './exception.ts';
import type { HitDispatcher, HitOrigin } from './hit-dispatcher.ts';
import { STORED_EVENT_COLUMNS, storedEvent } from './stored-event.ts';
import type { StoredEvent, StoredRow } from './stored-event.ts';

/** Batches under way, by the time they were begun: everything ingested before the oldest has been taken by the responder. */
export interface LowWater {
  begin(now: number): () => void;
  /** Epoch milliseconds. */
  value(now: number): number;
}

export function createLowWater(): LowWater {
  const open = new Map<number, number>();
  let next = 0;
  return {
    begin(now) {
      const key = next++;
      open.set(key, now);
      return () => open.delete(key);
    },
    value(now) {
      // Insertion order is time order, as far as the clock is.
      const oldest = open.values().next().value;
      return oldest === undefined ? now : Math.min(oldest, now);
    },
  };
}

const NAME = 'detect';
/** Clocks of server and engine, and the moment between stamping and registering. */
const OVERLAP_MS = 10_000;
const PAGE = 5_000;
/** Correlation windows longer than this are not rebuilt in full after a restart. */
const MAX_LOOKBACK_MS = 6 * 3_600_000;
/** Nor more hits than this, the newest: a start must not take longer the busier the hours before it were. */
const MAX_WARM = 100_000;

export async function readCheckpoint(platform: Pick<Platform, 'state'>): Promise<number | undefined> {
  const row = await platform.state.owner
    .selectFrom('soc_checkpoint')
    .select('value')
    .where('name', '=', NAME)
    .executeTakeFirst();
  const at = row?.value['at'];
  return typeof at === 'number' ? at : undefined;
}

export async function writeCheckpoint(platform: Pick<Platform, 'state'>, at: number): Promise<void> {
  const value = JSON.stringify({ at });
  await platform.state.machine((tx) =>
    tx
      .insertInto('soc_checkpoint')
      .values({ name: NAME, value })
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ value, updated_at: new Date() }))
      .execute(),
  );
}

/**
 * Hands over again whatever fired since the checkpoint, and rebuilds the correlations' state from what fired before it. The responder
 * knows hits it has by their event, so handing over twice has no second effect. Returns the number of events read.
 */
export async function replay(
  platform: Pick<Platform, 'events' | 'log'>,
  checkpoint: number,
  dispatcher: HitDispatcher,
  manager: DetectionManager,
  lookback: number,
  limits: { readonly page?: number; readonly warm?: number } = {},
): Promise<number> {
  const since = checkpoint - OVERLAP_MS;
  const { page = PAGE, warm = MAX_WARM } = limits;
  const [oldest] = await platform.events.query<{ at: string }>(
    [''],
    `SELECT toUnixTimestamp64Milli(min(ingested)) AS at FROM (
       SELECT ingested FROM events WHERE ingested >= fromUnixTimestamp64Milli({from:Int64})
         AND ingested < fromUnixTimestamp64Milli({since:Int64}) AND (notEmpty(rules) OR notEmpty(intel))
       ORDER BY ingested DESC LIMIT ${warm})`,
    { from: since - Math.min(lookback, MAX_LOOKBACK_MS), since },
    { timeoutMs: 120_000 },
  );
  const from = Number(oldest?.at ?? 0) > 0 ? Number(oldest?.at) : since;
  let read = 0;
  let after = { ingested: from, batch: '0', seq: -1 };
  for (;;) {
    const rows: StoredRow[] = await platform.events.query(
      [''],
      `SELECT ${STORED_EVENT_COLUMNS} FROM events
       WHERE ingested >= fromUnixTimestamp64Milli({ingested:Int64}) AND (notEmpty(rules) OR notEmpty(intel))
         AND (toUnixTimestamp64Milli(ingested), batch, seq) > ({ingested:Int64}, {batch:UInt64}, {seq:Int64})
       ORDER BY ingested, batch, seq LIMIT ${page}`,
      { ingested: after.ingested, batch: after.batch, seq: after.seq },
      { timeoutMs: 120_000 },
    );
    const handed: Promise<void>[] = [];
    let group: { origin: HitOrigin; hits: BatchHit[]; warm: boolean } | undefined;
    const handOver = (): void => {
      if (group?.warm === true) dispatcher.warm(group.origin, group.hits);
      else if (group !== undefined) handed.push(dispatcher.take(group.origin, group.hits));
      group = undefined;
    };
    // By batch, as they were the first time: one by one a busy minute would take many to hand over.
    for (const row of rows) {
      const stored = storedEvent(row);
      const { tenant, sourceId, batch } = stored;
      const before = stored.ingested < since;
      if (
        group === undefined ||
        group.origin.batch !== batch ||
        group.origin.sourceId !== sourceId ||
        group.warm !== before
      ) {
        handOver();
        group = { origin: { tenant, sourceId, batch }, hits: [], warm: before };
      }
      group.hits.push(hitOf(stored, manager));
      after = { ingested: stored.ingested, batch, seq: stored.seq };
    }
    handOver();
    await Promise.all(handed);
    read += rows.length;
    if (rows.length < page) return read;
  }
}

function hitOf(stored: StoredEvent, manager: DetectionManager): BatchHit {
  const again = manager.loaded.intel.match(stored.event, stored.tenant, stored.ingested) ?? [];
  const intel = stored.intel.map((id) => again.find((hit) => hit.id === id) ?? { id, field: '', value: '' });
  const rules = stored.rules.filter((id) => !id.startsWith(EXCEPTED));
  return { seq: stored.seq, ts: stored.ts, rules, intel, event: stored.event };
}
