import { putDevice, readNamed } from '../scan/device.ts';
import type { Fields, LogLine, ParseContext, Parsed, ParserSpec } from '../types.ts';

function identify(line: LogLine): number {
  return line.message.startsWith('发生时间/') || line.program === 'dbappwaf' ? 0.97 : 0;
}

function parse(line: LogLine, ctx: ParseContext): Parsed | undefined {
  const pairs = readSlashed(line.message);
  if (!pairs.has('发生时间')) return undefined;
  const fields: Fields = {};
  putDevice(fields, pairs, 'das.waf.', ctx);
  fields['event.kind'] = 'alert';
  fields['event.category'] = ['network', 'web', 'intrusion_detection'];
  return { dataset: 'das.waf', fields, confidence: 0.97 };
}

/** "HTTP/S响应码/200": the one name that holds the assignment mark itself. */
function readSlashed(text: string): Map<string, string> {
  return readNamed(text.replace(',HTTP/S响应码/', ',响应码/'), '/', ',');
}

/**
 * DAS-Security (安恒) 明御 WAF: `发生时间/…,威胁/高,事件/SQL注入,…`.
 * @example
 * ```ts
 * import { createParser, dasWaf } from '@xinglin/parse';
 * const parser = createParser({ parsers: [dasWaf] });
 * const line = '<13>DBAppWAF: 发生时间/2026-11-22 10:11:12,威胁/高,事件/SQL注入,请求方法/GET,URL地址/his.example.cn/a,服务器IP/10.0.0.8,客户端IP/203.0.113.9,动作/阻断';
 * parser.parse(line, { receivedAt: 0 }).fields['rule.name']; // 'SQL注入'
 * ```
 */
export const dasWaf: ParserSpec = {
  dataset: 'das.waf',
  vendor: 'DAS-Security 安恒',
  product: '明御 WAF',
  formats: ['名称/值'],
  reference: 'DAS-Security 明御 WAF administrator manual, "日志外发"',
  samples: 'das-waf/samples.ndjson',
  role: 'observer',
  programs: ['dbappwaf'],
  needs: '/\u0080',
  identify,
  parse,
};
