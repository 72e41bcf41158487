import { base64url, concat, utf8 } from './bytes.ts';
import { CryptoError } from './primitives.ts';
import type { Primitives } from './primitives.ts';

/**
 * A search key for an encrypted field: equal values of one field give equal keys, and nothing is learnt without the secret. Fewer bits hide
 * more (several values share a key and the rows found are filtered after opening), more bits find exactly.
 *
 * Values are compared after `normalise`: by default NFKC, trimmed, without inner spaces, upper case, so that full-width digits and a typed
 * space find the same person.
 */
export function createBlindIndex(
  primitives: Pick<Primitives, 'hmacSm3'>,
  secret: Uint8Array,
  { field, bits = 96, normalise = plain }: { field: string; bits?: number; normalise?: (value: string) => string },
): (value: string) => string {
  if (!Number.isInteger(bits) || bits < 8 || bits > 256 || bits % 8 !== 0)
    throw new CryptoError('index.bits', 'A blind index has 8 to 256 bits, a multiple of 8.');
  if (secret.length < 16) throw new CryptoError('index.secret', 'The secret of a blind index has at least 16 bytes.');
  const mac = primitives.hmacSm3(secret);
  const prefix = concat(utf8(field), Uint8Array.of(0));
  return (value) => base64url(mac(prefix, utf8(normalise(value))).subarray(0, bits / 8));
}

const plain = (value: string): string => value.normalize('NFKC').replace(/\s+/g, '').toUpperCase();
