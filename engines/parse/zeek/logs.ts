import { putRelatedHashes } from '../finish.ts';
import { putAddress } from '../scan/address.ts';
import { numberOf, textOf } from '../scan/json.ts';
import type { Fields, JsonDocument } from '../types.ts';

interface Log {
  readonly protocol?: string;
  readonly category?: readonly string[];
  readonly type?: readonly string[];
  /** Member → key. */
  readonly texts?: Readonly<Record<string, string>>;
}

const share = { name: 'file.name', path: 'file.path', size: 'file.size', action: 'event.action' } as const;

/** The logs beyond connections, DNS, HTTP and TLS; "Log Files" of the Zeek documentation. */
const logs: Readonly<Record<string, Log>> = {
  smb_files: { protocol: 'smb', category: ['network', 'file'], texts: share },
  smb_mapping: { protocol: 'smb', texts: { path: 'file.path', share_type: 'zeek.smb_mapping.share_type' } },
  kerberos: {
    protocol: 'kerberos',
    category: ['network', 'authentication'],
    texts: { client: 'user.name', service: 'service.name', cipher: 'tls.cipher', error_msg: 'event.reason' },
  },
  ntlm: {
    protocol: 'ntlm',
    category: ['network', 'authentication'],
    texts: { username: 'user.name', domainname: 'user.domain', hostname: 'source.domain' },
  },
  rdp: { protocol: 'rdp', texts: { cookie: 'user.name', client_name: 'source.domain', result: 'event.reason' } },
  dce_rpc: { protocol: 'dce_rpc', texts: { endpoint: 'service.name', operation: 'event.action' } },
  smtp: {
    protocol: 'smtp',
    category: ['network', 'email'],
    texts: {
      mailfrom: 'email.from.address',
      subject: 'email.subject',
      msg_id: 'email.message_id',
      user_agent: 'email.x_mailer',
    },
  },
  ftp: {
    protocol: 'ftp',
    category: ['network', 'file'],
    texts: {
      user: 'user.name',
      command: 'event.action',
      arg: 'file.path',
      mime_type: 'file.mime_type',
      reply_msg: 'event.reason',
    },
  },
  dhcp: {
    protocol: 'dhcp',
    texts: { mac: 'source.mac', host_name: 'source.domain', domain: 'source.registered_domain' },
  },
  x509: {
    category: ['file'],
    texts: {
      'certificate.subject': 'tls.server.subject',
      'certificate.issuer': 'tls.server.issuer',
      'certificate.serial': 'tls.server.x509.serial_number',
    },
  },
  weird: { category: ['network'], type: ['info'], texts: { name: 'rule.name', addl: 'event.reason' } },
  tunnel: { texts: { tunnel_type: 'network.name', action: 'event.action' } },
  software: {
    category: ['package'],
    type: ['info'],
    texts: { name: 'package.name', 'version.major': 'package.version' },
  },
  snmp: { protocol: 'snmp' },
  sip: {
    protocol: 'sip',
    texts: { method: 'event.action', user_agent: 'user_agent.original', status_msg: 'event.reason' },
  },
  modbus: { protocol: 'modbus', texts: { func: 'event.action' } },
  dnp3: { protocol: 'dnp3', texts: { fc_request: 'event.action' } },
  mysql: {
    protocol: 'mysql',
    category: ['network', 'database'],
    texts: { cmd: 'event.action', arg: 'database.statement' },
  },
  radius: {
    protocol: 'radius',
    category: ['network', 'authentication'],
    texts: { username: 'user.name', mac: 'source.mac' },
  },
  rfb: { protocol: 'rfb', texts: { authentication_method: 'zeek.rfb.authentication_method' } },
  socks: { protocol: 'socks', texts: { user: 'user.name' } },
  irc: { protocol: 'irc', texts: { user: 'user.name', command: 'event.action' } },
  intel: { category: ['network', 'threat'], type: ['indicator'], texts: { 'seen.indicator': 'threat.indicator.name' } },
  pe: { category: ['file'], type: ['info'], texts: { machine: 'file.pe.architecture' } },
};

/** Whether it went well, in each log's own word. */
function outcomeOf(doc: JsonDocument, path: string): string | undefined {
  const success = doc['success'] ?? doc['auth_success'] ?? doc['auth'];
  if (success === true || success === 'T') return 'success';
  if (success === false || success === 'F') return 'failure';
  if (path === 'radius') {
    const result = textOf(doc['result']);
    return result === undefined ? undefined : result === 'success' ? 'success' : 'failure';
  }
  if (path === 'ftp') {
    const code = numberOf(doc['reply_code']);
    return code === undefined ? undefined : code < 400 ? 'success' : 'failure';
  }
  return undefined;
}

/** ECS of the less frequent logs; every member stays under `zeek.<path>.` as well. */
export function readOther(fields: Fields, doc: JsonDocument, path: string): void {
  const log = logs[path];
  if (log === undefined) return;
  if (log.category !== undefined) fields['event.category'] = log.category;
  if (log.type !== undefined) fields['event.type'] = log.type;
  if (log.protocol !== undefined) fields['network.protocol'] = log.protocol;
  for (const [member, key] of Object.entries(log.texts ?? {})) {
    const text = textOf(doc[member]);
    if (text === undefined || text === '' || text === '-') continue;
    fields[key] =
      key === 'file.size'
        ? (numberOf(text) ?? text)
        : key.endsWith('.mac')
          ? text.replaceAll(':', '-').toUpperCase()
          : text;
  }
  const outcome = outcomeOf(doc, path);
  if (outcome !== undefined) fields['event.outcome'] = outcome;
  if (path === 'kerberos') splitPrincipal(fields);
  if (path === 'dhcp') {
    putAddress(fields, 'source', textOf(doc['client_addr']) ?? textOf(doc['assigned_addr']));
    putAddress(fields, 'destination', textOf(doc['server_addr']));
  }
  if (path === 'intel' || path === 'weird') fields['event.kind'] = path === 'intel' ? 'enrichment' : 'event';
  putRelatedHashes(fields, 'file');
}

/** `lihua/HOSP.EXAMPLE.CN` */
function splitPrincipal(fields: Fields): void {
  const name = fields['user.name'];
  if (typeof name !== 'string') return;
  const slash = name.indexOf('/');
  if (slash <= 0) return;
  fields['user.name'] = name.slice(0, slash);
  fields['user.domain'] = name.slice(slash + 1);
}
