import { putAddress } from '../scan/address.ts';
import { putTransport } from '../scan/network.ts';
import { digitsAt, toInteger } from '../scan/text.ts';
import { putUrl } from '../scan/url.ts';
import type { Fields, LogLine, Parsed, ParserSpec } from '../types.ts';
import { readFtd } from './ftd.ts';
import { holes, messages, type Hole, type MessageRow } from './messages.ts';

const marks = ['%ASA-', '%FTD-', '%PIX-', '%FWSM-'] as const;

function markAt(text: string): number {
  const percent = text.indexOf('%');
  if (percent < 0 || percent > 160) return -1;
  for (const mark of marks) {
    const at = text.indexOf(mark);
    if (at >= 0 && at < 160) return at;
  }
  return -1;
}

function identify(line: LogLine): number {
  const at = markAt(line.message);
  return at >= 0 && line.message.indexOf(': ', at) > at ? 1 : 0;
}

const levels = ['emergency', 'alert', 'critical', 'error', 'warning', 'notification', 'informational', 'debugging'];

function parse(line: LogLine): Parsed | undefined {
  const text = line.message;
  const at = markAt(text);
  if (at < 0) return undefined;
  const colon = text.indexOf(':', at);
  const head = text.slice(at + 1, colon);
  const id = head.slice(head.lastIndexOf('-') + 1);
  // "%ASA-6-302013", or with a class: "%ASA-session-6-302013".
  const severity = digitsAt(head, head.lastIndexOf('-', head.length - id.length - 2) + 1, head.length);
  const body = text.slice(colon + 1).trimStart();
  const fields: Fields = {};
  fields['event.code'] = id;
  fields['cisco.asa.message_id'] = id;
  fields['message'] = body;
  if (severity >= 0 && severity <= 7) {
    fields['event.severity'] = severity;
    fields['log.level'] = levels[severity] ?? 'debugging';
  }
  if (id.startsWith('43000')) return readFtd(fields, body);
  const row = messages.get(id);
  if (row === undefined) {
    fields['event.category'] = ['network'];
    fields['event.type'] = ['info'];
    return { dataset: 'cisco.asa', fields, confidence: 0.95 };
  }
  fields['event.action'] = row.action;
  fields['event.category'] = row.category;
  fields['event.type'] = row.type;
  if (row.outcome !== undefined) fields['event.outcome'] = row.outcome;
  const matched = readBody(fields, body, row);
  return { dataset: 'cisco.asa', fields, confidence: 1, ...(!matched && { issues: ['wording.unknown'] }) };
}

function readBody(fields: Fields, body: string, row: MessageRow): boolean {
  for (const template of row.templates) {
    const values = template(body);
    if (values === undefined) continue;
    putValues(fields, values);
    return true;
  }
  return row.templates.length === 0;
}

type Values = readonly (string | undefined)[];

/** The place of each hole. */
const at = Object.fromEntries(holes.map((hole, index) => [hole, index])) as Readonly<Record<Hole, number>>;

/** Holes that are one field as they stand. */
const texts: readonly (readonly [hole: Hole, key: string])[] = [
  ['acl', 'rule.name'],
  ['reason', 'event.reason'],
  ['command', 'process.command_line'],
  ['id', 'cisco.asa.connection_id'],
  ['flags', 'cisco.asa.tcp_flags'],
  ['itype', 'cisco.asa.icmp_type'],
  ['icode', 'cisco.asa.icmp_code'],
  ['assigned', 'cisco.asa.assigned_ip'],
  ['interval', 'cisco.asa.hit_interval'],
  ['what', 'cisco.asa.kind'],
  ['hash', 'cisco.asa.rule_hash'],
  ['file', 'file.path'],
  ['mac', 'source.mac'],
  ['sig', 'rule.id'],
  ['rule', 'rule.name'],
  ['app', 'network.application'],
  ['version', 'tls.version'],
];
const places = texts.map(([hole]) => at[hole]);

/** A name without the mark around it: `<alice>`, `'alice'`, `alice,`. */
function unmarked(text: string | undefined): string {
  if (text === undefined || text === '') return '';
  const begin = '<\'"'.includes(text.charAt(0)) ? 1 : 0;
  const end = '>\'",.'.includes(text.charAt(text.length - 1)) ? text.length - 1 : text.length;
  return text.slice(begin, Math.max(begin, end));
}

function putInterfaces(fields: Fields, sif: string | undefined, dif: string | undefined, turned: boolean): void {
  const ingress = turned ? dif : sif;
  const egress = turned ? sif : dif;
  if (ingress !== undefined && ingress !== '') fields['observer.ingress.interface.name'] = ingress;
  if (egress !== undefined && egress !== '') fields['observer.egress.interface.name'] = egress;
}

function putValues(fields: Fields, values: Values): void {
  const dir = values[at.dir];
  // "Built outbound … for outside:A to inside:B" names the responder first: the ends change places, so that source is who opened
  // the connection.
  const turned = dir === 'outbound' && values[at.id] !== undefined;
  for (let i = 0; i < places.length; i++) {
    const text = values[places[i] ?? 0]?.trim();
    if (text !== undefined && text !== '') fields[texts[i]?.[1] ?? ''] = text;
  }
  putInterfaces(fields, values[at.sif]?.trim(), values[at.dif]?.trim(), turned);
  const user = unmarked(values[at.user]);
  if (user !== '') fields['user.name'] = user;
  const group = unmarked(values[at.group]);
  if (group !== '') fields['user.group.name'] = group;
  const hits = values[at.hits]?.trim();
  if (hits !== undefined && hits !== '') fields['cisco.asa.hit_count'] = toInteger(hits) ?? hits;
  const first = turned ? 'destination' : 'source';
  const second = turned ? 'source' : 'destination';
  putEnd(fields, first, values[at.src], values[at.sport], values[at.suser]);
  putEnd(fields, second, values[at.dst], values[at.dport] ?? values[at.service], values[at.duser]);
  putNat(fields, first, values[at.nsrc], values[at.nsport]);
  putNat(fields, second, values[at.ndst], values[at.ndport]);
  putTransport(fields, values[at.proto]?.trim());
  if (dir === 'inbound' || dir === 'outbound') fields['network.direction'] = dir;
  const verdict = values[at.verdict];
  if (verdict !== undefined) {
    const yes = verdict !== 'denied';
    fields['event.type'] = ['connection', yes ? 'allowed' : 'denied'];
    fields['event.outcome'] = yes ? 'success' : 'failure';
  }
  const duration = values[at.dur];
  if (duration !== undefined) fields['event.duration'] = seconds(duration) * 1e9;
  putBytes(fields, values);
  const url = values[at.url];
  if (url !== undefined) putUrl(fields, url);
  const rest = values[at.rest]?.trim();
  if (rest !== undefined && rest !== '' && rest !== '.') fields['event.reason'] = rest;
}

/** An address that may carry its port (`10.0.0.1/80`), a user (`(LOCAL\alice)`) and an ICMP type after it. */
function putEnd(
  fields: Fields,
  side: 'source' | 'destination',
  address: string | undefined,
  port: string | undefined,
  extra: string | undefined,
): void {
  if (address === undefined) return;
  let text = address.trim();
  if (text.endsWith('.')) text = text.slice(0, -1);
  let number = port;
  const space = text.indexOf(' ');
  let tail = extra ?? '';
  if (space > 0) {
    tail = text.slice(space) + tail;
    text = text.slice(0, space);
  }
  const paren = text.indexOf('(');
  if (paren > 0) {
    tail = text.slice(paren) + tail;
    text = text.slice(0, paren);
  }
  const slash = text.lastIndexOf('/');
  if (slash > 0 && number === undefined) {
    number = text.slice(slash + 1);
    text = text.slice(0, slash);
  }
  const digits = number === undefined ? -1 : digitsAt(number, 0, number.length);
  putAddress(fields, side, text, digits >= 0 && digits <= 65_535 ? digits : undefined);
  if (number !== undefined && digits < 0) fields['network.protocol'] = number.trim().toLowerCase();
  if (tail === '') return;
  const user = /\((?:LOCAL\\)?([^()\s]{1,64})\)/.exec(tail)?.[1];
  if (user !== undefined) fields[`${side}.user.name`] = user;
  const icmp = /\(type (\d{1,3}), code (\d{1,3})\)/.exec(tail);
  if (icmp?.[1] !== undefined && icmp[2] !== undefined) {
    fields['cisco.asa.icmp_type'] = icmp[1];
    fields['cisco.asa.icmp_code'] = icmp[2];
  }
}

function putNat(
  fields: Fields,
  side: 'source' | 'destination',
  address: string | undefined,
  port: string | undefined,
): void {
  if (address === undefined || address === fields[side === 'source' ? 'source.address' : 'destination.address']) return;
  const number = port === undefined ? -1 : digitsAt(port, 0, port.length);
  if (side === 'source') {
    fields['source.nat.ip'] = address;
    if (number >= 0) fields['source.nat.port'] = number;
  } else {
    fields['destination.nat.ip'] = address;
    if (number >= 0) fields['destination.nat.port'] = number;
  }
}

/** `0:02:05`, `1d 02h`, `0h:02m:05s`. */
function seconds(text: string): number {
  let total = 0;
  const clock = /(?:(\d{1,6})d ?)?(\d{1,6})h?:(\d{1,2})m?:(\d{1,2})/.exec(text);
  if (clock !== null)
    total = Number(clock[1] ?? 0) * 86_400 + Number(clock[2]) * 3600 + Number(clock[3]) * 60 + Number(clock[4]);
  return total;
}

function putBytes(fields: Fields, values: Values): void {
  const bytes = values[at.bytes];
  if (bytes !== undefined) {
    // "bytes 1024 TCP FINs (alice)"
    const space = bytes.indexOf(' ');
    const number = toInteger(space < 0 ? bytes : bytes.slice(0, space));
    if (number !== undefined) fields['network.bytes'] = number;
    if (space > 0) fields['event.reason'] = bytes.slice(space + 1).trim();
  }
  const sent = toInteger(values[at.sent] ?? '');
  const received = toInteger(values[at.received] ?? '');
  if (sent !== undefined) fields['destination.bytes'] = sent;
  if (received !== undefined) fields['source.bytes'] = received;
}

/**
 * Cisco ASA, FTD, PIX and FWSM syslog: about 100 message ids in ECS, every other id with code, severity and message.
 * @example
 * ```ts
 * import { ciscoAsa, createParser } from '@xinglin/parse';
 * const parser = createParser({ parsers: [ciscoAsa] });
 * const line = '<166>Nov 22 2026 10:11:12 fw1 : %ASA-4-106023: Deny tcp src outside:203.0.113.9/4022 dst inside:10.0.0.8/1433 by access-group "outside_in" [0x0, 0x0]';
 * parser.parse(line, { receivedAt: Date.UTC(2026, 10, 22) }).fields['destination.port']; // 1433
 * ```
 */
export const ciscoAsa: ParserSpec = {
  dataset: 'cisco.asa',
  vendor: 'Cisco',
  product: 'ASA / FTD',
  formats: ['%ASA-', '%FTD-', '%PIX-', '%FWSM-'],
  reference: 'Cisco Secure Firewall ASA Series Syslog Messages; Cisco Secure Firewall Threat Defense Syslog Messages',
  samples: 'cisco-asa/samples.ndjson',
  role: 'observer',
  usual: '%',
  identify,
  parse,
};
