import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hex, utf8 } from './bytes.ts';
import { nodePrimitives } from './node/index.ts';
import { createTextMac } from './text-mac.ts';

const asHex = (words: Int32Array): string =>
  [...words].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');

test('createTextMac() is HMAC-SM3 as OpenSSL computes it, for any key and text', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 64 }),
      fc.array(fc.string({ unit: 'grapheme', maxLength: 200 }), { minLength: 1, maxLength: 4 }),
      (key, texts) => {
        const mac = createTextMac(key);
        const expected = nodePrimitives.hmacSm3(key);
        for (const text of texts) expect(asHex(mac(text))).toBe(hex(expected(utf8(text))));
      },
    ),
    { numRuns: 200 },
  );
});

test('createTextMac() holds at every length around the block borders', () => {
  const key = utf8('thirty-two bytes of real secret!');
  const mac = createTextMac(key);
  const expected = nodePrimitives.hmacSm3(key);
  for (let length = 0; length < 200; length++) {
    const text = 'a'.repeat(length);
    expect(asHex(mac(text))).toBe(hex(expected(utf8(text))));
  }
});

test('createTextMac() refuses a key that is empty or longer than a block', () => {
  expect(() => createTextMac(new Uint8Array(0))).toThrow(RangeError);
  expect(() => createTextMac(new Uint8Array(65))).toThrow(RangeError);
});
