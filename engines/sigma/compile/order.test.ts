import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileNode, PredicateMemo } from './closures.ts';
import { Frame } from './frame.ts';
import type { Node } from './lower.ts';
import { LearnedLikelihood, ordered, UNKNOWN } from './order.ts';
import type { Predicate } from './predicates.ts';

const predicate = (id: number, cost: number, holds = false): Predicate => ({
  id,
  slot: 0,
  tests: [],
  cost,
  evaluate: () => holds,
});
const leaf = (own: Predicate): Node => ({ op: 'test', predicate: own });
const idsOf = (node: Node): number[] =>
  node.op === 'test' ? [node.predicate.id] : node.op === 'not' ? idsOf(node.kid) : node.kids.flatMap(idsOf);

describe('ordered()', () => {
  const kids = [leaf(predicate(0, 10)), leaf(predicate(1, 1)), leaf(predicate(2, 5))];

  test('without data puts the cheapest child first', () => {
    expect(idsOf(ordered({ op: 'and', kids }, UNKNOWN))).toEqual([1, 2, 0]);
    expect(idsOf(ordered({ op: 'or', kids }, UNKNOWN))).toEqual([1, 2, 0]);
  });

  test('puts the likeliest to fail first in an and, the likeliest to hold first in an or', () => {
    const learned = new LearnedLikelihood(3);
    for (let at = 0; at < 1000; at++) {
      learned.count(predicate(0, 10), false);
      learned.count(predicate(1, 1), true);
      learned.count(predicate(2, 5), at % 2 === 0);
    }
    expect(idsOf(ordered({ op: 'and', kids }, learned.likelihood()))[0]).toBe(2);
    expect(idsOf(ordered({ op: 'and', kids }, learned.likelihood())).at(-1)).toBe(1);
    expect(idsOf(ordered({ op: 'or', kids }, learned.likelihood()))).toEqual([1, 2, 0]);
    expect(
      idsOf(
        ordered(
          { op: 'and', kids: [leaf(predicate(1, 1)), { op: 'not', kid: leaf(predicate(1, 1)) }] },
          learned.likelihood(),
        ),
      ),
    ).toEqual([1, 1]);
  });

  test('changes no result', () => {
    const { node } = fc.letrec<{ node: Node }>((tie) => ({
      node: fc.oneof(
        { depthSize: 'small' },
        fc
          .tuple(fc.nat({ max: 5 }), fc.integer({ min: 1, max: 40 }))
          .map(([id, cost]) => leaf(predicate(id, cost, id % 2 === 0))),
        fc.record({
          op: fc.constantFrom('and' as const, 'or' as const),
          kids: fc.array(tie('node'), { maxLength: 4 }),
        }),
        fc.record({ op: fc.constant('not' as const), kid: tie('node') }),
        fc.record({
          op: fc.constant('atLeast' as const),
          count: fc.constantFrom(1, 2),
          kids: fc.array(tie('node'), { minLength: 1, maxLength: 4 }),
        }),
      ),
    }));
    const run = (own: Node): boolean => {
      const frame = new Frame([]);
      frame.begin({});
      return compileNode(own, new PredicateMemo(6))(frame);
    };
    fc.assert(
      fc.property(
        node,
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 6, maxLength: 6 }),
        (own, chances) => {
          expect(run(ordered(own, ({ id }) => chances[id] as number))).toBe(run(own));
        },
      ),
      { numRuns: 500 },
    );
  });
});
