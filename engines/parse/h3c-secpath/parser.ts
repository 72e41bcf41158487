import { putDevice, readNamed } from '../scan/device.ts';
import { digitsAt } from '../scan/text.ts';
import type { Fields, LogLine, ParseContext, Parsed, ParserSpec } from '../types.ts';

function identify(line: LogLine): number {
  const at = line.message.indexOf('%%10');
  return at >= 0 && at < 120 && line.message.indexOf('/', at) > at ? 0.95 : 0;
}

function parse(line: LogLine, ctx: ParseContext): Parsed | undefined {
  const text = line.message;
  const at = text.indexOf('%%10');
  const colon = at < 0 ? -1 : text.indexOf(':', at);
  if (colon < 0) return undefined;
  const [module = '', level = '', mnemonic = ''] = text.slice(at + 4, colon).split('/', 3);
  const body = text.slice(colon + 1).trim();
  const fields: Fields = {};
  putDevice(fields, readNamed(body.replace(/^-[^;]{1,64}; /, ''), '=', ';'), 'h3c.secpath.', ctx);
  fields['event.code'] = `${module}/${mnemonic}`;
  fields['h3c.secpath.module'] = module;
  const severity = digitsAt(level, 0, level.length);
  if (severity >= 0) fields['h3c.secpath.level'] = severity;
  if (fields['message'] === undefined) fields['message'] = body;
  if (module === 'IPS' || module === 'ANTI-VIR' || module === 'ATK' || module === 'WAF') fields['event.kind'] = 'alert';
  if (mnemonic.includes('LOGIN') || mnemonic.includes('LOGOUT')) {
    fields['event.category'] = ['authentication'];
    fields['event.type'] = [mnemonic.includes('LOGOUT') ? 'end' : 'start'];
    fields['event.outcome'] = mnemonic.includes('FAIL') ? 'failure' : 'success';
    fields['event.action'] = mnemonic.includes('LOGOUT') ? 'logout' : 'login';
  }
  return { dataset: 'h3c.secpath', fields, confidence: 0.95 };
}

/**
 * H3C SecPath firewalls and Comware devices: `%%10MODULE/level/MNEMONIC: Name(1003)=value;…`.
 * @example
 * ```ts
 * import { createParser, h3cSecpath } from '@xinglin/parse';
 * const parser = createParser({ parsers: [h3cSecpath] });
 * const line = '<190>Nov 22 10:11:12 2026 FW %%10FILTER/6/FILTER_ZONE_EXECUTION: Protocol(1001)=TCP;SrcIPAddr(1003)=10.0.0.9;DstIPAddr(1007)=10.0.0.8;DstPort(1008)=445;Event(1048)=Deny;';
 * parser.parse(line, { receivedAt: Date.UTC(2026, 10, 22) }).fields['event.outcome']; // 'failure'
 * ```
 */
export const h3cSecpath: ParserSpec = {
  dataset: 'h3c.secpath',
  vendor: 'H3C',
  product: 'SecPath',
  formats: ['%%10 syslog'],
  reference: 'H3C SecPath Log Messages Reference',
  samples: 'h3c-secpath/samples.ndjson',
  role: 'observer',
  needs: '%/',
  identify,
  parse,
};
