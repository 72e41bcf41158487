import { describe, expect, it } from 'vitest';
import { backTestEvents } from './back-test.ts';
import { createCorrelationBook } from './correlation-book.ts';
import { CONTENT_RULES } from './detection-manager.ts';
import { compileIssues, createDetector, switchedOff } from './detector.ts';
import { createHitDispatcher } from './hit-dispatcher.ts';
import type { Hit } from './hit.ts';
import { createRuleBook } from './rule-book.ts';
import { buildRuleSet, readContentRules } from './rule-set.ts';
import type { RuleText } from './rule-set.ts';
import { silentLog } from '@xinglin/platform/kernel';

const RULE = `title: Marked
id: 11111111-1111-4111-8111-111111111111
name: marked
title_zh: 标记
remediation_zh: 处置
logsource: { category: test }
tags: [attack.t1110.001, attack.credential-access]
detection: { sel: { message|contains: MARK }, condition: sel }
level: low
`;
const CORRELATION = `---
title: Three marks
id: 22222222-2222-4222-8222-222222222222
correlation: { type: event_count, rules: [marked], group-by: [user.name], timespan: 1m, condition: { gte: 3 } }
level: high
`;
const text = (yaml: string, more: Partial<RuleText> = {}): RuleText => ({
  file: 'a.yml',
  yaml,
  origin: 'content',
  tenant: '',
  ...more,
});
const event = (user: string): Record<string, unknown> => ({
  'event.dataset': 'test',
  message: 'a MARK',
  'user.name': user,
});

describe('buildRuleSet()', () => {
  it('reads several documents of a file and knows which raise no alert of their own', () => {
    const set = buildRuleSet([text(RULE + CORRELATION)]);
    expect(set.issues).toEqual([]);
    expect([...set.silent]).toEqual(['11111111-1111-4111-8111-111111111111']);
  });

  it('collects errors instead of failing, and goes on with the rest', () => {
    const set = buildRuleSet([
      text('title: [unclosed'),
      text('just text', { file: 'b.yml' }),
      text(RULE, { file: 'c.yml' }),
    ]);
    expect(set.rules).toHaveLength(1);
    expect(set.issues.map((issue) => issue.file)).toEqual(expect.arrayContaining(['a.yml', 'b.yml']));
  });

  it('does not let a custom rule take the place of one that protects everyone', () => {
    const set = buildRuleSet([
      text(RULE.replace('MARK', 'NEVER'), { origin: 'custom', tenant: 'cn.gd.h1', file: 'custom/x.yml' }),
      text(RULE),
    ]);
    expect(set.origins.get('11111111-1111-4111-8111-111111111111')?.text.origin).toBe('content');
    expect(set.issues.some((issue) => issue.code === 'rule.duplicate-id')).toBe(true);
  });

  it('content rules all run', async () => {
    const set = buildRuleSet(await readContentRules(CONTENT_RULES));
    expect(set.rules.length).toBeGreaterThan(40);
    expect([...set.issues, ...compileIssues(set)].filter((issue) => issue.severity === 'error')).toEqual([]);
  });
});

describe('createDetector()', () => {
  const set = buildRuleSet([text(RULE)]);
  const id = '11111111-1111-4111-8111-111111111111';
  const spec = { rules: set.rules, filters: set.filters, ruleTenants: {}, switches: [], indicators: [] };

  it('obeys the most specific setting that covers the institution', () => {
    const switches = [
      { ruleId: id, tenant: 'cn.gd', enabled: false },
      { ruleId: id, tenant: 'cn.gd.h1', enabled: true },
    ];
    const detector = createDetector({ ...spec, switches });
    expect(detector.detect(event('a'), 'cn.gd.h1', 0).rules).toEqual([id]);
    expect(detector.detect(event('a'), 'cn.gd.h2', 0).rules).toBeUndefined();
    expect(detector.detect(event('a'), 'cn.gz', 0).rules).toEqual([id]);
  });

  it('runs a rule of one subtree only there', () => {
    expect(switchedOff({ switches: [], ruleTenants: { [id]: 'cn.gd' } }, 'cn.gz.h1')).toEqual(new Set([id]));
    expect(switchedOff({ switches: [], ruleTenants: { [id]: 'cn.gd' } }, 'cn.gd.h1')).toEqual(new Set());
  });
});

describe('createHitDispatcher()', () => {
  function dispatcher(accept: (hits: readonly Hit[]) => Promise<void>) {
    return createHitDispatcher({
      sink: { accept },
      log: silentLog(),
      isOff: () => false,
      rules: buildRuleSet([text(RULE + CORRELATION)]),
    });
  }
  const hit = (seq: number, user: string) => ({
    seq,
    ts: seq * 1000,
    rules: ['11111111-1111-4111-8111-111111111111'],
    intel: [],
    event: event(user),
  });

  it('raises the correlation with its events, not the rule that feeds it, and never across institutions', async () => {
    const hits: Hit[] = [];
    const one = dispatcher((more) => Promise.resolve(void hits.push(...more)));
    await one.take({ tenant: 'h1', sourceId: 's', batch: '1' }, [hit(0, 'a'), hit(1, 'a')]);
    await one.take({ tenant: 'h2', sourceId: 's', batch: '2' }, [hit(2, 'a')]);
    expect(hits).toEqual([]);
    await one.take({ tenant: 'h1', sourceId: 's', batch: '3' }, [hit(3, 'a')]);
    expect(hits).toMatchObject([
      { kind: 'correlation', tenant: 'h1', correlation: { count: 3, group: { 'user.name': 'a' } } },
    ]);
    expect(hits[0]?.correlation?.events.map(({ batch, seq }) => `${batch}-${seq}`)).toEqual(['1-0', '1-1', '3-3']);
  });

  it('tries again until the hits are taken', async () => {
    let refusals = 2;
    let taken = 0;
    const one = dispatcher((hits) => {
      if (refusals-- > 0) return Promise.reject(new Error('database away'));
      taken += hits.length;
      return Promise.resolve();
    });
    await one.take({ tenant: 'h1', sourceId: 's', batch: '1' }, [
      { seq: 0, ts: 0, rules: [], intel: [{ id: 'i', field: 'source.ip', value: '1.1.1.1' }], event: {} },
    ]);
    expect(taken).toBe(1);
  });

  it('keeps open windows when the rules are loaded again', async () => {
    const hits: Hit[] = [];
    const one = dispatcher((more) => Promise.resolve(void hits.push(...more)));
    await one.take({ tenant: 'h1', sourceId: 's', batch: '1' }, [hit(0, 'a'), hit(1, 'a')]);
    one.useRules(buildRuleSet([text(RULE + CORRELATION.replace('level: high', 'level: critical'))]));
    await one.take({ tenant: 'h1', sourceId: 's', batch: '2' }, [hit(2, 'a')]);
    expect(hits).toHaveLength(1);
    expect(hits[0]?.correlation?.events).toHaveLength(3);
  });
});

describe('createRuleBook()', () => {
  it('gives what an alert shows, with the level an institution chose', () => {
    const book = createRuleBook(buildRuleSet([text(RULE)]), [
      { ruleId: '11111111-1111-4111-8111-111111111111', tenant: 'cn.gd', level: 'critical' },
    ]);
    const info = book.get('11111111-1111-4111-8111-111111111111');
    expect(info).toMatchObject({
      titleZh: '标记',
      level: 'low',
      techniques: ['T1110.001'],
      tactics: ['credential-access'],
      remediationZh: '处置',
      fields: ['message'],
    });
    expect(book.get('11111111-1111-4111-8111-111111111111', 'cn.gd.h1')?.level).toBe('critical');
    expect(book.explain('11111111-1111-4111-8111-111111111111', event('a'))).toMatchObject({
      fields: { message: 'a MARK' },
    });
  });
});

describe('backTestEvents()', () => {
  it('runs lines and records through the engine of the live stream', () => {
    const set = buildRuleSet([text(RULE + CORRELATION)]);
    const events = ['a', 'a', 'b', 'a'].map(event);
    const rule = backTestEvents(set, '11111111-1111-4111-8111-111111111111', events, 'h1', 0);
    expect(rule).toMatchObject({ scanned: 4, matched: 4, incomplete: false });
    const correlation = backTestEvents(set, '22222222-2222-4222-8222-222222222222', events, 'h1', 0);
    expect(correlation).toMatchObject({ matched: 1, hits: [{ id: '3', explanation: { count: 3 } }] });
    expect(createCorrelationBook(set).lookback).toBe(60_000);
  });
});
