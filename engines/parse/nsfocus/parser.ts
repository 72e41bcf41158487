import { putDevice, readNamed } from '../scan/device.ts';
import { readPairs } from '../scan/key-value.ts';
import type { Fields, LogLine, ParseContext, Parsed, ParserSpec } from '../types.ts';

function identify(line: LogLine): number {
  const text = line.message;
  if (text.indexOf('danger_degree:') >= 0 && text.indexOf('src_addr:') >= 0) return 0.95;
  const tag = text.indexOf('waf_log_');
  return tag >= 0 && tag < 64 ? 0.95 : 0;
}

/** NIPS writes the degree as a number. */
const degrees: Readonly<Record<string, string>> = { '0': '低', '1': '低', '2': '中', '3': '高' };

function parse(line: LogLine, ctx: ParseContext): Parsed | undefined {
  const text = line.message;
  const fields: Fields = {};
  if (text.indexOf('waf_log_') >= 0) {
    // The time of day stands apart from its date.
    const joined = text.replace(/time:(\d{4}-\d\d-\d\d) (?=\d\d:)/, 'time:$1T');
    const pairs = readPairs(joined, { assign: ':' });
    if (pairs.size < 4) return undefined;
    const threat = pairs.get('event_type');
    if (threat !== undefined && !pairs.has('threat')) pairs.set('threat', threat);
    const policy = pairs.get('policy_id');
    if (policy !== undefined) fields['nsfocus.policy_id'] = policy;
    pairs.delete('policy_id');
    putDevice(fields, pairs, 'nsfocus.', ctx);
    fields['event.category'] = ['network', 'web', 'intrusion_detection'];
    fields['event.kind'] = 'alert';
    return { dataset: 'nsfocus.waf', fields, confidence: 0.95 };
  }
  const pairs = readNamed(text, ':', ';');
  if (!pairs.has('src_addr')) return undefined;
  const degree = pairs.get('danger_degree');
  if (degree !== undefined) pairs.set('danger_degree', degrees[degree] ?? degree);
  // "event:[21001]Web服务远程SQL注入攻击"
  const event = /^\[(\d{1,9})\](.{1,200})$/.exec(pairs.get('event') ?? '');
  const plain = pairs.get('event');
  pairs.delete('event');
  pairs.set('attack', event?.[2] ?? plain ?? '');
  if (event?.[1] !== undefined) pairs.set('ruleid', event[1]);
  putDevice(fields, pairs, 'nsfocus.', ctx);
  return { dataset: 'nsfocus.nips', fields, confidence: 0.95 };
}

/**
 * NSFOCUS (绿盟) NIPS/NIDS and WAF.
 * @example
 * ```ts
 * import { createParser, nsfocus } from '@xinglin/parse';
 * const parser = createParser({ parsers: [nsfocus] });
 * const line = 'time:2026-11-22 10:11:12;danger_degree:3;breaking_sighn:0;event:[21001]Web服务远程SQL注入攻击;src_addr:203.0.113.9;src_port:5001;dst_addr:10.0.0.8;dst_port:80;proto:TCP';
 * parser.parse(line, { receivedAt: 0 }).fields['rule.id']; // '21001'
 * ```
 */
export const nsfocus: ParserSpec = {
  dataset: 'nsfocus.nips',
  datasets: ['nsfocus.waf'],
  vendor: 'NSFOCUS 绿盟',
  product: 'NIPS / WAF',
  formats: ['NIPS name:value;', 'WAF name:value'],
  reference: 'NSFOCUS NIPS and WAF user manuals, "日志服务器/Syslog"',
  samples: 'nsfocus/samples.ndjson',
  role: 'observer',
  needs: '_:',
  identify,
  parse,
};
