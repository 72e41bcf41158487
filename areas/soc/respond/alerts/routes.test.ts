import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { z } from 'zod';
import type { Alert, AlertDetail } from '../../contract.ts';
import { assigneeRoutes } from '../context/assignees.ts';
import { createDirectory } from '../context/directory.ts';
import {
  CITY,
  HOSPITAL_1,
  HOSPITAL_2,
  START,
  actor,
  clearAlerts,
  openTestBase,
  sshHit,
  testRules,
} from '../test-support.ts';
import type { TestBase } from '../test-support.ts';
import { testClient } from '../test-client.ts';
import type { TestClient } from '../test-client.ts';
import { createAggregator } from './aggregator.ts';
import type { Aggregator } from './aggregator.ts';
import { alertRoutes } from './routes.ts';
import { createSilence } from './silence.ts';
import type { SuppressionPreview } from './suppression-acts.ts';
import { suppressionRoutes } from './suppression-routes.ts';
import { createSuppressionBook } from './suppression.ts';

let base: TestBase;
let client: TestClient;
let aggregator: Aggregator;
const analyst = actor('analyst', [CITY]);
const officer = actor('officer', [HOSPITAL_1]);
const stranger = actor('officer', [HOSPITAL_2], 'u-stranger');
const viewer = actor('viewer', [CITY]);

interface Page {
  items: Alert[];
  total: number;
  next?: string;
}

beforeAll(async () => {
  base = await openTestBase();
  const book = createSuppressionBook(base.state, base.now);
  aggregator = createAggregator({
    platform: base,
    rules: testRules(),
    directory: createDirectory(base.state, base.now),
    suppressions: book,
    onChanged: () => {},
  });
  await aggregator.start();
  client = await testClient(base, [...alertRoutes(base), ...assigneeRoutes(base), ...suppressionRoutes(base, book)]);
  for (const [id, tenant, role, assigned] of [
    ['u-officer', HOSPITAL_1, 'officer', ''],
    ['u-stranger', HOSPITAL_2, 'officer', ''],
    ['u-analyst', CITY, 'analyst', ''],
    ['u-viewer', CITY, 'viewer', ''],
    ['u-engineer', CITY, 'engineer', HOSPITAL_2],
    ['u-gone', HOSPITAL_1, 'officer', ''],
  ] as const) {
    await sql`insert into access_user (id, username, name, tenant, roles, assigned, disabled, created_by) values
      (${id}, ${id}, ${`name of ${id}`}, ${tenant}, ${[role]}, ${assigned === '' ? [] : [assigned]}, ${id === 'u-gone'}, 'test')`.execute(
      base.state.owner,
    );
  }
}, 180_000);
afterAll(async () => {
  await aggregator.stop();
  await base.close();
});
beforeEach(() => clearAlerts(base.state));

async function list(who: typeof analyst, query = ''): Promise<Page> {
  const answer = await client.call(who, 'get', `/alerts${query}`);
  expect(answer.status).toBe(200);
  return answer.body;
}

async function open(...over: Parameters<typeof sshHit>[]): Promise<string[]> {
  await aggregator.accept(over.map((args) => sshHit(...args)));
  const rows = await base.state.owner.selectFrom('soc_alert').select('id').orderBy('id').execute();
  return rows.map((row) => row.id);
}

test('GET /alerts shows each institution its own and the commission all, with filters, order and pages', async () => {
  await open(
    [{ seq: 1 }],
    [
      { seq: 2, ruleId: 'r-ransom' },
      { 'event.category': 'file', 'host.name': 'pc-33' },
    ],
    [{ seq: 3, tenant: HOSPITAL_2, ruleId: 'r-lateral' }],
  );
  expect((await list(analyst)).total).toBe(3);
  expect((await list(officer)).items.map((item) => item.tenant)).toEqual([HOSPITAL_1, HOSPITAL_1]);
  expect((await list(stranger)).items.map((item) => item.ruleId)).toEqual(['r-lateral']);
  expect((await list(stranger, `?tenant=${HOSPITAL_1}`)).items).toEqual([]);
  expect((await list(analyst, '?level=critical,high&sort=-severity')).items.map((item) => item.ruleId)).toEqual([
    'r-lateral',
    'r-ransom',
  ]);
  expect((await list(analyst, `?q=${encodeURIComponent('勒索')}`)).items.map((item) => item.ruleId)).toEqual([
    'r-ransom',
  ]);
  expect((await list(analyst, '?q=203.0.113&rule=r-brute&status=active&verdict=none')).total).toBe(1);
  expect((await list(analyst, '?q=%25')).total).toBe(0);
  const first = await list(analyst, '?limit=2&sort=severity');
  const second = await list(analyst, `?limit=2&sort=severity&cursor=${first.next}`);
  expect([...first.items, ...second.items].map((item) => item.severity)).toEqual(
    [65, 67, 75].toSorted((a, b) => a - b),
  );
  expect(second.next).toBeUndefined();
  expect((await client.call(analyst, 'get', '/alerts?cursor=zzz')).status).toBe(400);
  expect((await client.call(undefined, 'get', '/alerts')).status).toBe(401);
});

test('GET /alerts/{id} gives evidence and related alerts, and records the first look of one who may act', async () => {
  const [id] = await open(
    [{ seq: 1 }],
    [
      { seq: 2, ruleId: 'r-export' },
      { 'event.category': 'database', 'user.name': 'root', 'source.ip': '203.0.113.9' },
    ],
  );
  const seen: AlertDetail = (await client.call(viewer, 'get', `/alerts/${id}`)).body;
  expect(seen).toMatchObject({
    status: 'new',
    remediationZh: '请核查。',
    institution: '第一人民医院',
    asset: { name: 'HIS 数据库', system: 'HIS' },
  });
  expect(seen.evidence).toEqual([expect.objectContaining({ id: '1000-1', dataset: 'linux.auth', tenant: HOSPITAL_1 })]);
  expect(seen.related.map((item) => item.ruleId)).toEqual(['r-export']);
  expect(((await client.call(officer, 'get', `/alerts/${id}`)).body as AlertDetail).status).toBe('open');
  const looked = await base.state.owner
    .selectFrom('soc_alert')
    .select('first_look_at')
    .where('id', '=', id ?? '')
    .executeTakeFirst();
  expect(looked?.first_look_at).toEqual(new Date(START));
  const engineer: AlertDetail = (await client.call(actor('engineer', [HOSPITAL_1]), 'get', `/alerts/${id}`)).body;
  expect(engineer.evidence).toEqual([]);
  expect(engineer.explanation).not.toHaveProperty('matched');
  expect((await client.call(stranger, 'get', `/alerts/${id}`)).status).toBe(404);
});

test('POST /alerts/{id}/verdict closes with the reason and leaves an audit record', async () => {
  const [id] = await open([{ seq: 1 }]);
  for (const who of [viewer, undefined, stranger]) {
    const answer = await client.call(who, 'post', `/alerts/${id}/verdict`, { verdict: 'false', reason: 'not mine' });
    expect([401, 403, 404]).toContain(answer.status);
  }
  expect(await base.state.owner.selectFrom('soc_alert').select('verdict').execute()).toEqual([{ verdict: null }]);
  const answer = await client.call(officer, 'post', `/alerts/${id}/verdict`, { verdict: 'false', reason: '运维扫描' });
  expect(answer.body).toMatchObject({ status: 'closed', verdict: 'false', verdictReason: '运维扫描' });
  const audit = await sql<{
    action: string;
    actor_id: string;
  }>`select action, actor_id from audit_log where object_id = ${id}`.execute(base.state.owner);
  expect(audit.rows).toEqual([{ action: 'alert.verdict', actor_id: 'u-officer' }]);
  expect((await client.call(officer, 'post', `/alerts/${id}/verdict`, { verdict: 'maybe', reason: 'x' })).status).toBe(
    400,
  );
});

test('POST /alerts/{id}/assign takes only an account that may see the alert', async () => {
  const [id] = await open([{ seq: 1 }]);
  expect((await client.call(analyst, 'post', `/alerts/${id}/assign`, { assignee: 'u-stranger' })).status).toBe(422);
  expect((await client.call(analyst, 'post', `/alerts/${id}/assign`, { assignee: 'u-officer' })).body).toMatchObject({
    assignee: 'u-officer',
    assigneeName: 'name of u-officer',
    status: 'open',
  });
  expect((await list(officer, '?assignee=me')).total).toBe(1);
});

test('GET /assignees names who may work for the institution, also those above it; a hospital hands over to them', async () => {
  const of = (who: typeof analyst | undefined, tenant: string): ReturnType<TestClient['call']> =>
    client.call(who, 'get', `/assignees?tenant=${tenant}`);
  const ids = (answer: Awaited<ReturnType<typeof of>>): string[] =>
    (answer.body as { items: { id: string }[] }).items.map((item) => item.id);
  expect(ids(await of(officer, HOSPITAL_1))).toEqual(['u-officer', 'u-analyst']);
  expect(ids(await of(analyst, HOSPITAL_2))).toEqual(expect.arrayContaining(['u-stranger', 'u-analyst']));
  expect((await of(officer, HOSPITAL_2)).status).toBe(403);
  expect((await of(viewer, HOSPITAL_1)).status).toBe(403);
  expect((await of(undefined, HOSPITAL_1)).status).toBe(401);
  const [id] = await open([{ seq: 1 }]);
  // Row-level security hides the commission's accounts from a hospital; the name is told all the same.
  expect((await client.call(officer, 'post', `/alerts/${id}/assign`, { assignee: 'u-analyst' })).body).toMatchObject({
    assigneeName: 'name of u-analyst',
  });
  for (const assignee of ['u-gone', 'u-viewer', 'u-engineer', 'nobody'])
    expect((await client.call(officer, 'post', `/alerts/${id}/assign`, { assignee })).status).toBe(422);
});

test('POST /alerts/bulk changes what is in scope and says what it skipped', async () => {
  const ids = await open([{ seq: 1 }], [{ seq: 2, tenant: HOSPITAL_2 }]);
  const body = { ids: [...ids, 'none'], action: { type: 'verdict', verdict: 'benign', reason: '演练' } };
  expect((await client.call(viewer, 'post', '/alerts/bulk', body)).status).toBe(403);
  const partial = (await client.call(officer, 'post', '/alerts/bulk', body)).body as {
    changed: number;
    skipped: unknown[];
  };
  expect(partial).toMatchObject({
    changed: 1,
    skipped: [{ reason: 'not_found' }, { id: 'none', reason: 'not_found' }],
  });
  expect((await client.call(analyst, 'post', '/alerts/bulk', body)).body).toMatchObject({
    changed: 1,
    skipped: [{ reason: 'unchanged' }, { id: 'none' }],
  });
  await open([{ seq: 9 }]);
  const reopen = { ids, action: { type: 'reopen' } };
  expect((await client.call(analyst, 'post', '/alerts/bulk', reopen)).body).toMatchObject({
    changed: 1,
    skipped: [{ reason: 'conflict' }],
  });
});

test('suppressions preview, hide, count, come back and expire', async () => {
  await open([{ seq: 1 }], [{ seq: 2 }, { 'source.ip': '198.51.100.1' }]);
  const body = {
    tenant: HOSPITAL_1,
    ruleId: 'r-brute',
    conditions: [{ field: 'source.ip', op: 'cidr', value: '203.0.113.0/24' }],
    reason: '等保测评扫描器',
    expiresAt: '2026-03-05T00:00:00Z',
  };
  const preview: z.output<typeof SuppressionPreview> = (
    await client.call(officer, 'post', '/suppressions/preview', body)
  ).body;
  expect(preview).toMatchObject({
    alerts: 2,
    hidden: 1,
    partly: 0,
    hits: 1,
    judgedTrue: 0,
    byRule: [{ ruleId: 'r-brute', alerts: 1 }],
  });
  for (const who of [viewer, undefined, stranger])
    expect([401, 403]).toContain((await client.call(who, 'post', '/suppressions', body)).status);
  expect(
    (await client.call(officer, 'post', '/suppressions', { ...body, expiresAt: '2030-01-01T00:00:00Z' })).status,
  ).toBe(422);
  expect((await client.call(officer, 'post', '/suppressions', { ...body, ruleId: null, conditions: [] })).status).toBe(
    422,
  );
  expect(
    (
      await client.call(officer, 'post', '/suppressions', {
        ...body,
        conditions: [{ field: 'a', op: 'cidr', value: 'x' }],
      })
    ).status,
  ).toBe(422);
  const made = (await client.call(officer, 'post', '/suppressions', body)).body as { id: string; hidden: number };
  expect(made.hidden).toBe(1);
  expect((await list(officer)).total).toBe(1);
  expect((await list(officer, '?suppressed=only')).items[0]?.suppressedBy).toBe(made.id);
  await open([{ seq: 3 }]);
  expect((await client.call(officer, 'get', '/suppressions')).body).toMatchObject({
    total: 1,
    items: [{ hits: 1, author: 'officer' }],
  });
  expect((await client.call(stranger, 'get', '/suppressions')).body).toMatchObject({ total: 0 });
  expect((await client.call(stranger, 'delete', `/suppressions/${made.id}`)).status).toBe(403 + 1);
  expect((await client.call(officer, 'delete', `/suppressions/${made.id}`)).status).toBe(204);
  expect((await list(officer)).total).toBe(2);
  await open([{ seq: 4 }]);
  expect((await list(officer, '?q=203.0.113.9')).items[0]?.count).toBe(2);
});

test('silence opens one alert per source and recovery closes it', async () => {
  const silence = createSilence(base, () => {});
  const alert = { sourceId: 'src-9', sourceName: 'FW', tenant: HOSPITAL_1, since: new Date(START), silentAfterS: 900 };
  await silence.silent(alert);
  await silence.silent(alert);
  expect((await list(officer, '?kind=silence')).items).toEqual([
    expect.objectContaining({ count: 1, titleZh: '日志源静默：FW', status: 'new' }),
  ]);
  await silence.recovered({ sourceId: 'src-9', tenant: HOSPITAL_1, at: new Date(START) });
  await silence.recovered({ sourceId: 'src-9', tenant: HOSPITAL_1, at: new Date(START) });
  expect((await list(officer, '?kind=silence')).items.map((item) => item.status)).toEqual(['closed']);
});
