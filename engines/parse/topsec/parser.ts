import { putDevice } from '../scan/device.ts';
import { readPairs } from '../scan/key-value.ts';
import type { Fields, LogLine, ParseContext, Parsed, ParserSpec } from '../types.ts';

function identify(line: LogLine): number {
  const text = line.message;
  return (text.startsWith('id=') && text.indexOf(' fw=') > 0 && text.indexOf(' type=') > 0) ||
    text.startsWith('id=tos ')
    ? 0.95
    : 0;
}

function parse(line: LogLine, ctx: ParseContext): Parsed | undefined {
  const pairs = readPairs(line.message);
  if (!pairs.has('id') || !(pairs.has('type') || pairs.has('fw'))) return undefined;
  const fields: Fields = {};
  // `rule` is the verdict here, not a name.
  const verdict = pairs.get('rule');
  if (verdict !== undefined && !pairs.has('action')) {
    pairs.set('action', verdict);
    pairs.delete('rule');
  }
  putDevice(fields, pairs, 'topsec.', ctx);
  if (pairs.get('type') === 'mgmt' || pairs.get('type') === 'system') {
    fields['event.category'] = ['configuration'];
    fields['event.type'] = ['change'];
  }
  return { dataset: 'topsec.firewall', fields, confidence: 0.95 };
}

/**
 * Topsec (天融信) firewalls and IPS: `id=tos time="…" fw=… pri=6 type=conn src=… dst=…`.
 * @example
 * ```ts
 * import { createParser, topsec } from '@xinglin/parse';
 * const parser = createParser({ parsers: [topsec] });
 * const line = 'id=tos time="2026-11-22 10:11:12" fw=TopsecOS pri=6 type=conn src=10.0.0.9 dst=10.0.0.8 sport=5000 dport=445 proto=tcp rule=deny';
 * parser.parse(line, { receivedAt: 0 }).fields['event.outcome']; // 'failure'
 * ```
 */
export const topsec: ParserSpec = {
  dataset: 'topsec.firewall',
  vendor: 'Topsec 天融信',
  product: 'NGFW / TopIDP',
  formats: ['id= key=value'],
  reference: '天融信 NGFW / TopIDP administrator manuals, "日志服务器"',
  samples: 'topsec/samples.ndjson',
  role: 'observer',
  starts: 'i',
  identify,
  parse,
};
