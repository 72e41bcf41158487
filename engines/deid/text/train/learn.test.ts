import { describe, expect, it } from 'vitest';
import { decode, encode, nameWeights } from '../names/weights.ts';
import { WEIGHTS_BASE64 } from '../names/weights.data.ts';
import { learn, SHIPPED } from './learn.ts';

describe('learn', () => {
  it('learn() gives the shipped weights again', () => {
    expect(encode(learn(SHIPPED))).toBe(WEIGHTS_BASE64);
  }, 120_000);

  it('another seed gives other weights', () => {
    const small = { ...SHIPPED, texts: 400, epochs: 1 };
    expect(encode(learn({ ...small, seed: 1 }))).not.toBe(encode(learn({ ...small, seed: 2 })));
  });

  it('encode() and decode() are inverse, and the module is small', () => {
    expect(encode(decode(WEIGHTS_BASE64))).toBe(WEIGHTS_BASE64);
    expect(nameWeights().some((weight) => weight !== 0)).toBe(true);
    expect(WEIGHTS_BASE64.length).toBeLessThan(500_000);
  });
});
