import { splitCsv } from '../scan/csv.ts';
import { parseJsonObject, textOf } from '../scan/json.ts';
import { putSqlAudit } from '../scan/sql-audit.ts';
import { toInteger } from '../scan/text.ts';
import { contextOffset, isoFromMs, isoStamp } from '../scan/timestamps.ts';
import type { Fields, JsonDocument, LogLine, ParseContext, Parsed, ParserSpec } from '../types.ts';

const levels = new Set(['ERROR', 'WARN', 'INFO', 'EDIAG', 'WDIAG', 'TRACE', 'DEBUG']);

/** `[2026-11-22 10:11:12.123456] INFO  [SERVER] func (file.cpp:12) [4711][T1][T1][Y0-0] [lt=8] text` of observer and obproxy. */
function identify(line: LogLine): number {
  const text = line.message;
  if (text.charCodeAt(0) === 91 && text.charCodeAt(20) === 46 && text.charCodeAt(27) === 93)
    return levels.has(text.slice(29, 34).trim()) && text.indexOf('.cpp:') > 0 ? 0.97 : 0;
  return audited(text) ? 0.95 : 0;
}

/**
 * obproxy_digest.log and obproxy_slow.log:
 * `2026-11-22 10:11:12.123456,his_cluster,,,,his_sys:his:HIS,OB_MYSQL,patient,patient,OB_MYSQL_COM_QUERY,SELECT,success,,select …,…us,…`
 */
function audited(text: string): boolean {
  return (
    text.charCodeAt(4) === 45 && text.charCodeAt(19) === 46 && text.charCodeAt(26) === 44 && text.indexOf(',OB_') > 0
  );
}

function parse(line: LogLine, ctx: ParseContext): Parsed | undefined {
  const text = line.message;
  if (text.charCodeAt(0) === 91) return parseServer(text, ctx);
  if (audited(text)) return parseDigest(text, ctx);
  const doc = parseJsonObject(text);
  return doc === undefined || identifyObject(doc) === 0 ? undefined : parseObject(doc, ctx);
}

function parseServer(text: string, ctx: ParseContext): Parsed | undefined {
  const stamp = isoStamp(text, 1, contextOffset(ctx.timezone));
  if (stamp === undefined) return undefined;
  const body = text.slice(stamp.end + 2);
  const level = body.slice(0, Math.max(body.indexOf(' '), 0));
  if (!levels.has(level)) return undefined;
  const fields: Fields = {
    'log.level': level,
    'event.category': ['database'],
    'event.type': [level === 'ERROR' ? 'error' : 'info'],
    'event.timezone': ctx.timezone ?? '+08:00',
  };
  const iso = isoFromMs(stamp.ms);
  if (iso !== undefined) fields['@timestamp'] = iso;
  const module = /^\w{4,5} {1,2}\[([A-Z0-9_.]{1,40})\] /.exec(body)?.[1];
  if (module !== undefined) fields['oceanbase.module'] = module;
  const place = /([\w-]{1,80}\.cpp):(\d{1,6})/.exec(body.slice(0, 240));
  if (place?.[1] !== undefined) fields['log.origin.file.name'] = place[1];
  const number = toInteger(place?.[2] ?? '');
  if (number !== undefined) fields['log.origin.file.line'] = number;
  const thread = /\[(\d{1,9})\]\[/.exec(body.slice(0, 400))?.[1];
  if (thread !== undefined) fields['process.thread.id'] = Number(thread);
  const trace = /\]\[(Y[0-9A-F-]{3,60})\]/.exec(body.slice(0, 500))?.[1];
  if (trace !== undefined) fields['trace.id'] = trace;
  const code = /(?:ret=|errcode=)(-\d{1,6})/.exec(body.slice(0, 2000))?.[1];
  if (code !== undefined) fields['event.code'] = code;
  const late = body.indexOf('] [lt=');
  const end = late < 0 ? -1 : body.indexOf(']', late + 2);
  fields['message'] = end < 0 ? body : body.slice(end + 1).trimStart();
  return { dataset: 'oceanbase.log', fields, confidence: 0.97 };
}

function parseDigest(text: string, ctx: ParseContext): Parsed | undefined {
  const cells = splitCsv(text);
  if (cells.length < 14) return undefined;
  const at = cells.findIndex((cell) => cell.startsWith('OB_'));
  const [tenant, database, user] = (cells[at - 1] ?? '').split(':', 3);
  const command = cells.findIndex((cell, index) => index > at && cell.startsWith('OB_MYSQL_COM'));
  const row = new Map<string, string>();
  const put = (name: string, value: string | undefined): void => {
    if (value !== undefined && value !== '') row.set(name, value);
  };
  put('TIME', cells[0]);
  put('TENANT_NAME', tenant);
  put('DB_NAME', database);
  put('USER_NAME', user);
  put('OBJECT_NAME', cells[at + 1]);
  put('ACTION', command < 0 ? undefined : cells[command + 1]?.toLowerCase());
  put('RESULT', command < 0 ? undefined : cells[command + 2]);
  put('return_code', command < 0 ? undefined : cells[command + 3]);
  // Obproxy writes a comma of a statement as "%2C".
  put('SQL_TEXT', command < 0 ? undefined : cells[command + 4]?.replaceAll('%2C', ','));
  const fields: Fields = {};
  putSqlAudit(fields, row, 'oceanbase.', ctx);
  if (cells[1] !== undefined && cells[1] !== '') fields['oceanbase.cluster'] = cells[1];
  const took = /^(\d{1,15})us$/.exec(cells[command + 5] ?? '')?.[1];
  if (took !== undefined) fields['event.duration'] = Number(took) * 1000;
  return { dataset: 'oceanbase.audit', fields, confidence: 0.95 };
}

/** A row of GV$OB_SQL_AUDIT, or of the security audit trail. */
function identifyObject(doc: JsonDocument): number {
  const upper = doc['SVR_IP'] !== undefined || doc['TENANT_NAME'] !== undefined;
  const lower = doc['svr_ip'] !== undefined || doc['tenant_name'] !== undefined;
  if (upper && doc['QUERY_SQL'] !== undefined) return 0.97;
  if (lower && doc['query_sql'] !== undefined) return 0.97;
  return (upper || lower) && (doc['ACTION_NAME'] ?? doc['action_name']) !== undefined ? 0.92 : 0;
}

function parseObject(doc: JsonDocument, ctx: ParseContext): Parsed | undefined {
  const row = new Map<string, string>();
  for (const key of Object.keys(doc)) {
    const text = textOf(doc[key]);
    if (text !== undefined) row.set(key === '__proto__' ? '_proto_' : key, text);
  }
  const fields: Fields = {};
  putSqlAudit(fields, row, 'oceanbase.', ctx);
  return { dataset: 'oceanbase.audit', fields, confidence: 0.97 };
}

/**
 * OceanBase: SQL audit (GV$OB_SQL_AUDIT rows, obproxy digest), server log.
 * @example
 * ```ts
 * import { createParser, oceanbase } from '@xinglin/parse';
 * const parser = createParser({ parsers: [oceanbase] });
 * const line = '{"SVR_IP":"10.20.0.8","TENANT_NAME":"his","USER_NAME":"HIS","CLIENT_IP":"10.20.1.15","CLIENT_PORT":51000,"QUERY_SQL":"select 1","RET_CODE":0,"REQUEST_TIME":1795313472123456}';
 * parser.parse(line, { receivedAt: 0 }).fields['source.port']; // 51000
 * ```
 */
export const oceanbase: ParserSpec = {
  dataset: 'oceanbase.audit',
  datasets: ['oceanbase.log'],
  vendor: 'OceanBase',
  product: 'Database / ODP',
  formats: ['GV$OB_SQL_AUDIT rows as JSON', 'obproxy digest', 'observer.log'],
  reference: 'OceanBase documentation, "GV$OB_SQL_AUDIT", "ODP 日志" (obproxy_digest.log), "日志格式" (observer.log)',
  samples: 'oceanbase/samples.ndjson',
  role: 'host',
  service: 'oceanbase',
  starts: '[{0123456789',
  identify,
  parse,
  identifyObject,
  parseObject,
};
