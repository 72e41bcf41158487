import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openEvents } from '@xinglin/platform/events';
import type { OpenedEvents } from '@xinglin/platform/events';
import { CITY, HOSPITAL_1, HOSPITAL_2, START, actor, openTestBase } from '../test-support.ts';
import type { TestBase } from '../test-support.ts';
import { testClient } from '../test-client.ts';
import type { TestClient } from '../test-client.ts';
import { eventRoutes, searchScopes } from './routes.ts';
import { savedSearchRoutes } from './saved-routes.ts';

let base: TestBase;
let events: OpenedEvents;
let client: TestClient;
const analyst = actor('analyst', [CITY]);
const officer = actor('officer', [HOSPITAL_1]);
const stranger = actor('officer', [HOSPITAL_2], 'u-stranger');
const viewer = actor('viewer', [CITY]);
const range = { from: '2026-03-01T00:00:00Z', to: '2026-03-03T00:00:00Z' };

interface Found {
  items: {
    id: string;
    tenant: string;
    ts: string;
    fields: Record<string, unknown>;
    message: string;
    raw: string;
    rules: string[];
  }[];
  total: number | null;
  next?: string;
}

beforeAll(async () => {
  base = await openTestBase();
  events = await openEvents({ dataDir: base.dataDir });
  const rows = Array.from({ length: 30 }, (_, seq) => ({
    tenant: seq % 3 === 0 ? HOSPITAL_2 : HOSPITAL_1,
    ts: new Date(Date.parse(START) + seq * 60_000).toISOString().replace('T', ' ').replace('Z', ''),
    ingested: new Date().toISOString().replace('T', ' ').replace('Z', ''),
    batch: '77',
    seq,
    source: 's1',
    dataset: 'linux.auth',
    category: 'authentication',
    action: 'ssh_login',
    outcome: seq % 2 === 0 ? 'failure' : 'success',
    host: `h${seq % 2}`,
    user: seq === 7 ? '=cmd' : 'root',
    src_ip: `203.0.113.${seq}`,
    rules: seq === 5 ? ['r-brute'] : [],
    fields: { 'event.severity': '3' },
    message: `login attempt ${seq}`,
    raw: `<34>raw ${seq}`,
  }));
  await events.insert({
    token: 't1',
    rows: rows.length,
    ndjson: Buffer.from(rows.map((row) => JSON.stringify(row)).join('\n')),
  });
  client = await testClient(base, [...eventRoutes({ ...base, events }), ...savedSearchRoutes(base)]);
}, 120_000);
afterAll(async () => {
  await events.close();
  await base.close();
});

async function search(who: typeof analyst, body: Record<string, unknown>): Promise<Found> {
  const answer = await client.call(who, 'post', '/events/search', { ...range, ...body });
  expect([answer.status, answer.text.slice(0, 200)]).toEqual([200, expect.any(String)]);
  return answer.body;
}

test('POST /events/search finds in scope, in pages, and counts', async () => {
  const first = await search(analyst, { query: 'event.outcome:failure', limit: 10 });
  expect(first).toMatchObject({ total: 15, items: expect.any(Array) });
  expect(first.items[0]).toMatchObject({
    id: '77-28',
    ts: '2026-03-02T02:28:00.000Z',
    message: 'login attempt 28',
    raw: '<34>raw 28',
    fields: { 'source.ip': '203.0.113.28', 'event.severity': '3' },
  });
  const second = await search(analyst, { query: 'event.outcome:failure', limit: 10, cursor: first.next });
  expect([...first.items, ...second.items].map((item) => item.id)).toHaveLength(15);
  expect(second).toMatchObject({ total: null });
  expect(second.next).toBeUndefined();
  expect((await search(officer, { query: '' })).total).toBe(20);
  expect((await search(stranger, { query: '' })).items.every((item) => item.tenant === HOSPITAL_2)).toBe(true);
  expect((await search(stranger, { query: '', tenant: HOSPITAL_1 })).total).toBe(0);
  expect((await search(analyst, { query: 'attempt 5', tenant: HOSPITAL_1 })).items[0]?.rules).toEqual(['r-brute']);
  expect((await search(officer, { tenant: CITY })).total).toBe(20);
});

test('POST /events/search says where the query is wrong and refuses the unprivileged', async () => {
  const wrong = await client.call(analyst, 'post', '/events/search', { query: 'a:(b' });
  expect([wrong.status, wrong.text]).toEqual([400, expect.stringContaining('search.syntax')]);
  expect((await client.call(analyst, 'post', '/events/search', { from: range.to, to: range.from })).status).toBe(400);
  expect((await client.call(undefined, 'post', '/events/search', {})).status).toBe(401);
  expect((await client.call(actor('engineer', [HOSPITAL_1]), 'post', '/events/search', {})).status).toBe(403);
});

test('histogram, field statistics and one event', async () => {
  const histogram = (await client.call(analyst, 'post', '/events/histogram', { ...range, by: 'dataset' })).body as {
    total: number;
    buckets: { series: Record<string, number> }[];
  };
  expect(histogram.total).toBe(30);
  expect(histogram.buckets.reduce((sum, bucket) => sum + (bucket.series['linux.auth'] ?? 0), 0)).toBe(30);
  const fields = (
    await client.call(officer, 'post', '/events/fields', { ...range, fields: ['host.name', 'user.name'], top: 1 })
  ).body as { items: unknown[] };
  expect(fields.items).toEqual([
    { field: 'host.name', present: 20, cardinality: 2, top: [{ value: 'h0', count: 10 }] },
    { field: 'user.name', present: 20, cardinality: 2, top: [{ value: 'root', count: 19 }] },
  ]);
  expect((await client.call(officer, 'get', '/events/77-1')).body).toMatchObject({ id: '77-1', tenant: HOSPITAL_1 });
  expect((await client.call(stranger, 'get', '/events/77-1')).status).toBe(404);
  expect((await client.call(officer, 'get', '/events/x')).status).toBe(400);
});

test('POST /events/export streams, defuses formulas, leaves an audit record and needs its permission', async () => {
  const csv = await client.call(officer, 'post', '/events/export', {
    ...range,
    format: 'csv',
    query: 'event.outcome:success',
  });
  expect(csv.headers.get('content-disposition')).toMatch(/^attachment; filename="events-\d{8}-\d{6}\.csv"$/);
  expect(csv.text.trim().split('\r\n')).toHaveLength(11);
  expect(csv.text).toContain("'=cmd");
  const ndjson = await client.call(officer, 'post', '/events/export', { ...range, format: 'ndjson', limit: 3 });
  expect(
    ndjson.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).id),
  ).toEqual(['77-29', '77-28', '77-26']);
  expect((await client.call(viewer, 'post', '/events/export', { format: 'csv' })).status).toBe(403);
  const audit = await sql<{
    summary: string;
    tenant: string;
  }>`select summary, tenant from audit_log where action = 'event.export' order by id`.execute(base.state.owner);
  expect(audit.rows).toEqual([
    { summary: 'event.outcome:success', tenant: HOSPITAL_1 },
    { summary: '*', tenant: HOSPITAL_1 },
  ]);
});

test("saved searches are one's own unless shared with those who see the institution", async () => {
  const mine = (await client.call(officer, 'post', '/searches', { name: '失败登录', query: 'event.outcome:failure' }))
    .body as { id: string };
  const shared = (
    await client.call(officer, 'post', '/searches', {
      name: '共享',
      query: 'user.name:root',
      shared: true,
      range: '7d',
    })
  ).body as { id: string };
  const names = async (who: typeof analyst): Promise<string[]> =>
    ((await client.call(who, 'get', '/searches')).body as { items: { name: string }[] }).items.map((item) => item.name);
  expect((await names(officer)).toSorted()).toEqual(['共享', '失败登录']);
  expect(await names(analyst)).toEqual(['共享']);
  expect(await names(stranger)).toEqual([]);
  expect((await client.call(officer, 'post', '/searches', { name: 'x', query: 'a:(' })).status).toBe(400);
  expect((await client.call(officer, 'post', '/searches', { name: 'x', query: '', tenant: HOSPITAL_2 })).status).toBe(
    403,
  );
  expect((await client.call(analyst, 'delete', `/searches/${shared.id}`)).status).toBe(404);
  expect((await client.call(officer, 'delete', `/searches/${mine.id}`)).status).toBe(204);
});

test('searchScopes() is where the actor and the question meet', () => {
  expect(searchScopes(analyst, undefined)).toEqual([CITY]);
  expect(searchScopes(analyst, HOSPITAL_1)).toEqual([HOSPITAL_1]);
  expect(searchScopes(officer, CITY)).toEqual([HOSPITAL_1]);
  expect(searchScopes(officer, HOSPITAL_2)).toEqual([]);
  expect(searchScopes(officer, `${HOSPITAL_1}1`)).toEqual([]);
});
