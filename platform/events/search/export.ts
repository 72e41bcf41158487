import type { EventStore } from '../port.ts';
import type { EventFields, StoredEvent } from './record.ts';
import { MAX_LIMIT, searchEvents } from './search.ts';
import type { EventQuery } from './search.ts';

export interface ExportOptions extends EventQuery {
  readonly format: 'ndjson' | 'csv';
  /** No more than this many events. Default one million. */
  readonly maxRows?: number;
  readonly order?: 'desc' | 'asc';
}

const DEFAULT_MAX_ROWS = 1_000_000;

/** Columns of the CSV; the rest of the event stands as JSON in the last one. */
const CSV_FIELDS = [
  '@timestamp',
  'organization.id',
  'event.dataset',
  'event.category',
  'event.action',
  'event.outcome',
  'event.code',
  'host.name',
  'user.name',
  'process.name',
  'source.ip',
  'source.port',
  'destination.ip',
  'destination.port',
  'url.original',
  'http.response.status_code',
  'message',
] as const;

/** The result page by page as text; memory holds one page. CSV begins with a byte order mark, for Excel. */
export async function* exportEvents(
  store: Pick<EventStore, 'query'>,
  scopes: readonly string[],
  options: ExportOptions,
): AsyncGenerator<string, void> {
  let left = options.maxRows ?? DEFAULT_MAX_ROWS;
  let cursor: string | undefined;
  if (options.format === 'csv') yield `\uFEFF${['id', ...CSV_FIELDS, 'fields'].join(',')}\r\n`;
  do {
    const page = await searchEvents(store, scopes, {
      ...options,
      limit: Math.min(left, MAX_LIMIT),
      ...(cursor === undefined ? {} : { cursor }),
    });
    if (page.events.length === 0) return;
    const write = options.format === 'csv' ? csvLine : jsonLine;
    yield page.events.map((event) => write(event)).join('');
    left -= page.events.length;
    cursor = page.cursor;
  } while (cursor !== undefined && left > 0);
}

function jsonLine(stored: StoredEvent): string {
  return `${JSON.stringify({ id: stored.id, ...stored.event })}\n`;
}

function csvLine({ id, event }: StoredEvent): string {
  const rest: Record<string, EventFields[string]> = {};
  for (const [key, value] of Object.entries(event)) {
    if (!(CSV_FIELDS as readonly string[]).includes(key)) rest[key] = value;
  }
  return `${[id, ...CSV_FIELDS.map((field) => event[field] ?? ''), JSON.stringify(rest)].map((value) => csvCell(value)).join(',')}\r\n`;
}

/** A cell that a spreadsheet would read as a formula gets an apostrophe: log text comes from attackers. */
function csvCell(value: EventFields[string] | string): string {
  const text = Array.isArray(value) ? value.join('; ') : String(value);
  const safe = /^[=+\-@\t\r]/.test(text) && !/^-?\d+(\.\d+)?$/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
