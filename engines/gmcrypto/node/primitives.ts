import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  createSign,
  createVerify,
  randomBytes,
} from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { concat } from '../bytes.ts';
import { privateKeyToPkcs8, publicKeyToSpki, signatureFromDer, signatureToDer } from '../der.ts';
import { portable } from '../portable/primitives.ts';
import {
  AES_KEY_BYTES,
  BLOCK_BYTES,
  CryptoError,
  GCM_NONCE_BYTES,
  SM4_KEY_BYTES,
  requireLength,
} from '../primitives.ts';
import type { Primitives } from '../primitives.ts';
import { identityHash, requirePublicKey } from '../sm2-curve.ts';

/** A raw key costs 10–15 µs per operation on Node 24, a KeyObject 2, and reading a PEM 300: the last few are kept. */
const KEPT_KEYS = 64;

function remembering(make: (key: Uint8Array) => KeyObject): (key: Uint8Array) => KeyObject {
  const kept = new Map<string, KeyObject>();
  return (key) => {
    const name = Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1');
    const found = kept.get(name);
    if (found !== undefined) return found;
    const made = make(key);
    if (kept.size >= KEPT_KEYS) kept.delete(kept.keys().next().value as string);
    kept.set(name, made);
    return made;
  };
}

const keyObject = remembering((key) => createSecretKey(key));

const bytes = (...parts: readonly Buffer[]): Uint8Array => {
  const whole = parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
  return new Uint8Array(whole.buffer, whole.byteOffset, whole.byteLength);
};

const sm3 = (...parts: readonly Uint8Array[]): Uint8Array => {
  const hash = createHash('sm3');
  for (const part of parts) hash.update(part);
  return bytes(hash.digest());
};

function cipher(name: string, key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array {
  requireLength('The SM4 key', key, SM4_KEY_BYTES);
  requireLength('The initial block', iv, BLOCK_BYTES);
  const running = createCipheriv(name, keyObject(key), iv);
  return bytes(running.update(data), running.final());
}

/** PEM, not DER: only a key that was read from PEM becomes an SM2 key in Node, others sign ECDSA on the same curve. */
const pem = (label: string, der: Uint8Array): string =>
  `-----BEGIN ${label}-----\n${Buffer.from(der).toString('base64')}\n-----END ${label}-----\n`;

const verifyingKey = remembering((publicKey) => createPublicKey(pem('PUBLIC KEY', publicKeyToSpki(publicKey))));
/** Of private ‖ public key. */
const signingKey = remembering((pair) =>
  createPrivateKey(pem('PRIVATE KEY', privateKeyToPkcs8(pair.subarray(0, 32), pair.subarray(32)))),
);

/** SM3, SM4 and SM2 signatures by OpenSSL; SM2 encryption, which Node does not offer, by {@link portable}. */
export const nodePrimitives: Primitives = {
  name: 'node',
  random: (length) => bytes(randomBytes(length)),
  sm3,
  hmacSm3(key) {
    const secret = keyObject(key);
    return (...parts) => {
      const mac = createHmac('sm3', secret);
      for (const part of parts) mac.update(part);
      return bytes(mac.digest());
    };
  },
  sm4Ctr: (key, counter, data) => cipher('sm4-ctr', key, counter, data),
  sm4CbcEncrypt: (key, iv, data) => cipher('sm4-cbc', key, iv, data),
  sm4CbcDecrypt(key, iv, data) {
    requireLength('The SM4 key', key, SM4_KEY_BYTES);
    requireLength('The initial block', iv, BLOCK_BYTES);
    try {
      const running = createDecipheriv('sm4-cbc', keyObject(key), iv);
      return bytes(running.update(data), running.final());
    } catch {
      throw new CryptoError('sm4.decrypt', 'The data cannot be decrypted: wrong key, or it was changed.');
    }
  },
  aesGcm: {
    seal(key, nonce, data, aad) {
      requireLength('The AES-256 key', key, AES_KEY_BYTES);
      requireLength('The nonce', nonce, GCM_NONCE_BYTES);
      const running = createCipheriv('aes-256-gcm', keyObject(key), nonce).setAAD(aad);
      return bytes(running.update(data), running.final(), running.getAuthTag());
    },
    open(key, nonce, sealed, aad) {
      requireLength('The AES-256 key', key, AES_KEY_BYTES);
      requireLength('The nonce', nonce, GCM_NONCE_BYTES);
      try {
        const running = createDecipheriv('aes-256-gcm', keyObject(key), nonce, { authTagLength: 16 })
          .setAAD(aad)
          .setAuthTag(sealed.subarray(-16));
        return bytes(running.update(sealed.subarray(0, -16)), running.final());
      } catch {
        throw new CryptoError('aead.open', 'The data cannot be opened: wrong key or context, or it was changed.');
      }
    },
  },
  sm2: {
    generate: portable.sm2.generate,
    publicKeyOf: portable.sm2.publicKeyOf,
    encrypt: portable.sm2.encrypt,
    decrypt: portable.sm2.decrypt,
    sign(message, { privateKey, publicKey }, userId) {
      requireLength('The SM2 private key', privateKey, 32);
      requirePublicKey(publicKey);
      const key = signingKey(concat(privateKey, publicKey));
      // With Z before the message and no user id, OpenSSL's SM3-with-SM2 is what GB/T 32918.2 asks for.
      const der = createSign('sm3')
        .update(identityHash(sm3, publicKey, userId))
        .update(message)
        .sign(key);
      return signatureFromDer(der);
    },
    verify(message, signature, publicKey, userId) {
      if (signature.length !== 64) return false;
      try {
        return createVerify('sm3')
          .update(identityHash(sm3, publicKey, userId))
          .update(message)
          .verify(verifyingKey(publicKey), signatureToDer(signature));
      } catch {
        return false;
      }
    },
  },
};
