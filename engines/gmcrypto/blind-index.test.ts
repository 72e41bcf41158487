import { expect, test } from 'vitest';
import { createBlindIndex } from './blind-index.ts';
import { portable } from './portable/primitives.ts';

const SECRET = new Uint8Array(32).fill(3);

test('createBlindIndex() finds a value however it was typed', () => {
  const index = createBlindIndex(portable, SECRET, { field: 'patient.id_number' });
  const key = index('11010519491231002X');
  expect(key).toMatch(/^[\w-]{16}$/);
  for (const typed of [' 11010519491231002x', '110105 19491231 002X', '\uFF11\uFF11010519491231002\uFF38'])
    expect(index(typed)).toBe(key);
  expect(index('110105194912310021')).not.toBe(key);
});

test('fields and secrets have keys of their own', () => {
  const key = createBlindIndex(portable, SECRET, { field: 'phone' })('13800000000');
  expect(createBlindIndex(portable, SECRET, { field: 'mobile' })('13800000000')).not.toBe(key);
  expect(
    createBlindIndex(
      portable,
      SECRET.map((byte) => byte + 1),
      { field: 'phone' },
    )('13800000000'),
  ).not.toBe(key);
});

test('few bits make values share keys, as asked', () => {
  const index = createBlindIndex(portable, SECRET, { field: 'name', bits: 8 });
  const keys = new Set(Array.from({ length: 2000 }, (_, n) => index(`name ${n}`)));
  expect(keys.size).toBe(256);
  expect(() => createBlindIndex(portable, SECRET, { field: 'x', bits: 12 })).toThrow(
    expect.objectContaining({ code: 'index.bits' }),
  );
  expect(() => createBlindIndex(portable, SECRET.subarray(20), { field: 'x' })).toThrow(
    expect.objectContaining({ code: 'index.secret' }),
  );
});
