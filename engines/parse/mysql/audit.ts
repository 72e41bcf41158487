import { isIp } from '../scan/address.ts';
import { child, flattenInto, isObject, numberOf, textOf } from '../scan/json.ts';
import { toInteger } from '../scan/text.ts';
import { anyTime, contextOffset, isoFromMs, isoStamp } from '../scan/timestamps.ts';
import type { Fields, JsonDocument, ParseContext, Parsed } from '../types.ts';

const access = ['access'] as const;

/** Percona (`audit_record`) and MySQL Enterprise (`class`, `connection_id`, `account`). */
export function identifyAudit(doc: JsonDocument): number {
  if (isObject(doc['audit_record'])) return 0.97;
  return typeof doc['class'] === 'string' && doc['connection_id'] !== undefined && isObject(doc['account']) ? 0.97 : 0;
}

/** One JSON audit record. */
export function parseAuditObject(doc: JsonDocument, ctx: ParseContext): Parsed | undefined {
  const fields: Fields = { 'event.category': ['database'], 'event.type': access };
  const record = child(doc, 'audit_record');
  if (isObject(doc['audit_record'])) readPercona(fields, record, ctx);
  else readEnterprise(fields, doc, ctx);
  return { dataset: 'mysql.audit', fields, confidence: 0.97 };
}

function put(fields: Fields, key: string, value: unknown): void {
  const text = textOf(value);
  if (text !== undefined && text !== '') fields[key] = text;
}

function putClient(fields: Fields, ip: unknown, host: unknown): void {
  const address = textOf(ip) || textOf(host) || '';
  if (address === '') return;
  fields['source.address'] = address;
  fields[isIp(address) ? 'source.ip' : 'source.domain'] = address;
}

function putStatus(fields: Fields, status: unknown): void {
  const number = numberOf(status);
  if (number === undefined) return;
  fields['event.outcome'] = number === 0 ? 'success' : 'failure';
  if (number !== 0) fields['error.code'] = String(number);
}

function putTime(fields: Fields, value: unknown, ctx: ParseContext): void {
  const text = textOf(value);
  const ms =
    text === undefined ? undefined : anyTime(text.replace(' UTC', 'Z'), ctx.receivedAt, contextOffset(ctx.timezone));
  const iso = ms === undefined ? undefined : isoFromMs(ms);
  if (iso !== undefined) fields['@timestamp'] = iso;
}

function readPercona(fields: Fields, record: JsonDocument, ctx: ParseContext): void {
  putTime(fields, record['timestamp'], ctx);
  const name = textOf(record['name']) ?? '';
  fields['event.action'] = name.toLowerCase();
  if (name === 'Connect' || name === 'Quit') {
    fields['event.category'] = ['database', 'authentication'];
    fields['event.type'] = [name === 'Connect' ? 'start' : 'end'];
  }
  const user = textOf(record['priv_user']) || (textOf(record['user']) ?? '').split('[', 1)[0];
  if (user !== undefined && user !== '') fields['user.name'] = user;
  putClient(fields, record['ip'], record['host']);
  put(fields, 'mysql.audit.query', record['sqltext']);
  put(fields, 'mysql.audit.command_class', record['command_class']);
  put(fields, 'mysql.database', record['db']);
  put(fields, 'mysql.thread_id', record['connection_id']);
  putStatus(fields, record['status']);
}

function readEnterprise(fields: Fields, doc: JsonDocument, ctx: ParseContext): void {
  putTime(fields, doc['timestamp'], ctx);
  const kind = textOf(doc['class']) ?? '';
  const event = textOf(doc['event']) ?? kind;
  fields['event.action'] = `${kind}-${event}`;
  const login = child(doc, 'login');
  put(fields, 'user.name', login['user'] ?? child(doc, 'account')['user']);
  putClient(fields, login['ip'], child(doc, 'account')['host']);
  put(fields, 'mysql.thread_id', doc['connection_id']);
  if (kind === 'connection') {
    fields['event.category'] = ['database', 'authentication'];
    fields['event.type'] = [event === 'disconnect' ? 'end' : 'start'];
    putStatus(fields, child(doc, 'connection_data')['status']);
    put(fields, 'mysql.database', child(doc, 'connection_data')['db']);
  }
  const general = child(doc, 'general_data');
  put(fields, 'mysql.audit.query', general['query'] ?? child(doc, 'table_access_data')['query']);
  put(fields, 'mysql.audit.command_class', general['sql_command'] ?? child(doc, 'table_access_data')['sql_command']);
  put(fields, 'mysql.audit.table', child(doc, 'table_access_data')['table']);
  put(fields, 'mysql.database', child(doc, 'table_access_data')['db']);
  if (general['status'] !== undefined) putStatus(fields, general['status']);
  flattenInto(fields, child(doc, 'connection_data'), 'mysql.audit.connection.');
}

/**
 * MariaDB server_audit: `20260102 03:04:05,server,user,host,connection,query,operation,database,object,retcode`; the object is
 * a quoted statement that may hold commas, so the record is read from both ends.
 */
export function parseServerAudit(text: string, ctx: ParseContext): Parsed | undefined {
  const stamp = isoStamp(
    `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6, 17)}`,
    0,
    contextOffset(ctx.timezone),
  );
  if (stamp === undefined) return undefined;
  const cells: string[] = [];
  let pos = 18;
  while (cells.length < 7) {
    const comma = text.indexOf(',', pos);
    if (comma < 0) return undefined;
    cells.push(text.slice(pos, comma));
    pos = comma + 1;
  }
  const [server = '', user = '', host = '', connection = '', query = '', operation = '', database = ''] = cells;
  const last = text.lastIndexOf(',');
  const object = last >= pos ? text.slice(pos, last) : text.slice(pos);
  const code = last >= pos ? toInteger(text.slice(last + 1)) : undefined;
  const fields: Fields = {
    'event.category': ['database'],
    'event.type': access,
    'event.action': operation.toLowerCase(),
    'event.timezone': ctx.timezone ?? '+08:00',
  };
  const iso = isoFromMs(stamp.ms);
  if (iso !== undefined) fields['@timestamp'] = iso;
  if (server !== '') fields['host.hostname'] = server;
  if (user !== '') fields['user.name'] = user;
  putClient(fields, undefined, host);
  if (connection !== '') fields['mysql.thread_id'] = toInteger(connection) ?? connection;
  if (query !== '') fields['mysql.audit.query_id'] = query;
  if (database !== '') fields['mysql.database'] = database;
  const statement =
    object.startsWith("'") && object.endsWith("'") ? object.slice(1, -1).replaceAll("\\'", "'") : object;
  if (statement !== '')
    fields[operation === 'QUERY' || operation.startsWith('QUERY_') ? 'mysql.audit.query' : 'mysql.audit.table'] =
      statement;
  if (operation === 'CONNECT' || operation === 'FAILED_CONNECT' || operation === 'DISCONNECT') {
    fields['event.category'] = ['database', 'authentication'];
    fields['event.type'] = [operation === 'DISCONNECT' ? 'end' : 'start'];
  }
  if (code !== undefined) {
    fields['event.outcome'] = code === 0 ? 'success' : 'failure';
    if (code !== 0) fields['error.code'] = String(code);
  }
  return { dataset: 'mysql.audit', fields, confidence: 0.95 };
}
