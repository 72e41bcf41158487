import { putAddress, splitEndpoint } from '../scan/address.ts';
import { putTransport } from '../scan/network.ts';
import { between, toInteger } from '../scan/text.ts';
import { contextOffset, isoFromMs, isoStamp } from '../scan/timestamps.ts';
import type { Fields, LogLine, ParseContext, Parsed, ParserSpec } from '../types.ts';

/** Fast alerts (`… [**] [1:2009582:3] message [**] …`) and the syslog form (`[1:2009582:3] message [Classification: …]`). */
function identify(line: LogLine): number {
  const head = line.message.slice(0, 80);
  if (head.indexOf('[**] [') >= 0) return 0.97;
  return (line.program === 'snort' || line.program === 'suricata') && /^\[\d{1,6}:\d{1,10}:\d{1,6}\] /.test(head)
    ? 0.97
    : 0;
}

const severities: readonly number[] = [0, 90, 70, 47, 21];

function parse(line: LogLine, ctx: ParseContext): Parsed | undefined {
  const text = line.message;
  const match = /\[(\d{1,6}):(\d{1,10}):(\d{1,6})\] /.exec(text.slice(0, 160));
  if (match === null) return undefined;
  const fields: Fields = {
    'event.kind': 'alert',
    'event.category': ['network', 'intrusion_detection'],
    'event.type': ['info'],
  };
  putTime(fields, text, ctx);
  fields['rule.id'] = match[2] ?? '';
  fields['rule.version'] = match[3] ?? '';
  fields['snort.gid'] = match[1] ?? '';
  const begin = match.index + match[0].length;
  const star = text.indexOf(' [**]', begin);
  const bracket = text.indexOf(' [', begin);
  const end = star >= 0 ? star : bracket >= 0 ? bracket : text.length;
  fields['rule.name'] = text.slice(begin, end);
  fields['message'] = text.slice(begin, end);
  const category = between(text, '[Classification: ', ']', begin);
  if (category !== undefined) fields['rule.category'] = category;
  const priority = toInteger(between(text, '[Priority: ', ']', begin) ?? '');
  if (priority !== undefined) fields['event.severity'] = severities[priority] ?? 21;
  if (text.indexOf('[Drop]') >= 0 || text.indexOf('[wDrop]') >= 0) {
    fields['event.type'] = ['info', 'denied'];
    fields['event.outcome'] = 'failure';
  }
  putTransport(fields, between(text, '{', '}', begin));
  const arrow = text.lastIndexOf(' -> ');
  if (arrow > begin) {
    const source = splitEndpoint(text.slice(text.lastIndexOf(' ', arrow - 1) + 1, arrow));
    const target = splitEndpoint(
      text
        .slice(arrow + 4)
        .trim()
        .split(' ', 1)[0] ?? '',
    );
    putAddress(fields, 'source', source.address, source.port);
    putAddress(fields, 'destination', target.address, target.port);
  }
  return { dataset: 'snort.alert', fields, confidence: 0.97 };
}

/** `11/22-10:11:12.123456`, `11/22/2026-10:11:12.123456` or, from Snort 3, `26/11/22-10:11:12.123456`. */
function putTime(fields: Fields, text: string, ctx: ParseContext): void {
  const match = /^(\d\d)\/(\d\d)(?:\/(\d{2,4}))?-(\d\d:\d\d:\d\d(?:\.\d{1,6})?)/.exec(text.slice(0, 40));
  if (match === null) return;
  const [, first = '', second = '', third, clock = ''] = match;
  const offset = contextOffset(ctx.timezone);
  const year = String(new Date(ctx.receivedAt + offset * 60_000).getUTCFullYear());
  const date =
    third === undefined
      ? `${year}-${first}-${second}`
      : third.length === 4
        ? `${third}-${first}-${second}`
        : `20${first}-${second}-${third}`;
  const stamp = isoStamp(`${date} ${clock}`, 0, offset);
  if (stamp === undefined) return;
  // Without a year, a stamp more than a week ahead belongs to last year.
  const late = third === undefined && stamp.ms - ctx.receivedAt > 7 * 86_400_000;
  const iso = isoFromMs(
    late ? (isoStamp(`${Number(year) - 1}-${first}-${second} ${clock}`, 0, offset)?.ms ?? stamp.ms) : stamp.ms,
  );
  if (iso !== undefined) fields['@timestamp'] = iso;
  fields['event.timezone'] = ctx.timezone ?? '+08:00';
}

/**
 * Snort 2 and 3 fast alerts and their syslog form; Suricata's fast.log is the same format.
 * @example
 * ```ts
 * import { createParser, snort } from '@xinglin/parse';
 * const parser = createParser({ parsers: [snort] });
 * const line = '11/22/2026-10:11:12.123456  [**] [1:2009582:3] ET SCAN NMAP [**] [Classification: Attempted Information Leak] [Priority: 2] {TCP} 203.0.113.9:4022 -> 10.0.0.8:80';
 * parser.parse(line, { receivedAt: 0 }).fields['rule.id']; // '2009582'
 * ```
 */
export const snort: ParserSpec = {
  dataset: 'snort.alert',
  vendor: 'Cisco',
  product: 'Snort',
  formats: ['fast alert', 'syslog alert'],
  reference: 'Snort Users Manual, "alert_fast", "alert_syslog"',
  samples: 'snort/samples.ndjson',
  role: 'observer',
  programs: ['snort'],
  starts: '0123456789[',
  identify,
  parse,
};
