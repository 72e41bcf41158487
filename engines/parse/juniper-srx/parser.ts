import { putDevice } from '../scan/device.ts';
import { readPairs } from '../scan/key-value.ts';
import type { Fields, LogLine, ParseContext, Parsed, ParserSpec } from '../types.ts';

/** RT_FLOW, RT_IDP, RT_UTM, RT_SCREEN …: structured data of RFC 5424, or the same pairs in brackets. */
function identify(line: LogLine): number {
  if (line.program.startsWith('rt_')) return 1;
  const at = line.message.indexOf('RT_');
  if (at < 0 || at > 80) return 0;
  return line.message.indexOf('[junos@', at) > 0 || line.message.indexOf('_SESSION_', at) > 0 ? 0.95 : 0;
}

const meanings: readonly (readonly [mark: string, action: string, type: string, outcome: string])[] = [
  ['SESSION_CREATE', 'session-created', 'start', 'success'],
  ['SESSION_CLOSE', 'session-closed', 'end', 'success'],
  ['SESSION_DENY', 'session-denied', 'denied', 'failure'],
  ['_BLOCKED', 'blocked', 'denied', 'failure'],
  ['_PERMITTED', 'permitted', 'allowed', 'success'],
];

function parse(line: LogLine, ctx: ParseContext): Parsed | undefined {
  const pairs = pairsOf(line);
  const event =
    line.syslog?.msgId ??
    /\b((?:RT|AV|IDP|WEBFILTER|CONTENT|AAMW|ANTISPAM|FWAUTH|LOGIN|UI)_[A-Z0-9_]{3,60})\b(?=[: ])/.exec(
      line.message.slice(0, 200),
    )?.[1] ??
    '';
  if (pairs.size < 2 && event === '') return undefined;
  const fields: Fields = {};
  // In a close record the session's `service-name` and `nested-application` describe the same flow; the plain one wins.
  rename(pairs, 'protocol-id', 'protocol');
  rename(pairs, 'bytes-from-client', 'sentbytes');
  rename(pairs, 'bytes-from-server', 'rcvdbytes');
  rename(pairs, 'packets-from-client', 'sentpkt');
  rename(pairs, 'packets-from-server', 'rcvdpkt');
  rename(pairs, 'elapsed-time', 'duration');
  rename(pairs, 'source-zone-name', 'srczone');
  rename(pairs, 'destination-zone-name', 'dstzone');
  rename(pairs, 'attack-name', 'attack');
  rename(pairs, 'threat-severity', 'severity');
  rename(pairs, 'session-id-32', 'sessionid');
  rename(pairs, 'nat-source-address', 'natsrcip');
  rename(pairs, 'nat-destination-address', 'natdstip');
  putDevice(fields, pairs, 'juniper.srx.', ctx);
  if (event !== '') fields['event.code'] = event;
  for (const [mark, action, type, outcome] of meanings) {
    if (!event.includes(mark)) continue;
    fields['event.action'] = action;
    fields['event.type'] = ['connection', type];
    fields['event.outcome'] = outcome;
  }
  if (event.startsWith('RT_SCREEN') || event.startsWith('IDP') || event.startsWith('AV_VIRUS'))
    fields['event.kind'] = 'alert';
  if (fields['message'] === undefined) fields['message'] = line.message;
  return { dataset: 'juniper.srx', fields, confidence: 0.95 };
}

function pairsOf(line: LogLine): Map<string, string> {
  const pairs = new Map<string, string>();
  for (const params of line.syslog?.structuredData?.values() ?? [])
    for (const [name, value] of params) pairs.set(name, value);
  if (pairs.size > 0) return pairs;
  const open = line.message.indexOf('[junos@');
  return open < 0 ? readPairs(line.message) : readPairs(line.message.slice(open).replace(/\]\s*$/, ''));
}

function rename(pairs: Map<string, string>, from: string, to: string): void {
  const value = pairs.get(from);
  if (value === undefined || pairs.has(to)) return;
  pairs.set(to, value);
  pairs.delete(from);
}

/**
 * Juniper SRX structured logs (sd-syslog): RT_FLOW, RT_IDP, RT_UTM, RT_SCREEN.
 * @example
 * ```ts
 * import { createParser, juniperSrx } from '@xinglin/parse';
 * const parser = createParser({ parsers: [juniperSrx] });
 * const line = '<14>1 2026-11-22T10:11:12+08:00 srx RT_FLOW - RT_FLOW_SESSION_DENY [junos@2636.1.1.1.2.129 source-address="10.0.0.9" destination-address="10.0.0.8" destination-port="445" protocol-id="6" policy-name="deny"]';
 * parser.parse(line, { receivedAt: 0 }).fields['event.action']; // 'session-denied'
 * ```
 */
export const juniperSrx: ParserSpec = {
  dataset: 'juniper.srx',
  vendor: 'Juniper',
  product: 'SRX',
  formats: ['structured syslog'],
  reference: 'Juniper Junos OS System Log Messages Reference (RT_FLOW, RT_IDP, RT_UTM, RT_SCREEN)',
  samples: 'juniper-srx/samples.ndjson',
  role: 'observer',
  programs: ['rt_flow', 'rt_idp', 'rt_utm', 'rt_ids', 'rt_aamw'],
  ownsStructuredData: true,
  needs: '_',
  identify,
  parse,
};
