import { bigEndian, concat, sameBytes, utf8 } from './bytes.ts';
import { hkdfSm3 } from './kdf.ts';
import { BLOCK_BYTES, CryptoError, GCM_NONCE_BYTES, SM3_BYTES, requireLength } from './primitives.ts';
import type { Primitives } from './primitives.ts';

/**
 * How data is sealed. `sm4-ctr-hmac-sm3`: SM4-CTR, then HMAC-SM3 over context, counter block and ciphertext (encrypt-then-MAC; SM4-GCM is in
 * no Node). `sm4-cbc-hmac-sm3`: the same around SM4-CBC, for readers that know nothing else. `aes-256-gcm`: where SM algorithms are not asked
 * for; 20–40 times faster.
 */
export type Profile = 'sm4-ctr-hmac-sm3' | 'sm4-cbc-hmac-sm3' | 'aes-256-gcm';

const PROFILES: readonly Profile[] = ['sm4-ctr-hmac-sm3', 'sm4-cbc-hmac-sm3', 'aes-256-gcm'];

export const DATA_KEY_BYTES = 32;

/** Authenticated encryption under one data key. */
export interface Sealer {
  readonly profile: Profile;
  /** profile (1 byte) ‖ nonce ‖ ciphertext ‖ tag. `context` is authenticated and not stored: the same must be given to open. */
  seal(plaintext: Uint8Array, context: Uint8Array): Uint8Array;
  /** @throws CryptoError `aead.open` when key, context or data are not those of sealing. */
  open(sealed: Uint8Array, context: Uint8Array): Uint8Array;
}

const failed = (): CryptoError =>
  new CryptoError('aead.open', 'The data cannot be opened: wrong key or context, or it was changed.');

/** @param key 32 bytes; keys of the parts are derived from it by HKDF-SM3. */
export function createSealer(primitives: Primitives, profile: Profile, key: Uint8Array): Sealer {
  requireLength('The data key', key, DATA_KEY_BYTES);
  const mark = PROFILES.indexOf(profile) + 1;
  if (mark === 0) throw new CryptoError('profile', `There is no profile "${profile}": ${PROFILES.join(', ')}.`);
  const core = profile === 'aes-256-gcm' ? gcm(primitives, key) : sm4(primitives, profile, key);
  return {
    profile,
    seal: (plaintext, context) => concat(Uint8Array.of(mark), core.seal(plaintext, context)),
    open(sealed, context) {
      if (sealed[0] !== mark) throw failed();
      return core.open(sealed.subarray(1), context);
    },
  };
}

type Core = Omit<Sealer, 'profile'>;

function gcm({ aesGcm, random }: Primitives, key: Uint8Array): Core {
  if (aesGcm === undefined)
    throw new CryptoError(
      'profile',
      'AES-256-GCM is not offered by these primitives: use those of @xinglin/gmcrypto/node.',
    );
  return {
    seal(plaintext, context) {
      const nonce = random(GCM_NONCE_BYTES);
      return concat(nonce, aesGcm.seal(key, nonce, plaintext, context));
    },
    open(sealed, context) {
      if (sealed.length < GCM_NONCE_BYTES + 16) throw failed();
      return aesGcm.open(key, sealed.subarray(0, GCM_NONCE_BYTES), sealed.subarray(GCM_NONCE_BYTES), context);
    },
  };
}

function sm4(primitives: Primitives, profile: Profile, key: Uint8Array): Core {
  const { random, sm4Ctr, sm4CbcEncrypt, sm4CbcDecrypt } = primitives;
  const material = hkdfSm3(primitives, key, new Uint8Array(0), utf8(`xinglin ${profile}`), 48);
  const cipherKey = material.slice(0, 16);
  const mac = primitives.hmacSm3(material.slice(16));
  const counter = profile === 'sm4-ctr-hmac-sm3';
  // The lengths make the split between context and ciphertext unambiguous.
  const tagOf = (context: Uint8Array, body: Uint8Array): Uint8Array =>
    mac(context, body, bigEndian(context.length, 8), bigEndian(body.length, 8));
  return {
    seal(plaintext, context) {
      const iv = random(BLOCK_BYTES);
      const encrypted = counter ? sm4Ctr(cipherKey, iv, plaintext) : sm4CbcEncrypt(cipherKey, iv, plaintext);
      const body = concat(iv, encrypted);
      return concat(body, tagOf(context, body));
    },
    open(sealed, context) {
      if (sealed.length < BLOCK_BYTES + SM3_BYTES) throw failed();
      const body = sealed.subarray(0, -SM3_BYTES);
      if (!sameBytes(tagOf(context, body), sealed.subarray(-SM3_BYTES))) throw failed();
      const iv = body.subarray(0, BLOCK_BYTES);
      const encrypted = body.subarray(BLOCK_BYTES);
      return counter ? sm4Ctr(cipherKey, iv, encrypted) : sm4CbcDecrypt(cipherKey, iv, encrypted);
    },
  };
}
