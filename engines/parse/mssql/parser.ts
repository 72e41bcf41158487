import { putAddress } from '../scan/address.ts';
import { between } from '../scan/text.ts';
import { contextOffset, isoFromMs, isoStamp } from '../scan/timestamps.ts';
import type { Fields, LogLine, ParseContext, Parsed, ParserSpec } from '../types.ts';

/** `2026-11-22 10:11:12.34 spid51      message`: two digits of a second, then the origin. */
function originAt(text: string): readonly [origin: string, body: number] | undefined {
  if (text.charCodeAt(4) !== 45 || text.charCodeAt(19) !== 46 || text.charCodeAt(22) !== 32) return undefined;
  const space = text.indexOf(' ', 23);
  if (space < 0 || space - 23 > 16) return undefined;
  const origin = text.slice(23, space);
  let body = space;
  while (text.charCodeAt(body) === 32) body++;
  return [origin, body];
}

function identify(line: LogLine): number {
  const origin = originAt(line.message)?.[0];
  if (origin === undefined) return 0;
  return origin === 'Server' || origin === 'Logon' || origin === 'Backup' || /^spid\d{1,5}s?$/.test(origin) ? 0.97 : 0;
}

function parse(line: LogLine, ctx: ParseContext): Parsed | undefined {
  const text = line.message;
  const found = originAt(text);
  const stamp = found === undefined ? undefined : isoStamp(text, 0, contextOffset(ctx.timezone));
  if (found === undefined || stamp === undefined) return undefined;
  const [origin, body] = found;
  const message = text.slice(body);
  const fields: Fields = {
    'mssql.log.origin': origin,
    message,
    'event.category': ['database'],
    'event.type': ['info'],
    'event.timezone': ctx.timezone ?? '+08:00',
  };
  const iso = isoFromMs(stamp.ms);
  if (iso !== undefined) fields['@timestamp'] = iso;
  readLogin(fields, message);
  const error = /^Error: (\d{1,6}), Severity: (\d{1,2}), State: (\d{1,3})/.exec(message.slice(0, 64));
  if (error !== null) {
    fields['event.code'] = error[1] ?? '';
    fields['event.type'] = ['error'];
    fields['mssql.log.severity'] = Number(error[2]);
    fields['mssql.log.state'] = Number(error[3]);
  }
  return { dataset: 'mssql.log', fields, confidence: 0.97 };
}

/** `Login failed for user 'sa'. Reason: Password did not match … [CLIENT: 203.0.113.9]` */
function readLogin(fields: Fields, message: string): void {
  const failed = message.startsWith('Login failed');
  if (!failed && !message.startsWith('Login succeeded')) return;
  fields['event.category'] = ['database', 'authentication'];
  fields['event.type'] = ['info', 'start'];
  fields['event.action'] = 'login';
  fields['event.outcome'] = failed ? 'failure' : 'success';
  // The text quotes the name as it was sent, quotes and all; only the full stop tells where it ends.
  const user = between(message, "user '", "'. ");
  if (user !== undefined && user !== '') {
    const slash = user.indexOf('\\');
    if (slash > 0) fields['user.domain'] = user.slice(0, slash);
    fields['user.name'] = user.slice(slash + 1);
  }
  const client = message.lastIndexOf('[CLIENT: ');
  if (client > 0) {
    const address = between(message, '[CLIENT: ', ']', client);
    if (address !== undefined && !address.startsWith('<')) putAddress(fields, 'source', address);
  }
  const reason = between(message, 'Reason: ', ' [CLIENT');
  if (reason !== undefined) fields['event.reason'] = reason;
}

/**
 * Microsoft SQL Server error log (ERRORLOG): logins in ECS, errors with number, severity and state.
 * @example
 * ```ts
 * import { createParser, mssql } from '@xinglin/parse';
 * const parser = createParser({ parsers: [mssql] });
 * const line = "2026-11-22 10:11:12.34 Logon       Login failed for user 'sa'. Reason: Password did not match that for the login provided. [CLIENT: 203.0.113.9]";
 * parser.parse(line, { receivedAt: 0 }).fields['event.outcome']; // 'failure'
 * ```
 */
export const mssql: ParserSpec = {
  dataset: 'mssql.log',
  vendor: 'Microsoft',
  product: 'SQL Server',
  formats: ['ERRORLOG'],
  reference: 'Microsoft Learn, "View the SQL Server error log"; message 18456 (MSSQLSERVER_18456)',
  samples: 'mssql/samples.ndjson',
  role: 'host',
  service: 'mssql',
  starts: '0123456789',
  needs: '-:',
  identify,
  parse,
};
