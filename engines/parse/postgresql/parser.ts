import { isIp, putAddress, splitEndpoint } from '../scan/address.ts';
import { splitCsv } from '../scan/csv.ts';
import { digitsAt, toInteger, toNumber } from '../scan/text.ts';
import { contextOffset, isoFromMs, isoStamp, type Stamp } from '../scan/timestamps.ts';
import type { Fields, LogLine, ParseContext, Parsed, ParserSpec } from '../types.ts';
import { readPgaudit } from './pgaudit.ts';

const database = ['database'] as const;
const infoType = ['info'] as const;
const errorType = ['error', 'info'] as const;
const severities = new Set([
  'DEBUG',
  'DEBUG1',
  'DEBUG2',
  'DEBUG3',
  'DEBUG4',
  'DEBUG5',
  'INFO',
  'NOTICE',
  'WARNING',
  'ERROR',
  'LOG',
  'FATAL',
  'PANIC',
  'DETAIL',
  'HINT',
  'QUERY',
  'CONTEXT',
  'LOCATION',
  'STATEMENT',
  'AUDIT',
]);
const failing = new Set(['ERROR', 'FATAL', 'PANIC']);

/** `%h` in front of the stamp: where the client's address ends, or 0. */
function peerEnd(text: string): number {
  if (text.charCodeAt(4) === 45) return 0;
  const space = text.indexOf(' ');
  return space > 6 && space < 46 && text.charCodeAt(space + 5) === 45 && isIp(text.slice(0, space)) ? space + 1 : 0;
}

function identify(line: LogLine): number {
  const peer = peerEnd(line.message);
  const text = peer === 0 ? line.message : line.message.slice(peer);
  const first = text.charCodeAt(0);
  if (
    !(first >= 48 && first <= 57) ||
    text.charCodeAt(4) !== 45 ||
    text.charCodeAt(10) !== 32 ||
    text.charCodeAt(13) !== 58
  )
    return 0;
  const comma = text.indexOf(',', 19);
  if (comma > 0 && comma < 36 && isCsv(text, comma)) return 0.97;
  const open = text.indexOf('[', 19);
  if (open < 0 || open > 40) return 0;
  return levelAt(text, open) === undefined ? 0 : 0.93;
}

function isCsv(text: string, comma: number): boolean {
  // Eleven more cells follow before the severity; counting to the process id is enough.
  const cells = splitCsv(text.slice(0, comma + 200), ',', comma + 1);
  return cells.length > 4 && toInteger(cells[2] ?? '') !== undefined && (cells[4] ?? '').includes('.');
}

interface Level {
  readonly name: string;
  /** Where the word begins and where the text after `: ` begins. */
  readonly begin: number;
  readonly end: number;
}

/** `LOG:  `: the first upper-case word followed by a colon. */
function levelAt(text: string, from: number): Level | undefined {
  let colon = text.indexOf(':', from);
  for (let tries = 0; colon > 0 && tries < 8; tries++) {
    const space = text.lastIndexOf(' ', colon);
    const name = text.slice(space + 1, colon);
    if (severities.has(name)) {
      let end = colon + 1;
      while (text.charCodeAt(end) === 32) end++;
      return { name, begin: space + 1, end };
    }
    colon = text.indexOf(':', colon + 1);
  }
  return undefined;
}

function parse(line: LogLine, ctx: ParseContext): Parsed | undefined {
  const peer = peerEnd(line.message);
  const text = peer === 0 ? line.message : line.message.slice(peer);
  const stamp = isoStamp(text, 0, contextOffset(ctx.timezone));
  if (stamp === undefined) return undefined;
  const fields: Fields = { 'event.category': database, 'event.type': infoType };
  if (peer > 0) putAddress(fields, 'source', line.message.slice(0, peer - 1));
  const iso = isoFromMs(stamp.ms);
  if (iso !== undefined) fields['@timestamp'] = iso;
  putStamp(fields, text, stamp, ctx);
  if (text.charCodeAt(stamp.end) === 44) return parseCsv(fields, text, stamp.end + 1, ctx);
  return parseStderr(fields, text, stamp.end);
}

function putStamp(fields: Fields, text: string, stamp: Stamp, ctx: ParseContext): void {
  let end = stamp.end;
  if (!stamp.zoned) {
    // A zone nobody lists ("+0330" is listed, "IRST" is not) still belongs to the stamp.
    const match = /^ ([A-Z]{2,5})(?= \[|,)/.exec(text.slice(end, end + 8));
    if (match !== null) end += match[0].length;
  }
  const written = text.slice(0, end);
  fields['postgresql.log.timestamp'] = written;
  const zone = written.slice(written.lastIndexOf(' ') + 1);
  fields['event.timezone'] =
    zone.length > 0 && zone.length <= 6 && zone.indexOf(':') < 0 ? zone : (ctx.timezone ?? '+08:00');
}

function putUser(fields: Fields, user: string, db: string): void {
  if (user !== '') fields['user.name'] = user;
  if (db !== '') fields['postgresql.log.database'] = db;
}

function parseStderr(fields: Fields, text: string, from: number): Parsed | undefined {
  const level = levelAt(text, from);
  if (level === undefined) return undefined;
  const open = text.indexOf('[', from);
  if (open >= 0 && open < level.begin) {
    const close = text.indexOf(']', open);
    const pid = digitsAt(text, open + 1, close);
    if (pid >= 0) fields['process.pid'] = pid;
    const dash = text.indexOf('-', open);
    if (dash > 0 && dash < close) {
      const number = digitsAt(text, dash + 1, close);
      if (number >= 0) fields['postgresql.log.session_line_number'] = number;
    }
    // "user@database", "[user]@[database]", "user@database host(port)" — whatever log_line_prefix puts there.
    const between = text.slice(close + 1, level.begin).trim();
    const at = between.indexOf('@');
    if (at >= 0) {
      const words = between.split(' ');
      const word = words.find((part) => part.includes('@')) ?? '';
      const cut = word.indexOf('@');
      putUser(fields, bare(word.slice(0, cut)), bare(word.slice(cut + 1).replace(/,$/, '')));
    }
  }
  putLevel(fields, level.name);
  let body = text.slice(level.end);
  const code = /^([0-9A-Z]{5}): {1,2}/.exec(body);
  if (code !== null) {
    fields['postgresql.log.sql_state_code'] = code[1] ?? '';
    body = body.slice(code[0].length);
  }
  const seen = readBody(fields, body, false);
  // Filebeat keeps the whole line where the statement is taken out of it; so do we, for the same dashboards.
  fields['message'] = seen && code === null ? text : body;
  return { dataset: 'postgresql.log', fields, confidence: 0.95 };
}

function bare(text: string): string {
  return text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
}

function putLevel(fields: Fields, name: string): void {
  fields['log.level'] = name;
  if (failing.has(name)) fields['event.type'] = errorType;
}

/** Statement, duration, connection and audit lines. Returns whether a statement or duration was there; `stripped` gets the rest. */
function readBody(fields: Fields, body: string, csv: boolean): boolean {
  if (body.startsWith('AUDIT: ')) {
    readPgaudit(fields, body.slice(7));
    return false;
  }
  let pos = 0;
  let seen = false;
  if (body.startsWith('duration: ')) {
    const end = body.indexOf(' ms', 10);
    const millis = end < 0 ? undefined : toNumber(body.slice(10, end));
    if (millis !== undefined) {
      fields['event.duration'] = Math.round(millis * 1e6);
      seen = true;
      pos = end + 3;
      while (body.charCodeAt(pos) === 32) pos++;
    }
  }
  const step = /^(statement|parse|bind|execute|execute fetch from)(?: (\S{1,200}))?: {1,2}/.exec(
    body.slice(pos, pos + 240),
  );
  if (step !== null) {
    seen = true;
    const query = body.slice(pos + step[0].length);
    const timed = pos > 0;
    if (timed || csv) fields['postgresql.log.query_step'] = step[1] ?? '';
    if (step[2] !== undefined) fields['postgresql.log.query_name'] = step[2];
    if (csv) fields['message'] = query;
    else fields['postgresql.log.query'] = query;
  } else if (seen && csv) fields['message'] = body;
  else if (!seen) readSession(fields, body);
  return seen;
}

/** Connections and refused logins. */
function readSession(fields: Fields, body: string): void {
  if (body.startsWith('connection authorized: ')) {
    fields['event.action'] = 'connection-authorized';
    fields['event.category'] = ['database', 'authentication'];
    fields['event.outcome'] = 'success';
  } else if (body.startsWith('connection received: ')) fields['event.action'] = 'connection-received';
  else if (body.startsWith('disconnection: ')) fields['event.action'] = 'disconnection';
  else {
    const quote = body.indexOf('authentication failed for user "');
    const missing =
      body.startsWith('no pg_hba.conf entry for ') || (body.startsWith('role "') && body.endsWith('" does not exist'));
    if (quote < 0 && !missing) return;
    fields['event.action'] = 'connection-refused';
    fields['event.category'] = ['database', 'authentication'];
    fields['event.outcome'] = 'failure';
    if (quote >= 0) fields['user.name'] = body.slice(quote + 32, body.indexOf('"', quote + 32));
    const host = /host "([^"]{1,64})", user "([^"]{1,64})"/.exec(body);
    if (host?.[1] !== undefined && host[2] !== undefined) {
      fields['source.address'] = host[1];
      if (isIp(host[1])) fields['source.ip'] = host[1];
      fields['user.name'] = host[2];
    }
    return;
  }
  const peer = / host=([^ ]{1,255})(?: port=(\d{1,5}))?/.exec(body);
  if (peer?.[1] === undefined) return;
  fields['source.address'] = peer[1];
  if (isIp(peer[1])) fields['source.ip'] = peer[1];
  if (peer[2] !== undefined) fields['source.port'] = Number(peer[2]);
}

/** Columns after log_time (PostgreSQL 13; 14 adds leader_pid and query_id). */
function parseCsv(fields: Fields, text: string, from: number, ctx: ParseContext): Parsed | undefined {
  const cells = splitCsv(text, ',', from);
  const [
    user = '',
    db = '',
    pid = '',
    peer = '',
    session = '',
    lineNumber = '',
    tag = '',
    started = '',
    virtual = '',
    transaction = '',
    level = '',
    state = '',
    message = '',
    detail = '',
    hint = '',
  ] = cells;
  if (!severities.has(level)) return undefined;
  const [context = '', query = '', , , application = '', backend = ''] = cells.slice(17);
  putUser(fields, user, db);
  const number = toInteger(pid);
  if (number !== undefined) fields['process.pid'] = number;
  if (peer !== '') {
    const { address, port } = splitEndpoint(peer);
    fields['postgresql.log.client_addr'] = address;
    fields['source.address'] = address;
    if (isIp(address)) fields['source.ip'] = address;
    if (port !== undefined) {
      fields['postgresql.log.client_port'] = port;
      fields['source.port'] = port;
    }
  }
  const put = (key: string, value: string): void => {
    if (value !== '') fields[`postgresql.log.${key}`] = value;
  };
  put('session_id', session);
  put('command_tag', tag);
  put('virtual_transaction_id', virtual);
  put('sql_state_code', state);
  put('detail', detail);
  put('hint', hint);
  put('context', context);
  put('query', query);
  put('application_name', application);
  put('backend_type', backend);
  const ordinal = toInteger(lineNumber);
  if (ordinal !== undefined) fields['postgresql.log.session_line_number'] = ordinal;
  const id = toInteger(transaction);
  if (id !== undefined) fields['postgresql.log.transaction_id'] = id;
  const begin = isoStamp(started, 0, contextOffset(ctx.timezone));
  const iso = begin === undefined ? undefined : isoFromMs(begin.ms);
  if (iso !== undefined) fields['postgresql.log.session_start_time'] = iso;
  putLevel(fields, level);
  fields['message'] = message;
  readBody(fields, message, true);
  return { dataset: 'postgresql.log', fields, confidence: 0.97 };
}

/**
 * PostgreSQL stderr log, csvlog and pgaudit.
 * @example
 * ```ts
 * import { createParser, postgresql } from '@xinglin/parse';
 * const parser = createParser({ parsers: [postgresql] });
 * const { fields } = parser.parse('2026-03-17 15:18:00.201 UTC [149] his@emr LOG:  duration: 430.394 ms  statement: SELECT 1;', { receivedAt: 0 });
 * // fields['postgresql.log.query'] 'SELECT 1;', fields['event.duration'] 430394000
 * ```
 */
export const postgresql: ParserSpec = {
  dataset: 'postgresql.log',
  vendor: 'PostgreSQL',
  product: 'PostgreSQL',
  formats: ['stderr', 'csvlog', 'pgaudit'],
  reference: 'PostgreSQL documentation, "Error Reporting and Logging"; pgAudit README',
  samples: 'postgresql/samples.ndjson',
  role: 'host',
  service: 'postgresql',
  programs: ['postgres', 'postgresql'],
  starts: '0123456789abcdefABCDEF',
  identify,
  parse,
};
