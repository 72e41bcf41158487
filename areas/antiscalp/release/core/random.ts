/** Seeded chance for simulations and demo data; never for a draw. */
export interface Random {
  /** 0 ≤ x < 1. */
  next(): number;
  below(limit: number): number;
  /** Exponential with this mean. */
  exponential(mean: number): number;
  normal(mean: number, deviation: number): number;
  pick<T>(list: readonly T[]): T;
  bytes(length: number): Uint8Array;
}

/** sfc32 (Doty-Humphrey, passes PractRand), seeded from a number or a text. */
export function seededRandom(seed: number | string): Random {
  let h = 0x9e3779b9;
  for (const char of String(seed)) {
    h = Math.imul(h ^ char.codePointAt(0)!, 0x85ebca6b);
    h = (h << 13) | (h >>> 19);
  }
  let a = h | 0;
  let b = Math.imul(h, 0xc2b2ae35) | 0;
  let c = ~h | 0;
  let counter = 1;
  const word = (): number => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return t >>> 0;
  };
  for (let i = 0; i < 15; i += 1) word();
  const next = (): number => ((word() >>> 5) * 67_108_864 + (word() >>> 6)) / 9_007_199_254_740_992;
  return {
    next,
    below: (limit) => Math.floor(next() * limit),
    exponential: (mean) => -mean * Math.log(1 - next()),
    normal: (mean, deviation) =>
      mean + deviation * Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    pick: (list) => list[Math.floor(next() * list.length)]!,
    bytes: (length) => Uint8Array.from({ length }, () => word() & 255),
  };
}
