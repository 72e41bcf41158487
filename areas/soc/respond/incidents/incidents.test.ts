import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import type { Incident, IncidentDetail } from '../../contract.ts';
import type { Hit } from '../../detect/hit.ts';
import { createAggregator } from '../alerts/aggregator.ts';
import type { Aggregator } from '../alerts/aggregator.ts';
import { createSuppressionBook } from '../alerts/suppression.ts';
import { createDirectory } from '../context/directory.ts';
import { testClient } from '../test-client.ts';
import type { TestClient } from '../test-client.ts';
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
import { createCorrelator } from './correlator.ts';
import type { Correlator } from './correlator.ts';
import { incidentRoutes } from './routes.ts';

let base: TestBase;
let client: TestClient;
let aggregator: Aggregator;
let correlator: Correlator;
const analyst = actor('analyst', [CITY]);
const officer = actor('officer', [HOSPITAL_1]);
const stranger = actor('officer', [HOSPITAL_2], 'u-stranger');
const viewer = actor('viewer', [CITY]);

beforeAll(async () => {
  base = await openTestBase();
  aggregator = createAggregator({
    platform: base,
    rules: testRules(),
    directory: createDirectory(base.state, base.now),
    suppressions: createSuppressionBook(base.state, base.now),
    onChanged: () => {},
  });
  correlator = createCorrelator(base);
  await aggregator.start();
  client = await testClient(base, incidentRoutes(base));
}, 180_000);
afterAll(async () => {
  await correlator.stop();
  await aggregator.stop();
  await base.close();
});
beforeEach(async () => {
  await clearAlerts(base.state);
  await sql`delete from soc_number_series`.execute(base.state.owner);
  base.clock.set(START);
  base.signals.length = 0;
});

let serial = 0;

function hit(ruleId: string, minutes: number, event: Record<string, unknown>, tenant = HOSPITAL_1): Hit {
  serial += 1;
  return {
    ...sshHit({ seq: serial }),
    kind: ruleId.startsWith('c-') ? 'correlation' : 'rule',
    ruleId,
    tenant,
    ts: Date.parse(START) + minutes * 60_000,
    event: { 'event.dataset': 'test', ...event },
  };
}

/** Hands over hits one after the other, correlation in between, as it happens live. */
async function live(...hits: Hit[]): Promise<void> {
  for (const item of hits) {
    await aggregator.accept([item]);
    await correlator.settle();
  }
}

async function incidents(): Promise<Incident[]> {
  return ((await client.call(analyst, 'get', '/incidents?sort=createdAt')).body as { items: Incident[] }).items;
}

async function detail(id: string, who = analyst): Promise<IncidentDetail> {
  return (await client.call(who, 'get', `/incidents/${id}`)).body;
}

const spray = (): Hit =>
  hit('r-brute', 0, {
    'event.category': 'authentication',
    'source.ip': '203.0.113.9',
    'host.name': 'PC-33',
    'user.name': 'li',
  });
const lateral = (): Hit =>
  hit('r-lateral', 20, {
    'event.category': 'network',
    'source.ip': '10.1.9.33',
    'destination.ip': '10.1.2.10',
    'destination.port': 445,
    'observer.vendor': 'x',
  });
const ransom = (): Hit =>
  hit('r-ransom', 45, {
    'event.category': 'file',
    'host.name': 'HIS-DB01',
    'user.name': 'svc',
    'file.path': 'D:\\x.locked',
  });

test('alerts along an intrusion become one incident, told in order, named after the worst', async () => {
  await live(spray(), lateral(), ransom());
  const [incident, ...others] = await incidents();
  expect(others).toEqual([]);
  expect(incident).toMatchObject({
    number: 'XA-2026-000001',
    tenant: HOSPITAL_1,
    status: 'new',
    alertCount: 3,
    category: '恶意程序/勒索软件',
    tactics: ['credential-access', 'lateral-movement', 'impact'],
    title: '第一人民 HIS 数据库：疑似勒索软件攻击（凭据访问→横向移动→破坏影响）',
    anchors: { firstEvent: START, firstAlert: START },
  });
  const full = await detail(incident?.id ?? '');
  const joins = full.timeline.filter((entry) => entry.kind === 'alert');
  // pc-33 was attacked by name and attacks by address: one asset, a pivot.
  expect(joins[0]?.data).toMatchObject({ progression: 1.2, factors: [{ pivot: true }] });
  expect(joins.every((entry) => Number(entry.data['score']) >= 0.5)).toBe(true);
  expect(full.timeline.map((entry) => entry.kind)).toEqual(expect.arrayContaining(['alert-seen', 'status', 'alert']));
  expect(full.timeline.map((entry) => entry.at)).toEqual(full.timeline.map((entry) => entry.at).toSorted());
  const assets = full.graph.nodes.filter((node) => node.asset !== null).map((node) => [node.id, node.asset]);
  expect(assets).toEqual(
    expect.arrayContaining([
      ['ip:10.1.9.33', '门诊工作站'],
      ['host:his-db01', 'HIS 数据库'],
    ]),
  );
  expect(full.graph.edges).toContainEqual({
    from: 'ip:10.1.9.33',
    to: 'ip:10.1.2.10',
    label: 'SMB 横向移动',
    count: 1,
  });
  expect(
    base.signals.filter((signal) => signal.topic === 'incident.changed' && signal.tenant === HOSPITAL_1).length,
  ).toBeGreaterThan(0);
});

test('the same alerts in any order make the same incident', async () => {
  await live(ransom(), spray(), lateral());
  expect((await incidents()).map((item) => [item.alertCount, item.category, item.tactics])).toEqual([
    [3, '恶意程序/勒索软件', ['credential-access', 'lateral-movement', 'impact']],
  ]);
});

test('unrelated alerts, other institutions and weak pairs stay apart', async () => {
  await live(
    spray(),
    hit(
      'r-brute',
      1,
      { 'event.category': 'authentication', 'source.ip': '203.0.113.9', 'host.name': 'PC-33' },
      HOSPITAL_2,
    ),
    hit('r-scan', 2, {
      'event.category': 'network',
      'source.ip': '198.51.100.77',
      'destination.ip': '10.1.7.7',
      'observer.vendor': 'x',
    }),
    hit('r-scan', 3000, {
      'event.category': 'network',
      'source.ip': '10.1.9.33',
      'destination.ip': '10.1.7.8',
      'observer.vendor': 'x',
    }),
  );
  expect(await incidents()).toEqual([]);
  const rows = await sql<{ n: number }>`select count(*)::int as n from soc_alert where correlated_at is null`.execute(
    base.state.owner,
  );
  expect(rows.rows[0]?.n).toBe(0);
});

test('an alert that links two untouched incidents strongly merges them, the older number lives on', async () => {
  await live(
    hit('r-ransom', 0, { 'event.category': 'file', 'host.name': 'srv-a', 'user.name': 'x' }),
    hit('r-ransom', 1, { 'event.category': 'file', 'host.name': 'srv-b', 'user.name': 'y' }),
  );
  expect(await incidents()).toHaveLength(2);
  await live(
    hit('r-export', 5, {
      'event.category': 'process',
      'host.name': ['srv-a', 'srv-b'],
      'user.name': 'x',
      'user.target.name': 'y',
    }),
  );
  const [only, ...others] = await incidents();
  expect(others).toEqual([]);
  expect(only).toMatchObject({ number: 'XA-2026-000001', alertCount: 3 });
  const merged = (await client.call(analyst, 'get', '/incidents?status=merged')).body as { items: Incident[] };
  expect(merged.items.map((item) => item.number)).toEqual(['XA-2026-000002']);
  expect(await detail(merged.items[0]?.id ?? '')).toMatchObject({ mergedInto: only?.id, actions: [] });
});

test('a link to an incident somebody works on is proposed, once', async () => {
  await live(
    hit('r-ransom', 0, { 'event.category': 'file', 'host.name': 'srv-a', 'user.name': 'x' }),
    hit('r-ransom', 1, { 'event.category': 'file', 'host.name': 'srv-b', 'user.name': 'y' }),
  );
  const [first] = await incidents();
  await client.call(analyst, 'post', `/incidents/${first?.id}/status`, { status: 'triage' });
  const link = {
    'event.category': 'process',
    'host.name': ['srv-a', 'srv-b'],
    'user.name': 'x',
    'user.target.name': 'y',
  };
  await live(hit('r-export', 5, link), hit('r-lateral', 6, { ...link, 'source.ip': '10.1.5.5' }));
  const all = await incidents();
  expect(all).toHaveLength(2);
  const proposals = await Promise.all(all.map(async (item) => (await detail(item.id)).proposals));
  expect(proposals.map((list) => list?.map((item) => item.number))).toEqual([['XA-2026-000002'], ['XA-2026-000001']]);
});

test('anchors are set once by what happened and give MTTD and MTTR', async () => {
  base.clock.set('2026-03-02T02:02:00.000Z');
  await live(ransom());
  const [found] = await incidents();
  const id = found?.id ?? '';
  // The event bears 02:45, the clock 02:02: a wrong clock gives 0, not a negative number.
  expect(found).toMatchObject({ timeToDetect: 0, timeToRespond: null });
  await client.call(viewer, 'get', `/incidents/${id}`);
  expect((await incidents())[0]?.anchors.firstLook).toBeNull();
  base.clock.set('2026-03-02T02:05:00.000Z');
  expect((await detail(id, officer)).anchors.firstLook).toBe('2026-03-02T02:05:00.000Z');
  base.clock.set('2026-03-02T02:32:00.000Z');
  expect(
    (await client.call(officer, 'post', `/incidents/${id}/status`, { status: 'contained', comment: '已断网' })).body,
  ).toMatchObject({
    status: 'contained',
    timeToRespond: 1800,
    anchors: { contained: '2026-03-02T02:32:00.000Z', firstLook: '2026-03-02T02:05:00.000Z' },
    actions: ['close'],
  });
  expect((await client.call(officer, 'post', `/incidents/${id}/status`, { status: 'triage' })).status).toBe(409);
  base.clock.set('2026-03-02T05:00:00.000Z');
  const closed = await client.call(officer, 'post', `/incidents/${id}/close`, {
    verdict: 'true',
    conclusion: '勒索软件,已恢复',
  });
  expect(closed.body).toMatchObject({
    status: 'closed',
    verdict: 'true',
    timeToRespond: 1800,
    anchors: { closed: '2026-03-02T05:00:00.000Z' },
    alerts: [{ status: 'closed', verdict: 'true' }],
  });
  expect(
    (await client.call(officer, 'post', `/incidents/${id}/grade`, { grade: 'major', reason: '较大' })).status,
  ).toBe(409);
  expect((await client.call(officer, 'post', `/incidents/${id}/comment`, { body: '复盘完成' })).status).toBe(200);
  // What comes after the end is a new story.
  await live(hit('r-ransom', 60, { 'event.category': 'file', 'host.name': 'HIS-DB01', 'user.name': 'svc' }));
  expect((await incidents()).map((item) => item.status).toSorted()).toEqual(['closed', 'new']);
});

test('a closed incident is taken up again: anchors and closing clock stand open, the timeline and the alerts keep what was', async () => {
  await live(ransom());
  const id = (await incidents())[0]?.id ?? '';
  expect((await client.call(officer, 'post', `/incidents/${id}/reopen`, { reason: '尚未关闭' })).status).toBe(409);
  await client.call(officer, 'post', `/incidents/${id}/grade`, { grade: 'major', reason: '影响门诊' });
  await client.call(officer, 'post', `/incidents/${id}/close`, { verdict: 'true', conclusion: '已恢复' });
  const due = async (): Promise<unknown> =>
    (
      await sql<{ due_at: Date | null }>`
        select due_at from soc_statutory_report where incident_id = ${id} and stage = 'closing'`.execute(
        base.state.owner,
      )
    ).rows[0]?.due_at;
  expect(await due()).toBeInstanceOf(Date);
  const open: IncidentDetail = (
    await client.call(officer, 'post', `/incidents/${id}/reopen`, { reason: '同一主机再次加密' })
  ).body;
  expect(open).toMatchObject({
    status: 'triage',
    verdict: null,
    conclusion: '',
    timeToRespond: null,
    anchors: { contained: null, closed: null },
    alerts: [{ status: 'closed', verdict: 'true' }],
  });
  expect(open.timeline.filter((entry) => entry.kind === 'status').map((entry) => entry.body)).toEqual(
    expect.arrayContaining(['已恢复', '同一主机再次加密']),
  );
  expect(await due()).toBeNull();
  expect((await client.call(officer, 'post', `/incidents/${id}/status`, { status: 'contained' })).status).toBe(200);
});

test('people open, comment, grade, assign, split and merge incidents, and each act is audited', async () => {
  await live(spray(), lateral());
  await live(
    hit('r-scan', 2, {
      'event.category': 'network',
      'source.ip': '198.51.100.77',
      'destination.ip': '10.1.7.7',
      'observer.vendor': 'x',
    }),
  );
  const free = await sql<{ id: string }>`select id from soc_alert where incident_id is null`.execute(base.state.owner);
  const [auto] = await incidents();
  const mine: IncidentDetail = (
    await client.call(officer, 'post', '/incidents', { title: '外部扫描', alertIds: free.rows.map((row) => row.id) })
  ).body;
  expect(mine).toMatchObject({ title: '外部扫描', alertCount: 1, tenant: HOSPITAL_1, number: 'XA-2026-000002' });
  expect(
    (await client.call(officer, 'post', '/incidents', { title: '再来', alertIds: free.rows.map((row) => row.id) }))
      .status,
  ).toBe(409);
  expect(
    (await client.call(stranger, 'post', '/incidents', { title: '偷看', alertIds: free.rows.map((row) => row.id) }))
      .status,
  ).toBe(404);
  expect(
    (await client.call(officer, 'post', `/incidents/${mine.id}/grade`, { grade: 'major', reason: '影响门诊' })).body,
  ).toMatchObject({ grade: 'major' });
  const inside = (await detail(auto?.id ?? '')).alerts.map((alert) => alert.id);
  expect(
    (await client.call(officer, 'post', `/incidents/${auto?.id}/split`, { alertIds: inside, title: '全部' })).status,
  ).toBe(409);
  expect(
    (
      await client.call(officer, 'post', `/incidents/${auto?.id}/split`, {
        alertIds: free.rows.map((row) => row.id),
        title: '别人的',
      })
    ).status,
  ).toBe(409);
  const part: IncidentDetail = (
    await client.call(officer, 'post', `/incidents/${auto?.id}/split`, {
      alertIds: inside.slice(0, 1),
      title: '单独处置',
    })
  ).body;
  expect(part).toMatchObject({ title: '单独处置', alertCount: 1 });
  expect((await detail(auto?.id ?? '')).alertCount).toBe(1);
  const merged: IncidentDetail = (
    await client.call(officer, 'post', `/incidents/${mine.id}/merge`, { incidentIds: [part.id, auto?.id] })
  ).body;
  expect(merged).toMatchObject({ alertCount: 3, title: '外部扫描' });
  expect((await client.call(officer, 'post', `/incidents/${mine.id}/merge`, { incidentIds: [mine.id] })).status).toBe(
    409,
  );
  const audit = await sql<{
    action: string;
  }>`select action from audit_log where object_type = 'incident' and actor_id = 'u-officer' order by id desc limit 4`.execute(
    base.state.owner,
  );
  expect(audit.rows.map((row) => row.action)).toEqual([
    'incident.merge',
    'incident.split',
    'incident.grade',
    'incident.open',
  ]);
});

test('every write refuses the read-only, the stranger and the anonymous, and changes nothing', async () => {
  await live(ransom());
  const [incident] = await incidents();
  const writes: [string, unknown][] = [
    ['comment', { body: 'x' }],
    ['assign', { assignee: null }],
    ['status', { status: 'triage' }],
    ['grade', { grade: 'major', reason: 'xx' }],
    ['merge', { incidentIds: ['x'] }],
    ['split', { alertIds: ['x'], title: 'xx' }],
    ['close', { verdict: 'true', conclusion: 'xx' }],
    ['reopen', { reason: 'xx' }],
  ];
  const state = (): Promise<unknown> =>
    sql`select i.*, (select count(*) from soc_incident_entry) as entries, (select count(*) from audit_log) as audits from soc_incident i`.execute(
      base.state.owner,
    );
  const before = await state();
  for (const [verb, body] of writes) {
    const answers = await Promise.all(
      [viewer, stranger, undefined].map((who) => client.call(who, 'post', `/incidents/${incident?.id}/${verb}`, body)),
    );
    expect([verb, ...answers.map((answer) => answer.status)]).toEqual([verb, 403, 404, 401]);
  }
  expect((await client.call(stranger, 'get', `/incidents/${incident?.id}`)).status).toBe(404);
  expect(((await client.call(stranger, 'get', '/incidents')).body as { total: number }).total).toBe(0);
  expect(await state()).toEqual(before);
});

test('a crash between alert and correlation forgets nothing', async () => {
  await aggregator.accept([ransom()]);
  const again = createCorrelator(base);
  await again.start();
  await again.settle();
  await again.stop();
  expect(await incidents()).toHaveLength(1);
});

test('an alert that grows keeps its incident up to date', async () => {
  await live(ransom());
  await live({ ...ransom(), ts: Date.parse(START) + 90 * 60_000 });
  const row = await sql<{ id: string }>`select id from soc_alert`.execute(base.state.owner);
  correlator.nudge([{ id: row.rows[0]?.id ?? '', isNew: false } as Parameters<Correlator['nudge']>[0][number]]);
  await correlator.settle();
  expect((await incidents())[0]?.lastAlertAt).toBe('2026-03-02T03:30:00.000Z');
});
