import { splitEndpoint } from '../scan/address.ts';
import { digitsAt } from '../scan/text.ts';
import { contextOffset, isoFromMs, isoStamp } from '../scan/timestamps.ts';
import type { Fields, LogLine, ParseContext, Parsed, ParserSpec } from '../types.ts';

const levels: Readonly<Record<string, string>> = {
  INF: 'info',
  DBG: 'debug',
  TRC: 'trace',
  WRN: 'warning',
  ERR: 'error',
  FTL: 'fatal',
};
const kinds: Readonly<Record<string, string>> = {
  CONNECT: 'connection',
  SUB: 'subscribe',
  UNSUB: 'unsubscribe',
  PUB: 'publish',
  HPUB: 'publish',
  MSG: 'message',
  HMSG: 'message',
  PING: 'ping',
  PONG: 'pong',
  INFO: 'information',
  '+OK': 'acknowledge',
  OK: 'acknowledge',
  '-ERR': 'error',
  MSG_PAYLOAD: 'payload',
  PAYLOAD: 'payload',
};

function identify(line: LogLine): number {
  const text = line.message;
  const close = text.indexOf('] ');
  if (text.charCodeAt(0) !== 91 || close < 2 || close > 11 || text.charCodeAt(close + 6) !== 47) return 0;
  const open = text.indexOf('[', close);
  return open > 0 && open - close < 32 && levels[text.slice(open + 1, open + 4)] !== undefined ? 0.95 : 0;
}

function parse(line: LogLine, ctx: ParseContext): Parsed | undefined {
  const text = line.message;
  const close = text.indexOf('] ');
  const stamp = close < 0 ? undefined : isoStamp(text, close + 2, contextOffset(ctx.timezone));
  if (stamp === undefined) return undefined;
  // nats-server writes local time unless told otherwise; its containers run in UTC.
  const fields: Fields = { 'event.timezone': ctx.timezone ?? '+08:00' };
  const iso = isoFromMs(stamp.ms);
  if (iso !== undefined) fields['@timestamp'] = iso;
  const pid = digitsAt(text, 1, close);
  if (pid >= 0) fields['process.pid'] = pid;
  const open = text.indexOf('[', stamp.end);
  const level = levels[text.slice(open + 1, open + 4)];
  if (level === undefined) return undefined;
  fields['log.level'] = level;
  fields['event.type'] = [level === 'error' || level === 'fatal' ? 'error' : 'info'];
  readBody(fields, text.slice(open + 6));
  return { dataset: 'nats.log', fields, confidence: 0.95 };
}

/** `172.18.0.1:38630 - cid:1 - ->> [PUB subject reply 20]` */
function readBody(fields: Fields, body: string): void {
  const match = /^(\S{1,80}) - [a-z]id:(\d{1,19}) - /.exec(body);
  if (match === null) {
    fields['message'] = body;
    return;
  }
  const { address, port } = splitEndpoint(match[1] ?? '');
  fields['client.ip'] = address;
  fields['related.ip'] = [address];
  if (port !== undefined) fields['client.port'] = port;
  fields['nats.log.client.id'] = match[2] ?? '';
  const rest = body.slice(match[0].length);
  const arrow = rest.slice(0, 4);
  if (arrow !== '->> ' && arrow !== '<<- ') {
    fields['message'] = rest;
    return;
  }
  fields['network.direction'] = arrow === '->> ' ? 'outbound' : 'inbound';
  const command = rest.slice(4).replace(/^\[|\]$/g, '');
  const space = command.indexOf(' ');
  const verb = (space < 0 ? command : command.slice(0, space)).replace(/:$/, '');
  fields['nats.log.msg.type'] = kinds[verb] ?? verb.toLowerCase();
  readArguments(fields, verb, space < 0 ? '' : command.slice(space + 1));
}

function readArguments(fields: Fields, verb: string, rest: string): void {
  const words = rest.split(' ').filter((word) => word !== '');
  const put = (key: string, value: string | undefined): void => {
    if (value !== undefined) fields[`nats.log.msg.${key}`] = value;
  };
  if (verb === 'PUB' || verb === 'HPUB') {
    put('subject', words[0]);
    put('bytes', words.at(-1));
    if (words.length === 3) put('reply_to', words[1]);
  } else if (verb === 'MSG' || verb === 'HMSG') {
    put('subject', words[0]);
    put('sid', words[1]);
    put('bytes', words.at(-1));
    if (words.length === 4) put('reply_to', words[2]);
  } else if (verb === 'SUB') {
    put('subject', words[0]);
    put('sid', words.at(-1));
    if (words.length === 3) put('queue_group', words[1]);
  } else if (verb === 'UNSUB') put('sid', words[0]);
  else if (rest !== '') fields['message'] = rest;
}

/**
 * NATS server log, with protocol trace.
 * @example
 * ```ts
 * import { createParser, nats } from '@xinglin/parse';
 * const parser = createParser({ parsers: [nats] });
 * parser.parse('[1] 2026/02/06 07:20:08.512052 [TRC] 10.0.0.9:38630 - cid:1 - ->> [SUB foo  1]', { receivedAt: 0 }).fields['nats.log.msg.subject']; // 'foo'
 * ```
 */
export const nats: ParserSpec = {
  dataset: 'nats.log',
  vendor: 'Synadia',
  product: 'NATS',
  formats: ['server log'],
  reference: 'NATS documentation, "Logging"',
  samples: 'nats/samples.ndjson',
  role: 'host',
  service: 'nats',
  programs: ['nats-server'],
  starts: '[',
  identify,
  parse,
};
