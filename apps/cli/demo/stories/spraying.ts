import { sshd, sudo, winlogbeat } from '../formats.ts';
import { ATTACKERS, hasWeb, hostOf, to } from './story.ts';
import type { Step, Story } from './story.ts';

/** SSH and Windows password spraying against a server reachable from outside, ending in a success. */
export const spraying: Story = {
  key: 'spraying',
  titleZh: '口令喷洒后弱口令登录',
  fits: hasWeb,
  steps: (site, random) => {
    const attacker = random.pick(ATTACKERS);
    const web = hostOf(site, 'WEBAPP01');
    const oa = hostOf(site, 'OAAPP01');
    const users = [
      'root',
      'admin',
      'oracle',
      'test',
      'his',
      'pacs',
      'ubuntu',
      'postgres',
      'backup',
      'yiyuan',
      'ops',
      'ftp',
    ];
    const steps: Step[] = users.map((user, index) => ({
      after: index * 0.8,
      emit: to('syslog', site, (at) =>
        sshd(
          at,
          web.hostname,
          `Failed password for ${index % 3 === 0 ? '' : 'invalid user '}${user} from ${attacker} port ${41_000 + index} ssh2`,
        ),
      ),
    }));
    for (let index = 0; index < 9; index++)
      steps.push({
        after: 10 + index * 0.7,
        emit: to('syslog', site, (at) =>
          sshd(at, web.hostname, `Failed password for ops from ${attacker} port ${42_000 + index} ssh2`),
        ),
      });
    steps.push({
      after: 18,
      emit: to('syslog', site, (at) =>
        sshd(at, web.hostname, `Accepted password for ops from ${attacker} port 42100 ssh2`),
      ),
    });
    steps.push({
      after: 21,
      emit: to('syslog', site, (at) => sudo(at, web.hostname, 'ops', '/usr/bin/systemctl stop auditd')),
    });
    for (let index = 0; index < 14; index++) {
      steps.push({
        after: 24 + index * 0.6,
        emit: to('elastic', site, (at) =>
          winlogbeat(at, {
            id: 4625,
            channel: 'Security',
            host: oa.hostname,
            data: {
              TargetUserName: `user${String(index + 1).padStart(2, '0')}`,
              IpAddress: web.ip,
              LogonType: '3',
              Status: '0xc000006d',
              WorkstationName: 'WEB',
            },
          }),
        ),
      });
    }
    return steps;
  },
};
