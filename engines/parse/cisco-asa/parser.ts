import { putAddress } from '../scan/address.ts';
import { putTransport } from '../scan/network.ts';
import { digitsAt, toInteger } from '../scan/text.ts';
import { putUrl } from '../scan/url.ts';
import type { Fields, LogLine, Parsed, ParserSpec } from '../types.ts';
import { messages, type MessageRow } from './messages.ts';

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
  const fields: Fields = { 'event.code': id, 'cisco.asa.message_id': id, message: body };
  if (severity >= 0 && severity <= 7) {
    fields['event.severity'] = severity;
    fields['log.level'] = levels[severity] ?? 'debugging';
  }
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

const texts: ReadonlyMap<string, string> = new Map([
  ['sif', 'observer.ingress.interface.name'],
  ['dif', 'observer.egress.interface.name'],
  ['acl', 'rule.name'],
  ['user', 'user.name'],
  ['group', 'user.group.name'],
  ['reason', 'event.reason'],
  ['command', 'process.command_line'],
  ['id', 'cisco.asa.connection_id'],
  ['flags', 'cisco.asa.tcp_flags'],
  ['itype', 'cisco.asa.icmp_type'],
  ['icode', 'cisco.asa.icmp_code'],
  ['assigned', 'cisco.asa.assigned_ip'],
  ['hits', 'cisco.asa.hit_count'],
  ['interval', 'cisco.asa.hit_interval'],
  ['what', 'cisco.asa.kind'],
  ['hash', 'cisco.asa.rule_hash'],
  ['file', 'file.path'],
  ['mac', 'source.mac'],
  ['sig', 'rule.id'],
  ['rule', 'rule.name'],
  ['app', 'network.application'],
  ['version', 'tls.version'],
]);

function putValues(fields: Fields, values: ReadonlyMap<string, string>): void {
  for (const [name, value] of values) {
    const target = texts.get(name);
    if (target !== undefined) {
      const text = name === 'group' || name === 'user' ? value.replace(/^[<'"]|[>'",.]$/g, '') : value.trim();
      if (text !== '') fields[target] = name === 'hits' ? (toInteger(text) ?? text) : text;
    }
  }
  putEnd(fields, 'source', values.get('src'), values.get('sport'), values.get('suser'));
  putEnd(fields, 'destination', values.get('dst'), values.get('dport') ?? values.get('service'), values.get('duser'));
  putNat(fields, 'source', values.get('nsrc'), values.get('nsport'));
  putNat(fields, 'destination', values.get('ndst'), values.get('ndport'));
  putTransport(fields, values.get('proto')?.trim());
  putDirection(fields, values.get('dir'));
  const verdict = values.get('verdict');
  if (verdict !== undefined) {
    const yes = verdict !== 'denied';
    fields['event.type'] = ['connection', yes ? 'allowed' : 'denied'];
    fields['event.outcome'] = yes ? 'success' : 'failure';
  }
  const duration = values.get('dur');
  if (duration !== undefined) fields['event.duration'] = seconds(duration) * 1e9;
  putBytes(fields, values);
  const url = values.get('url');
  if (url !== undefined) putUrl(fields, url);
  const rest = values.get('rest')?.trim();
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
  let text = address.trim().replace(/\.$/, '');
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
  if (address === undefined || address === fields[`${side}.address`]) return;
  fields[`${side}.nat.ip`] = address;
  const number = port === undefined ? -1 : digitsAt(port, 0, port.length);
  if (number >= 0) fields[`${side}.nat.port`] = number;
}

/**
 * "Built outbound … for outside:A to inside:B" names the responder first: source and destination change places, so that
 * source is who opened the connection.
 */
function putDirection(fields: Fields, direction: string | undefined): void {
  if (direction !== 'inbound' && direction !== 'outbound') return;
  fields['network.direction'] = direction;
  if (direction !== 'outbound' || fields['cisco.asa.connection_id'] === undefined) return;
  for (const part of ['address', 'ip', 'domain', 'port', 'nat.ip', 'nat.port', 'user.name'] as const) {
    const source = fields[`source.${part}`];
    const destination = fields[`destination.${part}`];
    delete fields[`source.${part}`];
    delete fields[`destination.${part}`];
    if (destination !== undefined) fields[`source.${part}`] = destination;
    if (source !== undefined) fields[`destination.${part}`] = source;
  }
  const ingress = fields['observer.ingress.interface.name'];
  const egress = fields['observer.egress.interface.name'];
  if (ingress !== undefined && egress !== undefined) {
    fields['observer.ingress.interface.name'] = egress;
    fields['observer.egress.interface.name'] = ingress;
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

function putBytes(fields: Fields, values: ReadonlyMap<string, string>): void {
  const bytes = values.get('bytes');
  if (bytes !== undefined) {
    // "bytes 1024 TCP FINs (alice)"
    const space = bytes.indexOf(' ');
    const number = toInteger(space < 0 ? bytes : bytes.slice(0, space));
    if (number !== undefined) fields['network.bytes'] = number;
    if (space > 0) fields['event.reason'] = bytes.slice(space + 1).trim();
  }
  const sent = toInteger(values.get('sent') ?? '');
  const received = toInteger(values.get('received') ?? '');
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
  needs: '%:',
  identify,
  parse,
};
