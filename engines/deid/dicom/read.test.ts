import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DicomElement, DicomItem } from './element.ts';
import { readDicom, syntaxOf, type DicomCodec } from './read.ts';
import { metaWithLength, writeDicom } from './write.ts';
import { text } from './deidentify.ts';

const codec: DicomCodec = {
  inflateRaw: (bytes) => Uint8Array.from(bytes, (byte) => byte ^ 0xff),
  deflateRaw: (bytes) => Uint8Array.from(bytes, (byte) => byte ^ 0xff),
};
const even = fc.uint8Array({ minLength: 0, maxLength: 20 }).map((bytes) => bytes.subarray(0, bytes.length & ~1));
const leaf = fc
  .tuple(
    fc.constantFrom<[number, string]>(
      [0x00080060, 'CS'],
      [0x00100020, 'LO'],
      [0x00204000, 'LT'],
      [0x00080018, 'UI'],
      [0x00420011, 'OB'],
    ),
    even,
  )
  .map(([[tag, vr], value]): DicomElement => ({ tag, vr, value }));

/** Data sets as the standard has them: ascending tags, sequences of any depth with open and closed lengths. */
const elements: fc.Arbitrary<DicomElement[]> = fc.letrec<{ set: DicomElement[] }>((tie) => ({
  set: fc
    .tuple(
      fc.array(leaf, { maxLength: 4 }),
      fc.option(
        fc.record({
          open: fc.boolean(),
          items: fc.array(fc.record({ elements: tie('set'), open: fc.boolean() }), { maxLength: 3 }),
        }),
        { depthSize: 'small', nil: undefined },
      ),
    )
    .map(([leaves, nested]) => {
      const all = new Map(leaves.map((element) => [element.tag, element]));
      if (nested !== undefined) all.set(0x00081140, { tag: 0x00081140, vr: 'SQ', value: new Uint8Array(0), ...nested });
      return [...all.values()].toSorted((a, b) => a.tag - b.tag);
    }),
})).set;

const plain = (list: readonly DicomElement[]): unknown[] =>
  list.map(({ tag, vr, value, items, open }) => ({
    tag,
    vr,
    value: [...value],
    open: open === true,
    items: items?.map((item: DicomItem) => ({ open: item.open, elements: plain(item.elements) })),
  }));

describe('readDicom()', () => {
  test.each(['1.2.840.10008.1.2', '1.2.840.10008.1.2.1', '1.2.840.10008.1.2.2', '1.2.840.10008.1.2.1.99'])(
    'understands what writeDicom() writes in %s, and copies it byte for byte',
    (uid) => {
      fc.assert(
        fc.property(elements, (list) => {
          fc.pre(list.length > 0);
          const file = {
            preamble: new Uint8Array(128),
            meta: metaWithLength([text(0x00020010, 'UI', uid)]),
            syntax: syntaxOf(uid),
            elements: list,
            rest: new Uint8Array(0),
          };
          const bytes = writeDicom(file, codec);
          const read = readDicom(bytes, codec);
          expect(plain(read.elements)).toEqual(plain(list));
          expect(writeDicom(read, codec)).toEqual(bytes);
        }),
        { numRuns: 60 },
      );
    },
  );

  const head = (...values: number[]): Uint8Array => Uint8Array.from(values);
  test('reads a sequence written as UN, which holds implicit elements (CP-246)', () => {
    const bytes = head(
      ...[
        [0x08, 0x00, 0x40, 0x11, 0x55, 0x4e, 0, 0, 0xff, 0xff, 0xff, 0xff],
        [0xfe, 0xff, 0x00, 0xe0, 0xff, 0xff, 0xff, 0xff],
        [0x08, 0x00, 0x55, 0x11, 0x02, 0, 0, 0, 0x31, 0x00],
        [0xfe, 0xff, 0x0d, 0xe0, 0, 0, 0, 0],
        [0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0],
      ].flat(),
    );
    const { elements: read } = readDicom(bytes, codec);
    expect(read[0]?.items?.[0]?.elements[0]).toMatchObject({ tag: 0x00081155, vr: 'UI' });
    expect(writeDicom(readDicom(bytes, codec), codec)).toEqual(bytes);
  });
  test('keeps the padding after the last element', () => {
    const bytes = head(0x08, 0, 0x60, 0, 0x43, 0x53, 2, 0, 0x43, 0x54, ...Array.from({ length: 12 }, () => 0));
    const file = readDicom(bytes, codec);
    expect([file.elements.length, file.rest.length]).toEqual([1, 12]);
    expect(writeDicom(file, codec)).toEqual(bytes);
  });
  test('refuses nesting without end', () => {
    const levels = Array.from({ length: 100 }, () => [
      0x08, 0, 0x40, 0x11, 0x53, 0x51, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xfe, 0xff, 0, 0xe0, 0xff, 0xff, 0xff, 0xff,
    ]);
    expect(() => readDicom(head(...levels.flat()), codec)).toThrow('nested deeper than 64 levels');
  });
});
