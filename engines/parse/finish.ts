import { isIp } from './scan/address.ts';
import { toInteger } from './scan/text.ts';
import { isoFromMs } from './scan/timestamps.ts';
import type { EcsValue, Fields, LogLine, ParseContext, Parsed, ParserSpec } from './types.ts';

function add(list: string[] | undefined, value: EcsValue | undefined): string[] | undefined {
  if (typeof value !== 'string' || value === '' || value === '-') return list;
  if (list === undefined) return [value];
  if (!list.includes(value)) list.push(value);
  return list;
}

/**
 * `related.ip`, `.user` and `.hosts`, so that one query finds an address, user or host whatever its part in the event. Every
 * lookup costs on every line, hence the order: what servers log, and what only devices log.
 */
export function putRelated(fields: Fields, role: 'host' | 'observer'): void {
  let ips = add(undefined, fields['source.ip']);
  ips = add(ips, fields['destination.ip']);
  let users = add(undefined, fields['user.name']);
  let hosts: string[] | undefined;
  if (role === 'host') {
    users = add(add(users, fields['user.effective.name']), fields['user.target.name']);
    hosts = add(add(undefined, fields['host.hostname']), fields['host.name']);
  } else {
    ips = add(add(ips, fields['source.nat.ip']), fields['destination.nat.ip']);
    users = add(add(users, fields['source.user.name']), fields['destination.user.name']);
    hosts = add(undefined, fields['observer.name']);
  }
  hosts = add(add(hosts, fields['source.domain']), fields['destination.domain']);
  if (ips !== undefined) fields['related.ip'] = ips;
  if (users !== undefined) fields['related.user'] = users;
  if (hosts !== undefined) fields['related.hosts'] = hosts;
}

const hashKeys = ['md5', 'sha1', 'sha256', 'imphash'] as const;

/** `related.hash`; called by the parsers whose logs have hashes. */
export function putRelatedHashes(fields: Fields, ...prefixes: readonly string[]): void {
  let hashes: string[] | undefined;
  for (const prefix of prefixes) for (const key of hashKeys) hashes = add(hashes, fields[`${prefix}.hash.${key}`]);
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
  putSyslog(fields, line, ctx, spec);
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
    if (fields['observer.vendor'] === undefined) fields['observer.vendor'] = spec.vendor;
    if (fields['observer.product'] === undefined) fields['observer.product'] = spec.product;
  }
  if (ctx.sender !== undefined) fields['log.source.address'] = ctx.sender;
  putRelated(fields, spec?.role ?? 'host');
}

function putSyslog(fields: Fields, line: LogLine, ctx: ParseContext, spec: ParserSpec | undefined): void {
  const role = spec?.role ?? 'host';
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
  // Keys are written out: a literal key is found through an inline cache, a computed one is looked up.
  const { hostname, appName, procId, msgId } = frame;
  if (hostname !== undefined) {
    if (role === 'host') {
      if (fields['host.hostname'] === undefined) fields['host.hostname'] = hostname;
    } else putDefault(fields, isIp(hostname) ? 'observer.ip' : 'observer.name', hostname);
  }
  if (appName !== undefined && fields['process.name'] === undefined) fields['process.name'] = appName;
  if (procId !== undefined && fields['process.pid'] === undefined) {
    const pid = toInteger(procId);
    if (pid !== undefined) fields['process.pid'] = pid;
    else fields['log.syslog.procid'] = procId;
  }
  if (msgId !== undefined) putDefault(fields, 'log.syslog.msgid', msgId);
  if (frame.structuredData !== undefined && spec?.ownsStructuredData !== true) {
    for (const [id, params] of frame.structuredData) {
      for (const [name, value] of params) fields[`log.syslog.structured_data.${id}.${name}`] = value;
    }
  }
}
