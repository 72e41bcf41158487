/** Events read back from the store in the shape they had when rules saw them. */
import { EVENT_COLUMNS } from '@xinglin/platform/events';

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
