import { putDevice } from '../scan/device.ts';
import { readPairs } from '../scan/key-value.ts';
import type { Fields, LogLine, ParseContext, Parsed, ParserSpec } from '../types.ts';

function identify(line: LogLine): number {
  const text = line.message;
  if (!text.startsWith('device="') && !text.startsWith('device_name="')) return 0;
  return text.indexOf('log_type="') > 0 ? 0.95 : 0;
}

function parse(line: LogLine, ctx: ParseContext): Parsed | undefined {
  const pairs = readPairs(line.message);
  const type = pairs.get('log_type');
  if (type === undefined) return undefined;
  const date = pairs.get('date');
  const time = pairs.get('time');
  if (date !== undefined && time !== undefined) {
    pairs.set('time', pairs.get('timestamp') ?? `${date} ${time}`);
    pairs.delete('date');
    pairs.delete('timestamp');
  }
  const sub = pairs.get('log_subtype') ?? pairs.get('status');
  if (sub !== undefined && !pairs.has('action')) pairs.set('action', sub);
  const fields: Fields = {};
  putDevice(fields, pairs, 'sophos.xg.', ctx);
  if (type === 'IDP' || type === 'Anti-Virus' || type === 'ATP' || type === 'WAF') fields['event.kind'] = 'alert';
  if (type === 'Event' && pairs.get('log_component')?.includes('Authentication') === true) {
    fields['event.category'] = ['authentication'];
    fields['event.type'] = ['start'];
    fields['event.outcome'] = /fail/i.test(pairs.get('status') ?? '') ? 'failure' : 'success';
  }
  return { dataset: 'sophos.xg', fields, confidence: 0.95 };
}

/**
 * Sophos Firewall (XG/XGS) device log.
 * @example
 * ```ts
 * import { createParser, sophos } from '@xinglin/parse';
 * const parser = createParser({ parsers: [sophos] });
 * const line = 'device="SFW" date=2026-11-22 time=10:11:12 log_type="Firewall" log_subtype="Denied" src_ip=10.0.0.9 dst_ip=10.0.0.8 dst_port=445 protocol="TCP"';
 * parser.parse(line, { receivedAt: 0 }).fields['event.outcome']; // 'failure'
 * ```
 */
export const sophos: ParserSpec = {
  dataset: 'sophos.xg',
  vendor: 'Sophos',
  product: 'Firewall',
  formats: ['key=value syslog'],
  reference: 'Sophos Firewall Log Message Reference (SF syslog)',
  samples: 'sophos/samples.ndjson',
  role: 'observer',
  starts: 'd',
  identify,
  parse,
};
