import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEvents } from '@xinglin/platform/events';
import type { OpenedEvents } from '@xinglin/platform/events';
import type { RouteSpec } from '@xinglin/platform/http';
import { migrateState } from '@xinglin/platform/state';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openHarness, person } from '../../test/support/soc-harness.ts';
import type { Harness } from '../../test/support/soc-harness.ts';
import { checkTenancy } from '../../test/support/tenancy.ts';
import type { Caller, Sample } from '../../test/support/tenancy.ts';
import { consoleRoutes } from './console-routes.ts';
import { createDecideStep } from './decide/step.ts';
import type { DecideStep } from './decide/step.ts';
import { startUpstream, visitor } from './gateway/test-support.ts';
import type { TestUpstream } from './gateway/test-support.ts';
import { gatewayRoutes } from './routes.ts';

const OURS = 'cn.gd.dongguan.hospital-1';
const THEIRS = 'cn.gd.dongguan.hospital-2';
const officer = person('officer', OURS);
const viewer = person('viewer', OURS);
const stranger = person('officer', THEIRS);
const dir = mkdtempSync(join(tmpdir(), 'xinglin-antiscalp-'));

let h: Harness;
let events: OpenedEvents;
let step: DecideStep;
let upstream: TestUpstream;
let routes: readonly RouteSpec[];
let appealId = '';
let overrideId = '';
let decisionId = '';
let deviceKey = '';
const POLICY = 'policy-of-the-test';

beforeAll(async () => {
  events = await openEvents({ dataDir: dir });
  upstream = await startUpstream();
  h = await openHarness({ start: new Date().toISOString(), events });
  await migrateState(h.state, { area: 'antiscalp', dir: new URL('migrations/state/', import.meta.url) });
  const file = join(dir, 'gateway.yaml');
  writeFileSync(
    file,
    JSON.stringify({
      tenant: OURS,
      secret: 'a secret of the test, thirty-two bytes',
      dataDir: join(dir, 'gw'),
      listen: { port: 0 },
      upstreams: [upstream.url],
      routes: [{ match: '/api/*', action: 'book' }],
    }),
  );
  const platform = { ...h.platform, config: { ...h.platform.config, gateway: { config: file } } };
  step = createDecideStep(platform);
  for (const service of step.services) await service.start();
  routes = [...gatewayRoutes(platform, step), ...consoleRoutes(platform, step)];
  h.serve(routes);
}, 180_000);
afterAll(async () => {
  for (const service of step.services) await service.stop();
  await upstream.close();
  await h.close();
  await events.close();
  rmSync(dir, { recursive: true, force: true });
});

const audits = async (action: string): Promise<number> => {
  const found = await sql<{ n: number }>`select count(*)::int as n from audit_log where action = ${action}`.execute(
    h.state.owner,
  );
  return found.rows[0]?.n ?? 0;
};

test('decisions of the proxy and of the API reach the event store, the live page, and are read with their evidence', async () => {
  const at = new Date(h.clock().getTime()).toISOString();
  const requests = Array.from({ length: 60 }, (_, i) => ({
    at,
    action: 'book',
    device: 'robot',
    person: `44190019900101${i}`,
    ip: '203.0.113.9',
  }));
  const { decisions } = await h.json<{ decisions: { id: string; outcome: string }[] }>(officer, 'post', '/decisions', {
    requests,
  });
  expect(decisions.at(-1)?.outcome).not.toBe('allow');
  decisionId = decisions.at(-1)?.id ?? '';
  const guest = visitor(step.gateway()?.url ?? '');
  expect((await guest.request('/api/book', { method: 'POST' })).status).toBe(403);
  await vi.waitFor(
    async () => {
      const { items } = await h.json<{ items: { id: string }[] }>(officer, 'get', '/antiscalp/decisions?limit=500');
      expect(items.length).toBeGreaterThanOrEqual(61);
    },
    { timeout: 20_000, interval: 300 },
  );
  const one = await h.json<{ evidence: { code: string }[]; codes: string[]; network: string }>(
    officer,
    'get',
    `/antiscalp/decisions/${decisionId}`,
  );
  expect(one.codes).toContain('MANY_PATIENTS_DEVICE');
  expect(one.evidence[0]).toHaveProperty('evidence');
  // The address is kept as its network only.
  expect(one.network).toBe('203.0.113.0');
  const byCode = await h.json<{ items: unknown[] }>(
    officer,
    'get',
    '/antiscalp/decisions?code=MANY_PATIENTS_DEVICE&action=book',
  );
  expect(byCode.items.length).toBeGreaterThan(0);
  const funnel = await h.json<{ total: number; steps: { step: string }[] }>(officer, 'get', '/antiscalp/funnel');
  expect(funnel.total).toBeGreaterThanOrEqual(61);
  expect(funnel.steps.map(({ step: name }) => name)).toContain('challenge');
  expect(
    h.signals.filter(({ topic, tenant }) => topic === 'antiscalp.decision' && tenant === OURS).length,
  ).toBeGreaterThan(0);
  expect((await h.json<{ items: unknown[] }>(stranger, 'get', '/antiscalp/decisions')).items).toEqual([]);
}, 60_000);

test('the decision API wants its permission and names what is wrong', async () => {
  expect((await h.call(viewer, 'post', '/decisions', { action: 'book' })).status).toBe(403);
  const wrong = await h.call(officer, 'post', '/decisions', { action: 'dance' });
  expect(wrong.status).toBe(400);
});

test('an override made by staff holds at the proxy until it is ended, and both acts are on record', async () => {
  const guest = visitor(step.gateway()?.url ?? '');
  const refused = await guest.request('/api/book', { method: 'POST' });
  expect(refused.status).toBe(403);
  const device = (guest.jar.get('xl_d') ?? '').split('.')[0] ?? '';
  const expiresAt = new Date(h.clock().getTime() + 3_600_000).toISOString();
  const body = { tenant: OURS, entity: 'device', value: device, reason: '自助机', expiresAt };
  const made = await h.json<{ id: string; author: string; key: string }>(officer, 'post', '/antiscalp/overrides', body);
  overrideId = made.id;
  expect(made.author).toBe(officer.name);
  expect((await guest.request('/api/book', { method: 'POST' })).status).toBe(200);
  expect(await audits('antiscalp.override')).toBe(1);
  const past = await h.call(officer, 'post', '/antiscalp/overrides', {
    ...body,
    expiresAt: '2020-01-01T00:00:00.000Z',
  });
  expect(past.status).toBe(400);
  await h.json(officer, 'post', `/antiscalp/overrides/${made.id}/end`);
  expect((await guest.request('/api/book', { method: 'POST' })).status).toBe(403);
  expect(await audits('antiscalp.override_end')).toBe(1);
});

test('an appeal arrives, staff are told, and lifting it lets the device pass', async () => {
  const guest = visitor(step.gateway()?.url ?? '');
  await guest.request('/api/book', { method: 'POST' });
  const sent = await guest.json('/__xinglin/appeal', { text: '我给父母挂号', ref: 'x', code: 'RATE_DEVICE' });
  expect(sent.status).toBe(202);
  expect(h.sent.at(-1)).toMatchObject({ kind: 'antiscalp.appeal', tenant: OURS });
  const { items } = await h.json<{ items: { id: string; text: string }[] }>(
    viewer,
    'get',
    '/antiscalp/appeals?status=open',
  );
  expect(items[0]?.text).toBe('我给父母挂号');
  appealId = items[0]?.id ?? '';
  expect(
    (await h.call(viewer, 'post', `/antiscalp/appeals/${appealId}/answer`, { outcome: 'lifted', answer: '核实为家属' }))
      .status,
  ).toBe(403);
  expect(
    (
      await h.call(stranger, 'post', `/antiscalp/appeals/${appealId}/answer`, {
        outcome: 'lifted',
        answer: '核实为家属',
      })
    ).status,
  ).toBe(404);
  await h.json(officer, 'post', `/antiscalp/appeals/${appealId}/answer`, {
    outcome: 'lifted',
    answer: '核实为家属',
    hours: 24,
  });
  expect((await guest.request('/api/book', { method: 'POST' })).status).toBe(200);
  expect(await audits('antiscalp.appeal_answer')).toBe(1);
});

test('what is kept of one person can be exported and erased by the id, of our institution only', async () => {
  const ask = { tenant: OURS, entity: 'person', value: '441900199001013' };
  const before = await h.json<{ key: string; decisions: unknown[] }>(officer, 'post', '/antiscalp/persons/export', ask);
  expect(before.decisions).toHaveLength(1);
  expect(before.key).toMatch(/^[0-9a-f]{32}$/);
  expect((await h.call(stranger, 'post', '/antiscalp/persons/erase', ask)).status).toBe(404);
  expect((await h.call(viewer, 'post', '/antiscalp/persons/erase', ask)).status).toBe(403);
  expect(await h.json(officer, 'post', '/antiscalp/persons/erase', ask)).toMatchObject({ memory: true });
  const after = await h.json<{ decisions: unknown[] }>(officer, 'post', '/antiscalp/persons/export', ask);
  expect(after.decisions).toEqual([]);
  expect(await audits('antiscalp.person_erase')).toBe(1);
  // Others are untouched.
  const other = await h.json<{ decisions: unknown[] }>(officer, 'post', '/antiscalp/persons/export', {
    ...ask,
    value: '441900199001014',
  });
  expect(other.decisions).toHaveLength(1);
});

test('the console reads outcomes over time, refusals that were taken back, the identity graph, rules and simulations', async () => {
  const { items } = await h.json<{ items: { keys: Record<string, string>; step: string }[] }>(
    officer,
    'get',
    '/antiscalp/decisions?client=api&limit=500',
  );
  deviceKey = items.find((item) => item.keys['device'] !== undefined && item.step !== 'allow')?.keys['device'] ?? '';
  const line = await h.json<{ points: { count: number }[]; seconds: number }>(viewer, 'get', '/antiscalp/timeline');
  expect(line.points.reduce((sum, { count }) => sum + count, 0)).toBeGreaterThanOrEqual(60);
  const page = await h.json<{ items: unknown[]; total: number; next: string }>(
    viewer,
    'get',
    '/antiscalp/decisions?client=api&limit=10',
  );
  expect(page).toMatchObject({ next: '10' });
  expect(page.total).toBe(items.length);
  const rest = await h.json<{ items: unknown[]; next?: string }>(
    viewer,
    'get',
    `/antiscalp/decisions?client=api&limit=500&cursor=${page.next}`,
  );
  expect([rest.items.length, rest.next]).toEqual([page.total - 10, undefined]);

  type Report = { total: Record<string, number>; byClient: ({ name: string } & Record<string, number>)[] };
  const before = await h.json<Report>(viewer, 'get', '/antiscalp/false-blocks');
  expect(before.total['refused']).toBeGreaterThan(0);
  const expiresAt = new Date(h.clock().getTime() + 3_600_000).toISOString();
  const lifted = await h.json<{ id: string }>(officer, 'post', '/antiscalp/overrides', {
    tenant: OURS,
    entity: 'device',
    key: deviceKey,
    reason: '电话核实为本人',
    expiresAt,
  });
  await h.json(officer, 'post', `/antiscalp/overrides/${lifted.id}/end`);
  const after = await h.json<Report>(viewer, 'get', '/antiscalp/false-blocks');
  expect(after.total['wronged']).toBe((before.total['wronged'] ?? 0) + 1);
  expect(after.byClient.find(({ name }) => name === 'api')?.['wronged']).toBe(1);
  expect(await h.json(stranger, 'get', '/antiscalp/false-blocks')).toMatchObject({
    total: { decisions: 0, refused: 0 },
  });

  const graph = await h.json<{ nodes: { key: string; type: string }[]; edges: { from: string }[] }>(
    viewer,
    'get',
    `/antiscalp/graph?key=${deviceKey}`,
  );
  expect(graph.nodes[0]).toMatchObject({ key: deviceKey, type: 'device' });
  expect(graph.nodes.filter(({ type }) => type === 'person').length).toBeGreaterThan(20);
  expect(await h.json(stranger, 'get', `/antiscalp/graph?key=${deviceKey}`)).toMatchObject({ nodes: [], edges: [] });

  const rules = await h.json<{
    version: string;
    text: string;
    rules: unknown[];
    champion: unknown;
    compared: unknown[];
  }>(viewer, 'get', '/antiscalp/rules');
  expect(rules).toMatchObject({ version: 'gateway-default@1', champion: null, shadow: null, compared: [], issues: [] });
  expect(rules.rules.length).toBeGreaterThan(10);
  const check = (text: string): Promise<Record<string, unknown>> =>
    h.json(viewer, 'post', '/antiscalp/rules/check', { text });
  expect(await check(rules.text)).toMatchObject({ valid: true, version: rules.version, rules: rules.rules.length });
  const wrong = await check(`${rules.text}\nscore 5 reason X when device.no_such > 1\n`);
  expect(wrong).toMatchObject({ valid: false });
  expect((wrong['issues'] as { line: number }[])[0]?.line).toBeGreaterThan(5);

  await sql`insert into release_policy (id, tenant, name, version, body, created_by, created_at) values (${POLICY}, ${OURS}, 'p', 1, '{}', 'x', now())`.execute(
    h.state.owner,
  );
  await sql`insert into release_simulation (id, tenant, policy_id, input, created_by, created_at) values ('sim-1', ${OURS}, ${POLICY}, '{}', 'x', now())`.execute(
    h.state.owner,
  );
  expect(await h.json(viewer, 'get', `/antiscalp/policies/${POLICY}/simulations`)).toMatchObject({
    total: 1,
    items: [{ id: 'sim-1', status: 'queued' }],
  });
  expect((await h.call(stranger, 'get', `/antiscalp/policies/${POLICY}/simulations`)).status).toBe(404);
}, 60_000);

test('no route lets in who must not: without account, read-only, another institution', async () => {
  const caller =
    (who: typeof officer): Caller =>
    (method, path, body) =>
      h.call(who, method, path, method === 'GET' ? undefined : body);
  const { ANONYMOUS } = await import('@xinglin/platform/access');
  const expiresAt = new Date(h.clock().getTime() + 3_600_000).toISOString();
  const sample = (route: RouteSpec): Sample => {
    if (route.path.includes('/appeals/'))
      return { params: { id: appealId }, body: { outcome: 'upheld', answer: '维持' } };
    if (route.path.includes('/overrides/')) return { params: { id: overrideId } };
    if (route.path.includes('/decisions/')) return { params: { id: decisionId } };
    if (route.path === '/antiscalp/overrides')
      return { body: { tenant: OURS, entity: 'device', value: 'd', reason: '试试看', expiresAt } };
    if (route.path.startsWith('/antiscalp/policies/')) return { params: { id: POLICY } };
    if (route.path === '/antiscalp/graph') return { query: { key: deviceKey } };
    if (route.path === '/antiscalp/rules/check') return { body: { text: 'ruleset x version 1' } };
    if (route.path.includes('/persons/')) return { body: { tenant: OURS, entity: 'person', value: 'x' } };
    return route.path === '/decisions' ? { body: { action: 'view' } } : {};
  };
  const report = await checkTenancy({
    routes,
    state: h.state,
    anonymous: caller(ANONYMOUS),
    viewer: { call: caller(viewer), permissions: viewer.permissions },
    strangers: [{ call: caller(stranger), permissions: stranger.permissions }],
    sample,
    secrets: [OURS, '我给父母挂号'],
  });
  expect(report.findings).toEqual([]);
  expect(report.checked).toBeGreaterThan(20);
}, 60_000);

test('the gateway’s state shows rules, upstreams and the measured collision rate', async () => {
  const status = await h.json(viewer, 'get', '/antiscalp/gateway');
  expect(status).toMatchObject({
    running: true,
    rules: 'gateway-default@1',
    upstreams: [{ healthy: true }],
    clusters: { collisionRate: 0 },
  });
});
