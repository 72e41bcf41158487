import { contextOffset, isoFromMs, isoStamp } from '../scan/timestamps.ts';
import type { Fields, LogLine, ParseContext, Parsed, ParserSpec } from '../types.ts';

const levels = new Set(['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL']);

function identify(line: LogLine): number {
  // "[2018-10-31 15:03:32,474] TRACE …" of log4j's default pattern in Kafka.
  const text = line.message;
  if (text.charCodeAt(11) !== 32 || text.charCodeAt(20) !== 44 || text.charCodeAt(24) !== 93) return 0;
  const word = /^\]? ?\[?([A-Z]{4,5}) ?\]? /.exec(text.slice(24, 36))?.[1];
  if (word === undefined || !levels.has(word)) return 0;
  return text.indexOf('kafka') > 0 || text.indexOf('zookeeper') > 0 ? 0.92 : 0.6;
}

function parse(line: LogLine, ctx: ParseContext): Parsed | undefined {
  const text = line.message;
  const stamp = text.charCodeAt(0) === 91 ? isoStamp(text, 1, contextOffset(ctx.timezone)) : undefined;
  if (stamp === undefined) return undefined;
  const fields: Fields = { 'event.timezone': ctx.timezone ?? '+08:00' };
  const iso = isoFromMs(stamp.ms);
  if (iso !== undefined) fields['@timestamp'] = iso;
  let pos = stamp.end + 2;
  const bracketed = text.charCodeAt(pos) === 91;
  const end = bracketed ? text.indexOf(']', pos) : text.indexOf(' ', pos);
  if (end < 0) return undefined;
  const level = text.slice(bracketed ? pos + 1 : pos, end).trim();
  if (!levels.has(level)) return undefined;
  fields['log.level'] = level;
  fields['event.type'] = [level === 'ERROR' || level === 'FATAL' ? 'error' : 'info'];
  pos = end + (bracketed ? 2 : 1);
  const newline = text.indexOf('\n', pos);
  const first = newline < 0 ? text.slice(pos) : text.slice(pos, newline);
  if (bracketed) readBracketed(fields, first);
  else readDefault(fields, first);
  if (newline >= 0) readTrace(fields, text.slice(newline + 1));
  return { dataset: 'kafka.log', fields, confidence: 0.92 };
}

/** `[Controller id=10] message (kafka.controller.KafkaController)` */
function readDefault(fields: Fields, text: string): void {
  let body = text;
  const component = /^\[([^\]]{1,200})\],? ?:? ?/.exec(body);
  if (component?.[1] !== undefined) {
    fields['kafka.log.component'] = component[1];
    body = body.slice(component[0].length);
  } else fields['kafka.log.component'] = 'unknown';
  const open = body.endsWith(')') ? body.lastIndexOf(' (') : -1;
  if (open >= 0) {
    fields['kafka.log.class'] = body.slice(open + 2, -1);
    body = body.slice(0, open);
  }
  fields['message'] = body;
}

/** `[thread] [logger] - [component] message` */
function readBracketed(fields: Fields, text: string): void {
  const match = /^\[([^\]]{1,200})\] \[([^\]]{1,200})\] - (?:\[([^\]]{1,200})\] )?/.exec(text);
  if (match === null) {
    fields['message'] = text;
    return;
  }
  fields['kafka.log.thread'] = match[1] ?? '';
  fields['kafka.log.class'] = match[2] ?? '';
  fields['kafka.log.component'] = match[3] ?? 'unknown';
  fields['message'] = text.slice(match[0].length);
}

/** `java.lang.X: message`, then the stack. */
function readTrace(fields: Fields, text: string): void {
  const line = text.split('\n', 1)[0] ?? '';
  const colon = line.indexOf(': ');
  if (colon > 0 && line.indexOf(' ') > colon) {
    fields['kafka.log.trace.class'] = line.slice(0, colon);
    fields['kafka.log.trace.message'] = line.slice(colon + 2);
  }
  fields['error.stack_trace'] = text;
}

/**
 * Apache Kafka and ZooKeeper server logs (log4j pattern of the distribution).
 * @example
 * ```ts
 * import { createParser, kafka } from '@xinglin/parse';
 * const parser = createParser({ parsers: [kafka] });
 * parser.parse('[2026-10-31 15:03:32,474] WARN [Controller id=10] Lost broker (kafka.controller.KafkaController)', { receivedAt: 0 }).fields['log.level']; // 'WARN'
 * ```
 */
export const kafka: ParserSpec = {
  dataset: 'kafka.log',
  vendor: 'Apache',
  product: 'Kafka',
  formats: ['server.log', 'controller.log', 'state-change.log'],
  reference: 'Apache Kafka distribution, config/log4j.properties',
  samples: 'kafka/samples.ndjson',
  role: 'host',
  service: 'kafka',
  programs: ['kafka'],
  starts: '[',
  identify,
  parse,
};
