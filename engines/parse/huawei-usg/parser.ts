import { putDevice } from '../scan/device.ts';
import { readPairs } from '../scan/key-value.ts';
import { digitsAt } from '../scan/text.ts';
import type { Fields, LogLine, ParseContext, Parsed, ParserSpec } from '../types.ts';

function identify(line: LogLine): number {
  const at = line.message.indexOf('%%01');
  return at >= 0 && at < 120 && line.message.indexOf('/', at) > at ? 0.95 : 0;
}

/** Modules whose events are attacks. */
const threats = new Set(['IPS', 'AV', 'ATK', 'SEC', 'WAF', 'C&C', 'APT', 'URL', 'DDOS']);

function parse(line: LogLine, ctx: ParseContext): Parsed | undefined {
  const text = line.message;
  const at = text.indexOf('%%01');
  if (at < 0) return undefined;
  const colon = text.indexOf(':', at);
  if (colon < 0) return undefined;
  // %%01POLICY/6/POLICYPERMIT(l)[12]:
  const [module = '', level = '', rest = ''] = text.slice(at + 4, colon).split('/', 3);
  const paren = rest.search(/[([]/);
  const mnemonic = paren < 0 ? rest : rest.slice(0, paren);
  const body = text.slice(colon + 1).trim();
  const fields: Fields = {};
  const open = body.indexOf('(');
  const listed =
    open >= 0 && body.endsWith(')') ? body.slice(open + 1, -1) : body.endsWith('.') ? body.slice(0, -1) : body;
  putDevice(fields, readPairs(listed, { separator: ',' }), 'huawei.usg.', ctx);
  fields['event.code'] = `${module}/${mnemonic}`;
  fields['huawei.usg.module'] = module;
  const severity = digitsAt(level, 0, level.length);
  if (severity >= 0) fields['huawei.usg.level'] = severity;
  if (fields['message'] === undefined) fields['message'] = body;
  if (mnemonic.includes('PERMIT')) verdict(fields, 'permit', 'allowed', 'success');
  else if (mnemonic.includes('DENY')) verdict(fields, 'deny', 'denied', 'failure');
  if (threats.has(module)) fields['event.kind'] = 'alert';
  if (
    mnemonic.includes('LOGIN') ||
    (mnemonic.includes('FAIL') && (module === 'SSH' || module === 'AAA' || module === 'TELNET' || module === 'WEB'))
  ) {
    fields['event.category'] = ['authentication'];
    fields['event.type'] = ['start'];
    fields['event.outcome'] = /FAIL|DENY|ERR/.test(mnemonic) ? 'failure' : 'success';
    fields['event.action'] = 'login';
  }
  return { dataset: 'huawei.usg', fields, confidence: 0.95 };
}

function verdict(fields: Fields, action: string, type: string, outcome: string): void {
  fields['event.action'] = action;
  fields['event.type'] = ['connection', type];
  fields['event.outcome'] = outcome;
}

/**
 * Huawei USG, HiSecEngine and VRP devices: `%%01MODULE/level/MNEMONIC(l): name=value, …`.
 * @example
 * ```ts
 * import { createParser, huaweiUsg } from '@xinglin/parse';
 * const parser = createParser({ parsers: [huaweiUsg] });
 * const line = '<190>Nov 22 2026 10:11:12 USG %%01POLICY/6/POLICYDENY(l)[0]:vsys=public, protocol=6, source-ip=10.0.0.9, destination-ip=10.0.0.8, destination-port=445, rule-name=deny_smb.';
 * parser.parse(line, { receivedAt: Date.UTC(2026, 10, 22) }).fields['rule.name']; // 'deny_smb'
 * ```
 */
export const huaweiUsg: ParserSpec = {
  dataset: 'huawei.usg',
  vendor: 'Huawei',
  product: 'USG / HiSecEngine',
  formats: ['%%01 syslog'],
  reference: 'Huawei HiSecEngine USG6000E Log Reference',
  samples: 'huawei-usg/samples.ndjson',
  role: 'observer',
  needs: '%/',
  identify,
  parse,
};
