import type { Fields, ParseContext } from '../types.ts';
import { isIp, putAddress, splitEndpoint } from './address.ts';
import { roleOf, type Role } from './device-names.ts';
import { putTotals, putTransport, putVerdict, severityOf } from './network.ts';
import { toInteger } from './text.ts';
import { anyTime, contextOffset, isoFromMs } from './timestamps.ts';
import { putUrl } from './url.ts';
import { putUserAgent } from './user-agent.ts';

const memo = new Map<string, Role | ''>();

function roleFor(key: string): Role | undefined {
  let role = memo.get(key);
  if (role === undefined) {
    const paren = key.endsWith(')') ? key.indexOf('(') : -1;
    const plain = (paren > 0 ? key.slice(0, paren) : key).toLowerCase().replaceAll(/[_\-\s.]/g, '');
    role = roleOf.get(plain) ?? '';
    if (memo.size < 2048 && key.length <= 48) memo.set(key, role);
  }
  return role === '' ? undefined : role;
}

const texts: Readonly<Partial<Record<Role, string>>> = {
  srcMac: 'source.mac',
  dstMac: 'destination.mac',
  app: 'network.application',
  ruleName: 'rule.name',
  ruleId: 'rule.id',
  category: 'rule.category',
  host: 'url.domain',
  method: 'http.request.method',
  referrer: 'http.request.referrer',
  user: 'user.name',
  userGroup: 'user.group.name',
  message: 'message',
  srcZone: 'observer.ingress.zone',
  dstZone: 'observer.egress.zone',
  ingress: 'observer.ingress.interface.name',
  egress: 'observer.egress.interface.name',
  device: 'observer.name',
  serial: 'observer.serial_number',
  session: 'network.session_id',
  file: 'file.name',
  path: 'file.path',
  command: 'process.command_line',
  reason: 'event.reason',
  srcCountry: 'source.geo.country_name',
  dstCountry: 'destination.geo.country_name',
};
const integers: Readonly<Partial<Record<Role, string>>> = {
  sent: 'source.bytes',
  received: 'destination.bytes',
  sentPackets: 'source.packets',
  receivedPackets: 'destination.packets',
  srcNatPort: 'source.nat.port',
  dstNatPort: 'destination.nat.port',
};

/**
 * Writes the members of a security device's log in ECS; members nobody knows go under `prefix`. Answers how many addresses it
 * found, which tells a device's log from any other list of pairs.
 * @example
 * ```ts
 * import { putDevice } from './device.ts';
 * const fields = {};
 * putDevice(fields, new Map([['源IP', '10.0.0.9'], ['动作', '阻断']]), 'acme.', { receivedAt: 0 });
 * // source.ip '10.0.0.9', event.type ['connection', 'denied']
 * ```
 */
export function putDevice(
  fields: Fields,
  pairs: ReadonlyMap<string, string>,
  prefix: string,
  ctx: ParseContext,
): number {
  const found = new Map<Role, string>();
  for (const [key, raw] of pairs) {
    const value = raw.trim();
    if (value === '' || value === '-' || value === 'N/A' || value === 'null') continue;
    const role = roleFor(key);
    if (role === undefined || found.has(role)) {
      fields[prefix + key] = value;
      continue;
    }
    found.set(role, value);
    const text = texts[role];
    const integer = integers[role];
    if (text !== undefined) fields[text] = value;
    else if (integer !== undefined) {
      const number = toInteger(value);
      if (number !== undefined) fields[integer] = number;
      else fields[prefix + key] = value;
    }
  }
  putTime(fields, found, ctx);
  const addresses = putEnds(fields, found);
  putWeb(fields, found);
  putMeaning(fields, found, prefix);
  putTotals(fields);
  return addresses;
}

function putTime(fields: Fields, found: ReadonlyMap<Role, string>, ctx: ParseContext): void {
  const time = found.get('time');
  const ms = time === undefined ? undefined : anyTime(time, ctx.receivedAt, contextOffset(ctx.timezone));
  const iso = ms === undefined ? undefined : isoFromMs(ms);
  if (iso === undefined) return;
  fields['@timestamp'] = iso;
  fields['event.timezone'] = ctx.timezone ?? '+08:00';
}

function putEnds(fields: Fields, found: ReadonlyMap<Role, string>): number {
  let addresses = 0;
  for (const [side, ip, port] of [
    ['source', 'srcIp', 'srcPort'],
    ['destination', 'dstIp', 'dstPort'],
  ] as const) {
    const text = found.get(ip);
    const end = text === undefined ? undefined : splitEndpoint(text);
    const number = toInteger(found.get(port) ?? '') ?? end?.port;
    putAddress(
      fields,
      side,
      end?.address,
      number !== undefined && number >= 0 && number <= 65_535 ? number : undefined,
    );
    if (end !== undefined && isIp(end.address)) addresses++;
  }
  const srcNat = found.get('srcNatIp');
  if (srcNat !== undefined && isIp(srcNat) && srcNat !== '0.0.0.0') fields['source.nat.ip'] = srcNat;
  const dstNat = found.get('dstNatIp');
  if (dstNat !== undefined && isIp(dstNat) && dstNat !== '0.0.0.0') fields['destination.nat.ip'] = dstNat;
  putTransport(fields, found.get('proto'));
  return addresses;
}

function putWeb(fields: Fields, found: ReadonlyMap<Role, string>): void {
  const url = found.get('url');
  if (url !== undefined) {
    const host = fields['url.domain'];
    const slash = url.indexOf('/');
    // Devices write "his.example.cn/login" without a scheme.
    if (slash > 0 && url.indexOf('://') < 0 && url.lastIndexOf('.', slash) > 0) {
      putUrl(fields, url.slice(slash));
      fields['url.original'] = url;
      fields['url.domain'] = url.slice(0, slash);
    } else putUrl(fields, url);
    if (host !== undefined) fields['url.domain'] = host;
  }
  const agent = found.get('agent');
  if (agent !== undefined) putUserAgent(fields, agent);
  const status = toInteger(found.get('status') ?? '');
  if (status !== undefined && status >= 100 && status < 600) fields['http.response.status_code'] = status;
  const hash = found.get('hash');
  if (hash !== undefined)
    fields[`file.hash.${hash.length === 40 ? 'sha1' : hash.length === 64 ? 'sha256' : 'md5'}`] = hash;
}

function putMeaning(fields: Fields, found: ReadonlyMap<Role, string>, prefix: string): void {
  const threat = found.get('threat');
  fields['event.category'] = ['network'];
  fields['event.type'] = ['info'];
  if (threat !== undefined) {
    fields['event.kind'] = 'alert';
    fields['event.category'] = ['network', 'intrusion_detection'];
    if (fields['rule.name'] !== undefined) fields[`${prefix}policy`] = fields['rule.name'];
    fields['rule.name'] = threat;
    if (fields['message'] === undefined) fields['message'] = threat;
  } else if (found.has('srcIp') && found.has('dstIp')) fields['event.type'] = ['connection'];
  putVerdict(fields, found.get('action'), threat === undefined ? 'connection' : 'info');
  const severity = found.get('severity');
  if (severity !== undefined) {
    fields['log.level'] = severity;
    const number = severityOf(severity);
    if (number !== undefined) fields['event.severity'] = number;
  }
  const result = found.get('result')?.toLowerCase();
  if (result !== undefined) {
    if (result.includes('成功') || result === 'success' || result === 'succeed' || result === 'ok' || result === '0')
      fields['event.outcome'] = 'success';
    else if (result.includes('失败') || result.startsWith('fail')) fields['event.outcome'] = 'failure';
    else fields[`${prefix}result`] = result;
  }
  const type = found.get('type');
  if (type !== undefined) fields[`${prefix}type`] = type;
  const seconds = toInteger(found.get('duration') ?? '');
  if (seconds !== undefined && seconds >= 0 && seconds < 1e8) fields['event.duration'] = seconds * 1e9;
}

/**
 * Pairs written `名称:值, 名称:值` or `名称/值,名称/值`: a value runs to the mark that is followed by a short name and the
 * assignment, so commas inside values survive.
 * @example
 * ```ts
 * import { readNamed } from './device.ts';
 * readNamed('源IP:10.0.0.9, URL:/a,b, 动作:拒绝', ':', ',').get('URL'); // '/a,b'
 * ```
 */
export function readNamed(text: string, assign: string, separator: string): Map<string, string> {
  const pairs = new Map<string, string>();
  let key = '';
  let value = '';
  // A mark at the very end closes the last pair.
  for (const part of (text.endsWith(separator) ? text.slice(0, -separator.length) : text).split(separator, 2000)) {
    const at = part.indexOf(assign);
    const name = at < 0 ? '' : part.slice(0, at).trim();
    if (name !== '' && name.length <= 24 && isName(name)) {
      if (key !== '' && !pairs.has(key)) pairs.set(key, value.trim());
      key = name;
      value = part.slice(at + assign.length);
    } else value += separator + part;
  }
  if (key !== '' && !pairs.has(key)) pairs.set(key, value.trim());
  return pairs;
}

/** Letters, digits, `_ - . ( )`, spaces and Chinese; a name does not begin with a digit or slash. */
function isName(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const lower = code | 32;
    const letter = (lower >= 97 && lower <= 122) || code >= 0x4e00 || code === 95;
    const more =
      (code >= 48 && code <= 57) ||
      code === 45 ||
      code === 46 ||
      code === 40 ||
      code === 41 ||
      code === 32 ||
      code === 47;
    if (!letter && (i === 0 || !more)) return false;
  }
  return true;
}
