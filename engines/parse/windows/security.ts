import type { Fields } from '../types.ts';
import { copy, present, put, putEvent, putPeer, putPid, putProcess, putUser, type Data } from './put.ts';

type Outcome = 'success' | 'failure' | undefined;
type Row = readonly [action: string, category: readonly string[], type: readonly string[], outcome?: Outcome];

const authentication = ['authentication'];
const iam = ['iam'];
const processes = ['process'];
const configuration = ['configuration'];
const network = ['network'];
const file = ['file'];
const start = ['start'];
const userChange = ['user', 'change'];
const groupChange = ['group', 'change'];

/** Event id → what happened. Actions follow Winlogbeat's security module where it names one. */
const rows: ReadonlyMap<string, Row> = new Map<string, Row>([
  ['1100', ['logging-service-shutdown', ['process'], ['end']]],
  ['1102', ['audit-log-cleared', iam, ['admin', 'change'], 'success']],
  ['1104', ['logging-full', iam, ['admin']]],
  ['4608', ['windows-start', ['host'], start]],
  ['4616', ['system-time-changed', configuration, ['change']]],
  ['4624', ['logged-in', authentication, start, 'success']],
  ['4625', ['logon-failed', authentication, start, 'failure']],
  ['4634', ['logged-out', authentication, ['end'], 'success']],
  ['4647', ['logged-out', authentication, ['end'], 'success']],
  ['4648', ['logged-in-explicit', authentication, start, 'success']],
  ['4649', ['replay-attack-detected', authentication, ['info'], 'failure']],
  ['4656', ['object-handle-requested', file, ['access']]],
  ['4657', ['registry-value-modified', ['registry'], ['change']]],
  ['4660', ['object-deleted', file, ['deletion']]],
  ['4661', ['object-handle-requested', iam, ['access']]],
  ['4662', ['object-operation', iam, ['access']]],
  ['4663', ['object-accessed', file, ['access']]],
  ['4670', ['permissions-changed', ['iam', 'configuration'], ['admin', 'change']]],
  ['4672', ['logged-in-special', iam, ['admin'], 'success']],
  ['4673', ['privileged-service-called', iam, ['admin']]],
  ['4674', ['privileged-operation', iam, ['admin']]],
  ['4688', ['created-process', processes, start, 'success']],
  ['4689', ['exited-process', processes, ['end'], 'success']],
  ['4697', ['service-installed', ['iam', 'configuration'], ['admin', 'change'], 'success']],
  ['4698', ['scheduled-task-created', ['iam', 'configuration'], ['creation', 'admin'], 'success']],
  ['4699', ['scheduled-task-deleted', ['iam', 'configuration'], ['deletion', 'admin'], 'success']],
  ['4700', ['scheduled-task-enabled', ['iam', 'configuration'], ['change', 'admin'], 'success']],
  ['4701', ['scheduled-task-disabled', ['iam', 'configuration'], ['change', 'admin'], 'success']],
  ['4702', ['scheduled-task-updated', ['iam', 'configuration'], ['change', 'admin'], 'success']],
  ['4703', ['token-right-adjusted', iam, ['admin', 'change']]],
  ['4719', ['changed-audit-config', ['iam', 'configuration'], ['admin', 'change'], 'success']],
  ['4720', ['added-user-account', iam, ['user', 'creation'], 'success']],
  ['4722', ['enabled-user-account', iam, userChange, 'success']],
  ['4723', ['changed-password', iam, userChange]],
  ['4724', ['reset-password', iam, userChange]],
  ['4725', ['disabled-user-account', iam, ['user', 'deletion'], 'success']],
  ['4726', ['deleted-user-account', iam, ['user', 'deletion'], 'success']],
  ['4738', ['modified-user-account', iam, userChange, 'success']],
  ['4740', ['locked-out-user-account', iam, userChange, 'success']],
  ['4741', ['added-computer-account', iam, ['creation', 'admin'], 'success']],
  ['4742', ['changed-computer-account', iam, ['change', 'admin'], 'success']],
  ['4743', ['deleted-computer-account', iam, ['deletion', 'admin'], 'success']],
  ['4767', ['unlocked-user-account', iam, userChange, 'success']],
  ['4768', ['kerberos-authentication-ticket-requested', authentication, start]],
  ['4769', ['kerberos-service-ticket-requested', authentication, start]],
  ['4770', ['kerberos-service-ticket-renewed', authentication, start]],
  ['4771', ['kerberos-preauth-failed', authentication, start, 'failure']],
  ['4776', ['credential-validated', authentication, start]],
  ['4777', ['credential-validation-failed', authentication, start, 'failure']],
  ['4778', ['session-reconnected', ['authentication', 'session'], start, 'success']],
  ['4779', ['session-disconnected', ['authentication', 'session'], ['end'], 'success']],
  ['4781', ['renamed-user-account', iam, userChange, 'success']],
  ['4798', ['group-membership-enumerated', iam, ['user', 'info']]],
  ['4799', ['user-member-enumerated', iam, ['group', 'info']]],
  ['5140', ['network-share-accessed', ['network', 'file'], ['access']]],
  ['5142', ['network-share-added', ['network', 'file'], ['creation']]],
  ['5145', ['network-share-object-checked', ['network', 'file'], ['access']]],
  ['5152', ['network-packet-blocked', network, ['denied', 'connection']]],
  ['5156', ['network-connection-allowed', network, ['allowed', 'connection']]],
  ['5157', ['network-connection-blocked', network, ['denied', 'connection']]],
  ['5158', ['network-bind-allowed', network, ['allowed', 'info']]],
  ['5379', ['credentials-read', iam, ['access']]],
  ...groups(),
]);

/** Local, global and universal groups have the same five events under different numbers. */
function groups(): [string, Row][] {
  const out: [string, Row][] = [];
  const scopes: readonly (readonly [
    created: number,
    added: number,
    removed: number,
    deleted: number,
    changed: number,
  ])[] = [
    [4727, 4728, 4729, 4730, 4737],
    [4731, 4732, 4733, 4734, 4735],
    [4754, 4756, 4757, 4758, 4755],
    [4744, 4746, 4747, 4748, 4745],
    [4749, 4751, 4752, 4753, 4750],
    [4759, 4761, 4762, 4763, 4760],
  ];
  for (const [created, added, removed, deleted, changed] of scopes) {
    out.push(
      [String(created), ['added-group-account', iam, ['group', 'creation'], 'success']],
      [String(added), ['added-member-to-group', iam, groupChange, 'success']],
      [String(removed), ['removed-member-from-group', iam, groupChange, 'success']],
      [String(deleted), ['deleted-group-account', iam, ['group', 'deletion'], 'success']],
      [String(changed), ['modified-group-account', iam, groupChange, 'success']],
    );
  }
  return out;
}

const groupCodes = new Set(groups().map(([code]) => code));
const accountCodes = new Set([
  '4720',
  '4722',
  '4723',
  '4724',
  '4725',
  '4726',
  '4738',
  '4740',
  '4741',
  '4742',
  '4743',
  '4767',
  '4781',
  '4798',
]);

const logonTypes: Readonly<Record<string, string>> = {
  '0': 'System',
  '2': 'Interactive',
  '3': 'Network',
  '4': 'Batch',
  '5': 'Service',
  '7': 'Unlock',
  '8': 'NetworkCleartext',
  '9': 'NewCredentials',
  '10': 'RemoteInteractive',
  '11': 'CachedInteractive',
  '12': 'CachedRemoteInteractive',
  '13': 'CachedUnlock',
};

/** Sub-status of 4625 and status of 4776, in words. */
const statuses: Readonly<Record<string, string>> = {
  '0xc000005e': 'no_logon_servers',
  '0xc0000064': 'user_unknown',
  '0xc000006a': 'bad_password',
  '0xc000006d': 'logon_failure',
  '0xc000006e': 'account_restriction',
  '0xc000006f': 'outside_hours',
  '0xc0000070': 'workstation_restriction',
  '0xc0000071': 'password_expired',
  '0xc0000072': 'account_disabled',
  '0xc00000dc': 'wrong_server_state',
  '0xc0000133': 'clock_skew',
  '0xc000015b': 'logon_type_not_granted',
  '0xc0000193': 'account_expired',
  '0xc0000224': 'password_must_change',
  '0xc0000234': 'account_locked',
};

/** Kerberos result codes (RFC 4120 §7.5.9) of 4768, 4769, 4771. */
const kerberos: Readonly<Record<string, string>> = {
  '0x6': 'user_unknown',
  '0x7': 'service_unknown',
  '0xc': 'workstation_restriction',
  '0x12': 'account_disabled',
  '0x17': 'password_expired',
  '0x18': 'bad_password',
  '0x25': 'clock_skew',
};

/** ECS of one Security event. */
export function readSecurity(fields: Fields, code: string, data: Data): void {
  const row = rows.get(code);
  if (row !== undefined) putEvent(fields, row[0], row[1], row[2], row[3]);
  switch (code) {
    case '4624':
    case '4625':
      return readLogon(fields, data);
    case '4648':
      return readExplicit(fields, data);
    case '4688':
    case '4689':
      return readProcess(fields, code, data);
    case '4768':
    case '4769':
    case '4770':
    case '4771':
      return readKerberos(fields, data);
    case '4776':
    case '4777':
      return readValidation(fields, data);
    case '4778':
    case '4779':
      copy(fields, 'user.name', data, 'AccountName');
      copy(fields, 'user.domain', data, 'AccountDomain');
      return putPeer(fields, 'source', data.get('ClientAddress'));
    case '5152':
    case '5156':
    case '5157':
    case '5158':
      return readFilter(fields, data);
    default:
  }
  if (code === '4634' || code === '4647') {
    putUser(fields, 'user', data, 'Target');
    return putLogonType(fields, data);
  }
  putUser(fields, 'user', data, 'Subject');
  if (groupCodes.has(code)) readGroup(fields, data);
  else if (accountCodes.has(code)) readAccount(fields, code, data);
  else readObject(fields, code, data);
}

function putLogonType(fields: Fields, data: Data): void {
  const type = logonTypes[data.get('LogonType') ?? ''];
  if (type !== undefined) put(fields, 'winlog.logon.type', type);
  const id = data.get('TargetLogonId') ?? data.get('SubjectLogonId');
  if (present(id)) put(fields, 'winlog.logon.id', id);
}

function readLogon(fields: Fields, data: Data): void {
  putUser(fields, 'user', data, 'Target');
  putLogonType(fields, data);
  putPeer(fields, 'source', data.get('IpAddress'), data.get('IpPort'));
  const workstation = data.get('WorkstationName');
  if (present(workstation)) put(fields, 'source.domain', workstation);
  putProcess(fields, 'process', data.get('ProcessName'));
  putPid(fields, 'process.pid', data.get('ProcessId'));
  const sub = data.get('SubStatus')?.toLowerCase() ?? '';
  const status = data.get('Status')?.toLowerCase() ?? '';
  put(fields, 'event.reason', statuses[sub === '0x0' ? status : sub] ?? statuses[status]);
}

/** Subject tries the credentials of Target on TargetServerName. */
function readExplicit(fields: Fields, data: Data): void {
  putUser(fields, 'user', data, 'Subject');
  putUser(fields, 'user.effective', data, 'Target');
  const server = data.get('TargetServerName');
  if (present(server) && server !== 'localhost') put(fields, 'destination.domain', server);
  putPeer(fields, 'source', data.get('IpAddress'), data.get('IpPort'));
  putProcess(fields, 'process', data.get('ProcessName'));
  putPid(fields, 'process.pid', data.get('ProcessId'));
}

function readProcess(fields: Fields, code: string, data: Data): void {
  putUser(fields, 'user', data, 'Subject');
  if (code === '4689') {
    putProcess(fields, 'process', data.get('ProcessName'));
    putPid(fields, 'process.pid', data.get('ProcessId'));
    return putPid(fields, 'process.exit_code', data.get('Status'));
  }
  putUser(fields, 'user.effective', data, 'Target');
  putProcess(fields, 'process', data.get('NewProcessName'));
  putPid(fields, 'process.pid', data.get('NewProcessId'));
  copy(fields, 'process.command_line', data, 'CommandLine');
  putProcess(fields, 'process.parent', data.get('ParentProcessName'));
  putPid(fields, 'process.parent.pid', data.get('ProcessId'));
}

function readKerberos(fields: Fields, data: Data): void {
  const account = data.get('TargetUserName');
  if (present(account)) {
    const at = account.indexOf('@');
    put(fields, 'user.name', at < 0 ? account : account.slice(0, at));
  }
  copy(fields, 'user.domain', data, 'TargetDomainName');
  const sid = data.get('TargetSid');
  if (present(sid)) put(fields, 'user.id', sid);
  copy(fields, 'service.name', data, 'ServiceName');
  putPeer(fields, 'source', data.get('IpAddress'), data.get('IpPort'));
  const status = (data.get('Status') ?? data.get('FailureCode') ?? '').toLowerCase();
  if (status !== '') put(fields, 'event.outcome', status === '0x0' ? 'success' : 'failure');
  put(fields, 'event.reason', kerberos[status]);
}

function readValidation(fields: Fields, data: Data): void {
  copy(fields, 'user.name', data, 'TargetUserName');
  copy(fields, 'source.domain', data, 'Workstation');
  const status = data.get('Status')?.toLowerCase() ?? '';
  if (status !== '') put(fields, 'event.outcome', status === '0x0' ? 'success' : 'failure');
  put(fields, 'event.reason', statuses[status]);
}

/** Windows Filtering Platform. */
function readFilter(fields: Fields, data: Data): void {
  // Direction %%14592 is inbound, %%14593 outbound; addresses are source and destination already.
  putPeer(fields, 'source', data.get('SourceAddress'), data.get('SourcePort'));
  putPeer(fields, 'destination', data.get('DestAddress'), data.get('DestPort'));
  const direction = data.get('Direction');
  if (direction === '%%14592') put(fields, 'network.direction', 'ingress');
  else if (direction === '%%14593') put(fields, 'network.direction', 'egress');
  const protocol = data.get('Protocol');
  if (present(protocol)) put(fields, 'network.iana_number', protocol);
  putProcess(fields, 'process', data.get('Application'));
  putPid(fields, 'process.pid', data.get('ProcessID') ?? data.get('ProcessId'));
}

function readGroup(fields: Fields, data: Data): void {
  copy(fields, 'group.name', data, 'TargetUserName');
  copy(fields, 'group.domain', data, 'TargetDomainName');
  const sid = data.get('TargetSid');
  if (present(sid)) put(fields, 'group.id', sid);
  const memberSid = data.get('MemberSid');
  if (present(memberSid)) put(fields, 'user.target.id', memberSid);
  const memberName = data.get('MemberName');
  if (!present(memberName)) return;
  // "CN=张三,OU=Users,DC=hosp,DC=cn"
  const name = memberName.startsWith('CN=') ? memberName.slice(3).split(',', 1)[0] : memberName;
  put(fields, 'user.target.name', name);
}

function readAccount(fields: Fields, code: string, data: Data): void {
  const target = data.get('TargetUserName') ?? data.get('OldTargetUserName');
  if (present(target)) put(fields, 'user.target.name', target);
  const sid = data.get('TargetSid');
  if (present(sid)) put(fields, 'user.target.id', sid);
  const domain = data.get('TargetDomainName');
  if (!present(domain)) return;
  // 4740 puts the calling computer where others have the domain.
  put(fields, code === '4740' ? 'source.domain' : 'user.target.domain', domain);
}

function readObject(fields: Fields, code: string, data: Data): void {
  putProcess(fields, 'process', data.get('ProcessName'));
  putPid(fields, 'process.pid', data.get('ProcessId'));
  putPeer(fields, 'source', data.get('IpAddress'), data.get('IpPort'));
  const object = data.get('ObjectName');
  if (present(object)) {
    if (data.get('ObjectType') === 'Key' || code === '4657') put(fields, 'registry.path', object);
    else if (data.get('ObjectType') === 'File') put(fields, 'file.path', object);
  }
  if (code === '4697') {
    copy(fields, 'service.name', data, 'ServiceName');
    copy(fields, 'process.command_line', data, 'ServiceFileName');
  } else if (code === '5140' || code === '5145') {
    copy(fields, 'file.share', data, 'ShareName');
    copy(fields, 'file.name', data, 'RelativeTargetName');
  }
}
