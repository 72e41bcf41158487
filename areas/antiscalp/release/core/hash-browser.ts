/** `hash.ts` where there is no node:crypto: the same digests in plain JavaScript, for the console's check of a draw. */
import { sha256 } from '@xinglin/decide';
import { concat, fromHex, hex, portable, utf8 } from '@xinglin/gmcrypto';
import type { DrawAlgorithm } from './types.ts';

/** Both algorithms work on blocks of 64 bytes (FIPS 180-4, GB/T 32905). */
const BLOCK = 64;

const hash = (algorithm: DrawAlgorithm, data: Uint8Array): Uint8Array =>
  algorithm === 'sm3' ? portable.sm3(data) : fromHex(sha256(data));

export function digest(algorithm: DrawAlgorithm, text: string): string {
  return hex(hash(algorithm, utf8(text)));
}

/** HMAC, RFC 2104. */
export function hmac(algorithm: DrawAlgorithm, key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
  const short = key.length > BLOCK ? hash(algorithm, key) : key;
  const padded = new Uint8Array(BLOCK);
  padded.set(short);
  const inner = hash(
    algorithm,
    concat(
      padded.map((byte) => byte ^ 0x36),
      ...parts,
    ),
  );
  return hash(
    algorithm,
    concat(
      padded.map((byte) => byte ^ 0x5c),
      inner,
    ),
  );
}
