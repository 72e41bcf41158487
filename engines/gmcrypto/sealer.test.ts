import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { utf8 } from './bytes.ts';
import { nodePrimitives } from './node/index.ts';
import { portable } from './portable/primitives.ts';
import { createSealer } from './sealer.ts';
import type { Profile } from './sealer.ts';

const KEY = new Uint8Array(32).fill(7);
const failed = expect.objectContaining({ code: 'aead.open' });
const profiles: Profile[] = ['sm4-ctr-hmac-sm3', 'sm4-cbc-hmac-sm3', 'aes-256-gcm'];

describe.each(profiles)('createSealer() with %s', (profile) => {
  const sealer = createSealer(nodePrimitives, profile, KEY);

  test('opens what it sealed, and only with the same context', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.uint8Array({ maxLength: 40 }), (data, context) => {
        const sealed = sealer.seal(data, context);
        expect(Buffer.from(sealer.open(sealed, context))).toEqual(Buffer.from(data));
        expect(() => sealer.open(sealed, utf8('another row'))).toThrow(failed);
      }),
      { numRuns: 50 },
    );
  });

  test('refuses every single changed byte and every cut', () => {
    const context = utf8('patient/name/17');
    const sealed = sealer.seal(utf8('张伟'), context);
    for (let at = 0; at < sealed.length; at++) {
      const changed = sealed.slice();
      changed[at] = (changed[at] as number) ^ 0x10;
      expect(() => sealer.open(changed, context), `byte ${at}`).toThrow(failed);
      expect(() => sealer.open(sealed.subarray(0, at), context), `cut at ${at}`).toThrow(failed);
    }
  });

  test('never seals the same twice', () => {
    const context = utf8('');
    const seen = new Set(Array.from({ length: 50 }, () => Buffer.from(sealer.seal(KEY, context)).toString('hex')));
    expect(seen.size).toBe(50);
  });

  test('another key does not open', () => {
    const other = createSealer(nodePrimitives, profile, new Uint8Array(32).fill(8));
    expect(() => other.open(sealer.seal(KEY, KEY), KEY)).toThrow(failed);
  });
});

test('the split between context and ciphertext cannot be moved', () => {
  const sealer = createSealer(nodePrimitives, 'sm4-ctr-hmac-sm3', KEY);
  const sealed = sealer.seal(utf8('data'), utf8('ab'));
  const moved = Uint8Array.from([sealed[0] as number, 'b'.charCodeAt(0), ...sealed.subarray(1)]);
  expect(() => sealer.open(moved, utf8('a'))).toThrow(failed);
});

test('what one implementation sealed the other opens', () => {
  for (const profile of ['sm4-ctr-hmac-sm3', 'sm4-cbc-hmac-sm3'] as const) {
    const sealed = createSealer(portable, profile, KEY).seal(utf8('跨端'), KEY);
    expect(Buffer.from(createSealer(nodePrimitives, profile, KEY).open(sealed, KEY)).toString()).toBe('跨端');
  }
});

test('wrong keys and profiles are named', () => {
  expect(() => createSealer(nodePrimitives, 'sm4-ctr-hmac-sm3', KEY.subarray(1))).toThrow(
    expect.objectContaining({ code: 'length' }),
  );
  expect(() => createSealer(nodePrimitives, 'rot13' as Profile, KEY)).toThrow(
    expect.objectContaining({ code: 'profile' }),
  );
  expect(() => createSealer(portable, 'aes-256-gcm', KEY)).toThrow(expect.objectContaining({ code: 'profile' }));
});
