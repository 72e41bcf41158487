import { digitsAt } from '../scan/text.ts';
import { bsdStamp, contextOffset, isoFromMs } from '../scan/timestamps.ts';
import type { Fields, LogLine, ParseContext, Parsed, ParserSpec } from '../types.ts';

const roles: Readonly<Record<string, string>> = { M: 'master', S: 'slave', C: 'child', X: 'sentinel' };
const levels: Readonly<Record<string, string>> = { '.': 'debug', '-': 'verbose', '*': 'notice', '#': 'warning' };

interface Head {
  readonly pid: number | undefined;
  readonly role: string | undefined;
  readonly pos: number;
}

/** `26571:M `, `[2932] ` or nothing. */
function headOf(text: string): Head | undefined {
  if (text.charCodeAt(0) === 91) {
    const close = text.indexOf('] ');
    const pid = close > 1 && close < 12 ? digitsAt(text, 1, close) : -1;
    return pid < 0 ? undefined : { pid, role: undefined, pos: close + 2 };
  }
  const colon = text.indexOf(':');
  if (colon > 0 && colon < 9 && text.charCodeAt(colon + 2) === 32) {
    const role = roles[text.charAt(colon + 1)];
    const pid = digitsAt(text, 0, colon);
    if (role !== undefined && pid >= 0) return { pid, role, pos: colon + 3 };
  }
  return { pid: undefined, role: undefined, pos: 0 };
}

/** `27 Dec 2018 11:19:18.874` or `30 May 10:03:19`: day and month change places for {@link bsdStamp}. */
function stampOf(
  text: string,
  pos: number,
  ctx: ParseContext,
): { readonly ms: number; readonly end: number } | undefined {
  const space = text.indexOf(' ', pos);
  if (space < 0 || space - pos > 2 || digitsAt(text, pos, space) < 1) return undefined;
  const day = text.slice(pos, space);
  const turned = `${text.slice(space + 1, space + 5)}${day}${text.slice(space + 4, space + 24)}`;
  const stamp = bsdStamp(turned, 0, ctx.receivedAt, contextOffset(ctx.timezone));
  return stamp === undefined ? undefined : { ms: stamp.ms, end: space + stamp.end - day.length };
}

function identify(line: LogLine): number {
  const text = line.message;
  if (text.indexOf(':signal-handler (') > 0) return text.indexOf(':signal-handler (') < 9 ? 0.95 : 0;
  const head = headOf(text);
  if (head === undefined) return 0;
  const space = text.indexOf(' ', head.pos);
  if (space < 0 || space - head.pos > 2 || text.charCodeAt(space + 4) !== 32) return 0;
  const clock = text.indexOf(':', space);
  return clock > 0 && clock - space < 14 && / [.*#-] /.test(text.slice(clock, clock + 14))
    ? head.pid === undefined
      ? 0.85
      : 0.95
    : 0;
}

function parse(line: LogLine, ctx: ParseContext): Parsed | undefined {
  const text = line.message;
  const fields: Fields = { 'event.category': ['database'], 'event.type': ['info'] };
  const signal = text.indexOf(':signal-handler (');
  if (signal > 0 && signal < 9) {
    const close = text.indexOf(') ', signal);
    const pid = digitsAt(text, 0, signal);
    if (pid >= 0) fields['process.pid'] = pid;
    const epoch = digitsAt(text, signal + 17, close);
    const iso = epoch < 0 ? undefined : isoFromMs(epoch * 1000);
    if (iso !== undefined) fields['@timestamp'] = iso;
    fields['message'] = close < 0 ? text : text.slice(close + 2);
    return { dataset: 'redis.log', fields, confidence: 0.95 };
  }
  const head = headOf(text);
  const stamp = head === undefined ? undefined : stampOf(text, head.pos, ctx);
  if (head === undefined || stamp === undefined) return undefined;
  const level = levels[text.charAt(stamp.end + 1)];
  if (level === undefined) return undefined;
  const iso = isoFromMs(stamp.ms);
  if (iso !== undefined) fields['@timestamp'] = iso;
  fields['event.timezone'] = ctx.timezone ?? '+08:00';
  if (head.pid !== undefined) fields['process.pid'] = head.pid;
  if (head.role !== undefined) fields['redis.log.role'] = head.role;
  fields['log.level'] = level;
  const message = text.slice(stamp.end + 3);
  fields['message'] = message;
  if (message.startsWith('Possible SECURITY ATTACK')) {
    fields['event.category'] = ['database', 'intrusion_detection'];
    fields['event.action'] = 'cross-protocol-attack';
  }
  return { dataset: 'redis.log', fields, confidence: 0.95 };
}

/**
 * Redis server log, 1.x to 7.x.
 * @example
 * ```ts
 * import { createParser, redis } from '@xinglin/parse';
 * const parser = createParser({ parsers: [redis] });
 * parser.parse('26571:M 27 Dec 2026 11:19:18.874 * Synchronization with replica 10.0.0.8:6379 succeeded', { receivedAt: 0 }).fields['redis.log.role']; // 'master'
 * ```
 */
export const redis: ParserSpec = {
  dataset: 'redis.log',
  vendor: 'Redis',
  product: 'Redis',
  formats: ['server log'],
  reference: 'Redis source, server.c serverLogRaw(); redis.conf loglevel',
  samples: 'redis/samples.ndjson',
  role: 'host',
  service: 'redis',
  programs: ['redis', 'redis-server'],
  starts: '[0123456789',
  identify,
  parse,
};
