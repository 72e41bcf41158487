import { ciscoIos } from '../cisco-ios/parser.ts';
import { readNamed } from '../scan/device.ts';
import { putDevice } from '../scan/device.ts';
import { readPairs } from '../scan/key-value.ts';
import type { Fields, LogLine, ParseContext, Parsed, ParserSpec } from '../types.ts';

/** Switches write `%FACILITY-SEVERITY-MNEMONIC` as Cisco's do; the model or the maker in the line tells them apart. */
function identify(line: LogLine): number {
  const head = line.raw.slice(0, 200);
  if (head.indexOf('RG-') < 0 && head.indexOf('Ruijie') < 0 && head.indexOf('锐捷') < 0) return 0;
  if (head.indexOf('%') >= 0 && ciscoIos.identify(line) > 0) return 0.95;
  return head.indexOf('=') > 0 || head.indexOf(':') > 0 ? 0.9 : 0;
}

function parse(line: LogLine, ctx: ParseContext): Parsed | undefined {
  const parsed = ciscoIos.parse(line, ctx);
  if (parsed !== undefined) {
    const fields: Fields = {};
    for (const key of Object.keys(parsed.fields)) {
      const value = parsed.fields[key];
      if (value !== undefined) fields[key.startsWith('cisco.ios.') ? `ruijie.rgos.${key.slice(10)}` : key] = value;
    }
    return { dataset: 'ruijie.rgos', fields, confidence: 0.95 };
  }
  const text = line.message.replaceAll('\uff1a', ':').replaceAll('\uff0c', ',');
  const named = text.indexOf('=') < 0 ? readNamed(text, ':', ',') : readPairs(text);
  if (named.size < 3) return undefined;
  const fields: Fields = {};
  putDevice(fields, named, 'ruijie.', ctx);
  return { dataset: 'ruijie.wall', fields, confidence: 0.9 };
}

/**
 * Ruijie (锐捷) RGOS switches and RG-WALL firewalls.
 * @example
 * ```ts
 * import { createParser, ruijie } from '@xinglin/parse';
 * const parser = createParser({ parsers: [ruijie] });
 * const line = '<189>Nov 22 10:11:12 RG-S5750: %SYS-5-CONFIG_I: Configured from console by admin on vty0 (10.20.1.15)';
 * parser.parse(line, { receivedAt: Date.UTC(2026, 10, 22) }).fields['user.name']; // 'admin'
 * ```
 */
export const ruijie: ParserSpec = {
  dataset: 'ruijie.rgos',
  datasets: ['ruijie.wall'],
  vendor: 'Ruijie 锐捷',
  product: 'RGOS / RG-WALL',
  formats: ['%FAC-SEV-MNEMONIC', 'RG-WALL name=value', '名称:值'],
  reference: 'Ruijie RGOS Configuration Guide, "Syslog"; RG-WALL administrator manual, "日志服务器"',
  samples: 'ruijie/samples.ndjson',
  role: 'observer',
  identify,
  parse,
};
