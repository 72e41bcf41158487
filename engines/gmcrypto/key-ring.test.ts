import { beforeEach, describe, expect, test } from 'vitest';
import { createKeyRing, openKeyRing } from './key-ring.ts';
import type { KeyRing } from './key-ring.ts';
import { nodePrimitives } from './node/index.ts';
import { memoryProvider } from './testing/memory-provider.ts';

const context = { primitives: nodePrimitives, provider: memoryProvider() };
const now = new Date('2026-11-22T00:00:00Z');
const WHERE = 'his/patient/name/42';
const code = (name: string): unknown => expect.objectContaining({ code: name });
let ring: KeyRing;
beforeEach(async () => {
  ring = await createKeyRing(context, { name: 'his', id: 'k1', now });
});

describe('createKeyRing()', () => {
  test('seals text that only the same place opens', () => {
    const sealed = ring.sealText('欧阳修', WHERE);
    expect(sealed).toMatch(/^xl1\.k1\.[\w-]+$/);
    expect(ring.openText(sealed, WHERE)).toBe('欧阳修');
    expect(() => ring.openText(sealed, 'his/patient/name/43')).toThrow(code('aead.open'));
  });

  test('the stored document holds no key in clear, and opens again with the provider', async () => {
    const sealed = ring.sealText('x', WHERE);
    const stored = JSON.parse(JSON.stringify(ring.document)) as typeof ring.document;
    expect((await openKeyRing(context, stored)).openText(sealed, WHERE)).toBe('x');
    const stranger = { ...context, provider: memoryProvider(new Uint8Array(32).fill(2)) };
    await expect(openKeyRing(stranger, stored)).rejects.toThrow(code('aead.open'));
  });

  test('a wrapped key cannot be moved to another ring or id', async () => {
    await expect(openKeyRing(context, { ...ring.document, name: 'lis' })).rejects.toThrow(code('aead.open'));
    const keys = ring.document.keys.map((key) => ({ ...key, id: 'k9' }));
    await expect(openKeyRing(context, { ...ring.document, primary: 'k9', keys })).rejects.toThrow(code('aead.open'));
  });

  test('rotation seals with the new key and still opens with the old one', async () => {
    const before = ring.sealText('旧', WHERE);
    const document = await ring.rotate({ id: 'k2', now, profile: 'aes-256-gcm' });
    expect(document).toMatchObject({ primary: 'k2', keys: [{ id: 'k1' }, { id: 'k2', profile: 'aes-256-gcm' }] });
    expect(document.keys[0]?.wrapped).toBe(ring.document.keys[0]?.wrapped);
    expect(ring.sealText('新', WHERE)).toMatch(/^xl1\.k2\./);
    expect(ring.openText(before, WHERE)).toBe('旧');
    const again = await openKeyRing(context, document);
    expect(again.openText(before, WHERE)).toBe('旧');
    await expect(ring.rotate({ id: 'k2', now })).rejects.toThrow(code('ring.id'));
    await expect(ring.rotate({ id: 'K 3', now })).rejects.toThrow(code('ring.id'));
  });

  test('a destroyed key opens nothing any more, here and after reading the ring again', async () => {
    const sealed = ring.sealText('x', WHERE);
    expect(() => ring.destroy('k1', now)).toThrow(code('ring.primary'));
    await ring.rotate({ id: 'k2', now });
    const document = ring.destroy('k1', now);
    expect(document.keys[0]).toMatchObject({ id: 'k1', wrapped: '', destroyedAt: now.toISOString() });
    expect(() => ring.openText(sealed, WHERE)).toThrow(code('ring.destroyed'));
    expect(() => ring.destroy('k1', now)).toThrow(code('ring.destroyed'));
    expect(() => ring.destroy('k7', now)).toThrow(code('ring.unknown_key'));
    const again = await openKeyRing(context, document);
    expect(() => again.openText(sealed, WHERE)).toThrow(code('ring.destroyed'));
    await expect(openKeyRing(context, { ...document, primary: 'k1' })).rejects.toThrow(code('ring.primary'));
  });

  test('what is no sealed value is named as such', () => {
    for (const text of ['', '张伟', 'xl1.k1', 'xl2.k1.AAAA', 'xl1.k1.AA.AA'])
      expect(() => ring.openText(text, WHERE)).toThrow(code('ring.format'));
    expect(() => ring.openText('xl1.zz.AAAA', WHERE)).toThrow(code('ring.unknown_key'));
    expect(() => ring.openText('xl1.k1.!!!', WHERE)).toThrow(code('encoding'));
  });
});
