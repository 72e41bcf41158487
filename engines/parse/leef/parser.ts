import { isIp, putAddress } from '../scan/address.ts';
import { splitHeader } from '../scan/extension.ts';
import { putTransport, putVerdict, severityOf } from '../scan/network.ts';
import { toInteger } from '../scan/text.ts';
import { anyTime, contextOffset, isoFromMs } from '../scan/timestamps.ts';
import { putUrl } from '../scan/url.ts';
import { putUserAgent } from '../scan/user-agent.ts';
import type { Fields, LogLine, ParseContext, Parsed, ParserSpec } from '../types.ts';

/** Predefined LEEF attributes (IBM QRadar LEEF guide) → ECS, texts. */
const texts: ReadonlyMap<string, string> = new Map([
  ['cat', 'leef.category'],
  ['usrName', 'user.name'],
  ['accountName', 'user.name'],
  ['domain', 'user.domain'],
  ['groupID', 'group.id'],
  ['role', 'user.roles'],
  ['srcMAC', 'source.mac'],
  ['dstMAC', 'destination.mac'],
  ['policy', 'rule.name'],
  ['resource', 'service.name'],
  ['identHostName', 'source.domain'],
  ['vSrcName', 'leef.virtual_source'],
  ['realm', 'leef.realm'],
  ['method', 'http.request.method'],
  ['referrer', 'http.request.referrer'],
  ['msg', 'message'],
  ['filename', 'file.name'],
  ['reason', 'event.reason'],
  ['fileHash', 'file.hash.sha256'],
]);
const numbers: ReadonlyMap<string, string> = new Map([
  ['srcPort', 'source.port'],
  ['dstPort', 'destination.port'],
  ['srcPostNATPort', 'source.nat.port'],
  ['dstPostNATPort', 'destination.nat.port'],
  ['srcBytes', 'source.bytes'],
  ['dstBytes', 'destination.bytes'],
  ['srcPackets', 'source.packets'],
  ['dstPackets', 'destination.packets'],
]);

function identify(line: LogLine): number {
  const at = line.message.indexOf('LEEF:');
  if (at < 0 || at > 256) return 0;
  const code = line.message.charCodeAt(at + 5);
  return code === 49 || code === 50 ? 1 : 0;
}

function parse(line: LogLine, ctx: ParseContext): Parsed | undefined {
  const text = line.message;
  const at = text.indexOf('LEEF:');
  if (at < 0) return undefined;
  const header = splitHeader(text, at + 5, 5);
  if (header === undefined) return undefined;
  const [version = '', vendor = '', product = '', productVersion = '', id = ''] = header.parts;
  let begin = header.end;
  let mark = '\t';
  if (version.charCodeAt(0) === 50) {
    const bar = text.indexOf('|', begin);
    const written = bar < 0 ? '' : text.slice(begin, bar);
    if (bar >= 0 && written.length <= 5) {
      mark = delimiterOf(written);
      begin = bar + 1;
    }
  }
  const fields: Fields = {
    'leef.version': version,
    'observer.vendor': vendor,
    'observer.product': product,
    'observer.version': productVersion,
    'event.code': id,
  };
  // Senders that lose the tabs on the way (syslog relays turn them into spaces) still have key=value words.
  const parts = text.slice(begin).split(mark);
  const rest = readAttributes(fields, parts, ctx);
  if (fields['message'] === undefined) fields['message'] = id;
  return { dataset: 'leef.log', fields, confidence: 1, ...(rest !== '' && { remainder: rest }) };
}

/** One character, or its code as `x09`, `0x5E`. */
function delimiterOf(written: string): string {
  if (written.length <= 1) return written === '' ? '\t' : written;
  const hex = /^0?x([0-9a-f]{1,4})$/i.exec(written);
  return hex === null ? '\t' : String.fromCharCode(Number.parseInt(hex[1] ?? '9', 16));
}

function readAttributes(fields: Fields, parts: readonly string[], ctx: ParseContext): string {
  const pairs = new Map<string, string>();
  let rest = '';
  for (const part of parts) {
    const eq = part.indexOf('=');
    const key = eq < 0 ? '' : part.slice(0, eq).trim();
    if (key === '') {
      if (part.trim() !== '') rest += (rest === '' ? '' : ' ') + part.trim();
      continue;
    }
    pairs.set(key, part.slice(eq + 1));
  }
  for (const [key, value] of pairs) {
    if (value === '' || key.endsWith('Label')) continue;
    const label = pairs.get(`${key}Label`);
    if (label !== undefined) fields[`leef.attributes.${label.trim().replaceAll(' ', '_')}`] = value;
    else putPair(fields, key, value, pairs, ctx);
  }
  return rest;
}

function putPair(
  fields: Fields,
  key: string,
  value: string,
  pairs: ReadonlyMap<string, string>,
  ctx: ParseContext,
): void {
  const text = texts.get(key);
  if (text !== undefined) {
    if (fields[text] === undefined) fields[text] = value;
    return;
  }
  const number = numbers.get(key);
  if (number !== undefined) {
    const integer = toInteger(value);
    if (integer !== undefined) fields[number] = integer;
    else fields[`leef.attributes.${key}`] = value;
    return;
  }
  switch (key) {
    case 'src':
    case 'dst':
      return putAddress(fields, key === 'src' ? 'source' : 'destination', value);
    case 'srcPreNAT':
    case 'identSrc':
      return putIp(fields, 'source.address', key, value);
    case 'srcPostNAT':
      return putIp(fields, 'source.nat.ip', key, value);
    case 'dstPostNAT':
      return putIp(fields, 'destination.nat.ip', key, value);
    case 'proto':
      return putTransport(fields, value);
    case 'url':
      return putUrl(fields, value);
    case 'userAgent':
      return putUserAgent(fields, value);
    case 'action':
      return putVerdict(fields, value, 'info');
    case 'sev':
      return putSeverity(fields, value);
    case 'devTime': {
      const ms = readTime(value, pairs.get('devTimeFormat'), ctx);
      const iso = ms === undefined ? undefined : isoFromMs(ms);
      fields[iso === undefined ? 'leef.attributes.devTime' : '@timestamp'] = iso ?? value;
      return;
    }
    case 'devTimeFormat':
      return;
    default:
      fields[`leef.attributes.${key}`] = value;
  }
}

/** devTimeFormat is a Java pattern; month-first and day-first differ only by it. */
function readTime(value: string, format: string | undefined, ctx: ParseContext): number | undefined {
  const offset = contextOffset(ctx.timezone);
  if (format !== undefined && (format.startsWith('MM/dd/yyyy') || format.startsWith('dd/MM/yyyy'))) {
    const match = /^(\d{1,2})[/-](\d{1,2})[/-](\d{4}) (.{5,20})$/.exec(value);
    if (match === null) return undefined;
    const [first, second] = format.startsWith('MM') ? [match[1], match[2]] : [match[2], match[1]];
    return anyTime(
      `${match[3]}-${first?.padStart(2, '0')}-${second?.padStart(2, '0')} ${match[4]}`,
      ctx.receivedAt,
      offset,
    );
  }
  return anyTime(value, ctx.receivedAt, offset);
}

function putIp(fields: Fields, key: string, name: string, value: string): void {
  if (isIp(value)) {
    if (fields[key] === undefined) fields[key] = value;
  } else fields[`leef.attributes.${name}`] = value;
}

function putSeverity(fields: Fields, value: string): void {
  const number = toInteger(value);
  const severity = number === undefined ? severityOf(value) : number <= 10 ? number * 10 : Math.min(number, 100);
  if (severity !== undefined && severity >= 0) fields['event.severity'] = severity;
}

/**
 * IBM Log Event Extended Format 1.0 and 2.0 (own delimiter), any vendor.
 * @example
 * ```ts
 * import { createParser, leef } from '@xinglin/parse';
 * const parser = createParser({ parsers: [leef] });
 * parser.parse('LEEF:2.0|Acme|FW|1.0|deny|^|src=10.0.0.9^dst=10.0.0.1^dstPort=3389^sev=8', { receivedAt: 0 }).fields['destination.port']; // 3389
 * ```
 */
export const leef: ParserSpec = {
  dataset: 'leef.log',
  vendor: 'any',
  product: 'LEEF',
  formats: ['LEEF:1.0', 'LEEF:2.0'],
  reference: 'IBM QRadar LEEF Guide, versions 1.0 and 2.0',
  samples: 'leef/samples.ndjson',
  role: 'observer',
  needs: '|',
  identify,
  parse,
};
