import { randomBytes } from 'node:crypto';

const LETTERS = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * Ids of decisions: like the kernel's ids in time order and 26 characters of base 32, but made from a counter instead of fresh chance, because
 * the gateway makes one per request. They are references to read out on the phone, not secrets.
 */
export const nextId: () => string = createQuickIds();

export function createQuickIds(now: () => number = Date.now): () => string {
  let process = '';
  let last = -1;
  let stamp = '';
  let count = 0;
  return () => {
    const time = now();
    if (process === '') process = base32(randomBytes(6).readUIntBE(0, 6), 10);
    // A clock set back keeps counting in the later time, so that order is kept.
    if (time > last) {
      last = time;
      stamp = base32(time, 10);
      count = 0;
    }
    count += 1;
    return stamp + base32(count, 6) + process;
  };
}

function base32(value: number, length: number): string {
  let text = '';
  for (let i = 0; i < length; i += 1) {
    text = (LETTERS[value % 32] as string) + text;
    value = Math.floor(value / 32);
  }
  return text;
}
