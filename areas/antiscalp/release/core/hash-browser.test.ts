import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as browser from './hash-browser.ts';
import * as node from './hash.ts';

const algorithm = fc.constantFrom('sha256' as const, 'sm3' as const);

test('digest() of the browser is that of node:crypto', () => {
  fc.assert(
    fc.property(algorithm, fc.string({ unit: 'grapheme', maxLength: 300 }), (name, text) => {
      expect(browser.digest(name, text)).toBe(node.digest(name, text));
    }),
  );
});

test('hmac() of the browser is that of node:crypto, for keys shorter and longer than a block', () => {
  const bytes = fc.uint8Array({ maxLength: 200 });
  fc.assert(
    fc.property(algorithm, bytes, fc.array(bytes, { maxLength: 4 }), (name, key, parts) => {
      expect(Buffer.from(browser.hmac(name, key, ...parts)).toString('hex')).toBe(
        Buffer.from(node.hmac(name, key, ...parts)).toString('hex'),
      );
    }),
  );
});
