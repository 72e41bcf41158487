import { putAddress } from '../scan/address.ts';
import { parseJsonObject, textOf } from '../scan/json.ts';
import { putSqlAudit, putStatement } from '../scan/sql-audit.ts';
import { toInteger } from '../scan/text.ts';
import { contextOffset, isoFromMs, isoStamp } from '../scan/timestamps.ts';
import type { Fields, JsonDocument, LogLine, ParseContext, Parsed, ParserSpec } from '../types.ts';

/**
 * SQL log: `2026-11-22 10:11:12.123 (EP[0] sess:0x7f2c thrd:4711 user:HIS trxid:9 stmt:0x7f appname:his.exe ip:::ffff:10.20.1.15) [SEL]
 * select …`; instance log: `2026-11-22 10:11:12.123 [INFO] database P0000004711 T0000000000000004711  text`.
 */
function kindOf(text: string): 'sql' | 'instance' | undefined {
  if (text.charCodeAt(4) !== 45 || text.charCodeAt(19) !== 46) return undefined;
  const after = text.indexOf(' ', 20);
  if (text.startsWith(' (EP[', after)) return 'sql';
  return text.charCodeAt(after + 1) === 91 && / P\d{10} T\d{16,20}/.test(text.slice(after, after + 90))
    ? 'instance'
    : undefined;
}

function identify(line: LogLine): number {
  return kindOf(line.message) === undefined ? 0 : 0.97;
}

function parse(line: LogLine, ctx: ParseContext): Parsed | undefined {
  const text = line.message;
  const kind = kindOf(text);
  if (kind === undefined) {
    const doc = parseJsonObject(text);
    return doc === undefined ? undefined : parseObject(doc, ctx);
  }
  const stamp = isoStamp(text, 0, contextOffset(ctx.timezone));
  if (stamp === undefined) return undefined;
  const fields: Fields = { 'event.category': ['database'], 'event.timezone': ctx.timezone ?? '+08:00' };
  const iso = isoFromMs(stamp.ms);
  if (iso !== undefined) fields['@timestamp'] = iso;
  if (kind === 'sql') {
    readSql(fields, text, stamp.end + 1);
    return { dataset: 'dameng.sql', fields, confidence: 0.97 };
  }
  readInstance(fields, text, stamp.end + 1);
  return { dataset: 'dameng.log', fields, confidence: 0.97 };
}

const members: Readonly<Record<string, string>> = {
  sess: 'dameng.session',
  thrd: 'process.thread.id',
  user: 'user.name',
  trxid: 'dameng.transaction',
  stmt: 'dameng.statement',
  appname: 'process.name',
};

function readSql(fields: Fields, text: string, from: number): void {
  const close = text.indexOf(')', from);
  const end = close < 0 ? text.length : close;
  for (const part of text.slice(from + 1, end).split(' ', 32)) {
    const colon = part.indexOf(':');
    const value = part.slice(colon + 1);
    if (colon <= 0 || value === '') continue;
    const name = part.slice(0, colon);
    if (name === 'ip') putAddress(fields, 'source', value);
    else if (members[name] !== undefined) fields[members[name]] = value;
  }
  let body = text.slice(end + 1).trimStart();
  const tag = /^\[([A-Z]{2,8})\] ?:? ?/.exec(body);
  if (tag !== null) {
    fields['dameng.operation'] = tag[1] ?? '';
    body = body.slice(tag[0].length);
  }
  // "… EXECTIME: 12(ms) ROWCOUNT: 3(rows) EXEC_ID: 55." closes the record.
  const tail = body.lastIndexOf('EXECTIME: ');
  if (tail >= 0) {
    const numbers = /^EXECTIME: (\d{1,12})\(ms\)(?: ROWCOUNT: (\d{1,15})\(rows\))?/.exec(body.slice(tail, tail + 80));
    if (numbers?.[1] !== undefined) fields['event.duration'] = Number(numbers[1]) * 1e6;
    const count = toInteger(numbers?.[2] ?? '');
    if (count !== undefined) fields['database.rows'] = count;
    body = body.slice(0, tail).trimEnd();
  }
  if (tag?.[1] === 'LOGIN' || tag?.[1] === 'LOGOUT') fields['event.action'] = tag[1].toLowerCase();
  if (tag?.[1] === 'ORA') fields['dameng.operation'] = 'session';
  if (body !== '') fields['database.statement'] = body;
  putStatement(fields);
  if (fields['message'] === undefined) fields['message'] = body;
}

function readInstance(fields: Fields, text: string, from: number): void {
  const close = text.indexOf(']', from);
  fields['log.level'] = text.slice(from + 1, close);
  const mark = / P(\d{10}) T(\d{16,20}) {1,4}/.exec(text.slice(close, close + 120));
  const program = text.slice(close + 1, close + (mark?.index ?? 0)).trim();
  if (program !== '') fields['process.name'] = program;
  const pid = toInteger(mark?.[1] ?? '');
  if (pid !== undefined) fields['process.pid'] = pid;
  const level = fields['log.level'];
  fields['event.type'] = [level === 'ERROR' || level === 'FATAL' ? 'error' : 'info'];
  const message = text.slice(close + (mark === null ? 1 : mark.index + mark[0].length));
  fields['message'] = message;
  const login = /login (?:failed|fail|success)/i.exec(message.slice(0, 300));
  if (login === null) return;
  fields['event.category'] = ['database', 'authentication'];
  fields['event.type'] = ['start'];
  fields['event.outcome'] = /fail/i.test(login[0]) ? 'failure' : 'success';
}

function identifyObject(doc: JsonDocument): number {
  const own = doc['SUCC_FLAG'] !== undefined || doc['succ_flag'] !== undefined;
  return own && (doc['OPERATION'] ?? doc['operation']) !== undefined ? 0.96 : 0;
}

/** A row of V$AUDITRECORDS, as an agent ships it. */
function parseObject(doc: JsonDocument, ctx: ParseContext): Parsed | undefined {
  if (identifyObject(doc) === 0) return undefined;
  const row = new Map<string, string>();
  for (const key of Object.keys(doc)) {
    const text = textOf(doc[key]);
    if (text !== undefined) row.set(key === '__proto__' ? '_proto_' : key, text);
  }
  const fields: Fields = {};
  putSqlAudit(fields, row, 'dameng.', ctx);
  return { dataset: 'dameng.audit', fields, confidence: 0.96 };
}

/**
 * DM (达梦) database: audit rows, SQL log, instance log.
 * @example
 * ```ts
 * import { createParser, dameng } from '@xinglin/parse';
 * const parser = createParser({ parsers: [dameng] });
 * const line = '2026-11-22 10:11:12.123 (EP[0] sess:0x7f2c thrd:4711 user:HIS trxid:9 stmt:0x7f appname:his.exe ip:::ffff:10.20.1.15) [SEL] select name from patient EXECTIME: 12(ms) ROWCOUNT: 3(rows) EXEC_ID: 55.';
 * parser.parse(line, { receivedAt: 0 }).fields['source.ip']; // '10.20.1.15'
 * ```
 */
export const dameng: ParserSpec = {
  dataset: 'dameng.audit',
  datasets: ['dameng.sql', 'dameng.log'],
  vendor: 'Dameng 达梦',
  product: 'DM8',
  formats: ['V$AUDITRECORDS rows as JSON', 'dmsql log', 'instance log'],
  reference: '达梦 DM8 安全管理 ("审计", V$AUDITRECORDS) and 系统管理员手册 ("跟踪日志文件", SVR_LOG)',
  samples: 'dameng/samples.ndjson',
  role: 'host',
  service: 'dameng',
  starts: '{0123456789',
  identify,
  parse,
  identifyObject,
  parseObject,
};
