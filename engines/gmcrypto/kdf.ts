import { bigEndian, concat } from './bytes.ts';
import { CryptoError, SM3_BYTES } from './primitives.ts';
import type { Primitives } from './primitives.ts';

type Hmac = Pick<Primitives, 'hmacSm3'>;

/** HKDF with HMAC-SM3 (RFC 5869). At most 255 × 32 bytes. */
export function hkdfSm3(
  { hmacSm3 }: Hmac,
  secret: Uint8Array,
  salt: Uint8Array,
  info: Uint8Array,
  length: number,
): Uint8Array {
  if (length > 255 * SM3_BYTES) throw new CryptoError('length', `HKDF gives at most ${255 * SM3_BYTES} bytes.`);
  const expand = hmacSm3(hmacSm3(salt.length === 0 ? new Uint8Array(SM3_BYTES) : salt)(secret));
  const key = new Uint8Array(length);
  let block: Uint8Array = new Uint8Array(0);
  for (let at = 0, counter = 1; at < length; at += SM3_BYTES, counter++) {
    block = expand(block, info, Uint8Array.of(counter));
    key.set(block.subarray(0, Math.min(SM3_BYTES, length - at)), at);
  }
  return key;
}

/** PBKDF2 with HMAC-SM3 (RFC 8018, 5.2). At least 1,000 iterations; hundreds of thousands for what a person types. */
export function pbkdf2Sm3(
  { hmacSm3 }: Hmac,
  password: Uint8Array,
  salt: Uint8Array,
  iterations: number,
  length: number,
): Uint8Array {
  if (!Number.isInteger(iterations) || iterations < 1000)
    throw new CryptoError('pbkdf2.iterations', 'PBKDF2 needs at least 1000 iterations.');
  const mac = hmacSm3(password);
  const key = new Uint8Array(length);
  for (let at = 0, block = 1; at < length; at += SM3_BYTES, block++) {
    let round = mac(concat(salt, bigEndian(block, 4)));
    const sum = round.slice();
    for (let left = iterations - 1; left > 0; left--) {
      round = mac(round);
      for (let byte = 0; byte < SM3_BYTES; byte++) sum[byte] = (sum[byte] as number) ^ (round[byte] as number);
    }
    key.set(sum.subarray(0, Math.min(SM3_BYTES, length - at)), at);
  }
  return key;
}
