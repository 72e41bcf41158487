import { putAddress } from '../scan/address.ts';
import { toInteger } from '../scan/text.ts';
import { bsdStamp, contextOffset, isoFromMs, isoStamp } from '../scan/timestamps.ts';
import type { Fields, LogLine, ParseContext, Parsed, ParserSpec } from '../types.ts';

/** Audit records to files and syslog; alert log as text and XML. */
function identify(line: LogLine): number {
  const text = line.message;
  if (text.startsWith('<msg time=')) return 0.95;
  if (/^ORA-\d{5}: /.test(text.slice(0, 12))) return 0.92;
  if (line.program.startsWith('oracle audit') || line.program === 'oracle') return 0.95;
  const length = text.indexOf('LENGTH');
  return length >= 0 && length < 48 && text.indexOf('ACTION') > 0 && text.indexOf(':[') > 0 ? 0.95 : 0;
}

/**
 * `NAME:[3] 'SYS'` or `NAME:[3] "SYS"`: the length in brackets is that of the value, so a quote inside it does not end it.
 */
function readMembers(text: string): Map<string, string> {
  const members = new Map<string, string>();
  let pos = 0;
  while (members.size < 200) {
    const mark = text.indexOf(':[', pos);
    if (mark < 0) break;
    const close = text.indexOf(']', mark);
    const size = close < 0 ? undefined : toInteger(text.slice(mark + 2, close));
    const quote = text.charAt(close + 2);
    if (close < 0 || (quote !== "'" && quote !== '"')) {
      pos = mark + 2;
      continue;
    }
    let begin = mark;
    while (
      begin > pos &&
      text.charCodeAt(begin - 1) !== 10 &&
      text.charAt(begin - 1) !== "'" &&
      text.charAt(begin - 1) !== '"'
    )
      begin--;
    const start = close + 3;
    // Lengths count bytes: with Chinese text the closing quote is looked for instead.
    let end = size !== undefined && text.charAt(start + size) === quote ? start + size : text.indexOf(quote, start);
    if (end < 0) end = text.length;
    const name = text.slice(begin, mark).trim();
    if (name !== '' && !members.has(name)) members.set(name, text.slice(start, end));
    pos = end + 1;
  }
  return members;
}

/** Member of an audit record → key. */
const keys: Readonly<Record<string, string>> = {
  'CLIENT TERMINAL': 'oracle.database_audit.client.terminal',
  TERMINAL: 'oracle.database_audit.terminal',
  'CLIENT USER': 'client.user.name',
  OS$USERID: 'client.user.name',
  'DATABASE USER': 'server.user.name',
  USERID: 'server.user.name',
  DBID: 'oracle.database_audit.database.id',
  SESSIONID: 'oracle.database_audit.session_id',
  ENTRYID: 'oracle.database_audit.entry.id',
  'ENTRY ID': 'oracle.database_audit.entry.id',
};

function parse(line: LogLine, ctx: ParseContext): Parsed | undefined {
  const text = line.message;
  if (text.startsWith('<msg ') || text.startsWith('ORA-')) return parseAlert(text, ctx);
  const members = readMembers(text);
  if (members.size < 2 || text.indexOf('ACTION') < 0) return undefined;
  const fields: Fields = {
    'event.action': 'database_audit',
    'event.category': ['database'],
    'event.type': ['access'],
  };
  putTime(fields, text, ctx);
  const length = /LENGTH ?: ?['"](\d{1,9})['"]/.exec(text.slice(0, 80))?.[1];
  if (length !== undefined) fields['oracle.database_audit.length'] = Number(length);
  for (const [name, value] of members) putMember(fields, name, value.trim());
  const code = members.get('RETURNCODE') ?? members.get('STATUS');
  fields['event.outcome'] = code === undefined || code === '0' ? 'success' : 'failure';
  const user = fields['server.user.name'];
  if (typeof user === 'string' && user !== '/') fields['user.name'] = user;
  return { dataset: 'oracle.database_audit', fields, confidence: 0.95 };
}

function putMember(fields: Fields, name: string, value: string): void {
  if (value === '') return;
  if (name === 'PRIVILEGE') fields['user.roles'] = value;
  else if (name === 'CLIENT ADDRESS') {
    // "(ADDRESS=(PROTOCOL=tcp)(HOST=10.0.0.9)(PORT=51000))"
    const host = /\(HOST=([^)]{1,128})\)/.exec(value.slice(0, 400))?.[1];
    putAddress(fields, 'client', host ?? value);
    if (host !== undefined) putAddress(fields, 'source', host, toInteger(/\(PORT=(\d{1,5})\)/.exec(value)?.[1] ?? ''));
  } else if (name === 'USERHOST') putAddress(fields, 'server', value);
  else if (name === 'ACTION') fields['oracle.database_audit.action'] = oneLine(value);
  else fields[keys[name] ?? `oracle.database_audit.${name.toLowerCase().replaceAll(/[ $]/g, '_')}`] = value;
}

/** Statements are wrapped over lines in the file. */
function oneLine(text: string): string {
  return text
    .replaceAll('\n', '')
    .split(' ')
    .filter((word) => word !== '')
    .join(' ');
}

/** `Sun Nov 22 10:11:12 2026 +08:00` */
function putTime(fields: Fields, text: string, ctx: ParseContext): void {
  if (text.charCodeAt(3) !== 32) return;
  const stamp = bsdStamp(text, 4, ctx.receivedAt, contextOffset(ctx.timezone));
  const iso = stamp === undefined ? undefined : isoFromMs(stamp.ms);
  if (stamp === undefined || iso === undefined) return;
  fields['@timestamp'] = iso;
  fields['event.timezone'] = stamp.zoned ? text.slice(stamp.end - 6, stamp.end) : (ctx.timezone ?? '+08:00');
}

/** Alert log: `ORA-00600: …`, or `<msg time='…' level='16' host_id='…'> <txt>…</txt></msg>`. */
function parseAlert(text: string, ctx: ParseContext): Parsed {
  const fields: Fields = { 'event.category': ['database'], 'event.type': ['info'] };
  let message = text;
  if (text.startsWith('<msg ')) {
    const open = text.indexOf('<txt>');
    const close = text.indexOf('</txt>', open);
    message = open < 0 ? text : text.slice(open + 5, close < 0 ? undefined : close).trim();
    const head = text.slice(0, open < 0 ? 1000 : open);
    for (const [, name, value] of head.matchAll(/([a-z_]{1,24})='([^']{0,200})'/g))
      if (name !== undefined && value !== undefined && value !== '') putAlertMember(fields, name, value, ctx);
  }
  const code = /\bORA-(\d{5})\b/.exec(message.slice(0, 400))?.[1];
  if (code !== undefined) {
    fields['event.code'] = `ORA-${code}`;
    fields['event.type'] = ['error'];
  }
  fields['message'] = message;
  return { dataset: 'oracle.alert', fields, confidence: 0.92 };
}

function putAlertMember(fields: Fields, name: string, value: string, ctx: ParseContext): void {
  if (name === 'time') {
    const stamp = isoStamp(value, 0, contextOffset(ctx.timezone));
    const iso = stamp === undefined ? undefined : isoFromMs(stamp.ms);
    if (iso !== undefined) fields['@timestamp'] = iso;
  } else if (name === 'host_id') fields['host.hostname'] = value;
  else if (name === 'host_addr') fields['host.ip'] = value;
  else fields[`oracle.alert.${name}`] = value;
}

/**
 * Oracle Database: audit records in operating system files and syslog, alert log.
 * @example
 * ```ts
 * import { createParser, oracle } from '@xinglin/parse';
 * const parser = createParser({ parsers: [oracle] });
 * const line = "Sun Nov 22 10:11:12 2026 +08:00\nLENGTH : '80'\nACTION :[7] 'CONNECT'\nDATABASE USER:[3] 'SYS'\nSTATUS:[4] '1017'";
 * parser.parse(line, { receivedAt: 0 }).fields['event.outcome']; // 'failure'
 * ```
 */
export const oracle: ParserSpec = {
  dataset: 'oracle.database_audit',
  datasets: ['oracle.alert'],
  vendor: 'Oracle',
  product: 'Database',
  formats: ['audit file', 'audit syslog', 'alert log text', 'alert log XML'],
  reference: 'Oracle Database Security Guide, "Operating system audit trail"; Administrator\'s Guide, "Alert log"',
  samples: 'oracle/samples.ndjson',
  role: 'host',
  service: 'oracle',
  programs: ['oracle audit', 'oracle'],
  starts: 'SMTWFLO<A',
  needs: ':',
  identify,
  parse,
};
