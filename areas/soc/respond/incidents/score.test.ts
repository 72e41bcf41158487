import fc from 'fast-check';
import { expect, test } from 'vitest';
import { JOIN, STRONG, WINDOW_MS, scoreJoin } from './score.ts';
import type { ScoreContext, Side } from './score.ts';

const HOUR = 3_600_000;
const plain: ScoreContext = { frequency: () => 0, assetOf: () => undefined, isInfrastructure: () => false };

function side(entities: string[], tactics: string[] = [], from = 0, to = from): Side {
  return {
    tactics,
    from,
    to,
    entities: entities.map((text) => {
      const [type = '', value = '', role] = text.split(' ');
      return { type, value, ...(role !== undefined && { role }) };
    }),
  };
}

test('scoreJoin() joins on an inside machine and not on an outside address alone', () => {
  expect(scoreJoin(side(['ip 10.1.9.33 source']), side(['ip 10.1.9.33 source']), plain).score).toBe(0.75);
  expect(scoreJoin(side(['ip 203.0.113.9 source']), side(['ip 203.0.113.9 source']), plain).score).toBeLessThan(JOIN);
  expect(scoreJoin(side(['process cmd.exe']), side(['process cmd.exe']), plain).score).toBeLessThan(0.2);
  expect(scoreJoin(side(['host a']), side(['host b']), plain)).toMatchObject({ score: 0, factors: [] });
});

test('scoreJoin() lets an outside address join when the attack moves on', () => {
  const result = scoreJoin(
    side(['ip 203.0.113.9 source'], ['initial-access']),
    side(['ip 203.0.113.9 source'], ['reconnaissance']),
    plain,
  );
  expect(result).toMatchObject({ score: 0.54, progression: 1.2 });
  expect(
    scoreJoin(side(['ip 203.0.113.9'], ['reconnaissance']), side(['ip 203.0.113.9'], ['impact']), plain).progression,
  ).toBe(1.1);
});

test('scoreJoin() sees the pivot from target to attacker', () => {
  const { factors, score } = scoreJoin(
    side(['ip 10.1.9.33 source'], ['lateral-movement']),
    side(['ip 10.1.9.33 target'], ['credential-access']),
    plain,
  );
  expect(factors).toEqual([expect.objectContaining({ pivot: true, discount: 1.1 })]);
  expect(score).toBeGreaterThan(STRONG);
});

test('scoreJoin() discounts what is everywhere: the domain controller, the firewall, the account root', () => {
  const dc = ['ip 10.1.1.1 target'];
  const busy: ScoreContext = { ...plain, frequency: () => 28 };
  expect(scoreJoin(side(dc), side(dc), busy).score).toBeLessThan(0.25);
  expect(scoreJoin(side(dc), side(dc), { ...plain, isInfrastructure: () => true }).score).toBeLessThan(0.25);
  expect(scoreJoin(side(['user root']), side(['user root']), plain).score).toBe(0.15);
  expect(scoreJoin(side(['user pc-33$']), side(['user pc-33$']), plain).score).toBe(0.15);
  expect(scoreJoin(side(['user zhang.wei']), side(['user zhang.wei']), plain).score).toBe(0.6);
});

test('scoreJoin() fades with time and ends with the window', () => {
  const at = (gap: number): number => scoreJoin(side(['host a'], [], gap), side(['host a'], [], -HOUR, 0), plain).score;
  expect(at(-HOUR / 2)).toBe(0.75);
  expect(at(12 * HOUR)).toBeCloseTo(0.75 / Math.E, 2);
  expect(at(WINDOW_MS + 1)).toBe(0);
});

test('scoreJoin() meets a machine under its address and its name', () => {
  const register: ScoreContext = {
    ...plain,
    assetOf: (_, value) => (value === 'pc-33' || value === '10.1.9.33' ? 'asset-1' : undefined),
  };
  expect(scoreJoin(side(['host pc-33']), side(['ip 10.1.9.33']), register).score).toBe(0.75);
  expect(scoreJoin(side(['host pc-33', 'ip 10.1.9.33']), side(['ip 10.1.9.33']), register).factors).toHaveLength(1);
});

test('scoreJoin() stays within 0..1 and never falls when more is shared', () => {
  const entity = fc.constantFrom(
    'ip 10.0.0.1 source',
    'ip 198.51.100.1 target',
    'host a',
    'user li',
    'hash ff',
    'domain x.cn',
    'process sh',
    'file /tmp/x',
  );
  fc.assert(
    fc.property(fc.uniqueArray(entity), fc.uniqueArray(entity), entity, fc.nat(50), (mine, theirs, more, frequency) => {
      const context: ScoreContext = { ...plain, frequency: () => frequency };
      const { score } = scoreJoin(side(mine), side(theirs), context);
      const extended = scoreJoin(
        side([...new Set([...mine, more])]),
        side([...new Set([...theirs, more])]),
        context,
      ).score;
      expect(score).toBeGreaterThanOrEqual(0);
      expect(extended).toBeLessThanOrEqual(1);
      expect(extended).toBeGreaterThanOrEqual(score);
    }),
  );
});
