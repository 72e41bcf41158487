import { mix } from './hash.ts';

/**
 * A Bloom filter: "was this pair of words added?" never answers a wrong no, and a wrong yes with about
 * `(1 - e^(-hashes·n/bits))^hashes` for n added. `bits` is rounded up to a power of two.
 *
 * @example
 * ```ts
 * import { createBloom } from '@xinglin/decide';
 *
 * const seen = createBloom(1 << 16, 4);
 * seen.add(7, 9); // true
 * seen.add(7, 9); // false
 * seen.has(7, 9); // true
 * ```
 */
export function createBloom(bits: number, hashes = 4): Bloom {
  return new Bloom(bits, hashes);
}

export class Bloom {
  readonly words: Uint32Array;
  readonly hashes: number;
  private readonly mask: number;

  constructor(bits: number, hashes: number) {
    const size = 2 ** Math.max(5, Math.ceil(Math.log2(bits)));
    this.words = new Uint32Array(size / 32);
    this.hashes = hashes;
    this.mask = size - 1;
  }

  /** Adds; true when it was not there. */
  add(high: number, low: number): boolean {
    let fresh = false;
    // Double hashing (Kirsch and Mitzenmacher): two hashes make all others without losing the bound.
    const step = mix(high ^ 0x9e3779b9) | 1;
    let bit = mix(low ^ Math.imul(high, 0x85ebca6b));
    for (let left = this.hashes; left > 0; left--) {
      const at = bit & this.mask;
      const word = this.words[at >>> 5] as number;
      const flag = 1 << (at & 31);
      if ((word & flag) === 0) {
        this.words[at >>> 5] = word | flag;
        fresh = true;
      }
      bit = (bit + step) | 0;
    }
    return fresh;
  }

  has(high: number, low: number): boolean {
    const step = mix(high ^ 0x9e3779b9) | 1;
    let bit = mix(low ^ Math.imul(high, 0x85ebca6b));
    for (let left = this.hashes; left > 0; left--) {
      const at = bit & this.mask;
      if (((this.words[at >>> 5] as number) & (1 << (at & 31))) === 0) return false;
      bit = (bit + step) | 0;
    }
    return true;
  }

  clear(): void {
    this.words.fill(0);
  }
}
