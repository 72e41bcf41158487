import { quotedAt, readAccessLog } from '../scan/access-log.ts';
import { putAddress, splitEndpoint } from '../scan/address.ts';
import { splitWords } from '../scan/csv.ts';
import { toInteger } from '../scan/text.ts';
import { clfStamp, contextOffset, ctimeStamp, isoFromMs } from '../scan/timestamps.ts';
import { putRequestLine } from '../scan/url.ts';
import type { Fields, LogLine, ParseContext, Parsed, ParserSpec } from '../types.ts';

const webCategory = ['web'] as const;
const accessType = ['access'] as const;
const infoType = ['info'] as const;
const errorType = ['error'] as const;

function identify(line: LogLine): number {
  const text = line.message;
  if (text.charCodeAt(0) === 91) {
    // "[Mon Dec 26 16:15:55…] [" or, with TLS columns, "[10/Aug/2018:09:45:56 +0200] peer TLSv1.2 …".
    if (text.charCodeAt(3) === 47 && text.charCodeAt(7) === 47)
      return text.indexOf('] "') < 0 && text.indexOf(' TLSv') > 0 ? 0.95 : 0;
    if (text.charCodeAt(4) !== 32 || text.charCodeAt(8) !== 32) return 0;
    const close = text.indexOf(']');
    return close > 20 && close < 40 && text.charCodeAt(close + 2) === 91 ? 0.97 : 0;
  }
  const stamp = text.indexOf(' [');
  if (stamp < 0 || stamp > 600 || text.charCodeAt(stamp + 4) !== 47) return 0;
  const end = text.indexOf('] "', stamp);
  return end < 0 || end - stamp > 40 ? 0 : 0.6;
}

function parse(line: LogLine, ctx: ParseContext): Parsed | undefined {
  const text = line.message;
  if (text.charCodeAt(0) !== 91) return parseAccess(text, ctx);
  return text.charCodeAt(3) === 47 ? parseTls(text, ctx) : parseError(text, ctx);
}

function parseAccess(text: string, ctx: ParseContext): Parsed | undefined {
  const fields: Fields = { 'event.category': webCategory, 'event.type': accessType };
  const tail = readAccessLog(fields, text, ctx.timezone);
  if (tail === undefined) return undefined;
  let end = tail.end;
  const forwarded = quotedAt(text, end);
  if (forwarded !== undefined) {
    end = forwarded.end;
    if (forwarded.text !== '-' && forwarded.text !== '') fields['apache.access.forwarded_for'] = forwarded.text;
  }
  const remainder = text.slice(end).trim();
  const micros = toInteger(remainder);
  // LogFormat "… %D" appends the time in microseconds.
  if (micros !== undefined) fields['event.duration'] = micros * 1000;
  return {
    dataset: 'apache.access',
    fields,
    confidence: 0.9,
    ...(remainder !== '' && micros === undefined && { remainder }),
  };
}

/** mod_ssl's `[time] peer protocol cipher "request" bytes`. */
function parseTls(text: string, ctx: ParseContext): Parsed | undefined {
  const stamp = clfStamp(text, 1, contextOffset(ctx.timezone));
  if (stamp === undefined) return undefined;
  const [peer, protocol, cipher, request, bytes, ...more] = splitWords(text, stamp.end + 1, 16);
  if (request === undefined || protocol === undefined || cipher === undefined) return undefined;
  const fields: Fields = { 'event.category': webCategory, 'event.type': accessType };
  const iso = isoFromMs(stamp.ms);
  if (iso !== undefined) fields['@timestamp'] = iso;
  putAddress(fields, 'source', peer);
  fields['apache.access.ssl.protocol'] = protocol;
  fields['apache.access.ssl.cipher'] = cipher;
  fields['tls.cipher'] = cipher;
  const mark = protocol.search(/v\d/);
  if (mark > 0) {
    fields['tls.version_protocol'] = protocol.slice(0, mark).toLowerCase();
    fields['tls.version'] = protocol.slice(mark + 1);
  }
  putRequestLine(fields, request);
  const size = toInteger(bytes ?? '');
  if (size !== undefined) fields['http.response.body.bytes'] = size;
  return { dataset: 'apache.access', fields, confidence: 0.95, ...(more.length > 0 && { remainder: more.join(' ') }) };
}

const calm = new Set([
  'notice',
  'info',
  'debug',
  'trace1',
  'trace2',
  'trace3',
  'trace4',
  'trace5',
  'trace6',
  'trace7',
  'trace8',
]);

function parseError(text: string, ctx: ParseContext): Parsed | undefined {
  const stamp = ctimeStamp(text, 1, contextOffset(ctx.timezone));
  if (stamp === undefined) return undefined;
  const fields: Fields = { 'event.category': webCategory, 'event.timezone': ctx.timezone ?? '+08:00' };
  const iso = isoFromMs(stamp.ms);
  if (iso !== undefined) fields['@timestamp'] = iso;
  let pos = text.indexOf(']') + 1;
  let levelSeen = false;
  while (text.charCodeAt(pos) === 32 && text.charCodeAt(pos + 1) === 91) {
    const close = text.indexOf(']', pos);
    if (close < 0) break;
    const group = text.slice(pos + 2, close);
    if (group.startsWith('pid ')) readProcess(fields, group);
    else if (group.startsWith('client ')) {
      const { address, port } = splitEndpoint(group.slice(7));
      putAddress(fields, 'source', address, port);
    } else if (!levelSeen) {
      levelSeen = true;
      const colon = group.indexOf(':');
      if (colon > 0) fields['apache.error.module'] = group.slice(0, colon);
      const level = group.slice(colon + 1);
      fields['log.level'] = level;
      fields['event.type'] = calm.has(level) ? infoType : errorType;
    } else break;
    pos = close + 1;
  }
  if (!levelSeen) return undefined;
  const message = text.slice(pos).trimStart();
  fields['message'] = message;
  readMessage(fields, message);
  return { dataset: 'apache.error', fields, confidence: 0.97 };
}

function readProcess(fields: Fields, group: string): void {
  const colon = group.indexOf(':tid ');
  const pid = toInteger(colon < 0 ? group.slice(4) : group.slice(4, colon));
  if (pid !== undefined) fields['process.pid'] = pid;
  const tid = colon < 0 ? undefined : toInteger(group.slice(colon + 5));
  if (tid !== undefined) fields['process.thread.id'] = tid;
}

function readMessage(fields: Fields, message: string): void {
  if (fields['source.address'] === undefined) {
    // "(70014)End of file found: [client 10.0.0.9:17036] AH02006: …" — the error text comes first.
    const client = message.indexOf('[client ');
    const end = client < 0 ? -1 : message.indexOf(']', client);
    if (end > 0 && client < 200) {
      const { address, port } = splitEndpoint(message.slice(client + 8, end));
      putAddress(fields, 'source', address, port);
    }
  }
  const code = message.startsWith('AH') ? message.indexOf(': ') : -1;
  if (code > 0 && code < 10) fields['event.code'] = message.slice(0, code);
  const referrer = message.lastIndexOf(', referer: ');
  if (referrer >= 0) fields['http.request.referrer'] = message.slice(referrer + 11);
  const body = referrer < 0 ? message : message.slice(0, referrer);
  const missing = body.indexOf('File does not exist: ');
  if (missing >= 0) fields['file.path'] = body.slice(missing + 21);
  const denied = body.indexOf('user ');
  if (denied >= 0 && (body.includes(': authentication failure') || body.includes('not found: '))) {
    // AH01617/AH01618 of mod_auth_basic.
    const end = body.indexOf(
      body.includes(': authentication failure') ? ': authentication failure' : ' not found',
      denied,
    );
    if (end > denied) fields['user.name'] = body.slice(denied + 5, end);
    fields['event.category'] = ['web', 'authentication'];
    fields['event.outcome'] = 'failure';
  }
}

/**
 * Apache httpd access log (common, combined, virtual host, mod_ssl request log) and error log (2.2 and 2.4).
 * @example
 * ```ts
 * import { apache, createParser } from '@xinglin/parse';
 * const parser = createParser({ parsers: [apache] });
 * parser.parse('[Mon Dec 26 16:22:08 2026] [error] [client 10.0.0.9] File does not exist: /var/www/x', { receivedAt: 0 }).fields['file.path'];
 * // '/var/www/x'
 * ```
 */
export const apache: ParserSpec = {
  dataset: 'apache.access',
  datasets: ['apache.error'],
  vendor: 'Apache',
  product: 'HTTP Server',
  formats: ['access log common/combined', 'mod_ssl request log', 'error log 2.2/2.4'],
  reference: 'Apache HTTP Server documentation, "Log Files", mod_log_config, ErrorLogFormat',
  samples: 'apache/samples.ndjson',
  role: 'host',
  service: 'apache',
  programs: ['httpd', 'apache2', 'apache'],
  identify,
  parse,
};
