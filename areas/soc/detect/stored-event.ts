/** Events read back from the store in the shape they had when rules saw them. */
import { EVENT_COLUMNS } from '@xinglin/platform/events';
import type { EventStore } from '@xinglin/platform/events';
import type { HitEvent } from './hit.ts';

/** A row of `SELECT ${STORED_EVENT_COLUMNS}` in JSONEachRow. */
export type StoredRow = Readonly<Record<string, unknown>>;

export interface StoredEvent {
  readonly tenant: string;
  readonly sourceId: string;
  readonly batch: string;
  readonly seq: number;
  /** Epoch milliseconds. */
  readonly ts: number;
  readonly ingested: number;
  readonly rules: readonly string[];
  readonly intel: readonly string[];
  /** Flat ECS. */
  readonly event: Readonly<Record<string, unknown>>;
}

export const STORED_EVENT_COLUMNS = EVENT_COLUMNS.map(({ column }) => column).join(', ');

const KEYS = new Map<string, string>(
  EVENT_COLUMNS.flatMap((column): [string, string][] =>
    'ecs' in column && !['ts', 'ingested', 'rules', 'intel', 'raw', 'tenant', 'source'].includes(column.column)
      ? [[column.column, column.ecs]]
      : [],
  ),
);
const NUMBERS = new Set<string>(EVENT_COLUMNS.filter((column) => column.type === 'UInt16').map(({ column }) => column));

function timeOf(value: unknown): number {
  return Date.parse(`${String(value).replace(' ', 'T')}Z`);
}

/** A list that was stored as JSON text becomes a list again. */
function fieldValue(text: string): unknown {
  if (!text.startsWith('["') && !/^\[-?\d/.test(text)) return text;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : text;
  } catch {
    return text;
  }
}

export function storedEvent(row: StoredRow): StoredEvent {
  const ts = timeOf(row['ts']);
  const event: Record<string, unknown> = { '@timestamp': new Date(ts).toISOString() };
  for (const [column, key] of KEYS) {
    const value = row[column];
    if (value === '' || value === undefined || value === null) continue;
    if (NUMBERS.has(column)) {
      if (Number(value) !== 0) event[key] = Number(value);
    } else event[key] = typeof value === 'string' ? fieldValue(value) : value;
  }
  const fields = row['fields'];
  if (typeof fields === 'object' && fields !== null)
    for (const [key, value] of Object.entries(fields)) event[key] = fieldValue(String(value));
  const raw = row['raw'];
  event['event.original'] = typeof raw === 'string' && raw !== '' ? raw : row['message'];
  return {
    tenant: String(row['tenant']),
    sourceId: String(row['source']),
    batch: String(row['batch']),
    seq: Number(row['seq']),
    ts,
    ingested: timeOf(row['ingested']),
    rules: Array.isArray(row['rules']) ? row['rules'].map(String) : [],
    intel: Array.isArray(row['intel']) ? row['intel'].map(String) : [],
    event,
  };
}

const MAX_AT_ONCE = 2_000;

/** Events by `batch-seq`; those the store does not have are left out. */
export async function loadEvents(
  store: Pick<EventStore, 'query'>,
  ids: readonly string[],
): Promise<ReadonlyMap<string, HitEvent>> {
  const found = new Map<string, HitEvent>();
  for (let at = 0; at < ids.length; at += MAX_AT_ONCE) {
    // Numbers of our own making, as literals: the skip index on batch is used, 64 bits do not fit a JavaScript number, and parameters travel in
    // the address, which has no room for so many.
    const pairs = ids
      .slice(at, at + MAX_AT_ONCE)
      .filter((id) => /^\d{1,20}-\d{1,10}$/.test(id))
      .map((id) => id.split('-'));
    if (pairs.length === 0) continue;
    const batches = [...new Set(pairs.map(([batch]) => batch ?? ''))];
    const rows = await store.query<StoredRow>(
      [''],
      `SELECT ${STORED_EVENT_COLUMNS} FROM events WHERE batch IN (${batches.join(', ')})
         AND (batch, seq) IN (${pairs.map((pair) => `(${pair.join(', ')})`).join(', ')})`,
    );
    for (const row of rows) {
      const { batch, seq, ts, event } = storedEvent(row);
      found.set(`${batch}-${seq}`, { batch, seq, ts, event });
    }
  }
  return found;
}
