import { putDevice } from '../scan/device.ts';
import { parseJsonObject, textOf } from '../scan/json.ts';
import type { Fields, JsonDocument, LogLine, ParseContext, Parsed, ParserSpec } from '../types.ts';

/** SkyEye: `webids_alert|!{json}`; NGFW and others send the JSON document alone. */
function identify(line: LogLine): number {
  const at = line.message.indexOf('|!{');
  return at > 0 && at < 160 ? 0.95 : 0;
}

function parse(line: LogLine, ctx: ParseContext): Parsed | undefined {
  const at = line.message.indexOf('|!{');
  const doc = parseJsonObject(at < 0 ? line.message : line.message.slice(at + 2));
  if (doc === undefined || (at < 0 && identifyObject(doc) === 0)) return undefined;
  const words = at < 0 ? [] : line.message.slice(0, at).split('|!');
  return read(doc, words.at(-1)?.trim(), ctx);
}

function identifyObject(doc: JsonDocument): number {
  return doc['alarm_sip'] !== undefined && doc['attack_sip'] !== undefined ? 0.95 : 0;
}

function parseObject(doc: JsonDocument, ctx: ParseContext): Parsed | undefined {
  return read(doc, undefined, ctx);
}

/** In SkyEye's documents `alarm_sip` is the victim and `attack_sip` the attacker, whichever way the packet went. */
function read(doc: JsonDocument, type: string | undefined, ctx: ParseContext): Parsed {
  const pairs = new Map<string, string>();
  for (const key of Object.keys(doc)) {
    const value = doc[key];
    const text = textOf(value) ?? (value === null || value === undefined ? undefined : JSON.stringify(value));
    if (text !== undefined) pairs.set(key === '__proto__' ? '_proto_' : key, text);
  }
  const rename = (from: string, to: string): void => {
    const value = pairs.get(from);
    if (value === undefined || value === '' || pairs.has(to)) return;
    pairs.set(to, value);
    pairs.delete(from);
  };
  rename('attack_sip', 'sip');
  rename('alarm_sip', 'dip');
  rename('access_time', 'time');
  rename('vuln_name', 'threat_name');
  rename('rule_name', 'threat_name');
  const fields: Fields = {};
  putDevice(fields, pairs, 'qianxin.', ctx);
  if (type !== undefined && type !== '') fields['qianxin.log_type'] = type;
  if (fields['rule.name'] !== undefined || type?.includes('alert') === true) fields['event.kind'] = 'alert';
  return { dataset: 'qianxin.skyeye', fields, confidence: 0.95 };
}

/**
 * QiAnXin (奇安信) 天眼 SkyEye alerts.
 * @example
 * ```ts
 * import { createParser, qianxin } from '@xinglin/parse';
 * const parser = createParser({ parsers: [qianxin] });
 * const line = '<13>Nov 22 10:11:12 skyeye alarm: webids_alert|!{"attack_sip":"203.0.113.9","alarm_sip":"10.0.0.8","rule_name":"SQL注入"}';
 * parser.parse(line, { receivedAt: Date.UTC(2026, 10, 22) }).fields['source.ip']; // '203.0.113.9'
 * ```
 */
export const qianxin: ParserSpec = {
  dataset: 'qianxin.skyeye',
  vendor: 'QiAnXin 奇安信',
  product: '天眼 SkyEye',
  formats: ['type|!{json}'],
  reference: '奇安信 天眼 SkyEye administrator manual, "syslog 外发"',
  samples: 'qianxin/samples.ndjson',
  role: 'observer',
  needs: '|',
  identify,
  parse,
  identifyObject,
  parseObject,
};
