import { describe, expect, it } from 'vitest';
import { evaluate } from './evaluate.ts';
import type { Span } from './types.ts';

const gold: readonly Span[] = [{ start: 2, end: 4, type: 'NAME' }];
const one = (spans: readonly Span[]) => evaluate([{ text: '患者张三好转', gold }], () => spans).all;

describe('evaluate', () => {
  it('evaluate() counts exact, covered by another type, and partly covered apart', () => {
    expect(one([{ start: 2, end: 4, type: 'NAME' }])).toMatchObject({ gold: 1, exact: 1, masked: 1, falseHits: 0 });
    expect(one([{ start: 1, end: 5, type: 'ORG' }])).toMatchObject({ exact: 0, masked: 1, falseHits: 0 });
    expect(one([{ start: 2, end: 3, type: 'NAME' }])).toMatchObject({ exact: 0, masked: 0, falseHits: 0 });
  });

  it('evaluate() joins adjacent spans and calls a hit false only where it touches nothing marked', () => {
    expect(
      one([
        { start: 2, end: 3, type: 'NAME' },
        { start: 3, end: 4, type: 'NAME' },
        { start: 4, end: 6, type: 'ORG' },
      ]),
    ).toMatchObject({ masked: 1, given: 3, falseHits: 1 });
  });

  it('evaluate() tells what was missed and what was too much', () => {
    const told: string[] = [];
    evaluate([{ text: '患者张三好转', gold }], () => [{ start: 0, end: 2, type: 'ORG' }], {
      missed: (_, span) => told.push(`missed ${span.type}`),
      extra: (_, span) => told.push(`extra ${span.type}`),
    });
    expect(told).toEqual(['missed NAME', 'extra ORG']);
  });
});
