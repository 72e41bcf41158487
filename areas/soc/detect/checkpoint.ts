/** How far hits have been handed to the responder, and what to read again after a crash. */
import type { Platform } from '@xinglin/platform/http';
import '../tables.ts';
import type { BatchHit } from './batch-processor.ts';
import type { DetectionManager } from './detection-manager.ts';
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
const PAGE = 2_000;
/** Correlation windows longer than this are not rebuilt in full after a restart. */
const MAX_LOOKBACK_MS = 6 * 3_600_000;

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
): Promise<number> {
  const since = checkpoint - OVERLAP_MS;
  const from = since - Math.min(lookback, MAX_LOOKBACK_MS);
  let read = 0;
  let after = { ingested: from, batch: '0', seq: -1 };
  for (;;) {
    const rows: StoredRow[] = await platform.events.query(
      [''],
      `SELECT ${STORED_EVENT_COLUMNS} FROM events
       WHERE ingested >= fromUnixTimestamp64Milli({from:Int64}) AND (notEmpty(rules) OR notEmpty(intel))
         AND (toUnixTimestamp64Milli(ingested), batch, seq) > ({ingested:Int64}, {batch:UInt64}, {seq:Int64})
       ORDER BY ingested, batch, seq LIMIT ${PAGE}`,
      { from, ingested: after.ingested, batch: after.batch, seq: after.seq },
      { timeoutMs: 120_000 },
    );
    for (const row of rows) {
      const stored = storedEvent(row);
      const origin: HitOrigin = { tenant: stored.tenant, sourceId: stored.sourceId, batch: stored.batch };
      const hit = hitOf(stored, manager);
      if (stored.ingested < since) dispatcher.warm(origin, [hit]);
      else await dispatcher.take(origin, [hit]);
      after = { ingested: stored.ingested, batch: stored.batch, seq: stored.seq };
    }
    read += rows.length;
    if (rows.length < PAGE) return read;
  }
}

function hitOf(stored: StoredEvent, manager: DetectionManager): BatchHit {
  const again = manager.loaded.intel.match(stored.event, stored.tenant, stored.ingested) ?? [];
  const intel = stored.intel.map((id) => again.find((hit) => hit.id === id) ?? { id, field: '', value: '' });
  return { seq: stored.seq, ts: stored.ts, rules: stored.rules, intel, event: stored.event };
}
