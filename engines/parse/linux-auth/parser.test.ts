import { describe, expect, it } from 'vitest';
import { describeSamples, fieldsOf } from '../testing/samples.ts';
import { linuxAuth } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(linuxAuth, samples);

const stamp = 'Nov 22 10:11:12 his-db-01';

describe('linux.auth', () => {
  it('takes the last peer when the user name forges another', () => {
    const fields = fieldsOf(`${stamp} sshd[1]: Invalid user a from 10.0.0.1 port 1 from 203.0.113.9 port 2`);
    expect(fields['source.ip']).toBe('203.0.113.9');
    expect(fields['user.name']).toBe('a from 10.0.0.1 port 1');
  });

  it('keeps a user named like a keyword', () => {
    const fields = fieldsOf(`${stamp} sshd[1]: Failed password for invalid user for from 203.0.113.9 port 2 ssh2`);
    expect(fields['user.name']).toBe('for');
  });

  it('reads IPv4 written as IPv6', () => {
    expect(fieldsOf(`${stamp} sshd[1]: Failed password for root from ::ffff:10.0.0.9 port 2 ssh2`)['source.ip']).toBe(
      '10.0.0.9',
    );
  });

  it.each([
    ['Accepted password for ', undefined],
    ['Accepted  for  from ', undefined],
    ['Failed', undefined],
    ['Invalid user', undefined],
  ])('keeps the message of a cut line: %s', (message, user) => {
    const fields = fieldsOf(`${stamp} sshd[1]: ${message}`);
    expect(fields['message']).toBe(message);
    expect(fields['user.name']).toBe(user);
  });

  it('leaves cron commands to linux.syslog but takes their PAM lines', () => {
    expect(fieldsOf(`${stamp} CRON[1]: (root) CMD (/x)`)['event.dataset']).toBe('linux.syslog');
    expect(
      fieldsOf(`${stamp} CRON[1]: pam_unix(cron:session): session opened for user root by (uid=0)`)['event.dataset'],
    ).toBe('linux.auth');
  });

  it('puts all parties of a sudo line into related.user', () => {
    expect(
      fieldsOf(`${stamp} sudo: zhangsan : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/ls`)['related.user'],
    ).toEqual(['zhangsan', 'root']);
  });

  it('does not read COMMAND text as sudo members', () => {
    const fields = fieldsOf(
      `${stamp} sudo: zhangsan : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/sh -c x ; USER=nobody`,
    );
    expect(fields['user.effective.name']).toBe('root');
    expect(fields['process.command_line']).toBe('/bin/sh -c x ; USER=nobody');
  });
});
