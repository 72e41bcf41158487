import { nextWord, quotedAt, readAccessLog } from '../scan/access-log.ts';
import { isIp, putAddress, splitEndpoint } from '../scan/address.ts';
import { quoteEnd } from '../scan/csv.ts';
import { digitsAt, toInteger, toNumber } from '../scan/text.ts';
import { contextOffset, isoFromMs, isoStamp } from '../scan/timestamps.ts';
import { putRequestLine } from '../scan/url.ts';
import type { Fields, LogLine, ParseContext, Parsed, ParserSpec } from '../types.ts';

const webCategory = ['web'] as const;
const accessType = ['access'] as const;
const infoType = ['info'] as const;
const errorType = ['error'] as const;

function identify(line: LogLine): number {
  const text = line.message;
  const first = text.charCodeAt(0);
  if (
    first >= 48 &&
    first <= 57 &&
    text.charCodeAt(4) === 47 &&
    text.charCodeAt(10) === 32 &&
    text.charCodeAt(20) === 91
  ) {
    return text.indexOf('#', 20) > 0 ? 0.97 : 0;
  }
  const stamp = text.indexOf(' [');
  if (stamp < 0 || stamp > 600 || text.charCodeAt(stamp + 4) !== 47) return 0;
  const end = text.indexOf('] "', stamp);
  if (end < 0 || end - stamp > 40) return 0;
  if (line.program === 'nginx') return 0.95;
  // Combined lines are nginx's default; a common line without agent is more likely Apache's.
  return text.indexOf('" "', end) > 0 ? 0.9 : 0.55;
}

function parse(line: LogLine, ctx: ParseContext): Parsed | undefined {
  const text = line.message;
  if (text.charCodeAt(4) === 47 && text.charCodeAt(10) === 32) return parseError(text, ctx);
  return parseAccess(text, ctx);
}

function parseAccess(text: string, ctx: ParseContext): Parsed | undefined {
  const fields: Fields = { 'event.category': webCategory, 'event.type': accessType };
  const tail = readAccessLog(fields, text, ctx.timezone);
  if (tail === undefined) return undefined;
  if (ctx.timezone !== undefined) fields['event.timezone'] = ctx.timezone;
  const peers = tail.peers.filter((peer) => peer !== '-' && peer !== 'unix:');
  if (tail.end >= text.length) {
    if (peers.length > 0) fields['nginx.access.remote_ip_list'] = peers;
    return { dataset: 'nginx.access', fields, confidence: 0.9 };
  }
  if (tail.combined && readIngress(fields, text, tail.end)) {
    fields['event.type'] = infoType;
    if (peers.length > 0) fields['nginx.ingress_controller.remote_ip_list'] = peers;
    return { dataset: 'nginx.ingress_controller', fields, confidence: 0.97 };
  }
  if (peers.length > 0) fields['nginx.access.remote_ip_list'] = peers;
  const remainder = readExtras(fields, text, tail.end);
  return { dataset: 'nginx.access', fields, confidence: 0.9, ...(remainder !== '' && { remainder }) };
}

/** The usual additions to combined: `"$http_x_forwarded_for"`, `$request_time`, `$upstream_response_time`. */
function readExtras(fields: Fields, text: string, from: number): string {
  let pos = from;
  const forwarded = quotedAt(text, pos);
  if (forwarded !== undefined) {
    pos = forwarded.end;
    if (forwarded.text !== '-' && forwarded.text !== '') {
      fields['nginx.access.forwarded_for'] = forwarded.text;
      const first = forwarded.text.split(',', 1)[0]?.trim() ?? '';
      if (first !== '') fields['network.forwarded_ip'] = first;
    }
  }
  const seconds = toNumber(nextWord(text, pos));
  if (seconds !== undefined) {
    fields['event.duration'] = Math.round(seconds * 1e9);
    pos += nextWord(text, pos).length + 1;
  }
  return text.slice(pos).trim();
}

/** Kubernetes ingress: `length time [upstream] [alternative] addresses lengths times statuses request-id`. */
function readIngress(fields: Fields, text: string, from: number): boolean {
  const words: string[] = [];
  let pos = from;
  while (pos < text.length && words.length < 64) {
    const word = nextWord(text, pos);
    words.push(word);
    pos += word.length + 1;
  }
  const name = words[2] ?? '';
  const other = words[3] ?? '';
  if (words.length < 9 || name.charCodeAt(0) !== 91 || other.charCodeAt(0) !== 91) return false;
  const prefix = 'nginx.ingress_controller';
  const length = toInteger(words[0] ?? '');
  const time = toNumber(words[1] ?? '');
  if (length !== undefined) fields[`${prefix}.http.request.length`] = length;
  if (time !== undefined) fields[`${prefix}.http.request.time`] = time;
  fields[`${prefix}.upstream.name`] = name.slice(1, -1);
  fields[`${prefix}.upstream.alternative_name`] = other.slice(1, -1);
  const id = words.at(-1) ?? '';
  fields[`${prefix}.http.request.id`] = id;
  fields['http.request.id'] = id;
  // Each retry adds one entry to each of the four lists; entries are separated by ", " or " : ".
  const rest = words.slice(4, -1).filter((word) => word !== ':' && word !== ',');
  const group = Math.floor(rest.length / 4);
  const list = (n: number): string[] =>
    rest.slice(n * group, (n + 1) * group).map((word) => (word.endsWith(',') ? word.slice(0, -1) : word));
  const [addresses, lengths, times, statuses] = [list(0), list(1), list(2), list(3)];
  const lastAddress = addresses.at(-1);
  if (lastAddress !== undefined && lastAddress !== '-') {
    fields[`${prefix}.upstream_address_list`] = addresses;
    const { address, port } = splitEndpoint(lastAddress);
    fields[`${prefix}.upstream.ip`] = address;
    if (port !== undefined) fields[`${prefix}.upstream.port`] = port;
  }
  putLast(fields, `${prefix}.upstream.response.length`, lengths);
  putLast(fields, `${prefix}.upstream.response.time`, times);
  if (times.length > 1) {
    // Retries add up: the response took the time of all of them.
    const sum = times.reduce((total, time) => total + (toNumber(time) ?? 0), 0);
    fields[`${prefix}.upstream.response.time`] = Math.round(sum * 1e6) / 1e6;
  }
  putLast(fields, `${prefix}.upstream.response.status_code`, statuses);
  return true;
}

function putLast(fields: Fields, key: string, list: readonly string[]): void {
  const last = toNumber(list.at(-1) ?? '');
  if (last !== undefined) fields[key] = last;
  if (list.length > 0 && list[0] !== '-') fields[`${key}_list`] = list;
}

function parseError(text: string, ctx: ParseContext): Parsed | undefined {
  const stamp = isoStamp(text, 0, contextOffset(ctx.timezone));
  if (stamp === undefined) return undefined;
  const open = text.indexOf('[', stamp.end);
  const close = text.indexOf(']', open);
  if (open < 0 || close < 0 || open - stamp.end > 2) return undefined;
  const level = text.slice(open + 1, close);
  const fields: Fields = {
    'event.category': webCategory,
    'event.type': level === 'info' || level === 'notice' || level === 'debug' ? infoType : errorType,
    'event.timezone': ctx.timezone ?? '+08:00',
    'log.level': level,
  };
  const iso = isoFromMs(stamp.ms);
  if (iso !== undefined) fields['@timestamp'] = iso;
  const hash = text.indexOf('#', close);
  const colon = text.indexOf(': ', close);
  if (hash > 0 && colon > hash) {
    const pid = digitsAt(text, close + 2, hash);
    const thread = digitsAt(text, hash + 1, colon);
    if (pid >= 0) fields['process.pid'] = pid;
    if (thread >= 0) fields['process.thread.id'] = thread;
  }
  let begin = colon < 0 ? close + 2 : colon + 2;
  if (text.charCodeAt(begin) === 42) {
    const connection = digitsAt(text, begin + 1, text.length);
    if (connection >= 0) {
      fields['nginx.error.connection_id'] = connection;
      begin = text.indexOf(' ', begin) + 1;
    }
  }
  fields['message'] = text.slice(begin);
  readErrorContext(fields, text, begin);
  return { dataset: 'nginx.error', fields, confidence: 0.97 };
}

/** `…, client: 10.0.0.1, server: his, request: "GET / HTTP/1.1", upstream: "…", host: "…", referrer: "…"` */
function readErrorContext(fields: Fields, text: string, from: number): void {
  const client = text.lastIndexOf(', client: ');
  if (client < from) {
    // Mail proxy: "client 10.0.0.9:54928 connected to 0.0.0.0:25".
    if (text.startsWith('client ', from)) {
      const { address, port } = splitEndpoint(text.slice(from + 7).split(' ', 1)[0] ?? '');
      if (isIp(address)) putAddress(fields, 'source', address, port);
    }
    return;
  }
  const value = (mark: string): string | undefined => {
    const at = text.indexOf(mark, client);
    if (at < 0) return undefined;
    const begin = at + mark.length;
    if (text.charCodeAt(begin) === 34) {
      const close = quoteEnd(text, begin + 1);
      return close < 0 ? undefined : text.slice(begin + 1, close);
    }
    const end = text.indexOf(',', begin);
    return end < 0 ? text.slice(begin) : text.slice(begin, end);
  };
  putAddress(fields, 'source', value(', client: '));
  const server = value(', server: ');
  if (server !== undefined && server !== '' && server !== '_') fields['nginx.error.server'] = server;
  const request = value(', request: ');
  if (request !== undefined) putRequestLine(fields, request);
  const upstream = value(', upstream: ');
  if (upstream !== undefined) fields['nginx.error.upstream'] = upstream;
  const host = value(', host: ');
  if (host !== undefined) fields['url.domain'] = splitEndpoint(host).address;
  const referrer = value(', referrer: ');
  if (referrer !== undefined) fields['http.request.referrer'] = referrer;
}

/**
 * nginx access log (common, combined, with virtual host, forwarders and timings), error log, Kubernetes ingress log.
 * @example
 * ```ts
 * import { createParser, nginx } from '@xinglin/parse';
 * const parser = createParser({ parsers: [nginx] });
 * parser.parse('10.0.0.9 - - [25/Oct/2026:14:49:33 +0800] "GET / HTTP/1.1" 200 612 "-" "curl/8.5.0"', { receivedAt: 0 }).dataset;
 * // 'nginx.access'
 * ```
 */
export const nginx: ParserSpec = {
  dataset: 'nginx.access',
  datasets: ['nginx.error', 'nginx.ingress_controller'],
  vendor: 'F5',
  product: 'nginx',
  formats: ['access log common/combined', 'error log', 'Kubernetes ingress log'],
  reference: 'nginx documentation, ngx_http_log_module, ngx_core_module error_log; ingress-nginx log format',
  samples: 'nginx/samples.ndjson',
  role: 'host',
  service: 'nginx',
  programs: ['nginx', 'nginx-ingress-controller'],
  usual: '0123456789',
  identify,
  parse,
};
