import { mix } from './hash.ts';

/**
 * HyperLogLog: how many distinct words were added, in 2^precision bytes, with a standard error of 1.04 / √(2^precision)
 * (0.8 % at 14, 3.3 % at 10). Small counts are counted linearly (Heule et al., 2013).
 *
 * @example
 * ```ts
 * import { createHyperLogLog } from '@xinglin/decide';
 *
 * const visitors = createHyperLogLog(10);
 * for (let id = 0; id < 50; id++) visitors.add(id % 5);
 * visitors.estimate(); // 5
 * ```
 */
export function createHyperLogLog(precision = 10): HyperLogLog {
  return new HyperLogLog(precision);
}

export class HyperLogLog {
  readonly registers: Uint8Array;
  readonly precision: number;

  constructor(precision: number) {
    if (!(precision >= 4 && precision <= 16)) throw new RangeError('precision is 4 to 16');
    this.precision = precision;
    this.registers = new Uint8Array(1 << precision);
  }

  add(word: number): void {
    // Two hashes: the register is taken from one, the rank from the other, so that 32 bits are enough for either.
    const register = mix(word ^ 0x2545f491) >>> (32 - this.precision);
    const rank = Math.clz32(mix(word ^ 0x9e3779b9)) + 1;
    if (rank > (this.registers[register] as number)) this.registers[register] = rank;
  }

  /** Rounded to a whole number. */
  estimate(): number {
    return estimateRegisters(this.registers, 0, this.registers.length);
  }

  /** Becomes the sketch of everything added to either. */
  merge(other: HyperLogLog): void {
    if (other.precision !== this.precision) throw new RangeError('sketches of different precision');
    for (let at = 0; at < this.registers.length; at++) {
      const rank = other.registers[at] as number;
      if (rank > (this.registers[at] as number)) this.registers[at] = rank;
    }
  }

  clear(): void {
    this.registers.fill(0);
  }
}

function estimateRegisters(registers: Uint8Array, from: number, size: number): number {
  let sum = 0;
  let empty = 0;
  for (let at = from; at < from + size; at++) {
    const rank = registers[at] as number;
    sum += 2 ** -rank;
    if (rank === 0) empty++;
  }
  const alpha = size >= 128 ? 0.7213 / (1 + 1.079 / size) : size === 64 ? 0.709 : size === 32 ? 0.697 : 0.673;
  const raw = (alpha * size * size) / sum;
  if (raw <= 2.5 * size && empty > 0) return Math.round(size * Math.log(size / empty));
  // 32-bit words begin to collide near 2^32.
  return Math.round(raw > 2 ** 32 / 30 ? -(2 ** 32) * Math.log(1 - raw / 2 ** 32) : raw);
}
