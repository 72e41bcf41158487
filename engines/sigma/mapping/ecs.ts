import type { FieldMapping, FieldTable } from './field-mapping.ts';

// Sigma field names → the flat ECS keys our parsers write (ECS 8; vendor extras under their prefix).

const both = (name: string, ecs: string): readonly string[] => [`winlog.event_data.${name}`, ecs];

/** Windows: the raw EventData value first, since ECS normalises some of them (hashes, paths). */
const windows: FieldTable = {
  EventID: ['event.code', 'winlog.event_id'],
  Channel: 'winlog.channel',
  Provider_Name: 'winlog.provider_name',
  Computer: ['winlog.computer_name', 'host.name', 'host.hostname'],
  ComputerName: ['winlog.computer_name', 'host.name', 'host.hostname'],
  EventRecordID: 'winlog.record_id',
  Task: 'winlog.task',
  Level: ['winlog.level', 'log.level'],
  Keywords: ['winlog.keywords', 'winlog.event_data.Keywords'],
  Opcode: 'winlog.opcode',
  Message: 'message',
  Security_UserID: 'winlog.user.identifier',
  CommandLine: ['process.command_line', 'winlog.event_data.CommandLine', 'winlog.event_data.ProcessCommandLine'],
  Image: both('Image', 'process.executable'),
  OriginalFileName: both('OriginalFileName', 'process.pe.original_file_name'),
  Description: both('Description', 'process.pe.description'),
  Product: both('Product', 'process.pe.product'),
  Company: both('Company', 'process.pe.company'),
  FileVersion: both('FileVersion', 'process.pe.file_version'),
  CurrentDirectory: both('CurrentDirectory', 'process.working_directory'),
  ProcessId: both('ProcessId', 'process.pid'),
  ProcessGuid: both('ProcessGuid', 'process.entity_id'),
  ParentImage: both('ParentImage', 'process.parent.executable'),
  ParentCommandLine: both('ParentCommandLine', 'process.parent.command_line'),
  ParentProcessId: both('ParentProcessId', 'process.parent.pid'),
  ParentProcessGuid: both('ParentProcessGuid', 'process.parent.entity_id'),
  User: both('User', 'user.name'),
  TargetFilename: both('TargetFilename', 'file.path'),
  TargetObject: both('TargetObject', 'registry.path'),
  Details: both('Details', 'registry.data.strings'),
  ScriptBlockText: both('ScriptBlockText', 'powershell.file.script_block_text'),
  DestinationIp: both('DestinationIp', 'destination.ip'),
  DestinationPort: both('DestinationPort', 'destination.port'),
  DestinationHostname: both('DestinationHostname', 'destination.domain'),
  SourceIp: both('SourceIp', 'source.ip'),
  SourcePort: both('SourcePort', 'source.port'),
  IpAddress: both('IpAddress', 'source.ip'),
  IpPort: both('IpPort', 'source.port'),
  Protocol: both('Protocol', 'network.transport'),
  QueryName: both('QueryName', 'dns.question.name'),
  WorkstationName: both('WorkstationName', 'source.domain'),
};

const web: FieldTable = {
  'cs-method': 'http.request.method',
  'c-uri': 'url.original',
  'c-uri-query': 'url.query',
  'c-uri-stem': 'url.path',
  'c-uri-extension': 'url.extension',
  'cs-uri': 'url.original',
  'cs-uri-query': ['url.query', 'url.original'],
  'cs-uri-stem': 'url.path',
  'cs-host': ['url.domain', 'destination.domain'],
  'cs-cookie': 'http.request.cookie',
  'cs-referer': 'http.request.referrer',
  'cs-referrer': 'http.request.referrer',
  'cs-user-agent': 'user_agent.original',
  'c-useragent': 'user_agent.original',
  'cs-version': 'http.version',
  'cs-username': 'user.name',
  'cs-bytes': 'http.request.bytes',
  'sc-bytes': 'http.response.bytes',
  'sc-status': 'http.response.status_code',
  'sc-content-type': 'http.response.mime_type',
  'c-ip': 'source.ip',
  's-ip': 'destination.ip',
  's-port': 'destination.port',
  'r-dns': ['url.domain', 'destination.domain'],
  'time-taken': 'event.duration',
  method: 'http.request.method',
  src_ip: 'source.ip',
  dst_ip: 'destination.ip',
  UserAgent: 'user_agent.original',
};

const network: FieldTable = {
  src_ip: 'source.ip',
  src_port: 'source.port',
  src_mac: 'source.mac',
  dst_ip: 'destination.ip',
  dst_port: 'destination.port',
  dst_mac: 'destination.mac',
  srcip: 'source.ip',
  dstip: 'destination.ip',
  srcport: 'source.port',
  dstport: 'destination.port',
  SourceIP: 'source.ip',
  DestinationIP: 'destination.ip',
  DestinationPort: 'destination.port',
  SourcePort: 'source.port',
  username: 'user.name',
  user: 'user.name',
  action: 'event.action',
  blocked: 'event.action',
  proto: 'network.transport',
  protocol: ['network.protocol', 'network.transport'],
  application: 'network.application',
  interface: 'observer.ingress.interface.name',
  hostname: ['host.name', 'host.hostname', 'observer.name'],
  signature: 'rule.name',
  severity: 'event.severity',
};

const dns: FieldTable = {
  query: 'dns.question.name',
  QueryName: 'dns.question.name',
  record_type: 'dns.question.type',
  query_type: 'dns.question.type',
  answer: 'dns.answers.data',
  answers: 'dns.answers.data',
  QueryResults: 'dns.answers.data',
  parent_domain: 'dns.question.registered_domain',
  src_ip: 'source.ip',
  dst_ip: 'destination.ip',
};

const linux: FieldTable = {
  Image: 'process.executable',
  CommandLine: 'process.command_line',
  ParentImage: 'process.parent.executable',
  ParentCommandLine: 'process.parent.command_line',
  CurrentDirectory: 'process.working_directory',
  ProcessId: 'process.pid',
  ParentProcessId: 'process.parent.pid',
  User: 'user.name',
  LogonId: 'auditd.session',
  TargetFilename: 'file.path',
  DestinationIp: 'destination.ip',
  DestinationPort: 'destination.port',
  DestinationHostname: 'destination.domain',
  SourceIp: 'source.ip',
  SourcePort: 'source.port',
  user: 'user.name',
  src_ip: 'source.ip',
  process: 'process.name',
  pid: 'process.pid',
  host: ['host.name', 'host.hostname'],
  hostname: ['host.name', 'host.hostname'],
};

const auditd: FieldTable = {
  type: ['auditd.log.record_type', 'auditd.message_type', 'event.action'],
  exe: 'process.executable',
  comm: 'process.name',
  key: 'auditd.log.key',
  name: ['auditd.log.name', 'file.path'],
  SYSCALL: 'auditd.log.syscall',
  syscall: 'auditd.log.syscall',
  uid: ['user.id', 'auditd.log.uid'],
  auid: ['user.audit.id', 'auditd.log.auid'],
  euid: ['user.effective.id', 'auditd.log.euid'],
};

const antivirus: FieldTable = {
  Signature: ['threat.indicator.name', 'rule.name', 'winlog.event_data.ThreatName', 'winlog.event_data.Signature'],
  Filename: ['file.path', 'winlog.event_data.Path', 'winlog.event_data.Filename'],
  Hash: ['file.hash.sha256', 'file.hash.sha1', 'file.hash.md5'],
};

/**
 * Sigma names → the flat ECS keys of `@xinglin/parse`. Windows fields without an entry are looked for under
 * `winlog.event_data.<name>`, auditd fields under `auditd.log.<name>`; a name with a dot is an ECS key already.
 *
 * @example
 * ```ts
 * import { ecsMapping, resolveField } from '@xinglin/sigma';
 *
 * resolveField(ecsMapping, { product: 'windows' }, 'ServiceName'); // ['winlog.event_data.ServiceName']
 * resolveField(ecsMapping, { category: 'webserver' }, 'cs-method'); // ['http.request.method']
 * resolveField(ecsMapping, { category: 'webserver' }, 'source.ip'); // ['source.ip']
 * ```
 */
export const ecsMapping: FieldMapping = {
  name: 'ecs',
  dotted: 'keep',
  scopes: [
    { fields: { Computer: ['host.name', 'host.hostname'], Message: 'message' } },
    { product: 'linux', fields: linux },
    { product: 'macos', fields: linux },
    { product: 'linux', service: 'auditd', fields: auditd, fallback: 'auditd.log.{field}' },
    { product: 'cisco', fields: network },
    { product: 'fortigate', fields: network },
    { product: 'huawei', fields: network },
    { product: 'paloalto', fields: network },
    { category: 'firewall', fields: network },
    { category: 'webserver', fields: web },
    { category: 'proxy', fields: web },
    { category: 'dns', fields: dns },
    { product: 'windows', fields: windows, fallback: 'winlog.event_data.{field}' },
    { category: 'antivirus', fields: antivirus },
  ],
};
