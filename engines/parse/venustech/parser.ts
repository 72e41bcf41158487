import { putDevice } from '../scan/device.ts';
import { readPairs } from '../scan/key-value.ts';
import type { Fields, LogLine, ParseContext, Parsed, ParserSpec } from '../types.ts';

function identify(line: LogLine): number {
  const text = line.message;
  return text.startsWith('devid=') && text.indexOf(' dname=') > 0 && text.indexOf(' logtype=') > 0 ? 0.95 : 0;
}

function parse(line: LogLine, ctx: ParseContext): Parsed | undefined {
  const pairs = readPairs(line.message);
  if (!pairs.has('devid') || !pairs.has('logtype')) return undefined;
  const fields: Fields = {};
  putDevice(fields, pairs, 'venustech.', ctx);
  return { dataset: 'venustech.firewall', fields, confidence: 0.95 };
}

/**
 * Venustech (启明星辰) 天清 firewalls, UTM and IPS: `devid=… date="…" dname=… logtype=… pri=… mod=…`.
 * @example
 * ```ts
 * import { createParser, venustech } from '@xinglin/parse';
 * const parser = createParser({ parsers: [venustech] });
 * const line = 'devid=0 date="2026/11/22 10:11:12" dname=venus logtype=9 pri=4 ver=1.0 mod=ips sa=203.0.113.9 sport=4022 da=10.0.0.8 dport=80 proto=TCP eventname="SQL注入" act=drop';
 * parser.parse(line, { receivedAt: 0 }).fields['rule.name']; // 'SQL注入'
 * ```
 */
export const venustech: ParserSpec = {
  dataset: 'venustech.firewall',
  vendor: 'Venustech 启明星辰',
  product: '天清',
  formats: ['devid= key=value'],
  reference: '启明星辰 天清 administrator manuals, "日志格式"',
  samples: 'venustech/samples.ndjson',
  role: 'observer',
  starts: 'd',
  identify,
  parse,
};
