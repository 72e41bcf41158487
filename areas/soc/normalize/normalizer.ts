/** One record of any input → one flat ECS event with a valid time. */
import { createParser } from '@xinglin/parse';
import type { LineParser, ParseContext, Parsed } from '@xinglin/parse';
import type { FlatEvent } from './event-block.ts';
import { isObject } from './items.ts';
import type { Envelope, JsonObject } from './items.ts';
import type { RawBatch } from './raw-batch.ts';

export interface NormalizedEvent {
  readonly event: FlatEvent;
  readonly dataset: string;
  /** False: no parser knew the format; the event holds the text whole. */
  readonly known: boolean;
  /** Epoch milliseconds. */
  readonly ts: number;
}

export interface Normalizer {
  text(line: string, envelope?: Envelope): NormalizedEvent;
  document(doc: JsonObject, raw: string | undefined, envelope?: Envelope): NormalizedEvent;
}

/** Below this a parser has only kept the text or flattened the document. */
const KNOWN = 0.5;
/** Event times further from the receipt than this are a broken clock or a hostile sender; the receipt time is used and theirs kept. */
const MAX_AHEAD_MS = 24 * 3_600_000;
const MAX_BEHIND_MS = 400 * 24 * 3_600_000;

let shared: LineParser | undefined;

/** A normalizer for one batch: the source's settings and the receipt time are the same for all its records. */
export function createNormalizer(batch: Pick<RawBatch, 'source' | 'receivedAt' | 'sender'>): Normalizer {
  const parser = (shared ??= createParser());
  const context: ParseContext = {
    receivedAt: batch.receivedAt,
    timezone: batch.source.timezone,
    ...(batch.source.dataset === '' ? {} : { dataset: batch.source.dataset }),
    ...(batch.sender === undefined ? {} : { sender: batch.sender }),
  };
  let lastStamp = '';
  let lastMs = 0;
  const receivedIso = new Date(batch.receivedAt).toISOString();

  function finish(parsed: Parsed, envelope: Envelope | undefined): NormalizedEvent {
    const event = parsed.fields as FlatEvent;
    if (envelope !== undefined) {
      for (const key in envelope.fields) if (event[key] === undefined) event[key] = envelope.fields[key];
    }
    const known = parsed.confidence >= KNOWN;
    if (!known && event['message'] === undefined) event['message'] = event['event.original'] ?? '';
    if (event['host.name'] === undefined) {
      const host = event['host.hostname'] ?? event['observer.name'];
      if (typeof host === 'string') event['host.name'] = host;
    }
    return { event, dataset: parsed.dataset, known, ts: putTime(event, envelope) };
  }

  function putTime(event: FlatEvent, envelope: Envelope | undefined): number {
    const own = event['@timestamp'];
    if (typeof own === 'string') {
      // Neighbours mostly share the second.
      const ms = own === lastStamp ? lastMs : Date.parse(own);
      lastStamp = own;
      lastMs = ms;
      if (ms <= batch.receivedAt + MAX_AHEAD_MS && ms >= batch.receivedAt - MAX_BEHIND_MS) {
        if (own.length !== 24) event['@timestamp'] = new Date(ms).toISOString();
        return ms;
      }
      event['event.created'] = own;
    } else if (envelope?.time !== undefined) {
      const ms = envelope.time;
      if (ms <= batch.receivedAt + MAX_AHEAD_MS && ms >= batch.receivedAt - MAX_BEHIND_MS) {
        event['@timestamp'] = new Date(ms).toISOString();
        return ms;
      }
    }
    event['@timestamp'] = receivedIso;
    return batch.receivedAt;
  }

  /** A shipper's wrapper around a line: the line decides, the wrapper adds what it knows. */
  function unwrap(message: unknown, doc: JsonObject): Parsed | undefined {
    if (typeof message !== 'string' || message === '') return undefined;
    const inner = parser.parse(message, context);
    if (inner.confidence < KNOWN) return undefined;
    addShipperFields(inner.fields as FlatEvent, doc);
    return inner;
  }

  return {
    text(line, envelope) {
      const parsed = parser.parse(line, context);
      if (parsed.confidence < KNOWN && line.charCodeAt(0) === 123) {
        const doc = parseDocument(line);
        if (doc !== undefined) {
          const better = unwrap(messageOf(doc), doc) ?? readEcs(doc, parsed);
          if (better !== undefined) return finish(withOriginal(better, line), envelope);
        }
      }
      return finish(parsed, envelope);
    },
    document(doc, raw, envelope) {
      const parsed = parser.parseObject(doc, context);
      const chosen =
        parsed.confidence >= KNOWN ? parsed : (unwrap(messageOf(doc), doc) ?? readEcs(doc, parsed) ?? parsed);
      return finish(withOriginal(chosen, raw ?? JSON.stringify(doc)), envelope);
    },
  };
}

function withOriginal(parsed: Parsed, raw: string): Parsed {
  (parsed.fields as FlatEvent)['event.original'] = raw;
  return parsed;
}

function parseDocument(line: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Filebeat and Logstash say `message`, Fluent Bit `log`, Vector `message`, Docker `log`. */
function messageOf(doc: JsonObject): unknown {
  return doc['message'] ?? doc['log'] ?? doc['MESSAGE'];
}

const SHIPPER_ROOTS = new Set(['host', 'agent', 'log', 'container', 'kubernetes', 'cloud', 'input']);

function addShipperFields(event: FlatEvent, doc: JsonObject): void {
  for (const key of Object.keys(doc)) {
    const value = doc[key];
    const root = key.split('.', 1)[0] ?? key;
    if (key === '@timestamp' && event['@timestamp'] === undefined && typeof value === 'string')
      event['@timestamp'] = value;
    else if (key === 'hostname' && typeof value === 'string') event['host.hostname'] ??= value;
    else if (SHIPPER_ROOTS.has(root)) addFlat(event, key, value, 0, false);
  }
}

/** Top-level field sets of ECS 9 that a document of a Beat or an Elastic Agent may hold. */
const ECS_ROOTS = new Set(
  (
    'agent client cloud container data_stream destination device dll dns email error event faas file group hash host http labels log network observer ' +
    'orchestrator organization package process registry related rule server service source tags threat tls tracing trace transaction url user ' +
    'user_agent vulnerability winlog'
  ).split(' '),
);

/** A document that is ECS already (it says so, or names its dataset) keeps its names. */
function readEcs(doc: JsonObject, generic: Parsed): Parsed | undefined {
  const event = isObject(doc['event']) ? doc['event'] : {};
  const dataset = doc['event.dataset'] ?? event['dataset'];
  const says = isObject(doc['ecs']) || doc['ecs.version'] !== undefined;
  if (typeof dataset !== 'string' && !says) return undefined;
  const fields: FlatEvent = {};
  for (const key of Object.keys(doc)) {
    const root = key.split('.', 1)[0] ?? key;
    if (key === '@timestamp' || key === 'message') {
      if (typeof doc[key] === 'string') fields[key] = doc[key];
    } else if (ECS_ROOTS.has(root)) addFlat(fields, key, doc[key], 0, true);
    else if (key !== 'ecs' && key !== 'ecs.version' && key !== '@metadata')
      addFlat(fields, `json.${key}`, doc[key], 0, true);
  }
  const name = typeof dataset === 'string' && /^[\w.-]{1,64}$/.test(dataset) ? dataset : generic.dataset;
  fields['event.dataset'] = name;
  return {
    dataset: name,
    fields: fields as Parsed['fields'],
    confidence: typeof dataset === 'string' ? 0.8 : generic.confidence,
  };
}

const MAX_DEPTH = 12;

function addFlat(fields: FlatEvent, key: string, value: unknown, depth: number, overwrite: boolean): void {
  if (value === null || value === undefined) return;
  if (isObject(value) && depth < MAX_DEPTH) {
    for (const inner of Object.keys(value)) addFlat(fields, `${key}.${inner}`, value[inner], depth + 1, overwrite);
    return;
  }
  const name = key === '__proto__' ? '_proto_' : key;
  if (!overwrite && fields[name] !== undefined) return;
  fields[name] = Array.isArray(value)
    ? value.map((item: unknown) => (typeof item === 'string' ? item : JSON.stringify(item)))
    : typeof value === 'object'
      ? JSON.stringify(value)
      : value;
}
