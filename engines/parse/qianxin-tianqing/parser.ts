import { readNamed } from '../scan/device.ts';
import { putEndpoint } from '../scan/endpoint.ts';
import { parseJsonObject, textOf } from '../scan/json.ts';
import { readPairs } from '../scan/key-value.ts';
import type { Fields, JsonDocument, LogLine, ParseContext, Parsed, ParserSpec } from '../types.ts';

const marks = ['天擎', 'tianqing', 'skylar', 'TianQing'] as const;

function marked(text: string): boolean {
  return marks.some((mark) => text.indexOf(mark) >= 0);
}

function identify(line: LogLine): number {
  if (line.program === 'tianqing' || line.program === 'skylar') return 0.95;
  const head = line.raw.slice(0, 160);
  return marked(head) && (head.indexOf('=') > 0 || head.indexOf(':') > 0) ? 0.93 : 0;
}

function parse(line: LogLine, ctx: ParseContext): Parsed | undefined {
  const open = line.message.indexOf('{');
  const doc = open < 0 || open > 120 ? undefined : parseJsonObject(line.message.slice(open));
  if (doc !== undefined) return read(pairsOf(doc), ctx);
  const text = line.message
    .replaceAll('\uff1a', ':')
    .replaceAll('\uff0c', ',')
    .replace(/^(?:天擎|tianqing|TianQing|skylar)[ :]/, '')
    .trimStart();
  const named = readNamed(text, ':', ',');
  return read(named.size >= 3 ? named : readPairs(text), ctx);
}

function pairsOf(doc: JsonDocument): Map<string, string> {
  const pairs = new Map<string, string>();
  const add = (members: JsonDocument): void => {
    for (const key of Object.keys(members)) {
      const value = members[key];
      const text = textOf(value);
      if (text !== undefined) pairs.set(key === '__proto__' ? '_proto_' : key, text);
      else if (key === 'content' && typeof value === 'object' && value !== null && !Array.isArray(value))
        add(value as JsonDocument);
      else if (value !== null && value !== undefined) pairs.set(key, JSON.stringify(value));
    }
  };
  add(doc);
  return pairs;
}

function read(pairs: ReadonlyMap<string, string>, ctx: ParseContext): Parsed | undefined {
  if (pairs.size < 3) return undefined;
  const fields: Fields = {};
  putEndpoint(fields, pairs, 'qianxin.tianqing.', ctx);
  return { dataset: 'qianxin.tianqing', fields, confidence: 0.93 };
}

function identifyObject(doc: JsonDocument): number {
  const product = textOf(doc['product']) ?? textOf(doc['product_name']) ?? textOf(doc['产品']) ?? '';
  if (!marked(product)) return 0;
  return doc['client_ip'] !== undefined ||
    doc['client_name'] !== undefined ||
    doc['content'] !== undefined ||
    doc['终端IP'] !== undefined
    ? 0.95
    : 0;
}

function parseObject(doc: JsonDocument, ctx: ParseContext): Parsed | undefined {
  return read(pairsOf(doc), ctx);
}

/**
 * QiAnXin (奇安信) 天擎 endpoint protection: virus, vulnerability, device control and login logs, as JSON, `name=value` or 名称:值.
 * @example
 * ```ts
 * import { createParser, qianxinTianqing } from '@xinglin/parse';
 * const parser = createParser({ parsers: [qianxinTianqing] });
 * const line = '<14>Nov 22 10:11:12 epp tianqing: {"product":"天擎","log_type":"病毒查杀","client_name":"WS-07","client_ip":"10.20.1.15","virus_name":"Worm.X","result":"隔离成功"}';
 * parser.parse(line, { receivedAt: Date.UTC(2026, 10, 22) }).fields['host.ip']; // '10.20.1.15'
 * ```
 */
export const qianxinTianqing: ParserSpec = {
  dataset: 'qianxin.tianqing',
  vendor: 'QiAnXin 奇安信',
  product: '天擎',
  formats: ['JSON', 'name=value', '名称:值'],
  reference:
    '奇安信 网神终端安全管理系统(天擎) administrator manual, "日志外发"; field names as integrators publish them, not checked against a device',
  samples: 'qianxin-tianqing/samples.ndjson',
  role: 'observer',
  programs: ['tianqing', 'skylar'],
  needs: '\u0080',
  identify,
  parse,
  identifyObject,
  parseObject,
};
