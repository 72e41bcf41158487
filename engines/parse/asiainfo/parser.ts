import { cef } from '../cef/parser.ts';
import { readNamed } from '../scan/device.ts';
import { putEndpoint } from '../scan/endpoint.ts';
import { readPairs } from '../scan/key-value.ts';
import type { Fields, LogLine, ParseContext, Parsed, ParserSpec } from '../types.ts';

const makers = ['Asiainfo', 'AsiaInfo', 'asiainfo', '亚信', 'Trend Micro', 'TrendMicro'] as const;

/** CEF of 亚信 (formerly Trend Micro China) products, and the plain lines of OfficeScan. */
function identify(line: LogLine): number {
  const text = line.message;
  const at = text.indexOf('CEF:');
  if (at >= 0 && at < 64) {
    const maker = text.slice(at + 6, at + 30);
    return makers.some((name) => maker.startsWith(name)) ? 0.98 : 0;
  }
  return line.program === 'officescan' || line.program === 'ofcscan' || text.slice(0, 64).indexOf('OfficeScan') >= 0
    ? 0.93
    : 0;
}

const infections = /virus|malware|spyware|ransom|anti-malware|病毒|恶意/i;
const intrusions = /intrusion|ips|c&c|callback|exploit|reconnaissance|入侵|漏洞|攻击/i;

function parse(line: LogLine, ctx: ParseContext): Parsed | undefined {
  if (line.message.indexOf('CEF:') < 0) return parsePlain(line, ctx);
  const parsed = cef.parse(line, ctx);
  if (parsed === undefined) return undefined;
  const { fields } = parsed;
  const name = String(fields['cef.name'] ?? fields['message'] ?? '');
  const kind = `${name} ${String(fields['cef.device.event_class_id'] ?? '')} ${String(fields['rule.category'] ?? '')}`;
  const infected = infections.test(kind);
  if (infected || intrusions.test(kind)) {
    fields['event.kind'] = 'alert';
    fields['event.category'] = infected ? ['malware', 'host'] : ['network', 'intrusion_detection'];
    const found =
      fields['cef.extensions.virus_name'] ??
      fields['cef.extensions.VLF_VirusName'] ??
      fields['cef.extensions.Virus_Name'];
    if (typeof found === 'string') fields['rule.name'] = found;
    else if (fields['rule.name'] === undefined && name !== '') fields['rule.name'] = name;
  }
  return { ...parsed, dataset: datasetOf(String(fields['observer.product'] ?? '')), confidence: 0.98 };
}

function datasetOf(product: string): string {
  return /deep security|ds agent|服务器深度安全|云主机/i.test(product)
    ? 'asiainfo.deep_security'
    : 'asiainfo.officescan';
}

function parsePlain(line: LogLine, ctx: ParseContext): Parsed | undefined {
  const text = line.message.replaceAll('\uff1a', ':').replaceAll('\uff0c', ',');
  const named = readNamed(text, ':', ',');
  const pairs = named.size >= 3 ? named : readPairs(text);
  if (pairs.size < 3) return undefined;
  const fields: Fields = {};
  putEndpoint(fields, pairs, 'asiainfo.', ctx);
  return { dataset: 'asiainfo.officescan', fields, confidence: 0.93 };
}

/**
 * AsiaInfo Security (亚信安全, formerly Trend Micro China) OfficeScan and Deep Security.
 * @example
 * ```ts
 * import { asiainfo, createParser } from '@xinglin/parse';
 * const parser = createParser({ parsers: [asiainfo] });
 * const line = 'CEF:0|Asiainfo Security|Deep Security Agent|10.0|4000000|Anti-Malware: Eicar_test_file|6|dvchost=his-db filePath=/tmp/a act=Quarantine';
 * parser.parse(line, { receivedAt: 0 }).fields['event.kind']; // 'alert'
 * ```
 */
export const asiainfo: ParserSpec = {
  dataset: 'asiainfo.officescan',
  datasets: ['asiainfo.deep_security'],
  vendor: 'AsiaInfo 亚信安全',
  product: 'OfficeScan / Deep Security',
  formats: ['CEF', '名称:值', 'name=value'],
  reference:
    'Trend Micro Deep Security, "Syslog message formats" (CEF); Apex Central (OfficeScan) "CEF syslog mapping"',
  samples: 'asiainfo/samples.ndjson',
  role: 'observer',
  programs: ['officescan', 'ofcscan'],
  needs: ':',
  identify,
  parse,
};
