import { isIp, splitEndpoint } from '../scan/address.ts';
import { child, ecsValue, flattenInto, isObject, member, numberOf, parseJsonObject, textOf } from '../scan/json.ts';
import { contextOffset, isoFromMs, isoStamp } from '../scan/timestamps.ts';
import type { Fields, JsonDocument, LogLine, ParseContext, Parsed, ParserSpec } from '../types.ts';
import { parseGc } from './gc.ts';
import { parseText, readIndex, readSlow, putBodyType } from './text.ts';

const jsonTypes: Readonly<Record<string, string>> = {
  server: 'elasticsearch.server',
  deprecation: 'elasticsearch.deprecation',
  audit: 'elasticsearch.audit',
  index_search_slowlog: 'elasticsearch.slowlog',
  index_indexing_slowlog: 'elasticsearch.slowlog',
};

function identifyObject(doc: JsonDocument): number {
  const type = doc['type'];
  if (
    typeof type === 'string' &&
    jsonTypes[type] !== undefined &&
    (doc['node.id'] !== undefined || doc['cluster.name'] !== undefined)
  )
    return 0.97;
  return doc['node.id'] !== undefined && typeof doc['event.type'] === 'string' && doc['event.action'] !== undefined
    ? 0.95
    : 0;
}

function identify(line: LogLine): number {
  const text = line.message;
  if (text.charCodeAt(0) === 91) {
    if (text.charCodeAt(5) !== 45 || text.charCodeAt(11) !== 84) return 0;
    // "[2018-05-17T08:19:35,939][INFO ][" or "[…,549] [rest] [" or the JVM's "[…+0000][32376][gc".
    const close = text.indexOf(']');
    if (close < 20 || close > 34) return 0;
    return text.charCodeAt(close + 1) === 91 || text.startsWith(' [', close + 1) ? 0.9 : 0;
  }
  return text.charCodeAt(10) === 84 &&
    /^: \d{1,12}\.\d{1,6}: /.test(text.slice(text.indexOf(': ', 19), text.indexOf(': ', 19) + 32))
    ? 0.9
    : 0;
}

function parse(line: LogLine, ctx: ParseContext): Parsed | undefined {
  const text = line.message;
  const first = text.charCodeAt(0);
  if (first === 123) {
    const doc = parseJsonObject(text);
    if (doc === undefined || identifyObject(doc) === 0) return undefined;
    const parsed = parseObject(doc, ctx);
    if (
      parsed !== undefined &&
      (parsed.dataset === 'elasticsearch.audit' || parsed.dataset === 'elasticsearch.slowlog')
    )
      parsed.fields['message'] = text;
    return parsed;
  }
  if (first !== 91) return parseGc(text, ctx);
  const close = text.indexOf(']');
  const pid = text.charCodeAt(close + 2);
  return pid >= 48 && pid <= 57 ? parseGc(text, ctx) : parseText(text, ctx);
}

function put(fields: Fields, key: string, value: unknown): void {
  const flat = ecsValue(value);
  if (flat !== undefined) fields[key] = flat;
}

function parseObject(doc: JsonDocument, ctx: ParseContext): Parsed | undefined {
  const fields: Fields = { 'event.category': ['database'], 'event.type': ['info'] };
  const stamp = isoStamp(textOf(doc['@timestamp']) ?? textOf(doc['timestamp']) ?? '', 0, contextOffset(ctx.timezone));
  const iso = stamp === undefined ? undefined : isoFromMs(stamp.ms);
  if (iso !== undefined) fields['@timestamp'] = iso;
  if (stamp?.zoned === false) fields['event.timezone'] = ctx.timezone ?? '+08:00';
  put(fields, 'elasticsearch.node.id', doc['node.id']);
  put(fields, 'host.id', doc['node.id']);
  put(fields, 'elasticsearch.node.name', doc['node.name']);
  put(fields, 'elasticsearch.cluster.name', doc['cluster.name']);
  put(fields, 'elasticsearch.cluster.uuid', doc['cluster.uuid']);
  const type = textOf(doc['type']) ?? 'audit';
  const dataset = jsonTypes[type] ?? 'elasticsearch.audit';
  if (dataset === 'elasticsearch.audit') return readAudit(fields, doc);
  put(fields, 'elasticsearch.component', doc['component']);
  put(fields, 'log.level', doc['level'] ?? doc['log.level']);
  put(fields, 'log.logger', doc['log.logger']);
  put(fields, 'service.name', doc['service.name']);
  if (fields['log.level'] === 'ERROR' || fields['log.level'] === 'FATAL') fields['event.type'] = ['error'];
  put(fields, 'process.thread.name', doc['process.thread.name']);
  put(fields, 'elasticsearch.server.stacktrace', doc['stacktrace']);
  const message = textOf(doc['message']) ?? '';
  if (dataset === 'elasticsearch.slowlog') {
    const rest = readIndex(fields, message);
    // 7.0 still put the members into the message.
    if (rest.startsWith('took[')) readSlow(fields, rest);
    for (const key of slowKeys) put(fields, `elasticsearch.slowlog.${key === 'doc_type' ? 'types' : key}`, doc[key]);
    const millis = numberOf(doc['took_millis']);
    if (millis !== undefined) fields['event.duration'] = millis * 1_000_000;
    fields['message'] = message;
  } else fields['message'] = dataset === 'elasticsearch.server' ? readIndex(fields, message) : message;
  return { dataset, fields, confidence: 0.97 };
}

const slowKeys = [
  'took',
  'total_hits',
  'types',
  'doc_type',
  'stats',
  'search_type',
  'total_shards',
  'source',
  'id',
  'routing',
] as const;

function readAudit(fields: Fields, doc: JsonDocument): Parsed {
  fields['event.type'] = ['access'];
  put(fields, 'elasticsearch.audit.layer', doc['event.type']);
  const action = textOf(member(doc, 'event.action'));
  if (action !== undefined) {
    fields['event.action'] = action;
    if (action.endsWith('failed') || action.endsWith('denied') || action.startsWith('tampered'))
      fields['event.outcome'] = 'failure';
    else fields['event.outcome'] = 'success';
  }
  put(fields, 'user.name', doc['user.name']);
  put(fields, 'elasticsearch.audit.user.realm', doc['user.realm']);
  put(fields, 'elasticsearch.audit.user.roles', doc['user.roles']);
  put(fields, 'elasticsearch.audit.user.run_as.name', doc['user.run_as.name']);
  put(fields, 'elasticsearch.audit.realm', doc['realm']);
  put(fields, 'elasticsearch.audit.origin.type', doc['origin.type']);
  put(fields, 'elasticsearch.audit.request.id', doc['request.id']);
  put(fields, 'http.request.id', doc['request.id']);
  put(fields, 'elasticsearch.audit.request.name', doc['request.name']);
  put(fields, 'elasticsearch.audit.action', doc['action']);
  put(fields, 'elasticsearch.audit.indices', doc['indices']);
  put(fields, 'url.original', doc['url.path']);
  put(fields, 'elasticsearch.audit.url.params', doc['url.query']);
  put(fields, 'http.request.method', doc['request.method']);
  put(fields, 'http.request.body.content', doc['request.body']);
  putBodyType(fields);
  putChanges(fields, doc);
  put(fields, 'user.effective.name', doc['user.run_as.name']);
  put(fields, 'elasticsearch.audit.user.run_as.realm', doc['user.run_as.realm']);
  put(fields, 'source.address', doc['origin.address']);
  const origin = splitEndpoint(textOf(doc['origin.address']) ?? '');
  if (isIp(origin.address)) fields['source.ip'] = origin.address;
  if (origin.port !== undefined) fields['source.port'] = origin.port;
  fields['message'] =
    `${textOf(doc['user.name']) ?? '-'} ${action ?? ''} ${textOf(doc['action']) ?? textOf(doc['url.path']) ?? ''}`.trim();
  return { dataset: 'elasticsearch.audit', fields, confidence: 0.97 };
}

const changes = ['put', 'delete', 'change', 'create', 'invalidate'] as const;

/** `security_config_change`: what was put, deleted or changed, and whose account it was. */
function putChanges(fields: Fields, doc: JsonDocument): void {
  for (const key of changes) {
    const change = doc[key];
    if (!isObject(change)) continue;
    fields['event.category'] = ['database', 'iam'];
    flattenInto(fields, change, `elasticsearch.audit.${key}.`);
    const user = isObject(change['user'])
      ? change
      : Object.values(change).find((value) => isObject(value) && isObject(value['user']));
    const account = isObject(user) ? child(user, 'user') : {};
    if (doc['user.name'] === undefined) put(fields, 'user.name', account['name']);
    put(fields, 'user.full_name', account['full_name']);
    put(fields, 'user.email', account['email']);
  }
}

/**
 * Elasticsearch: server, deprecation, slow, audit and GC logs, text (5.x, 6.x) and JSON (7.x, 8.x).
 * @example
 * ```ts
 * import { createParser, elasticsearch } from '@xinglin/parse';
 * const parser = createParser({ parsers: [elasticsearch] });
 * const line = '[2026-06-19T05:16:15,549] [node-0] [rest] [authentication_failed]\torigin_address=[10.0.0.9], principal=[elastic], uri=[/_search]';
 * parser.parse(line, { receivedAt: 0 }).fields['user.name']; // 'elastic'
 * ```
 */
export const elasticsearch: ParserSpec = {
  dataset: 'elasticsearch.server',
  datasets: ['elasticsearch.deprecation', 'elasticsearch.slowlog', 'elasticsearch.audit', 'elasticsearch.gc'],
  vendor: 'Elastic',
  product: 'Elasticsearch',
  formats: ['server log', 'deprecation log', 'slow log', 'audit log', 'GC log'],
  reference: 'Elasticsearch Guide, "Logging", "Slow log", "Audit events", and the JVM unified logging format (JEP 158)',
  samples: 'elasticsearch/samples.ndjson',
  role: 'host',
  service: 'elasticsearch',
  programs: ['elasticsearch'],
  starts: '[{0123456789',
  identify,
  parse,
  identifyObject,
  parseObject,
};
