import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadModel } from '@xinglin/decide';
import { FAMILIES, SPLIT } from './attackers/index.ts';
import { readFrozen, scorer, writeFrozen } from './frozen.ts';
import { measureDay } from './measure.ts';
import { runDay } from './run-day.ts';
import type { Arm, DayOptions, DayResult } from './run-day.ts';
import { play, scenarios } from './scenarios.ts';
import { printTable, verdicts } from './table.ts';
import { POLICY, collectRows, fit, shuffled } from './train.ts';

const { policy, model } = readFrozen();
const FULL: Arm = 'rules+model+draw';
const day = (options: Partial<DayOptions>): Promise<DayResult> =>
  runDay({
    seed: 7,
    day: 2,
    arm: FULL,
    patients: 120,
    slots: 8,
    attackerIds: 10,
    families: SPLIT.test,
    frozen: policy,
    score: scorer(model),
    ...options,
  });
const honest = (result: DayResult) => result.tallies.filter(({ attacker }) => !attacker);

describe('the split', () => {
  test('every family is on exactly one side, and the frozen file names the training side alone', () => {
    const [train, test_] = [SPLIT.train, SPLIT.test].map((list) => list.map(({ id }) => id));
    expect([...train!, ...test_!].toSorted()).toEqual(FAMILIES.map(({ id }) => id).toSorted());
    expect(policy.families).toEqual(train);
    expect(policy.days.every((one) => one % 2 === 1)).toBe(true);
    expect(scenarios('test', 1000).every((one) => one.day % 2 === 0)).toBe(true);
    expect(policy.trainingSha256).toBe(model.document.training.sha256);
  });

  test('readFrozen() refuses a model that is not the one the policy was frozen with', () => {
    const folder = mkdtempSync(join(tmpdir(), 'lab-'));
    try {
      writeFrozen(policy, model.document, folder);
      expect(readFrozen(folder).policy.modelSha256).toBe(policy.modelSha256);
      const file = join(folder, 'model.json');
      writeFileSync(file, readFileSync(file, 'utf8').replace(/"seed":\d+/, '"seed":99'));
      expect(() => readFrozen(folder)).toThrow('not the model');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('runDay()', () => {
  test('gives the same result for the same seed, and another for another', async () => {
    const [first, again, other] = [await day({}), await day({}), await day({ seed: 8 })];
    expect(measureDay('x', again)).toEqual(measureDay('x', first));
    expect(again.requests).toBe(first.requests);
    expect(other.requests).not.toBe(first.requests);
  });

  test('patients alone: nobody is refused, nobody is left without a path, every place is used', async () => {
    const result = await day({ families: [], attackerIds: 0 });
    expect(honest(result).filter(({ blocked }) => blocked)).toEqual([]);
    expect(result.stranded).toBe(0);
    expect(result.places.attackers).toBe(0);
    expect(result.places.patients).toBe(result.places.total);
  });

  test('200 people for each place, all human: nothing trips', async () => {
    const result = await day({ families: [], attackerIds: 0, patients: 400, slots: 4 });
    expect(honest(result).filter(({ blocked }) => blocked)).toEqual([]);
    expect(honest(result).filter(({ challenged }) => challenged).length).toBeLessThanOrEqual(4);
  });

  test('attackers alone take what is there when nothing stands before it', async () => {
    const result = await day({ patients: 0, arm: 'none', families: FAMILIES, attackerIds: 60 });
    expect(honest(result)).toEqual([]);
    expect(result.places.attackers).toBe(result.places.total);
    expect(Object.values(result.spoils).reduce((sum, value) => sum + value, 0)).toBe(result.places.attackers);
  });

  test('first come without a door goes to the scalpers; the whole gateway gives it back to patients', async () => {
    const [before, after] = [await day({ arm: 'none' }), await day({})];
    expect(before.places.attackers / before.places.total).toBeGreaterThan(0.4);
    expect(after.places.attackers / after.places.total).toBeLessThan(0.25);
    expect(after.stranded).toBe(0);
  });

  test.each(FAMILIES.map((family) => [family.id, family] as const))('%s plays a day of its own', async (id, family) => {
    const result = await day({ patients: 10, slots: 8, families: [family], attackerIds: 6, arm: FULL });
    const own = result.tallies.filter(({ group }) => group === id);
    expect(own.length).toBeGreaterThan(0);
    expect(own.reduce((sum, { requests }) => sum + requests, 0)).toBeGreaterThan(0);
    expect(own.every(({ attacker }) => attacker)).toBe(true);
    expect(result.stranded).toBe(0);
  });
});

describe('a sceptic’s checks', () => {
  test('shuffled labels teach nothing, true ones do', async () => {
    const rows = await collectRows({ seed: 3, patients: 240, slots: 12 }, 1);
    const half = rows.filter((_, index) => index % 2 === 0);
    const rest = rows.filter((_, index) => index % 2 === 1);
    const real = fit(half, rest, 1, 20);
    expect(real.metrics!.auc).toBeGreaterThan(0.9);
    const noise = fit(shuffled(half, 5), shuffled(rest, 6), 1, 20);
    expect(Math.abs(noise.metrics!.auc - 0.5)).toBeLessThan(0.2);
    expect(loadModel(noise).version).toBe('scalper-lab@1');
  });

  test('the model sees no scenery and no truth', () => {
    const names = model.document.features.map(({ name }) => name);
    expect(names.length).toBeGreaterThan(10);
    expect(names.filter((name) => /^(site|doctor|subnet|session)\./.test(name))).toEqual([]);
    expect(names.filter((name) => /attacker|scalper|label|population/.test(name))).toEqual([]);
    expect(POLICY.rules).toBe('');
  });
});

describe('the report', () => {
  test('play(), printTable() and verdicts() give figures with n and interval for every population and goal', async () => {
    const result: DayResult[] = [];
    const metrics: ReturnType<typeof measureDay> = [];
    await play(scenarios('test', 200), 5, policy, scorer(model), (scenario, one) => {
      result.push(one);
      metrics.push(...measureDay(scenario.name, one));
    });
    expect(result).toHaveLength(9);
    const lines: string[] = [];
    printTable(metrics, (text) => void lines.push(text));
    for (const word of ['mixed', 'farm', 'rush', 'limit_req', 'keyboard', 'A11', 'nat-shared'])
      expect(lines.join('\n')).toContain(word);
    for (const { metric, interval, value, n } of metrics) {
      expect(Number.isFinite(value) && Number.isInteger(n)).toBe(true);
      if (metric !== 'falseBlock') continue;
      expect(interval![0]).toBeLessThanOrEqual(value);
      expect(interval![1]).toBeGreaterThan(value - 1e-9);
    }
    expect(verdicts(metrics).every(({ figure }) => figure !== 'not run')).toBe(true);
    expect(verdicts([]).every(({ met, figure }) => !met && figure.length > 0)).toBe(true);
  });
});
