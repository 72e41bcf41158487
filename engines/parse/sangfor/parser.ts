import { putDevice, readNamed } from '../scan/device.ts';
import { putEndpoint } from '../scan/endpoint.ts';
import type { Fields, LogLine, ParseContext, Parsed, ParserSpec } from '../types.ts';

/** Programs of AF, AC and EDR. */
const programs = new Set(['fwlog', 'aclog', 'edrlog', 'sangfor', 'edr']);

function identify(line: LogLine): number {
  const text = line.message;
  const at = text.indexOf('日志类型');
  if (at < 0 || at > 64) return programs.has(line.program) && text.indexOf('IP') >= 0 ? 0.9 : 0;
  const next = text.charCodeAt(at + 4);
  if (next !== 58 && next !== 0xff1a) return 0;
  // Others write the same member; the firewall's own mark is its program, and a list of pairs otherwise.
  return programs.has(line.program) ? 0.95 : 0.91;
}

function parse(line: LogLine, ctx: ParseContext): Parsed | undefined {
  // Full-width punctuation occurs in older firmware.
  const text = line.message.replaceAll('：', ':').replaceAll('，', ',');
  const pairs = readNamed(text, ':', ',');
  if (!pairs.has('日志类型') && !pairs.has('源IP') && !pairs.has('终端IP')) return undefined;
  const fields: Fields = {};
  const type = pairs.get('日志类型') ?? '';
  if (line.program.startsWith('edr') || pairs.has('终端IP') || pairs.has('终端名称')) {
    putEndpoint(fields, pairs, 'sangfor.', ctx);
    return { dataset: 'sangfor.edr', fields, confidence: 0.95 };
  }
  const attack = /防护|攻击|病毒|入侵|威胁|僵尸|WAF|IPS/i.test(type);
  const kind = pairs.get('攻击类型');
  if (attack && kind !== undefined && !pairs.has('漏洞名称') && !pairs.has('病毒名称')) pairs.set('威胁名称', kind);
  putDevice(fields, pairs, 'sangfor.', ctx);
  if (attack) {
    fields['event.kind'] = 'alert';
    fields['event.category'] = /病毒/.test(type) ? ['network', 'malware'] : ['network', 'intrusion_detection'];
    if (fields['rule.name'] === undefined) fields['rule.name'] = type;
  } else if (/操作|登录/.test(type)) fields['event.category'] = ['authentication'];
  if (fields['message'] === undefined) fields['message'] = type;
  const behaviour = line.program === 'aclog' || /上网|外发|搜索|网站访问|用户认证|流量审计/.test(type);
  return { dataset: behaviour ? 'sangfor.ac' : 'sangfor.af', fields, confidence: 0.95 };
}

/**
 * Sangfor (深信服) AF, AC and EDR: Chinese names, `日志类型:…, 源IP:…, 系统动作:…`.
 * @example
 * ```ts
 * import { createParser, sangfor } from '@xinglin/parse';
 * const parser = createParser({ parsers: [sangfor] });
 * const line = '<134>Nov 22 10:11:12 localhost fwlog: 日志类型:WEB应用防护日志, 源IP:203.0.113.9, 目的IP:10.0.0.8, 目的端口:80, 攻击类型:SQL注入, 严重级别:高, 系统动作:拒绝';
 * parser.parse(line, { receivedAt: Date.UTC(2026, 10, 22) }).fields['event.severity']; // 73
 * ```
 */
export const sangfor: ParserSpec = {
  dataset: 'sangfor.af',
  datasets: ['sangfor.ac', 'sangfor.edr'],
  vendor: 'Sangfor 深信服',
  product: 'AF / AC / EDR',
  formats: ['中文名称:值'],
  reference: '深信服 AF / AC / EDR administrator manuals, "syslog 外发"',
  samples: 'sangfor/samples.ndjson',
  role: 'observer',
  programs: [...programs],
  needs: '\u0080',
  identify,
  parse,
};
