import { putRelatedHashes } from '../finish.ts';
import { isIp, putAddress } from '../scan/address.ts';
import {
  child,
  documentTime,
  ecsValue,
  flattenInto,
  isObject,
  numberOf,
  parseJsonObject,
  textOf,
} from '../scan/json.ts';
import { isoFromMs, isoStamp } from '../scan/timestamps.ts';
import { putUrl } from '../scan/url.ts';
import { putUserAgent } from '../scan/user-agent.ts';
import type { Fields, JsonDocument, LogLine, ParseContext, Parsed, ParserSpec } from '../types.ts';

function identifyObject(doc: JsonDocument): number {
  if (typeof doc['event_type'] !== 'string') return 0;
  return doc['src_ip'] !== undefined && (doc['flow_id'] !== undefined || doc['proto'] !== undefined)
    ? 0.98
    : doc['event_type'] === 'stats' && isObject(doc['stats'])
      ? 0.9
      : 0;
}

function identify(): number {
  return 0;
}

function parse(line: LogLine, ctx: ParseContext): Parsed | undefined {
  const doc = parseJsonObject(line.message);
  return doc === undefined || identifyObject(doc) === 0 ? undefined : parseObject(doc, ctx);
}

function putText(fields: Fields, key: string, value: unknown): void {
  const text = textOf(value);
  if (text !== undefined && text !== '') fields[key] = text;
}

function putNumber(fields: Fields, key: string, value: unknown): void {
  const number = numberOf(value);
  if (number !== undefined) fields[key] = number;
}

const intrusion = ['network', 'intrusion_detection'];
const network = ['network'];
const severities: readonly number[] = [0, 90, 70, 47, 21];

/** Top-level keys that are written elsewhere. */
const skipped = new Set([
  'timestamp',
  'src_ip',
  'src_port',
  'dest_ip',
  'dest_port',
  'proto',
  'app_proto',
  'event_type',
  'host',
  'flow_id',
  'http',
  'dns',
  'tls',
  'alert',
  'flow',
  'fileinfo',
  'ssh',
  'smb',
  'payload',
  'packet',
]);

function parseObject(doc: JsonDocument, ctx: ParseContext): Parsed | undefined {
  const type = textOf(doc['event_type']);
  if (type === undefined) return undefined;
  const fields: Fields = {};
  const stamp = textOf(doc['timestamp']);
  const own = stamp === undefined ? undefined : isoStamp(stamp, 0, 480);
  const time = own === undefined ? documentTime(doc, ctx, ['@timestamp']) : isoFromMs(own.ms);
  if (time !== undefined) fields['@timestamp'] = time;
  fields['suricata.eve.event_type'] = type;
  fields['event.category'] = network;
  fields['event.type'] = ['protocol'];
  putAddress(fields, 'source', textOf(doc['src_ip']), numberOf(doc['src_port']));
  putAddress(fields, 'destination', textOf(doc['dest_ip']), numberOf(doc['dest_port']));
  const proto = textOf(doc['proto']);
  if (proto !== undefined) fields['network.transport'] = proto.toLowerCase();
  const app = textOf(doc['app_proto']);
  if (app !== undefined && app !== 'failed') fields['network.protocol'] = app;
  putText(fields, 'suricata.eve.flow_id', doc['flow_id']);
  putText(fields, 'observer.name', doc['host']);
  putText(fields, 'observer.ingress.interface.name', doc['in_iface']);
  flattenInto(fields, doc, 'suricata.eve.', skipped);
  readSections(fields, doc, type);
  return { dataset: 'suricata.eve', fields, confidence: 0.98 };
}

function readSections(fields: Fields, doc: JsonDocument, type: string): void {
  if (isObject(doc['alert'])) readAlert(fields, child(doc, 'alert'));
  if (isObject(doc['http'])) readHttp(fields, child(doc, 'http'));
  if (isObject(doc['dns'])) readDns(fields, child(doc, 'dns'));
  if (isObject(doc['tls'])) readTls(fields, child(doc, 'tls'));
  if (isObject(doc['flow'])) readFlow(fields, child(doc, 'flow'), type);
  if (isObject(doc['fileinfo'])) readFile(fields, child(doc, 'fileinfo'));
  if (isObject(doc['ssh'])) readSsh(fields, child(doc, 'ssh'));
  if (isObject(doc['smb'])) readSmb(fields, child(doc, 'smb'));
  if (fields['event.action'] === undefined) fields['event.action'] = type;
  if (type === 'http' || type === 'dns' || type === 'tls' || type === 'ssh' || type === 'smb') {
    fields['network.protocol'] = type;
    fields['event.type'] = ['access', 'connection', 'protocol'];
  }
}

function readAlert(fields: Fields, alert: JsonDocument): void {
  fields['event.kind'] = 'alert';
  fields['event.category'] = intrusion;
  const action = textOf(alert['action']);
  fields['event.type'] = action === 'blocked' ? ['info', 'denied'] : ['info', 'allowed'];
  fields['event.action'] = action === 'blocked' ? 'blocked' : 'alert';
  // The detection itself worked; whether the attack did is not known here.
  fields['event.outcome'] = action === 'blocked' ? 'failure' : 'unknown';
  putText(fields, 'rule.id', alert['signature_id']);
  putText(fields, 'rule.name', alert['signature']);
  putText(fields, 'rule.category', alert['category']);
  putText(fields, 'rule.version', alert['rev']);
  putText(fields, 'message', alert['signature']);
  const severity = numberOf(alert['severity']);
  if (severity !== undefined) fields['event.severity'] = severities[severity] ?? 21;
  const metadata = child(alert, 'metadata');
  const first = (key: string): string | undefined => {
    const value = metadata[key];
    return textOf(Array.isArray(value) ? value[0] : value);
  };
  putText(fields, 'threat.technique.id', first('mitre_technique_id'));
  putText(fields, 'threat.technique.name', first('mitre_technique_name'));
  putText(fields, 'threat.tactic.id', first('mitre_tactic_id'));
  putText(fields, 'threat.tactic.name', first('mitre_tactic_name'));
  flattenInto(fields, alert, 'suricata.eve.alert.');
}

function readHttp(fields: Fields, http: JsonDocument): void {
  fields['event.category'] =
    fields['event.category'] === intrusion ? ['network', 'intrusion_detection', 'web'] : ['network', 'web'];
  const url = textOf(http['url']);
  if (url !== undefined && url !== '') putUrl(fields, url);
  putText(fields, 'url.domain', http['hostname']);
  putText(fields, 'destination.domain', http['hostname']);
  putText(fields, 'http.request.method', http['http_method']);
  putText(fields, 'http.request.referrer', http['http_refer']);
  putText(fields, 'http.response.mime_type', http['http_content_type']);
  putNumber(fields, 'http.response.status_code', http['status']);
  putNumber(fields, 'http.response.body.bytes', http['length']);
  const version = textOf(http['protocol']);
  if (version?.startsWith('HTTP/') === true) fields['http.version'] = version.slice(5);
  const agent = textOf(http['http_user_agent']);
  if (agent !== undefined && agent !== '') putUserAgent(fields, agent);
  const status = numberOf(http['status']);
  if (status !== undefined && fields['event.kind'] !== 'alert')
    fields['event.outcome'] = status < 400 ? 'success' : 'failure';
  flattenInto(fields, http, 'suricata.eve.http.', httpKnown);
}
const httpKnown = new Set([
  'url',
  'hostname',
  'http_method',
  'http_refer',
  'http_content_type',
  'status',
  'length',
  'protocol',
  'http_user_agent',
]);

/** Version 1 (`rrname` beside `type`), version 2 (`answers`, `grouped`) and version 3 (`queries`). */
function readDns(fields: Fields, dns: JsonDocument): void {
  const queries = dns['queries'] ?? dns['query'];
  const query = Array.isArray(queries) && isObject(queries[0]) ? queries[0] : dns;
  putText(fields, 'dns.question.name', query['rrname'] ?? dns['rrname']);
  putText(fields, 'dns.question.type', query['rrtype'] ?? dns['rrtype']);
  putText(fields, 'dns.id', dns['id']);
  const type = textOf(dns['type']);
  if (type !== undefined) fields['dns.type'] = type === 'request' ? 'query' : type === 'response' ? 'answer' : type;
  const code = textOf(dns['rcode']);
  if (code !== undefined) {
    fields['dns.response_code'] = code;
    fields['event.outcome'] = code === 'NOERROR' ? 'success' : 'failure';
  }
  const addresses: string[] = [];
  const data: string[] = [];
  const answers = dns['answers'];
  for (const answer of Array.isArray(answers) ? answers.slice(0, 100) : []) {
    const value = isObject(answer) ? textOf(answer['rdata']) : undefined;
    if (value === undefined) continue;
    data.push(value);
    if (isIp(value)) addresses.push(value);
  }
  const single = textOf(dns['rdata']);
  if (single !== undefined) {
    data.push(single);
    if (isIp(single)) addresses.push(single);
  }
  if (data.length > 0) fields['dns.answers.data'] = data;
  if (addresses.length > 0) fields['dns.resolved_ip'] = addresses;
  const grouped = ecsValue(child(dns, 'grouped')['A']);
  if (grouped !== undefined && addresses.length === 0) fields['dns.resolved_ip'] = grouped;
}

function readTls(fields: Fields, tls: JsonDocument): void {
  putText(fields, 'tls.client.server_name', tls['sni']);
  putText(fields, 'destination.domain', tls['sni']);
  putText(fields, 'tls.server.subject', tls['subject']);
  putText(fields, 'tls.server.issuer', tls['issuerdn']);
  putText(fields, 'tls.server.not_before', tls['notbefore']);
  putText(fields, 'tls.server.not_after', tls['notafter']);
  putText(fields, 'tls.server.x509.serial_number', tls['serial']);
  const print = textOf(tls['fingerprint']);
  if (print !== undefined) fields['tls.server.hash.sha1'] = print.replaceAll(':', '').toUpperCase();
  putText(fields, 'tls.client.ja3', child(tls, 'ja3')['hash']);
  putText(fields, 'tls.server.ja3s', child(tls, 'ja3s')['hash']);
  putText(fields, 'tls.client.ja4', tls['ja4']);
  const version = textOf(tls['version']);
  if (version !== undefined) {
    const mark = version.indexOf(' ');
    fields['tls.version'] = mark < 0 ? version : version.slice(mark + 1);
    fields['tls.version_protocol'] = (mark < 0 ? 'tls' : version.slice(0, mark)).toLowerCase();
  }
}

function readFlow(fields: Fields, flow: JsonDocument, type: string): void {
  putNumber(fields, 'source.packets', flow['pkts_toserver']);
  putNumber(fields, 'destination.packets', flow['pkts_toclient']);
  putNumber(fields, 'source.bytes', flow['bytes_toserver']);
  putNumber(fields, 'destination.bytes', flow['bytes_toclient']);
  const up = numberOf(flow['bytes_toserver']);
  const down = numberOf(flow['bytes_toclient']);
  if (up !== undefined && down !== undefined) fields['network.bytes'] = up + down;
  const upPackets = numberOf(flow['pkts_toserver']);
  const downPackets = numberOf(flow['pkts_toclient']);
  if (upPackets !== undefined && downPackets !== undefined) fields['network.packets'] = upPackets + downPackets;
  const start = textOf(flow['start']);
  const begin = start === undefined ? undefined : isoStamp(start, 0, 480);
  const beginText = begin === undefined ? undefined : isoFromMs(begin.ms);
  if (beginText !== undefined) fields['event.start'] = beginText;
  if (type !== 'flow' && type !== 'netflow') return;
  const end = textOf(flow['end']);
  const finish = end === undefined ? undefined : isoStamp(end, 0, 480);
  const finishText = finish === undefined ? undefined : isoFromMs(finish.ms);
  if (finishText !== undefined) fields['event.end'] = finishText;
  const age = numberOf(flow['age']);
  if (age !== undefined) fields['event.duration'] = age * 1e9;
  fields['event.type'] = ['connection'];
  putText(fields, 'suricata.eve.flow.state', flow['state']);
  putText(fields, 'suricata.eve.flow.reason', flow['reason']);
  if (typeof flow['alerted'] === 'boolean') fields['suricata.eve.flow.alerted'] = flow['alerted'];
}

function readFile(fields: Fields, file: JsonDocument): void {
  fields['event.category'] = fields['event.kind'] === 'alert' ? intrusion : ['network', 'file'];
  putText(fields, 'file.path', file['filename']);
  const path = textOf(file['filename']);
  if (path !== undefined) fields['file.name'] = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  putNumber(fields, 'file.size', file['size']);
  putText(fields, 'file.mime_type', file['magic']);
  putText(fields, 'file.hash.md5', file['md5']);
  putText(fields, 'file.hash.sha1', file['sha1']);
  putText(fields, 'file.hash.sha256', file['sha256']);
  putText(fields, 'suricata.eve.fileinfo.state', file['state']);
  putRelatedHashes(fields, 'file');
}

function readSsh(fields: Fields, ssh: JsonDocument): void {
  const client = child(ssh, 'client');
  const server = child(ssh, 'server');
  putText(fields, 'suricata.eve.ssh.client.software_version', client['software_version']);
  putText(fields, 'suricata.eve.ssh.client.proto_version', client['proto_version']);
  putText(fields, 'suricata.eve.ssh.server.software_version', server['software_version']);
  putText(fields, 'suricata.eve.ssh.server.proto_version', server['proto_version']);
  putText(fields, 'suricata.eve.ssh.client.hassh', child(client, 'hassh')['hash']);
}

function readSmb(fields: Fields, smb: JsonDocument): void {
  flattenInto(fields, smb, 'suricata.eve.smb.');
  putText(fields, 'file.path', smb['filename']);
  const ntlm = child(smb, 'ntlmssp');
  putText(fields, 'user.name', ntlm['user']);
  putText(fields, 'user.domain', ntlm['domain']);
  putText(fields, 'source.domain', ntlm['host']);
  const status = textOf(smb['status']);
  if (status !== undefined) fields['event.outcome'] = status === 'STATUS_SUCCESS' ? 'success' : 'failure';
}

/**
 * Suricata EVE JSON: alert, http, dns, tls, flow, fileinfo, ssh, smb; other event types keep their members.
 * @example
 * ```ts
 * import { createParser, suricata } from '@xinglin/parse';
 * const parser = createParser({ parsers: [suricata] });
 * const eve = '{"timestamp":"2026-01-02T03:04:05.000001+0800","event_type":"alert","src_ip":"10.0.0.9","proto":"TCP","flow_id":1,"alert":{"signature":"ET SCAN"}}';
 * parser.parse(eve, { receivedAt: 0 }).fields['rule.name']; // 'ET SCAN'
 * ```
 */
export const suricata: ParserSpec = {
  dataset: 'suricata.eve',
  vendor: 'OISF',
  product: 'Suricata',
  formats: ['EVE JSON'],
  reference: 'Suricata User Guide, "EVE JSON Format"',
  samples: 'suricata/samples.ndjson',
  role: 'observer',
  starts: '{',
  usual: '{',
  identify,
  parse,
  identifyObject,
  parseObject,
};
