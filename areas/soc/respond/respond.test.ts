import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { systemActor } from '@xinglin/platform/access';
import { createAlarm } from './alerts/alarm.ts';
import { createAlertSignals } from './alerts/aggregator.ts';
import { ruleStatistics } from './alerts/rule-statistics.ts';
import type { ChangedAlert } from './alerts/store.ts';
import { expireSuppressions } from './alerts/suppression-acts.ts';
import { createDirectory } from './context/directory.ts';
import { decodeCursor, encodeCursor } from './context/query.ts';
import { nextIncidentNumber } from './incidents/numbers.ts';
import { HOSPITAL_1, HOSPITAL_2, START, clearAlerts, openTestBase } from './test-support.ts';
import type { TestBase } from './test-support.ts';

let base: TestBase;
beforeAll(async () => {
  base = await openTestBase();
}, 180_000);
afterAll(() => base.close());
beforeEach(async () => {
  await clearAlerts(base.state);
  base.signals.length = 0;
  base.notifications.length = 0;
});

const changed = (over: Partial<ChangedAlert> = {}): ChangedAlert => ({
  id: 'a1',
  tenant: HOSPITAL_1,
  kind: 'rule',
  ruleId: 'r',
  title: 'x',
  titleZh: '某告警',
  level: 'high',
  severity: 75,
  count: 1,
  isNew: true,
  ...over,
});

test('createAlertSignals() tells of a new alert at once and of a growing one at most every two seconds', () => {
  let time = Date.parse(START);
  const tell = createAlertSignals(base.bus, () => new Date(time));
  tell([changed()]);
  tell([changed({ isNew: false, count: 2 })]);
  time += 2_000;
  tell([changed({ isNew: false, count: 3 })]);
  expect(base.signals.map((signal) => [signal.topic, signal.tenant, (signal.data as ChangedAlert).count])).toEqual([
    ['alert.changed', HOSPITAL_1, 1],
    ['alert.changed', HOSPITAL_1, 3],
  ]);
});

test('createAlarm() notifies once when an alert is or becomes critical', () => {
  const alarm = createAlarm(base);
  alarm([changed()]);
  alarm([changed({ severity: 97, isNew: false }), changed({ id: 'a2', level: 'critical' })]);
  alarm([changed({ severity: 97, isNew: false })]);
  expect(base.notifications.map(({ kind, tenant, link, dedupKey }) => [kind, tenant, link, dedupKey])).toEqual([
    ['alert.critical', HOSPITAL_1, '/alerts/a1', 'alert:a1'],
    ['alert.critical', HOSPITAL_1, '/alerts/a2', 'alert:a2'],
  ]);
});

async function insertAlert(id: string, over: Record<string, unknown> = {}): Promise<void> {
  const row = {
    id,
    tenant: HOSPITAL_1,
    kind: 'rule',
    rule_id: 'r1',
    title: 't',
    title_zh: 't',
    level: 'low',
    severity: 30,
    dedup_key: id,
    first_seen: START,
    last_seen: START,
    ...over,
  };
  await sql`insert into soc_alert ${sql.raw(`(${Object.keys(row).join(', ')})`)} values (${sql.join(Object.values(row))})`.execute(
    base.state.owner,
  );
}

test('ruleStatistics() gives the share of false verdicts from five on, within scope', async () => {
  for (let index = 0; index < 6; index++) {
    await insertAlert(`v${index}`, { status: 'closed', verdict: index < 2 ? 'false' : 'true' });
  }
  await insertAlert('w0', { rule_id: 'r2', tenant: HOSPITAL_2, status: 'closed', verdict: 'false' });
  const all = await base.state.read(systemActor('t'), 'rule:read', (tx) => ruleStatistics(tx, base.now()));
  expect(Object.fromEntries(all)).toEqual({
    r1: { alerts24h: 6, hits30d: 6, lastSeen: new Date(START), judged: 6, falsePositiveRate: 33.3 },
    r2: { alerts24h: 1, hits30d: 1, lastSeen: new Date(START), judged: 1, falsePositiveRate: null },
  });
  const one = await base.state.read({ ...systemActor('t'), scopes: [HOSPITAL_2] }, 'rule:read', (tx) =>
    ruleStatistics(tx, base.now(), ['r1', 'r2']),
  );
  expect([...one.keys()]).toEqual(['r2']);
});

test('expireSuppressions() ends what is over and brings back what it hid', async () => {
  for (const [id, expires] of [
    ['s1', '2026-03-01T00:00:00Z'],
    ['s2', '2026-04-01T00:00:00Z'],
  ] as const) {
    await base.state.owner
      .insertInto('soc_suppression')
      .values({ id, tenant: HOSPITAL_1, rule_id: 'r1', reason: 'x', author: 'x', expires_at: expires })
      .execute();
    await insertAlert(`a-${id}`, { suppressed_by: id });
  }
  expect(await base.state.machine((tx) => expireSuppressions(tx, base.now()))).toBe(1);
  expect(await base.state.machine((tx) => expireSuppressions(tx, base.now()))).toBe(0);
  const rows = await base.state.owner.selectFrom('soc_alert').select(['id', 'suppressed_by']).orderBy('id').execute();
  expect(rows).toEqual([
    { id: 'a-s1', suppressed_by: null },
    { id: 'a-s2', suppressed_by: 's2' },
  ]);
});

test('createDirectory() finds assets by address, name and short name in their institution, and forgets after a minute', async () => {
  const directory = createDirectory(base.state, base.now);
  const ask = async (tenant: string, value: string): Promise<string | undefined> =>
    [...(await directory.assets([{ tenant, value }])).values()][0]?.id;
  expect(await ask(HOSPITAL_1, '10.1.2.10')).toBe('asset-db');
  expect(await ask(HOSPITAL_1, 'his-db01')).toBe('asset-db');
  expect(await ask(HOSPITAL_1, 'his-db01.hospital.local')).toBe('asset-db');
  expect(await ask(HOSPITAL_2, '10.1.2.10')).toBeUndefined();
  expect([...(await directory.assets([{ tenant: HOSPITAL_1, value: '10.1.2.10' }])).values()][0]?.importance).toBe(5);
  expect(await directory.institution(HOSPITAL_1)).toMatchObject({ name: '第一人民医院', importance: 5 });
  expect(await directory.institution('cn.nowhere')).toBeUndefined();
  await base.state.owner.updateTable('soc_asset').set({ status: 'retired' }).where('id', '=', 'asset-pc').execute();
  expect(await ask(HOSPITAL_1, 'pc-33')).toBeUndefined();
  await base.state.owner.updateTable('soc_asset').set({ status: 'in-use' }).where('id', '=', 'asset-pc').execute();
  expect(await ask(HOSPITAL_1, 'pc-33')).toBeUndefined();
  base.clock.advance(60_001);
  expect(await ask(HOSPITAL_1, 'pc-33')).toBe('asset-pc');
});

test('nextIncidentNumber() counts by Chinese year', async () => {
  const next = (at: string): Promise<string> => base.state.machine((tx) => nextIncidentNumber(tx, new Date(at)));
  expect(await next('2031-12-31T15:59:00Z')).toBe('XA-2031-000001');
  expect(await next('2031-12-31T15:59:30Z')).toBe('XA-2031-000002');
  expect(await next('2031-12-31T16:00:00Z')).toBe('XA-2032-000001');
});

test('a cursor survives its trip and a foreign one is refused', () => {
  expect(decodeCursor(encodeCursor({ value: '2026-03-02 02:00:00+00', id: 'x' }))).toEqual({
    value: '2026-03-02 02:00:00+00',
    id: 'x',
  });
  expect(decodeCursor(undefined)).toBeUndefined();
  for (const bad of ['x', Buffer.from('[1,2]').toString('base64url'), Buffer.from('{}').toString('base64url')])
    expect(() => decodeCursor(bad)).toThrow(expect.objectContaining({ code: 'request.invalid' }));
});
