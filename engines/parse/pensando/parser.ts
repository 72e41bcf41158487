import { putAddress } from '../scan/address.ts';
import { flattenInto, numberOf, parseJsonObject, textOf } from '../scan/json.ts';
import { contextOffset, isoFromMs, isoStamp } from '../scan/timestamps.ts';
import type { Fields, JsonDocument, LogLine, ParseContext, Parsed, ParserSpec } from '../types.ts';

/** RFC 5424 whose structured data is a JSON document in brackets: `… - [{"action":"allow",…}]`. */
function bodyOf(raw: string): string | undefined {
  if (raw.charCodeAt(raw.length - 1) !== 93) return undefined;
  const open = raw.indexOf(' [{"');
  return open < 0 || open > 200 ? undefined : raw.slice(open + 2, -1);
}

function identify(line: LogLine): number {
  const body = bodyOf(line.raw);
  return body !== undefined && body.indexOf('"session-state"') > 0 && body.indexOf('"destaddr"') > 0 ? 0.97 : 0;
}

function parse(line: LogLine, ctx: ParseContext): Parsed | undefined {
  const doc = parseJsonObject(bodyOf(line.raw) ?? line.message);
  return doc === undefined || doc['destaddr'] === undefined ? undefined : read(doc, ctx);
}

const renamed: Readonly<Record<string, string>> = {
  'app-id': 'app_id',
  destaddr: 'destination_address',
  destport: 'destination_port',
  'rule-id': 'rule_id',
  'session-id': 'session_id',
  'session-state': 'session_state',
  srcaddr: 'source_address',
  srcport: 'source_port',
};
const skipped = new Set([...Object.keys(renamed), 'timestamp']);

function read(doc: JsonDocument, ctx: ParseContext): Parsed {
  const fields: Fields = {
    'event.category': ['network'],
    'event.type': ['connection'],
    'observer.type': 'firewall',
    'network.type': textOf(doc['srcaddr'])?.includes(':') === true ? 'ipv6' : 'ipv4',
  };
  const stamp = isoStamp(textOf(doc['timestamp']) ?? '', 0, contextOffset(ctx.timezone));
  const iso = stamp === undefined ? undefined : isoFromMs(stamp.ms);
  if (iso !== undefined) fields['@timestamp'] = iso;
  flattenInto(fields, doc, 'pensando.dfw.', skipped);
  for (const [from, to] of Object.entries(renamed)) {
    const value = doc[from];
    if (typeof value === 'number' || typeof value === 'string') fields[`pensando.dfw.${to}`] = value;
  }
  const source = textOf(doc['srcaddr']);
  const destination = textOf(doc['destaddr']);
  const from = numberOf(doc['srcport']);
  const to = numberOf(doc['destport']);
  putAddress(fields, 'source', source, from);
  putAddress(fields, 'destination', destination, to);
  const protocol = textOf(doc['protocol'])?.toLowerCase();
  if (protocol !== undefined) fields['network.transport'] = protocol;
  const rule = textOf(doc['rule-id']);
  if (rule !== undefined) fields['rule.id'] = rule;
  putSides(fields, source, destination, from ?? 0, to ?? 0, protocol === 'icmp');
  const action = doc['action'];
  if (action === 'allow' || action === 'deny') {
    fields['event.action'] = action === 'allow' ? 'allowed' : 'denied';
    fields['event.type'] = ['connection', action === 'allow' ? 'allowed' : 'denied'];
    // The firewall did what its rule says, whichever it was.
    fields['event.outcome'] = 'success';
  }
  return { dataset: 'pensando.dfw', fields, confidence: 0.97 };
}

/** The record does not say who opened the session; the lower port is the service. */
function putSides(
  fields: Fields,
  source: string | undefined,
  destination: string | undefined,
  from: number,
  to: number,
  icmp: boolean,
): void {
  if (source === undefined || destination === undefined || (from === to && !icmp)) return;
  const forward = icmp || from > to;
  fields['client.ip'] = forward ? source : destination;
  fields['server.ip'] = forward ? destination : source;
  fields['server.port'] = icmp ? 0 : forward ? to : from;
}

/**
 * AMD Pensando distributed services firewall.
 * @example
 * ```ts
 * import { createParser, pensando } from '@xinglin/parse';
 * const parser = createParser({ parsers: [pensando] });
 * const line = '<14>1 2026-11-22T02:11:12Z dsc dfw - fwlog - [{"action":"deny","destaddr":"10.0.0.8","destport":445,"protocol":"TCP","session-state":"flow_create","srcaddr":"10.0.0.9","srcport":51000}]';
 * parser.parse(line, { receivedAt: 0 }).fields['event.action']; // 'denied'
 * ```
 */
export const pensando: ParserSpec = {
  dataset: 'pensando.dfw',
  vendor: 'Pensando Systems',
  product: 'Distributed Services Platform',
  formats: ['RFC 5424 with JSON'],
  reference: 'Pensando Policy and Services Manager, "Firewall log export" (syslog, RFC 5424)',
  samples: 'pensando/samples.ndjson',
  role: 'observer',
  // Structured data that is JSON leaves an empty message behind.
  starts: '[\u0080',
  identify,
  parse,
};
