/**
 * SM2, SM3 and SM4 put to use: sealing with authentication, key rings with rotation and destruction, sealed streams, blind indexes, shared
 * secrets. It uses SM algorithms; it is no certified cryptographic product.
 */
export { base64url, concat, fromBase64url, fromHex, fromUtf8, hex, sameBytes, utf8 } from './bytes.ts';
export { createBlindIndex } from './blind-index.ts';
export {
  ciphertextFromDer,
  ciphertextToDer,
  privateKeyToPkcs8,
  publicKeyFromSpki,
  publicKeyToSpki,
  signatureFromDer,
  signatureToDer,
} from './der.ts';
export { hkdfSm3, pbkdf2Sm3 } from './kdf.ts';
export { createKeyRing, openKeyRing } from './key-ring.ts';
export type { KeyProvider, KeyRing, KeyRingDocument, StoredKey } from './key-ring.ts';
export { portable } from './portable/primitives.ts';
export { CryptoError } from './primitives.ts';
export type { Primitives, Sm2, Sm2KeyPair } from './primitives.ts';
export { createStreamOpener, createStreamSealer } from './sealed-stream.ts';
export type { StreamOpener, StreamSealer } from './sealed-stream.ts';
export { DATA_KEY_BYTES, createSealer } from './sealer.ts';
export type { Profile, Sealer } from './sealer.ts';
export { joinSecret, splitSecret } from './secret-shares.ts';
export { DEFAULT_USER_ID, identityHash } from './sm2-curve.ts';
export { createTextMac } from './text-mac.ts';
