import type { Fields } from '../types.ts';
import { isIp, plainIp } from './address.ts';
import { quoteEnd } from './csv.ts';
import { toInteger } from './text.ts';
import { clfStamp, contextOffset, isoFromMs, isoStamp } from './timestamps.ts';
import { putRequestLine } from './url.ts';
import { putUserAgent } from './user-agent.ts';

/** What {@link readAccessLog} could not place itself. */
export interface AccessTail {
  /** Where the known part ends; the rest belongs to the product (request time, upstream). */
  readonly end: number;
  /** The first column as written: an address, a host, or a list of forwarders. */
  readonly peers: readonly string[];
  /** Whether referrer and user agent were there (combined format). */
  readonly combined: boolean;
}

/**
 * Common and combined log format of Apache, nginx and everyone who copies them:
 * `[vhost[:port]] peer ident user [time] "request" status bytes ["referrer" "agent"] …`. Undefined when the line is not one.
 * @example
 * ```ts
 * import { readAccessLog } from './access-log.ts';
 * const fields = {};
 * readAccessLog(fields, '::1 - - [26/Dec/2016:16:16:28 +0200] "GET / HTTP/1.1" 200 45', undefined);
 * // http.request.method 'GET', http.response.status_code 200
 * ```
 */
export function readAccessLog(fields: Fields, text: string, timezone: string | undefined): AccessTail | undefined {
  const open = text.indexOf('[');
  if (open < 0 || open > 1024) return undefined;
  const offset = contextOffset(timezone);
  const stamp = clfStamp(text, open + 1, offset) ?? isoStamp(text, open + 1, offset);
  if (stamp === undefined || text.charCodeAt(stamp.end) !== 93) return undefined;
  const request = stamp.end + 3;
  if (text.charCodeAt(request - 1) !== 34) return undefined;
  const close = quoteEnd(text, request);
  if (close < 0) return undefined;
  const iso = isoFromMs(stamp.ms);
  if (iso !== undefined) fields['@timestamp'] = iso;
  const peers = readPeers(fields, text.slice(0, open).trimEnd());
  const line = text.slice(request, close);
  if (!putRequestLine(fields, line) && line !== '-' && line !== '') fields['http.request.raw'] = line;
  let pos = close + 1;
  const status = nextWord(text, pos);
  const code = toInteger(status);
  if (code !== undefined && status.length === 3) {
    fields['http.response.status_code'] = code;
    fields['event.outcome'] = code < 400 ? 'success' : 'failure';
    pos += status.length + 1;
    const size = nextWord(text, pos);
    const bytes = toInteger(size);
    if (bytes !== undefined) fields['http.response.body.bytes'] = bytes;
    if (bytes !== undefined || size === '-') pos += size.length + 1;
  }
  const referrer = quotedAt(text, pos);
  if (referrer === undefined) return { end: pos, peers, combined: false };
  if (referrer.text !== '-' && referrer.text !== '') fields['http.request.referrer'] = referrer.text;
  const agent = quotedAt(text, referrer.end);
  if (agent === undefined) return { end: referrer.end, peers, combined: false };
  if (agent.text !== '-' && agent.text !== '') putUserAgent(fields, agent.text);
  return { end: agent.end, peers, combined: true };
}

/** The word after one space at `pos`. */
export function nextWord(text: string, pos: number): string {
  const end = text.indexOf(' ', pos + 1);
  return end < 0 ? text.slice(pos + 1) : text.slice(pos + 1, end);
}

interface Quoted {
  readonly text: string;
  readonly end: number;
}

/** The quoted word (or a lone `-`) after spaces at `pos`. */
export function quotedAt(text: string, pos: number): Quoted | undefined {
  let at = pos;
  while (text.charCodeAt(at) === 32) at++;
  if (text.charCodeAt(at) === 45 && (at + 1 === text.length || text.charCodeAt(at + 1) === 32))
    return { text: '-', end: at + 1 };
  if (text.charCodeAt(at) !== 34) return undefined;
  const close = quoteEnd(text, at + 1);
  return close < 0 ? undefined : { text: text.slice(at + 1, close), end: close + 1 };
}

/** `peer ident user`, with an optional virtual host in front and a comma-separated list of forwarders as peer. */
function readPeers(fields: Fields, head: string): readonly string[] {
  // A user name may hold spaces; ident is '-' everywhere today, so it is the anchor.
  const simple = head.indexOf(' - ');
  if (simple < 0) {
    const words = head.split(' ').filter((word) => word !== '');
    return putPeers(fields, words.slice(0, 1), words[2]);
  }
  const user = head.slice(simple + 3);
  const front = head.slice(0, simple);
  if (front.indexOf(' ') < 0 && front.indexOf(',') < 0) return putPeers(fields, [front], user);
  let peers = front.split(/[\s,"]+/, 64).filter((word) => word !== '');
  const first = peers[0] ?? '';
  // "vhost peer …": a forwarder list has a comma after its first entry.
  if (
    peers.length > 1 &&
    first !== '-' &&
    first !== 'unix:' &&
    front.indexOf(',') !== first.length &&
    front.charCodeAt(0) !== 34
  ) {
    putHost(fields, first);
    peers = peers.slice(1);
  }
  return putPeers(fields, peers, user);
}

function putHost(fields: Fields, text: string): void {
  const colon = text.lastIndexOf(':');
  const port = colon > 0 ? toInteger(text.slice(colon + 1)) : undefined;
  const host = port === undefined ? text : text.slice(0, colon);
  if (port !== undefined) fields['destination.port'] = port;
  if (isIp(host)) fields['destination.ip'] = host;
  else fields['destination.domain'] = host;
  fields['url.domain'] = host;
}

function isPrivate(ip: string): boolean {
  if (
    ip.startsWith('10.') ||
    ip.startsWith('192.168.') ||
    ip.startsWith('127.') ||
    ip === '::1' ||
    ip.startsWith('fe80:') ||
    ip.startsWith('fc') ||
    ip.startsWith('fd')
  )
    return true;
  if (!ip.startsWith('172.')) return false;
  const second = Number(ip.slice(4, ip.indexOf('.', 4)));
  return second >= 16 && second <= 31;
}

/** The client is the first public address of a forwarder list, else the first address at all. */
function putPeers(fields: Fields, peers: readonly string[], user: string | undefined): readonly string[] {
  const first = peers[0] ?? '';
  const client = peers.length < 2 ? first : (peers.find((peer) => isIp(peer) && !isPrivate(peer)) ?? first);
  if (client !== '' && client !== '-') {
    const address = plainIp(client);
    fields['source.address'] = address;
    if (isIp(address)) fields['source.ip'] = address;
    else if (address !== 'unix:') fields['source.domain'] = address;
  }
  if (user !== undefined && user !== '-' && user !== '') fields['user.name'] = user;
  return peers;
}
