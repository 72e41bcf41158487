import { putAddress } from '../scan/address.ts';
import { child, flattenInto, isObject, member, numberOf, parseJsonObject, textOf } from '../scan/json.ts';
import { isoFromMs, isoStamp } from '../scan/timestamps.ts';
import type { Fields, JsonDocument, LogLine, Parsed, ParserSpec } from '../types.ts';

/** Kibana 7: `type`, `tags`, `pid`; Kibana 8 and the audit log: ECS with `log.logger`. */
function identifyObject(doc: JsonDocument): number {
  if (doc['@timestamp'] === undefined) return 0;
  if (Array.isArray(doc['tags']) && doc['pid'] !== undefined && doc['type'] !== undefined) return 0.95;
  if (isObject(doc['kibana']) && isObject(doc['event'])) return 0.95;
  return isObject(doc['log']) && doc['log']['logger'] !== undefined && isObject(doc['ecs']) ? 0.85 : 0;
}

function identify(): number {
  return 0;
}

function parse(line: LogLine): Parsed | undefined {
  const doc = parseJsonObject(line.message);
  return doc === undefined || identifyObject(doc) === 0 ? undefined : parseObject(doc);
}

function put(fields: Fields, key: string, value: unknown): void {
  const text = textOf(value);
  if (text !== undefined && text !== '') fields[key] = text;
}

function putTime(fields: Fields, doc: JsonDocument): void {
  const stamp = isoStamp(textOf(doc['@timestamp']) ?? '', 0, 0);
  const iso = stamp === undefined ? undefined : isoFromMs(stamp.ms);
  if (iso !== undefined) fields['@timestamp'] = iso;
}

function parseObject(doc: JsonDocument): Parsed | undefined {
  const fields: Fields = {};
  putTime(fields, doc);
  put(fields, 'message', doc['message']);
  if (isObject(doc['event']) || isObject(doc['log'])) return readEcs(fields, doc);
  readClassic(fields, doc);
  return { dataset: 'kibana.log', fields, confidence: 0.95 };
}

const ecsSkipped = new Set(['@timestamp', 'message', 'ecs', 'service']);

/** Already ECS: copied, and the URL put together. */
function readEcs(fields: Fields, doc: JsonDocument): Parsed {
  flattenInto(fields, doc, '', ecsSkipped);
  const audit = isObject(doc['event']) && child(doc, 'event')['action'] !== undefined;
  const path = textOf(member(doc, 'url.path'));
  const query = textOf(member(doc, 'url.query'));
  if (path !== undefined) fields['url.original'] = query === undefined ? path : `${path}?${query}`;
  return { dataset: audit ? 'kibana.audit' : 'kibana.log', fields, confidence: 0.95 };
}

const classicSkipped = new Set(['@timestamp', 'message', 'pid', 'tags', 'state', 'statusCode', 'method', 'req', 'res']);
const headersSkipped = new Set(['referer', 'user-agent']);

function readClassic(fields: Fields, doc: JsonDocument): void {
  flattenInto(fields, doc, 'kibana.log.meta.', classicSkipped);
  const req = child(doc, 'req');
  const res = child(doc, 'res');
  const headers = child(req, 'headers');
  flattenInto(fields, req, 'kibana.log.meta.req.', new Set(['url', 'method', 'remoteAddress', 'referer', 'headers']));
  flattenInto(fields, headers, 'kibana.log.meta.req.headers.', headersSkipped);
  flattenInto(fields, res, 'kibana.log.meta.res.', new Set(['statusCode', 'responseTime', 'contentLength']));
  const tags = doc['tags'];
  if (Array.isArray(tags) && tags.length > 0)
    fields['kibana.log.tags'] = tags.filter((tag): tag is string => typeof tag === 'string');
  put(fields, 'kibana.log.state', doc['state']);
  const pid = numberOf(doc['pid']);
  if (pid !== undefined) fields['process.pid'] = pid;
  put(fields, 'http.request.method', req['method']);
  put(fields, 'http.request.referrer', headers['referer']);
  put(fields, 'user_agent.original', headers['user-agent']);
  put(fields, 'url.original', req['url']);
  putAddress(fields, 'source', textOf(req['remoteAddress']));
  const status = numberOf(res['statusCode']);
  if (status !== undefined) {
    fields['http.response.status_code'] = status;
    fields['event.outcome'] = status < 400 ? 'success' : 'failure';
  }
  const bytes = numberOf(res['contentLength']);
  if (bytes !== undefined) fields['http.response.body.bytes'] = bytes;
  const took = numberOf(res['responseTime']);
  if (took !== undefined) fields['event.duration'] = Math.round(took * 1e6);
  fields['service.name'] = ['kibana'];
  if (doc['state'] !== undefined) fields['event.type'] = [doc['state'] === 'red' ? 'error' : 'info'];
}

/**
 * Kibana server log (7.x and ECS) and audit log.
 * @example
 * ```ts
 * import { createParser, kibana } from '@xinglin/parse';
 * const parser = createParser({ parsers: [kibana] });
 * const line = '{"type":"response","@timestamp":"2026-11-22T02:11:12Z","tags":[],"pid":69410,"req":{"url":"/ui","method":"get","remoteAddress":"10.20.1.15"},"res":{"statusCode":304,"responseTime":20}}';
 * parser.parse(line, { receivedAt: 0 }).fields['event.duration']; // 20000000
 * ```
 */
export const kibana: ParserSpec = {
  dataset: 'kibana.log',
  datasets: ['kibana.audit'],
  vendor: 'Elastic',
  product: 'Kibana',
  formats: ['JSON log 7.x', 'ECS JSON log', 'audit log'],
  reference: 'Kibana Guide, "Logging" and "Audit events" (security settings)',
  samples: 'kibana/samples.ndjson',
  role: 'host',
  service: 'kibana',
  starts: '{',
  identify,
  parse,
  identifyObject,
  parseObject,
};
