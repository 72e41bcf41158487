import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ImportResult, Institution } from '../contract.ts';
import { form, openHarness, person } from '../../../test/support/soc-harness.ts';
import type { Harness } from '../../../test/support/soc-harness.ts';
import { institutionRoutes } from './institutions/routes.ts';
import { lightOf } from './institutions/store.ts';
import { readSheets } from './sheet/index.ts';

let h: Harness;
const admin = { ...person('system-admin', ''), scopes: [''] };
const city = person('supervisor', 'cn.gd.dg');
const officer = person('officer', 'cn.gd.dg.h1');
const neighbour = person('supervisor', 'cn.gd.sz');

beforeAll(async () => {
  h = await openHarness();
  h.serve(institutionRoutes(h.platform));
  for (const [tenant, name, kind] of [
    ['cn', '国家', 'other'],
    ['cn.gd', '广东省卫生健康委员会', 'commission'],
    ['cn.gd.dg', '东莞市卫生健康局', 'commission'],
    ['cn.gd.sz', '深圳市卫生健康委员会', 'commission'],
  ])
    await h.json(admin, 'post', '/institutions', { tenant, name, kind });
});
afterAll(() => h.close());

const list = async (who = city, query = ''): Promise<Institution[]> =>
  (await h.json<{ items: Institution[] }>(who, 'get', `/institutions${query}`)).items;
const upload = (who: typeof city, csv: string, fields: Record<string, string> = {}): Promise<ImportResult> =>
  h.json<ImportResult>(who, 'post', '/institutions/import', form(fields, [{ name: '机构.csv', bytes: csv }]));

describe('/institutions', () => {
  test('creates within the scope, shows the live state, keeps others out', async () => {
    const made = await h.json<Institution>(city, 'post', '/institutions', {
      tenant: 'cn.gd.dg.h1',
      name: '东莞市第一医院',
      shortName: '市一院',
      kind: 'hospital',
      importance: 5,
    });
    expect(made).toMatchObject({ parent: 'cn.gd.dg', importance: 5, archived: false });
    expect((await list(officer)).map((item) => item.tenant)).toEqual(['cn.gd.dg.h1']);
    expect((await list(city)).map((item) => item.tenant)).toEqual(['cn.gd.dg', 'cn.gd.dg.h1']);
    expect((await list(officer))[0]?.state).toMatchObject({ light: 'ok', openAlerts: 0 });
    expect((await h.call(neighbour, 'get', '/institutions/cn.gd.dg.h1')).status).toBe(404);
    expect(h.signals.at(-1)).toMatchObject({ topic: 'institution.changed', tenant: 'cn.gd.dg.h1' });
  });
  test('refuses a second one, a parent outside the scope and a top institution', async () => {
    expect(
      await (
        await h.call(city, 'post', '/institutions', { tenant: 'cn.gd.dg.h1', name: '重复', kind: 'hospital' })
      ).json(),
    ).toMatchObject({ code: 'institution.exists' });
    expect(
      await (
        await h.call(city, 'post', '/institutions', { tenant: 'cn.gd.sz.h1', name: '越权', kind: 'hospital' })
      ).json(),
    ).toMatchObject({ code: 'institution.no_parent' });
    expect(
      await (await h.call(city, 'post', '/institutions', { tenant: 'us', name: '顶级', kind: 'other' })).json(),
    ).toMatchObject({ code: 'institution.root' });
  });
  test('names every wrong field at once', async () => {
    const answer = await (
      await h.call(city, 'patch', '/institutions/cn.gd.dg.h1', {
        uscc: '914403001922038217',
        regionCode: '99',
        contacts: [{ name: '王', phone: '1' }],
      })
    ).json();
    expect(answer).toMatchObject({ code: 'institution.invalid' });
    expect((answer as { details: { path: string }[] }).details.map((detail) => detail.path)).toEqual([
      'body.uscc',
      'body.regionCode',
      'body.contacts.0.phone',
    ]);
  });
  test('PATCH and archive are audited; archive waits for what is below', async () => {
    await h.json(city, 'patch', '/institutions/cn.gd.dg.h1', {
      beds: 900,
      contacts: [{ name: '王丽', phone: '13800138000' }],
    });
    expect(await h.json<Institution>(officer, 'get', '/institutions/cn.gd.dg.h1')).toMatchObject({
      beds: 900,
      contacts: [{ name: '王丽' }],
    });
    expect(await (await h.call(admin, 'patch', '/institutions/cn.gd.dg', { archived: true })).json()).toMatchObject({
      code: 'institution.in_use',
    });
    const audit = await h.state.owner
      .selectFrom('audit_log' as never)
      .selectAll()
      .execute();
    expect(audit.at(-1)).toMatchObject({
      action: 'institution.update',
      object_id: 'cn.gd.dg.h1',
      after: { beds: 900 },
    });
  });
  test.each([
    ['an officer', officer, 403],
    ['a neighbour', neighbour, 403],
    ['a viewer', person('viewer', 'cn.gd.dg'), 403],
  ])('PATCH is refused for %s and changes nothing', async (_, who, status) => {
    expect((await h.call(who, 'patch', '/institutions/cn.gd.dg.h1', { name: '被改' })).status).toBe(status);
    expect((await h.json<Institution>(city, 'get', '/institutions/cn.gd.dg.h1')).name).toBe('东莞市第一医院');
  });
});

describe('POST /institutions/import', () => {
  const table = `机构编码*,上级机构编码,机构名称*,简称,机构类型*,统一社会信用代码,联系人,联系电话
tangxia,cn.gd.dg,塘厦镇卫健办,塘厦卫健,卫健委,,,
h20,cn.gd.dg.tangxia,东莞市塘厦医院,塘厦医院,医院,914403001922038216,李强,0769-87724567
cn.gd.dg.h1,,东莞市第一医院,市一院,医院,,,`;

  test('a dry run says what would happen and changes nothing', async () => {
    const result = await upload(city, table, { dryRun: 'true' });
    expect(result).toMatchObject({
      dryRun: true,
      applied: false,
      total: 3,
      created: 2,
      unchanged: 1,
      skipped: 0,
      issues: [],
    });
    expect((await list()).length).toBe(2);
  });
  test('errors name the place; all-or-nothing writes nothing, skip-bad the rest', async () => {
    const bad = `${table}\nh21,cn.gd.dg.tangxia,某医院,,医院,914403001922038217,,12\nh22,cn.gd.sz,越界医院,,医院,,,\nh20,cn.gd.dg.tangxia,重复,,医院,,,`;
    const none = await upload(city, bad);
    expect(none).toMatchObject({ applied: false, skipped: 3 });
    expect(none.issues.map((found) => [found.row, found.column])).toEqual(
      [
        [5, '统一社会信用代码(I)'],
        [5, '联系电话(P)'],
        [6, '上级机构编码(B)'],
        [7, '机构编码(A)'],
      ].map(([row, column]) => [row, expect.stringContaining(String(column).slice(0, 4)) as unknown]),
    );
    expect(none.issues.every((found) => found.message !== '' && found.remedy !== '')).toBe(true);
    expect((await list()).length).toBe(2);
    const some = await upload(city, bad, { mode: 'skip-bad' });
    expect(some).toMatchObject({ applied: true, created: 2, skipped: 3 });
    expect((await list()).map((item) => item.tenant)).toEqual([
      'cn.gd.dg',
      'cn.gd.dg.h1',
      'cn.gd.dg.tangxia',
      'cn.gd.dg.tangxia.h20',
    ]);
  });
  test('again it changes nothing; the export can be imported', async () => {
    expect(await upload(city, table)).toMatchObject({ applied: true, created: 0, updated: 0, unchanged: 3 });
    const exported = await h.call(city, 'get', '/institutions/export');
    expect(exported.headers.get('content-disposition')).toContain("filename*=UTF-8''%E6%9C%BA%E6%9E%84.xlsx");
    const bytes = new Uint8Array(await exported.arrayBuffer());
    const again = await h.json<ImportResult>(
      city,
      'post',
      '/institutions/import',
      form({}, [{ name: 'a.xlsx', bytes }]),
    );
    expect(again).toMatchObject({ total: 4, unchanged: 4, created: 0, updated: 0, issues: [] });
  });
  test('a row below a refused parent is refused too', async () => {
    const result = await upload(
      city,
      '机构编码,上级机构编码,机构名称,机构类型\nx,cn.gd.sz,甲,医院\ny,cn.gd.sz.x,乙,医院',
      { dryRun: 'true' },
    );
    expect(result.issues.map((found) => found.row)).toEqual([2, 3]);
  });
  test('is refused for who may not write, and without a file', async () => {
    expect(
      (await h.call(officer, 'post', '/institutions/import', form({}, [{ name: 'a.csv', bytes: table }]))).status,
    ).toBe(403);
    expect(await (await h.call(city, 'post', '/institutions/import', form({}))).json()).toMatchObject({
      code: 'import.no_file',
    });
  });
  test('the template has Chinese headers, a help sheet, and no row', async () => {
    const response = await h.call(officer, 'get', '/institutions/template');
    const sheets = await readSheets(new Uint8Array(await response.arrayBuffer()), 't.xlsx');
    expect(sheets.map((sheet) => sheet.name)).toEqual(['机构', '填写说明']);
    expect(sheets[0]?.rows).toHaveLength(1);
    expect(sheets[0]?.rows[0]?.slice(0, 3)).toEqual(['机构编码*', '上级机构编码', '机构名称*']);
    expect(sheets[1]?.rows.length).toBeGreaterThan(15);
  });
});

test('lightOf() shows the worst first', () => {
  const calm = {
    openAlerts: 0,
    criticalAlerts: 0,
    openIncidents: 0,
    openNotices: 0,
    overdueNotices: 0,
    sources: 2,
    silentSources: 0,
  };
  expect(lightOf(calm)).toBe('ok');
  expect(lightOf({ ...calm, silentSources: 1 })).toBe('watch');
  expect(lightOf({ ...calm, silentSources: 2 })).toBe('silent');
  expect(lightOf({ ...calm, silentSources: 2, criticalAlerts: 1 })).toBe('danger');
  expect(lightOf({ ...calm, overdueNotices: 1 })).toBe('danger');
});
