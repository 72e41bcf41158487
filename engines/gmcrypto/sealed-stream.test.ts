import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { concat } from './bytes.ts';
import { createKeyRing } from './key-ring.ts';
import type { KeyRing } from './key-ring.ts';
import { nodePrimitives } from './node/index.ts';
import { createStreamOpener, createStreamSealer } from './sealed-stream.ts';
import { memoryProvider } from './testing/memory-provider.ts';

let ring: KeyRing;
const CONTEXT = 'export/2026/1.csv';
beforeAll(async () => {
  ring = await createKeyRing(
    { primitives: nodePrimitives, provider: memoryProvider() },
    { name: 'files', id: 'f1', now: new Date(0) },
  );
});

function seal(parts: readonly Uint8Array[], chunk = 32): Uint8Array {
  const sealer = createStreamSealer(ring, nodePrimitives.random, CONTEXT, chunk);
  return concat(...parts.map((part) => sealer.push(part)), sealer.finish());
}

function open(sealed: Uint8Array, cut = sealed.length, context = CONTEXT): Uint8Array {
  const opener = createStreamOpener(ring, context);
  const parts: Uint8Array[] = [];
  for (let at = 0; at < sealed.length; at += cut) parts.push(opener.push(sealed.subarray(at, at + cut)));
  return concat(...parts, opener.finish());
}

describe('createStreamSealer() and createStreamOpener()', () => {
  test('give back any data, however either side is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 6 }),
        fc.integer({ min: 1, max: 70 }),
        fc.integer({ min: 1, max: 90 }),
        (parts, chunk, cut) => {
          expect(Buffer.from(open(seal(parts, chunk), cut))).toEqual(Buffer.concat(parts));
        },
      ),
      { numRuns: 120 },
    );
  });

  test('find a changed byte anywhere', () => {
    const sealed = seal([new Uint8Array(70).fill(5)]);
    for (let at = 0; at < sealed.length; at++) {
      const changed = sealed.slice();
      changed[at] = (changed[at] as number) ^ 1;
      expect(() => open(changed), `byte ${at}`).toThrow();
    }
  });

  test('find a missing end, a missing chunk, exchanged chunks, and chunks of another file', () => {
    const data = new Uint8Array(96).map((_, at) => at);
    const sealed = seal([data]);
    const header = 4 + 1 + 2 + 4 + 16;
    const size = new DataView(sealed.buffer, sealed.byteOffset + header).getUint32(0) + 4;
    const chunk = (from: Uint8Array, index: number): Uint8Array =>
      from.subarray(header + index * size, header + (index + 1) * size);
    const head = sealed.subarray(0, header);
    const other = seal([data]);
    const [a, b, c] = [chunk(sealed, 0), chunk(sealed, 1), chunk(sealed, 2)];
    expect(Buffer.from(open(concat(head, a, b, c)))).toEqual(Buffer.from(data));
    for (const forged of [
      concat(head, a, b),
      concat(head, a, c),
      concat(head, b, a, c),
      concat(head, a, b, b, c),
      concat(head, a, chunk(other, 1), c),
      concat(head, a, b, c, c),
    ])
      expect(() => open(forged)).toThrow(expect.objectContaining({ code: 'aead.open' }));
    for (const length of [0, 3, header, header + 2, sealed.length - 1])
      expect(() => open(sealed.subarray(0, length))).toThrow(expect.objectContaining({ code: 'stream.cut' }));
  });

  test('bind the file to its context, and refuse what is no sealed file', () => {
    expect(() => open(seal([new Uint8Array(3)]), 1000, 'other')).toThrow(
      expect.objectContaining({ code: 'aead.open' }),
    );
    expect(() => open(new Uint8Array(40))).toThrow(expect.objectContaining({ code: 'stream.format' }));
    expect(() => createStreamSealer(ring, nodePrimitives.random, CONTEXT, 0)).toThrow(
      expect.objectContaining({ code: 'stream.chunk' }),
    );
    const sealer = createStreamSealer(ring, nodePrimitives.random, CONTEXT);
    sealer.finish();
    expect(() => sealer.push(new Uint8Array(1))).toThrow(expect.objectContaining({ code: 'stream.finished' }));
    expect(() => sealer.finish()).toThrow(expect.objectContaining({ code: 'stream.finished' }));
  });
});
