/**
 * What the constructions of this package stand on. Two implementations exist: {@link portable} (JavaScript only: browser, edge) and
 * `@xinglin/gmcrypto/node` (OpenSSL through `node:crypto`, 2–10 times faster). Both pass the same conformance suite.
 *
 * Lengths in bytes. Keys of SM4 have 16, of AES-256 32, of HMAC any. Every function throws {@link CryptoError} on a wrong length and never
 * returns unauthenticated plaintext.
 */
export interface Primitives {
  readonly name: string;
  /** Cryptographically strong random bytes. */
  readonly random: (length: number) => Uint8Array;
  /** GB/T 32905-2016. 32 bytes. */
  readonly sm3: (...parts: readonly Uint8Array[]) => Uint8Array;
  /** A keyed MAC with the key's schedule done once: HMAC-SM3 (GB/T 15852.2, RFC 2104). 32 bytes. */
  readonly hmacSm3: (key: Uint8Array) => (...parts: readonly Uint8Array[]) => Uint8Array;
  /** GB/T 32907-2016 in counter mode (GB/T 17964): encrypts and decrypts. `counter` is the 16-byte initial block. */
  readonly sm4Ctr: (key: Uint8Array, counter: Uint8Array, data: Uint8Array) => Uint8Array;
  /** SM4-CBC with PKCS#7 padding. */
  readonly sm4CbcEncrypt: (key: Uint8Array, iv: Uint8Array, data: Uint8Array) => Uint8Array;
  readonly sm4CbcDecrypt: (key: Uint8Array, iv: Uint8Array, data: Uint8Array) => Uint8Array;
  /** AES-256-GCM, 12-byte nonce; the 16-byte tag follows the ciphertext. Undefined where it is not offered. */
  readonly aesGcm?: {
    readonly seal: (key: Uint8Array, nonce: Uint8Array, data: Uint8Array, aad: Uint8Array) => Uint8Array;
    readonly open: (key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array, aad: Uint8Array) => Uint8Array;
  };
  readonly sm2: Sm2;
}

/** Private key: 32 bytes. Public key: 65 bytes, uncompressed (04 ‖ x ‖ y). */
export interface Sm2KeyPair {
  readonly privateKey: Uint8Array;
  readonly publicKey: Uint8Array;
}

/** GB/T 32918. Signatures are r ‖ s (64 bytes), ciphertexts 04 ‖ x ‖ y ‖ C3 ‖ C2 (GB/T 32918.4-2016, C1C3C2). */
export interface Sm2 {
  readonly generate: () => Sm2KeyPair;
  readonly publicKeyOf: (privateKey: Uint8Array) => Uint8Array;
  /** Over SM3(Z ‖ message), Z of the user id (GB/T 32918.2 6.1). */
  readonly sign: (message: Uint8Array, keys: Sm2KeyPair, userId?: Uint8Array) => Uint8Array;
  readonly verify: (message: Uint8Array, signature: Uint8Array, publicKey: Uint8Array, userId?: Uint8Array) => boolean;
  readonly encrypt: (message: Uint8Array, publicKey: Uint8Array) => Uint8Array;
  /** @throws CryptoError `sm2.decrypt` when the ciphertext was changed or is for another key. */
  readonly decrypt: (ciphertext: Uint8Array, privateKey: Uint8Array) => Uint8Array;
}

export const SM3_BYTES = 32;
export const SM4_KEY_BYTES = 16;
export const BLOCK_BYTES = 16;
export const AES_KEY_BYTES = 32;
export const GCM_NONCE_BYTES = 12;

/** Code and what to do about it; texts for people are the caller's. */
export class CryptoError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'CryptoError';
    this.code = code;
  }
}

export function requireLength(what: string, data: Uint8Array, length: number): void {
  if (data.length !== length) throw new CryptoError('length', `${what} has ${data.length} bytes, it needs ${length}.`);
}
