import type { Fields, LogLine, Parsed, ParserSpec } from '../types.ts';
import { readAccounts } from './accounts.ts';
import { readPam } from './pam.ts';
import { readSshd } from './sshd.ts';
import { readSudo, readSu } from './sudo.ts';

const programs = [
  'sshd',
  'sshd-session',
  'sshd-auth',
  'sudo',
  'su',
  'login',
  'systemd-logind',
  'useradd',
  'usermod',
  'userdel',
  'adduser',
  'groupadd',
  'groupmod',
  'groupdel',
  'passwd',
  'chpasswd',
  'chage',
  'gpasswd',
  'chfn',
  'chsh',
  'polkitd',
  'pkexec',
  'pam',
  'vsftpd',
  'gdm-password',
  'lightdm',
  'cron',
  'crond',
  'newgrp',
  'sssd',
  'unix_chkpwd',
  'atd',
  'runuser',
];
const known = new Set(programs);

function identify(line: LogLine): number {
  if (known.has(line.program)) return 1;
  return line.program !== '' && (line.message.startsWith('pam_') || line.message.startsWith('PAM ')) ? 0.95 : 0;
}

function parse(line: LogLine): Parsed | undefined {
  if (line.syslog === undefined) return undefined;
  const { message, program } = line;
  const fields: Fields = { message };
  if (message.startsWith('pam_') || message.startsWith('PAM ')) readPam(fields, message);
  else {
    switch (program) {
      case 'sshd':
      case 'sshd-session':
      case 'sshd-auth':
        readSshd(fields, message);
        break;
      case 'sudo':
        readSudo(fields, message);
        break;
      case 'su':
      case 'runuser':
        readSu(fields, message);
        break;
      case 'cron':
      case 'crond':
        // Only authentication lines of cron are ours; "(root) CMD (…)" is an ordinary message.
        return undefined;
      default:
        readAccounts(fields, message);
    }
  }
  return { dataset: 'linux.auth', fields, confidence: 1 };
}

/**
 * Linux authentication: sshd, sudo, su, PAM, login, systemd-logind, polkit, and account administration (useradd …).
 * @example
 * ```ts
 * import { createParser, linuxAuth } from '@xinglin/parse';
 * const parser = createParser({ parsers: [linuxAuth] });
 * const { fields } = parser.parse('Nov  2 09:11:12 pacs sshd[88]: Failed password for root from 10.0.0.9 port 4022 ssh2', { receivedAt: Date.UTC(2026, 10, 2) });
 * // fields['event.outcome'] 'failure', fields['user.name'] 'root'
 * ```
 */
export const linuxAuth: ParserSpec = {
  dataset: 'linux.auth',
  vendor: 'Linux',
  product: 'auth.log / secure',
  formats: ['sshd', 'sudo', 'su', 'PAM', 'login', 'useradd/usermod/userdel/groupadd', 'polkit'],
  reference: 'OpenSSH auth.c/auth2.c message texts; sudo, Linux-PAM and shadow-utils manuals',
  samples: 'linux-auth/samples.ndjson',
  role: 'host',
  service: 'system',
  programs,
  identify,
  parse,
};
