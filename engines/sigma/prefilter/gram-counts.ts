import { SMALL_CLASSES } from './alphabet.ts';
import { COMMON } from './common-texts.ts';

/** Longest gram that is counted: five characters of six bits. */
export const MAX_GRAM = 5;
/** Letters and signs that logs are full of, for grams nothing is known about. */
const FREQUENT = 'etaoinsrlcdmp.\\/ -_:01';
/** The guess weighs as much as this many characters. */
const PRIOR = 2000;
/** Grams are counted by a hash; those that share one are only believed to be more frequent. */
const BITS = 16;
const MIX = 0x9e3779b1 | 0;

/** How often grams (short runs of characters) occur in the values of events. */
export class GramCounts {
  /** By size, from 2 on. */
  private readonly counts = Array.from({ length: MAX_GRAM - 1 }, () => new Float32Array(2 ** BITS));
  private total = 0;

  /** Counts the grams of a value, `weight` times. */
  add(value: string, weight = 1): void {
    for (let size = 2; size <= MAX_GRAM; size++) {
      const counts = this.counts[size - 2] as Float32Array;
      const mask = size === 5 ? 0x3fff_ffff : (1 << (6 * size)) - 1;
      let gram = 0;
      for (let at = 0; at < value.length; at++) {
        gram = ((gram << 6) | (SMALL_CLASSES[value.charCodeAt(at)] as number)) & mask;
        if (at + 1 >= size) counts[hashOf(gram)] = (counts[hashOf(gram)] as number) + weight;
      }
    }
    this.total += weight * value.length;
  }

  /** Part of all positions at which the gram of `size` characters is expected. */
  frequency(gram: number, size: number): number {
    let guess = PRIOR;
    for (let left = size, rest = gram; left > 0; left--, rest >>= 6) guess *= LIKELY[rest & 63] as number;
    return (((this.counts[size - 2] as Float32Array)[hashOf(gram)] as number) + guess) / (this.total + PRIOR);
  }
}

const hashOf = (gram: number): number => Math.imul(gram, MIX) >>> (32 - BITS);

const LIKELY = likelihoods();

function likelihoods(): Float64Array {
  const likely = new Float64Array(64).fill(0.005);
  for (const letter of FREQUENT) likely[SMALL_CLASSES[letter.charCodeAt(0)] as number] = 0.04;
  likely[0] = 0.001;
  return likely;
}

/** What is assumed before anything has been learned: the texts that most logs are full of. */
export function guessedCounts(): GramCounts {
  const counts = new GramCounts();
  for (const text of COMMON) counts.add(text, 20);
  return counts;
}
