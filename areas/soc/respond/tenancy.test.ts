import { afterAll, beforeAll, expect, test } from 'vitest';
import { openEvents } from '@xinglin/platform/events';
import type { OpenedEvents } from '@xinglin/platform/events';
import { configSchema } from '@xinglin/platform/kernel';
import type { RouteSpec } from '@xinglin/platform/http';
import { checkTenancy } from '../../../test/support/tenancy.ts';
import type { Sample } from '../../../test/support/tenancy.ts';
import { createRespond } from './index.ts';
import type { Respond } from './index.ts';
import { HOSPITAL_1, HOSPITAL_2, actor, openTestBase, sshHit, testRules } from './test-support.ts';
import type { TestBase } from './test-support.ts';
import { testClient } from './test-client.ts';
import type { TestClient } from './test-client.ts';

let base: TestBase;
let events: OpenedEvents;
let respond: Respond;
let client: TestClient;
const officer = actor('officer', [HOSPITAL_1]);
const ids: Record<string, string> = {};

beforeAll(async () => {
  base = await openTestBase();
  events = await openEvents({ dataDir: base.dataDir });
  const counters = {
    add: () => Promise.resolve(0),
    get: () => Promise.resolve(0),
    once: () => Promise.resolve(true),
    clear: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
  respond = createRespond({ ...base, events, config: configSchema.parse({}), counters }, { rules: testRules() });
  for (const service of respond.services) await service.start();
  client = await testClient(base, respond.routes);
  await respond.sink.accept([sshHit({ seq: 1, ruleId: 'r-ransom' }, { 'event.category': 'file' })]);
  const now = new Date().toISOString().replace('T', ' ').replace('Z', '');
  const row = {
    tenant: HOSPITAL_1,
    ts: now,
    ingested: now,
    batch: '77',
    seq: 1,
    source: 's',
    dataset: 'linux.auth',
    message: 'HIS-DB01',
  };
  await events.insert({ token: 't', rows: 1, ndjson: Buffer.from(JSON.stringify(row)) });
  ids['alert'] =
    (await client.call(officer, 'get', '/alerts').then(({ body }) => body as { items: { id: string }[] })).items[0]
      ?.id ?? '';
  ids['incident'] =
    (
      await client
        .call(officer, 'post', '/incidents', { title: '市一院专项', alertIds: [ids['alert']] })
        .then(async (answer) =>
          answer.status === 201
            ? (answer.body as { id: string })
            : ((await client.call(officer, 'get', '/incidents')).body as { items: { id: string }[] }).items[0],
        )
    )?.id ?? '';
  const expiresAt = new Date(base.now().getTime() + 86_400_000).toISOString();
  ids['suppression'] = (
    (
      await client.call(officer, 'post', '/suppressions', {
        tenant: HOSPITAL_1,
        ruleId: 'x',
        reason: '市一院测试',
        expiresAt,
      })
    ).body as { id: string }
  ).id;
  ids['search'] = (
    (await client.call(officer, 'post', '/searches', { name: '市一院检索', query: '' })).body as { id: string }
  ).id;
  const analyst = actor('analyst', [HOSPITAL_1]);
  await client.call(analyst, 'post', '/indicators/import', { feed: 'feed-1', text: '203.0.113.7' });
  ids['indicator'] =
    ((await client.call(analyst, 'get', '/indicators')).body as { items: { id: string }[] }).items[0]?.id ?? '';
}, 180_000);
afterAll(async () => {
  for (const service of respond.services.toReversed()) await service.stop();
  await events.close();
  await base.close();
});

const BODIES: Readonly<Record<string, unknown>> = {
  '/alerts/{id}/verdict': { verdict: 'false', reason: 'stranger' },
  '/alerts/{id}/assign': { assignee: null },
  '/incidents/{id}/comment': { body: 'x' },
  '/incidents/{id}/assign': { assignee: null },
  '/incidents/{id}/status': { status: 'triage' },
  '/incidents/{id}/grade': { grade: 'major', reason: 'stranger' },
  '/incidents/{id}/reopen': { reason: 'stranger' },
  '/incidents/{id}/close': { verdict: 'true', conclusion: 'stranger' },
  '/events/search': {},
  '/events/histogram': {},
  '/events/fields': { fields: ['organization.id', 'host.name'] },
  '/events/export': { format: 'ndjson' },
};

function sample(route: RouteSpec): Sample {
  const [, object = ''] = route.path.split('/');
  const id =
    {
      alerts: ids['alert'],
      incidents: ids['incident'],
      suppressions: ids['suppression'],
      searches: ids['search'],
      indicators: ids['indicator'],
      events: '77-1',
    }[object] ?? '';
  const expiresAt = '2026-03-05T00:00:00Z';
  const own: Record<string, unknown> = {
    '/alerts/bulk': { ids: [ids['alert']], action: { type: 'verdict', verdict: 'false', reason: 'stranger' } },
    '/incidents': { title: 'stranger', alertIds: [ids['alert']] },
    '/incidents/{id}/merge': { incidentIds: [ids['incident']] },
    '/incidents/{id}/split': { alertIds: [ids['alert']], title: 'stranger' },
    '/suppressions': { tenant: HOSPITAL_1, ruleId: 'r-ransom', reason: 'stranger', expiresAt },
    '/suppressions/preview': { tenant: HOSPITAL_1, ruleId: 'r-ransom' },
    '/searches': { name: 'stranger', query: '', tenant: HOSPITAL_1 },
    '/indicators/import': { feed: 'feed-1', text: '203.0.113.8', tenant: HOSPITAL_1 },
  };
  const body =
    route.method === 'get' || route.method === 'delete' ? undefined : (own[route.path] ?? BODIES[route.path]);
  return {
    params: { id, feed: 'feed-1' },
    ...(['/overview', '/assignees'].includes(route.path) && { query: { tenant: HOSPITAL_1 } }),
    ...(body !== undefined && { body }),
  };
}

test(
  'no route shows or changes anything to the anonymous, the read-only and another institution',
  { timeout: 120_000 },
  async () => {
    expect(Object.entries(ids).filter(([, id]) => id === '')).toEqual([]);
    const as = (who: ReturnType<typeof actor>) => ({
      permissions: who.permissions,
      call: (method: string, path: string, body: unknown) => client.send(who, method, path, body),
    });
    const { checked, findings } = await checkTenancy({
      routes: respond.routes,
      state: base.state,
      anonymous: (method, path, body) => client.send(undefined, method, path, body),
      viewer: as(actor('viewer', [HOSPITAL_1])),
      strangers: [as(actor('officer', [HOSPITAL_2], 'u-stranger')), as(actor('analyst', [HOSPITAL_2], 'u-stranger-2'))],
      sample,
      secrets: [HOSPITAL_1, '第一人民医院', 'his-db01', '市一院'],
    });
    expect(findings).toEqual([]);
    expect(checked).toBeGreaterThan(respond.routes.length * 2);
  },
);
