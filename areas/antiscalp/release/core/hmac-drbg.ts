import { hmac } from '#release-hash';
import type { DrawAlgorithm } from './types.ts';

export interface Drbg {
  /** The next `length` bytes; each call is one Generate of the standard. */
  bytes(length: number): Uint8Array;
  /** A whole number from 0 to `limit - 1`, every one equally likely. `limit` is at most 2^48. */
  below(limit: number): number;
}

const SPACE = 2 ** 48;

/** HMAC_DRBG of NIST SP 800-90A rev. 1, 10.1.2, without reseeding and additional input; with SM3 it is the same construction over that hash. */
export function hmacDrbg(algorithm: DrawAlgorithm, seedMaterial: Uint8Array): Drbg {
  let key = new Uint8Array(32);
  let value = new Uint8Array(32).fill(1);
  const update = (data?: Uint8Array): void => {
    key = Uint8Array.from(hmac(algorithm, key, value, Uint8Array.of(0), data ?? new Uint8Array(0)));
    value = Uint8Array.from(hmac(algorithm, key, value));
    if (data === undefined) return;
    key = Uint8Array.from(hmac(algorithm, key, value, Uint8Array.of(1), data));
    value = Uint8Array.from(hmac(algorithm, key, value));
  };
  update(seedMaterial);

  const bytes = (length: number): Uint8Array => {
    const out = new Uint8Array(length);
    for (let at = 0; at < length; at += value.length) {
      value = Uint8Array.from(hmac(algorithm, key, value));
      out.set(value.subarray(0, Math.min(value.length, length - at)), at);
    }
    update();
    return out;
  };
  return {
    bytes,
    below(limit) {
      if (!Number.isInteger(limit) || limit < 1 || limit > SPACE) throw new RangeError(`below(${limit})`);
      // Numbers of the last, incomplete multiple of `limit` are thrown away: a plain remainder would favour the small ones.
      const most = SPACE - (SPACE % limit);
      for (;;) {
        let number = 0;
        for (const byte of bytes(6)) number = number * 256 + byte;
        if (number < most) return number % limit;
      }
    },
  };
}
