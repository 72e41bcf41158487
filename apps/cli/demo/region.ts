import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** One institution of the demo region as content/demo/region.yaml declares it. */
export interface DemoInstitution {
  readonly tenant: string;
  readonly parent: string | null;
  readonly name: string;
  readonly shortName: string;
  readonly kind: 'commission' | 'hospital' | 'clinic' | 'center';
  readonly level: string;
  readonly importance: number;
  readonly regionCode: string;
  readonly longitude: number;
  readonly latitude: number;
  readonly beds: number | null;
  readonly size: 'l' | 'm' | 's';
  /** Second octet of its addresses: everything it owns is in 10.<net>.0.0/16. */
  readonly net: number;
  readonly uscc: string;
  readonly contacts: readonly {
    readonly name: string;
    readonly post: string;
    readonly phone: string;
    readonly duty?: boolean;
  }[];
}

export interface DemoRegion {
  readonly city: string;
  readonly root: string;
  readonly institutions: readonly DemoInstitution[];
}

export interface DemoZone {
  readonly name: string;
  readonly kind: string;
  readonly cidr: string;
}

export interface DemoAsset {
  readonly name: string;
  readonly hostname: string;
  readonly kind: 'server' | 'pc' | 'network' | 'security' | 'medical' | 'front-end' | 'storage';
  readonly ip: string;
  readonly os: string;
  readonly zone: string;
  readonly system: string | null;
  readonly importance: number;
  readonly department: string;
}

export interface DemoSystem {
  readonly name: string;
  readonly kind: string;
  readonly mlpsLevel: number;
  readonly importance: number;
  readonly vendor: string;
  readonly url?: string;
}

/** An institution with everything derived from its size: what it owns and where that lies. */
export interface DemoSite {
  readonly institution: DemoInstitution;
  readonly zones: readonly DemoZone[];
  readonly systems: readonly DemoSystem[];
  readonly assets: readonly DemoAsset[];
}

export function readRegion(): DemoRegion {
  const url = new URL('../../../content/demo/region.yaml', import.meta.url);
  return parse(readFileSync(url, 'utf8')) as DemoRegion;
}

const ZONES: readonly { name: string; kind: string; octet: number }[] = [
  { name: '办公区', kind: 'office', octet: 1 },
  { name: '业务区', kind: 'his', octet: 2 },
  { name: '核心数据区', kind: 'core', octet: 3 },
  { name: '互联网服务区', kind: 'dmz', octet: 4 },
  { name: '医疗设备区', kind: 'device', octet: 5 },
  { name: '运维管理区', kind: 'management', octet: 6 },
  { name: '医保专网区', kind: 'insurance', octet: 7 },
  { name: '前置交换区', kind: 'other', octet: 8 },
];

const SYSTEMS: readonly (DemoSystem & { code: string; sizes: string })[] = [
  { code: 'HIS', name: '医院信息系统', kind: 'HIS', mlpsLevel: 3, importance: 5, vendor: '杏和软件', sizes: 'lms' },
  { code: 'EMR', name: '电子病历系统', kind: 'EMR', mlpsLevel: 3, importance: 5, vendor: '杏和软件', sizes: 'lm' },
  { code: 'LIS', name: '检验信息系统', kind: 'LIS', mlpsLevel: 2, importance: 4, vendor: '瑞检科技', sizes: 'lm' },
  { code: 'PACS', name: '影像归档系统', kind: 'PACS', mlpsLevel: 3, importance: 4, vendor: '影谷医疗', sizes: 'lm' },
  { code: 'WEB', name: '预约挂号网站', kind: 'WEB', mlpsLevel: 2, importance: 4, vendor: '智医互联', sizes: 'lm' },
  { code: 'OA', name: '办公系统', kind: 'OA', mlpsLevel: 2, importance: 2, vendor: '致和协同', sizes: 'lms' },
];

const DEPARTMENTS = ['门诊部', '内科', '外科', '药剂科', '检验科', '影像科', '财务科', '医务科', '护理部', '院办'];

/** Zones, systems and assets of an institution, the same at every run. */
export function siteOf(institution: DemoInstitution): DemoSite {
  const net = `10.${institution.net}`;
  const size = institution.kind === 'commission' ? 's' : institution.size;
  const tag = institution.tenant.split('.').slice(1).join('-').toUpperCase() || 'WJW';
  const systems =
    institution.kind === 'commission'
      ? SYSTEMS.filter((system) => system.code === 'OA')
      : SYSTEMS.filter((system) => system.sizes.includes(size));
  const assets: DemoAsset[] = [];
  const add = (
    name: string,
    host: string,
    kind: DemoAsset['kind'],
    octets: string,
    os: string,
    zone: string,
    system: string | null,
    importance: number,
    department = '信息科',
  ): void => {
    assets.push({
      name,
      hostname: `${tag}-${host}`,
      kind,
      ip: `${net}.${octets}`,
      os,
      zone,
      system,
      importance,
      department,
    });
  };
  add('核心防火墙', 'FW01', 'security', '6.1', 'FortiOS 7.4', '运维管理区', null, 5);
  add('核心交换机', 'SW01', 'network', '6.2', 'Comware 7', '运维管理区', null, 5);
  add('堡垒机', 'BAS01', 'security', '6.3', 'Linux', '运维管理区', null, 4);
  add('域控服务器', 'DC01', 'server', '3.10', 'Windows Server 2019', '核心数据区', null, 5);
  add('备份服务器', 'BAK01', 'storage', '3.30', 'Windows Server 2019', '核心数据区', null, 5);
  for (const [index, system] of systems.entries()) {
    const web = system.kind === 'WEB';
    add(
      `${system.name}应用服务器`,
      `${system.kind}APP01`,
      'server',
      `${web ? 4 : 2}.${11 + index}`,
      web ? 'Ubuntu 22.04' : 'Windows Server 2019',
      web ? '互联网服务区' : '业务区',
      system.name,
      system.importance,
    );
    add(
      `${system.name}数据库`,
      `${system.kind}DB01`,
      'server',
      `3.${11 + index}`,
      system.kind === 'PACS' ? 'openEuler 22.03' : 'Windows Server 2016',
      '核心数据区',
      system.name,
      Math.min(5, system.importance + 1),
    );
  }
  if (institution.kind !== 'commission')
    add('医保前置机', 'FEP01', 'front-end', '8.5', 'Windows Server 2012 R2', '前置交换区', null, 4);
  const devices = size === 'l' ? 6 : size === 'm' ? 3 : institution.kind === 'clinic' ? 1 : 0;
  for (let index = 0; index < devices; index++) {
    add(
      ['CT', '核磁共振', 'DR', '超声', '监护中心', '检验流水线'][index] ?? '设备',
      `DEV0${index + 1}`,
      'medical',
      `5.${11 + index}`,
      'Windows 7 Embedded',
      '医疗设备区',
      null,
      3,
      index < 4 ? '影像科' : '检验科',
    );
  }
  const pcs = size === 'l' ? 20 : size === 'm' ? 10 : 5;
  for (let index = 0; index < pcs; index++) {
    const department = DEPARTMENTS[index % DEPARTMENTS.length] ?? '门诊部';
    add(
      `${department}终端${index + 1}`,
      `PC${String(index + 1).padStart(2, '0')}`,
      'pc',
      `1.${101 + index}`,
      'Windows 10',
      '办公区',
      null,
      1,
      department,
    );
  }
  return {
    institution,
    zones: ZONES.map((zone) => ({ name: zone.name, kind: zone.kind, cidr: `${net}.${zone.octet}.0/24` })),
    systems: systems.map(({ code: _code, sizes: _sizes, ...system }) => system),
    assets,
  };
}
