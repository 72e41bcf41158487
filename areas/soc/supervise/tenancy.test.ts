import { ANONYMOUS, PERMISSIONS } from '@xinglin/platform/access';
import type { Actor } from '@xinglin/platform/access';
import type { RouteSpec } from '@xinglin/platform/http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { NoticeDetail } from '../contract.ts';
import { form, openHarness, person } from '../../../test/support/soc-harness.ts';
import type { Harness } from '../../../test/support/soc-harness.ts';
import { PEOPLE, seedIncident, seedRegion } from '../../../test/support/soc-region.ts';
import { checkTenancy } from '../../../test/support/tenancy.ts';
import type { Sample } from '../../../test/support/tenancy.ts';
import { createReport } from '../report/index.ts';
import { createSupervise, startStatutoryClocks } from './index.ts';

let h: Harness;
let routes: readonly RouteSpec[];
const ids: Record<string, string> = {};
const { city, hospital1 } = PEOPLE;
const ours = 'cn.gd.dg.h1';
const all = (tenant: string): Actor => ({ ...person('supervisor', tenant), permissions: new Set(PERMISSIONS) });

beforeAll(async () => {
  h = await openHarness({ events: { query: () => Promise.resolve([]) } });
  await seedRegion(h);
  const report = createReport(h.platform);
  routes = [...createSupervise(h.platform).routes, ...report.routes];
  h.serve(routes);
  await seedIncident(h, { grade: 'major' });
  await h.state.machine((tx) =>
    startStatutoryClocks(tx, { id: 'incident-1', tenant: ours, grade: 'major', discoveredAt: h.clock() }),
  );
  const draft = await h.json<NoticeDetail>(city, 'post', '/notices', {
    type: 'hazard',
    title: '市一院专用通报',
    body: '市一院内情',
    recipients: [ours],
  });
  const notice = await h.json<NoticeDetail>(city, 'post', `/notices/${draft.id}/issue`);
  Object.assign(ids, { notice: notice.id, rid: notice.recipients[0]!.id });
  const recipient = `/notices/${notice.id}/recipients/${ids.rid}`;
  await h.json(hospital1, 'post', `${recipient}/sign`, {});
  const answered = await h.json<NoticeDetail>(
    hospital1,
    'post',
    `${recipient}/answer`,
    form({ comment: '市一院整改情况' }, [{ name: 'a.txt', bytes: '市一院证据' }]),
  );
  ids.file = answered.entries.flatMap((entry) => entry.files)[0]!.id;
  ids.zone = (
    await h.json<{ id: string }>(hospital1, 'post', '/zones', {
      tenant: ours,
      name: '市一院核心区',
      kind: 'his',
      cidrs: ['10.1.0.0/16'],
    })
  ).id;
  ids.system = (
    await h.json<{ id: string }>(hospital1, 'post', '/systems', { tenant: ours, name: '市一院HIS', kind: 'HIS' })
  ).id;
  ids.asset = (
    await h.json<{ id: string }>(hospital1, 'post', '/assets', { tenant: ours, name: '市一院HIS-DB', kind: 'server' })
  ).id;
  ids.report = (await h.json<{ id: string }>(hospital1, 'post', '/reports', {})).id;
  await report.jobs.drain();
  await report.renderer.close();
  // A report is rendered here: on a busy machine that takes longer than a hook usually may.
}, 180_000);
afterAll(() => h.close());

function sample(route: RouteSpec): Sample {
  const csv = form({}, [{ name: 'a.csv', bytes: `所属机构,资产名称,资产类型\n${ours},冒名,服务器\n` }]);
  const institutions = form({}, [{ name: 'a.csv', bytes: `机构编码,机构名称,机构类型\n${ours},冒名,医院\n` }]);
  const bodies: Readonly<Record<string, unknown>> = {
    'post /institutions': { tenant: `${ours}.x`, name: '冒名', kind: 'clinic' },
    'patch /institutions/{tenant}': { name: '冒名' },
    'post /institutions/import': institutions,
    'post /assets': { tenant: ours, name: '冒名', kind: 'pc' },
    'patch /assets/{id}': { name: '冒名' },
    'post /assets/import': csv,
    'post /zones': { tenant: ours, name: '冒名', kind: 'his' },
    'patch /zones/{id}': { name: '冒名' },
    'post /systems': { tenant: ours, name: '冒名', kind: 'HIS' },
    'patch /systems/{id}': { name: '冒名' },
    'post /notices': { type: 'hazard', title: '冒名', body: '冒名', recipients: [ours] },
    'post /notices/draft-from-incident/{id}': { type: 'event' },
    'patch /notices/{id}': { title: '冒名' },
    'post /notices/{id}/withdraw': { reason: '冒名' },
    'post /notices/{id}/recipients/{rid}/sign': {},
    'post /notices/{id}/recipients/{rid}/answer': form({ comment: '冒名冒名冒名冒名冒名' }),
    'post /notices/{id}/recipients/{rid}/extend': { until: '2026-12-30', comment: '冒名' },
    'post /notices/{id}/recipients/{rid}/accept': {},
    'post /notices/{id}/recipients/{rid}/return': { comment: '冒名' },
    'post /notices/{id}/recipients/{rid}/reinspect': { comment: '冒名' },
    'post /notices/{id}/recipients/{rid}/decide-extension': { approve: true },
    'post /incidents/{id}/statutory': { stage: 'initial', content: { unit: '冒名', facts: '冒名' } },
    'post /reports': { tenant: ours },
    'put /reports/schedule': { tenant: ours, kind: 'weekly' },
  };
  const id = route.path.startsWith('/notices/draft-from')
    ? 'incident-1'
    : (ids[route.path.split('/')[1]?.replace(/s$/, '') ?? ''] ?? 'incident-1');
  return {
    params: { id, tenant: ours, rid: ids.rid ?? '', fid: ids.file ?? '' },
    body: bodies[`${route.method} ${route.path}`],
  };
}

test('no route of supervise and report gives anything to who may not have it', async () => {
  const call =
    (who: Actor) =>
    (method: string, path: string, body: unknown): Promise<Response> =>
      h.call(who, method, path, body);
  const viewer = person('viewer', ours);
  const strangers = [all('cn.gd.sz'), all('cn.gd.dg.h2')];
  const { checked, findings } = await checkTenancy({
    routes,
    state: h.state,
    anonymous: call(ANONYMOUS),
    viewer: { call: call(viewer), permissions: viewer.permissions },
    strangers: strangers.map((who) => ({ call: call(who), permissions: who.permissions })),
    sample,
    secrets: [ours, '市一院', '第一人民医院'],
  });
  // An import's answer repeats the cell that was refused, which the caller wrote itself.
  const echo = (route: string, problem: string): boolean => route.endsWith('/import') && problem === `saw '${ours}'`;
  expect(findings.filter(({ route, problem }) => !echo(route, problem))).toEqual([]);
  expect(checked).toBeGreaterThan(routes.length * 3);
}, 180_000);
