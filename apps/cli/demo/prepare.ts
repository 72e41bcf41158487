import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { provisionAccounts, systemActor } from '@xinglin/platform/access';
import type { RunningServer } from '@xinglin/server';
import { demoAccounts, demoPassword } from './accounts.ts';
import type { DemoAccount } from './accounts.ts';
import { ApiClient } from './client.ts';
import { readRegion, siteOf } from './region.ts';
import type { DemoInstitution, DemoRegion, DemoSite } from './region.ts';
import { COMMAND_SERVER, MINING_POOL } from './stories/story.ts';
import type { Via } from './traffic.ts';
import type { DemoSource } from './transports.ts';

export interface PreparedDemo {
  readonly accounts: readonly DemoAccount[];
  readonly sources: readonly DemoSource[];
  /** True when the region was made by this start. */
  readonly fresh: boolean;
}

const SOURCES: readonly { kind: Via; name: string }[] = [
  { kind: 'syslog', name: '防火墙与服务器 syslog' },
  { kind: 'elastic', name: 'Windows 事件(Winlogbeat)' },
  { kind: 'http', name: 'HIS 操作审计' },
  { kind: 'splunk', name: '流量探针(Suricata)' },
];
const ASSET_KINDS = {
  server: '服务器',
  pc: '终端',
  network: '网络设备',
  security: '安全设备',
  medical: '医疗设备',
  'front-end': '前置机',
  storage: '存储',
} as const;
const KINDS = { commission: '卫健委', hospital: '医院', clinic: '诊所', center: '中心' } as const;

/**
 * Makes the region through the public API, the way a customer would: accounts, then institutions and assets by import, then sources. Writes
 * `accounts.json` and `sources.json` into the data folder. A folder prepared before is taken as it is.
 */
export async function prepareDemo(
  server: RunningServer,
  dataDir: string,
  say: (text: string) => void,
): Promise<PreparedDemo> {
  const files = { accounts: join(dataDir, 'accounts.json'), sources: join(dataDir, 'sources.json') };
  if (existsSync(files.accounts) && existsSync(files.sources)) {
    return { accounts: readJson(files.accounts), sources: readJson(files.sources), fresh: false };
  }
  const region = readRegion();
  const sites = region.institutions.map(siteOf);

  say('正在创建各角色账号 / accounts for every role …');
  const accounts = demoAccounts(region, demoPassword());
  await provisionAccounts(
    server.access.context,
    systemActor('demo'),
    accounts.map(({ role, tenant, username, password, name, assigned }) => ({
      username,
      name,
      tenant,
      password,
      roles: [role],
      mustChangePassword: false,
      ...(assigned === undefined ? {} : { assigned }),
    })),
  );
  const client = new ApiClient(server.url);
  const admin = accounts.find((account) => account.role === 'system-admin');
  await client.signIn(admin?.username ?? 'admin', admin?.password ?? '');

  say(`正在导入 ${region.institutions.length} 家机构 / institutions …`);
  await upload(client, '/institutions/import', 'institutions.csv', institutionTable(region.institutions));
  const supervisor = new ApiClient(server.url);
  await supervisor.signIn('jianguan', accounts[0]?.password ?? '');
  say(`正在导入网络区域、系统与资产 / zones, systems and assets …`);
  await importAssets(supervisor, sites);

  say('正在导入威胁情报、设定周报 / threat intelligence, weekly report …');
  await importIntelligence(server.url, accounts);
  await supervisor.send('PUT', '/reports/schedule', { tenant: region.root, kind: 'weekly', enabled: true });

  say('正在登记数据来源 / sources …');
  const sources = await createSources(client, region);
  writeSecret(files.sources, sources);
  writeSecret(files.accounts, accounts);
  return { accounts, sources, fresh: true };
}

async function createSources(client: ApiClient, region: DemoRegion): Promise<DemoSource[]> {
  const made: DemoSource[] = [];
  await inParallel(4, region.institutions, async ({ tenant, net }) => {
    for (const { kind, name } of SOURCES) {
      const address = kind === 'syslog' ? `127.0.${net}.1` : undefined;
      const allowed = address === undefined ? {} : { allowedIps: [address] };
      const { token } = await client.send<{ token: string }>('POST', '/sources', {
        tenant,
        kind,
        name,
        silentAfterS: 1800,
        ...allowed,
      });
      made.push({ tenant, kind, name, token, ...(address === undefined ? {} : { address }) });
    }
  });
  return made;
}

async function upload(
  client: ApiClient,
  path: string,
  name: string,
  rows: readonly (readonly (string | number | null)[])[],
): Promise<void> {
  const form = new FormData();
  form.set('file', new Blob([csv(rows)], { type: 'text/csv' }), name);
  const result = await client.send<{ applied: boolean; issues?: unknown[] }>('POST', path, form);
  if (!result.applied) throw new Error(`${path} refused the table: ${JSON.stringify(result.issues?.slice(0, 5))}`);
}

function institutionTable(institutions: readonly DemoInstitution[]): (string | number | null)[][] {
  return [
    [
      '机构编码',
      '上级机构编码',
      '机构名称',
      '简称',
      '机构类型',
      '等级',
      '重要程度',
      '行政区划代码',
      '统一社会信用代码',
      '经度',
      '纬度',
      '床位数',
      '联系人',
      '职务',
      '联系电话',
      '机关代字',
    ],
    ...institutions.map((institution) => {
      const contact = institution.contacts[0];
      const office = institution.kind === 'commission' ? `${institution.name.slice(0, 1)}卫` : '';
      return [
        institution.tenant,
        institution.parent,
        institution.name,
        institution.shortName,
        KINDS[institution.kind],
        institution.level,
        institution.importance,
        institution.regionCode,
        institution.uscc,
        institution.longitude,
        institution.latitude,
        institution.beds,
        contact?.name ?? '',
        contact?.post ?? '',
        contact?.phone ?? '',
        office,
      ];
    }),
  ];
}

/** Zones and systems one by one, as a supervisor types them; assets by import. */
async function importAssets(client: ApiClient, sites: readonly DemoSite[]): Promise<void> {
  await inParallel(4, sites, async ({ institution: { tenant }, zones, systems }) => {
    for (const { name, kind, cidr } of zones)
      await client.send('POST', '/zones', { tenant, name, kind, cidrs: [cidr] });
    for (const system of systems) await client.send('POST', '/systems', { tenant, ...system });
  });
  const rows = sites.flatMap(({ institution, assets }) =>
    assets.map((asset) => [
      institution.tenant,
      asset.name,
      ASSET_KINDS[asset.kind],
      asset.ip,
      asset.hostname,
      asset.os,
      asset.system,
      asset.zone,
      asset.importance,
      asset.department,
    ]),
  );
  const header = [
    '所属机构',
    '资产名称',
    '资产类型',
    'IP地址',
    '主机名',
    '操作系统',
    '业务系统',
    '网络区域',
    '重要程度',
    '使用科室',
  ];
  await upload(client, '/assets/import', 'assets.csv', [header, ...rows]);
}

/** A STIX 2.1 bundle, as a provincial sharing centre would send it; the addresses are documentation addresses (RFC 5737). */
async function importIntelligence(url: string, accounts: readonly DemoAccount[]): Promise<void> {
  const analyst = accounts.find((account) => account.role === 'analyst');
  const client = new ApiClient(url);
  await client.signIn(analyst?.username ?? '', analyst?.password ?? '');
  const now = new Date().toISOString();
  const indicator = (id: number, name: string, pattern: string): Record<string, unknown> => ({
    type: 'indicator',
    spec_version: '2.1',
    id: `indicator--00000000-0000-4000-8000-${String(id).padStart(12, '0')}`,
    created: now,
    modified: now,
    valid_from: now,
    name,
    description: name,
    pattern,
    pattern_type: 'stix',
    indicator_types: ['malicious-activity'],
    confidence: 85,
  });
  const objects = [
    indicator(1, '钓鱼木马控制服务器', `[ipv4-addr:value = '${COMMAND_SERVER}']`),
    indicator(
      2,
      '挖矿木马矿池地址',
      `[ipv4-addr:value = '${MINING_POOL}' OR domain-name:value = 'pool.supportxmr.com']`,
    ),
    indicator(3, '勒索团伙扫描源', "[ipv4-addr:value = '192.0.2.146']"),
  ];
  const text = JSON.stringify({ type: 'bundle', id: 'bundle--00000000-0000-4000-8000-000000000000', objects });
  await client.send('POST', '/indicators/import', {
    format: 'stix',
    feed: '省级医疗安全情报共享',
    text,
    severity: 'high',
  });
}

async function inParallel<T>(width: number, items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
    }),
  );
}

/** RFC 4180 with a byte-order mark, as a spreadsheet program saves it. */
export function csv(rows: readonly (readonly (string | number | null)[])[]): string {
  const cell = (value: string | number | null): string => {
    const text = value === null ? '' : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return `\uFEFF${rows.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
}

function writeSecret(file: string, value: unknown): void {
  writeFileSync(file, `${JSON.stringify(value, undefined, 2)}\n`, { mode: 0o600 });
  if (process.platform !== 'win32') chmodSync(file, 0o600);
}

function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(file, 'utf8')) as T;
}
