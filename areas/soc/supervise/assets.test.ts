import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Asset, ImportResult } from '../contract.ts';
import { form, openHarness } from '../../../test/support/soc-harness.ts';
import type { Harness } from '../../../test/support/soc-harness.ts';
import { PEOPLE, seedRegion } from '../../../test/support/soc-region.ts';
import { assetRoutes } from './assets/routes.ts';
import { zoneAndSystemRoutes } from './assets/parts.ts';
import { readSheets } from './sheet/index.ts';

let h: Harness;
const { city, hospital1, hospital2, hospital1Viewer, engineer, neighbour } = PEOPLE;
type Made = { id: string; warnings?: { with: string }[] };

beforeAll(async () => {
  h = await openHarness();
  await seedRegion(h);
  h.serve([...assetRoutes(h.platform), ...zoneAndSystemRoutes(h.platform)]);
});
afterAll(() => h.close());

const code = async (response: Promise<Response>): Promise<[number, string]> => {
  const answer = await response;
  return [answer.status, ((await answer.json()) as { code: string }).code];
};
const h1 = { tenant: 'cn.gd.dg.h1' };
let zone: Made;
let system: Made;

describe('/zones and /systems', () => {
  test('are created, listed in scope, changed and deleted', async () => {
    zone = await h.json<Made>(hospital1, 'post', '/zones', {
      ...h1,
      name: '核心业务区',
      kind: 'his',
      cidrs: ['10.1.0.0/16'],
    });
    system = await h.json<Made>(hospital1, 'post', '/systems', { ...h1, name: 'HIS', kind: 'HIS', mlpsLevel: 3 });
    expect(system).toMatchObject({ mlpsLevel: 3, importance: 3 });
    expect(await h.json(city, 'get', '/zones')).toMatchObject({ total: 1 });
    expect(await h.json(hospital2, 'get', '/zones')).toMatchObject({ total: 0 });
    expect(await h.json(hospital1, 'patch', `/systems/${system.id}`, { mlpsLevel: 4 })).toMatchObject({
      name: 'HIS',
      mlpsLevel: 4,
    });
    const other = await h.json<Made>(hospital1, 'post', '/zones', { ...h1, name: '临时区', kind: 'other' });
    h.signals.length = 0;
    expect((await h.call(hospital1, 'delete', `/zones/${other.id}`)).status).toBe(204);
    expect(h.signals).toMatchObject([{ topic: 'zone.changed', tenant: 'cn.gd.dg.h1' }]);
  });
  test('warn when blocks share addresses, within the institution only', async () => {
    const office = await h.json<Made>(hospital1, 'post', '/zones', {
      ...h1,
      name: '办公区',
      kind: 'office',
      cidrs: ['10.1.8.0/24'],
    });
    expect(office.warnings).toEqual([{ with: '核心业务区', cidr: '10.1.8.0/24', other: '10.1.0.0/16' }]);
    const elsewhere = await h.json<Made>(hospital2, 'post', '/zones', {
      tenant: 'cn.gd.dg.h2',
      name: '办公区',
      kind: 'office',
      cidrs: ['10.1.8.0/24'],
    });
    expect(elsewhere.warnings).toEqual([]);
    expect(await h.json<Made>(hospital1, 'patch', `/zones/${office.id}`, { cidrs: ['10.2.0.0/24'] })).toMatchObject({
      warnings: [],
    });
  });
  test('refuse a doubled name, a bad block and another institution', async () => {
    expect(await code(h.call(hospital1, 'post', '/zones', { ...h1, name: '核心业务区', kind: 'his' }))).toEqual([
      409,
      'asset.exists',
    ]);
    expect(
      await code(h.call(hospital1, 'post', '/zones', { ...h1, name: 'x', kind: 'his', cidrs: ['10.1.0.0/33'] })),
    ).toEqual([400, 'request.invalid']);
    expect(await code(h.call(hospital2, 'post', '/zones', { ...h1, name: 'x', kind: 'his' }))).toEqual([
      403,
      'soc.outside_scope',
    ]);
  });
});

describe('/assets', () => {
  let asset: Asset;
  test('an asset is registered with its system and zone, found by any of its names', async () => {
    asset = await h.json<Asset>(hospital1, 'post', '/assets', {
      ...h1,
      name: 'HIS-DB-01',
      kind: 'server',
      ips: ['10.1.1.2'],
      systemId: system.id,
      zoneId: zone.id,
      importance: 5,
      department: '信息科',
    });
    expect(asset).toMatchObject({
      institution: '东莞市第一人民医院',
      system: 'HIS',
      zone: '核心业务区',
      status: 'in-use',
      openAlerts: 0,
    });
    for (const q of ['his-db', '10.1.1.2', '信息科'])
      expect(await h.json(city, 'get', `/assets?q=${encodeURIComponent(q)}`), q).toMatchObject({ total: 1 });
    expect(await h.json(hospital2, 'get', '/assets')).toMatchObject({ total: 0, items: [] });
  });
  test("refuses another institution's zone, a bad address and a doubled name", async () => {
    const foreign = await h.json<Made>(hospital2, 'post', '/zones', {
      tenant: 'cn.gd.dg.h2',
      name: '外院区',
      kind: 'his',
    });
    expect(await code(h.call(hospital1, 'patch', `/assets/${asset.id}`, { zoneId: foreign.id }))).toEqual([
      422,
      'asset.reference',
    ]);
    expect(await code(h.call(city, 'patch', `/assets/${asset.id}`, { zoneId: foreign.id }))).toEqual([
      422,
      'asset.reference',
    ]);
    expect(await code(h.call(hospital1, 'patch', `/assets/${asset.id}`, { ips: ['10.1.1.300'] }))).toEqual([
      400,
      'request.invalid',
    ]);
    expect(await code(h.call(hospital1, 'post', '/assets', { ...h1, name: 'HIS-DB-01', kind: 'pc' }))).toEqual([
      409,
      'asset.exists',
    ]);
  });
  test('every write is refused to readers and strangers and changes nothing', async () => {
    for (const who of [hospital1Viewer, hospital2, neighbour])
      for (const [method, path, body] of [
        ['post', '/assets', { ...h1, name: '冒名', kind: 'pc' }],
        ['patch', `/assets/${asset.id}`, { name: '改名' }],
        ['delete', `/assets/${asset.id}`, undefined],
        ['patch', `/zones/${zone.id}`, { name: '改名' }],
        ['delete', `/zones/${zone.id}`, undefined],
        ['patch', `/systems/${system.id}`, { name: '改名' }],
        ['delete', `/systems/${system.id}`, undefined],
        ['post', '/systems', { ...h1, name: '冒名', kind: 'HIS' }],
      ] as const)
        expect([403, 404], `${who.name} ${method} ${path}`).toContain((await h.call(who, method, path, body)).status);
    expect(await h.json<Asset>(hospital1, 'get', `/assets/${asset.id}`)).toEqual(asset);
  });
  test('an engineer assigned to the hospital may keep its assets', async () => {
    expect(await h.json<Asset>(engineer, 'patch', `/assets/${asset.id}`, { os: '麒麟 V10' })).toMatchObject({
      os: '麒麟 V10',
      name: 'HIS-DB-01',
    });
  });
});

describe('POST /assets/import', () => {
  const csv =
    '所属机构,资产名称,资产类型,IP地址,业务系统,网络区域,状态\n市一院,HIS-APP-01,服务器,10.1.1.3;10.1.1.4,HIS,核心业务区,在用\ncn.gd.dg.h1,HIS-DB-01,服务器,,,,\n';
  const upload = (text: string, fields: Record<string, string> = {}, who = hospital1): Promise<ImportResult> =>
    h.json<ImportResult>(who, 'post', '/assets/import', form(fields, [{ name: 'a.csv', bytes: text }]));

  test('creates and leaves alone, and what it exports it reads back unchanged', async () => {
    expect(await upload(csv)).toMatchObject({ applied: true, created: 1, unchanged: 1, updated: 0, issues: [] });
    const file = new Uint8Array(await (await h.call(hospital1, 'get', '/assets/export')).arrayBuffer());
    expect((await readSheets(file, 'a.xlsx'))[0]?.rows).toHaveLength(3);
    expect(
      await h.json<ImportResult>(hospital1, 'post', '/assets/import', form({}, [{ name: 'a.xlsx', bytes: file }])),
    ).toMatchObject({ total: 2, unchanged: 2, issues: [] });
    const csvFile = Buffer.from(
      await (await h.call(hospital1, 'get', '/assets/export?format=csv')).arrayBuffer(),
    ).toString();
    expect(await upload(csvFile)).toMatchObject({ total: 2, unchanged: 2 });
  });
  test('names what is wrong, warns of a doubled address', async () => {
    const bad = `${csv}cn.gd.dg.h2,越界,服务器,,,,\n市一院,新机器,服务器,10.1.1.3,PACS,,\n市一院,HIS-APP-01,终端,,,,\n`;
    const result = await upload(bad, { dryRun: 'true' });
    expect(result.issues.map((found) => [found.level, found.row, found.column.slice(0, 4)])).toEqual([
      ['error', 4, '所属机构'],
      ['error', 5, '业务系统'],
      ['warning', 5, 'IP地址'],
      ['error', 6, '资产名称'],
    ]);
    expect(result).toMatchObject({ applied: false, skipped: 3 });
  });
  test('is refused to who may not write', async () => {
    expect(
      (await h.call(hospital1Viewer, 'post', '/assets/import', form({}, [{ name: 'a.csv', bytes: csv }]))).status,
    ).toBe(403);
    expect(await upload(csv, {}, hospital2)).toMatchObject({ applied: false, skipped: 2 });
  });
});
