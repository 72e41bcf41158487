import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { layoutGraph } from './graph-layout.ts';

const graph = fc.integer({ min: 0, max: 40 }).chain((count) =>
  fc.record({
    count: fc.constant(count),
    edges: fc.array(fc.record({ from: fc.integer({ min: 0, max: 45 }), to: fc.integer({ min: 0, max: 45 }) }), {
      maxLength: 60,
    }),
  }),
);

describe('layoutGraph()', () => {
  test('places every node inside the box, whatever the edges name', () => {
    fc.assert(
      fc.property(graph, ({ count, edges }) => {
        const nodes = Array.from({ length: count }, (_, index) => ({ id: `n${String(index)}`, weight: 1 }));
        const places = layoutGraph(
          nodes,
          edges.map(({ from, to }) => ({ from: `n${String(from)}`, to: `n${String(to)}` })),
          520,
          318,
          5,
        );
        expect(places.size).toBe(count);
        for (const { x, y } of places.values()) {
          expect(x >= 4.9 && x <= 515.1).toBe(true);
          expect(y >= 4.9 && y <= 313.1).toBe(true);
        }
      }),
      { numRuns: 40 },
    );
  });

  test('draws linked nodes nearer than unlinked ones', () => {
    const nodes = ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => ({ id, weight: 1 }));
    const places = layoutGraph(
      nodes,
      [
        { from: 'a', to: 'b' },
        { from: 'c', to: 'd' },
        { from: 'e', to: 'f' },
      ],
      520,
      318,
      0,
    );
    const distance = (one: string, two: string) =>
      Math.hypot(
        (places.get(one)?.x ?? 0) - (places.get(two)?.x ?? 0),
        (places.get(one)?.y ?? 0) - (places.get(two)?.y ?? 0),
      );
    const linked = (distance('a', 'b') + distance('c', 'd') + distance('e', 'f')) / 3;
    const apart = (distance('a', 'c') + distance('a', 'e') + distance('c', 'e')) / 3;
    expect(linked).toBeLessThan(apart);
  });

  test('is the same every time', () => {
    const nodes = ['a', 'b', 'c'].map((id) => ({ id, weight: 1 }));
    expect(layoutGraph(nodes, [{ from: 'a', to: 'c' }], 520, 318, 0)).toEqual(
      layoutGraph(nodes, [{ from: 'a', to: 'c' }], 520, 318, 0),
    );
  });
});
