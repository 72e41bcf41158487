import { sm2, sm3, sm4 } from 'sm-crypto-v2';
import { concat, fromHex, fromUtf8, hex } from '../bytes.ts';
import { BLOCK_BYTES, CryptoError, SM4_KEY_BYTES, requireLength } from '../primitives.ts';
import type { Primitives, Sm2KeyPair } from '../primitives.ts';
import { DEFAULT_USER_ID, requirePublicKey } from '../sm2-curve.ts';

const whole = (parts: readonly Uint8Array[]): Uint8Array =>
  parts.length === 1 ? (parts[0] as Uint8Array) : concat(...parts);

/** Counter blocks, each one more than the one before (big-endian, 128 bits). */
function counterBlocks(start: Uint8Array, count: number): Uint8Array {
  const blocks = new Uint8Array(count * BLOCK_BYTES);
  const counter = start.slice();
  for (let block = 0; block < count; block++) {
    blocks.set(counter, block * BLOCK_BYTES);
    for (let at = BLOCK_BYTES - 1; at >= 0; at--) {
      const next = (counter[at] as number) + 1;
      counter[at] = next & 255;
      if (next < 256) break;
    }
  }
  return blocks;
}

function checkKey(key: Uint8Array, iv: Uint8Array): void {
  requireLength('The SM4 key', key, SM4_KEY_BYTES);
  requireLength('The initial block', iv, BLOCK_BYTES);
}

/** SM2, SM3 and SM4 by the package sm-crypto-v2: runs wherever JavaScript does. */
export const portable: Primitives = {
  name: 'portable',
  random: (length) => {
    const bytes = new Uint8Array(length);
    // 65,536 bytes are the most one call gives (Web Cryptography, 10.1.1).
    for (let at = 0; at < length; at += 65_536)
      crypto.getRandomValues(bytes.subarray(at, Math.min(length, at + 65_536)));
    return bytes;
  },
  sm3: (...parts) => fromHex(sm3(whole(parts))),
  hmacSm3:
    (key) =>
    (...parts) =>
      fromHex(sm3(whole(parts), { key, mode: 'hmac' })),
  sm4Ctr(key, counter, data) {
    checkKey(key, counter);
    const blocks = counterBlocks(counter, Math.ceil(data.length / BLOCK_BYTES));
    if (blocks.length === 0) return new Uint8Array(0);
    const stream = sm4.encrypt(blocks, key, { mode: 'ecb', padding: 'none', output: 'array' });
    return data.map((byte, at) => byte ^ (stream[at] as number));
  },
  sm4CbcEncrypt(key, iv, data) {
    checkKey(key, iv);
    return Uint8Array.from(sm4.encrypt(data, key, { mode: 'cbc', iv, output: 'array' }));
  },
  sm4CbcDecrypt(key, iv, data) {
    checkKey(key, iv);
    const plain = rawCbc(key, iv, data);
    const pad = plain.at(-1) ?? 0;
    let wrong = pad < 1 || pad > BLOCK_BYTES ? 1 : 0;
    for (let back = 1; back <= Math.min(pad, BLOCK_BYTES); back++) wrong |= (plain.at(-back) as number) ^ pad;
    if (wrong !== 0)
      throw new CryptoError('sm4.decrypt', 'The data cannot be decrypted: wrong key, or it was changed.');
    return plain.slice(0, plain.length - pad);
  },
  sm2: {
    generate() {
      const { privateKey, publicKey } = sm2.generateKeyPairHex();
      return { privateKey: fromHex(privateKey.padStart(64, '0')), publicKey: fromHex(publicKey) };
    },
    publicKeyOf: (privateKey) => {
      requireLength('The SM2 private key', privateKey, 32);
      return fromHex(sm2.getPublicKeyFromPrivateKey(hex(privateKey)));
    },
    sign(message, { privateKey, publicKey }: Sm2KeyPair, userId = DEFAULT_USER_ID) {
      requireLength('The SM2 private key', privateKey, 32);
      requirePublicKey(publicKey);
      return fromHex(
        sm2.doSignature(message, hex(privateKey), { hash: true, publicKey: hex(publicKey), userId: fromUtf8(userId) }),
      );
    },
    verify(message, signature, publicKey, userId = DEFAULT_USER_ID) {
      if (signature.length !== 64) return false;
      try {
        requirePublicKey(publicKey);
        return sm2.doVerifySignature(message, hex(signature), hex(publicKey), { hash: true, userId: fromUtf8(userId) });
      } catch {
        return false;
      }
    },
    encrypt(message, publicKey) {
      requirePublicKey(publicKey);
      if (message.length === 0) throw new CryptoError('sm2.empty', 'SM2 encrypts at least one byte.');
      requirePoint(publicKey);
      return concat(Uint8Array.of(4), fromHex(sm2.doEncrypt(message, hex(publicKey), 1)));
    },
    decrypt(ciphertext, privateKey) {
      requireLength('The SM2 private key', privateKey, 32);
      const failed = new CryptoError('sm2.decrypt', 'The data cannot be decrypted: wrong key, or it was changed.');
      if (ciphertext.length < 98 || ciphertext[0] !== 4) throw failed;
      let plain: Uint8Array;
      try {
        plain = Uint8Array.from(sm2.doDecrypt(hex(ciphertext.subarray(1)), hex(privateKey), 1, { output: 'array' }));
      } catch {
        throw failed;
      }
      // The library answers a wrong C3 with nothing.
      if (plain.length !== ciphertext.length - 97) throw failed;
      return plain;
    },
  },
};

function requirePoint(publicKey: Uint8Array): void {
  let onCurve = false;
  try {
    onCurve = sm2.verifyPublicKey(hex(publicKey));
  } catch {
    // The library throws for some points and answers false for others.
  }
  if (!onCurve) throw new CryptoError('sm2.key', 'The public key is not a point of the SM2 curve.');
}

/** CBC without looking at the padding: the library's own check throws texts of its own. */
function rawCbc(key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array {
  if (data.length === 0 || data.length % BLOCK_BYTES !== 0)
    throw new CryptoError('sm4.decrypt', 'The data cannot be decrypted: its length is no multiple of 16.');
  return Uint8Array.from(sm4.decrypt(data, key, { mode: 'cbc', iv, padding: 'none', output: 'array' }));
}
