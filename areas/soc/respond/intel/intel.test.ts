import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { EventStore } from '@xinglin/platform/events';
import { createAggregator } from '../alerts/aggregator.ts';
import { createSuppressionBook } from '../alerts/suppression.ts';
import { createDirectory } from '../context/directory.ts';
import { CITY, HOSPITAL_1, HOSPITAL_2, actor, clearAlerts, openTestBase, sshHit, testRules } from '../test-support.ts';
import type { TestBase } from '../test-support.ts';
import { testClient } from '../test-client.ts';
import type { TestClient } from '../test-client.ts';
import { intelRoutes } from './routes.ts';

let base: TestBase;
let client: TestClient;
let changes = 0;
const analyst = actor('analyst', [CITY]);
const officer = actor('officer', [HOSPITAL_1]);
const other = actor('analyst', [HOSPITAL_2], 'u-other');
/** What the store was asked, and its answer: the store itself is tested in search.test.ts. */
const asked: { scopes: readonly string[]; params: unknown }[] = [];
const events = {
  query: (scopes: readonly string[], _sql: string, params: unknown) => {
    asked.push({ scopes, params });
    return Promise.resolve([
      {
        tenant: HOSPITAL_1,
        ts: '2026-03-02 02:00:00.000',
        batch: '1',
        seq: 2,
        source: 's',
        dataset: 'x',
        rules: [],
        intel: ['i'],
        fields: {},
        message: 'm',
        raw: '',
      },
    ]);
  },
} as unknown as EventStore;

beforeAll(async () => {
  base = await openTestBase();
  client = await testClient(base, intelRoutes({ ...base, events }, { onChanged: () => (changes += 1) }));
  await sql`update soc_system set url = 'https://his.hospital-1.cn/login' where id = 'sys-his'`.execute(
    base.state.owner,
  );
  await sql`insert into soc_zone (id, tenant, name, kind, cidrs) values ('z', ${HOSPITAL_1}, '公网区', 'dmz', '{58.60.0.0/24}')`.execute(
    base.state.owner,
  );
}, 180_000);
afterAll(() => base.close());
beforeEach(async () => {
  await clearAlerts(base.state);
  changes = 0;
});

const LIST = '203.0.113.7\n10.0.0.1\nhis.hospital-1.cn\n58.60.0.9\nevil[.]example\nevil.example\nnonsense\n';

interface Page {
  items: { id: string; value: string; confidence: number; validUntil: string | null; labels: string[] }[];
  total: number;
  next?: string;
}

async function list(who: typeof analyst, query = ''): Promise<Page> {
  return (await client.call(who, 'get', `/indicators${query}`)).body;
}

test('POST /indicators/import takes the good rows, names the refused, and is idempotent', async () => {
  const body = { feed: 'ncc', text: LIST, severity: 'high', confidence: 70, validDays: 30 };
  const dry = await client.call(analyst, 'post', '/indicators/import', { ...body, dryRun: true });
  expect(dry.body).toMatchObject({ created: 2, dryRun: true });
  expect((await list(analyst)).total).toBe(0);
  const answer = await client.call(analyst, 'post', '/indicators/import', body);
  expect(answer.body).toMatchObject({ format: 'list', created: 2, updated: 0, duplicates: 1, rejected: 4 });
  expect(
    (answer.body as { errors: { place: string; code: string }[] }).errors.map(({ place, code }) => `${place} ${code}`),
  ).toEqual(['line 7 unrecognised', 'line 2 never-match', 'line 3 never-match', 'line 4 never-match']);
  expect(changes).toBe(1);
  expect((await client.call(analyst, 'post', '/indicators/import', { ...body, confidence: 90 })).body).toMatchObject({
    created: 0,
    updated: 2,
  });
  const { items } = await list(analyst, '?sort=value');
  expect(items).toEqual([
    expect.objectContaining({ value: '203.0.113.7', confidence: 90, validUntil: '2026-04-01T02:00:00.000Z' }),
    expect.objectContaining({ value: 'evil.example' }),
  ]);
  const audit = await sql<{ action: string }>`select action from audit_log where object_id = 'ncc'`.execute(
    base.state.owner,
  );
  expect(audit.rows).toHaveLength(2);
});

test('POST /indicators/upload reads a file', async () => {
  const form = new FormData();
  form.set('feed', 'file');
  form.set(
    'file',
    new File(
      [
        JSON.stringify({
          type: 'bundle',
          objects: [{ type: 'indicator', pattern: "[ipv4-addr:value = '203.0.113.99']" }],
        }),
      ],
      'x.json',
    ),
  );
  expect((await client.call(analyst, 'post', '/indicators/upload', form)).body).toMatchObject({
    format: 'stix',
    created: 1,
  });
});

test('imports are refused with a reason', async () => {
  const call = (who: typeof analyst | undefined, body: Record<string, unknown>) =>
    client.call(who, 'post', '/indicators/import', { feed: 'x', text: '203.0.113.7', ...body });
  expect((await call(undefined, {})).status).toBe(401);
  expect((await call(actor('viewer', [CITY]), {})).status).toBe(403);
  expect((await call(other, { tenant: HOSPITAL_1 })).status).toBe(403);
  expect((await call(analyst, { tenant: '' })).status).toBe(403);
  const empty = await call(analyst, { text: '10.0.0.1\nfoo' });
  expect([empty.status, empty.text]).toEqual([422, expect.stringContaining('soc.intel_empty')]);
  expect((await call(analyst, { text: '{"x":', format: 'misp' })).status).toBe(422);
  expect((await list(analyst)).total).toBe(0);
});

test("what the commission imports its hospitals read and cannot delete; another hospital's they do not see", async () => {
  await client.call(analyst, 'post', '/indicators/import', { feed: 'city', text: '203.0.113.7' });
  await client.call(other, 'post', '/indicators/import', { feed: 'h2', text: '203.0.113.8' });
  expect((await list(officer)).items.map((item) => item.value)).toEqual(['203.0.113.7']);
  const [city] = (await list(other, '?feed=city')).items;
  expect((await client.call(other, 'delete', `/indicators/${city?.id}`)).status).toBe(404);
  expect((await client.call(officer, 'delete', `/indicators/${city?.id}`)).status).toBe(403);
  expect((await client.call(other, 'delete', '/indicators/feeds/city')).status).toBe(404);
  expect((await client.call(analyst, 'get', '/indicators/feeds')).body).toMatchObject({
    total: 2,
    items: [{ feed: 'city', total: 1, active: 1 }, { feed: 'h2' }],
  });
  expect((await client.call(analyst, 'delete', `/indicators/${city?.id}`)).status).toBe(204);
  expect((await client.call(analyst, 'delete', '/indicators/feeds/h2')).body).toEqual({ deleted: 1 });
  expect((await list(analyst)).total).toBe(0);
});

test('GET /indicators filters and pages', async () => {
  await client.call(analyst, 'post', '/indicators/import', {
    feed: 'a',
    format: 'csv',
    text: `value,severity,tags\n${Array.from({ length: 25 }, (_, index) => `203.0.113.${index + 1},${index % 2 === 0 ? 'high' : 'low'},t${index}`).join('\n')}`,
  });
  const first = await list(analyst, '?severity=high&limit=8&sort=value');
  const second = await list(analyst, `?severity=high&limit=8&sort=value&cursor=${first.next}`);
  expect(first.total).toBe(13);
  expect(new Set([...first.items, ...second.items].map((item) => item.value)).size).toBe(13);
  expect((await list(analyst, '?q=t7')).items.map((item) => item.value)).toEqual(['203.0.113.8']);
  base.clock.advance(91 * 86_400_000);
  expect((await list(analyst, '?state=active')).total).toBe(0);
});

test('GET /indicators/{id}/hits shows its alerts and events in scope', async () => {
  await client.call(analyst, 'post', '/indicators/import', { feed: 'a', text: '203.0.113.7' });
  const [indicator] = (await list(analyst)).items;
  const id = indicator?.id ?? '';
  const aggregator = createAggregator({
    platform: base,
    rules: testRules(),
    directory: createDirectory(base.state, base.now),
    suppressions: createSuppressionBook(base.state, base.now),
    onChanged: () => {},
  });
  await aggregator.start();
  await aggregator.accept([
    sshHit({
      seq: 1,
      kind: 'intel',
      ruleId: `intel:${id}`,
      indicatorId: id,
      indicatorField: 'source.ip',
      indicatorValue: '203.0.113.7',
    }),
  ]);
  await aggregator.stop();
  const answer = await client.call(officer, 'get', `/indicators/${id}/hits`);
  expect(answer.body).toMatchObject({
    indicator: { hits: 1 },
    alerts: [{ kind: 'intel', ruleId: `intel:${id}` }],
    events: [{ id: '1-2' }],
  });
  expect(asked.at(-1)).toMatchObject({ scopes: [HOSPITAL_1], params: { id } });
  expect((await client.call(other, 'get', `/indicators/${id}/hits`)).body).toMatchObject({ alerts: [] });
});
