import type { Fields, ParseContext } from '../types.ts';
import { isIp, plainIp, putAddress, splitEndpoint } from './address.ts';
import { toInteger } from './text.ts';
import { anyTime, contextOffset, isoFromMs } from './timestamps.ts';

/** What a column of a database's audit view means, upper case; the domestic databases share most names with Oracle. */
const columns: Readonly<Record<string, string>> = {
  USERNAME: 'user.name',
  USER_NAME: 'user.name',
  DB_USER: 'user.name',
  DBUSERNAME: 'user.name',
  CURRENT_USER: 'user.name',
  USERID: 'user.id',
  USER_ID: 'user.id',
  ROLENAME: 'user.roles',
  SCHNAME: 'database.schema',
  SCHEMA_NAME: 'database.schema',
  OBJNAME: 'database.object',
  OBJ_NAME: 'database.object',
  OBJECT_NAME: 'database.object',
  DB_NAME: 'database.name',
  DATABASE_NAME: 'database.name',
  TENANT_NAME: 'database.tenant',
  SQL_TEXT: 'database.statement',
  SQLTEXT: 'database.statement',
  QUERY_SQL: 'database.statement',
  COMMAND_TEXT: 'database.statement',
  OPERATION: 'event.action',
  ACTION: 'event.action',
  ACTION_NAME: 'event.action',
  MODULE: 'process.name',
  APPNAME: 'process.name',
  APP_NAME: 'process.name',
  CLIENT_HOST: 'source.domain',
  CLIENTHOST: 'source.domain',
  MAC: 'source.mac',
  SVR_IP: 'host.ip',
  REQUEST_ID: 'event.id',
  TRACE_ID: 'trace.id',
  SQL_ID: 'database.statement_id',
};
const addresses = new Set(['IP', 'CLIENT_IP', 'CLIENTIP', 'USER_CLIENT_IP', 'REMOTE_IP', 'HOST_IP']);
const ports = new Set(['CLIENT_PORT', 'PORT']);
const times = new Set([
  'OPTIME',
  'REQUEST_TIME',
  'EVENT_TIME',
  'AUDIT_TIME',
  'EXTENDED_TIMESTAMP',
  'TIME',
  'TIMESTAMP',
]);
const results = new Set(['SUCC_FLAG', 'RET_CODE', 'RETURN_CODE', 'RETURNCODE', 'RESULT', 'STATUS']);
const rows = new Set(['RETURN_ROWS', 'ROWCOUNT', 'AFFECTED_ROWS', 'ROW_COUNT']);

const reads = /^\s*(?:select|with|show|desc|explain)\b/i;
const changes = /^\s*(?:insert|update|delete|merge|replace|truncate)\b/i;
const definitions = /^\s*(?:create|alter|drop|comment|rename)\b/i;
const grants = /^\s*(?:grant|revoke)\b/i;
const logins = /^(?:login|logon|logoff|logout|connect)$/i;

/**
 * Writes a row of a database's audit trail in ECS; columns nobody knows go under `prefix`. Answers how many columns it knew.
 * @example
 * ```ts
 * import { putSqlAudit } from './sql-audit.ts';
 * const fields = {};
 * putSqlAudit(fields, new Map([['USERNAME', 'HIS'], ['IP', '10.0.0.9'], ['SUCC_FLAG', 'N']]), 'acme.', { receivedAt: 0 });
 * // user.name 'HIS', source.ip '10.0.0.9', event.outcome 'failure'
 * ```
 */
export function putSqlAudit(
  fields: Fields,
  row: ReadonlyMap<string, string>,
  prefix: string,
  ctx: ParseContext,
): number {
  let known = 0;
  let port: number | undefined;
  fields['event.category'] = ['database'];
  for (const [column, raw] of row) {
    const value = raw.trim();
    const name = column.toUpperCase();
    if (value === '') continue;
    const key = columns[name];
    known++;
    if (key !== undefined) fields[key] = value;
    else if (addresses.has(name)) putClient(fields, value);
    else if (ports.has(name)) port = toInteger(value);
    else if (times.has(name)) putTime(fields, value, ctx);
    else if (results.has(name)) putResult(fields, value, prefix);
    else if (rows.has(name)) fields['database.rows'] = toInteger(value) ?? value;
    else if (name === 'ELAPSED_TIME') fields['event.duration'] = (toInteger(value) ?? 0) * 1000;
    else {
      known--;
      fields[prefix + column.toLowerCase()] = value;
    }
  }
  if (port !== undefined && fields['source.port'] === undefined) fields['source.port'] = port;
  putStatement(fields);
  return known;
}

function putClient(fields: Fields, value: string): void {
  const plain = plainIp(value);
  const end = isIp(plain) ? { address: plain, port: undefined } : splitEndpoint(value);
  putAddress(fields, 'source', end.address, end.port);
}

function putTime(fields: Fields, value: string, ctx: ParseContext): void {
  const ms = anyTime(value, ctx.receivedAt, contextOffset(ctx.timezone));
  const iso = ms === undefined ? undefined : isoFromMs(ms);
  if (iso === undefined) return;
  fields['@timestamp'] = iso;
  fields['event.timezone'] = ctx.timezone ?? '+08:00';
}

/** `Y`/`N`, `0` for no error, or an error code, which is kept. */
function putResult(fields: Fields, value: string, prefix: string): void {
  const lower = value.toLowerCase();
  const good = lower === 'y' || lower === '0' || lower === 'success' || lower === 'true' || lower === '成功';
  fields['event.outcome'] = good ? 'success' : 'failure';
  if (!good && lower !== 'n') fields[`${prefix}return_code`] = value;
}

/** `event.type` from the statement, or from the operation where the statement is absent. */
export function putStatement(fields: Fields): void {
  const statement = fields['database.statement'] ?? fields['event.action'];
  if (typeof statement !== 'string') {
    if (fields['event.type'] === undefined) fields['event.type'] = ['info'];
    return;
  }
  const head = statement.slice(0, 200);
  if (fields['event.action'] === undefined) {
    const word = /^\s{0,20}([A-Za-z]{2,20})/.exec(head)?.[1];
    if (word !== undefined) fields['event.action'] = word.toLowerCase();
  }
  if (logins.test(String(fields['event.action'] ?? ''))) {
    fields['event.category'] = ['database', 'authentication'];
    fields['event.type'] = [/off|out/i.test(String(fields['event.action'])) ? 'end' : 'start'];
  } else if (grants.test(head)) {
    fields['event.category'] = ['database', 'iam'];
    fields['event.type'] = ['change'];
  } else if (definitions.test(head)) fields['event.type'] = ['change'];
  else if (changes.test(head)) fields['event.type'] = [/^\s*(?:delete|truncate)/i.test(head) ? 'deletion' : 'change'];
  else fields['event.type'] = [reads.test(head) ? 'access' : 'info'];
  if (fields['message'] === undefined) fields['message'] = statement;
}
