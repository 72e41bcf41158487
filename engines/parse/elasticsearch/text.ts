import { isIp, splitEndpoint } from '../scan/address.ts';
import { toInteger, toNumber } from '../scan/text.ts';
import { contextOffset, isoFromMs, isoStamp } from '../scan/timestamps.ts';
import type { Fields, ParseContext, Parsed } from '../types.ts';

/** `[index/id]` or `[index][shard]` in front of a message; what remains is the message. */
export function readIndex(fields: Fields, text: string): string {
  const match = /^\[([^\]/\s]{1,255})(?:\/([^\]/\s]{1,64})\]|\]\[(\d{1,9})\]|\])[ ]?/.exec(text);
  if (match === null) return text;
  fields['elasticsearch.index.name'] = match[1] ?? '';
  if (match[2] !== undefined) fields['elasticsearch.index.id'] = match[2];
  if (match[3] !== undefined) fields['elasticsearch.shard.id'] = match[3];
  return text.slice(match[0].length);
}

const slowNumbers = new Set(['total_hits', 'total_shards']);

/** `took[4.5ms], took_millis[4], types[a,b], source[{…}],`: brackets may nest, a value ends before `], name[`. */
export function readSlow(fields: Fields, text: string): void {
  let pos = 0;
  while (pos < text.length) {
    const open = text.indexOf('[', pos);
    if (open < 0) return;
    const name = text.slice(pos, open).trim();
    if (!/^[a-z_]{1,32}$/.test(name)) return;
    const next = /\], (?:[a-z_]{1,32}\[|$)/.exec(text.slice(open));
    const end = next === null ? text.lastIndexOf(']') : open + next.index;
    if (end < open) return;
    putSlow(fields, name, text.slice(open + 1, end));
    pos = end + 3;
  }
}

function putSlow(fields: Fields, name: string, value: string): void {
  if (name === 'took_millis') {
    const millis = toInteger(value);
    if (millis !== undefined) fields['event.duration'] = millis * 1_000_000;
    return;
  }
  const key = `elasticsearch.slowlog.${name === 'source' ? 'source_query' : name === 'type' ? 'type' : name}`;
  if (slowNumbers.has(name)) fields[key] = toInteger(value) ?? value;
  else if (name === 'stats') {
    if (value !== '') fields[key] = value.split(',');
  } else fields[key] = value;
}

function durationMs(text: string): number | undefined {
  const match = /^(\d{1,9}(?:\.\d{1,6})?)(ms|s|m|micros|nanos)$/.exec(text);
  const number = toNumber(match?.[1] ?? '');
  if (match === null || number === undefined) return undefined;
  return (
    number *
    (match[2] === 's'
      ? 1000
      : match[2] === 'm'
        ? 60_000
        : match[2] === 'micros'
          ? 0.001
          : match[2] === 'nanos'
            ? 1e-6
            : 1)
  );
}

/** `[gc][young][3449979][986594] duration …`, `[gc][3449992] overhead, spent [1.6s] collecting in the last [1.8s]` */
function readCollector(fields: Fields, body: string, whole: string): string {
  const young = /^\[gc\]\[young\]\[(\d{1,12})\]\[(\d{1,12})\] /.exec(body);
  if (young !== null) {
    fields['elasticsearch.server.gc.young.one'] = young[1] ?? '';
    fields['elasticsearch.server.gc.young.two'] = young[2] ?? '';
    return body.slice(young[0].length);
  }
  const overhead =
    /^\[gc\]\[(\d{1,12})\] overhead, spent \[([^\]]{1,16})\] collecting in the last \[([^\]]{1,16})\]/.exec(body);
  if (overhead === null) return body;
  fields['elasticsearch.server.gc.overhead_seq'] = overhead[1] ?? '';
  const spent = durationMs(overhead[2] ?? '');
  const observed = durationMs(overhead[3] ?? '');
  if (spent !== undefined) fields['elasticsearch.server.gc.collection_duration.ms'] = spent;
  if (observed !== undefined) fields['elasticsearch.server.gc.observation_duration.ms'] = observed;
  return whole;
}

/** `[time][LEVEL ][logger] [node] message`: server, deprecation and slow logs; `[time] [node] [layer] [event] …`: audit. */
export function parseText(text: string, ctx: ParseContext): Parsed | undefined {
  const stamp = isoStamp(text, 1, contextOffset(ctx.timezone));
  if (stamp === undefined || text.charCodeAt(stamp.end) !== 93) return undefined;
  const fields: Fields = {
    'event.category': ['database'],
    'event.type': ['info'],
    'event.timezone': ctx.timezone ?? '+08:00',
  };
  const iso = isoFromMs(stamp.ms);
  if (iso !== undefined) fields['@timestamp'] = iso;
  if (text.charCodeAt(stamp.end + 1) === 32) return parseAudit(fields, text, stamp.end + 2);
  const match = /^\]\[([A-Z]{4,5}) ?\]\[([^\]]{1,128})\] ?/.exec(text.slice(stamp.end, stamp.end + 160));
  if (match === null) return undefined;
  fields['log.level'] = match[1] ?? '';
  if (match[1] === 'ERROR' || match[1] === 'FATAL') fields['event.type'] = ['error'];
  const logger = (match[2] ?? '').trim();
  let body = text.slice(stamp.end + match[0].length);
  const node = /^\[([^\]]{0,128})\] /.exec(body);
  if (logger.startsWith('index.') && logger.includes('slowlog')) return parseSlow(fields, text, logger, body);
  fields['elasticsearch.component'] = logger;
  // Discovery shares the abbreviation "o.e.d."; only server logs name their node.
  // "[_all] is deprecated" begins with a field, not with a node: no node's name begins so.
  const unnamed = node === null || node[1]?.startsWith('_') === true || ctx.dataset === 'elasticsearch.deprecation';
  const deprecation = logger.startsWith('o.e.d.') && unnamed;
  if (node !== null && !deprecation) {
    if (node[1] !== '') fields['elasticsearch.node.name'] = node[1] ?? '';
    body = body.slice(node[0].length);
    body = body.startsWith('[gc]') ? readCollector(fields, body, text) : readIndex(fields, body);
  }
  fields['message'] = body;
  return { dataset: deprecation ? 'elasticsearch.deprecation' : 'elasticsearch.server', fields, confidence: 0.9 };
}

function parseSlow(fields: Fields, text: string, logger: string, body: string): Parsed {
  fields['elasticsearch.slowlog.logger'] = logger;
  const node = /^\[([^\]]{0,128})\] /.exec(body);
  if (node?.[1] !== undefined) fields['elasticsearch.node.name'] = node[1];
  readSlow(fields, readIndex(fields, body.slice(node?.[0].length ?? 0)));
  fields['message'] = text;
  return { dataset: 'elasticsearch.slowlog', fields, confidence: 0.95 };
}

/** `name=[value], name=[value]`: a value ends before `], name=[` or at the end. */
function auditPairs(text: string): Map<string, string> {
  const pairs = new Map<string, string>();
  let pos = 0;
  while (pos < text.length) {
    const eq = text.indexOf('=[', pos);
    if (eq < 0) break;
    const next = /\], [a-z_]{1,32}=\[/.exec(text.slice(eq));
    const end = next === null ? text.lastIndexOf(']') : eq + next.index;
    if (end <= eq) break;
    pairs.set(text.slice(pos, eq).trim(), text.slice(eq + 2, end));
    pos = end + 2;
  }
  return pairs;
}

function parseAudit(fields: Fields, text: string, from: number): Parsed | undefined {
  const head = /^((?:\[[^\]]{1,128}\] ){1,2})\[([a-z_]{1,64})\]\s{0,8}/.exec(text.slice(from, from + 400));
  if (head === null) return undefined;
  const groups = (head[1] ?? '').trim().slice(1, -1).split('] [');
  const layer = groups.at(-1) ?? '';
  if (groups.length > 1) fields['elasticsearch.node.name'] = groups[0] ?? '';
  fields['elasticsearch.audit.layer'] = layer;
  const event = head[2] ?? '';
  fields['elasticsearch.audit.event_type'] = event;
  fields['event.action'] = event;
  fields['event.type'] = ['access'];
  fields['event.outcome'] = event.endsWith('granted') || event.endsWith('success') ? 'success' : 'failure';
  fields['message'] = text;
  const pairs = auditPairs(text.slice(from + head[0].length));
  const put = (key: string, name: string, list = false): void => {
    const value = pairs.get(name);
    if (value !== undefined && value !== '') fields[key] = list ? value.split(',') : value;
  };
  put('user.name', 'principal');
  put('url.original', 'uri');
  put('elasticsearch.audit.action', 'action');
  put('elasticsearch.audit.realm', 'realm');
  put('elasticsearch.audit.user.roles', 'roles', true);
  put('elasticsearch.audit.origin.type', 'origin_type');
  put('elasticsearch.audit.request.name', 'request');
  put('elasticsearch.audit.indices', 'indices', true);
  put('elasticsearch.audit.url.params', 'params');
  put('http.request.body.content', 'request_body');
  putBodyType(fields);
  const origin = splitEndpoint(pairs.get('origin_address') ?? '').address;
  if (isIp(origin)) fields['source.ip'] = origin;
  return { dataset: 'elasticsearch.audit', fields, confidence: 0.95 };
}

/** `http.request.mime_type` of a request body the audit log quotes; its header is not logged. */
export function putBodyType(fields: Fields): void {
  const body = fields['http.request.body.content'];
  if (typeof body !== 'string') return;
  let type = 'text/plain; charset=utf-8';
  const first = body.trimStart().charAt(0);
  if (first === '{' || first === '[') {
    try {
      JSON.parse(body);
      type = 'application/json';
    } catch {
      // Cut off, or several documents: text.
    }
  }
  fields['http.request.mime_type'] = type;
}
