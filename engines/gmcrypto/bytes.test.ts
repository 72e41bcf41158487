import fc from 'fast-check';
import { expect, test } from 'vitest';
import { base64url, bigEndian, concat, fromBase64url, fromHex, hex, sameBytes } from './bytes.ts';
import {
  ciphertextFromDer,
  privateKeyToPkcs8,
  publicKeyFromSpki,
  publicKeyToSpki,
  signatureFromDer,
  signatureToDer,
} from './der.ts';

const code = (name: string): unknown => expect.objectContaining({ code: name });

test('hex and base64url agree with the platform and come back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
      expect(hex(bytes)).toBe(Buffer.from(bytes).toString('hex'));
      expect(fromHex(hex(bytes).toUpperCase())).toEqual(bytes);
      expect(base64url(bytes)).toBe(Buffer.from(bytes).toString('base64url'));
      expect(fromBase64url(base64url(bytes))).toEqual(bytes);
    }),
  );
  for (const text of ['abc', 'zz', '0x']) expect(() => fromHex(text)).toThrow(code('encoding'));
  for (const text of ['A', 'A=', 'AB', 'AAB', '+/']) expect(() => fromBase64url(text)).toThrow(code('encoding'));
});

test('sameBytes() and bigEndian()', () => {
  expect(sameBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(true);
  expect(sameBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false);
  expect(sameBytes(Uint8Array.of(1), Uint8Array.of(1, 0))).toBe(false);
  expect(hex(bigEndian(2 ** 40 + 5, 8))).toBe('0000010000000005');
});

test('signatures survive DER with leading zeros and high bits, and bad DER is refused', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 64, maxLength: 64 }),
      fc.integer({ min: 0, max: 31 }),
      (signature, zeros) => {
        signature.fill(0, 0, zeros);
        signature.fill(0, 32, 32 + zeros);
        expect(signatureFromDer(signatureToDer(signature))).toEqual(signature);
      },
    ),
  );
  const good = signatureToDer(new Uint8Array(64).fill(200));
  for (const bad of [
    good.subarray(1),
    good.subarray(0, -1),
    concat(good, Uint8Array.of(0)),
    fromHex('3006020200010201'),
    fromHex('30060201ff020101'),
    fromHex('308106020101020101'),
    new Uint8Array(0),
  ])
    expect(() => signatureFromDer(bad)).toThrow(code('der'));
  expect(() => ciphertextFromDer(good)).toThrow(code('der'));
});

test('keys go through SubjectPublicKeyInfo and refuse what is not SM2', () => {
  const publicKey = concat(Uint8Array.of(4), new Uint8Array(64).fill(9));
  const spki = publicKeyToSpki(publicKey);
  expect(publicKeyFromSpki(spki)).toEqual(publicKey);
  const p256 = spki.slice();
  p256[15] = (p256[15] as number) ^ 1;
  expect(() => publicKeyFromSpki(p256)).toThrow(code('der'));
  expect(() => publicKeyFromSpki(spki.subarray(0, -1))).toThrow(code('der'));
  expect(() => publicKeyToSpki(publicKey.subarray(1))).toThrow(code('length'));
  expect(() => privateKeyToPkcs8(new Uint8Array(32), publicKey.fill(2, 0, 1))).toThrow(code('sm2.key'));
});
