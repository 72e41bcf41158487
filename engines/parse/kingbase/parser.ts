import { postgresql } from '../postgresql/parser.ts';
import { parseJsonObject, textOf } from '../scan/json.ts';
import { putSqlAudit } from '../scan/sql-audit.ts';
import type { Fields, JsonDocument, LogLine, ParseContext, Parsed, ParserSpec } from '../types.ts';

const marks = ['kingbase', 'Kingbase', 'KingbaseES', 'sys_ctl', 'sys_hba', 'sys_log', 'sys_stat', '人大金仓'] as const;

/** The server log is PostgreSQL's; only what names the product tells them apart, or the source that is configured for it. */
function identify(line: LogLine): number {
  if (line.program === 'kingbase' || line.program === 'kingbasees') return 0.97;
  const head = line.message.slice(0, 400);
  return marks.some((mark) => head.indexOf(mark) >= 0) && postgresql.identify(line) > 0 ? 0.96 : 0;
}

function parse(line: LogLine, ctx: ParseContext): Parsed | undefined {
  const doc = parseJsonObject(line.message);
  if (doc !== undefined) return identifyObject(doc) > 0 ? parseObject(doc, ctx) : undefined;
  const parsed = postgresql.parse(line, ctx);
  if (parsed === undefined) return undefined;
  const fields: Fields = {};
  for (const key of Object.keys(parsed.fields)) {
    const value = parsed.fields[key];
    if (value !== undefined) fields[key.startsWith('postgresql.') ? `kingbase.${key.slice(11)}` : key] = value;
  }
  return { ...parsed, dataset: 'kingbase.log', fields, confidence: 0.96 };
}

/** A row of sysaudit's sys_audit_userlog or of the audit record view, as an agent ships it. */
function identifyObject(doc: JsonDocument): number {
  const product = textOf(doc['product']) ?? textOf(doc['db_type']) ?? '';
  if (/kingbase|金仓/i.test(product)) return 0.97;
  return doc['sql_text'] !== undefined && doc['audit_type'] !== undefined && doc['session_id'] !== undefined ? 0.8 : 0;
}

function parseObject(doc: JsonDocument, ctx: ParseContext): Parsed | undefined {
  const row = new Map<string, string>();
  for (const key of Object.keys(doc)) {
    const text = textOf(doc[key]);
    if (text !== undefined) row.set(key === '__proto__' ? '_proto_' : key, text);
  }
  const fields: Fields = {};
  return putSqlAudit(fields, row, 'kingbase.', ctx) < 2
    ? undefined
    : { dataset: 'kingbase.audit', fields, confidence: 0.9 };
}

/**
 * KingbaseES (人大金仓): server log in PostgreSQL's form, audit rows as JSON.
 * @example
 * ```ts
 * import { createParser, kingbase } from '@xinglin/parse';
 * const parser = createParser({ parsers: [kingbase] });
 * const line = '{"product":"KingbaseES","user_name":"his","client_ip":"10.20.1.15","sql_text":"select 1","result":"success","event_time":"2026-11-22 10:11:12"}';
 * parser.parse(line, { receivedAt: 0 }).fields['user.name']; // 'his'
 * ```
 */
export const kingbase: ParserSpec = {
  dataset: 'kingbase.log',
  datasets: ['kingbase.audit'],
  vendor: 'Kingbase 人大金仓',
  product: 'KingbaseES',
  formats: ['server log', 'audit rows as JSON'],
  reference:
    'KingbaseES 数据库管理员手册, "错误报告和日志"; 安全指南, "审计" (sysaudit); the line form is that of PostgreSQL',
  samples: 'kingbase/samples.ndjson',
  role: 'host',
  service: 'kingbase',
  programs: ['kingbase', 'kingbasees'],
  starts: '0123456789{',
  identify,
  parse,
  identifyObject,
  parseObject,
};
