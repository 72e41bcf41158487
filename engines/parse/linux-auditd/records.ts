/** Which id is the acting user: the login user (`auid`), with `uid` the effective one, or plainly `uid`. */
type Actor = 'login' | 'effective' | 'uid';

/** What an audit record type means in ECS; actions follow go-libaudit's normalisation, which Auditbeat and Filebeat use. */
export interface RecordRow {
  readonly action: string;
  readonly category?: readonly string[];
  readonly type?: readonly string[];
  readonly actor: Actor;
}

function row(action: string, category?: readonly string[], type?: readonly string[], actor: Actor = 'uid'): RecordRow {
  return { action, ...(category !== undefined && { category }), ...(type !== undefined && { type }), actor };
}

const authentication = ['authentication'];
const process = ['process'];
const session = ['session'];
const iam = ['iam'];
const configuration = ['configuration'];
const host = ['host'];
const info = ['info'];
const start = ['start'];
const end = ['end'];

/** Record type → meaning. Types that only carry details of another record (PATH, CWD …) are not listed. */
export const records: ReadonlyMap<string, RecordRow> = new Map([
  ['DAEMON_START', row('started-audit', process, start)],
  ['DAEMON_END', row('shutdown-audit', process, ['stop'])],
  ['DAEMON_ABORT', row('aborted-auditd-startup', process, ['stop'])],
  ['DAEMON_CONFIG', row('changed-audit-configuration', ['configuration', 'process'], ['change'])],
  ['CONFIG_CHANGE', row('changed-audit-configuration', ['configuration', 'process'], ['change'])],
  ['SERVICE_START', row('started-service', process, start)],
  ['SERVICE_STOP', row('stopped-service', process, ['stop'])],
  ['SYSTEM_BOOT', row('booted-system', host, info)],
  ['SYSTEM_SHUTDOWN', row('shutdown-system', host, info)],
  ['USER_LOGIN', row('logged-in', authentication, start, 'login')],
  ['USER_LOGOUT', row('logged-out', authentication, end, 'login')],
  ['USER_START', row('started-session', session, start, 'login')],
  ['USER_END', row('ended-session', session, end, 'login')],
  ['USER_AUTH', row('authenticated', authentication, info, 'login')],
  ['USER_ACCT', row('was-authorized', authentication, info, 'login')],
  ['USER_ERR', row('error', undefined, info, 'login')],
  ['USER_MGMT', row('modified-user-account', iam, ['change', 'user'], 'effective')],
  ['USER_CHAUTHTOK', row('changed-password', iam, ['change', 'user'], 'effective')],
  ['USER_CMD', row('ran-command', process, start)],
  ['USER_ROLE_CHANGE', row('changed-role-to', iam, ['change', 'user'], 'effective')],
  ['USER_TTY', row('typed')],
  ['TTY', row('typed')],
  ['CRED_ACQ', row('acquired-credentials', authentication, info, 'login')],
  ['CRED_DISP', row('disposed-credentials', authentication, info, 'login')],
  ['CRED_REFR', row('refreshed-credentials', authentication, info, 'login')],
  ['LOGIN', row('changed-login-id-to', authentication, start, 'login')],
  ['ACCT_LOCK', row('locked-account', iam, ['change', 'user'], 'effective')],
  ['ACCT_UNLOCK', row('unlocked-account', iam, ['change', 'user'], 'effective')],
  ['ADD_USER', row('added-user-account', iam, ['creation', 'user'], 'effective')],
  ['DEL_USER', row('deleted-user-account', iam, ['deletion', 'user'], 'effective')],
  ['ADD_GROUP', row('added-group-account-to', iam, ['creation', 'group'], 'effective')],
  ['DEL_GROUP', row('deleted-group-account-from', iam, ['deletion', 'group'], 'effective')],
  ['GRP_MGMT', row('modified-group-account', iam, ['change', 'group'], 'effective')],
  ['GRP_CHAUTHTOK', row('changed-group-password', iam, ['change', 'group'], 'effective')],
  ['CHUSER_ID', row('changed-user-id', iam, ['change', 'user'], 'effective')],
  ['CRYPTO_KEY_USER', row('negotiated-crypto-key', process, info)],
  ['CRYPTO_SESSION', row('started-crypto-session', process, info)],
  ['CRYPTO_LOGIN', row('crypto-officer-logged-in', process, info)],
  ['SOFTWARE_UPDATE', row('package-updated', ['package'], info)],
  ['NETFILTER_CFG', row('loaded-firewall-rule-to', configuration, ['change'])],
  ['KERN_MODULE', row('loaded-kernel-module', ['driver'], start)],
  ['SECCOMP', row('violated-seccomp-policy')],
  ['AVC', row('violated-selinux-policy')],
  ['USER_AVC', row('violated-selinux-policy')],
  ['MAC_STATUS', row('changed-selinux-enforcement', configuration, ['change'])],
  ['MAC_POLICY_LOAD', row('loaded-selinux-policy', configuration, ['change'])],
  ['VIRT_CONTROL', row('issued-vm-control', host, ['creation'])],
  ['VIRT_CREATE', row('created-vm-image', host, info)],
  ['VIRT_DESTROY', row('deleted-vm-image', host, info)],
  ['VIRT_MACHINE_ID', row('assigned-vm-id', host, ['creation'])],
  ['VIRT_RESOURCE', row('assigned-vm-resource', host, ['creation'])],
  ['ANOM_ABEND', row('crashed-program', process, end)],
  ['ANOM_PROMISCUOUS', row('changed-promiscuous-mode-on-device', ['network'], ['change'])],
  ['ANOM_LOGIN_FAILURES', row('failed-log-in-too-many-times-to', authentication, info, 'login')],
  ['ANOM_LOGIN_TIME', row('attempted-log-in-during-unusual-hour-to', authentication, info, 'login')],
  ['TIME_ADJNTPVAL', row('adjusted-time', configuration, ['change'])],
  ['TIME_INJOFFSET', row('changed-time', configuration, ['change'])],
  ['SYSTEM_RUNLEVEL', row('changed-to-runlevel', host, ['change'])],
]);

/** Kernel lines name types by number (linux/audit.h). */
export const typeNumbers: Readonly<Record<string, string>> = {
  '1006': 'LOGIN',
  '1100': 'USER_AUTH',
  '1101': 'USER_ACCT',
  '1103': 'CRED_ACQ',
  '1104': 'CRED_DISP',
  '1105': 'USER_START',
  '1106': 'USER_END',
  '1107': 'USER_AVC',
  '1112': 'USER_LOGIN',
  '1123': 'USER_CMD',
  '1130': 'SERVICE_START',
  '1131': 'SERVICE_STOP',
  '1300': 'SYSCALL',
  '1302': 'PATH',
  '1305': 'CONFIG_CHANGE',
  '1306': 'SOCKADDR',
  '1307': 'CWD',
  '1309': 'EXECVE',
  '1325': 'NETFILTER_CFG',
  '1326': 'SECCOMP',
  '1327': 'PROCTITLE',
  '1330': 'KERN_MODULE',
  '1334': 'BPF',
  '1400': 'AVC',
  '1403': 'MAC_POLICY_LOAD',
  '1404': 'MAC_STATUS',
  '1415': 'MAC_IPSEC_EVENT',
  '1700': 'ANOM_PROMISCUOUS',
  '1701': 'ANOM_ABEND',
};

/** Architectures by their audit code. */
export const architectures: Readonly<Record<string, string>> = {
  c000003e: 'x86_64',
  '40000003': 'i386',
  c00000b7: 'aarch64',
  '40000028': 'arm',
  c0000015: 'ppc64le',
  c0000102: 'loongarch64',
  c00000f3: 'riscv64',
};

/** System calls on x86-64 that detections name; others keep their number. */
export const syscalls: Readonly<Record<string, string>> = {
  '2': 'open',
  '41': 'socket',
  '42': 'connect',
  '43': 'accept',
  '44': 'sendto',
  '49': 'bind',
  '56': 'clone',
  '57': 'fork',
  '59': 'execve',
  '62': 'kill',
  '82': 'rename',
  '84': 'rmdir',
  '86': 'link',
  '87': 'unlink',
  '88': 'symlink',
  '90': 'chmod',
  '91': 'fchmod',
  '92': 'chown',
  '101': 'ptrace',
  '105': 'setuid',
  '155': 'pivot_root',
  '161': 'chroot',
  '165': 'mount',
  '169': 'reboot',
  '175': 'init_module',
  '176': 'delete_module',
  '257': 'openat',
  '263': 'unlinkat',
  '264': 'renameat',
  '268': 'fchmodat',
  '313': 'finit_module',
  '322': 'execveat',
};
