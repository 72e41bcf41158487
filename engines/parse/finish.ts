import { isIp } from './scan/address.ts';
import { toInteger } from './scan/text.ts';
import { isoFromMs } from './scan/timestamps.ts';
import type { EcsValue, Fields, LogLine, ParseContext, Parsed, ParserSpec } from './types.ts';

function unique(fields: Fields, keys: readonly string[], accept: (text: string) => boolean): string[] | undefined {
  let out: string[] | undefined;
  for (const key of keys) {
    const value = fields[key];
    if (typeof value !== 'string' || value === '' || !accept(value)) continue;
    if (out === undefined) out = [value];
    else if (!out.includes(value)) out.push(value);
  }
  return out;
}

const ipKeys = [
  'source.ip',
  'destination.ip',
  'client.ip',
  'server.ip',
  'source.nat.ip',
  'destination.nat.ip',
  'host.ip',
  'dns.resolved_ip',
];
const userKeys = [
  'user.name',
  'user.effective.name',
  'user.target.name',
  'user.changes.name',
  'source.user.name',
  'destination.user.name',
];
const hostKeys = [
  'host.hostname',
  'host.name',
  'observer.name',
  'destination.domain',
  'source.domain',
  'client.domain',
  'server.domain',
];
const hashKeys = [
  'file.hash.md5',
  'file.hash.sha1',
  'file.hash.sha256',
  'process.hash.md5',
  'process.hash.sha1',
  'process.hash.sha256',
  'process.hash.imphash',
];

const always = (): boolean => true;
const named = (text: string): boolean => text !== '-';

/** `related.*`, so that one query finds an address, user, host or hash whatever its part in the event. */
export function putRelated(fields: Fields): void {
  const ips = unique(fields, ipKeys, isIp);
  if (ips !== undefined) fields['related.ip'] = ips;
  const users = unique(fields, userKeys, named);
  if (users !== undefined) fields['related.user'] = users;
  const hosts = unique(fields, hostKeys, named);
  if (hosts !== undefined) fields['related.hosts'] = hosts;
  const hashes = unique(fields, hashKeys, always);
  if (hashes !== undefined) fields['related.hash'] = hashes;
}

/** Writes a key unless the parser has written it. */
export function putDefault(fields: Fields, key: string, value: EcsValue | undefined): void {
  if (value !== undefined && fields[key] === undefined) fields[key] = value;
}

/**
 * What every event gets, whichever parser read it: `event.dataset`, `event.module`, `event.kind`, the syslog header,
 * the sender, `related.*`.
 */
export function finishLine(spec: ParserSpec | undefined, parsed: Parsed, line: LogLine, ctx: ParseContext): Parsed {
  const { fields } = parsed;
  putSyslog(fields, line, ctx, spec?.role ?? 'host');
  putCommon(spec, parsed, ctx);
  return parsed;
}

/** The same for documents, which have no syslog header. */
export function finishObject(spec: ParserSpec | undefined, parsed: Parsed, ctx: ParseContext): Parsed {
  putCommon(spec, parsed, ctx);
  return parsed;
}

function putCommon(spec: ParserSpec | undefined, parsed: Parsed, ctx: ParseContext): void {
  const { fields, dataset } = parsed;
  fields['event.dataset'] = dataset;
  const dot = dataset.indexOf('.');
  fields['event.module'] = dot < 0 ? dataset : dataset.slice(0, dot);
  if (fields['event.kind'] === undefined) fields['event.kind'] = 'event';
  if (spec?.service !== undefined) fields['service.type'] = spec.service;
  if (spec?.role === 'observer') {
    putDefault(fields, 'observer.vendor', spec.vendor);
    putDefault(fields, 'observer.product', spec.product);
  }
  if (ctx.sender !== undefined) fields['log.source.address'] = ctx.sender;
  putRelated(fields);
}

function putSyslog(fields: Fields, line: LogLine, ctx: ParseContext, role: 'host' | 'observer'): void {
  const frame = line.syslog;
  if (frame === undefined) return;
  if (frame.priority !== undefined) {
    fields['log.syslog.priority'] = frame.priority;
    fields['log.syslog.facility.code'] = frame.priority >> 3;
    fields['log.syslog.severity.code'] = frame.priority & 7;
  }
  if (frame.timestamp !== undefined && fields['@timestamp'] === undefined) {
    const iso = isoFromMs(frame.timestamp);
    if (iso !== undefined) fields['@timestamp'] = iso;
    if (!frame.zoned) fields['event.timezone'] = ctx.timezone ?? '+08:00';
  }
  const key = role === 'host' ? 'host.hostname' : isIp(frame.hostname ?? '') ? 'observer.ip' : 'observer.name';
  putDefault(fields, key, frame.hostname);
  putDefault(fields, 'process.name', frame.appName);
  if (frame.procId !== undefined && fields['process.pid'] === undefined) {
    const pid = toInteger(frame.procId);
    if (pid !== undefined) fields['process.pid'] = pid;
    else fields['log.syslog.procid'] = frame.procId;
  }
  putDefault(fields, 'log.syslog.msgid', frame.msgId);
  if (frame.structuredData !== undefined) {
    for (const [id, params] of frame.structuredData) {
      for (const [name, value] of params) fields[`log.syslog.structured_data.${id}.${name}`] = value;
    }
  }
}
