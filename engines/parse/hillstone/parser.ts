import { putAddress } from '../scan/address.ts';
import { putDevice, readNamed } from '../scan/device.ts';
import { putTotals, putTransport } from '../scan/network.ts';
import { digitsAt, toInteger, wordAfter } from '../scan/text.ts';
import type { Fields, LogLine, ParseContext, Parsed, ParserSpec } from '../types.ts';

const marks = [
  'Traffic@',
  'Threat@',
  'Security@',
  'Event@',
  'Config@',
  'Network@',
  'NBC@',
  'Alarm@',
  'Debug@',
] as const;

function markAt(text: string): number {
  const at = text.indexOf('@');
  if (at < 0 || at > 160) return -1;
  for (const mark of marks) {
    const begin = at - mark.length + 1;
    if (begin >= 0 && text.startsWith(mark, begin)) return begin;
  }
  return -1;
}

function identify(line: LogLine): number {
  return markAt(line.message) >= 0 ? 0.95 : 0;
}

function parse(line: LogLine, ctx: ParseContext): Parsed | undefined {
  const text = line.message;
  const begin = markAt(text);
  if (begin < 0) return undefined;
  const colon = text.indexOf(':', begin);
  if (colon < 0) return undefined;
  const [kind = '', module = ''] = text.slice(begin, colon).split('@', 2);
  const body = text.slice(colon + 1).trim();
  const fields: Fields = { 'hillstone.kind': kind, 'hillstone.module': module };
  if (kind === 'Threat' || kind === 'Security') {
    // "From 10.0.0.9:4022(-) to 10.0.0.8:80(-), threat name: …, threat type: …, action: …"
    putDevice(
      fields,
      readNamed(body.startsWith('From ') ? body.slice(body.indexOf(',') + 1) : body, ':', ','),
      'hillstone.',
      ctx,
    );
    fields['event.kind'] = 'alert';
  } else {
    fields['event.category'] = kind === 'Config' ? ['configuration'] : ['network'];
    fields['event.type'] = kind === 'Config' ? ['change'] : ['info'];
  }
  const ended = body.startsWith('From ') ? readFrom(fields, body) : readFlow(fields, body);
  if (kind === 'Traffic') {
    fields['event.type'] = ['connection', ended ? 'end' : 'start'];
    if (body.includes('policy deny') || body.includes('denied')) {
      fields['event.type'] = ['connection', 'denied'];
      fields['event.outcome'] = 'failure';
    }
  }
  if (fields['message'] === undefined || fields['message'] === '') fields['message'] = body;
  return { dataset: 'hillstone.firewall', fields, confidence: 0.95 };
}

/** `10.0.0.9:4022` with an optional `(user)` after it. */
function putEnd(fields: Fields, side: 'source' | 'destination', text: string): void {
  const paren = text.indexOf('(');
  const plain = paren < 0 ? text : text.slice(0, paren);
  const colon = plain.lastIndexOf(':');
  const port = colon < 0 ? -1 : digitsAt(plain, colon + 1, plain.length);
  putAddress(fields, side, colon < 0 ? plain : plain.slice(0, colon), port >= 0 && port <= 65_535 ? port : undefined);
}

function readFrom(fields: Fields, body: string): boolean {
  const to = body.indexOf(' to ');
  if (to < 0) return false;
  const comma = body.indexOf(',', to);
  putEnd(fields, 'source', body.slice(5, to));
  putEnd(fields, 'destination', body.slice(to + 4, comma < 0 ? body.length : comma));
  return false;
}

/** `SESSION: 10.0.0.9:4022->10.0.0.8:80(TCP), application HTTP, interface ethernet0/1, policy 3, user u@aaa, send bytes 10,…` */
function readFlow(fields: Fields, body: string): boolean {
  const arrow = body.indexOf('->');
  if (arrow < 0) return false;
  const start = body.lastIndexOf(' ', arrow) + 1;
  const paren = body.indexOf('(', arrow);
  const comma = body.indexOf(',', arrow);
  const end = comma < 0 ? body.length : comma;
  putEnd(fields, 'source', body.slice(start, arrow));
  putEnd(fields, 'destination', body.slice(arrow + 2, paren > 0 && paren < end ? paren : end));
  if (paren > 0 && paren < end) putTransport(fields, body.slice(paren + 1, body.indexOf(')', paren)));
  const after = (mark: string): string | undefined => wordAfter(body, mark)?.replace(/,.*$/, '');
  const put = (key: string, value: string | undefined): void => {
    if (value !== undefined && value !== '' && value !== '-' && value !== '-@-') fields[key] = value;
  };
  put('network.application', after(', application '));
  put('observer.ingress.interface.name', after(', interface '));
  put('rule.id', after(', policy '));
  const user = after(', user ');
  put('user.name', user?.split('@', 1)[0]);
  const count = (key: string, mark: string): void => {
    const number = toInteger(after(mark) ?? '');
    if (number !== undefined) fields[key] = number;
  };
  count('source.packets', 'send packets ');
  count('source.bytes', 'send bytes ');
  count('destination.packets', 'receive packets ');
  count('destination.bytes', 'receive bytes ');
  putTotals(fields);
  return body.includes('session end');
}

/**
 * Hillstone (山石网科) StoneOS: Traffic, Threat, Event and Config logs.
 * @example
 * ```ts
 * import { createParser, hillstone } from '@xinglin/parse';
 * const parser = createParser({ parsers: [hillstone] });
 * const line = '<190>Nov 22 10:11:12 1305315(root) 46083623 Traffic@FLOW: SESSION: 10.0.0.9:4022->10.0.0.8:80(TCP), interface ethernet0/1, vr trust-vr, policy 3, user -@-, host -, session start';
 * parser.parse(line, { receivedAt: Date.UTC(2026, 10, 22) }).fields['destination.port']; // 80
 * ```
 */
export const hillstone: ParserSpec = {
  dataset: 'hillstone.firewall',
  vendor: 'Hillstone 山石网科',
  product: 'StoneOS',
  formats: ['Traffic@', 'Threat@', 'Event@', 'Config@'],
  reference: 'Hillstone StoneOS Log Reference Guide',
  samples: 'hillstone/samples.ndjson',
  role: 'observer',
  needs: '@:',
  identify,
  parse,
};
