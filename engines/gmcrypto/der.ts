import { concat, fromHex } from './bytes.ts';
import { CryptoError } from './primitives.ts';
import { requirePublicKey } from './sm2-curve.ts';

/** The few DER structures other SM2 software exchanges (GM/T 0009-2012, GM/T 0010-2012, RFC 5208, RFC 5480). */

const INTEGER = 0x02;
const OCTETS = 0x04;
const SEQUENCE = 0x30;
/** id-ecPublicKey 1.2.840.10045.2.1, sm2p256v1 1.2.156.10197.1.301. */
const ALGORITHM = fromHex('301306072a8648ce3d020106082a811ccf5501822d');

function element(tag: number, content: Uint8Array): Uint8Array {
  const { length } = content;
  const size =
    length < 128
      ? Uint8Array.of(length)
      : length < 256
        ? Uint8Array.of(0x81, length)
        : length < 65_536
          ? Uint8Array.of(0x82, length >> 8, length & 255)
          : Uint8Array.of(0x83, length >> 16, (length >> 8) & 255, length & 255);
  return concat(Uint8Array.of(tag), size, content);
}

function integer(unsigned: Uint8Array): Uint8Array {
  let start = 0;
  while (start < unsigned.length - 1 && unsigned[start] === 0) start++;
  const bare = unsigned.subarray(start);
  return element(INTEGER, (bare[0] ?? 0) >= 128 ? concat(Uint8Array.of(0), bare) : bare);
}

const broken = (): CryptoError => new CryptoError('der', 'The data is not the DER structure it should be.');

/** Reads elements one after the other, strictly: definite, minimal lengths, nothing left over. */
class Reader {
  readonly #data: Uint8Array;
  #at = 0;

  constructor(data: Uint8Array) {
    this.#data = data;
  }

  take(tag: number): Uint8Array {
    const data = this.#data;
    if (data[this.#at] !== tag) throw broken();
    let length = data[this.#at + 1] ?? 0;
    this.#at += 2;
    if (length >= 128) {
      const bytes = length - 128;
      if (bytes < 1 || bytes > 3) throw broken();
      length = 0;
      for (let left = bytes; left > 0; left--) length = length * 256 + (data[this.#at++] ?? 0);
      if (length < (bytes === 1 ? 128 : 256 ** (bytes - 1))) throw broken();
    }
    const end = this.#at + length;
    if (end > data.length) throw broken();
    const content = data.subarray(this.#at, end);
    this.#at = end;
    return content;
  }

  /** An unsigned integer of at most `length` bytes, padded to it. */
  number(length: number): Uint8Array {
    let content = this.take(INTEGER);
    if (content.length === 0 || (content[0] as number) >= 128) throw broken();
    if (content[0] === 0 && content.length > 1) {
      if ((content[1] as number) < 128) throw broken();
      content = content.subarray(1);
    }
    if (content.length > length) throw broken();
    const padded = new Uint8Array(length);
    padded.set(content, length - content.length);
    return padded;
  }

  end(): void {
    if (this.#at !== this.#data.length) throw broken();
  }
}

/** r ‖ s → SEQUENCE { r, s }. */
export const signatureToDer = (signature: Uint8Array): Uint8Array =>
  element(SEQUENCE, concat(integer(signature.subarray(0, 32)), integer(signature.subarray(32, 64))));

/** @throws CryptoError `der`. */
export function signatureFromDer(der: Uint8Array): Uint8Array {
  const outer = new Reader(der);
  const inner = new Reader(outer.take(SEQUENCE));
  outer.end();
  const signature = concat(inner.number(32), inner.number(32));
  inner.end();
  return signature;
}

/** 04 ‖ x ‖ y ‖ C3 ‖ C2 → SEQUENCE { x, y, hash, cipher } (GM/T 0009-2012, 7.2). */
export function ciphertextToDer(ciphertext: Uint8Array): Uint8Array {
  return element(
    SEQUENCE,
    concat(
      integer(ciphertext.subarray(1, 33)),
      integer(ciphertext.subarray(33, 65)),
      element(OCTETS, ciphertext.subarray(65, 97)),
      element(OCTETS, ciphertext.subarray(97)),
    ),
  );
}

/** @throws CryptoError `der`. */
export function ciphertextFromDer(der: Uint8Array): Uint8Array {
  const outer = new Reader(der);
  const inner = new Reader(outer.take(SEQUENCE));
  outer.end();
  const point = concat(Uint8Array.of(4), inner.number(32), inner.number(32));
  const hash = inner.take(OCTETS);
  const cipher = inner.take(OCTETS);
  inner.end();
  if (hash.length !== 32) throw broken();
  return concat(point, hash, cipher);
}

/** SubjectPublicKeyInfo of a 65-byte public key. */
export function publicKeyToSpki(publicKey: Uint8Array): Uint8Array {
  requirePublicKey(publicKey);
  return element(SEQUENCE, concat(ALGORITHM, element(0x03, concat(Uint8Array.of(0), publicKey))));
}

/** @throws CryptoError `der` when it is not an uncompressed SM2 key. */
export function publicKeyFromSpki(spki: Uint8Array): Uint8Array {
  const head = publicKeyToSpki(concat(Uint8Array.of(4), new Uint8Array(64))).length - 64;
  const expected = publicKeyToSpki(concat(Uint8Array.of(4), new Uint8Array(64))).subarray(0, head);
  if (spki.length !== head + 64 || expected.some((byte, at) => spki[at] !== byte)) throw broken();
  return spki.slice(head - 1);
}

/** PKCS#8 PrivateKeyInfo around an RFC 5915 ECPrivateKey with its public key. */
export function privateKeyToPkcs8(privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array {
  requirePublicKey(publicKey);
  const key = element(
    SEQUENCE,
    concat(
      element(INTEGER, Uint8Array.of(1)),
      element(OCTETS, privateKey),
      element(0xa1, element(0x03, concat(Uint8Array.of(0), publicKey))),
    ),
  );
  return element(SEQUENCE, concat(element(INTEGER, Uint8Array.of(0)), ALGORITHM, element(OCTETS, key)));
}
