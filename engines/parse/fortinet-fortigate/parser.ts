import { isIp, putAddress } from '../scan/address.ts';
import { scanPairs } from '../scan/key-value.ts';
import { namer } from '../scan/names.ts';
import { putTotals, putTransport, putVerdict, severityOf } from '../scan/network.ts';
import { toInteger } from '../scan/text.ts';
import { contextOffset, isoFromMs, isoStamp } from '../scan/timestamps.ts';
import { putUrl } from '../scan/url.ts';
import { putUserAgent } from '../scan/user-agent.ts';
import type { Fields, LogLine, ParseContext, Parsed, ParserSpec } from '../types.ts';

/** FortiOS key → ECS key, for texts. */
const texts: ReadonlyMap<string, string> = new Map([
  ['devname', 'observer.name'],
  ['devid', 'observer.serial_number'],
  ['level', 'log.level'],
  ['srcintf', 'observer.ingress.interface.name'],
  ['dstintf', 'observer.egress.interface.name'],
  ['srccountry', 'source.geo.country_name'],
  ['dstcountry', 'destination.geo.country_name'],
  ['service', 'network.protocol'],
  ['app', 'network.application'],
  ['policyname', 'rule.name'],
  ['policyid', 'rule.id'],
  ['poluuid', 'rule.uuid'],
  ['user', 'user.name'],
  ['unauthuser', 'user.name'],
  ['group', 'user.group.name'],
  ['hostname', 'url.domain'],
  ['msg', 'message'],
  ['srcmac', 'source.mac'],
  ['dstmac', 'destination.mac'],
  ['filename', 'file.name'],
  ['filehash', 'file.hash.sha256'],
  ['analyticscksum', 'file.hash.sha256'],
  ['logid', 'event.code'],
  ['reason', 'event.reason'],
  ['httpmethod', 'http.request.method'],
  ['referralurl', 'http.request.referrer'],
  ['qname', 'dns.question.name'],
  ['qtype', 'dns.question.type'],
  ['catdesc', 'rule.category'],
  ['ref', 'event.reference'],
  ['direction', 'network.direction'],
  ['sessionid', 'network.session_id'],
]);

/** FortiOS key → ECS key, for whole numbers. */
const numbers: ReadonlyMap<string, string> = new Map([
  ['srcport', 'source.port'],
  ['dstport', 'destination.port'],
  ['sentbyte', 'source.bytes'],
  ['rcvdbyte', 'destination.bytes'],
  ['sentpkt', 'source.packets'],
  ['rcvdpkt', 'destination.packets'],
  ['transport', 'source.nat.port'],
  ['tranport', 'destination.nat.port'],
  ['filesize', 'file.size'],
]);

/** Read by {@link finish}; nothing else wants them. */
const handled = new Set([
  'date',
  'time',
  'tz',
  'eventtime',
  'srcip',
  'dstip',
  'remip',
  'proto',
  'action',
  'duration',
  'transip',
  'tranip',
  'url',
  'agent',
  'status',
  'type',
  'subtype',
  'attack',
  'attackid',
  'virus',
  'virusid',
  'severity',
  'crlevel',
  'crscore',
  'logdesc',
  'ipaddr',
  'srcname',
  'dstname',
]);

const nameOf = namer('fortinet.firewall.');

function identify(line: LogLine): number {
  const text = line.message;
  if (text.startsWith('date=')) return text.indexOf(' devid=') > 0 || text.indexOf(' logid=') > 0 ? 0.97 : 0;
  return text.indexOf('logid="') >= 0 && text.indexOf(' subtype="') > 0 ? 0.95 : 0;
}

function parse(line: LogLine, ctx: ParseContext): Parsed | undefined {
  const fields: Fields = {};
  const known = new Map<string, string>();
  const remainder = scanPairs(line.message, (key, value) => {
    if (value === '' || value === 'N/A') return;
    const text = texts.get(key);
    if (text !== undefined) fields[text] = text === 'network.protocol' ? value.toLowerCase() : value;
    else {
      const number = numbers.get(key);
      if (number !== undefined) {
        const integer = toInteger(value);
        if (integer !== undefined) fields[number] = integer;
        else fields[nameOf(key)] = value;
      } else if (handled.has(key)) known.set(key, value);
      else fields[nameOf(key)] = value;
    }
  });
  const type = known.get('type');
  if (type === undefined) return undefined;
  putTime(fields, known, ctx);
  fields['fortinet.firewall.type'] = type;
  const subtype = known.get('subtype');
  if (subtype !== undefined) fields['fortinet.firewall.subtype'] = subtype;
  finish(fields, known, type, subtype);
  return { dataset: 'fortinet.fortigate', fields, confidence: 0.97, ...(remainder !== '' && { remainder }) };
}

function putTime(fields: Fields, known: Map<string, string>, ctx: ParseContext): void {
  const date = known.get('date');
  const time = known.get('time');
  const zone = known.get('tz');
  if (date !== undefined && time !== undefined) {
    const stamp = isoStamp(`${date} ${time}${zone ?? ''}`, 0, contextOffset(ctx.timezone));
    const iso = stamp === undefined ? undefined : isoFromMs(stamp.ms);
    if (iso !== undefined) fields['@timestamp'] = iso;
    if (stamp !== undefined)
      fields['event.timezone'] = stamp.zoned && zone !== undefined ? zone : (ctx.timezone ?? '+08:00');
    return;
  }
  // eventtime: seconds up to FortiOS 6.0, nanoseconds since.
  const epoch = known.get('eventtime');
  const digits = epoch === undefined ? undefined : epoch.slice(0, 13);
  if (digits === undefined || !/^\d{10,13}$/.test(digits)) return;
  const iso = isoFromMs(digits.length === 10 ? Number(digits) * 1000 : Number(digits));
  if (iso !== undefined) fields['@timestamp'] = iso;
}

function finish(fields: Fields, known: Map<string, string>, type: string, subtype: string | undefined): void {
  putAddress(
    fields,
    'source',
    known.get('srcip') ?? (type === 'event' ? (known.get('remip') ?? known.get('ipaddr')) : undefined),
  );
  putAddress(fields, 'destination', known.get('dstip') ?? (type === 'event' ? undefined : known.get('remip')));
  const nat = known.get('transip');
  if (nat !== undefined && isIp(nat) && nat !== '0.0.0.0') fields['source.nat.ip'] = nat;
  const target = known.get('tranip');
  if (target !== undefined && isIp(target) && target !== '0.0.0.0') fields['destination.nat.ip'] = target;
  if (known.has('srcname')) fields['source.domain'] = known.get('srcname') ?? '';
  if (known.has('dstname')) fields['destination.domain'] = known.get('dstname') ?? '';
  putTransport(fields, known.get('proto'));
  putTotals(fields);
  const seconds = toInteger(known.get('duration') ?? '');
  if (seconds !== undefined) fields['event.duration'] = seconds * 1e9;
  const url = known.get('url');
  if (url !== undefined) putUrl(fields, url);
  const agent = known.get('agent');
  if (agent !== undefined) putUserAgent(fields, agent);
  for (const key of ['crlevel', 'crscore', 'logdesc', 'status', 'attackid', 'virusid', 'severity'] as const) {
    const value = known.get(key);
    if (value !== undefined) fields[nameOf(key)] = value;
  }
  const severity = severityOf(known.get('severity') ?? known.get('crlevel'));
  if (severity !== undefined) fields['event.severity'] = severity;
  putKind(fields, known, type, subtype);
}

function putKind(fields: Fields, known: Map<string, string>, type: string, subtype: string | undefined): void {
  const action = known.get('action');
  fields['event.category'] = ['network'];
  if (type === 'event') return putEventLog(fields, known, subtype);
  fields['event.type'] = ['connection'];
  putVerdict(fields, action);
  if (type === 'traffic') return;
  const attack = known.get('attack') ?? known.get('virus');
  if (attack !== undefined) {
    fields['event.kind'] = 'alert';
    fields['event.category'] = known.has('virus') ? ['network', 'malware'] : ['network', 'intrusion_detection'];
    fields['rule.name'] = attack;
    const id = known.get('attackid') ?? known.get('virusid');
    if (id !== undefined) fields['rule.id'] = id;
  } else if (subtype === 'webfilter') fields['event.category'] = ['network', 'web'];
  else if (subtype === 'dlp') fields['event.category'] = ['network', 'file'];
}

function putEventLog(fields: Fields, known: Map<string, string>, subtype: string | undefined): void {
  const action = known.get('action');
  const status = known.get('status');
  fields['event.type'] = ['info'];
  if (action !== undefined) fields['event.action'] = action.toLowerCase();
  if (status !== undefined)
    fields['event.outcome'] =
      status === 'success' ? 'success' : status === 'failed' || status === 'failure' ? 'failure' : 'unknown';
  const word = action?.toLowerCase() ?? '';
  if (
    word === 'login' ||
    word === 'logout' ||
    word === 'authentication' ||
    subtype === 'user' ||
    word.startsWith('ssl-login') ||
    word === 'tunnel-up' ||
    word === 'tunnel-down'
  ) {
    fields['event.category'] = word.startsWith('tunnel') ? ['session', 'network'] : ['authentication'];
    if (word === 'logout' || word === 'tunnel-down') fields['event.type'] = ['end'];
    else fields['event.type'] = ['start'];
    if (word === 'ssl-login-fail') fields['event.outcome'] = 'failure';
  } else if (word === 'edit' || word === 'add' || word === 'delete') {
    fields['event.category'] = ['configuration'];
    fields['event.type'] = [word === 'add' ? 'creation' : word === 'delete' ? 'deletion' : 'change'];
  }
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
  identify,
  parse,
};
