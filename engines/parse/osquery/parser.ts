import { flattenInto, child, isObject, numberOf, parseJsonObject, textOf } from '../scan/json.ts';
import { isoFromMs } from '../scan/timestamps.ts';
import type { Fields, JsonDocument, LogLine, Parsed, ParserSpec } from '../types.ts';

function identifyObject(doc: JsonDocument): number {
  if (doc['hostIdentifier'] === undefined || doc['unixTime'] === undefined) return 0;
  return isObject(doc['columns']) || Array.isArray(doc['snapshot']) || isObject(doc['diffResults']) ? 0.98 : 0.6;
}

function identify(): number {
  return 0;
}

function parse(line: LogLine): Parsed | undefined {
  const doc = parseJsonObject(line.message);
  return doc === undefined || identifyObject(doc) === 0 ? undefined : parseObject(doc);
}

const renamed: Readonly<Record<string, string>> = {
  hostIdentifier: 'osquery.result.host_identifier',
  unixTime: 'osquery.result.unix_time',
  calendarTime: 'osquery.result.calendar_time',
};
const skipped = new Set(Object.keys(renamed));

/** Column of the usual tables → ECS. */
const columnsOf: readonly (readonly [column: string, key: string])[] = [
  ['directory', 'file.directory'],
  ['filename', 'file.name'],
  ['gid', 'file.gid'],
  ['inode', 'file.inode'],
  ['mode', 'file.mode'],
  ['path', 'file.path'],
  ['size', 'file.size'],
  ['type', 'file.type'],
  ['uid', 'file.uid'],
  ['process', 'process.name'],
  ['source_url', 'url.full'],
];
const timesOf: readonly (readonly [column: string, key: string])[] = [
  ['atime', 'file.accessed'],
  ['ctime', 'file.created'],
  ['mtime', 'file.mtime'],
];

function parseObject(doc: JsonDocument): Parsed | undefined {
  const fields: Fields = { 'event.type': ['info'] };
  putEpoch(fields, '@timestamp', doc['unixTime']);
  flattenInto(fields, doc, 'osquery.result.', skipped);
  for (const [from, to] of Object.entries(renamed)) put(fields, to, doc[from]);
  put(fields, 'event.action', doc['action']);
  put(fields, 'rule.name', doc['name']);
  put(fields, 'host.hostname', doc['hostIdentifier']);
  const columns = child(doc, 'columns');
  for (const [column, key] of columnsOf) put(fields, key, columns[column]);
  for (const [column, key] of timesOf) putEpoch(fields, key, columns[column]);
  const decorations = child(doc, 'decorations');
  put(fields, 'user.name', decorations['username']);
  put(fields, 'host.id', decorations['host_uuid']);
  return { dataset: 'osquery.result', fields, confidence: 0.98 };
}

function put(fields: Fields, key: string, value: unknown): void {
  const text = textOf(value);
  if (text !== undefined && text !== '' && text !== 'null') fields[key] = text;
}

function putEpoch(fields: Fields, key: string, value: unknown): void {
  const seconds = numberOf(value);
  const iso = seconds === undefined ? undefined : isoFromMs(seconds * 1000);
  if (iso !== undefined) fields[key] = iso;
}

/**
 * osquery results log: differential rows and snapshots.
 * @example
 * ```ts
 * import { createParser, osquery } from '@xinglin/parse';
 * const parser = createParser({ parsers: [osquery] });
 * const line = '{"name":"pack_it_mounts","hostIdentifier":"ws-01","calendarTime":"Sun Nov 22 02:11:12 2026 UTC","unixTime":1795313472,"columns":{"path":"/mnt"},"action":"added"}';
 * parser.parse(line, { receivedAt: 0 }).fields['file.path']; // '/mnt'
 * ```
 */
export const osquery: ParserSpec = {
  dataset: 'osquery.result',
  vendor: 'osquery',
  product: 'osqueryd',
  formats: ['results log JSON', 'snapshots log JSON'],
  reference: 'osquery documentation, "Logging" (results logs, snapshot logs)',
  samples: 'osquery/samples.ndjson',
  role: 'host',
  service: 'osquery',
  starts: '{',
  identify,
  parse,
  identifyObject,
  parseObject,
};
