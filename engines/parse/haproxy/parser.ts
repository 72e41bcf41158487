import { isIp, putAddress, splitEndpoint } from '../scan/address.ts';
import { toInteger } from '../scan/text.ts';
import { clfStamp, contextOffset, isoFromMs } from '../scan/timestamps.ts';
import { putRequestLine } from '../scan/url.ts';
import type { Fields, LogLine, ParseContext, Parsed, ParserSpec } from '../types.ts';

function identify(line: LogLine): number {
  const text = line.message;
  const open = text.indexOf(' [');
  // "10.0.0.9:38862 [30/Jul/2018:09:03:52.726] frontend backend/server": a fraction, and no quote after the bracket.
  if (open < 0 || open > 60 || text.charCodeAt(open + 4) !== 47 || text.charCodeAt(open + 22) !== 46) return 0;
  return text.charCodeAt(open + 26) === 93 && text.indexOf('/', open + 28) > 0 ? 0.95 : 0;
}

function parse(line: LogLine, ctx: ParseContext): Parsed | undefined {
  const text = line.message;
  if (text.startsWith('Connect from ')) return parseConnect(text);
  const open = text.indexOf(' [');
  const stamp = open < 0 ? undefined : clfStamp(text, open + 2, contextOffset(ctx.timezone));
  if (stamp === undefined || text.charCodeAt(stamp.end) !== 93)
    return line.program === 'haproxy' ? plain(text) : undefined;
  const fields: Fields = { 'event.timezone': ctx.timezone ?? '+08:00' };
  const iso = isoFromMs(stamp.ms);
  if (iso !== undefined) fields['@timestamp'] = iso;
  const { address, port } = splitEndpoint(text.slice(0, open));
  putAddress(fields, 'source', address, port);
  const quote = text.indexOf('"', stamp.end);
  const head = text.slice(stamp.end + 2, quote < 0 ? text.length : quote);
  const words = splitOutsideBraces(head);
  const [frontend = '', target = '', ...rest] = words;
  fields['haproxy.frontend_name'] = frontend;
  const slash = target.indexOf('/');
  fields['haproxy.backend_name'] = slash < 0 ? target : target.slice(0, slash);
  if (slash >= 0) fields['haproxy.server_name'] = target.slice(slash + 1);
  if (quote >= 0) readHttp(fields, rest, text.slice(quote + 1, text.endsWith('"') ? -1 : undefined));
  else readTcp(fields, rest, address);
  return { dataset: 'haproxy.log', fields, confidence: 0.95 };
}

/** Lines of the process itself: "Server app/n1 is DOWN, …". */
function plain(text: string): Parsed {
  return { dataset: 'haproxy.log', fields: { message: text, 'event.type': ['info'] }, confidence: 0.8 };
}

/** `Connect from 1.2.3.4:40780 to 1.2.3.4:5000 (main/HTTP)` */
function parseConnect(text: string): Parsed | undefined {
  const match = /^Connect from (\S{1,80}) to (\S{1,80}) \(([^/)]{1,128})\/([^)]{1,16})\)/.exec(text);
  if (match === null) return undefined;
  const fields: Fields = { 'event.category': ['network', 'web'], 'event.type': ['connection'] };
  const from = splitEndpoint(match[1] ?? '');
  const to = splitEndpoint(match[2] ?? '');
  putAddress(fields, 'source', from.address, from.port);
  if (isIp(to.address)) fields['destination.ip'] = to.address;
  if (to.port !== undefined) fields['destination.port'] = to.port;
  fields['haproxy.source'] = from.address;
  fields['haproxy.frontend_name'] = match[3] ?? '';
  fields['haproxy.mode'] = match[4] ?? '';
  return { dataset: 'haproxy.log', fields, confidence: 0.95 };
}

/** Captured headers stand in braces and may hold spaces. */
function splitOutsideBraces(text: string): string[] {
  const out: string[] = [];
  let pos = 0;
  while (pos < text.length && out.length < 32) {
    if (text.charCodeAt(pos) === 32) {
      pos++;
      continue;
    }
    const brace = text.charCodeAt(pos) === 123 ? text.indexOf('}', pos) : -1;
    const space = text.indexOf(' ', brace < 0 ? pos : brace);
    const end = space < 0 ? text.length : space;
    out.push(text.slice(pos, end));
    pos = end;
  }
  return out;
}

function putNumber(fields: Fields, key: string, text: string | undefined): void {
  // "+" marks a log written before the end (option logasap).
  const number = toInteger(text?.startsWith('+') === true ? text.slice(1) : (text ?? ''));
  if (number !== undefined) fields[key] = number;
}

function putCounters(fields: Fields, connections: string | undefined, queues: string | undefined): void {
  const [active, front, back, server, retries] = (connections ?? '').split('/');
  putNumber(fields, 'haproxy.connections.active', active);
  putNumber(fields, 'haproxy.connections.frontend', front);
  putNumber(fields, 'haproxy.connections.backend', back);
  putNumber(fields, 'haproxy.connections.server', server);
  putNumber(fields, 'haproxy.connections.retries', retries);
  const [own, all] = (queues ?? '').split('/');
  putNumber(fields, 'haproxy.server_queue', own);
  putNumber(fields, 'haproxy.backend_queue', all);
}

function putDuration(fields: Fields, text: string | undefined): void {
  const total = toInteger(text?.startsWith('+') === true ? text.slice(1) : (text ?? ''));
  if (total !== undefined && total >= 0) fields['event.duration'] = total * 1_000_000;
}

/** `[domain] Tq/Tw/Tc/Tr/Ta status bytes cookie cookie state counters queues [{request}] [{response}]` */
function readHttp(fields: Fields, words: readonly string[], request: string): void {
  let rest = words;
  if (rest[0] !== undefined && rest[0].split('/').length < 5) {
    fields['destination.address'] = rest[0];
    fields['destination.domain'] = rest[0];
    rest = rest.slice(1);
  }
  const [
    timers = '',
    status = '',
    bytes = '',
    requestCookie = '',
    responseCookie = '',
    state = '',
    connections,
    queues,
    ...captured
  ] = rest;
  const [wait, queue, connect, response, total] = timers.split('/');
  putNumber(fields, 'haproxy.http.request.time_wait_ms', wait);
  putNumber(fields, 'haproxy.total_waiting_time_ms', queue);
  putNumber(fields, 'haproxy.connection_wait_time_ms', connect);
  putNumber(fields, 'haproxy.http.request.time_wait_without_data_ms', response);
  putDuration(fields, total);
  putNumber(fields, 'http.response.status_code', status);
  putNumber(fields, 'haproxy.bytes_read', bytes);
  putNumber(fields, 'http.response.bytes', bytes);
  fields['haproxy.http.request.captured_cookie'] = requestCookie;
  fields['haproxy.http.response.captured_cookie'] = responseCookie;
  fields['haproxy.termination_state'] = state;
  putCounters(fields, connections, queues);
  const [first, second] = captured.filter((word) => word.startsWith('{'));
  const asked = first === undefined ? [] : headersOf(first);
  const answered = second === undefined ? [] : headersOf(second);
  if (asked.length > 0) fields['haproxy.http.request.captured_headers'] = asked;
  if (answered.length > 0) fields['haproxy.http.response.captured_headers'] = answered;
  fields['haproxy.http.request.raw_request_line'] = request;
  putRequestLine(fields, request);
  fields['event.category'] = ['web'];
  fields['event.type'] = ['access'];
  const code = toInteger(status);
  if (code !== undefined && code > 0) fields['event.outcome'] = code < 400 ? 'success' : 'failure';
}

function headersOf(text: string): string[] {
  return text
    .slice(1, -1)
    .split('|')
    .filter((part) => part !== '');
}

/** `Tw/Tc/Tt bytes state counters queues` */
function readTcp(fields: Fields, words: readonly string[], source: string): void {
  const [timers = '', bytes = '', state = '', connections, queues] = words;
  const [queue, connect, total] = timers.split('/');
  putNumber(fields, 'haproxy.total_waiting_time_ms', queue);
  putNumber(fields, 'haproxy.connection_wait_time_ms', connect);
  putDuration(fields, total);
  putNumber(fields, 'haproxy.bytes_read', bytes);
  fields['haproxy.termination_state'] = state;
  fields['haproxy.source'] = source;
  putCounters(fields, connections, queues);
  fields['event.category'] = ['network'];
  fields['event.type'] = ['connection'];
}

/**
 * HAProxy: HTTP log, TCP log, default log.
 * @example
 * ```ts
 * import { createParser, haproxy } from '@xinglin/parse';
 * const parser = createParser({ parsers: [haproxy] });
 * const line = 'Jul 30 09:03:52 lb haproxy[324]: 10.0.0.9:38862 [30/Jul/2026:09:03:52.726] web app/n1 0/0/1/0/2 304 168 - - ---- 6/6/0/0/0 0/0 "GET / HTTP/1.1"';
 * parser.parse(line, { receivedAt: Date.UTC(2026, 6, 30) }).fields['haproxy.server_name']; // 'n1'
 * ```
 */
export const haproxy: ParserSpec = {
  dataset: 'haproxy.log',
  vendor: 'HAProxy',
  product: 'HAProxy',
  formats: ['HTTP log', 'TCP log', 'default log'],
  reference: 'HAProxy Configuration Manual, "Logging", "Log formats"',
  samples: 'haproxy/samples.ndjson',
  role: 'host',
  service: 'haproxy',
  programs: ['haproxy'],
  starts: '0123456789-[abcdef:',
  identify,
  parse,
};
