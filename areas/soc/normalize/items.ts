/** Cuts a raw batch into its records, whatever protocol it came by. */
import { decodeText } from './decode-text.ts';
import { decodeLogsRequest } from './otlp-protobuf.ts';
import { visitOtlp } from './otlp-records.ts';
import type { BatchProblem, RawBatch } from './raw-batch.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** What the transport knows of a record; used where the record itself says nothing. */
export interface Envelope {
  /** Epoch milliseconds. */
  readonly time?: number;
  readonly fields: Readonly<Record<string, string | number | boolean>>;
}

export interface ItemVisitor {
  text(line: string, envelope?: Envelope): void;
  document(doc: JsonObject, raw: string | undefined, envelope?: Envelope): void;
}

export interface ItemsResult {
  readonly truncated: number;
  readonly problem?: BatchProblem;
  /** `bulk`: one entry per action, in order. */
  readonly bulk?: readonly BulkItem[];
}

export interface BulkItem {
  readonly action: 'index' | 'create' | 'update' | 'delete';
  readonly index: string;
  readonly id?: string;
  /** Why it was refused. */
  readonly error?: string;
}

export const MAX_MESSAGE = 65_536;
const LF = 10;

/** Calls the visitor for each record in order. Never throws; what cannot be read is the result's `problem`. */
export function forEachItem(batch: RawBatch, visitor: ItemVisitor): ItemsResult {
  const bytes = Buffer.from(batch.bytes.buffer, batch.bytes.byteOffset, batch.bytes.byteLength);
  switch (batch.format) {
    case 'messages':
      return visitMessages(bytes, batch.ends ?? new Uint32Array(0), visitor);
    case 'json':
      return visitJson(bytes, visitor);
    case 'bulk':
      return visitBulk(bytes, visitor);
    case 'hec':
      return visitHec(bytes, visitor, batch.defaults);
    case 'relay':
      return visitRelay(bytes, visitor);
    case 'otlp-json':
    case 'otlp-protobuf':
      try {
        const request: unknown =
          batch.format === 'otlp-json' ? JSON.parse(bytes.toString('utf8')) : decodeLogsRequest(bytes);
        visitOtlp(request, visitor);
        return { truncated: 0 };
      } catch (error) {
        const code = batch.format === 'otlp-json' ? 'json' : 'protobuf';
        return { truncated: 0, problem: { code, at: 0, message: messageOf(error) } };
      }
    default:
      return visitLines(bytes, visitor, batch.defaults === undefined ? undefined : { fields: batch.defaults });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function visitMessages(bytes: Buffer, ends: Uint32Array, visitor: ItemVisitor): ItemsResult {
  let start = 0;
  for (const end of ends) {
    if (end > start) visitor.text(decodeText(bytes, start, end));
    start = end;
  }
  return { truncated: 0 };
}

/** Offsets of a line without its CR; undefined at the end. */
function nextLine(bytes: Buffer, from: number): { end: number; next: number } {
  const newline = bytes.indexOf(LF, from);
  const stop = newline < 0 ? bytes.length : newline;
  const end = stop > from && bytes[stop - 1] === 13 ? stop - 1 : stop;
  return { end, next: newline < 0 ? bytes.length : newline + 1 };
}

function visitLines(bytes: Buffer, visitor: ItemVisitor, envelope?: Envelope): ItemsResult {
  let truncated = 0;
  for (let pos = 0; pos < bytes.length;) {
    const { end, next } = nextLine(bytes, pos);
    if (end > pos) {
      if (end - pos > MAX_MESSAGE) truncated += 1;
      visitor.text(decodeText(bytes, pos, Math.min(end, pos + MAX_MESSAGE)), envelope);
    }
    pos = next;
  }
  return { truncated };
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** One document or an array of them; a body that is neither is read as lines, which it then most likely is. */
function visitJson(bytes: Buffer, visitor: ItemVisitor): ItemsResult {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    return visitLines(bytes, visitor);
  }
  for (const one of Array.isArray(value) ? value : [value]) {
    if (isObject(one)) visitor.document(one, undefined);
    else visitor.text(typeof one === 'string' ? one : JSON.stringify(one));
  }
  return { truncated: 0 };
}

/** `[text or document, received at (epoch ms), sender, fields]`; sender '' and fields may be left out. A line that is none is kept as text. */
function visitRelay(bytes: Buffer, visitor: ItemVisitor): ItemsResult {
  let truncated = 0;
  for (let pos = 0; pos < bytes.length;) {
    const { end, next } = nextLine(bytes, pos);
    const line = bytes.toString('utf8', pos, end);
    pos = next;
    if (line === '') continue;
    let record: unknown;
    try {
      record = JSON.parse(line);
    } catch {
      record = undefined;
    }
    if (!Array.isArray(record)) {
      visitor.text(line.slice(0, MAX_MESSAGE));
      continue;
    }
    const [body, time, sender, extra] = record as unknown[];
    const fields: Record<string, string | number | boolean> = {};
    if (typeof sender === 'string' && sender !== '') fields['log.source.address'] = sender;
    if (isObject(extra)) {
      for (const [key, value] of Object.entries(extra))
        if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') fields[key] = value;
    }
    const envelope: Envelope = typeof time === 'number' ? { time, fields } : { fields };
    if (isObject(body)) visitor.document(body, undefined, envelope);
    else {
      const text = typeof body === 'string' ? body : JSON.stringify(body ?? '');
      if (text.length > MAX_MESSAGE) truncated += 1;
      visitor.text(text.slice(0, MAX_MESSAGE), envelope);
    }
  }
  return { truncated };
}

const BULK_ACTIONS = ['create', 'index', 'update', 'delete'] as const;

/**
 * Elasticsearch `_bulk`: an action line, then (except for delete) a document line. Logs are only ever added, so update and delete are
 * refused item by item.
 */
function visitBulk(bytes: Buffer, visitor: ItemVisitor): ItemsResult {
  const bulk: BulkItem[] = [];
  let truncated = 0;
  let pos = 0;
  while (pos < bytes.length) {
    const head = nextLine(bytes, pos);
    const action = head.end === pos ? undefined : readAction(bytes.toString('utf8', pos, head.end));
    const empty = head.end === pos;
    pos = head.next;
    if (empty) continue;
    if (action === undefined) {
      const message = `Malformed action/metadata line [${bulk.length * 2 + 1}], expected create, index, update or delete`;
      return { truncated, bulk, problem: { code: 'bulk-action', at: bulk.length, message } };
    }
    if (action.action === 'delete') {
      bulk.push({ ...action, error: 'logs are append-only: delete is not supported' });
      continue;
    }
    const body = nextLine(bytes, pos);
    const text = decodeText(bytes, pos, Math.min(body.end, pos + 16 * MAX_MESSAGE));
    if (body.end - pos > 16 * MAX_MESSAGE) truncated += 1;
    pos = body.next;
    if (action.action === 'update') {
      bulk.push({ ...action, error: 'logs are append-only: update is not supported' });
      continue;
    }
    const doc = parseObject(text);
    if (doc === undefined) bulk.push({ ...action, error: 'failed to parse: the document is not a JSON object' });
    else {
      bulk.push(action);
      visitor.document(doc, text);
    }
  }
  return { truncated, bulk };
}

function readAction(line: string): BulkItem | undefined {
  const object = parseObject(line);
  if (object === undefined) return undefined;
  for (const action of BULK_ACTIONS) {
    const meta = object[action];
    if (!isObject(meta)) continue;
    const index = typeof meta['_index'] === 'string' ? meta['_index'] : '';
    const id = meta['_id'];
    return typeof id === 'string' || typeof id === 'number' ? { action, index, id: String(id) } : { action, index };
  }
  return undefined;
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Splunk HEC: objects one after another with or without space between; those before a broken one are kept, as Splunk does. */
function visitHec(bytes: Buffer, visitor: ItemVisitor, defaults: RawBatch['defaults']): ItemsResult {
  const text = bytes.toString('utf8');
  let at = 0;
  let truncated = 0;
  for (const one of concatenatedObjects(text)) {
    const object = one === undefined ? undefined : parseObject(one);
    if (object === undefined) return { truncated, problem: { code: 'json', at, message: 'Invalid data format' } };
    const { event } = object;
    if (event === undefined || event === null)
      return { truncated, problem: { code: 'event-missing', at, message: 'Event field is required' } };
    if (event === '')
      return { truncated, problem: { code: 'event-blank', at, message: 'Event field cannot be blank' } };
    const envelope = hecEnvelope(object, defaults);
    if (isObject(event)) visitor.document(event, undefined, envelope);
    else {
      const line = typeof event === 'string' ? event : JSON.stringify(event);
      if (line.length > MAX_MESSAGE) truncated += 1;
      visitor.text(line.slice(0, MAX_MESSAGE), envelope);
    }
    at += 1;
  }
  if (at === 0) return { truncated, problem: { code: 'json', at: 0, message: 'No data' } };
  return { truncated };
}

const HEC_FIELDS: readonly (readonly [string, string])[] = [
  ['host', 'host.name'],
  ['source', 'log.file.path'],
  ['sourcetype', 'splunk.sourcetype'],
  ['index', 'splunk.index'],
];

function hecEnvelope(object: JsonObject, defaults: RawBatch['defaults']): Envelope {
  const fields: Record<string, string | number | boolean> = { ...defaults };
  for (const [from, to] of HEC_FIELDS) {
    const value = object[from];
    if (typeof value === 'string' && value !== '') fields[to] = value;
  }
  if (isObject(object['fields'])) {
    for (const [name, value] of Object.entries(object['fields'])) {
      if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
        fields[`splunk.fields.${name}`] = value;
    }
  }
  const seconds = Number(object['time'] ?? Number.NaN);
  return Number.isFinite(seconds) && seconds > 0 ? { time: Math.round(seconds * 1000), fields } : { fields };
}

/** The top-level objects of a text, found by their braces; undefined for what stands between them or does not end. */
export function* concatenatedObjects(text: string): Generator<string | undefined> {
  let depth = 0;
  let start = -1;
  let inString = false;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (inString) {
      if (code === 92) i += 1;
      else if (code === 34) inString = false;
    } else if (code === 34) {
      if (depth === 0) return yield undefined;
      inString = true;
    } else if (code === 123) {
      if (depth === 0) start = i;
      depth += 1;
    } else if (code === 125) {
      depth -= 1;
      if (depth < 0) return yield undefined;
      if (depth === 0) yield text.slice(start, i + 1);
    } else if (depth === 0 && code > 32 && code !== 44) return yield undefined;
  }
  if (depth > 0) yield undefined;
}
