/** Both implementations of the primitives against the standards' vectors, each other, and OpenSSL where it is installed. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fromHex, hex, utf8 } from '../bytes.ts';
import {
  ciphertextFromDer,
  ciphertextToDer,
  privateKeyToPkcs8,
  publicKeyToSpki,
  signatureFromDer,
  signatureToDer,
} from '../der.ts';
import { hkdfSm3, pbkdf2Sm3 } from '../kdf.ts';
import { nodePrimitives } from '../node/index.ts';
import { portable } from '../portable/primitives.ts';
import { identityHash } from '../sm2-curve.ts';

/** GB/T 32918.5-2017, annex A: key, signature and ciphertext on the recommended curve. */
const SAMPLE = {
  privateKey: fromHex('3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8'),
  publicKey: fromHex(
    '0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13',
  ),
};
const SIGNATURE = fromHex(
  'f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa',
);
const CIPHERTEXT = fromHex(
  '0404ebfc718e8d1798620432268e77feb6415e2ede0e073c0f4f640ecd2e149a73e858f9d81e5430a57b36daab8f950a3c64e6ee6a63094d99283aff767e124df0' +
    '59983c18f809e262923c53aec295d30383b54e39d609d160afcb1908d0bd8766' +
    '21886ca989ca9c7d58087307ca93092d651efa',
);

describe.each([portable, nodePrimitives])('$name primitives', (primitives) => {
  const { sm2 } = primitives;

  test('SM3 gives the digests of GB/T 32905-2016, annex A', () => {
    expect(hex(primitives.sm3(utf8('abc')))).toBe('66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0');
    expect(hex(primitives.sm3(utf8('abcd'.repeat(16))))).toBe(
      'debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732',
    );
    expect(primitives.sm3(utf8('ab'), utf8('c'))).toEqual(primitives.sm3(utf8('abc')));
  });

  test('SM4 gives the block of GB/T 32907-2016, annex A', () => {
    const key = fromHex('0123456789abcdeffedcba9876543210');
    const zero = new Uint8Array(16);
    expect(hex(primitives.sm4CbcEncrypt(key, zero, key).subarray(0, 16))).toBe('681edf34d206965e86b3e94f536e4246');
    expect(hex(primitives.sm4Ctr(key, key, zero))).toBe('681edf34d206965e86b3e94f536e4246');
  });

  test('SM4-CTR counts over byte borders and decrypts what it encrypts', () => {
    const key = fromHex('0123456789abcdeffedcba9876543210');
    const counter = fromHex('00000000000000000000ffffffffffff');
    const text = utf8('统方数据 '.repeat(40));
    const sealed = primitives.sm4Ctr(key, counter, text);
    expect(primitives.sm4Ctr(key, counter, sealed)).toEqual(text);
    expect(sealed.subarray(16, 32)).toEqual(
      primitives.sm4Ctr(key, fromHex('00000000000000000001000000000000'), text.subarray(16, 32)),
    );
    expect(primitives.sm4Ctr(key, counter, new Uint8Array(0))).toEqual(new Uint8Array(0));
  });

  test('SM4-CBC refuses a wrong key, a changed end and an odd length with one error', () => {
    const key = primitives.random(16);
    const iv = primitives.random(16);
    const sealed = primitives.sm4CbcEncrypt(key, iv, utf8('x'));
    expect(primitives.sm4CbcDecrypt(key, iv, sealed)).toEqual(utf8('x'));
    for (const bad of [sealed.subarray(0, 15), new Uint8Array(0)])
      expect(() => primitives.sm4CbcDecrypt(key, iv, bad)).toThrow(expect.objectContaining({ code: 'sm4.decrypt' }));
    expect(() => primitives.sm4Ctr(key.subarray(1), iv, sealed)).toThrow(expect.objectContaining({ code: 'length' }));
  });

  test('Z, verification and decryption follow the example of GB/T 32918.5-2017', () => {
    expect(hex(identityHash(primitives.sm3, SAMPLE.publicKey))).toBe(
      'b2e14c5c79c6df5b85f4fe7ed8db7a262b9da7e07ccb0ea9f4747b8ccda8a4f3',
    );
    expect(sm2.publicKeyOf(SAMPLE.privateKey)).toEqual(SAMPLE.publicKey);
    expect(sm2.verify(utf8('message digest'), SIGNATURE, SAMPLE.publicKey)).toBe(true);
    expect(sm2.verify(utf8('message digesT'), SIGNATURE, SAMPLE.publicKey)).toBe(false);
    expect(sm2.decrypt(CIPHERTEXT, SAMPLE.privateKey)).toEqual(utf8('encryption standard'));
  });

  test('a signature holds for its message, key and user id only', () => {
    const keys = sm2.generate();
    const message = utf8('摆渡清单');
    const signature = sm2.sign(message, keys);
    expect(signature).toHaveLength(64);
    expect(sm2.verify(message, signature, keys.publicKey)).toBe(true);
    expect(sm2.verify(message, signature, keys.publicKey, utf8('someone else'))).toBe(false);
    expect(sm2.verify(message, signature, SAMPLE.publicKey)).toBe(false);
    expect(sm2.verify(message, signature.subarray(1), keys.publicKey)).toBe(false);
    expect(sm2.verify(message, new Uint8Array(64), keys.publicKey)).toBe(false);
    expect(sm2.verify(message, sm2.sign(message, keys, utf8('ALICE123')), keys.publicKey, utf8('ALICE123'))).toBe(true);
  });

  test('what was encrypted to a key opens with it, unchanged, and with no other', () => {
    const keys = sm2.generate();
    const sealed = sm2.encrypt(utf8('数据密钥'), keys.publicKey);
    expect(sm2.decrypt(sealed, keys.privateKey)).toEqual(utf8('数据密钥'));
    expect(ciphertextFromDer(ciphertextToDer(sealed))).toEqual(sealed);
    for (const at of [5, 70, sealed.length - 1]) {
      const changed = sealed.slice();
      changed[at] = (changed[at] as number) ^ 1;
      expect(() => sm2.decrypt(changed, keys.privateKey)).toThrow(expect.objectContaining({ code: 'sm2.decrypt' }));
    }
    expect(() => sm2.decrypt(sealed, SAMPLE.privateKey)).toThrow(expect.objectContaining({ code: 'sm2.decrypt' }));
    expect(() => sm2.encrypt(utf8('x'), new Uint8Array(65).fill(4))).toThrow(
      expect.objectContaining({ code: 'sm2.key' }),
    );
    expect(() => sm2.encrypt(new Uint8Array(0), keys.publicKey)).toThrow(
      expect.objectContaining({ code: 'sm2.empty' }),
    );
  });
});

test('both implementations agree on random keys and data', () => {
  const keys = portable.sm2.generate();
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 300 }),
      fc.uint8Array({ minLength: 16, maxLength: 16 }),
      (data, key) => {
        expect(nodePrimitives.sm3(data)).toEqual(portable.sm3(data));
        expect(nodePrimitives.hmacSm3(key)(data)).toEqual(portable.hmacSm3(key)(data));
        expect(nodePrimitives.sm4Ctr(key, key, data)).toEqual(portable.sm4Ctr(key, key, data));
        expect(nodePrimitives.sm4CbcEncrypt(key, key, data)).toEqual(portable.sm4CbcEncrypt(key, key, data));
        expect(portable.sm4CbcDecrypt(key, key, nodePrimitives.sm4CbcEncrypt(key, key, data))).toEqual(data);
      },
    ),
    { numRuns: 60 },
  );
  const message = utf8('交叉验签');
  expect(portable.sm2.verify(message, nodePrimitives.sm2.sign(message, keys), keys.publicKey)).toBe(true);
  expect(nodePrimitives.sm2.verify(message, portable.sm2.sign(message, keys), keys.publicKey)).toBe(true);
});

const openssl = (() => {
  try {
    return execFileSync('openssl', ['version'], { encoding: 'utf8' }).startsWith('OpenSSL 3');
  } catch {
    return false;
  }
})();

describe.skipIf(!openssl)('against the openssl command (skipped where it is not installed)', () => {
  let dir = '';
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'xinglin-sm-'));
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  const put = (name: string, content: Uint8Array | string): string => {
    writeFileSync(join(dir, name), content);
    return join(dir, name);
  };
  const pem = (label: string, der: Uint8Array): string =>
    `-----BEGIN ${label}-----\n${Buffer.from(der).toString('base64')}\n-----END ${label}-----\n`;

  test('signs and verifies with the standard user id in both directions', () => {
    const keys = nodePrimitives.sm2.generate();
    const message = put('message', '通报');
    const key = put('key.pem', pem('PRIVATE KEY', privateKeyToPkcs8(keys.privateKey, keys.publicKey)));
    const pub = put('pub.pem', pem('PUBLIC KEY', publicKeyToSpki(keys.publicKey)));
    const id = ['-sigopt', 'distid:1234567812345678'];
    const theirs = execFileSync('openssl', ['dgst', '-sm3', '-sign', key, ...id, message]);
    expect(nodePrimitives.sm2.verify(utf8('通报'), signatureFromDer(theirs), keys.publicKey)).toBe(true);
    const mine = put('mine.sig', signatureToDer(nodePrimitives.sm2.sign(utf8('通报'), keys)));
    const verdict = execFileSync('openssl', ['dgst', '-sm3', '-verify', pub, ...id, '-signature', mine, message], {
      encoding: 'utf8',
    });
    expect(verdict).toContain('Verified OK');
  });

  test('derives what openssl derives: HMAC, HKDF, PBKDF2', () => {
    const hkdf = execFileSync('openssl', [
      'kdf',
      '-keylen',
      '42',
      '-binary',
      '-kdfopt',
      'digest:SM3',
      '-kdfopt',
      'hexkey:0b0b0b0b',
      '-kdfopt',
      'hexsalt:000102',
      '-kdfopt',
      'hexinfo:f0f1',
      'HKDF',
    ]).toString('hex');
    expect(hex(hkdfSm3(nodePrimitives, fromHex('0b0b0b0b'), fromHex('000102'), fromHex('f0f1'), 42))).toBe(hkdf);
    const pbkdf2 = execFileSync('openssl', [
      'kdf',
      '-keylen',
      '42',
      '-binary',
      '-kdfopt',
      'digest:SM3',
      '-kdfopt',
      'pass:password',
      '-kdfopt',
      'salt:saltsaltsaltsalt',
      '-kdfopt',
      'iter:1200',
      'PBKDF2',
    ]).toString('hex');
    expect(hex(pbkdf2Sm3(nodePrimitives, utf8('password'), utf8('saltsaltsaltsalt'), 1200, 42))).toBe(pbkdf2);
    const mac = execFileSync(
      'openssl',
      ['dgst', '-sm3', '-mac', 'HMAC', '-macopt', 'hexkey:00112233', '-r', put('m', 'abc')],
      {
        encoding: 'utf8',
      },
    );
    expect(mac.split(' ')[0]).toBe(hex(portable.hmacSm3(fromHex('00112233'))(utf8('abc'))));
  });
});
