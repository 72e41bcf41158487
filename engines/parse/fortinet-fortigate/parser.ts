import { isIp, putAddress } from '../scan/address.ts';
import { learnPairs } from '../scan/learned-pairs.ts';
import { putTotals, putTransport, putVerdict, severityOf } from '../scan/network.ts';
import { toInteger } from '../scan/text.ts';
import { contextOffset, epochMs, isoFromMs, isoStamp } from '../scan/timestamps.ts';
import { putUrl } from '../scan/url.ts';
import { putUserAgent } from '../scan/user-agent.ts';
import type { Fields, LogLine, ParseContext, Parsed, ParserSpec } from '../types.ts';
import { cellNames, planOf, type CellName } from './plan.ts';

const readPairs = learnPairs(planOf);
const at = Object.fromEntries(cellNames.map((name, index) => [name, index])) as Readonly<Record<CellName, number>>;
const empty: (string | undefined)[] = cellNames.map(() => undefined);
type Cells = readonly (string | undefined)[];

function identify(line: LogLine): number {
  const text = line.message;
  if (text.startsWith('date=')) return text.indexOf(' devid=') > 0 || text.indexOf(' logid=') > 0 ? 0.97 : 0;
  return text.indexOf('logid="') >= 0 && text.indexOf(' subtype="') > 0 ? 0.95 : 0;
}

function parse(line: LogLine, ctx: ParseContext): Parsed | undefined {
  const fields: Fields = {};
  const cells = empty.slice();
  const remainder = readPairs(line.message, (plan, value) => {
    if (value === '' || value === 'N/A' || value === 'undefined') return;
    if (plan.cell >= 0) cells[plan.cell] ??= value;
    else if (plan.kind === 'text') fields[plan.field] = value;
    else if (plan.kind === 'lower') fields[plan.field] = value.toLowerCase();
    else if (plan.kind === 'dashed') fields[plan.field] = value.replaceAll('.', '-');
    else {
      const integer = toInteger(value);
      if (integer !== undefined) fields[plan.field] = integer;
      else fields[plan.plain] = value;
    }
  });
  const type = cells[at.type];
  if (type === undefined) return undefined;
  putTime(fields, cells, ctx);
  fields['fortinet.firewall.type'] = type;
  const subtype = cells[at.subtype];
  if (subtype !== undefined) fields['fortinet.firewall.subtype'] = subtype;
  fields['observer.type'] = 'firewall';
  putEnds(fields, cells, type);
  putPlain(fields, cells, type);
  putKind(fields, cells, type, subtype);
  return { dataset: 'fortinet.fortigate', fields, confidence: 0.97, ...(remainder !== '' && { remainder }) };
}

function putTime(fields: Fields, cells: Cells, ctx: ParseContext): void {
  const date = cells[at.date];
  const time = cells[at.time];
  const zone = cells[at.tz];
  // eventtime: seconds up to FortiOS 6.0, nanoseconds since.
  const epoch = epochMs(cells[at.eventtime] ?? '');
  const event = epoch === undefined ? undefined : isoFromMs(epoch);
  if (date !== undefined && time !== undefined) {
    const stamp = isoStamp(`${date} ${time}${zone ?? ''}`, 0, contextOffset(ctx.timezone));
    const iso = stamp === undefined ? undefined : isoFromMs(stamp.ms);
    if (iso !== undefined) fields['@timestamp'] = iso;
    if (stamp !== undefined)
      fields['event.timezone'] = stamp.zoned && zone !== undefined ? zone : (ctx.timezone ?? '+08:00');
  } else if (event !== undefined) fields['@timestamp'] = event;
  if (event !== undefined) fields['event.start'] = event;
}

function putEnds(fields: Fields, cells: Cells, type: string): void {
  const remote = cells[at.remip];
  const local = cells[at.locip];
  const isEvent = type === 'event';
  // Who logs in to the box or dials in comes from the remote address; of an inspected session it is the destination.
  putAddress(fields, 'source', cells[at.srcip] ?? (isEvent ? (remote ?? cells[at.ipaddr]) : local));
  putAddress(fields, 'destination', cells[at.dstip] ?? (isEvent ? undefined : remote));
  if (!isEvent) {
    const from = toInteger(cells[at.locport] ?? '');
    const to = toInteger(cells[at.remport] ?? '');
    if (from !== undefined && fields['source.port'] === undefined) fields['source.port'] = from;
    if (to !== undefined && fields['destination.port'] === undefined) fields['destination.port'] = to;
  }
  const ip = fields['source.ip'] ?? fields['destination.ip'];
  if (typeof ip === 'string') fields['network.type'] = ip.indexOf(':') < 0 ? 'ipv4' : 'ipv6';
  const nat = cells[at.transip];
  if (nat !== undefined && isIp(nat) && nat !== '0.0.0.0') fields['source.nat.ip'] = nat;
  const target = cells[at.tranip];
  if (target !== undefined && isIp(target) && target !== '0.0.0.0') fields['destination.nat.ip'] = target;
  const srcName = cells[at.srcname];
  if (srcName !== undefined) fields['fortinet.firewall.srcname'] = srcName;
  if (srcName !== undefined && fields['source.domain'] === undefined) fields['source.domain'] = srcName;
  const dstName = cells[at.dstname];
  if (dstName !== undefined) {
    fields['destination.address'] = dstName;
    fields['destination.domain'] = dstName;
  }
  putTransport(fields, cells[at.proto]);
  putTotals(fields);
}

/** Cells whose meaning does not depend on others. */
function putPlain(fields: Fields, cells: Cells, type: string): void {
  const seconds = toInteger(cells[at.duration] ?? '');
  if (seconds !== undefined) fields['event.duration'] = seconds * 1e9;
  const url = cells[at.url];
  if (url !== undefined) putUrl(fields, url);
  const agent = cells[at.agent];
  if (agent !== undefined) putUserAgent(fields, agent);
  const user = cells[at.unauthuser] ?? cells[at.user];
  if (user !== undefined) {
    fields['user.name'] = user;
    fields['source.user.name'] = user;
  }
  const group = cells[at.group];
  if (group !== undefined) fields['source.user.group.name'] = group;
  const app = cells[at.app];
  if (app !== undefined) fields['network.application'] = app;
  const direction = (cells[at.direction] ?? cells[at.dir])?.toLowerCase();
  if (direction !== undefined)
    fields['network.direction'] =
      direction === 'outgoing' ? 'outbound' : direction === 'incoming' ? 'inbound' : direction;
  const described = type === 'event' ? cells[at.logdesc] : cells[at.comment];
  if (described !== undefined) fields['rule.description'] = described;
  const hash = cells[at.filehash];
  if (hash !== undefined) fields[hash.length === 64 ? 'file.hash.sha256' : 'fortinet.file.hash.crc32'] = hash;
  for (const [cell, key] of vendorKeys) {
    const value = cells[cell];
    if (value !== undefined) fields[key] = value;
  }
  if (type !== 'event' && cells[at.ipaddr] !== undefined)
    fields['dns.resolved_ip'] = cells[at.ipaddr]?.split(', ') ?? [];
  const severity = severityOf(cells[at.severity] ?? cells[at.crlevel]);
  if (severity !== undefined) fields['event.severity'] = severity;
}

/** Members that decide something above and are kept as FortiOS writes them. */
const vendors = [
  'action',
  'status',
  'result',
  'attack',
  'attackid',
  'virus',
  'virusid',
  'severity',
  'crlevel',
  'utmaction',
] as const satisfies readonly CellName[];
// Made once: a key put together anew for each line has to be looked up by its letters.
const vendorKeys = vendors.map((name) => [at[name], `fortinet.firewall.${name}`] as const);

function putKind(fields: Fields, cells: Cells, type: string, subtype: string | undefined): void {
  const action = cells[at.action];
  fields['event.category'] = ['network'];
  if (type === 'event') return putEventLog(fields, cells, subtype);
  if (type === 'traffic') return putTraffic(fields, cells, action);
  fields['event.type'] = subtype === 'dns' ? ['info', 'connection'] : ['connection'];
  putVerdict(fields, action, subtype === 'dns' ? 'info' : 'connection');
  const attack = cells[at.attack] ?? cells[at.virus];
  if (attack !== undefined || subtype === 'ips' || subtype === 'virus') {
    fields['event.kind'] = 'alert';
    fields['event.category'] = subtype === 'virus' ? ['network', 'malware'] : ['network', 'intrusion_detection'];
    if (attack !== undefined) fields['rule.name'] = attack;
  } else if (subtype === 'webfilter') fields['event.category'] = ['network', 'web'];
  else if (subtype === 'dlp') fields['event.category'] = ['network', 'file'];
}

/** A traffic record is written when the session ends, unless its action is `start`. */
function putTraffic(fields: Fields, cells: Cells, action: string | undefined): void {
  fields['event.type'] = ['connection'];
  putVerdict(fields, action);
  if (action === undefined) return;
  const denied = action === 'deny' || cells[at.utmaction] === 'block';
  const types = ['connection', action === 'start' ? 'start' : 'end', denied ? 'denied' : 'allowed'];
  if (action === 'ip-conn') types.push('error');
  if (cells[at.app] !== undefined && action !== 'deny') types.push('protocol');
  fields['event.type'] = types;
  if (denied) fields['event.outcome'] = 'failure';
}

function putEventLog(fields: Fields, cells: Cells, subtype: string | undefined): void {
  const action = cells[at.action];
  const status = cells[at.status];
  fields['event.type'] = ['info'];
  if (action !== undefined) fields['event.action'] = action.toLowerCase();
  if (status !== undefined)
    fields['event.outcome'] =
      status === 'success' ? 'success' : status === 'failed' || status === 'failure' ? 'failure' : 'unknown';
  if (cells[at.result] === 'ERROR' || status === 'negotiate_error') fields['event.outcome'] = 'failure';
  else if (cells[at.result] === 'OK') fields['event.outcome'] = 'success';
  const word = action?.toLowerCase() ?? '';
  if (word === 'fsso-logon' || word === 'auth-logon') putLogon(fields, 'start');
  else if (word === 'fsso-logoff' || word === 'auth-logout') putLogon(fields, 'end');
  else if (
    word === 'login' ||
    word === 'logout' ||
    word === 'authentication' ||
    subtype === 'user' ||
    word.startsWith('ssl-login') ||
    word === 'tunnel-up' ||
    word === 'tunnel-down'
  ) {
    fields['event.category'] = word.startsWith('tunnel') ? ['session', 'network'] : ['authentication'];
    fields['event.type'] = [word === 'logout' || word === 'tunnel-down' ? 'end' : 'start'];
    if (word === 'ssl-login-fail') fields['event.outcome'] = 'failure';
    if (subtype === 'vpn') {
      fields['event.category'] = [...new Set([...(fields['event.category'] as string[]), 'network'])];
      fields['event.type'] = [...(fields['event.type'] as string[]), 'connection'];
    }
  } else if (subtype === 'vpn') fields['event.type'] = ['connection'];
  else if (subtype === 'update') fields['event.category'] = ['host', 'malware'];
  else if (word === 'perf-stats') fields['event.category'] = ['host'];
  else if (word === 'edit' || word === 'add' || word === 'delete') {
    fields['event.category'] = ['configuration'];
    fields['event.type'] = [word === 'add' ? 'creation' : word === 'delete' ? 'deletion' : 'change'];
  }
}

function putLogon(fields: Fields, type: 'start' | 'end'): void {
  fields['event.category'] = ['authentication'];
  fields['event.type'] = ['user', type];
  fields['event.outcome'] = 'success';
}

/**
 * Fortinet FortiGate (FortiOS 5.x–7.x) key=value syslog: traffic, utm (virus, ips, webfilter, app-ctrl, dns, dlp) and event logs.
 * @example
 * ```ts
 * import { createParser, fortigate } from '@xinglin/parse';
 * const parser = createParser({ parsers: [fortigate] });
 * const line = '<189>date=2026-01-02 time=03:04:05 devname="fw" devid="FG1" logid="0000000013" type="traffic" subtype="forward" srcip=10.0.0.9 dstip=10.1.0.1 dstport=1433 proto=6 action="deny"';
 * parser.parse(line, { receivedAt: 0 }).fields['event.outcome']; // 'failure'
 * ```
 */
export const fortigate: ParserSpec = {
  dataset: 'fortinet.fortigate',
  vendor: 'Fortinet',
  product: 'FortiGate',
  formats: ['key=value syslog: traffic, utm, event'],
  reference: 'Fortinet FortiOS Log Message Reference',
  samples: 'fortinet-fortigate/samples.ndjson',
  role: 'observer',
  starts: 'dletsp',
  usual: 'dl',
  identify,
  parse,
};
