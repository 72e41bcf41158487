import { sha256 } from './sha256.ts';

export interface Solved {
  readonly nonces: number[];
  readonly gaveUp: boolean;
}

/** Milliseconds of computing before the page gets to breathe: a tap is answered even while a slow phone works. */
const SLICE_MS = 12;

/**
 * Solves `count` sub-puzzles in slices. After `capMs` it hands in what it has: a phone too slow for the flood is let through more slowly,
 * not turned away.
 */
export function solve(salt: string, count: number, capMs: number, now: () => number): Promise<Solved> {
  const nonces: number[] = [];
  const began = now();
  let nonce = 0;
  return new Promise((resolve) => {
    const step = (): void => {
      const until = now() + SLICE_MS;
      while (nonces.length < count) {
        if (sha256(salt + '.' + String(nonces.length) + '.' + String(nonce))[0]! >>> 24 === 0) {
          nonces.push(nonce);
          nonce = 0;
        } else nonce += 1;
        if ((nonce & 31) === 0 && now() > until) break;
      }
      if (nonces.length === count) resolve({ nonces, gaveUp: false });
      else if (now() - began > capMs) resolve({ nonces, gaveUp: true });
      else setTimeout(step, 0);
    };
    step();
  });
}
