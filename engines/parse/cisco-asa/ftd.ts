import { putAddress } from '../scan/address.ts';
import { putTotals, putTransport } from '../scan/network.ts';
import { toInteger } from '../scan/text.ts';
import { isoFromMs, isoStamp } from '../scan/timestamps.ts';
import { putUrl } from '../scan/url.ts';
import { putUserAgent } from '../scan/user-agent.ts';
import type { Fields, Parsed } from '../types.ts';

/** Member of a threat defense event → ECS, for texts. */
const texts: Readonly<Record<string, string>> = {
  ApplicationProtocol: 'network.protocol',
  Client: 'network.application',
  AccessControlRuleName: 'rule.name',
  ACPolicy: 'rule.ruleset',
  AccessControlRuleReason: 'event.reason',
  IngressInterface: 'observer.ingress.interface.name',
  EgressInterface: 'observer.egress.interface.name',
  IngressZone: 'observer.ingress.zone',
  EgressZone: 'observer.egress.zone',
  User: 'user.name',
  DeviceUUID: 'observer.serial_number',
  HTTPReferer: 'http.request.referrer',
  DNSQuery: 'dns.question.name',
  DNSRecordType: 'dns.question.type',
  FileName: 'file.name',
  FileSHA256: 'file.hash.sha256',
  ThreatName: 'threat.software.name',
  Message: 'rule.name',
  SID: 'rule.id',
  Classification: 'rule.category',
  ConnectionID: 'network.session_id',
};
const numbers: Readonly<Record<string, string>> = {
  InitiatorBytes: 'source.bytes',
  ResponderBytes: 'destination.bytes',
  InitiatorPackets: 'source.packets',
  ResponderPackets: 'destination.packets',
  HTTPResponse: 'http.response.status_code',
  FileSize: 'file.size',
};
const elsewhere = new Set([
  'SrcIP',
  'DstIP',
  'SrcPort',
  'DstPort',
  'Protocol',
  'URL',
  'UserAgent',
  'FirstPacketSecond',
]);

/** `Name: value, Name: value`: a value runs to the comma that a capital name and a colon follow. */
function readMembers(text: string): Map<string, string> {
  const members = new Map<string, string>();
  let name = '';
  let value = '';
  for (const part of text.split(', ', 400)) {
    const colon = part.indexOf(': ');
    const head = colon < 0 ? '' : part.slice(0, colon);
    if (colon > 0 && /^[A-Z][A-Za-z0-9_]{1,40}$/.test(head)) {
      if (name !== '') members.set(name, value);
      name = head;
      value = part.slice(colon + 2);
    } else value += `, ${part}`;
  }
  if (name !== '') members.set(name, value);
  return members;
}

/** Messages 430001–430005: intrusion, connection begin and end, file and malware events. */
export function readFtd(fields: Fields, body: string): Parsed {
  const members = readMembers(body);
  fields['event.category'] = ['network'];
  fields['event.type'] = ['connection'];
  for (const [name, value] of members) {
    if (value === '' || value === 'N/A' || elsewhere.has(name)) continue;
    const text = texts[name];
    const number = numbers[name];
    if (text !== undefined) fields[text] = text === 'network.protocol' ? value.toLowerCase() : value;
    else if (number !== undefined) fields[number] = toInteger(value) ?? value;
    else fields[`cisco.ftd.${name}`] = value;
  }
  putAddress(fields, 'source', members.get('SrcIP'), toInteger(members.get('SrcPort') ?? ''));
  putAddress(fields, 'destination', members.get('DstIP'), toInteger(members.get('DstPort') ?? ''));
  putTransport(fields, members.get('Protocol'));
  putTotals(fields);
  const url = members.get('URL');
  if (url !== undefined && url !== '') putUrl(fields, url);
  const agent = members.get('UserAgent');
  if (agent !== undefined && agent !== '') putUserAgent(fields, agent);
  // FTD writes UTC.
  const first = isoStamp(members.get('FirstPacketSecond') ?? '', 0, 0);
  const start = first === undefined ? undefined : isoFromMs(first.ms);
  if (start !== undefined) fields['event.start'] = start;
  const seconds = toInteger(members.get('ConnectionDuration') ?? '');
  if (seconds !== undefined) fields['event.duration'] = seconds * 1e9;
  putVerdict(fields, String(fields['event.code']), members);
  return { dataset: 'cisco.asa', fields, confidence: 1 };
}

function putVerdict(fields: Fields, id: string, members: ReadonlyMap<string, string>): void {
  const verdict =
    members.get('AccessControlRuleAction') ?? members.get('InlineResult') ?? members.get('FileAction') ?? '';
  const denied = /block|drop|reset|deny/i.test(verdict);
  if (id === '430001') {
    fields['event.kind'] = 'alert';
    fields['event.category'] = ['network', 'intrusion_detection'];
    fields['event.action'] = 'intrusion-detected';
  } else if (id === '430004' || id === '430005') {
    fields['event.category'] = id === '430005' ? ['network', 'malware'] : ['network', 'file'];
    fields['event.action'] = id === '430005' ? 'malware-detected' : 'file-detected';
    if (id === '430005') fields['event.kind'] = 'alert';
  } else fields['event.action'] = id === '430002' ? 'connection-started' : 'connection-finished';
  const phase = id === '430002' ? 'start' : id === '430003' ? 'end' : 'info';
  fields['event.type'] = ['connection', phase, ...(verdict === '' ? [] : [denied ? 'denied' : 'allowed'])];
  if (verdict !== '') fields['event.outcome'] = denied ? 'failure' : 'success';
}
