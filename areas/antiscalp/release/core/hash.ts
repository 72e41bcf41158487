import { createHash, createHmac } from 'node:crypto';
import type { DrawAlgorithm } from './types.ts';

/** Hex digest of UTF-8 text. SM3: GB/T 32905-2016; SHA-256: FIPS 180-4. */
export function digest(algorithm: DrawAlgorithm, text: string): string {
  return createHash(algorithm).update(text, 'utf8').digest('hex');
}

export function hmac(algorithm: DrawAlgorithm, key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
  const mac = createHmac(algorithm, key);
  for (const part of parts) mac.update(part);
  return mac.digest();
}
