import { isIp, plainIp, putAddress } from '../scan/address.ts';
import { toInteger } from '../scan/text.ts';
import { isoFromMs, isoStamp } from '../scan/timestamps.ts';
import { decodeEscapes, putUrl } from '../scan/url.ts';
import { putUserAgent } from '../scan/user-agent.ts';
import type { Fields, LogLine, Parsed, ParserSpec } from '../types.ts';

/**
 * W3C layouts by what they contain. The file's `#Fields:` line is not at hand for a single line, so the layout is found by its
 * anchors: the method, the port and the client address.
 */
function identify(line: LogLine): number {
  const text = line.message;
  if (
    text.startsWith('#Software: Microsoft Internet Information Services') ||
    text.startsWith('#Software: Microsoft HTTP API')
  )
    return 0.95;
  if (text.charCodeAt(4) !== 45 || text.charCodeAt(10) !== 32 || text.charCodeAt(19) !== 32) return 0;
  const words = text.split(' ', 8);
  const [, , third = '', fourth = '', fifth = '', sixth = '', seventh = ''] = words;
  if (
    isAddress(third) &&
    toInteger(fourth) !== undefined &&
    isAddress(fifth) &&
    toInteger(sixth) !== undefined &&
    (seventh.startsWith('HTTP/') || seventh === '-')
  )
    return 0.97;
  if (isAddress(third) && isMethod(fourth) && (fifth.startsWith('/') || fifth === '*')) return 0.97;
  return third.startsWith('W3SVC') ? 0.95 : 0;
}

function isAddress(text: string): boolean {
  return isIp(plainIp(text));
}

function isMethod(text: string): boolean {
  return /^[A-Z_]{3,20}$/.test(text);
}

function parse(line: LogLine): Parsed | undefined {
  const text = line.message;
  if (text.startsWith('#'))
    return { dataset: 'iis.access', fields: { message: text, 'event.type': ['info'] }, confidence: 0.9 };
  const stamp = isoStamp(text, 0, 0);
  if (stamp === undefined) return undefined;
  const fields: Fields = { 'event.category': ['network', 'web'], 'event.type': ['connection'] };
  // W3C extended logs are always UTC.
  const iso = isoFromMs(stamp.ms);
  if (iso !== undefined) fields['@timestamp'] = iso;
  const words = text.slice(stamp.end + 1).split(' ', 64);
  const [first = '', second = ''] = words;
  if (isAddress(first) && toInteger(second) !== undefined) return parseError(fields, words);
  return parseAccess(fields, words);
}

function present(text: string | undefined): text is string {
  return text !== undefined && text !== '-' && text !== '';
}

function putEnd(fields: Fields, side: 'source' | 'destination', text: string | undefined, port?: string): void {
  const number = port === undefined ? undefined : toInteger(port);
  putAddress(fields, side, text, number);
  if (present(text)) fields[`${side}.address`] = text;
}

function parseAccess(fields: Fields, words: readonly string[]): Parsed | undefined {
  let at = 0;
  const first = words[0] ?? '';
  if (!isAddress(first) && !isMethod(first)) {
    fields['iis.access.site_name'] = first;
    at = 1;
    if (!isAddress(words[at] ?? '') && !isMethod(words[at] ?? '')) {
      fields['iis.access.server_name'] = words[at] ?? '';
      at = 2;
    }
  }
  if (isAddress(words[at] ?? '')) {
    putEnd(fields, 'destination', words[at]);
    at++;
  }
  const [method = '', stem = '', query, port, user, client] = words.slice(at, at + 6);
  if (!isMethod(method) || !isAddress(client ?? '')) return undefined;
  fields['http.request.method'] = method;
  putUrl(fields, stem);
  if (present(query)) fields['url.query'] = decodeEscapes(query.replaceAll('+', ' '));
  const number = toInteger(port ?? '');
  if (number !== undefined) fields['destination.port'] = number;
  if (present(user)) putUser(fields, user);
  putEnd(fields, 'source', client);
  readTail(fields, words.slice(at + 6));
  return { dataset: 'iis.access', fields, confidence: 0.97 };
}

function putUser(fields: Fields, text: string): void {
  const slash = text.indexOf('\\');
  if (slash > 0) fields['user.domain'] = text.slice(0, slash);
  fields['user.name'] = text.slice(slash + 1);
}

/** After the client: `[version] agent [cookie] [referer] [host] status substatus win32 [sc-bytes cs-bytes] time-taken [forwarded]`. */
function readTail(fields: Fields, words: readonly string[]): void {
  // Three whole numbers in a row, of which the first is an HTTP status, end the texts.
  let mark = 1;
  while (mark + 2 < words.length && !(isStatus(words[mark]) && isNumber(words[mark + 1]) && isNumber(words[mark + 2])))
    mark++;
  if (mark + 2 >= words.length) return;
  const versioned = words[0]?.startsWith('HTTP/') === true;
  const texts = words.slice(0, mark);
  if (versioned) fields['http.version'] = texts[0]?.slice(5) ?? '';
  const [agent, ...others] = versioned ? texts.slice(1) : texts;
  if (present(agent)) putUserAgent(fields, agent.replaceAll('+', ' '));
  readTexts(fields, others);
  const numbers = words.slice(mark);
  putInteger(fields, 'http.response.status_code', numbers[0]);
  putInteger(fields, 'iis.access.sub_status', numbers[1]);
  putInteger(fields, 'iis.access.win32_status', numbers[2]);
  const code = toInteger(numbers[0] ?? '') ?? 0;
  fields['event.outcome'] = code < 400 ? 'success' : 'failure';
  const rest = numbers.slice(3);
  const counted = rest.filter((word) => isNumber(word));
  if (counted.length >= 3) {
    putInteger(fields, 'http.response.body.bytes', counted[0]);
    putInteger(fields, 'http.request.body.bytes', counted[1]);
  }
  const taken = toInteger((counted.length >= 3 ? counted[2] : counted[0]) ?? '');
  if (taken !== undefined) fields['event.duration'] = taken * 1_000_000;
  const forwarded = rest.find((word) => !isNumber(word) && present(word));
  if (forwarded !== undefined) fields['network.forwarded_ip'] = forwarded.split(/[,+]/, 1)[0] ?? '';
}

function isNumber(text: string | undefined): boolean {
  return toInteger(text ?? '') !== undefined;
}

function isStatus(text: string | undefined): boolean {
  return text?.length === 3 && isNumber(text);
}

function putInteger(fields: Fields, key: string, text: string | undefined): void {
  const number = toInteger(text ?? '');
  if (number !== undefined) fields[key] = number;
}

/** One text is the referrer; three are cookie, referrer, host; two are cookie and referrer, or referrer and host. */
function readTexts(fields: Fields, texts: readonly string[]): void {
  const url = texts.findIndex((text) => text.includes('://'));
  const referrer = texts.length === 1 ? 0 : texts.length === 3 ? 1 : url;
  texts.forEach((text, index) => {
    if (!present(text)) return;
    if (index === referrer) fields['http.request.referrer'] = text;
    else if (index === texts.length - 1 && !text.includes('=')) {
      const host = text.split(':', 1)[0] ?? '';
      fields['destination.domain'] = host;
      fields['url.domain'] = host;
    } else fields['iis.access.cookie'] = text;
  });
}

/** HTTPERR: `c-ip c-port s-ip s-port version method uri status siteid reason queue`. */
function parseError(fields: Fields, words: readonly string[]): Parsed | undefined {
  const [client, clientPort, server, serverPort, version, method, uri, status] = words;
  putEnd(fields, 'source', client, clientPort);
  putEnd(fields, 'destination', server, serverPort);
  if (present(version) && version.startsWith('HTTP/')) fields['http.version'] = version.slice(5);
  if (present(method)) fields['http.request.method'] = method;
  if (present(uri)) putUrl(fields, uri);
  const code = toInteger(status ?? '');
  if (code !== undefined) {
    fields['http.response.status_code'] = code;
    fields['event.outcome'] = code < 400 ? 'success' : 'failure';
  }
  // Newer HTTP.sys inserts a stream id before the status; the reason is always second from the end.
  const reason = words.at(-2);
  if (present(reason)) fields['iis.error.reason_phrase'] = reason;
  return { dataset: 'iis.error', fields, confidence: 0.97 };
}

/**
 * Microsoft IIS: W3C extended access log in its usual layouts, and HTTPERR.
 * @example
 * ```ts
 * import { createParser, iis } from '@xinglin/parse';
 * const parser = createParser({ parsers: [iis] });
 * const line = '2026-01-01 08:09:10 10.0.0.8 GET /lis q=100 80 - 10.0.0.9 Mozilla/5.0 - 200 0 0 123';
 * parser.parse(line, { receivedAt: 0 }).fields['source.ip']; // '10.0.0.9'
 * ```
 */
export const iis: ParserSpec = {
  dataset: 'iis.access',
  datasets: ['iis.error'],
  vendor: 'Microsoft',
  product: 'IIS',
  formats: ['W3C extended', 'HTTPERR'],
  reference: 'Microsoft Learn, "W3C Logging", "Error logging in HTTP APIs"',
  samples: 'iis/samples.ndjson',
  role: 'host',
  service: 'iis',
  starts: '#0123456789',
  identify,
  parse,
};
