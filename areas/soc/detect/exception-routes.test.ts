import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RuleException, RuleExceptionPreview } from '../contract.ts';
import { person } from '../../../test/support/soc-harness.ts';
import { createDetector } from './detector.ts';
import { CITY, H1, H2, NOW, RULE, RULE_ID, openRuleBase } from './rule-test-base.ts';
import type { RuleBase } from './rule-test-base.ts';

let base: RuleBase;
const city = person('analyst', CITY);
const first = person('officer', H1);
const second = person('officer', H2);
const viewer = person('viewer', H1);
const inDays = (days: number): string => new Date(Date.parse(NOW) + days * 86_400_000).toISOString();
const WHAT = {
  ruleId: RULE_ID,
  tenant: H1,
  conditions: [{ field: 'user.name', op: 'equals', values: ['zhang'] }],
};
const FULL = { ...WHAT, reason: '每日备份', expiresAt: inDays(30) };
const EVENT = {
  'event.dataset': 'his.audit',
  'event.action': 'export',
  'event.outcome': 'success',
  'user.name': 'zhang',
};
const status = async (who: typeof city, method: string, path: string, body?: unknown): Promise<number> =>
  (await base.call(who, method, path, body)).status;

beforeAll(async () => {
  base = await openRuleBase();
  await base.json(city, 'PUT', `/rules/${RULE_ID}`, { yaml: RULE });
  const fired = { action: 'export', outcome: 'success', rules: [RULE_ID] };
  await base.store([
    { tenant: H1, minutes: 60, user: 'zhang', ...fired },
    { tenant: H1, minutes: 50, user: 'wang', ...fired },
    { tenant: H2, minutes: 40, user: 'zhang', ...fired },
    { tenant: H1, minutes: 10 * 24 * 60, user: 'zhang', ...fired },
  ]);
}, 180_000);
afterAll(() => base.close());

it('the preview counts what it would have silenced in its subtree in seven days', async () => {
  const preview = await base.json<RuleExceptionPreview>(first, 'POST', '/rule-exceptions/preview', WHAT);
  expect(preview).toMatchObject({ days: 7, fired: 2, silenced: 1, perTenant: { [H1]: 1 }, incomplete: false });
  expect(preview.samples.map(({ message }) => message)).toEqual(['zhang export']);
  const all = await base.json<RuleExceptionPreview>(city, 'POST', '/rule-exceptions/preview', {
    ...WHAT,
    tenant: CITY,
  });
  expect(all).toMatchObject({ fired: 3, silenced: 2 });
});

it('works from the next load on, is counted, and ends by hand', async () => {
  const { id } = await base.json<{ id: string }>(first, 'POST', '/rule-exceptions', FULL);
  const detect = (tenant: string, at = NOW) =>
    createDetector(base.detect.manager.loaded.spec).detect(EVENT, tenant, Date.parse(at));
  expect(detect(H1)).toMatchObject({ rules: undefined, excepted: [id] });
  expect(detect(H2).rules).toEqual([RULE_ID]);
  expect(detect(H1, inDays(31)).rules).toEqual([RULE_ID]);
  await base.store([{ tenant: H1, minutes: 5, user: 'zhang', rules: [`except:${id}`] }]);
  const list = await base.json<{ items: RuleException[] }>(first, 'GET', `/rule-exceptions?rule=${RULE_ID}`);
  expect(list.items).toMatchObject([
    { id, institution: '第一医院', ruleTitleZh: '夜间导出', reason: '每日备份', state: 'active', silenced30d: 1 },
  ]);
  expect(await status(second, 'DELETE', `/rule-exceptions/${id}`)).toBe(404);
  expect(await status(viewer, 'DELETE', `/rule-exceptions/${id}`)).toBe(403);
  expect(await status(first, 'DELETE', `/rule-exceptions/${id}`)).toBe(204);
  expect(detect(H1).rules).toEqual([RULE_ID]);
  const ended = await base.json<{ items: RuleException[] }>(first, 'GET', '/rule-exceptions?state=ended');
  expect(ended.items).toMatchObject([{ id, state: 'ended', endedBy: first.name }]);
});

it('one from above is shown below, another institution sees nothing', async () => {
  await base.json(city, 'POST', '/rule-exceptions', { ...FULL, tenant: CITY });
  await base.json(first, 'POST', '/rule-exceptions', FULL);
  const seen = async (who: typeof city): Promise<string[]> =>
    (await base.json<{ items: RuleException[] }>(who, 'GET', '/rule-exceptions')).items.map(({ tenant }) => tenant);
  expect(await seen(second)).toEqual([CITY]);
  expect((await seen(city)).toSorted()).toEqual([CITY, H1]);
});

it('refuses foreign scopes, readers, other rules, wrong ends and broken filters', async () => {
  const path = '/rule-exceptions';
  expect(await status(second, 'POST', path, FULL)).toBe(403);
  expect(await status(second, 'POST', `${path}/preview`, WHAT)).toBe(403);
  expect(await status(viewer, 'POST', path, FULL)).toBe(403);
  expect(await status(first, 'POST', path, { ...FULL, expiresAt: inDays(-1) })).toBe(422);
  expect(await status(first, 'POST', path, { ...FULL, expiresAt: inDays(500) })).toBe(422);
  expect(await status(first, 'POST', path, { ...FULL, yaml: 'title: x' })).toBe(400);
  const { conditions: _, ...rest } = FULL;
  expect(await status(first, 'POST', path, { ...rest, yaml: 'title: x' })).toBe(422);
  const any = 'title: x\nlogsource: {product: his}\nfilter: {rules: any, s: {a: 1}, condition: not s}\n';
  expect(await status(first, 'POST', path, { ...rest, yaml: any })).toBe(422);
  expect(await status(first, 'POST', path, { ...FULL, ruleId: 'no-such-rule' })).toBe(404);
});
