import { eve, fortigate, hisAudit, nginx, sshd, winlogbeat } from './formats.ts';
import type { Random } from './random.ts';
import type { DemoAsset, DemoSite } from './region.ts';

/** The way a record reaches the platform: the inputs a real device of that kind uses. */
export type Via = 'syslog' | 'elastic' | 'http' | 'splunk';

export interface Emission {
  readonly via: Via;
  readonly tenant: string;
  /** A syslog line, or a JSON document for the HTTP inputs. */
  readonly payload: string | Record<string, unknown>;
}

const SURNAMES = Array.from('王李张刘陈杨黄赵周吴徐孙马朱胡林郭何高罗');
const PINYIN = [
  'wang',
  'li',
  'zhang',
  'liu',
  'chen',
  'yang',
  'huang',
  'zhao',
  'zhou',
  'wu',
  'xu',
  'sun',
  'ma',
  'zhu',
  'hu',
  'lin',
  'guo',
  'he',
  'gao',
  'luo',
];
const PAGES = [
  '/',
  '/doctor/list?dept=neike',
  '/dept/erke',
  '/api/schedule?dept=3',
  '/api/appointment/mine',
  '/static/app.js',
  '/static/logo.png',
  '/notice/218',
  '/login',
  '/api/doctor/1021',
];
const OUTSIDE = [
  '183.232.231.172',
  '120.232.145.144',
  '36.155.208.89',
  '39.156.66.10',
  '112.34.112.83',
  '221.181.72.40',
];

export function assetsOf(site: DemoSite, kind: DemoAsset['kind']): readonly DemoAsset[] {
  return site.assets.filter((asset) => asset.kind === kind);
}

export function assetNamed(site: DemoSite, suffix: string): DemoAsset | undefined {
  return site.assets.find((asset) => asset.hostname.endsWith(suffix));
}

/** An operator of the HIS: login name and a name people would say. */
export function operatorOf(random: Random): { operator: string; name: string } {
  const index = random.int(0, SURNAMES.length - 1);
  return {
    operator: `${PINYIN[index] ?? 'wang'}${random.int(1, 40)}`,
    name: `${SURNAMES[index] ?? '王'}${random.pick(['医生', '护士', '药师'])}`,
  };
}

/** One ordinary record of an ordinary moment at a site. */
export function ordinary(site: DemoSite, at: Date, random: Random): Emission {
  const { tenant } = site.institution;
  const roll = random.next();
  const pc = random.pick(assetsOf(site, 'pc'));
  const servers = assetsOf(site, 'server');
  const web = assetNamed(site, 'WEBAPP01');
  if (roll < 0.45) return { via: 'syslog', tenant, payload: firewallLine(site, pc, servers, at, random) };
  if (roll < 0.62 && web !== undefined) {
    const request = {
      ip: `${random.int(36, 222)}.${random.int(1, 250)}.${random.int(1, 250)}.${random.int(1, 250)}`,
      path: random.pick(PAGES),
      status: random.chance(0.02) ? 404 : 200,
      bytes: random.int(400, 60_000),
    };
    return { via: 'syslog', tenant, payload: nginx(at, web.hostname, request) };
  }
  if (roll < 0.78) return { via: 'elastic', tenant, payload: windowsEvent(pc, servers, at, random) };
  if (roll < 0.94) return { via: 'http', tenant, payload: hisEvent(pc, at, random) };
  if (roll < 0.98) return { via: 'splunk', tenant, payload: sensorEvent(site, pc, at, random) };
  const host = web?.hostname ?? site.assets[0]?.hostname ?? 'server';
  const bastion = assetNamed(site, 'BAS01')?.ip ?? '10.0.0.1';
  return {
    via: 'syslog',
    tenant,
    payload: sshd(
      at,
      host,
      `Accepted publickey for ops from ${bastion} port ${random.int(40_000, 60_000)} ssh2: ED25519 SHA256:Qm3fXj0pJt1v`,
    ),
  };
}

function firewallLine(site: DemoSite, pc: DemoAsset, servers: readonly DemoAsset[], at: Date, random: Random): string {
  const device = assetNamed(site, 'FW01')?.hostname ?? 'FW01';
  if (random.chance(0.5) && servers.length > 0) {
    const server = random.pick(
      servers.filter((candidate) => candidate.zone !== '核心数据区').concat(servers.slice(0, 1)),
    );
    return fortigate(at, device, {
      from: pc.ip,
      to: server.ip,
      port: random.pick([80, 443, 8080, 8443]),
      sent: random.int(500, 9000),
      received: random.int(2000, 90_000),
      fromPort: random.int(49_152, 65_000),
    });
  }
  if (random.chance(0.06)) {
    const scanner = `${random.pick(['45.155', '185.220', '193.32', '80.66'])}.${random.int(1, 250)}.${random.int(1, 250)}`;
    return fortigate(at, device, {
      from: scanner,
      to: `10.${site.institution.net}.4.16`,
      port: random.pick([22, 23, 445, 3389, 6379, 8080]),
      action: 'deny',
      sent: 60,
      received: 0,
      fromPort: random.int(30_000, 65_000),
    });
  }
  return fortigate(at, device, {
    from: pc.ip,
    to: random.pick(OUTSIDE),
    port: 443,
    sent: random.int(900, 40_000),
    received: random.int(3000, 400_000),
    fromPort: random.int(49_152, 65_000),
  });
}

function windowsEvent(pc: DemoAsset, servers: readonly DemoAsset[], at: Date, random: Random): Record<string, unknown> {
  const { operator } = operatorOf(random);
  if (random.chance(0.4)) {
    const image = random.pick([
      'C:\\HIS\\HisClient.exe',
      'C:\\Program Files\\Kingsoft\\WPS Office\\office6\\wps.exe',
      'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
      'C:\\Windows\\System32\\notepad.exe',
    ]);
    return winlogbeat(at, {
      id: 1,
      channel: 'Sysmon',
      host: pc.hostname,
      data: {
        Image: image,
        CommandLine: `"${image}"`,
        ParentImage: 'C:\\Windows\\explorer.exe',
        User: `HOSP\\${operator}`,
        ProcessId: String(random.int(1000, 20_000)),
        UtcTime: at.toISOString().slice(0, 23).replace('T', ' '),
      },
    });
  }
  const server = servers.length > 0 ? random.pick(servers) : pc;
  const failed = random.chance(0.02);
  return winlogbeat(at, {
    id: failed ? 4625 : 4624,
    channel: 'Security',
    host: server.hostname,
    data: {
      TargetUserName: operator,
      TargetDomainName: 'HOSP',
      IpAddress: pc.ip,
      IpPort: String(random.int(49_152, 65_000)),
      LogonType: '3',
      WorkstationName: pc.hostname,
      ...(failed ? { Status: '0xc000006d', SubStatus: '0xc000006a' } : { AuthenticationPackageName: 'Kerberos' }),
    },
  });
}

function hisEvent(pc: DemoAsset, at: Date, random: Random): Record<string, unknown> {
  const who = operatorOf(random);
  const action = random.pick(['query', 'query', 'query', 'query', 'modify', 'print', 'login'] as const);
  return hisAudit(at, {
    ...who,
    department: pc.department,
    workstation: pc.hostname,
    ip: pc.ip,
    action,
    object: action === 'login' ? 'account' : random.pick(['patient', 'order', 'record', 'fee'] as const),
    rows: action === 'query' ? random.int(1, 30) : 1,
    patient: `P${String(random.int(1, 999_999)).padStart(8, '0')}`,
  });
}

function sensorEvent(site: DemoSite, pc: DemoAsset, at: Date, random: Random): Record<string, unknown> {
  if (random.chance(0.6)) {
    const name = random.pick([
      'www.nhc.gov.cn',
      'update.wps.cn',
      'mp.weixin.qq.com',
      'pan.baidu.com',
      'time.windows.com',
    ]);
    return eve(
      at,
      'dns',
      { from: pc.ip, to: '223.5.5.5', port: 53 },
      { type: 'query', id: random.int(1, 65_000), rrname: name, rrtype: 'A', tx_id: 0 },
    );
  }
  return eve(
    at,
    'flow',
    {
      from: pc.ip,
      to: `10.${site.institution.net}.2.11`,
      port: 8080,
      sent: random.int(300, 9000),
      received: random.int(300, 90_000),
      fromPort: random.int(49_152, 65_000),
    },
    {},
  );
}
