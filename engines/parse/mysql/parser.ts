import { parseJsonObject } from '../scan/json.ts';
import { digitsAt } from '../scan/text.ts';
import { contextOffset, isoFromMs, isoStamp, type Stamp } from '../scan/timestamps.ts';
import type { Fields, LogLine, ParseContext, Parsed, ParserSpec } from '../types.ts';
import { identifyAudit, parseAuditObject, parseServerAudit } from './audit.ts';
import { parseSlow } from './slow.ts';

const database = ['database'] as const;
const infoType = ['info'] as const;
const errorType = ['error', 'info'] as const;

/** `161209 13:08:33`, the stamp of MySQL up to 5.6. */
function shortStamp(text: string, offset: number): Stamp | undefined {
  if (text.charCodeAt(6) !== 32 || digitsAt(text, 0, 6) < 0) return undefined;
  for (let i = 0; i < 6; i++) if (text.charCodeAt(i) < 48 || text.charCodeAt(i) > 57) return undefined;
  const clock = text.charCodeAt(7) === 32 ? 8 : 7;
  const stamp = isoStamp(
    `20${text.slice(0, 2)}-${text.slice(2, 4)}-${text.slice(4, 6)} ${text.slice(clock, clock + 8)}`,
    0,
    offset,
  );
  if (stamp === undefined) return undefined;
  return { ms: stamp.ms, end: clock + stamp.end - 11, zoned: false };
}

function identify(line: LogLine): number {
  const text = line.message;
  const first = text.charCodeAt(0);
  if (first === 35)
    return text.startsWith('# User@Host: ') || (text.startsWith('# Time: ') && text.indexOf('# User@Host: ') > 0)
      ? 0.98
      : 0;
  if (!(first >= 48 && first <= 57)) return 0;
  // MariaDB server_audit: "20260102 03:04:05,host,user,…"
  if (text.charCodeAt(8) === 32 && text.charCodeAt(17) === 44) return 0.9;
  const gap = text.charCodeAt(10);
  if (text.charCodeAt(6) === 32 && (text.charCodeAt(9) === 58 || text.charCodeAt(10) === 58))
    return text.indexOf(' [') > 0 || text.indexOf('mysqld') > 0 || text.indexOf('\t') > 0 ? 0.85 : 0.4;
  if (gap !== 84 && gap !== 32) return 0;
  const open = text.indexOf('[', 19);
  if (open > 0 && open < 60) {
    const close = text.indexOf(']', open);
    return levels.has(text.slice(open + 1, close)) && isThread(text, 19, open) ? 0.92 : 0;
  }
  return gap === 84 && generalCommand(text, text.indexOf('Z', 19) + 1) !== undefined ? 0.85 : 0;
}

const levels = new Set(['Note', 'Warning', 'Error', 'ERROR', 'System', 'Note ', 'Info']);

/** Between stamp and level stands the thread id only (and the fraction and zone of the stamp). */
function isThread(text: string, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i);
    if (!((code >= 48 && code <= 58) || code === 32 || code === 46 || code === 90 || code === 43 || code === 45))
      return false;
  }
  return true;
}

const commands = [
  'Query',
  'Connect',
  'Quit',
  'Init DB',
  'Prepare',
  'Execute',
  'Close stmt',
  'Statistics',
  'Field List',
  'Change user',
  'Binlog Dump',
  'Ping',
  'Reset stmt',
  'Fetch',
  'Shutdown',
  'Refresh',
  'Kill',
  'Sleep',
];

interface General {
  readonly thread: number;
  readonly command: string;
  readonly argument: string;
  readonly begin: number;
}

/** General log: `<thread> <command>\t<argument>`; copies through editors have spaces for tabs. */
function generalCommand(text: string, from: number): General | undefined {
  let pos = from;
  while (text.charCodeAt(pos) === 9 || text.charCodeAt(pos) === 32) pos++;
  const thread = digitsAt(text, pos, text.length);
  if (pos === from || thread < 0) return undefined;
  while (text.charCodeAt(pos) >= 48 && text.charCodeAt(pos) <= 57) pos++;
  if (text.charCodeAt(pos) !== 32) return undefined;
  const begin = pos + 1;
  const command = commands.find((word) => text.startsWith(word, begin));
  if (command === undefined) return undefined;
  const end = begin + command.length;
  const after = text.charCodeAt(end);
  if (end < text.length && after !== 9 && !(after === 32 && text.charCodeAt(end + 1) === 32)) return undefined;
  return { thread, command, argument: text.slice(end).trimStart(), begin };
}

function parse(line: LogLine, ctx: ParseContext): Parsed | undefined {
  const text = line.message;
  if (text.charCodeAt(0) === 35) return parseSlow(text, ctx);
  if (text.charCodeAt(0) === 123) {
    const doc = parseJsonObject(text);
    return doc === undefined || identifyAudit(doc) === 0 ? undefined : parseAuditObject(doc, ctx);
  }
  if (text.charCodeAt(8) === 32 && text.charCodeAt(17) === 44) return parseServerAudit(text, ctx);
  const offset = contextOffset(ctx.timezone);
  const stamp = isoStamp(text, 0, offset) ?? shortStamp(text, offset);
  if (stamp === undefined) return undefined;
  const fields: Fields = {
    'event.category': database,
    'event.type': infoType,
    'event.timezone': ctx.timezone ?? '+08:00',
  };
  const iso = isoFromMs(stamp.ms);
  if (iso !== undefined) fields['@timestamp'] = iso;
  const general = generalCommand(text, stamp.end);
  if (general !== undefined) return parseGeneral(fields, text, general);
  return parseError(fields, text, stamp.end);
}

function parseGeneral(fields: Fields, text: string, general: General): Parsed {
  fields['mysql.thread_id'] = general.thread;
  fields['message'] = text.slice(general.begin);
  fields['event.action'] = general.command.toLowerCase().replaceAll(' ', '-');
  if (general.command === 'Query' || general.command === 'Execute' || general.command === 'Prepare') {
    fields['event.type'] = ['access'];
    fields['mysql.general.query'] = general.argument;
  } else if (general.command === 'Connect') readConnect(fields, general.argument);
  return { dataset: 'mysql.general', fields, confidence: 0.9 };
}

/** `root@10.0.0.9 on his using TCP/IP`, `Access denied for user 'root'@'10.0.0.9' (using password: YES)` */
function readConnect(fields: Fields, argument: string): void {
  fields['event.category'] = ['database', 'authentication'];
  fields['event.type'] = ['start'];
  const denied = argument.startsWith('Access denied for user ');
  fields['event.outcome'] = denied ? 'failure' : 'success';
  const at = argument.indexOf('@');
  if (at < 0) return;
  const user = argument.slice(denied ? 23 : 0, at).replaceAll("'", '');
  if (user !== '') fields['user.name'] = user;
  const end = argument.indexOf(' ', at);
  putHost(fields, argument.slice(at + 1, end < 0 ? argument.length : end).replaceAll("'", ''));
  const on = argument.indexOf(' on ', at);
  const database = on < 0 ? '' : (argument.slice(on + 4).split(' ', 1)[0] ?? '');
  if (database !== '' && !denied && database !== 'using') fields['mysql.database'] = database;
}

function putHost(fields: Fields, host: string): void {
  if (host === '') return;
  fields['source.address'] = host;
  const digit = host.charCodeAt(0);
  if ((digit >= 48 && digit <= 57) || host.indexOf(':') >= 0) fields['source.ip'] = host;
  else fields['source.domain'] = host;
}

function parseError(fields: Fields, text: string, from: number): Parsed | undefined {
  let pos = from;
  while (text.charCodeAt(pos) === 32 || text.charCodeAt(pos) === 9) pos++;
  const open = text.indexOf('[', pos);
  const close = open < 0 ? -1 : text.indexOf(']', open);
  if (open >= 0 && close > open && open - pos <= 24 && isThread(text, pos, open)) {
    const thread = digitsAt(text, pos, open);
    if (thread >= 0) fields['mysql.thread_id'] = thread;
    const level = text.slice(open + 1, close).trim();
    fields['log.level'] = level;
    if (level.toLowerCase() === 'error') fields['event.type'] = errorType;
    pos = close + 1;
    while (text.charCodeAt(pos) === 32) pos++;
    readCode(fields, text, pos);
  } else {
    // "13:08:33 140736 InnoDB: …": a thread id without a level.
    const thread = digitsAt(text, pos, text.length);
    if (thread >= 0 && text.charCodeAt(pos) !== 48) {
      const end = text.indexOf(' ', pos);
      if (end > 0 && text.slice(pos, end) === String(thread)) {
        fields['mysql.thread_id'] = thread;
        pos = end + 1;
      }
    }
  }
  const message = text.slice(pos);
  fields['message'] = message;
  const denied = message.indexOf("Access denied for user '");
  if (denied >= 0) {
    readConnect(fields, message.slice(denied));
    fields['event.action'] = 'connect';
  }
  return { dataset: 'mysql.error', fields, confidence: 0.9 };
}

/** MySQL 8: `[MY-010116] [Server] message`; code and subsystem stay in the message too, as Filebeat keeps them. */
function readCode(fields: Fields, text: string, pos: number): void {
  if (!text.startsWith('[MY-', pos)) return;
  const close = text.indexOf(']', pos);
  if (close < 0) return;
  fields['event.code'] = text.slice(pos + 1, close);
  if (text.charCodeAt(close + 2) !== 91) return;
  const end = text.indexOf(']', close + 2);
  if (end > 0) fields['event.provider'] = text.slice(close + 3, end);
}

/**
 * MySQL and MariaDB: error log (5.x, 8.x), general log, slow query log, audit (server_audit CSV, Enterprise and Percona JSON).
 * @example
 * ```ts
 * import { createParser, mysql } from '@xinglin/parse';
 * const parser = createParser({ parsers: [mysql] });
 * parser.parse("2026-01-02T03:04:05.123456Z 12 [Note] Access denied for user 'root'@'10.0.0.9' (using password: YES)", { receivedAt: 0 }).fields['user.name'];
 * // 'root'
 * ```
 */
export const mysql: ParserSpec = {
  dataset: 'mysql.error',
  datasets: ['mysql.general', 'mysql.slowlog', 'mysql.audit'],
  vendor: 'Oracle',
  product: 'MySQL / MariaDB',
  formats: ['error log', 'general log', 'slow query log', 'server_audit CSV', 'audit JSON'],
  reference: 'MySQL Reference Manual, "MySQL Server Logs"; MariaDB Audit Plugin log format',
  samples: 'mysql/samples.ndjson',
  role: 'host',
  service: 'mysql',
  programs: ['mysqld', 'mariadbd', 'mysql-server_auditing', 'mysqld_safe'],
  starts: '#0123456789{',
  identify,
  parse,
  identifyObject: identifyAudit,
  parseObject: parseAuditObject,
};
