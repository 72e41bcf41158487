import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Hit } from '../../detect/hit.ts';
import { createDirectory } from '../context/directory.ts';
import { CITY, HOSPITAL_1, HOSPITAL_2, clearAlerts, openTestBase, sshHit, testRules } from '../test-support.ts';
import type { TestBase } from '../test-support.ts';
import { createAggregator } from './aggregator.ts';
import type { Aggregator } from './aggregator.ts';
import { FIRST_EVIDENCE, LATEST_EVIDENCE } from './draft.ts';
import type { ChangedAlert } from './store.ts';
import { createSuppressionBook } from './suppression.ts';

let base: TestBase;
let changes: ChangedAlert[] = [];

beforeAll(async () => {
  base = await openTestBase();
}, 180_000);
afterAll(() => base.close());
beforeEach(async () => {
  await clearAlerts(base.state);
  changes = [];
});

async function start(): Promise<Aggregator> {
  const aggregator = createAggregator({
    platform: base,
    rules: testRules(),
    directory: createDirectory(base.state, base.now),
    suppressions: createSuppressionBook(base.state, base.now),
    onChanged: (alerts) => changes.push(...alerts),
  });
  await aggregator.start();
  return aggregator;
}

/** Everything an alert says, without what depends on when it was written. */
async function stored(): Promise<unknown[]> {
  const alerts = await base.state.owner
    .selectFrom('soc_alert')
    .select([
      'tenant',
      'rule_id',
      'dedup_key',
      'count',
      'level',
      'severity',
      'first_seen',
      'last_seen',
      'entities',
      'asset_id',
      'system_id',
      'sources',
      'explanation',
    ])
    .orderBy('dedup_key')
    .execute();
  const evidence = await sql`
    select a.dedup_key, e.batch, e.seq, e.ts, e.event from soc_alert_event e join soc_alert a on a.id = e.alert_id
    order by a.dedup_key, e.ts, e.batch, e.seq`.execute(base.state.owner);
  const entities = await sql`
    select a.dedup_key, e.type, e.value, e.role, e.count from soc_alert_entity e join soc_alert a on a.id = e.alert_id order by 1, 2, 3, 4`.execute(
    base.state.owner,
  );
  return [alerts, evidence.rows, entities.rows];
}

test('accept() makes one alert of many hits with the asset, severity, entities and explanation', async () => {
  const aggregator = await start();
  await aggregator.accept([sshHit({ seq: 1 }), sshHit({ seq: 2 }, { 'user.name': 'CORP\\Admin' }), sshHit({ seq: 3 })]);
  const [alert, ...others] = await base.state.owner.selectFrom('soc_alert').selectAll().execute();
  expect(others).toEqual([]);
  expect(alert).toMatchObject({
    tenant: HOSPITAL_1,
    kind: 'rule',
    rule_id: 'r-brute',
    title_zh: 'SSH 口令爆破',
    count: 3,
    status: 'new',
    asset_id: 'asset-db',
    system_id: 'sys-his',
    techniques: ['T1110.001'],
    tactics: ['credential-access'],
    // medium 50 × importance 5 (the system's) 1.3
    severity: 65,
  });
  expect(alert?.entities).toEqual(
    expect.arrayContaining([
      { type: 'ip', value: '203.0.113.9', role: 'source', count: 3 },
      { type: 'user', value: 'admin', role: 'actor', count: 1 },
      { type: 'user', value: 'root', role: 'actor', count: 2 },
      { type: 'host', value: 'his-db01', role: 'target', count: 3 },
    ]),
  );
  expect(alert?.explanation).toMatchObject({
    rule: { id: 'r-brute', version: '2026-01-01+abc' },
    matched: { fields: { 'event.action': 'ssh_login' } },
    grouping: { 'source.ip': '203.0.113.9', 'host.name': 'his-db01' },
    severity: { severity: 65, importance: 5 },
    event: { id: '1000-1' },
  });
  expect(changes).toEqual([expect.objectContaining({ id: alert?.id, isNew: true, count: 3 })]);
  await aggregator.stop();
});

test('accept() changes nothing when hits come again, also after the alert was closed', async () => {
  const aggregator = await start();
  const hits = [sshHit({ seq: 1 }), sshHit({ seq: 2 })];
  await aggregator.accept(hits);
  const before = await stored();
  await aggregator.accept([...hits, ...hits]);
  expect(await stored()).toEqual(before);
  await sql`update soc_alert set status = 'closed', verdict = 'false', verdict_reason = 'scanner'`.execute(
    base.state.owner,
  );
  await aggregator.accept(hits);
  expect(await base.state.owner.selectFrom('soc_alert').select('status').execute()).toEqual([{ status: 'closed' }]);
  await aggregator.accept([sshHit({ seq: 3 })]);
  const rows = await base.state.owner
    .selectFrom('soc_alert')
    .select(['status', 'count', 'explanation'])
    .orderBy('id')
    .execute();
  expect(rows.map((row) => [row.status, row.count])).toEqual([
    ['closed', 2],
    ['new', 1],
  ]);
  expect(rows[1]?.explanation).toMatchObject({ previous: { verdict: 'false', reason: 'scanner' } });
  await aggregator.stop();
});

test('accept() keeps the first and the latest events and counts on', async () => {
  const aggregator = await start();
  const hits = Array.from({ length: 300 }, (_, seq) => sshHit({ seq }));
  await aggregator.accept(hits.slice(100, 200));
  await aggregator.accept(hits.slice(200));
  await aggregator.accept(hits.slice(0, 100));
  const rows = await base.state.owner.selectFrom('soc_alert_event').select('seq').orderBy('seq').execute();
  expect(rows.map((row) => row.seq)).toEqual([
    ...Array.from({ length: FIRST_EVIDENCE }, (_, index) => index),
    ...Array.from({ length: LATEST_EVIDENCE }, (_, index) => 300 - LATEST_EVIDENCE + index),
  ]);
  expect(await base.state.owner.selectFrom('soc_alert').select('count').execute()).toEqual([{ count: 300 }]);
  expect(await sql`select seqs::text from soc_alert_ledger`.execute(base.state.owner)).toMatchObject({
    rows: [{ seqs: '{[0,300)}' }],
  });
  await aggregator.stop();
});

const arbitraryHit = fc
  .record({
    rule: fc.constantFrom('r-brute', 'r-lateral', 'c-spray'),
    tenant: fc.constantFrom(HOSPITAL_1, HOSPITAL_2),
    batch: fc.constantFrom('11', '9', '18446744073709551615'),
    seq: fc.integer({ min: 0, max: 40 }),
    ts: fc.integer({ min: 0, max: 5_000 }),
    ip: fc.constantFrom('10.1.2.10', '10.1.9.33', '198.51.100.7'),
    user: fc.constantFrom('root', 'admin', 'li'),
    source: fc.constantFrom('s1', 's2'),
  })
  .map(({ rule, tenant, batch, seq, ts, ip, user, source }): Hit => ({
    kind: rule === 'c-spray' ? 'correlation' : 'rule',
    ruleId: rule,
    tenant,
    sourceId: source,
    batch,
    seq,
    ts: Date.parse('2026-03-01T00:00:00Z') + ts,
    event: {
      'event.category': 'authentication',
      'source.ip': ip,
      'host.name': 'pc-33',
      'user.name': user,
      'event.dataset': 'linux.auth',
    },
    ...(rule === 'c-spray' && {
      correlation: { group: { 'source.ip': ip }, count: 5, from: ts, to: ts + 10, events: [] },
    }),
  }));

test(
  'accept() gives the same alerts for the same hits in any order, cut and repetition',
  { timeout: 120_000 },
  async () => {
    const aggregator = await start();
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(arbitraryHit, {
          minLength: 1,
          maxLength: 60,
          selector: (hit) => `${hit.ruleId} ${hit.batch} ${hit.seq}`,
        }),
        fc.array(fc.nat(), { minLength: 1, maxLength: 90 }),
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 4 }),
        async (hits, picks, cuts) => {
          await clearAlerts(base.state);
          await aggregator.accept(hits);
          const once = await stored();
          await clearAlerts(base.state);
          // Some hits again, all of them at least once, in another order, in pieces.
          const again = picks.map((pick) => hits[pick % hits.length] as Hit);
          const shuffled = [...again, ...hits.toReversed(), ...again];
          let at = 0;
          for (const cut of cuts) {
            await aggregator.accept(shuffled.slice(at, at + cut));
            at += cut;
          }
          await aggregator.accept(shuffled.slice(at));
          expect(await stored()).toEqual(once);
        },
      ),
      { numRuns: 12 },
    );
    await aggregator.stop();
  },
);

test('accept() hides and counts suppressed hits once', async () => {
  await base.state.owner
    .insertInto('soc_suppression')
    .values({
      id: 'sup-1',
      tenant: CITY,
      rule_id: 'r-brute',
      reason: 'scanner',
      author: 'u',
      expires_at: '2026-03-09T00:00:00Z',
      conditions: JSON.stringify([{ field: 'source.ip', op: 'cidr', value: '203.0.113.0/24' }]),
    })
    .execute();
  const aggregator = await start();
  const hits = [sshHit({ seq: 1 }), sshHit({ seq: 2 }), sshHit({ seq: 3 }, { 'source.ip': '198.51.100.1' })];
  await aggregator.accept(hits);
  await aggregator.accept(hits);
  expect(await base.state.owner.selectFrom('soc_alert').select('count').execute()).toEqual([{ count: 1 }]);
  const suppression = await base.state.owner
    .selectFrom('soc_suppression')
    .select(['hits', 'last_hit_at'])
    .executeTakeFirst();
  expect(suppression).toEqual({ hits: 2, last_hit_at: new Date(hits[1]?.ts ?? 0) });
  await aggregator.stop();
});

test('accept() stores text that PostgreSQL would refuse', async () => {
  const aggregator = await start();
  await aggregator.accept([
    sshHit({ seq: 1 }, { 'user.name': 'a\0b', message: 'lone \ud800 surrogate', 'host.name': 'x'.repeat(40_000) }),
  ]);
  const [row] = await base.state.owner.selectFrom('soc_alert_event').select('event').execute();
  expect(row?.event).toMatchObject({ 'user.name': 'a\u2400b', message: 'lone \ufffd surrogate' });
  expect(String(row?.event['host.name'])).toMatch(/^x{8192}…\(31808\)$/);
  await aggregator.stop();
});

test('accept() stores the others when one group is refused', async () => {
  const aggregator = await start();
  await aggregator.accept([sshHit({ seq: 1, tenant: 'cn.nowhere' }), sshHit({ seq: 2 })]);
  expect(await base.state.owner.selectFrom('soc_alert').select('tenant').execute()).toEqual([{ tenant: HOSPITAL_1 }]);
  expect(await base.metrics.value('xinglin_alert_hits_refused_total')).toBe(1);
  await aggregator.stop();
});

test('accept() counts a match against its indicator and explains it', async () => {
  await base.state.owner
    .insertInto('soc_indicator')
    .values({
      id: 'i1',
      tenant: CITY,
      feed: 'ncc',
      type: 'ip',
      value: '198.51.100.66',
      severity: 'high',
      confidence: 80,
      labels: ['c2'],
    })
    .execute();
  const aggregator = await start();
  const hit = sshHit(
    {
      seq: 1,
      kind: 'intel',
      ruleId: 'intel:i1',
      indicatorId: 'i1',
      indicatorField: 'destination.ip',
      indicatorValue: '198.51.100.66',
    },
    {
      'event.category': 'network',
      'source.ip': '10.1.9.33',
      'destination.ip': '198.51.100.66',
      'host.name': 'fw',
      'observer.vendor': 'Cisco',
    },
  );
  await aggregator.accept([hit]);
  await aggregator.accept([hit]);
  const alert = await base.state.owner.selectFrom('soc_alert').selectAll().executeTakeFirst();
  // high 75 × importance 1 (0.7) × confidence 80 (0.92)
  expect(alert).toMatchObject({
    kind: 'intel',
    level: 'high',
    severity: 48,
    asset_id: 'asset-pc',
    title_zh: '命中威胁情报：IP 地址 198.51.100.66(c2)',
  });
  expect(alert?.explanation).toMatchObject({
    indicator: { feed: 'ncc', field: 'destination.ip', matched: '198.51.100.66', confidence: 80 },
  });
  expect(await base.state.owner.selectFrom('soc_indicator').select('hits').execute()).toEqual([{ hits: 1 }]);
  await aggregator.stop();
});

test('stop() writes what is waiting and refuses more', async () => {
  const aggregator = await start();
  const accepted = aggregator.accept([sshHit({ seq: 1 })]);
  await aggregator.stop();
  await accepted;
  expect(await base.state.owner.selectFrom('soc_alert').select('count').execute()).toEqual([{ count: 1 }]);
  await expect(aggregator.accept([sshHit({ seq: 2 })])).rejects.toMatchObject({ code: 'internal.unavailable' });
});
