import { EVENT_COLUMNS } from '../columns.ts';

/** A flat ECS record; see the house's shared shape "Event". */
export type EventFields = Readonly<Record<string, string | number | boolean | readonly string[] | readonly number[]>>;

export interface StoredEvent {
  /** `batch-seq`; opens the event with `eventById`. */
  readonly id: string;
  readonly tenant: string;
  readonly event: EventFields;
}

/** A row as `SELECT * FROM events` gives it in JSON. */
export type EventRow = Readonly<Record<string, unknown>>;

const NOT_A_FIELD = new Set(['batch', 'seq', 'fields']);
const ecsOf: readonly (readonly [string, string])[] = EVENT_COLUMNS.flatMap((column) =>
  'ecs' in column && !NOT_A_FIELD.has(column.column) ? [[column.column, column.ecs] as const] : [],
);

/** The row as an ECS record; what was not in the event (empty text, zero, empty list) is left out. */
export function storedEvent(row: EventRow): StoredEvent {
  const event: Record<string, EventFields[string]> = {};
  for (const [column, ecs] of ecsOf) {
    const value = row[column];
    if (value === undefined || value === null || value === '' || value === 0) continue;
    if (Array.isArray(value)) {
      if (value.length > 0) event[ecs] = value as string[];
    } else if (column === 'ts' || column === 'ingested') event[ecs] = isoTime(plainText(value));
    else event[ecs] = typeof value === 'number' ? value : readValue(plainText(value), column);
  }
  for (const [key, value] of Object.entries((row['fields'] ?? {}) as Record<string, string>)) {
    event[key] = readValue(value, key);
  }
  return { id: `${plainText(row['batch'])}-${plainText(row['seq'])}`, tenant: plainText(row['tenant']), event };
}

/** A cell as text; the engine's JSON has 64-bit numbers as text already. */
export function plainText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** Texts that stay as they are whatever they look like. */
const TEXTS = new Set(['message', 'raw', 'url']);

/** Lists are stored as JSON. */
function readValue(text: string, name: string): string | readonly string[] | readonly number[] {
  if (!text.startsWith('[') || !text.endsWith(']') || TEXTS.has(name)) return text;
  try {
    const value = JSON.parse(text) as unknown;
    if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value as string[];
    if (Array.isArray(value) && value.every((item) => typeof item === 'number')) return value as number[];
  } catch {
    // Not a list after all.
  }
  return text;
}

/** `2026-11-22 10:00:00.123` (UTC) → ISO 8601. */
export function isoTime(text: string): string {
  return `${text.replace(' ', 'T')}Z`;
}
