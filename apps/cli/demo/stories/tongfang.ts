import { fortigate, hisAudit, winlogbeat } from '../formats.ts';
import { assetsOf } from '../traffic.ts';
import { hostOf, isHospital, to } from './story.ts';
import type { Story } from './story.ts';

/** 统方: a vendor account reads prescription statistics by doctor and drug at night and exports them. */
export const tongfang: Story = {
  key: 'tongfang',
  titleZh: '厂商账号夜间统方导出',
  clock: 'night',
  fits: (site) => isHospital(site),
  steps: (site) => {
    const pc = assetsOf(site, 'pc')[3] ?? hostOf(site, 'PC01');
    const base = {
      operator: 'vendor_xh02',
      name: '厂商维护',
      department: '信息科',
      workstation: pc.hostname,
      ip: pc.ip,
    } as const;
    const sql =
      "select doctor_name, drug_name, sum(quantity) qty, sum(amount) amt from his.prescription_detail where charge_date between '2026-10-01' and '2026-10-31' group by doctor_name, drug_name order by amt desc";
    return [
      {
        after: 0,
        emit: to('syslog', site, (at) =>
          fortigate(at, hostOf(site, 'FW01').hostname, {
            from: pc.ip,
            to: hostOf(site, 'HISDB01').ip,
            port: 1521,
            sent: 42_000,
            received: 5_800_000,
          }),
        ),
      },
      { after: 2, emit: to('http', site, (at) => hisAudit(at, { ...base, action: 'login', object: 'account' })) },
      {
        after: 6,
        emit: to('http', site, (at) =>
          hisAudit(at, { ...base, action: 'query', object: 'prescription', rows: 4210, sql }),
        ),
      },
      {
        after: 12,
        emit: to('http', site, (at) =>
          hisAudit(at, {
            ...base,
            action: 'query',
            object: 'drug',
            rows: 860,
            sql: sql.replace('his.prescription_detail', 'his.drug_dispense'),
          }),
        ),
      },
      {
        after: 18,
        emit: to('http', site, (at) =>
          hisAudit(at, { ...base, action: 'export', object: 'prescription', rows: 4210, sql }),
        ),
      },
      {
        after: 24,
        emit: to('elastic', site, (at) =>
          winlogbeat(at, {
            id: 6416,
            channel: 'Security',
            host: pc.hostname,
            data: {
              ClassName: 'DiskDrive',
              DeviceId: 'USBSTOR\\Disk&Ven_Kingston&Prod_DataTraveler',
              DeviceDescription: 'Kingston DataTraveler USB Device',
              SubjectUserName: 'vendor_xh02',
            },
          }),
        ),
      },
    ];
  },
};
