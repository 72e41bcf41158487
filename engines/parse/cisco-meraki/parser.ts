import { putAddress, splitEndpoint } from '../scan/address.ts';
import { readPairs } from '../scan/key-value.ts';
import { putTransport } from '../scan/network.ts';
import { toInteger } from '../scan/text.ts';
import { epochMs, isoFromMs } from '../scan/timestamps.ts';
import { putUrl } from '../scan/url.ts';
import { putUserAgent } from '../scan/user-agent.ts';
import type { Fields, LogLine, Parsed, ParserSpec } from '../types.ts';

const kinds = new Set([
  'flows',
  'firewall',
  'cellular_firewall',
  'vpn_firewall',
  'urls',
  'events',
  'security_event',
  'ids-alerts',
  'airmarshal_events',
  'ip_flow_start',
  'ip_flow_end',
]);

interface Head {
  readonly time: string;
  readonly device: string;
  readonly kind: string;
  readonly body: string;
}

/** `<134>1 1795313472.038687615 MX84 flows src=…`: the version of RFC 5424, but seconds since 1970 for a time. */
function headOf(raw: string): Head | undefined {
  const close = raw.charCodeAt(0) === 60 ? raw.indexOf('>') + 1 : 0;
  // Ten digits and a dot: nearly every other line is told by this alone.
  const digits = raw.charCodeAt(close) === 49 && raw.charCodeAt(close + 1) === 32 ? close + 2 : close;
  if (raw.charCodeAt(digits + 10) !== 46) return undefined;
  const words = raw.slice(close, close + 200).split(' ', 4);
  const first = words[0] === '1' ? 1 : 0;
  const time = words[first] ?? '';
  const device = words[first + 1] ?? '';
  const kind = words[first + 2] ?? '';
  if (time.charCodeAt(10) !== 46 || epochMs(time.slice(0, 14)) === undefined || !kinds.has(kind)) return undefined;
  const at = raw.indexOf(` ${kind} `, close);
  return at < 0 ? undefined : { time, device, kind, body: raw.slice(at + kind.length + 2) };
}

function identify(line: LogLine): number {
  return headOf(line.raw) === undefined ? 0 : 0.97;
}

function parse(line: LogLine): Parsed | undefined {
  const head = headOf(line.raw);
  if (head === undefined) return undefined;
  const fields: Fields = {
    'observer.name': head.device,
    'observer.type': 'firewall',
    'event.action': head.kind,
    'event.category': ['network'],
    'event.type': ['info'],
    message: head.body,
  };
  const ms = epochMs(head.time.slice(0, 14));
  const iso = ms === undefined ? undefined : isoFromMs(ms);
  if (iso !== undefined) fields['@timestamp'] = iso;
  const request = head.body.indexOf('request: ');
  const pattern = head.body.indexOf('pattern: ');
  const cut = request >= 0 ? request : pattern;
  const pairs = readPairs(cut < 0 ? head.body : head.body.slice(0, cut));
  putEnd(fields, 'source', pairs, 'src', 'sport');
  putEnd(fields, 'destination', pairs, 'dst', 'dport');
  putTransport(fields, pairs.get('protocol')?.replace('/ip', ''));
  const rest = new Set(['src', 'dst', 'sport', 'dport', 'protocol', 'agent', 'mac']);
  for (const [key, value] of pairs) if (!rest.has(key) && value !== '') fields[`cisco.meraki.${key}`] = value;
  const mac = pairs.get('mac');
  if (mac !== undefined) fields['source.mac'] = mac.replaceAll(':', '-').toUpperCase();
  const agent = pairs.get('agent');
  if (agent !== undefined) putUserAgent(fields, agent);
  if (request >= 0) putRequest(fields, head.body.slice(request + 9));
  if (pattern >= 0) putPattern(fields, head.body.slice(pattern + 9));
  putMeaning(fields, head, pairs);
  return { dataset: 'cisco.meraki', fields, confidence: 0.97 };
}

function putEnd(
  fields: Fields,
  side: 'source' | 'destination',
  pairs: ReadonlyMap<string, string>,
  address: string,
  port: string,
): void {
  const text = pairs.get(address);
  if (text === undefined) return;
  const end = splitEndpoint(text);
  putAddress(fields, side, end.address, toInteger(pairs.get(port) ?? '') ?? end.port);
}

/** `GET http://his.example.cn/…` */
function putRequest(fields: Fields, text: string): void {
  const space = text.indexOf(' ');
  if (space <= 0) return;
  fields['http.request.method'] = text.slice(0, space);
  putUrl(fields, text.slice(space + 1).trim());
  fields['event.category'] = ['network', 'web'];
  fields['event.type'] = ['access'];
}

/** `allow all`, `deny dst port 445`, `1 all`: the rule that fitted, its verdict first. */
function putPattern(fields: Fields, text: string): void {
  const rule = text.trim();
  fields['rule.name'] = rule;
  const word = rule.split(' ', 1)[0] ?? '';
  const allowed = word === 'allow' || word === '1';
  if (!allowed && word !== 'deny' && word !== '0') return;
  fields['event.type'] = ['connection', allowed ? 'allowed' : 'denied'];
  fields['event.outcome'] = allowed ? 'success' : 'failure';
}

function putMeaning(fields: Fields, head: Head, pairs: ReadonlyMap<string, string>): void {
  if (head.kind === 'security_event' || head.kind === 'ids-alerts') {
    fields['event.kind'] = 'alert';
    fields['event.category'] = ['network', 'intrusion_detection'];
    const signature = pairs.get('signature');
    if (signature !== undefined) fields['rule.id'] = signature;
    const message = head.body.indexOf('message: ');
    fields['rule.name'] = message < 0 ? (pairs.get('name') ?? head.kind) : head.body.slice(message + 9);
    if (pairs.get('decision') === 'blocked') fields['event.type'] = ['denied'];
  } else if (head.kind === 'ip_flow_start') fields['event.type'] = ['connection', 'start'];
  else if (head.kind === 'ip_flow_end') fields['event.type'] = ['connection', 'end'];
  else if (head.kind === 'events') {
    const type = pairs.get('type');
    if (type !== undefined) fields['event.action'] = type;
    const user =
      pairs.get('user_id') ?? pairs.get('identity') ?? /\buser '([^']{1,64})'/.exec(head.body.slice(0, 400))?.[1];
    if (user !== undefined && user !== '') fields['user.name'] = user;
  }
}

/**
 * Cisco Meraki MX, MR and MS event, flow, URL and security logs.
 * @example
 * ```ts
 * import { ciscoMeraki, createParser } from '@xinglin/parse';
 * const parser = createParser({ parsers: [ciscoMeraki] });
 * const line = '<134>1 1795313472.038687615 MX84 flows src=10.20.1.15 dst=203.0.113.9 mac=00:18:0A:00:00:01 protocol=udp sport=9562 dport=53 pattern: deny all';
 * parser.parse(line, { receivedAt: 0 }).fields['event.outcome']; // 'failure'
 * ```
 */
export const ciscoMeraki: ParserSpec = {
  dataset: 'cisco.meraki',
  vendor: 'Cisco',
  product: 'Meraki',
  formats: ['flows', 'urls', 'events', 'security_event', 'airmarshal_events'],
  reference: 'Cisco Meraki documentation, "Syslog Event Types and Log Samples"',
  samples: 'cisco-meraki/samples.ndjson',
  role: 'observer',
  needs: '=',
  identify,
  parse,
};
