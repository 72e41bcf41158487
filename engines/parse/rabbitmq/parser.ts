import { putAddress, splitEndpoint } from '../scan/address.ts';
import { between } from '../scan/text.ts';
import { contextOffset, isoFromMs, isoStamp } from '../scan/timestamps.ts';
import type { Fields, LogLine, ParseContext, Parsed, ParserSpec } from '../types.ts';

const levels = new Set(['debug', 'info', 'notice', 'warning', 'error', 'critical', 'none']);

/** `2026-11-22 10:11:12.076 [info] <0.8.0> message`; since 3.9 with a zone before the level. */
function identify(line: LogLine): number {
  const text = line.message;
  if (text.charCodeAt(4) !== 45 || text.charCodeAt(19) !== 46) return 0;
  const open = text.indexOf(' [', 20);
  if (open < 0 || open > 36) return 0;
  const close = text.indexOf(']', open);
  return close > 0 && text.startsWith('] <0.', close) && levels.has(text.slice(open + 2, close)) ? 0.97 : 0;
}

function parse(line: LogLine, ctx: ParseContext): Parsed | undefined {
  const text = line.message;
  const stamp = isoStamp(text, 0, contextOffset(ctx.timezone));
  if (stamp === undefined) return undefined;
  const open = text.indexOf('[', stamp.end);
  const close = open < 0 ? -1 : text.indexOf(']', open);
  if (close < 0) return undefined;
  const level = text.slice(open + 1, close);
  if (!levels.has(level)) return undefined;
  const fields: Fields = {
    'log.level': level,
    'event.type': [level === 'error' || level === 'critical' ? 'error' : 'info'],
  };
  const iso = isoFromMs(stamp.ms);
  if (iso !== undefined) fields['@timestamp'] = iso;
  if (!stamp.zoned) fields['event.timezone'] = ctx.timezone ?? '+08:00';
  let pos = close + 2;
  if (text.charCodeAt(pos) === 60) {
    const end = text.indexOf('>', pos);
    if (end > 0) {
      fields['rabbitmq.log.pid'] = text.slice(pos, end + 1);
      pos = end + 2;
    }
  }
  const message = text.slice(pos);
  fields['message'] = message;
  readConnection(fields, message);
  return { dataset: 'rabbitmq.log', fields, confidence: 0.97 };
}

/** `accepting AMQP connection <0.1.0> (10.0.0.9:51000 -> 10.0.0.8:5672)`, `connection … user 'his' authenticated …` */
function readConnection(fields: Fields, message: string): void {
  const head = message.slice(0, 400);
  const arrow = head.indexOf(' -> ');
  const open = arrow < 0 ? -1 : head.lastIndexOf('(', arrow);
  const ends = open < 0 ? undefined : /^\(([^ )]{2,64}) -> ([^ ),]{2,64})/.exec(head.slice(open));
  if (ends !== null && ends !== undefined) {
    const from = splitEndpoint(ends[1] ?? '');
    const to = splitEndpoint(ends[2] ?? '');
    putAddress(fields, 'source', from.address, from.port);
    putAddress(fields, 'destination', to.address, to.port);
    fields['event.category'] = ['network'];
    if (head.startsWith('accepting')) fields['event.type'] = ['connection', 'start'];
    else if (head.startsWith('closing')) fields['event.type'] = ['connection', 'end'];
  }
  const user = between(head, "user '", "'") ?? between(head, '- user: ', ' ');
  if (user === undefined || user === '') return;
  const failed = head.indexOf('invalid credentials') >= 0 || head.indexOf('refused') >= 0;
  if (!failed && head.indexOf('authenticated') < 0) return;
  fields['user.name'] = user;
  fields['event.category'] = ['authentication'];
  fields['event.type'] = ['start'];
  fields['event.outcome'] = failed ? 'failure' : 'success';
}

/**
 * RabbitMQ server log.
 * @example
 * ```ts
 * import { createParser, rabbitmq } from '@xinglin/parse';
 * const parser = createParser({ parsers: [rabbitmq] });
 * parser.parse('2026-11-22 10:11:12.076 [info] <0.614.0> accepting AMQP connection <0.614.0> (10.0.0.9:51000 -> 10.0.0.8:5672)', { receivedAt: 0 }).fields['source.ip']; // '10.0.0.9'
 * ```
 */
export const rabbitmq: ParserSpec = {
  dataset: 'rabbitmq.log',
  vendor: 'Broadcom',
  product: 'RabbitMQ',
  formats: ['server log'],
  reference: 'RabbitMQ documentation, "Logging"',
  samples: 'rabbitmq/samples.ndjson',
  role: 'host',
  service: 'rabbitmq',
  starts: '0123456789',
  needs: '-:[',
  identify,
  parse,
};
