import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RuleBackTest, RuleBackTestDetail } from '../contract.ts';
import { person } from '../../../test/support/soc-harness.ts';
import { createBackTestJobs } from './back-test-jobs.ts';
import { CITY, H1, H2, NOW, RULE, RULE_ID, openRuleBase } from './rule-test-base.ts';
import type { RuleBase } from './rule-test-base.ts';

let base: RuleBase;
const city = person('analyst', CITY);
const second = person('analyst', H2);
const viewer = person('viewer', CITY);
const DAY = 24 * 60;
const period = { from: new Date(Date.parse(NOW) - 60 * 86_400_000).toISOString(), to: NOW };
const status = async (who: typeof city, method: string, path: string, body?: unknown): Promise<number> =>
  (await base.call(who, method, path, body)).status;
const begin = (who = city, more: object = {}): Promise<RuleBackTest> =>
  base.json<RuleBackTest>(who, 'POST', `/rules/${RULE_ID}/back-tests`, { ...period, ...more });
const read = (id: string): Promise<RuleBackTestDetail> =>
  base.json<RuleBackTestDetail>(city, 'GET', `/back-tests/${id}`);

beforeAll(async () => {
  base = await openRuleBase();
  await base.json(city, 'PUT', `/rules/${RULE_ID}`, { yaml: RULE });
  const fired = { action: 'export', outcome: 'success', user: 'zhang' };
  await base.store([
    { tenant: H1, minutes: 50 * DAY, ...fired },
    { tenant: H1, minutes: 20 * DAY, ...fired },
    { tenant: H2, minutes: 10 * DAY, ...fired },
    { tenant: H2, minutes: 5 * DAY, action: 'login', outcome: 'success' },
    { tenant: H2, minutes: 90 * DAY, ...fired },
  ]);
}, 180_000);
afterAll(() => base.close());

it('runs over its period in the background and keeps the result', async () => {
  const { id, status: first } = await begin();
  expect(first).toBe('queued');
  await base.detect.backTests.idle();
  const job = await read(id);
  expect(job).toMatchObject({ status: 'done', progress: 1, scanned: 4, matched: 3, perTenant: { [H1]: 2, [H2]: 1 } });
  expect(Object.keys(job.perDay)).toHaveLength(3);
  expect(job.hits).toHaveLength(3);
  const list = await base.json<{ items: RuleBackTest[] }>(city, 'GET', `/back-tests?rule=${RULE_ID}`);
  expect(list.items.map((one) => one.id)).toContain(id);
  expect((await base.json<{ items: RuleBackTest[] }>(second, 'GET', '/back-tests')).items).toEqual([]);
});

it('becomes alerts once, or is discarded', async () => {
  const { id } = await begin();
  await base.detect.backTests.idle();
  expect(await status(second, 'POST', `/back-tests/${id}/alerts`)).toBe(404);
  expect(await status(viewer, 'POST', `/back-tests/${id}/alerts`)).toBe(403);
  expect(await base.json(city, 'POST', `/back-tests/${id}/alerts`)).toEqual({ hits: 3 });
  expect(base.hits.map(({ kind, ruleId, tenant }) => [kind, ruleId, tenant])).toEqual([
    ['rule', RULE_ID, H1],
    ['rule', RULE_ID, H1],
    ['rule', RULE_ID, H2],
  ]);
  expect(base.hits[0]?.event).toMatchObject({ 'event.action': 'export', 'user.name': 'zhang' });
  expect(await status(city, 'POST', `/back-tests/${id}/alerts`)).toBe(409);
  expect(await status(city, 'POST', `/back-tests/${id}/discard`)).toBe(409);
});

it('tests a text that is not saved, of which no alerts are made', async () => {
  const { id } = await begin(city, { yaml: RULE.replace('action: export', 'action: login') });
  await base.detect.backTests.idle();
  expect(await read(id)).toMatchObject({ saved: false, matched: 1 });
  expect(await status(city, 'POST', `/back-tests/${id}/alerts`)).toBe(409);
  expect(await base.json(city, 'POST', `/back-tests/${id}/discard`)).toMatchObject({ outcome: 'discarded' });
});

it('is limited to what its author may see', async () => {
  const { id } = await begin(second);
  await base.detect.backTests.idle();
  expect(await read(id)).toMatchObject({ tenant: H2, scanned: 2, matched: 1 });
});

it('is cancelled, and one the server was stopped in begins anew', async () => {
  const { id } = await begin();
  const answer = await base.call(city, 'POST', `/back-tests/${id}/cancel`);
  expect([200, 409]).toContain(answer.status);
  await base.detect.backTests.idle();
  expect((await read(id)).status).toBe(answer.status === 200 ? 'cancelled' : 'done');
  await base.state.machine((tx) =>
    tx.updateTable('soc_rule_back_test').set({ status: 'running', outcome: null }).where('id', '=', id).execute(),
  );
  const again = createBackTestJobs(base.platform, base.detect.manager);
  await again.service.start();
  await again.idle();
  expect(await read(id)).toMatchObject({ status: 'done', matched: 3 });
  await again.service.stop();
});

it('refuses readers, wrong periods and unknown rules', async () => {
  const path = `/rules/${RULE_ID}/back-tests`;
  expect(await status(viewer, 'POST', path, period)).toBe(403);
  expect(await status(person('security-admin', ''), 'POST', path, period)).toBe(403);
  expect(await status(city, 'POST', path, { from: NOW, to: NOW })).toBe(422);
  expect(await status(city, 'POST', path, { from: '2020-01-01T00:00:00Z', to: NOW })).toBe(422);
  expect(await status(city, 'POST', '/rules/none/back-tests', period)).toBe(404);
});
