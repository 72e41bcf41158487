import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Overview } from '../../contract.ts';
import { createAggregator } from '../alerts/aggregator.ts';
import type { Aggregator } from '../alerts/aggregator.ts';
import { createSuppressionBook } from '../alerts/suppression.ts';
import { createDirectory } from '../context/directory.ts';
import { createCorrelator } from '../incidents/correlator.ts';
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
import { startOfDay, trendOf } from './interval.ts';
import { rankingScore } from './ranking.ts';
import { overviewRoutes } from './routes.ts';

/** The event store is away: the overview then shows what arrived. Its own count is tested in event-trend.test.ts. */
const away = (): Promise<never> => Promise.reject(new Error('no event store in this test'));
const events = { url: '', insert: away, query: away, command: away, ping: away, close: away };

let base: TestBase;
let client: TestClient;
let aggregator: Aggregator;
const supervisor = actor('supervisor', [CITY]);
const officer = actor('officer', [HOSPITAL_1]);

beforeAll(async () => {
  base = await openTestBase();
  aggregator = createAggregator({
    platform: base,
    rules: testRules(),
    directory: createDirectory(base.state, base.now),
    suppressions: createSuppressionBook(base.state, base.now),
    onChanged: () => {},
  });
  await aggregator.start();
  client = await testClient(base, overviewRoutes({ ...base, events }));
}, 180_000);
afterAll(async () => {
  await aggregator.stop();
  await base.close();
});
beforeEach(async () => {
  await clearAlerts(base.state);
  await sql`delete from soc_source`.execute(base.state.owner);
  base.clock.advance(3 * 86_400_000);
});

async function overview(who: typeof officer, query = ''): Promise<Overview> {
  const answer = await client.call(who, 'get', `/overview${query}`);
  expect([answer.status, answer.text.slice(0, 300)]).toEqual([200, expect.any(String)]);
  return answer.body;
}

async function seedDay(): Promise<void> {
  const now = base.now();
  const at = (minutes: number): number => now.getTime() - minutes * 60_000;
  await aggregator.accept([
    sshHit({ seq: 1, ts: at(50) }),
    sshHit({ seq: 2, ts: at(40) }),
    sshHit({ seq: 3, ts: at(30), ruleId: 'r-ransom' }, { 'event.category': 'file' }),
    sshHit({ seq: 4, ts: at(20), tenant: HOSPITAL_2 }, { 'host.name': 'web' }),
  ]);
  await createCorrelator(base).settle();
  for (const [id, tenant, silent] of [
    ['s1', HOSPITAL_1, false],
    ['s2', HOSPITAL_1, true],
    ['s3', HOSPITAL_2, false],
  ] as const) {
    await sql`insert into soc_source (id, tenant, name, kind, silent_since) values (${id}, ${tenant}, ${id}, 'syslog', ${silent ? now : null})`.execute(
      base.state.owner,
    );
    const minute = new Date(Math.floor(at(1) / 60_000) * 60_000);
    await sql`insert into soc_source_minute (source_id, tenant, minute, received) values (${id}, ${tenant}, ${minute}, 600)`.execute(
      base.state.owner,
    );
  }
}

test('GET /overview counts what is in scope, for the region and for one institution', async () => {
  await seedDay();
  const region = await overview(supervisor);
  expect(region).toMatchObject({ tenant: CITY, name: '东莞市卫生健康局' });
  expect(region.totals).toMatchObject({
    institutions: 2,
    sources: 3,
    silentSources: 1,
    eventsToday: 1800,
    eventsPerSecond: 15,
    alertsToday: 3,
    openAlerts: 3,
    criticalAlerts: 1,
    openIncidents: 1,
    assets: 2,
    mttdSeconds: 3000,
    mttrSeconds: null,
  });
  expect(region.byLevel).toEqual({ medium: 2, critical: 1 });
  expect(region.topAttackers[0]).toEqual({ ip: '203.0.113.9', count: 4, institutions: 2, internal: false });
  expect(region.topTargets[0]).toMatchObject({
    value: '10.1.2.10',
    name: 'HIS 数据库',
    institution: '第一人民医院',
    count: 3,
  });
  expect(region.topRules[0]).toMatchObject({ ruleId: 'r-brute', count: 2 });
  expect(region.trend.reduce((sum, point) => sum + point.events, 0)).toBe(1800);
  expect(region.trend.reduce((sum, point) => sum + point.alerts, 0)).toBe(3);
  expect(region.institutions.find((item) => item.tenant === HOSPITAL_1)?.state).toMatchObject({
    light: 'danger',
    criticalAlerts: 1,
    silentSources: 1,
  });
  expect(region.latestAlerts).toHaveLength(3);
  expect(region.openIncidents).toHaveLength(1);
  // 100 - (8 + 0.3 for the medium one) - 15 × 1/2 silent
  expect(region.ranking[0]).toMatchObject({ tenant: HOSPITAL_1, score: 84.2, factors: { alerts: 8.3, silence: 7.5 } });
  const own = await overview(officer);
  expect(own.totals).toMatchObject({ openAlerts: 2, sources: 2, eventsToday: 1200 });
  expect(JSON.stringify(own)).not.toContain(HOSPITAL_2);
  expect((await overview(supervisor, `?tenant=${HOSPITAL_2}&hours=2`)).totals).toMatchObject({
    openAlerts: 1,
    sources: 1,
  });
  expect((await client.call(officer, 'get', `/overview?tenant=${HOSPITAL_2}`)).status).toBe(404);
  expect((await overview(officer, `?tenant=${CITY}`)).totals).toMatchObject({ openAlerts: 2, sources: 2 });
});

test('GET /overview serves a big screen, is cached for two seconds and never across scopes', async () => {
  await seedDay();
  const screen = {
    ...actor('viewer', [CITY], 'screen-1'),
    kind: 'screen' as const,
    permissions: new Set(['overview:read', 'screen:read'] as const),
  };
  expect((await overview(screen)).totals.openAlerts).toBe(3);
  await aggregator.accept([
    sshHit({ seq: 9, ts: base.now().getTime(), ruleId: 'r-export' }, { 'event.category': 'database' }),
  ]);
  expect((await overview(screen)).totals.openAlerts).toBe(3);
  expect((await overview(officer)).totals.openAlerts).toBe(3);
  base.clock.advance(2_001);
  expect((await overview(screen)).totals.openAlerts).toBe(4);
  expect((await client.call(undefined, 'get', '/overview')).status).toBe(401);
  expect((await client.call(actor('auditor', [CITY]), 'get', '/overview')).status).toBe(403);
});

test('GET /overview of an empty region is all zeros', async () => {
  const empty = await overview(supervisor);
  expect(empty.totals).toMatchObject({ openAlerts: 0, eventsToday: 0, mttdSeconds: null });
  expect(empty.ranking.map((item) => item.factors)).toEqual([
    { alerts: 0, notices: 0, silence: 15, response: 0 },
    { alerts: 0, notices: 0, silence: 15, response: 0 },
  ]);
});

test('rankingScore() takes points off for what is open, overdue, silent and slow', () => {
  const good = {
    criticalAlerts: 0,
    highAlerts: 0,
    otherAlerts: 0,
    overdueNotices: 0,
    sources: 2,
    silentSources: 0,
    mttrSeconds: 1800,
  };
  expect(rankingScore(good).score).toBe(100);
  expect(rankingScore({ ...good, mttrSeconds: 86_400 }).factors.response).toBe(15);
  expect(
    rankingScore({
      criticalAlerts: 99,
      highAlerts: 99,
      otherAlerts: 99,
      overdueNotices: 9,
      sources: 0,
      silentSources: 0,
      mttrSeconds: 9e9,
    }).score,
  ).toBe(0);
});

test('trendOf() and startOfDay() cut time as people in China read it', () => {
  const { points, widthMs } = trendOf(new Date(START), 24);
  expect([points.length, widthMs, points.at(-1)]).toEqual([48, 1_800_000, Date.parse(START)]);
  expect(trendOf(new Date(START), 1).points).toHaveLength(60);
  expect(startOfDay(new Date('2026-03-01T15:59:59Z')).toISOString()).toBe('2026-02-28T16:00:00.000Z');
  expect(startOfDay(new Date('2026-03-01T16:00:00Z')).toISOString()).toBe('2026-03-01T16:00:00.000Z');
});
