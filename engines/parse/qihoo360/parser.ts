import { readNamed } from '../scan/device.ts';
import { putEndpoint } from '../scan/endpoint.ts';
import { parseJsonObject, textOf } from '../scan/json.ts';
import { readPairs } from '../scan/key-value.ts';
import type { Fields, JsonDocument, LogLine, ParseContext, Parsed, ParserSpec } from '../types.ts';

/** 360 marks its records by product: `360epp`, `360ESM`, `360 终端安全`, `360 本地安全大脑`. */
function marked(text: string): boolean {
  const at = text.indexOf('360');
  if (at < 0) return false;
  const next = text
    .slice(at + 3, at + 12)
    .trimStart()
    .toLowerCase();
  return (
    next.startsWith('epp') ||
    next.startsWith('esm') ||
    next.startsWith('终端') ||
    next.startsWith('本地安全大脑') ||
    next.startsWith('天')
  );
}

function identify(line: LogLine): number {
  if (line.program.startsWith('360')) return 0.95;
  return marked(line.raw.slice(0, 160)) ? 0.93 : 0;
}

function parse(line: LogLine, ctx: ParseContext): Parsed | undefined {
  const open = line.message.indexOf('{');
  const doc = open < 0 || open > 120 ? undefined : parseJsonObject(line.message.slice(open));
  if (doc !== undefined) return parseObject(doc, ctx);
  const text = line.message.replaceAll('\uff1a', ':').replaceAll('\uff0c', ',').replaceAll('\uff1b', ';');
  const named = readNamed(text, ':', text.indexOf(';') > 0 ? ';' : ',');
  return read(named.size >= 3 ? named : readPairs(text), ctx);
}

function read(pairs: ReadonlyMap<string, string>, ctx: ParseContext): Parsed | undefined {
  if (pairs.size < 3) return undefined;
  const fields: Fields = {};
  putEndpoint(fields, pairs, 'qihoo.epp.', ctx);
  return { dataset: 'qihoo.epp', fields, confidence: 0.93 };
}

function identifyObject(doc: JsonDocument): number {
  return marked(textOf(doc['product']) ?? textOf(doc['productName']) ?? textOf(doc['产品名称']) ?? '') ? 0.95 : 0;
}

function parseObject(doc: JsonDocument, ctx: ParseContext): Parsed | undefined {
  const pairs = new Map<string, string>();
  for (const key of Object.keys(doc)) {
    const value = doc[key];
    const text = textOf(value) ?? (value === null || value === undefined ? undefined : JSON.stringify(value));
    if (text !== undefined) pairs.set(key === '__proto__' ? '_proto_' : key, text);
  }
  return read(pairs, ctx);
}

/**
 * 360 终端安全管理系统 (EPP/ESM) and 本地安全大脑.
 * @example
 * ```ts
 * import { createParser, qihoo360 } from '@xinglin/parse';
 * const parser = createParser({ parsers: [qihoo360] });
 * const line = '<14>Nov 22 10:11:12 mgr 360epp: 日志类型:病毒日志;终端IP:10.20.1.15;病毒名称:Trojan.X;处理结果:清除成功';
 * parser.parse(line, { receivedAt: Date.UTC(2026, 10, 22) }).fields['rule.name']; // 'Trojan.X'
 * ```
 */
export const qihoo360: ParserSpec = {
  dataset: 'qihoo.epp',
  vendor: '360',
  product: '终端安全管理系统',
  formats: ['名称:值', 'name=value', 'JSON'],
  reference:
    '360 终端安全管理系统 administrator manual, "syslog 上报"; field names as integrators publish them, not checked against a device',
  samples: 'qihoo360/samples.ndjson',
  role: 'observer',
  programs: ['360epp', '360esm'],
  needs: '\u0080',
  identify,
  parse,
  identifyObject,
  parseObject,
};
