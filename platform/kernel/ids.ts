import { randomBytes } from 'node:crypto';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * Makes time-ordered ids: a lower-case ULID (48 bits of milliseconds, 80 bits of chance, Crockford base32, 26 characters).
 * Ids made in one process within one millisecond keep their order, so a list sorted by id is sorted by creation.
 */
export function createIds(
  now: () => number = Date.now,
  random: () => Uint8Array = () => randomBytes(10),
): () => string {
  let last = -1;
  let tail = 0n;
  return () => {
    const time = Math.max(now(), last);
    if (time === last) tail = (tail + 1n) & ((1n << 80n) - 1n);
    else {
      last = time;
      // The top bit stays free, so that counting up within the millisecond cannot wrap around.
      tail = BigInt(`0x${Buffer.from(random()).toString('hex')}`) >> 1n;
    }
    return base32(BigInt(time), 10) + base32(tail, 16);
  };
}

function base32(value: bigint, length: number): string {
  let text = '';
  for (let i = 0; i < length; i += 1) {
    text = ALPHABET[Number(value & 31n)] + text;
    value >>= 5n;
  }
  return text;
}

/** The process's own generator. */
export const newId: () => string = createIds();

/** The moment an id was made. */
export function idTime(id: string): Date {
  let ms = 0;
  for (const char of id.slice(0, 10)) ms = ms * 32 + ALPHABET.indexOf(char);
  return new Date(ms);
}
