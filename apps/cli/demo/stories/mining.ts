import { eve, fortigate, winlogbeat } from '../formats.ts';
import { MINING_POOL, SYSTEM32, hostOf, to } from './story.ts';
import type { Step, Story } from './story.ts';

/** Mining malware: a pool name resolved, then a beacon that does not stop. */
export const mining: Story = {
  key: 'mining',
  titleZh: '挖矿木马持续外联',
  fits: (site) => site.institution.kind !== 'commission',
  steps: (site) => {
    const victim = site.assets.find((asset) => asset.kind === 'server') ?? hostOf(site, 'PC01');
    const device = hostOf(site, 'FW01').hostname;
    const steps: Step[] = [
      {
        after: 0,
        emit: to('splunk', site, (at) =>
          eve(
            at,
            'dns',
            { from: victim.ip, to: '223.5.5.5', port: 53 },
            { type: 'query', id: 4711, rrname: 'pool.supportxmr.com', rrtype: 'A', tx_id: 0 },
          ),
        ),
      },
      {
        after: 1,
        emit: to('elastic', site, (at) =>
          winlogbeat(at, {
            id: 1,
            channel: 'Sysmon',
            host: victim.hostname,
            data: {
              Image: 'C:\\ProgramData\\Microsoft\\xmrig.exe',
              CommandLine: 'xmrig.exe -o stratum+tcp://pool.supportxmr.com:3333 -u 48edfH --cpu-max-threads-hint 75',
              ParentImage: `${SYSTEM32}services.exe`,
              User: 'NT AUTHORITY\\SYSTEM',
            },
          }),
        ),
      },
    ];
    for (let index = 0; index < 10; index++)
      steps.push({
        after: 3 + index * 5,
        emit: to('syslog', site, (at) =>
          fortigate(at, device, {
            from: victim.ip,
            to: MINING_POOL,
            port: 3333,
            sent: 900 + index,
            received: 700,
            fromPort: 52_000 + index,
          }),
        ),
      });
    return steps;
  },
};
