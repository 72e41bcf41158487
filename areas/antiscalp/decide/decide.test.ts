import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Decision } from '@xinglin/decide';
import { createMetrics, silentLog } from '@xinglin/platform/kernel';
import { describe, expect, test, vi } from 'vitest';
import { fileSink } from '../gateway/standalone.ts';
import { guardedOutcome, harder, satisfied } from './ladder.ts';
import { loadModels } from './load-models.ts';
import { loadRules, openEngine } from './load-engine.ts';
import { createOverrides } from './overrides.ts';
import { createQuickIds } from './quick-id.ts';
import { toEcs } from './record.ts';
import type { DecisionRecord } from './record.ts';
import { createRecorder } from './recorder.ts';

const decision = (
  outcome: Decision['outcome'],
  groups: ('identity' | 'behaviour' | 'network' | 'other')[],
): Decision => ({
  outcome,
  score: 1,
  ruleSetVersion: 'r@1',
  reasons: groups.map((group) => ({ code: 'C', rule: 'r', score: 1, group, evidence: {} })),
});
const record = (over: Partial<DecisionRecord> = {}): DecisionRecord => ({
  id: 'i',
  at: Date.UTC(2026, 0, 1),
  tenant: 'cn.a',
  action: 'book',
  route: 'POST /book',
  method: 'POST',
  step: 'allow',
  mode: 'enforce',
  passed: true,
  codes: [],
  decision: undefined,
  keys: { device: 'd'.repeat(32) },
  ip: '203.0.113.77',
  pass: 'script',
  client: 'browser',
  microseconds: 10,
  ...over,
});

test('deny needs identity and behaviour evidence, whatever engine says so', () => {
  expect(guardedOutcome(decision('deny', ['identity', 'behaviour']))).toBe('deny');
  for (const groups of [[], ['identity'], ['behaviour'], ['network', 'other'], ['behaviour', 'network']] as const)
    expect(guardedOutcome(decision('deny', [...groups]))).toBe('review');
  expect(guardedOutcome(decision('queue', []))).toBe('queue');
});

test('what was done for a harder step counts for a milder one, and never for review or deny', () => {
  const now = 1_000_000_000;
  const pass = {
    issuedAt: now / 1000 - 10,
    expiresAt: now,
    level: 'code' as const,
    verifiedUntil: now / 1000 + 60,
    work: 0,
    gaveUp: false,
    flags: [],
    agent: '',
  };
  const device = { id: 'd', issuedAt: 0 };
  for (const step of ['allow', 'challenge', 'recheck', 'queue', 'verify'] as const)
    expect(satisfied(step, { device, pass }, false, now)).toBe(true);
  for (const step of ['review', 'deny'] as const) expect(satisfied(step, { device, pass }, true, now)).toBe(false);
  const script = { ...pass, level: 'script' as const, verifiedUntil: 0 };
  expect(satisfied('verify', { device, pass: script }, true, now)).toBe(false);
  expect(satisfied('recheck', { device, pass: script }, false, now)).toBe(true);
  expect(satisfied('recheck', { device, pass: { ...script, issuedAt: now / 1000 - 1000 } }, false, now)).toBe(false);
  expect(satisfied('queue', { device, pass: script }, true, now)).toBe(true);
  expect(harder('queue', 'verify')).toBe('verify');
});

test('an override holds for its entity until its end; allow stands above verify', () => {
  const base = { entity: 'account' as const, key: 'k', reason: 'r', author: 'a', expiresAt: 100 };
  const overrides = createOverrides([
    { ...base, id: '1', effect: 'verify' },
    { ...base, id: '2', effect: 'allow', expiresAt: 50 },
  ]);
  expect(overrides.find({ account: 'k' }, 10)?.id).toBe('2');
  expect(overrides.find({ account: 'k' }, 60)?.id).toBe('1');
  expect(overrides.find({ account: 'k' }, 100)).toBeUndefined();
  expect(overrides.find({ device: 'k' }, 10)).toBeUndefined();
});

describe('createRecorder()', () => {
  test('keeps order over a failing sink, and drops the oldest and counts them when it stays away', async () => {
    let broken = true;
    const written: string[] = [];
    const recorder = createRecorder({
      sink: (batch) =>
        broken ? Promise.reject(new Error('away')) : Promise.resolve(void written.push(...batch.map(({ id }) => id))),
      maxWaiting: 100,
      batchSize: 30,
      flushMs: 10,
    });
    for (let i = 0; i < 150; i += 1) recorder.add(record({ id: String(i) }));
    expect(recorder.stats()).toMatchObject({ dropped: 50, waiting: 100 });
    broken = false;
    await vi.waitFor(() => expect(written.at(-1)).toBe('149'), { timeout: 8000 });
    expect(written).toEqual(Array.from({ length: 100 }, (_, i) => String(i + 50)));
    await recorder.close();
  });

  test('samples plain allows only', async () => {
    const written: string[] = [];
    const recorder = createRecorder({
      sink: (batch) => Promise.resolve(void written.push(...batch.map(({ step }) => step))),
      sampleAllow: 0,
    });
    for (const step of ['allow', 'deny', 'allow', 'verify'] as const) recorder.add(record({ step }));
    await recorder.close();
    expect(written).toEqual(['deny', 'verify']);
    expect(recorder.stats().sampledOut).toBe(2);
  });

  test('a file sink rolls over and keeps its size and age', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'xinglin-sink-'));
    const sink = fileSink(join(dir, 'd.ndjson'), 40_000, 30);
    for (let i = 0; i < 40; i += 1) {
      await sink(Array.from({ length: 10 }, () => record()));
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    const files = readdirSync(dir);
    expect(files.length).toBeGreaterThan(1);
    expect(files.length).toBeLessThanOrEqual(4);
    const line = readFileSync(join(dir, files[0] ?? ''), 'utf8').split('\n')[0] ?? '';
    expect(JSON.parse(line)).toMatchObject({ 'event.dataset': 'antiscalp.decision', 'source.ip': '203.0.113.0' });
    rmSync(dir, { recursive: true });
  });
});

test('toEcs() carries reasons and evidence, and no address in full', () => {
  const event = toEcs(
    record({ decision: decision('verify', ['identity']), codes: ['C'], step: 'verify', passed: false }),
  );
  expect(event).toMatchObject({
    'event.action': 'antiscalp.verify',
    'event.outcome': 'failure',
    'antiscalp.codes': ['C'],
    'antiscalp.rule_set': 'r@1',
  });
  expect(JSON.stringify(event)).not.toContain('203.0.113.77');
});

test('quick ids are unique and in order, even when the clock goes back', () => {
  let time = 1000;
  const next = createQuickIds(() => time);
  const ids: string[] = [];
  for (let i = 0; i < 5000; i += 1) {
    if (i % 100 === 0) time += i % 300 === 0 ? -5 : 7;
    ids.push(next());
  }
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.toSorted()).toEqual(ids);
  expect(ids[0]).toMatch(/^[0-9a-z]{26}$/);
});

describe('rules and models', () => {
  test('the default rules compile without a fault, let a hurried family pass, and stop a machine', () => {
    const engine = openEngine(loadRules(undefined), {}, Date.now);
    const start = Date.UTC(2026, 0, 1, 0);
    // Three relatives on one phone within two minutes, with the retries of a bad network.
    let worst = 0;
    for (let i = 0; i < 30; i += 1) {
      const { score, outcome } = engine.decide({
        at: start + i * 4000,
        action: i % 5 === 0 ? 'book' : 'query',
        device: 1,
        account: 1,
        person: i % 3,
        phone: 1,
        ip: 9,
      });
      worst = Math.max(worst, score);
      expect(outcome).toBe('allow');
    }
    expect(worst).toBeLessThan(20);
    let outcome = '';
    for (let i = 0; i < 400; i += 1)
      ({ outcome } = engine.decide({
        at: start + i * 100,
        action: 'book',
        device: 2,
        account: 2,
        person: 100 + i,
        ip: 9,
      }));
    expect(outcome).toBe('deny');
    engine.close();
  });

  test('a million distinct keys stay in bounded memory', () => {
    const engine = openEngine(loadRules(undefined), {}, Date.now);
    for (let i = 0; i < 200_000; i += 1)
      engine.decide({
        at: i,
        action: 'view',
        device: i * 5,
        account: i * 5 + 1,
        person: i * 5 + 2,
        phone: i * 5 + 3,
        ip: i * 5 + 4,
      });
    const { entities, evicted, bytes } = engine.stats();
    expect(entities).toBeLessThan(1_000_000);
    expect(evicted).toBeGreaterThan(0);
    expect(bytes).toBeLessThan(1_500_000_000);
    engine.close();
  }, 120_000);

  test('a missing or broken model leaves the rules alone in charge, and shows', async () => {
    const metrics = createMetrics();
    const dir = mkdtempSync(join(tmpdir(), 'xinglin-model-'));
    const broken = join(dir, 'broken.json');
    writeFileSync(broken, '{"format":"xinglin-model/1"}');
    expect(loadModels({ model: join(dir, 'none.json'), shadowModel: broken }, silentLog(), metrics)).toEqual({});
    expect(await metrics.value('xinglin_gateway_model_loaded', { place: 'champion' })).toBe(0);
    const rules = join(dir, 'rules.txt');
    writeFileSync(rules, 'ruleset x version 1\nscore 5 reason A when nothing.known > 3\n');
    expect(() => loadRules(rules)).toThrow(/nothing\.known/);
    rmSync(dir, { recursive: true });
  });
});
