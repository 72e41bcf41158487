import { putAddress, splitEndpoint } from '../scan/address.ts';
import { child, flattenInto, isObject, numberOf, parseJsonObject, textOf } from '../scan/json.ts';
import { contextOffset, isoFromMs, isoStamp } from '../scan/timestamps.ts';
import type { Fields, JsonDocument, LogLine, ParseContext, Parsed, ParserSpec } from '../types.ts';

const levels = 'DIWEF';

function identifyObject(doc: JsonDocument): number {
  return isObject(doc['t']) &&
    typeof doc['s'] === 'string' &&
    typeof doc['c'] === 'string' &&
    typeof doc['msg'] === 'string'
    ? 0.97
    : 0;
}

function identify(line: LogLine): number {
  // "2018-02-05T13:44:56.657+0100 I CONTROL  [initandlisten] …"
  const text = line.message;
  if (text.charCodeAt(10) !== 84 || text.charCodeAt(4) !== 45) return 0;
  const space = text.indexOf(' ', 19);
  if (space < 0 || space > 30 || text.charCodeAt(space + 2) !== 32 || !levels.includes(text.charAt(space + 1)))
    return 0;
  const open = text.indexOf('[', space + 3);
  return open > 0 && open - space < 16 ? 0.93 : 0;
}

function parse(line: LogLine, ctx: ParseContext): Parsed | undefined {
  const text = line.message;
  if (text.charCodeAt(0) === 123) {
    const doc = parseJsonObject(text);
    return doc === undefined || identifyObject(doc) === 0 ? undefined : parseObject(doc, ctx);
  }
  const stamp = isoStamp(text, 0, contextOffset(ctx.timezone));
  if (stamp === undefined) return undefined;
  const open = text.indexOf('[', stamp.end);
  const close = text.indexOf('] ', open);
  if (open < 0 || close < 0 || open - stamp.end > 24) return undefined;
  const fields = base(
    isoFromMs(stamp.ms),
    text.charAt(stamp.end + 1),
    text.slice(stamp.end + 3, open).trim(),
    text.slice(open + 1, close),
  );
  const message = text.slice(close + 2).trim();
  fields['message'] = message;
  readMessage(fields, message);
  return { dataset: 'mongodb.log', fields, confidence: 0.95 };
}

function base(time: string | undefined, level: string, component: string, context: string): Fields {
  const fields: Fields = {
    'event.category': ['database'],
    'event.type': [level === 'E' || level === 'F' ? 'error' : 'info'],
    'log.level': level,
    'mongodb.log.component': component,
    'mongodb.log.context': context,
  };
  if (time !== undefined) fields['@timestamp'] = time;
  return fields;
}

/** The text log before 4.4: connections and authentication. */
function readMessage(fields: Fields, message: string): void {
  const from = message.startsWith('connection accepted from ') ? message.slice(25).split(' ', 1)[0] : undefined;
  const end = message.startsWith('end connection ') ? message.slice(15).split(' ', 1)[0] : undefined;
  const peer = from ?? end;
  if (peer !== undefined) {
    putPeer(fields, peer);
    fields['event.action'] = from === undefined ? 'connection-ended' : 'connection-accepted';
    return;
  }
  const failed = /^(?:SASL )?\S{1,32} authentication failed for (\S{1,128}) on (\S{1,128}) from client (\S{1,80})/.exec(
    message,
  );
  const success =
    /^Successfully authenticated as principal (\S{1,128}) on (\S{1,128})(?: from client (\S{1,80}))?/.exec(message);
  const match = failed ?? success;
  if (match === null) return;
  putLogin(fields, match[1], match[2], failed === null);
  if (match[3] !== undefined) putPeer(fields, match[3]);
}

function putPeer(fields: Fields, text: string): void {
  const { address, port } = splitEndpoint(text);
  putAddress(fields, 'source', address, port);
}

function putLogin(fields: Fields, user: string | undefined, db: string | undefined, success: boolean): void {
  fields['event.category'] = ['database', 'authentication'];
  fields['event.type'] = ['start'];
  fields['event.action'] = 'authenticate';
  fields['event.outcome'] = success ? 'success' : 'failure';
  if (user !== undefined && user !== '') fields['user.name'] = user;
  if (db !== undefined && db !== '') fields['mongodb.database'] = db;
}

function parseObject(doc: JsonDocument, ctx: ParseContext): Parsed | undefined {
  const stamp = isoStamp(textOf(child(doc, 't')['$date']) ?? '', 0, contextOffset(ctx.timezone));
  const fields = base(
    stamp === undefined ? undefined : isoFromMs(stamp.ms),
    textOf(doc['s']) ?? '',
    textOf(doc['c']) ?? '',
    textOf(doc['ctx']) ?? '',
  );
  const id = numberOf(doc['id']);
  if (id !== undefined) fields['mongodb.log.id'] = id;
  const message = textOf(doc['msg']) ?? '';
  fields['message'] = message;
  const attributes = child(doc, 'attr');
  flattenInto(fields, attributes, 'mongodb.log.attr.');
  const remote = textOf(attributes['remote']) ?? textOf(attributes['client']);
  if (remote !== undefined) putPeer(fields, remote);
  if (
    message === 'Authentication failed' ||
    message === 'Authentication succeeded' ||
    message === 'Successfully authenticated'
  ) {
    putLogin(
      fields,
      textOf(attributes['principalName']) ?? textOf(attributes['user']),
      textOf(attributes['authenticationDatabase']) ?? textOf(attributes['db']),
      message !== 'Authentication failed',
    );
  } else if (message === 'Connection accepted') fields['event.action'] = 'connection-accepted';
  else if (message === 'Connection ended') fields['event.action'] = 'connection-ended';
  return { dataset: 'mongodb.log', fields, confidence: 0.97 };
}

/**
 * MongoDB log: structured JSON (4.4 and later) and text (before).
 * @example
 * ```ts
 * import { createParser, mongodb } from '@xinglin/parse';
 * const parser = createParser({ parsers: [mongodb] });
 * const line = '{"t":{"$date":"2026-03-22T21:21:20.349+00:00"},"s":"I","c":"ACCESS","id":20249,"ctx":"conn1","msg":"Authentication failed","attr":{"principalName":"admin","remote":"10.0.0.9:5000"}}';
 * parser.parse(line, { receivedAt: 0 }).fields['event.outcome']; // 'failure'
 * ```
 */
export const mongodb: ParserSpec = {
  dataset: 'mongodb.log',
  vendor: 'MongoDB',
  product: 'MongoDB',
  formats: ['JSON log', 'text log'],
  reference: 'MongoDB Manual, "Log Messages"',
  samples: 'mongodb/samples.ndjson',
  role: 'host',
  service: 'mongodb',
  programs: ['mongod', 'mongos'],
  starts: '0123456789{',
  identify,
  parse,
  identifyObject,
  parseObject,
};
