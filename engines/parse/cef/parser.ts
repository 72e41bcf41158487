import { putRelatedHashes } from '../finish.ts';
import { isIp, putAddress } from '../scan/address.ts';
import { scanExtension, splitHeader } from '../scan/extension.ts';
import { putTransport, putVerdict, severityOf } from '../scan/network.ts';
import { toInteger } from '../scan/text.ts';
import { anyTime, contextOffset, isoFromMs } from '../scan/timestamps.ts';
import { putUrl } from '../scan/url.ts';
import { putUserAgent } from '../scan/user-agent.ts';
import type { Fields, LogLine, ParseContext, Parsed, ParserSpec } from '../types.ts';
import { addresses, custom, longNames, numbers, texts, times } from './dictionary.ts';

function identify(line: LogLine): number {
  const text = line.message;
  const at = text.indexOf('CEF:');
  if (at < 0 || at > 256) return 0;
  const code = text.charCodeAt(at + 4);
  return code >= 48 && code <= 57 && text.indexOf('|', at) > 0 ? 1 : 0;
}

function parse(line: LogLine, ctx: ParseContext): Parsed | undefined {
  const text = line.message;
  const at = text.indexOf('CEF:');
  if (at < 0) return undefined;
  const header = splitHeader(text, at + 4, 7);
  if (header === undefined) return undefined;
  const [version = '', vendor = '', product = '', deviceVersion = '', id = '', name = '', severity = ''] = header.parts;
  const fields: Fields = {
    'cef.version': version,
    'observer.vendor': vendor,
    'observer.product': product,
    'observer.version': deviceVersion,
    'event.code': id,
    'cef.name': name,
    'cef.severity': severity,
    message: name,
  };
  putSeverity(fields, severity);
  const remainder = readExtension(fields, text, header.end, ctx);
  finish(fields);
  return { dataset: 'cef.log', fields, confidence: 1, ...(remainder !== '' && { remainder }) };
}

/** 0–10 or a word; ECS severity runs to 100. */
function putSeverity(fields: Fields, text: string): void {
  const number = toInteger(text);
  const value = number === undefined ? severityOf(text) : number <= 10 ? number * 10 : Math.min(number, 100);
  if (value !== undefined && value >= 0) fields['event.severity'] = value;
}

function readExtension(fields: Fields, text: string, from: number, ctx: ParseContext): string {
  const customs = new Map<string, string>();
  const labels = new Map<string, string>();
  const rest = scanExtension(text, from, (key, value) => {
    if (value === '') return;
    const name = longNames.get(key) ?? key;
    if (custom.has(name)) customs.set(name, value);
    else if (name.endsWith('Label') && custom.has(name.slice(0, -5))) labels.set(name.slice(0, -5), value);
    else putPair(fields, name, value, ctx);
  });
  for (const [key, value] of customs) {
    const label = labels.get(key);
    fields[`cef.extensions.${label === undefined ? key : label.trim().replaceAll(' ', '_')}`] = value;
    const side = addresses.get(key);
    if (side !== undefined && isIp(value)) putAddress(fields, side, value);
  }
  return rest;
}

function putPair(fields: Fields, key: string, value: string, ctx: ParseContext): void {
  const text = texts.get(key);
  if (text !== undefined) {
    fields[text] = value;
    return;
  }
  const side = addresses.get(key);
  if (side !== undefined) return putAddress(fields, side, value);
  const number = numbers.get(key);
  if (number !== undefined) {
    const integer = toInteger(value);
    if (integer !== undefined) fields[number] = integer;
    else fields[`cef.extensions.${key}`] = value;
    return;
  }
  const time = times.get(key);
  if (time !== undefined) {
    const ms = anyTime(value, ctx.receivedAt, contextOffset(ctx.timezone));
    const iso = ms === undefined ? undefined : isoFromMs(ms);
    fields[iso === undefined ? `cef.extensions.${key}` : time] = iso ?? value;
    return;
  }
  putSpecial(fields, key, value);
}

function putSpecial(fields: Fields, key: string, value: string): void {
  switch (key) {
    case 'shost':
      fields['source.domain'] = value;
      break;
    case 'dhost':
      fields['destination.domain'] = value;
      break;
    case 'dvc':
      if (isIp(value)) fields['observer.ip'] = value;
      break;
    case 'proto':
      putTransport(fields, value);
      break;
    case 'outcome':
      putOutcome(fields, value);
      break;
    case 'request':
      putUrl(fields, value);
      break;
    case 'requestClientApplication':
      putUserAgent(fields, value);
      break;
    case 'sourceTranslatedAddress':
      if (isIp(value)) fields['source.nat.ip'] = value;
      break;
    case 'destinationTranslatedAddress':
      if (isIp(value)) fields['destination.nat.ip'] = value;
      break;
    default:
      fields[`cef.extensions.${key}`] = value;
  }
}

function putOutcome(fields: Fields, value: string): void {
  const lower = value.toLowerCase();
  if (lower === 'success' || lower === 'succeeded' || lower === '成功') fields['event.outcome'] = 'success';
  else if (lower === 'failure' || lower === 'failed' || lower === 'fail' || lower === '失败')
    fields['event.outcome'] = 'failure';
  else fields['cef.extensions.outcome'] = value;
}

function finish(fields: Fields): void {
  const action = fields['event.action'];
  const outcome = fields['event.outcome'];
  if (typeof action === 'string') {
    putVerdict(fields, action, 'info');
    if (outcome !== undefined) fields['event.outcome'] = outcome;
  }
  const user = fields['source.user.name'] ?? fields['destination.user.name'];
  if (typeof user === 'string') fields['user.name'] = user;
  const hash = fields['file.hash.value'];
  if (typeof hash !== 'string') return;
  const kind = hash.length === 32 ? 'md5' : hash.length === 40 ? 'sha1' : hash.length === 64 ? 'sha256' : undefined;
  if (kind !== undefined) {
    delete fields['file.hash.value'];
    fields[`file.hash.${kind}`] = hash;
    putRelatedHashes(fields, 'file');
  }
}

/**
 * ArcSight Common Event Format, any vendor: header, extension dictionary, custom members with their labels.
 * @example
 * ```ts
 * import { cef, createParser } from '@xinglin/parse';
 * const parser = createParser({ parsers: [cef] });
 * const { fields } = parser.parse('CEF:0|Acme|WAF|2.1|100|SQL injection|8|src=10.0.0.9 act=blocked cs1=union select cs1Label=payload', { receivedAt: 0 });
 * // fields['cef.extensions.payload'] 'union select', fields['event.outcome'] 'failure'
 * ```
 */
export const cef: ParserSpec = {
  dataset: 'cef.log',
  vendor: 'any',
  product: 'CEF',
  formats: ['CEF:0', 'CEF:1'],
  reference: 'ArcSight Common Event Format (CEF) Implementation Standard, version 25',
  samples: 'cef/samples.ndjson',
  role: 'observer',
  needs: '|',
  identify,
  parse,
};
