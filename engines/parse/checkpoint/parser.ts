import { putDevice } from '../scan/device.ts';
import { readPairs } from '../scan/key-value.ts';
import type { Fields, LogLine, ParseContext, Parsed, ParserSpec } from '../types.ts';

/** Log Exporter, syslog format: `[action:"Accept"; flags:"…"; src:"10.0.0.9"; …]`. */
function identify(line: LogLine): number {
  if (line.program === 'checkpoint') return 0.95;
  const at = line.message.indexOf('[action:"');
  return at >= 0 && at < 80 ? 0.95 : 0;
}

function parse(line: LogLine, ctx: ParseContext): Parsed | undefined {
  const text = line.message;
  const open = text.indexOf('[');
  const body = open < 0 ? text : text.slice(open + 1, text.endsWith(']') ? -1 : undefined);
  const pairs = readPairs(body, { assign: ':', separator: ';' });
  for (const [id, params] of line.syslog?.structuredData ?? [])
    if (id.length > 0) for (const [name, value] of params) if (!pairs.has(name)) pairs.set(name, value);
  if (pairs.size < 3) return undefined;
  const take = (from: string, to: string): void => {
    const value = pairs.get(from);
    if (value !== undefined && !pairs.has(to)) {
      pairs.set(to, value);
      pairs.delete(from);
    }
  };
  take('s_port', 'sport');
  take('service', 'dport');
  take('xlatesrc', 'natsrcip');
  take('xlatedst', 'natdstip');
  take('protection_name', 'attack');
  take('src_user_name', 'user');
  take('inzone', 'srczone');
  take('outzone', 'dstzone');
  const fields: Fields = {};
  putDevice(fields, pairs, 'checkpoint.', ctx);
  if (fields['message'] === undefined) fields['message'] = text;
  return { dataset: 'checkpoint.firewall', fields, confidence: 0.95 };
}

/**
 * Check Point Log Exporter in syslog format (its CEF and LEEF formats are read by those parsers).
 * @example
 * ```ts
 * import { checkpoint, createParser } from '@xinglin/parse';
 * const parser = createParser({ parsers: [checkpoint] });
 * const line = '<134>1 2026-11-22T02:11:12Z gw CheckPoint 1 - [action:"Drop"; src:"10.0.0.9"; dst:"10.0.0.8"; service:"445"; s_port:"5000"; proto:"6"; rule_name:"Cleanup"]';
 * parser.parse(line, { receivedAt: 0 }).fields['destination.port']; // 445
 * ```
 */
export const checkpoint: ParserSpec = {
  dataset: 'checkpoint.firewall',
  vendor: 'Check Point',
  product: 'Quantum',
  formats: ['Log Exporter syslog'],
  reference: 'Check Point Log Exporter (sk122323) and "Description of fields in Check Point logs" (sk144192)',
  samples: 'checkpoint/samples.ndjson',
  role: 'observer',
  programs: ['checkpoint'],
  ownsStructuredData: true,
  needs: '[:',
  identify,
  parse,
};
