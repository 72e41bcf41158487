import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBloom } from './bloom.ts';
import { createCountMin } from './count-min.ts';
import { createHyperLogLog } from './hyper-log-log.ts';
import { hashKey, hashText, mix } from './hash.ts';
import { RotatingCountMin } from './rotating-count-min.ts';

const pair = fc.tuple(fc.nat(0xffffffff), fc.nat(0xffffffff));

describe('createBloom()', () => {
  it('never forgets what was added', () => {
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 200 }), (pairs) => {
        const bloom = createBloom(1024);
        for (const [high, low] of pairs) bloom.add(high, low);
        for (const [high, low] of pairs) expect(bloom.has(high, low)).toBe(true);
      }),
    );
  });

  it('keeps wrong yes below twice what the formula says', () => {
    const [bits, hashes, added] = [1 << 16, 4, 6000];
    const bloom = createBloom(bits, hashes);
    for (let index = 0; index < added; index++) bloom.add(mix(index), mix(index + 1e6));
    let wrong = 0;
    for (let index = 0; index < 20_000; index++) if (bloom.has(mix(index + 5e6), mix(index + 9e6))) wrong++;
    const formula = (1 - Math.exp((-hashes * added) / bits)) ** hashes;
    expect(wrong / 20_000).toBeLessThan(2 * formula);
    expect(wrong).toBeGreaterThan(0);
  });
});

describe('createCountMin()', () => {
  it('is never below the truth, and within e/width of all counts for nearly all keys', () => {
    const [width, depth, keys] = [256, 4, 2000];
    const counts = createCountMin(width, depth);
    let total = 0;
    for (let key = 0; key < keys; key++) {
      counts.add(key, 1 + (key % 5));
      total += 1 + (key % 5);
    }
    let outside = 0;
    for (let key = 0; key < keys; key++) {
      const over = counts.estimate(key) - (1 + (key % 5));
      expect(over).toBeGreaterThanOrEqual(0);
      if (over > (Math.E / width) * total) outside++;
    }
    expect(outside / keys).toBeLessThanOrEqual(Math.exp(-depth));
  });
});

describe('createHyperLogLog()', () => {
  it.each([10, 500, 20_000, 300_000])('estimates %i within four standard errors', (count) => {
    const sketch = createHyperLogLog(12);
    for (let index = 0; index < count; index++) {
      sketch.add(mix(index + 17));
      sketch.add(mix(index + 17));
    }
    expect(Math.abs(sketch.estimate() - count) / count).toBeLessThan((4 * 1.04) / Math.sqrt(4096));
  });

  it('merges to the sketch of both', () => {
    const [a, b, both] = [createHyperLogLog(8), createHyperLogLog(8), createHyperLogLog(8)];
    for (let index = 0; index < 900; index++) {
      (index % 3 === 0 ? a : b).add(mix(index));
      both.add(mix(index));
    }
    a.merge(b);
    expect(a.registers).toEqual(both.registers);
    expect(() => a.merge(createHyperLogLog(9))).toThrow(RangeError);
  });
});

describe('RotatingCountMin', () => {
  it('remembers one to two periods', () => {
    const counts = new RotatingCountMin(64, 3, 1000);
    expect(counts.add(5, 0)).toBe(1);
    expect(counts.add(5, 1500)).toBe(2);
    expect(counts.add(5, 2500)).toBe(2);
    expect(counts.add(5, 9000)).toBe(1);
  });
});

describe('hashKey()', () => {
  it('gives a hundred thousand keys of either kind a hundred thousand hashes', () => {
    const into = { high: 0, low: 0 };
    for (const make of [
      (index: number) => index,
      (index: number) => `key-${index}`,
      (index: number) => 2 ** 52 + index,
    ]) {
      const seen = new Set<string>();
      for (let index = 0; index < 100_000; index++) {
        hashKey(make(index), into);
        seen.add(`${into.high >>> 0}:${into.low >>> 0}`);
      }
      expect(seen.size).toBe(100_000);
    }
  });

  it('spreads texts evenly over sixteen buckets', () => {
    const buckets = new Uint32Array(16);
    for (let index = 0; index < 16_000; index++) {
      const bucket = hashText(`10.0.${index >> 8}.${index & 255}`) & 15;
      buckets[bucket] = (buckets[bucket] as number) + 1;
    }
    for (const count of buckets) expect(Math.abs(count - 1000)).toBeLessThan(200);
  });
});
