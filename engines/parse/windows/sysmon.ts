import { isIp } from '../scan/address.ts';
import type { Fields } from '../types.ts';
import {
  copy,
  present,
  put,
  putAccount,
  putEvent,
  putFile,
  putHashes,
  putPeer,
  putPid,
  putProcess,
  type Data,
} from './put.ts';

type Row = readonly [action: string, category: readonly string[], type: readonly string[]];

/** Sysmon event id → what happened (Sysinternals Sysmon 15). */
const rows: ReadonlyMap<string, Row> = new Map<string, Row>([
  ['1', ['process-created', ['process'], ['start']]],
  ['2', ['file-creation-time-changed', ['file'], ['change']]],
  ['3', ['network-connection', ['network'], ['start', 'connection', 'protocol']]],
  ['4', ['sysmon-state-changed', ['process'], ['change']]],
  ['5', ['process-terminated', ['process'], ['end']]],
  ['6', ['driver-loaded', ['driver'], ['start']]],
  ['7', ['image-loaded', ['library'], ['start']]],
  ['8', ['remote-thread-created', ['process'], ['access']]],
  ['9', ['raw-disk-read', ['process'], ['access']]],
  ['10', ['process-accessed', ['process'], ['access']]],
  ['11', ['file-created', ['file'], ['creation']]],
  ['12', ['registry-object-added-or-deleted', ['configuration', 'registry'], ['change']]],
  ['13', ['registry-value-set', ['configuration', 'registry'], ['change']]],
  ['14', ['registry-renamed', ['configuration', 'registry'], ['change']]],
  ['15', ['file-stream-created', ['file'], ['access']]],
  ['16', ['sysmon-config-changed', ['configuration'], ['change']]],
  ['17', ['pipe-created', ['file'], ['creation']]],
  ['18', ['pipe-connected', ['file'], ['access']]],
  ['19', ['wmi-filter-registered', ['configuration'], ['creation']]],
  ['20', ['wmi-consumer-registered', ['configuration'], ['creation']]],
  ['21', ['wmi-binding-registered', ['configuration'], ['creation']]],
  ['22', ['dns-query', ['network'], ['connection', 'protocol', 'info']]],
  ['23', ['file-deleted', ['file'], ['deletion']]],
  ['24', ['clipboard-changed', ['process'], ['change']]],
  ['25', ['process-tampered', ['process'], ['change']]],
  ['26', ['file-deleted', ['file'], ['deletion']]],
  ['27', ['executable-blocked', ['file'], ['denied']]],
  ['28', ['shredding-blocked', ['file'], ['denied']]],
  ['29', ['executable-created', ['file'], ['creation']]],
]);

/** ECS of one Sysmon event. */
export function readSysmon(fields: Fields, code: string, data: Data): void {
  const row = rows.get(code);
  if (row !== undefined) putEvent(fields, row[0], row[1], row[2]);
  const rule = data.get('RuleName');
  if (present(rule)) put(fields, 'rule.name', rule);
  if (code === '8' || code === '10') return readAccess(fields, data);
  putProcess(fields, 'process', data.get('Image'));
  putPid(fields, 'process.pid', data.get('ProcessId'));
  copy(fields, 'process.entity_id', data, 'ProcessGuid');
  putAccount(fields, 'user', data.get('User'));
  switch (code) {
    case '1':
      return readCreate(fields, data);
    case '3':
      return readConnection(fields, data);
    case '6':
      putFile(fields, data.get('ImageLoaded'));
      putHashes(fields, 'file', data.get('Hashes'));
      return putSignature(fields, 'file', data);
    case '7':
      putFile(fields, data.get('ImageLoaded'));
      copy(fields, 'dll.path', data, 'ImageLoaded');
      putHashes(fields, 'dll', data.get('Hashes'));
      putHashes(fields, 'file', data.get('Hashes'));
      return putSignature(fields, 'dll', data);
    case '12':
    case '13':
    case '14':
      return readRegistry(fields, code, data);
    case '17':
    case '18':
      return copy(fields, 'file.name', data, 'PipeName');
    case '22':
      return readDns(fields, data);
    default:
      putFile(fields, data.get('TargetFilename'));
      putHashes(fields, 'file', data.get('Hashes') ?? data.get('Hash'));
  }
}

function readCreate(fields: Fields, data: Data): void {
  copy(fields, 'process.command_line', data, 'CommandLine');
  copy(fields, 'process.working_directory', data, 'CurrentDirectory');
  copy(fields, 'process.pe.original_file_name', data, 'OriginalFileName');
  copy(fields, 'process.pe.company', data, 'Company');
  copy(fields, 'process.pe.description', data, 'Description');
  copy(fields, 'process.pe.product', data, 'Product');
  copy(fields, 'process.pe.file_version', data, 'FileVersion');
  putHashes(fields, 'process', data.get('Hashes'));
  putProcess(fields, 'process.parent', data.get('ParentImage'));
  putPid(fields, 'process.parent.pid', data.get('ParentProcessId'));
  copy(fields, 'process.parent.command_line', data, 'ParentCommandLine');
  copy(fields, 'process.parent.entity_id', data, 'ParentProcessGuid');
}

function readConnection(fields: Fields, data: Data): void {
  putPeer(fields, 'source', data.get('SourceIp'), data.get('SourcePort'));
  putPeer(fields, 'destination', data.get('DestinationIp'), data.get('DestinationPort'));
  copy(fields, 'source.domain', data, 'SourceHostname');
  copy(fields, 'destination.domain', data, 'DestinationHostname');
  const transport = data.get('Protocol');
  if (present(transport)) put(fields, 'network.transport', transport.toLowerCase());
  const initiated = data.get('Initiated');
  if (initiated !== undefined) put(fields, 'network.direction', initiated === 'true' ? 'egress' : 'ingress');
  const six = data.get('SourceIsIpv6');
  if (six !== undefined) put(fields, 'network.type', six === 'true' ? 'ipv6' : 'ipv4');
}

function readAccess(fields: Fields, data: Data): void {
  putProcess(fields, 'process', data.get('SourceImage'));
  putPid(fields, 'process.pid', data.get('SourceProcessId'));
  const entity = data.get('SourceProcessGUID') ?? data.get('SourceProcessGuid');
  if (present(entity)) put(fields, 'process.entity_id', entity);
  putPid(fields, 'process.thread.id', data.get('SourceThreadId'));
  putAccount(fields, 'user', data.get('SourceUser'));
}

function putSignature(fields: Fields, prefix: 'file' | 'dll', data: Data): void {
  const signed = data.get('Signed');
  if (signed !== undefined) put(fields, `${prefix}.code_signature.signed`, signed === 'true');
  copy(fields, `${prefix}.code_signature.subject_name`, data, 'Signature');
  copy(fields, `${prefix}.code_signature.status`, data, 'SignatureStatus');
}

const hives: readonly (readonly [prefix: string, hive: string])[] = [
  ['HKLM\\', 'HKLM'],
  ['HKU\\', 'HKU'],
  ['HKCR\\', 'HKCR'],
  ['HKCU\\', 'HKCU'],
  ['\\REGISTRY\\MACHINE\\', 'HKLM'],
  ['\\REGISTRY\\USER\\', 'HKU'],
];

function readRegistry(fields: Fields, code: string, data: Data): void {
  const object = data.get('TargetObject');
  if (!present(object)) return;
  put(fields, 'registry.path', object);
  for (const [prefix, hive] of hives) {
    if (!object.startsWith(prefix)) continue;
    put(fields, 'registry.hive', hive);
    const key = object.slice(prefix.length);
    const cut = code === '13' ? key.lastIndexOf('\\') : -1;
    put(fields, 'registry.key', cut < 0 ? key : key.slice(0, cut));
    if (cut >= 0) put(fields, 'registry.value', key.slice(cut + 1));
    break;
  }
  const details = data.get('Details');
  if (present(details)) put(fields, 'registry.data.strings', [details]);
  const type = data.get('EventType');
  if (type === 'DeleteKey' || type === 'DeleteValue') fields['event.type'] = ['deletion'];
  else if (type === 'CreateKey') fields['event.type'] = ['creation'];
}

/** QueryResults: `type:  5 www.example.cn;10.0.0.1;::ffff:10.0.0.2;` */
function readDns(fields: Fields, data: Data): void {
  copy(fields, 'dns.question.name', data, 'QueryName');
  const status = data.get('QueryStatus');
  if (status !== undefined) put(fields, 'event.outcome', status === '0' ? 'success' : 'failure');
  const results = data.get('QueryResults');
  if (!present(results)) return;
  const addresses: string[] = [];
  const names: string[] = [];
  for (const part of results.split(';', 64)) {
    const text = part.startsWith('::ffff:') ? part.slice(7) : part.trim();
    if (text === '') continue;
    if (isIp(text)) addresses.push(text);
    else names.push(text.startsWith('type:') ? text.slice(text.lastIndexOf(' ') + 1) : text);
  }
  if (addresses.length > 0) put(fields, 'dns.resolved_ip', addresses);
  if (names.length > 0) put(fields, 'dns.answers.data', names);
}
