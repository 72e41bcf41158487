import { putRelatedHashes } from '../finish.ts';
import { isIp, putAddress } from '../scan/address.ts';
import { flattenInto, numberOf, parseJsonObject, textOf } from '../scan/json.ts';
import { putTotals } from '../scan/network.ts';
import { epochMs, isoFromMs, isoStamp } from '../scan/timestamps.ts';
import { putUrl } from '../scan/url.ts';
import { putUserAgent } from '../scan/user-agent.ts';
import type { Fields, JsonDocument, LogLine, Parsed, ParserSpec } from '../types.ts';
import { layouts } from './layouts.ts';
import { readOther } from './logs.ts';

function identifyObject(doc: JsonDocument): number {
  return doc['id.orig_h'] !== undefined && (doc['uid'] !== undefined || doc['ts'] !== undefined)
    ? 0.98
    : doc['ts'] !== undefined && doc['_path'] !== undefined
      ? // files, x509, pe and software have no connection of their own.
        doc['uid'] !== undefined || doc['fuid'] !== undefined || doc['_write_ts'] !== undefined
        ? 0.9
        : 0.6
      : 0;
}

/** TSV: `1795313472.123456\tCxxxx\t10.0.0.9\t5000\t10.0.0.8\t80\t…` — the columns are told by their number. */
function identify(line: LogLine): number {
  const text = line.message;
  return text.charCodeAt(10) === 46 && text.charCodeAt(17) === 9 && text.charCodeAt(18) === 67 ? 0.95 : 0;
}

function parse(line: LogLine): Parsed | undefined {
  const text = line.message;
  if (text.charCodeAt(0) === 123) {
    const doc = parseJsonObject(text);
    return doc === undefined || identifyObject(doc) === 0 ? undefined : parseObject(doc);
  }
  const cells = text.split('\t', 128);
  const layout = layouts.find(({ columns, fits }) => columns.length === cells.length && fits(cells));
  const names = layout?.columns ?? ['ts', 'uid', 'id.orig_h', 'id.orig_p', 'id.resp_h', 'id.resp_p'];
  if (cells.length < 6) return undefined;
  const doc: Record<string, unknown> = {};
  cells.forEach((cell, index) => {
    if (cell !== '-' && cell !== '(empty)') doc[names[index] ?? `column${index + 1}`] = cell;
  });
  if (layout !== undefined) doc['_path'] = layout.path;
  return parseObject(doc);
}

/** The log a document comes from, by the members only it has. */
function pathOf(doc: JsonDocument): string {
  const written = textOf(doc['_path']);
  if (written !== undefined) return written;
  for (const [mark, path] of marks) if (doc[mark] !== undefined) return path;
  return doc['fuid'] !== undefined && doc['mime_type'] !== undefined ? 'files' : 'other';
}

/** Telling members, the most telling first. */
const marks: readonly (readonly [member: string, path: string])[] = [
  ['conn_state', 'conn'],
  ['auth_success', 'ssh'],
  ['auth_attempts', 'ssh'],
  ['request_type', 'kerberos'],
  ['ntlm_success', 'ntlm'],
  ['domainname', 'ntlm'],
  ['named_pipe', 'dce_rpc'],
  ['share_type', 'smb_mapping'],
  ['rcode_name', 'dns'],
  ['qtype_name', 'dns'],
  ['uri', 'http'],
  ['cipher', 'ssl'],
  ['server_name', 'ssl'],
  ['note', 'notice'],
  ['mailfrom', 'smtp'],
  ['helo', 'smtp'],
  ['cookie', 'rdp'],
  ['msg_types', 'dhcp'],
  ['lease_time', 'dhcp'],
  ['certificate.serial', 'x509'],
  ['tunnel_type', 'tunnel'],
  ['software_type', 'software'],
  ['query', 'dns'],
  ['user_agent', 'http'],
];

function put(fields: Fields, key: string, value: unknown): void {
  const text = textOf(value);
  if (text !== undefined && text !== '' && text !== '-') fields[key] = text;
}

function putNumber(fields: Fields, key: string, value: unknown): void {
  const number = numberOf(value);
  if (number !== undefined) fields[key] = number;
}

const mapped = new Set([
  'ts',
  'id.orig_h',
  'id.orig_p',
  'id.resp_h',
  'id.resp_p',
  '_path',
  '_write_ts',
  '_system_name',
]);

function parseObject(doc: JsonDocument): Parsed | undefined {
  const fields: Fields = { 'event.category': ['network'], 'event.type': ['connection', 'protocol'] };
  const ts = textOf(doc['ts']) ?? '';
  const ms = typeof doc['ts'] === 'number' ? doc['ts'] * 1000 : (epochMs(ts) ?? isoStamp(ts, 0, 0)?.ms);
  const iso = ms === undefined ? undefined : isoFromMs(ms);
  if (iso !== undefined) fields['@timestamp'] = iso;
  const path = pathOf(doc);
  flattenInto(fields, doc, `zeek.${path}.`, mapped);
  put(fields, 'event.id', doc['uid']);
  put(fields, 'observer.name', doc['_system_name']);
  putAddress(fields, 'source', textOf(doc['id.orig_h']), numberOf(doc['id.orig_p']));
  putAddress(fields, 'destination', textOf(doc['id.resp_h']), numberOf(doc['id.resp_p']));
  put(fields, 'network.transport', doc['proto']);
  put(fields, 'network.protocol', doc['service']);
  fields['event.action'] = path;
  readPath(fields, doc, path);
  return { dataset: `zeek.${/^[a-z0-9_]{1,32}$/.test(path) ? path : 'other'}`, fields, confidence: 0.98 };
}

function readPath(fields: Fields, doc: JsonDocument, path: string): void {
  switch (path) {
    case 'conn': {
      putNumber(fields, 'source.bytes', doc['orig_ip_bytes'] ?? doc['orig_bytes']);
      putNumber(fields, 'destination.bytes', doc['resp_ip_bytes'] ?? doc['resp_bytes']);
      putNumber(fields, 'source.packets', doc['orig_pkts']);
      putNumber(fields, 'destination.packets', doc['resp_pkts']);
      putTotals(fields);
      const seconds = numberOf(doc['duration']);
      if (seconds !== undefined) fields['event.duration'] = Math.round(seconds * 1e9);
      const state = textOf(doc['conn_state']);
      if (state === 'REJ' || state === 'S0') fields['event.outcome'] = 'failure';
      return;
    }
    case 'dns': {
      put(fields, 'dns.question.name', doc['query']);
      put(fields, 'dns.question.type', doc['qtype_name']);
      put(fields, 'dns.response_code', doc['rcode_name']);
      const answers = Array.isArray(doc['answers']) ? doc['answers'] : (textOf(doc['answers'])?.split(',') ?? []);
      const data = answers.filter((answer): answer is string => typeof answer === 'string').slice(0, 100);
      if (data.length > 0) fields['dns.answers.data'] = data;
      const addresses = data.filter((answer) => isIp(answer));
      if (addresses.length > 0) fields['dns.resolved_ip'] = addresses;
      return;
    }
    case 'http': {
      fields['event.category'] = ['network', 'web'];
      put(fields, 'http.request.method', doc['method']);
      put(fields, 'http.request.referrer', doc['referrer']);
      putNumber(fields, 'http.response.status_code', doc['status_code']);
      putNumber(fields, 'http.request.body.bytes', doc['request_body_len']);
      putNumber(fields, 'http.response.body.bytes', doc['response_body_len']);
      put(fields, 'user.name', doc['username']);
      const uri = textOf(doc['uri']);
      if (uri !== undefined) putUrl(fields, uri);
      put(fields, 'url.domain', doc['host']);
      const agent = textOf(doc['user_agent']);
      if (agent !== undefined) putUserAgent(fields, agent);
      return;
    }
    case 'ssl':
      put(fields, 'tls.client.server_name', doc['server_name']);
      put(fields, 'destination.domain', doc['server_name']);
      put(fields, 'tls.cipher', doc['cipher']);
      put(fields, 'tls.version', doc['version']);
      put(fields, 'tls.client.ja3', doc['ja3']);
      return;
    case 'ssh':
      if (doc['auth_success'] !== undefined) {
        fields['event.category'] = ['network', 'authentication'];
        fields['event.outcome'] = doc['auth_success'] === true || doc['auth_success'] === 'T' ? 'success' : 'failure';
      }
      return;
    case 'notice':
      fields['event.kind'] = 'alert';
      fields['event.category'] = ['network', 'intrusion_detection'];
      put(fields, 'rule.name', doc['note']);
      put(fields, 'message', doc['msg']);
      return;
    case 'files':
      put(fields, 'file.name', doc['filename']);
      put(fields, 'file.mime_type', doc['mime_type']);
      put(fields, 'file.hash.md5', doc['md5']);
      put(fields, 'file.hash.sha1', doc['sha1']);
      put(fields, 'file.hash.sha256', doc['sha256']);
      putRelatedHashes(fields, 'file');
      return;
    default:
      readOther(fields, doc, path);
  }
}

/**
 * Zeek logs as JSON, and conn, dns and http as tab-separated values in their default columns.
 * @example
 * ```ts
 * import { createParser, zeek } from '@xinglin/parse';
 * const parser = createParser({ parsers: [zeek] });
 * const { fields } = parser.parseObject({ ts: 1795313472.1, uid: 'C1', 'id.orig_h': '10.0.0.9', 'id.resp_h': '10.0.0.8', 'id.resp_p': 53, query: 'a.example' }, { receivedAt: 0 });
 * // fields['dns.question.name'] 'a.example'
 * ```
 */
export const zeek: ParserSpec = {
  dataset: 'zeek.conn',
  datasets: [
    'zeek.dns',
    'zeek.http',
    'zeek.ssl',
    'zeek.ssh',
    'zeek.notice',
    'zeek.files',
    'zeek.other',
    'zeek.smb_files',
    'zeek.smb_mapping',
    'zeek.kerberos',
    'zeek.ntlm',
    'zeek.rdp',
    'zeek.dce_rpc',
    'zeek.smtp',
    'zeek.ftp',
    'zeek.dhcp',
    'zeek.x509',
    'zeek.weird',
    'zeek.tunnel',
    'zeek.software',
    'zeek.snmp',
    'zeek.sip',
    'zeek.modbus',
    'zeek.dnp3',
    'zeek.mysql',
    'zeek.radius',
    'zeek.rfb',
    'zeek.socks',
    'zeek.irc',
    'zeek.intel',
    'zeek.pe',
  ],
  vendor: 'Zeek',
  product: 'Zeek',
  formats: ['JSON, every log', 'TSV conn/dns/http/ssl/ssh/files/notice/weird'],
  reference: 'Zeek documentation, "Log Files"',
  samples: 'zeek/samples.ndjson',
  role: 'observer',
  starts: '{0123456789',
  identify,
  parse,
  identifyObject,
  parseObject,
};
