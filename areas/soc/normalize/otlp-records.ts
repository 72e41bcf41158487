/** OTLP log records (JSON mapping of opentelemetry-proto logs/v1) → records with an envelope. */
import type { Envelope, ItemVisitor, JsonObject } from './items.ts';

/** Semantic-convention names → ECS; every other attribute is kept as `otel.attributes.<name>`. */
const RESOURCE_KEYS: Readonly<Record<string, string>> = {
  'host.name': 'host.name',
  'host.id': 'host.id',
  'host.ip': 'host.ip',
  'service.name': 'service.name',
  'service.version': 'service.version',
  'process.pid': 'process.pid',
  'process.executable.name': 'process.name',
  'os.type': 'host.os.type',
};
const RECORD_KEYS: Readonly<Record<string, string>> = {
  'client.address': 'client.ip',
  'source.address': 'source.ip',
  'source.port': 'source.port',
  'destination.address': 'destination.ip',
  'destination.port': 'destination.port',
  'network.peer.address': 'source.ip',
  'user.name': 'user.name',
  'enduser.id': 'user.name',
  'http.request.method': 'http.request.method',
  'http.response.status_code': 'http.response.status_code',
  'url.full': 'url.full',
  'url.path': 'url.path',
  'user_agent.original': 'user_agent.original',
  'log.file.path': 'log.file.path',
  'event.name': 'event.action',
};
const MAX_ATTRIBUTES = 500;
const MAX_DEPTH = 32;

type Scalar = string | number | boolean;

/** Throws when the request does not have the shape of an ExportLogsServiceRequest. */
export function visitOtlp(request: unknown, visitor: ItemVisitor): void {
  for (const resourceLogs of listOf(request, 'resourceLogs')) {
    const shared: Record<string, Scalar> = {};
    addAttributes(shared, field(field(resourceLogs, 'resource'), 'attributes'), RESOURCE_KEYS, 'otel.resource.');
    for (const scopeLogs of listOf(resourceLogs, 'scopeLogs')) {
      for (const record of listOf(scopeLogs, 'logRecords')) visitRecord(record, shared, visitor);
    }
  }
}

function visitRecord(record: unknown, shared: Readonly<Record<string, Scalar>>, visitor: ItemVisitor): void {
  const fields: Record<string, Scalar> = { ...shared };
  addAttributes(fields, field(record, 'attributes'), RECORD_KEYS, 'otel.attributes.');
  const severity = field(record, 'severityText');
  if (typeof severity === 'string' && severity !== '') fields['log.level'] = severity.toLowerCase();
  const eventName = field(record, 'eventName');
  if (typeof eventName === 'string' && eventName !== '') fields['event.action'] = eventName;
  for (const [from, to] of [
    ['traceId', 'trace.id'],
    ['spanId', 'span.id'],
  ] as const) {
    const value = field(record, from);
    if (typeof value === 'string' && value !== '') fields[to] = value;
  }
  const time = nanos(field(record, 'timeUnixNano')) ?? nanos(field(record, 'observedTimeUnixNano'));
  const envelope: Envelope = time === undefined ? { fields } : { time, fields };
  const body = plain(field(record, 'body'), 0);
  if (typeof body === 'object' && body !== null && !Array.isArray(body))
    visitor.document(body as JsonObject, undefined, envelope);
  else visitor.text(typeof body === 'string' ? body : JSON.stringify(body ?? ''), envelope);
}

function addAttributes(
  fields: Record<string, Scalar>,
  attributes: unknown,
  known: Readonly<Record<string, string>>,
  prefix: string,
): void {
  if (!Array.isArray(attributes)) return;
  for (const attribute of attributes.slice(0, MAX_ATTRIBUTES)) {
    const key = field(attribute, 'key');
    if (typeof key !== 'string' || key === '') continue;
    const value = plain(field(attribute, 'value'), 0);
    if (value === undefined || value === null) continue;
    const name = Object.hasOwn(known, key) ? (known[key] ?? key) : prefix + key;
    fields[name] = typeof value === 'object' ? JSON.stringify(value) : (value as Scalar);
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function listOf(value: unknown, name: string): readonly unknown[] {
  const list = field(value, name);
  if (list === undefined || list === null) {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return [];
    throw new Error(`${name}: expected an object that holds it`);
  }
  if (!Array.isArray(list)) throw new Error(`${name} is not a list`);
  return list;
}

/** 64-bit nanoseconds as text or number → epoch milliseconds; 0 means unknown. */
function nanos(value: unknown): number | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const ms = Math.floor(Number(value) / 1e6);
  return Number.isFinite(ms) && ms > 0 ? ms : undefined;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** An AnyValue as a plain value. */
function plain(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return undefined;
  const any = value as Record<string, unknown>;
  if (any['stringValue'] !== undefined) return textOf(any['stringValue']);
  if (any['boolValue'] !== undefined) return Boolean(any['boolValue']);
  if (any['intValue'] !== undefined) return Number(any['intValue']);
  if (any['doubleValue'] !== undefined) return Number(any['doubleValue']);
  if (any['bytesValue'] !== undefined) return textOf(any['bytesValue']);
  const list = field(any['arrayValue'], 'values');
  if (Array.isArray(list)) return list.map((item) => plain(item, depth + 1));
  const pairs = field(any['kvlistValue'], 'values');
  if (!Array.isArray(pairs)) return undefined;
  const object: Record<string, unknown> = {};
  for (const pair of pairs) {
    const key = field(pair, 'key');
    if (typeof key === 'string') object[key === '__proto__' ? '_proto_' : key] = plain(field(pair, 'value'), depth + 1);
  }
  return object;
}
