import { isIp, putAddress } from '../scan/address.ts';
import { toInteger } from '../scan/text.ts';
import { contextOffset, isoFromMs, isoStamp } from '../scan/timestamps.ts';
import type { Fields, LogLine, ParseContext, Parsed, ParserSpec } from '../types.ts';

const levels = new Set(['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL']);

/** `ERROR 2026-11-22 10:11:12,123 [thread] logger: message`: log4j with the level first. */
function headOf(text: string): { readonly level: string; readonly date: number } | undefined {
  const space = text.indexOf(' ');
  if (space < 4 || space > 5) return undefined;
  const level = text.slice(0, space);
  let date = space;
  while (text.charCodeAt(date) === 32) date++;
  return levels.has(level) &&
    text.charCodeAt(date + 4) === 45 &&
    text.charCodeAt(date + 23) === 32 &&
    text.charCodeAt(date + 24) === 91
    ? { level, date }
    : undefined;
}

function identify(line: LogLine): number {
  const head = headOf(line.message);
  if (head === undefined) return 0;
  const text = line.message.slice(0, 600);
  return text.indexOf('com.mirth') > 0 || text.indexOf('hannel') > 0 || text.indexOf('Mirth') > 0 ? 0.95 : 0.5;
}

function parse(line: LogLine, ctx: ParseContext): Parsed | undefined {
  const text = line.message;
  const head = headOf(text);
  const stamp = head === undefined ? undefined : isoStamp(text, head.date, contextOffset(ctx.timezone));
  if (head === undefined || stamp === undefined) return undefined;
  const fields: Fields = {
    'log.level': head.level,
    'event.category': ['network'],
    'event.type': [head.level === 'ERROR' || head.level === 'FATAL' ? 'error' : 'info'],
    'event.timezone': ctx.timezone ?? '+08:00',
  };
  const iso = isoFromMs(stamp.ms);
  if (iso !== undefined) fields['@timestamp'] = iso;
  const close = text.indexOf('] ', stamp.end);
  const thread = close < 0 ? '' : text.slice(stamp.end + 2, close);
  if (thread !== '') fields['process.thread.name'] = thread;
  const rest = close < 0 ? text.slice(stamp.end) : text.slice(close + 2);
  const colon = rest.indexOf(': ');
  if (colon > 0 && rest.indexOf(' ') === colon + 1) fields['log.logger'] = rest.slice(0, colon);
  const body = fields['log.logger'] === undefined ? rest : rest.slice(colon + 2);
  const newline = body.indexOf('\n');
  fields['message'] = newline < 0 ? body : body.slice(0, newline);
  if (newline >= 0) fields['error.stack_trace'] = body.slice(newline + 1);
  readChannel(fields, thread, body.slice(0, 600));
  readPeer(fields, body.slice(0, 600));
  readLogin(fields, body.slice(0, 600));
  return { dataset: 'mirth.connect', fields, confidence: 0.95 };
}

const uuid = /\(([0-9a-f]{8}-[0-9a-f-]{27})\)/;

/** `… on HIS_LIS (uuid) < pool-1-thread-2` in the thread, `(channel: HIS_LIS)` or `channel HIS_LIS (uuid)` in the text. */
function readChannel(fields: Fields, thread: string, body: string): void {
  const id = uuid.exec(thread)?.[1] ?? uuid.exec(body)?.[1];
  if (id !== undefined) fields['mirth.channel.id'] = id;
  const name =
    / on ([^()]{1,80}) \([0-9a-f]{8}-/.exec(thread)?.[1] ??
    /\(channel: ([^()]{1,80})\)/i.exec(body)?.[1] ??
    /[Cc]hannel "?([^()"]{1,80})"? \([0-9a-f]{8}-/.exec(body)?.[1];
  if (name !== undefined) fields['mirth.channel.name'] = name.trim();
}

function readPeer(fields: Fields, body: string): void {
  const peer = /(?:from|to|host|address|with) \/?([0-9a-fA-F.:]{3,39}):(\d{1,5})/i.exec(body);
  if (peer === null || !isIp(peer[1] ?? '')) return;
  const side = /^(?:to|host)/i.test(peer[0]) ? 'destination' : 'source';
  putAddress(fields, side, peer[1], toInteger(peer[2] ?? ''));
}

/** `User "admin" logged in from 10.20.1.15`, `Login failed for user "x"`. */
function readLogin(fields: Fields, body: string): void {
  const failed = /login (?:attempt )?failed|invalid login|failed login/i.test(body);
  if (!failed && !/logged (?:in|out)|login success/i.test(body)) return;
  fields['event.category'] = ['authentication'];
  fields['event.type'] = [/logged out/i.test(body) ? 'end' : 'start'];
  fields['event.outcome'] = failed ? 'failure' : 'success';
  const user = /user:? "?([\w.@-]{1,64})"?/i.exec(body)?.[1];
  if (user !== undefined) fields['user.name'] = user;
  const ip = /from ([0-9a-fA-F.:]{3,45})/.exec(body)?.[1];
  if (ip !== undefined && isIp(ip)) putAddress(fields, 'source', ip);
}

/**
 * NextGen Connect (Mirth Connect) server log: channels, peers, errors of an HL7 v2 interface engine. The messages themselves are read
 * by hl7v2.
 * @example
 * ```ts
 * import { createParser, mirth } from '@xinglin/parse';
 * const parser = createParser({ parsers: [mirth] });
 * const line = 'ERROR 2026-11-22 10:11:12,123 [TCP Receiver Thread on HIS_LIS (5f1c0b1e-0000-4000-8000-000000000001)] com.mirth.connect.connectors.tcp.TcpReceiver: Error receiving data from 10.20.1.15:51000';
 * parser.parse(line, { receivedAt: 0 }).fields['mirth.channel.name']; // 'HIS_LIS'
 * ```
 */
export const mirth: ParserSpec = {
  dataset: 'mirth.connect',
  vendor: 'NextGen Healthcare',
  product: 'Connect (Mirth)',
  formats: ['mirth.log'],
  reference: 'NextGen Connect User Guide, "Server Log"; conf/log4j2.properties of the distribution',
  samples: 'mirth/samples.ndjson',
  role: 'host',
  service: 'mirth',
  starts: 'TDIWEF',
  needs: '-[',
  identify,
  parse,
};
