import { eve, fortigate, winlogbeat } from '../formats.ts';
import { assetNamed } from '../traffic.ts';
import { ATTACKERS, SYSTEM32, hostOf, isHospital, to } from './story.ts';
import type { Step, Story } from './story.ts';

/** Ransomware: RDP from the internet to the front-end machine, then SMB across the hospital, backups gone, files encrypted. */
export const ransomware: Story = {
  key: 'ransomware',
  titleZh: '勒索病毒经前置机横向移动',
  fits: (site) => isHospital(site) && assetNamed(site, 'LISAPP01') !== undefined,
  steps: (site, random) => {
    const steps: Step[] = [];
    const attacker = random.pick(ATTACKERS);
    const front = hostOf(site, 'FEP01');
    const device = hostOf(site, 'FW01').hostname;
    const lis = hostOf(site, 'LISAPP01');
    const logon = { TargetUserName: 'administrator', IpAddress: attacker, WorkstationName: 'WIN-9K2' };
    steps.push({
      after: 0,
      emit: to('syslog', site, (at) =>
        fortigate(at, device, { from: attacker, to: front.ip, port: 3389, sent: 210_000, received: 900_000 }),
      ),
    });
    for (let index = 0; index < 12; index++) {
      steps.push({
        after: 1 + index * 0.5,
        emit: to('elastic', site, (at) =>
          winlogbeat(at, {
            id: 4625,
            channel: 'Security',
            host: front.hostname,
            data: { ...logon, LogonType: '10', Status: '0xc000006d' },
          }),
        ),
      });
    }
    steps.push({
      after: 8,
      emit: to('elastic', site, (at) =>
        winlogbeat(at, { id: 4624, channel: 'Security', host: front.hostname, data: { ...logon, LogonType: '10' } }),
      ),
    });
    steps.push({
      after: 11,
      emit: to('elastic', site, (at) =>
        winlogbeat(at, {
          id: 1,
          channel: 'Sysmon',
          host: front.hostname,
          data: {
            Image: `${SYSTEM32}taskkill.exe`,
            CommandLine: 'taskkill /f /im 360tray.exe /im ZhuDongFangYu.exe',
            ParentImage: `${SYSTEM32}cmd.exe`,
            User: 'FEP\\administrator',
          },
        }),
      ),
    });
    const targets = site.assets.filter((asset) => asset.kind === 'pc' || asset.kind === 'server').slice(0, 26);
    for (const [index, target] of targets.entries()) {
      steps.push({
        after: 14 + index * 0.4,
        emit: to('syslog', site, (at) =>
          fortigate(at, device, {
            from: front.ip,
            to: target.ip,
            port: 445,
            sent: 8400,
            received: 5100,
            fromPort: 51_000 + index,
          }),
        ),
      });
    }
    steps.push({
      after: 22,
      emit: to('splunk', site, (at) =>
        eve(
          at,
          'alert',
          { from: front.ip, to: lis.ip, port: 445 },
          {
            action: 'allowed',
            gid: 1,
            signature_id: 2024218,
            rev: 4,
            signature: 'ET EXPLOIT Possible ETERNALBLUE MS17-010 Echo Response',
            category: 'A Network Trojan was detected',
            severity: 1,
          },
        ),
      ),
    });
    steps.push({
      after: 26,
      emit: to('elastic', site, (at) =>
        winlogbeat(at, {
          id: 7045,
          channel: 'System',
          host: lis.hostname,
          data: {
            ServiceName: 'PSEXESVC',
            ImagePath: '%SystemRoot%\\PSEXESVC.exe',
            ServiceType: 'user mode service',
            StartType: 'demand start',
            AccountName: 'LocalSystem',
          },
        }),
      ),
    });
    steps.push({
      after: 29,
      emit: to('elastic', site, (at) =>
        winlogbeat(at, {
          id: 1,
          channel: 'Sysmon',
          host: lis.hostname,
          data: {
            Image: `${SYSTEM32}net.exe`,
            CommandLine: 'net stop "Veeam Backup Service" /y',
            ParentImage: `${SYSTEM32}cmd.exe`,
            User: 'NT AUTHORITY\\SYSTEM',
          },
        }),
      ),
    });
    steps.push({
      after: 31,
      emit: to('elastic', site, (at) =>
        winlogbeat(at, {
          id: 1,
          channel: 'Sysmon',
          host: lis.hostname,
          data: {
            Image: `${SYSTEM32}vssadmin.exe`,
            CommandLine: 'vssadmin.exe delete shadows /all /quiet',
            ParentImage: 'C:\\Users\\Public\\mk.exe',
            User: 'NT AUTHORITY\\SYSTEM',
          },
        }),
      ),
    });
    for (let index = 0; index < 6; index++) {
      steps.push({
        after: 34 + index,
        emit: to('elastic', site, (at) =>
          winlogbeat(at, {
            id: 11,
            channel: 'Sysmon',
            host: lis.hostname,
            data: {
              Image: 'C:\\Users\\Public\\mk.exe',
              TargetFilename: `D:\\LISDATA\\result_${index}.mdf.mallox`,
              CreationUtcTime: at.toISOString(),
            },
          }),
        ),
      });
    }
    steps.push({
      after: 44,
      emit: to('elastic', site, (at) =>
        winlogbeat(at, {
          id: 1102,
          channel: 'Security',
          host: lis.hostname,
          data: { SubjectUserName: 'SYSTEM', SubjectDomainName: 'NT AUTHORITY' },
        }),
      ),
    });
    return steps;
  },
};
