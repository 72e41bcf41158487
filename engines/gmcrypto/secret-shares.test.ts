import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nodePrimitives } from './node/index.ts';
import { joinSecret, splitSecret } from './secret-shares.ts';

test('joinSecret() rebuilds from any set of enough shares', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 40 }),
      fc.integer({ min: 2, max: 6 }),
      fc.integer({ min: 0, max: 4 }),
      fc.infiniteStream(fc.nat()),
      (secret, needed, spare, picks) => {
        const left = splitSecret(nodePrimitives, secret, { needed, holders: needed + spare });
        const chosen = Array.from(
          { length: needed },
          () => left.splice(picks.next().value % left.length, 1)[0] as Uint8Array,
        );
        expect(Buffer.from(joinSecret(chosen))).toEqual(Buffer.from(secret));
      },
    ),
    { numRuns: 100 },
  );
});

test('one share too few says nothing: every secret is as likely', () => {
  // With one of two shares fixed, each byte value of the secret comes out for exactly one value of the other share.
  const [first, second] = splitSecret(nodePrimitives, Uint8Array.of(77), { needed: 2, holders: 2 });
  const seen = new Set<number>();
  for (let value = 0; value < 256; value++)
    seen.add(joinSecret([first as Uint8Array, Uint8Array.of((second as Uint8Array)[0] as number, value)])[0] as number);
  expect(seen.size).toBe(256);
});

test('splitSecret() and joinSecret() refuse what cannot be', () => {
  const wrong = (needed: number, holders: number) => () =>
    splitSecret(nodePrimitives, Uint8Array.of(1), { needed, holders });
  for (const call of [wrong(1, 3), wrong(3, 2), wrong(2, 256)])
    expect(call).toThrow(expect.objectContaining({ code: 'shares.count' }));
  const [a, b] = splitSecret(nodePrimitives, Uint8Array.of(1, 2), { needed: 2, holders: 2 }) as [
    Uint8Array,
    Uint8Array,
  ];
  for (const shares of [[a], [a, a], [a, b.subarray(1)], [a, Uint8Array.of(0, 1, 2)]])
    expect(() => joinSecret(shares)).toThrow(expect.objectContaining({ code: 'shares.join' }));
});
