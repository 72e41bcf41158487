import { putAddress } from '../scan/address.ts';
import { splitCsv } from '../scan/csv.ts';
import { putTotals, putTransport, putVerdict, severityOf } from '../scan/network.ts';
import { toInteger } from '../scan/text.ts';
import { contextOffset, isoFromMs, isoStamp } from '../scan/timestamps.ts';
import { putUrl } from '../scan/url.ts';
import type { Fields, LogLine, ParseContext, Parsed, ParserSpec } from '../types.ts';

const kinds = new Set([
  'TRAFFIC',
  'THREAT',
  'SYSTEM',
  'CONFIG',
  'GLOBALPROTECT',
  'AUTHENTICATION',
  'USERID',
  'HIPMATCH',
  'DECRYPTION',
  'CORRELATION',
]);

/** `1,2026/11/22 10:11:12,serial,TRAFFIC,end,…` */
function identify(line: LogLine): number {
  const text = line.message;
  const comma = text.indexOf(',');
  if (comma < 1 || comma > 6 || text.charCodeAt(comma + 5) !== 47) return 0;
  const date = text.indexOf(',', comma + 1);
  const serial = date < 0 ? -1 : text.indexOf(',', date + 1);
  const kind = serial < 0 ? -1 : text.indexOf(',', serial + 1);
  return kind > 0 && kinds.has(text.slice(serial + 1, kind)) ? 0.97 : 0;
}

function parse(line: LogLine, ctx: ParseContext): Parsed | undefined {
  const cells = splitCsv(line.message);
  const kind = cells[3] ?? '';
  if (!kinds.has(kind)) return undefined;
  const fields: Fields = { 'panw.panos.type': kind, 'event.timezone': ctx.timezone ?? '+08:00' };
  const generated =
    isoStamp(cells[6] ?? '', 0, contextOffset(ctx.timezone)) ??
    isoStamp(cells[1] ?? '', 0, contextOffset(ctx.timezone));
  const iso = generated === undefined ? undefined : isoFromMs(generated.ms);
  if (iso !== undefined) fields['@timestamp'] = iso;
  const put = putter(fields, cells);
  put('observer.serial_number', 2);
  put('panw.panos.sub_type', 4);
  if (kind === 'TRAFFIC' || kind === 'THREAT') readFlow(fields, cells, kind);
  else if (kind === 'SYSTEM') readSystem(fields, cells);
  else if (kind === 'CONFIG') readConfig(fields, cells);
  else fields['message'] = line.message;
  return { dataset: 'paloalto.panos', fields, confidence: 0.97 };
}

function putter(fields: Fields, cells: readonly string[]): (key: string, index: number) => void {
  return (key, index) => {
    const value = cells[index];
    if (value !== undefined && value !== '' && value !== '0.0.0.0' && value !== 'N/A') fields[key] = value;
  };
}

/** Columns 7–30 are common to both (PAN-OS 8–11, "Syslog Field Descriptions"). */
function readFlow(fields: Fields, cells: readonly string[], kind: string): void {
  const put = putter(fields, cells);
  const count = (key: string, index: number): void => {
    const number = toInteger(cells[index] ?? '');
    if (number !== undefined) fields[key] = number;
  };
  putAddress(fields, 'source', cells[7], toInteger(cells[24] ?? ''));
  putAddress(fields, 'destination', cells[8], toInteger(cells[25] ?? ''));
  put('source.nat.ip', 9);
  put('destination.nat.ip', 10);
  put('rule.name', 11);
  putUser(fields, 'source', cells[12]);
  putUser(fields, 'destination', cells[13]);
  put('network.application', 14);
  put('observer.ingress.zone', 16);
  put('observer.egress.zone', 17);
  put('observer.ingress.interface.name', 18);
  put('observer.egress.interface.name', 19);
  put('network.session_id', 22);
  if (fields['source.nat.ip'] !== undefined) count('source.nat.port', 26);
  if (fields['destination.nat.ip'] !== undefined) count('destination.nat.port', 27);
  putTransport(fields, cells[29]);
  fields['event.category'] = ['network'];
  fields['event.type'] = ['connection'];
  putVerdict(fields, cells[30]);
  if (kind === 'TRAFFIC') {
    count('network.bytes', 31);
    count('source.bytes', 32);
    count('destination.bytes', 33);
    count('network.packets', 34);
    const seconds = toInteger(cells[36] ?? '');
    if (seconds !== undefined) fields['event.duration'] = seconds * 1e9;
    put('rule.category', 37);
    put('event.reason', 46);
    putTotals(fields);
    return;
  }
  readThreat(fields, cells);
}

function putUser(fields: Fields, side: 'source' | 'destination', text: string | undefined): void {
  if (text === undefined || text === '') return;
  const slash = text.indexOf('\\');
  if (slash > 0) fields[`${side}.user.domain`] = text.slice(0, slash);
  fields[`${side}.user.name`] = text.slice(slash + 1);
  if (side === 'source') fields['user.name'] = text.slice(slash + 1);
}

function readThreat(fields: Fields, cells: readonly string[]): void {
  const sub = cells[4] ?? '';
  const misc = cells[31] ?? '';
  if (misc !== '') {
    if (sub === 'url' || misc.includes('/')) putUrl(fields, misc);
    else fields['file.name'] = misc;
  }
  // "SQL Injection Attempt(30514)"
  const threat = /^(.{1,300})\((\d{1,12})\)$/.exec(cells[32] ?? '');
  if (threat?.[1] !== undefined && threat[2] !== undefined) {
    if (fields['rule.name'] !== undefined) fields['panw.panos.policy'] = fields['rule.name'];
    fields['rule.name'] = threat[1];
    fields['rule.id'] = threat[2];
  }
  if (cells[33] !== undefined && cells[33] !== '') fields['rule.category'] = cells[33];
  const severity = severityOf(cells[34]);
  if (severity !== undefined) fields['event.severity'] = severity;
  if (cells[34] !== undefined) fields['log.level'] = cells[34];
  if (cells[35] !== undefined) fields['network.direction'] = cells[35];
  if (sub === 'url') fields['event.category'] = ['network', 'web'];
  else {
    fields['event.kind'] = 'alert';
    fields['event.category'] =
      sub === 'virus' || sub.startsWith('wildfire') ? ['network', 'malware'] : ['network', 'intrusion_detection'];
  }
}

function readSystem(fields: Fields, cells: readonly string[]): void {
  const event = cells[8] ?? '';
  const text = cells[14] ?? cells.at(-1) ?? '';
  fields['event.action'] = event;
  fields['message'] = text;
  fields['event.category'] = ['host'];
  fields['event.type'] = ['info'];
  if (cells[13] !== undefined) fields['log.level'] = cells[13];
  const login = /user '([^']{1,64})'.{0,64}?[Ff]rom:? ?(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})/.exec(text.slice(0, 512));
  if (!event.startsWith('auth') && login === null) return;
  fields['event.category'] = ['authentication'];
  fields['event.type'] = ['start'];
  fields['event.outcome'] = event.includes('fail') || /fail|invalid/i.test(text) ? 'failure' : 'success';
  if (login?.[1] !== undefined) fields['user.name'] = login[1];
  putAddress(fields, 'source', login?.[2]);
}

function readConfig(fields: Fields, cells: readonly string[]): void {
  const put = putter(fields, cells);
  putAddress(fields, 'source', cells[7]);
  put('event.action', 9);
  put('user.name', 10);
  put('panw.panos.client', 11);
  put('panw.panos.path', 13);
  fields['event.category'] = ['configuration'];
  fields['event.type'] = ['change'];
  const result = cells[12] ?? '';
  fields['event.outcome'] = result === 'Succeeded' ? 'success' : result === '' ? 'unknown' : 'failure';
}

/**
 * Palo Alto Networks PAN-OS: TRAFFIC, THREAT, SYSTEM, CONFIG and others, comma separated.
 * @example
 * ```ts
 * import { createParser, paloalto } from '@xinglin/parse';
 * const parser = createParser({ parsers: [paloalto] });
 * const line = '1,2026/11/22 10:11:12,0011,TRAFFIC,drop,1,2026/11/22 10:11:12,10.0.0.9,10.0.0.8,0.0.0.0,0.0.0.0,deny-smb,,,smb,vsys1,untrust,trust,e1,e2,l,,1,1,5000,445,0,0,0x0,tcp,deny,60,60,0,1';
 * parser.parse(line, { receivedAt: 0 }).fields['rule.name']; // 'deny-smb'
 * ```
 */
export const paloalto: ParserSpec = {
  dataset: 'paloalto.panos',
  vendor: 'Palo Alto Networks',
  product: 'PAN-OS',
  formats: ['CSV syslog'],
  reference: 'Palo Alto Networks PAN-OS Administrator\'s Guide, "Syslog Field Descriptions"',
  samples: 'paloalto/samples.ndjson',
  role: 'observer',
  starts: '0123456789,',
  identify,
  parse,
};
