import type { Actor } from '@xinglin/platform/access';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RuleDecision, RuleDetail, RuleExplanation, RuleHeatMap, RuleVersion } from '../contract.ts';
import { person } from '../../../test/support/soc-harness.ts';
import type { BackTestResult } from './back-test.ts';
import { CITY, H1, H2, RULE, RULE_ID, openRuleBase } from './rule-test-base.ts';
import type { RuleBase } from './rule-test-base.ts';
import type { z } from 'zod';

type Detail = z.infer<typeof RuleDetail>;
let base: RuleBase;
const city = person('analyst', CITY);
const first = person('analyst', H1);
const second = person('analyst', H2);
const viewer = person('viewer', CITY);
const status = async (who: Actor, method: string, path: string, body?: unknown): Promise<number> =>
  (await base.call(who, method, path, body)).status;

beforeAll(async () => {
  base = await openRuleBase();
  await base.json(city, 'PUT', `/rules/${RULE_ID}`, { yaml: RULE });
  await base.store([
    { tenant: H1, minutes: 60, action: 'export', outcome: 'success', user: 'zhang' },
    { tenant: H1, minutes: 50, action: 'export', outcome: 'failure', user: 'zhang' },
    { tenant: H2, minutes: 40, action: 'export', outcome: 'success', user: 'backup' },
    { tenant: H2, minutes: 30, action: 'export', outcome: 'success', user: 'li' },
    { tenant: H2, minutes: 20, action: 'login', outcome: 'failure', user: 'li' },
  ]);
}, 180_000);
afterAll(() => base.close());

describe('POST /rules/{id}/explain', () => {
  it('says which condition did not hold, with what the event has there', async () => {
    const event = { 'event.dataset': 'his.audit', 'event.action': 'export', 'event.outcome': 'failure' };
    const answer = await base.json<RuleExplanation>(first, 'POST', `/rules/${RULE_ID}/explain`, { event });
    expect(answer).toMatchObject({ matched: false, rules: [{ failed: [{ key: 'event.outcome', value: 'failure' }] }] });
    expect(answer.rules[0]?.conditions.map(({ field, met }) => [field, met])).toEqual([
      ['event.action', true],
      ['event.outcome', false],
      ['user.name', true],
    ]);
  });

  it('explains a stored event of the own institution, and knows no other', async () => {
    const path = `/rules/${RULE_ID}/explain`;
    const own = await base.json<RuleExplanation>(first, 'POST', path, { eventId: '1001-0' });
    expect(own.matched).toBe(true);
    expect(await status(first, 'POST', path, { eventId: '1001-3' })).toBe(404);
    expect(await status(person('security-admin', ''), 'POST', path, { eventId: '1001-0' })).toBe(403);
    expect(await status(first, 'POST', path, {})).toBe(400);
  });
});

describe('POST /rules/{id}/test', () => {
  it('runs over what the actor may see and tells near misses by the condition that was missing', async () => {
    const result = await base.json<BackTestResult>(city, 'POST', `/rules/${RULE_ID}/test`, { near: true });
    expect(result).toMatchObject({ scanned: 5, matched: 2, incomplete: false });
    expect(result.near?.count).toBe(2);
    expect(
      result.near?.missing.map(({ field, excluded, samples }) => [field, excluded, samples[0]?.value]).toSorted(),
    ).toEqual([
      ['event.outcome', false, 'failure'],
      ['user.name', true, 'backup'],
    ]);
    const own = await base.json<BackTestResult>(first, 'POST', `/rules/${RULE_ID}/test`, { near: true });
    expect(own).toMatchObject({ scanned: 2, matched: 1 });
  });

  it('shows no events to those who manage rules but may not read events', async () => {
    expect(await status(person('security-admin', ''), 'POST', `/rules/${RULE_ID}/test`, {})).toBe(403);
  });
});

describe('versions', () => {
  it('keep every text with author and note; going back is a new version', async () => {
    const path = `/rules/${RULE_ID}`;
    await base.json(city, 'PUT', path, { yaml: RULE.replace('medium', 'high'), note: '升级' });
    await base.json(city, 'PUT', path, { yaml: RULE, note: '恢复到版本 1' });
    const { items } = await base.json<{ items: RuleVersion[] }>(first, 'GET', `${path}/versions`);
    expect(items.map(({ version, note }) => [version, note])).toEqual([
      [3, '恢复到版本 1'],
      [2, '升级'],
      [1, ''],
    ]);
    expect(items[0]?.yaml).toBe(items[2]?.yaml);
    expect(await status(person('analyst', 'cn.gd.other'), 'GET', `${path}/versions`)).toBe(404);
  });
});

describe('GET /rule-coverage and the list', () => {
  it('count by tactic and technique, and filter by them', async () => {
    const map = await base.json<RuleHeatMap>(first, 'GET', '/rule-coverage');
    const cell = map.tactics
      .find(({ tactic }) => tactic === 'collection')
      ?.techniques.find(({ technique }) => technique === 'T1213');
    expect(cell?.rules).toBeGreaterThan(0);
    const query = '/rules?technique=T1213&tactic=collection&limit=500';
    const { items } = await base.json<{ items: Detail[] }>(first, 'GET', query);
    expect(items).toHaveLength(cell?.rules ?? -1);
    expect(await status(first, 'GET', `/rule-coverage?tenant=${H2}`)).toBe(403);
  });

  it('pages through all of it in the order of a figure', async () => {
    const ids: string[] = [];
    let next: string | undefined;
    do {
      const at = next === undefined ? '' : `&cursor=${next}`;
      const page = await base.json<{ items: Detail[]; next?: string }>(first, 'GET', `/rules?limit=20&sort=-hits${at}`);
      ids.push(...page.items.map(({ id }) => id));
      ({ next } = page);
    } while (next !== undefined);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBe((await base.json<{ total: number }>(first, 'GET', '/rules?limit=1')).total);
  });
});

describe('decisions', () => {
  it('are inherited down the tree, the nearest wins, and it is told who decided', async () => {
    const path = `/rules/${RULE_ID}`;
    await base.json(city, 'PATCH', path, { enabled: false, reason: '全市停用' });
    expect(await base.json<Detail>(first, 'GET', path)).toMatchObject({
      enabled: false,
      decision: { tenant: CITY, institution: '市卫健委', reason: '全市停用' },
    });
    await base.json(city, 'PATCH', path, { tenant: H1, enabled: true, level: 'high', reason: '一院保留' });
    expect(await base.json<Detail>(first, 'GET', path)).toMatchObject({ enabled: true, level: 'high' });
    expect(await base.json<Detail>(second, 'GET', path)).toMatchObject({ enabled: false, level: 'medium' });
    const list = await base.json<{ items: Detail[] }>(city, 'GET', `/rules?tenant=${H1}&q=${RULE_ID}`);
    expect(list.items).toMatchObject([{ enabled: true, decision: { tenant: H1 } }]);
    const seen = await base.json<{ items: RuleDecision[] }>(second, 'GET', `${path}/decisions`);
    expect(seen.items.map(({ tenant }) => tenant)).toEqual([CITY]);
  });

  it('are withdrawn by those in whose scope they lie', async () => {
    const path = `/rules/${RULE_ID}/decisions`;
    expect(await status(first, 'DELETE', `${path}/${CITY}`)).toBe(403);
    expect(await status(viewer, 'DELETE', `${path}/${CITY}`)).toBe(403);
    expect(await status(city, 'DELETE', `${path}/${CITY}`)).toBe(204);
    expect(await status(city, 'DELETE', `${path}/${H1}`)).toBe(204);
    expect(await status(city, 'DELETE', `${path}/${H1}`)).toBe(404);
    expect(await base.json<Detail>(second, 'GET', `/rules/${RULE_ID}`)).toMatchObject({
      enabled: true,
      decision: null,
    });
  });

  it('refuse another institution and those who only read', async () => {
    const path = `/rules/${RULE_ID}`;
    expect(await status(first, 'PATCH', path, { tenant: H2, enabled: false, reason: 'x' })).toBe(403);
    expect(await status(viewer, 'PATCH', path, { enabled: false, reason: 'x' })).toBe(403);
    expect(await status(city, 'GET', '/rules?tenant=cn.other')).toBe(403);
  });
});
