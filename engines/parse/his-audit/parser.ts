import { isIp, plainIp } from '../scan/address.ts';
import { ecsValue, numberOf, parseJsonObject, textOf } from '../scan/json.ts';
import { anyTime, contextOffset, isoFromMs } from '../scan/timestamps.ts';
import { putUrl } from '../scan/url.ts';
import type { Fields, JsonDocument, LogLine, ParseContext, Parsed, ParserSpec } from '../types.ts';
import { actions, memberOf, objects, type Member } from './schema.ts';

/** Members that only an audit record has; an ordinary application log has at most one of them. */
const telling: ReadonlySet<Member> = new Set<Member>([
  'operatorName',
  'operatorId',
  'department',
  'workstation',
  'action',
  'objectType',
  'patientId',
  'patientName',
  'visitId',
  'rowCount',
  'sql',
  'function',
]);
const clinical: ReadonlySet<Member> = new Set<Member>(['department', 'patientId', 'patientName', 'visitId']);

function isHan(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0x4e00 && code <= 0x9fff) return true;
  }
  return false;
}

function identifyObject(doc: JsonDocument): number {
  if (doc['log_type'] === 'his_audit' || doc['dataset'] === 'his.audit') return 1;
  let score = 0;
  let own = false;
  let actor = false;
  let seen = 0;
  for (const key in doc) {
    if (++seen > 80) break;
    const member = memberOf.get(key);
    if (member === undefined) continue;
    if (member === 'operatorName' || member === 'operatorId') actor = true;
    if (telling.has(member)) score++;
    if (clinical.has(member) || (isHan(key) && telling.has(member))) own = true;
  }
  return actor && own && score >= 3 ? Math.min(0.97, 0.8 + score * 0.03) : 0;
}

function identify(): number {
  return 0;
}

function parse(line: LogLine, ctx: ParseContext): Parsed | undefined {
  const doc = parseJsonObject(line.message);
  return doc === undefined || identifyObject(doc) === 0 ? undefined : parseObject(doc, ctx);
}

/** The word of a table whose list holds the text, or is contained in it ("处方查询" is a query of prescriptions). */
function wordOf(table: Readonly<Record<string, readonly string[]>>, text: string): string | undefined {
  const lower = text.toLowerCase();
  for (const key of Object.keys(table)) if (table[key]?.includes(lower) === true) return key;
  for (const key of Object.keys(table)) {
    if (table[key]?.some((word) => lower.includes(word) && (isHan(word) || lower.length < 32)) === true) return key;
  }
  return undefined;
}

const targets: Readonly<Partial<Record<Member, string>>> = {
  operatorName: 'user.name',
  operatorId: 'user.id',
  operatorRole: 'his.operator.role',
  department: 'his.operator.department',
  workstation: 'his.workstation',
  clientMac: 'source.mac',
  system: 'his.system',
  function: 'his.function',
  objectId: 'his.object.id',
  patientId: 'his.patient.id',
  patientName: 'his.patient.name',
  visitId: 'his.visit.id',
  sql: 'his.sql.text',
  database: 'his.database',
  reason: 'event.reason',
  purpose: 'his.purpose',
  description: 'message',
  sessionId: 'his.session.id',
  hospital: 'organization.name',
};

function parseObject(doc: JsonDocument, ctx: ParseContext): Parsed | undefined {
  const fields: Fields = {};
  const found = new Map<Member, string>();
  for (const key of Object.keys(doc)) {
    const value = doc[key];
    const member = memberOf.get(key);
    const text = textOf(value);
    if (member === undefined || text === undefined || text === '' || found.has(member)) {
      const flat = ecsValue(value) ?? (typeof value === 'object' && value !== null ? JSON.stringify(value) : undefined);
      if (flat !== undefined && flat !== '') fields[`his.extra.${key === '__proto__' ? '_proto_' : key}`] = flat;
      continue;
    }
    found.set(member, text);
    const target = targets[member];
    if (target !== undefined) fields[target] = text;
  }
  if (found.size === 0) return undefined;
  putTime(fields, doc, found, ctx);
  putClient(fields, found);
  putAction(fields, found);
  putObject(fields, found);
  putNumbers(fields, found);
  putResult(fields, found);
  return { dataset: 'his.audit', fields, confidence: 0.95 };
}

function putTime(fields: Fields, doc: JsonDocument, found: ReadonlyMap<Member, string>, ctx: ParseContext): void {
  const time = found.get('time');
  const ms = time === undefined ? undefined : anyTime(time, ctx.receivedAt, contextOffset(ctx.timezone));
  const iso = ms === undefined ? undefined : isoFromMs(ms);
  if (iso !== undefined) fields['@timestamp'] = iso;
  else if (time !== undefined) fields['his.extra.time'] = time;
}

function putClient(fields: Fields, found: ReadonlyMap<Member, string>): void {
  const ip = found.get('clientIp');
  if (ip !== undefined) {
    const address = plainIp(ip.trim());
    fields['source.address'] = address;
    if (isIp(address)) fields['source.ip'] = address;
  }
  const station = found.get('workstation');
  if (station !== undefined) fields['source.domain'] = station;
  const url = found.get('url');
  if (url !== undefined) putUrl(fields, url);
}

const kinds: Readonly<Record<string, readonly [category: readonly string[], type: readonly string[]]>> = {
  query: [['database'], ['access']],
  export: [['database', 'file'], ['access']],
  print: [['database', 'file'], ['access']],
  copy: [['database', 'file'], ['access']],
  create: [['database'], ['creation']],
  modify: [['database'], ['change']],
  delete: [['database'], ['deletion']],
  approve: [['database'], ['change']],
  grant: [['iam'], ['admin', 'change']],
  login: [['authentication'], ['start']],
  logout: [['authentication'], ['end']],
};

function putAction(fields: Fields, found: ReadonlyMap<Member, string>): void {
  const written = found.get('action');
  const word =
    (written === undefined ? undefined : wordOf(actions, written)) ??
    (found.has('function') ? wordOf(actions, found.get('function') ?? '') : undefined) ??
    sqlAction(found.get('sql'));
  if (written !== undefined) fields['his.action.original'] = written;
  if (word === undefined) {
    if (written !== undefined) fields['event.action'] = written;
    fields['event.category'] = ['database'];
    fields['event.type'] = ['info'];
    return;
  }
  fields['event.action'] = word;
  const kind = kinds[word];
  if (kind !== undefined) {
    fields['event.category'] = kind[0];
    fields['event.type'] = kind[1];
  }
}

function sqlAction(sql: string | undefined): string | undefined {
  const verb = sql?.trimStart().slice(0, 6).toLowerCase();
  if (verb === 'select') return 'query';
  if (verb === 'update') return 'modify';
  if (verb === 'insert') return 'create';
  return verb === 'delete' ? 'delete' : undefined;
}

function putObject(fields: Fields, found: ReadonlyMap<Member, string>): void {
  const written = found.get('objectType');
  const word =
    (written === undefined ? undefined : wordOf(objects, written)) ??
    (found.has('function') ? wordOf(objects, found.get('function') ?? '') : undefined);
  if (word !== undefined) fields['his.object.type'] = word;
  else if (written !== undefined) fields['his.object.type'] = written;
  if (written !== undefined && written !== word) fields['his.object.original'] = written;
}

function putNumbers(fields: Fields, found: ReadonlyMap<Member, string>): void {
  const rows = numberOf(found.get('rowCount'));
  if (rows !== undefined) fields['his.row_count'] = rows;
  else if (found.has('rowCount')) fields['his.extra.row_count'] = found.get('rowCount') ?? '';
  const elapsed = numberOf(found.get('duration'));
  if (elapsed !== undefined) fields['event.duration'] = Math.round(elapsed * 1e6);
}

const good = new Set(['成功', 'success', 'succeeded', 'ok', 'true', '1', '0000', '200', '是', '正常', '通过']);
const bad = new Set(['失败', 'fail', 'failed', 'failure', 'error', 'false', '0', '-1', '否', '异常', '拒绝', 'denied']);

function putResult(fields: Fields, found: ReadonlyMap<Member, string>): void {
  const text = found.get('result');
  if (text === undefined) return;
  const lower = text.toLowerCase();
  fields['event.outcome'] =
    good.has(lower) || lower.endsWith('成功')
      ? 'success'
      : bad.has(lower) || lower.includes('失败')
        ? 'failure'
        : 'unknown';
  fields['his.result'] = text;
}

/**
 * Audit records of Chinese hospital systems as JSON, with English or Chinese names (his-audit/README.md documents the schema).
 * @example
 * ```ts
 * import { createParser, hisAudit } from '@xinglin/parse';
 * const parser = createParser({ parsers: [hisAudit] });
 * const doc = { 操作时间: '2026-01-02 03:04:05', 操作员: '张三', 科室: '药剂科', 功能: '门诊处方查询', 行数: 3200, 客户端IP: '10.20.3.4' };
 * const { fields } = parser.parseObject(doc, { receivedAt: 0 });
 * // fields['event.action'] 'query', fields['his.object.type'] 'prescription', fields['his.row_count'] 3200
 * ```
 */
export const hisAudit: ParserSpec = {
  dataset: 'his.audit',
  vendor: 'any',
  product: 'HIS / EMR / LIS / PACS audit',
  formats: ['JSON with English or Chinese names'],
  reference:
    'GB/T 39725 and WS/T 502 (audit content of hospital information systems); the JSON shape is ours and documented here',
  samples: 'his-audit/samples.ndjson',
  role: 'host',
  starts: '{',
  identify,
  parse,
  identifyObject,
  parseObject,
};
