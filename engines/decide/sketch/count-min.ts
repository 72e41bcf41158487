import { mix } from './hash.ts';

/**
 * A count-min sketch: counts of words, never too low; too high by more than `e / width × total` with probability
 * `e^-depth` at most. `width` is rounded up to a power of two. Conservative update: only the smallest cells grow.
 *
 * @example
 * ```ts
 * import { createCountMin } from '@xinglin/decide';
 *
 * const counts = createCountMin(1024, 4);
 * counts.add(42, 3); // 3
 * counts.estimate(42); // 3
 * ```
 */
export function createCountMin(width: number, depth = 4): CountMin {
  return new CountMin(width, depth);
}

export class CountMin {
  readonly cells: Uint32Array;
  readonly width: number;
  readonly depth: number;

  constructor(width: number, depth: number) {
    this.width = 2 ** Math.max(4, Math.ceil(Math.log2(width)));
    this.depth = depth;
    this.cells = new Uint32Array(this.width * depth);
  }

  /** Adds; returns the new estimate. */
  add(word: number, amount = 1): number {
    const target = this.estimate(word) + amount;
    for (let row = 0; row < this.depth; row++) {
      const at = this.cell(word, row);
      if ((this.cells[at] as number) < target) this.cells[at] = target;
    }
    return target;
  }

  estimate(word: number): number {
    let least = Number.POSITIVE_INFINITY;
    for (let row = 0; row < this.depth; row++) {
      const count = this.cells[this.cell(word, row)] as number;
      if (count < least) least = count;
    }
    return least;
  }

  clear(): void {
    this.cells.fill(0);
  }

  private cell(word: number, row: number): number {
    return row * this.width + (mix(word ^ Math.imul(row + 1, 0x9e3779b1)) & (this.width - 1));
  }
}
