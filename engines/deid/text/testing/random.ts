/** A small deterministic generator (mulberry32) with the draws the generators need. */
export interface Random {
  next(): number;
  int(below: number): number;
  between(from: number, to: number): number;
  pick<V>(list: readonly V[]): V;
  chance(probability: number): boolean;
  digits(count: number): string;
}

export function random(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const int = (below: number): number => Math.floor(next() * below);
  return {
    next,
    int,
    between: (from, to) => from + int(to - from + 1),
    pick: (list) => list[int(list.length)] as (typeof list)[number],
    chance: (probability) => next() < probability,
    digits: (count) => Array.from({ length: count }, () => int(10)).join(''),
  };
}
