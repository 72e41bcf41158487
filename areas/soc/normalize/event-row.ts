/**
 * One event as a line of NDJSON for the `events` table (platform/events/columns.ts), written by hand: JSON.stringify of a nested object
 * costs several times as much, and this runs once per event.
 */
import { EVENT_COLUMNS } from '@xinglin/platform/events';

export type FlatEvent = Record<string, unknown>;

interface Slot {
  /** `,"key":` */
  readonly prefix: string;
  /** Number columns: the largest value the column holds. */
  readonly max: number;
  readonly place: 'text' | 'number' | 'field' | 'skip';
}

/** Written from the batch and the detections, not from the event's fields. */
const WRITTEN_APART = new Set(['tenant', 'ts', 'ingested', 'batch', 'seq', 'source', 'rules', 'intel', 'raw', 'fields']);
/** Derived from other fields of the same row, or constant for every event. */
const NOT_STORED = new Set(['event.module', 'event.kind']);

const slots = new Map<string, Slot>();
for (const column of EVENT_COLUMNS) {
  if (!('ecs' in column)) continue;
  const number = column.type === 'UInt16';
  slots.set(column.ecs, {
    prefix: `,"${column.column}":`,
    max: number ? 65_535 : 0,
    place: WRITTEN_APART.has(column.column) ? 'skip' : number ? 'number' : 'text',
  });
}
for (const key of NOT_STORED) slots.set(key, { prefix: '', max: 0, place: 'skip' });
/** Keys seen, so that each is quoted once; bounded because a sender chooses the names. */
const MAX_SLOTS = 20_000;

function slotOf(key: string): Slot {
  const known = slots.get(key);
  if (known !== undefined) return known;
  const slot: Slot = { prefix: `,${quote(key)}:`, max: 0, place: 'field' };
  if (slots.size < MAX_SLOTS) slots.set(key, slot);
  return slot;
}

// oxlint-disable-next-line no-control-regex -- control characters are what JSON must escape
const NEEDS_ESCAPE = /["\\\u0000-\u001f\ud800-\udfff]/;

/** A JSON string; lone surrogates, which no store accepts, become U+FFFD. */
export function quote(text: string): string {
  return NEEDS_ESCAPE.test(text) ? JSON.stringify(text.isWellFormed() ? text : text.toWellFormed()) : `"${text}"`;
}

/** The part of a row that all events of a batch share. `ingested` in epoch milliseconds. */
export function rowHead(batch: { readonly id: string; readonly tenant: string; readonly sourceId: string; readonly ingested: number }): string {
  return `{"tenant":${quote(batch.tenant)},"ingested":"${clickhouseTime(new Date(batch.ingested).toISOString())}","batch":${batch.id},"source":${quote(batch.sourceId)},"seq":`;
}

/** ISO 8601 UTC with milliseconds → `YYYY-MM-DD hh:mm:ss.mmm`. */
function clickhouseTime(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 23)}`;
}

/** The text of a field in the `fields` map: lists are JSON. */
function fieldText(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'number' || typeof value === 'boolean') return `"${value}"`;
  if (Array.isArray(value)) return value.length === 1 ? fieldText(value[0]) : quote(JSON.stringify(value));
  return quote(String(value));
}

/**
 * The row, with its newline. `event['@timestamp']` must be valid ISO 8601 UTC with milliseconds.
 * `rules` and `intel` are ids.
 */
export function eventRow(
  head: string,
  seq: number,
  event: FlatEvent,
  rules: readonly string[] | undefined,
  intel: readonly string[] | undefined,
): string {
  let columns = '';
  let fields = '';
  for (const key in event) {
    const value = event[key];
    if (value === undefined || value === null) continue;
    const slot = slotOf(key);
    switch (slot.place) {
      case 'field':
        fields += slot.prefix + fieldText(value);
        break;
      case 'text':
        columns += slot.prefix + fieldText(value);
        break;
      case 'number': {
        const number = typeof value === 'number' ? value : Number(value);
        if (Number.isInteger(number) && number >= 0 && number <= slot.max) columns += slot.prefix + number;
        else fields += `,${quote(key)}:${fieldText(value)}`;
        break;
      }
      default:
    }
  }
  let row = `${head}${seq},"ts":"${clickhouseTime(event['@timestamp'] as string)}"${columns}`;
  if (rules !== undefined && rules.length > 0) row += `,"rules":${list(rules)}`;
  if (intel !== undefined && intel.length > 0) row += `,"intel":${list(intel)}`;
  const original = event['event.original'];
  if (typeof original === 'string' && original !== event['message']) row += `,"raw":${quote(original)}`;
  if (fields !== '') row += `,"fields":{${fields.slice(1)}}`;
  return `${row}}\n`;
}

function list(values: readonly string[]): string {
  let text = '';
  for (const value of values) text += `,${quote(value)}`;
  return `[${text.slice(1)}]`;
}
