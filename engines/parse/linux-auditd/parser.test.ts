import { describe, expect, it } from 'vitest';
import { describeSamples, fieldsOf } from '../testing/samples.ts';
import { linuxAuditd } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(linuxAuditd, samples);

describe('linux.auditd', () => {
  it('decodes hexadecimal arguments', () => {
    const fields = fieldsOf('type=EXECVE msg=audit(1795313472.1:5): argc=2 a0="echo" a1=E5BCA0E4B889');
    expect(fields['process.command_line']).toBe('echo 张三');
  });

  it('leaves text that only looks hexadecimal', () => {
    expect(fieldsOf('type=SYSCALL msg=audit(1795313472.1:5): comm=ed exe="/bin/ed"')['process.name']).toBe('ed');
  });

  it('reads socket addresses', () => {
    const fields = fieldsOf(
      'type=SOCKADDR msg=audit(1795313472.1:5): saddr=0A00115C0000000020010DB8000000000000000000000009000000000000',
    );
    expect(fields['auditd.log.sockaddr.ip']).toBe('2001:db8:0:0:0:0:0:9');
    expect(fields['auditd.log.sockaddr.port']).toBe(4444);
  });

  it('names the watch that fired', () => {
    expect(
      fieldsOf('type=SYSCALL msg=audit(1795313472.1:5): arch=c000003e syscall=257 success=yes key="identity"')[
        'rule.name'
      ],
    ).toBe('identity');
  });
});
