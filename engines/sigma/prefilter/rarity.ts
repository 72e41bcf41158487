import type { Atom } from './atoms.ts';
import { atomName } from './atoms.ts';
import { COMMON } from './common-texts.ts';

/** How often atoms occur, from 0 (never) to 1 (in every event). */
export type Rarity = (atom: Atom) => number;

/** A guess without data: shorter is more frequent, anchored is rarer, well-known texts are frequent. */
export const guessedRarity: Rarity = ({ kind, text }) => {
  if (kind === 'present') return 0.7;
  if (text === '') return 0.3;
  const base = 0.6 * 0.8 ** Math.min(text.length, 40);
  const anchored = kind === 'contains' ? base : base * 0.6;
  return COMMON.some((common) => common.includes(text)) ? Math.max(0.15, anchored) : anchored;
};

/** Frequencies counted in a sample, with the guess for what the sample cannot know. */
export class LearnedRarity {
  private readonly counts = new Map<string, number>();
  private readonly events: number;

  constructor(events: number) {
    this.events = events;
  }

  /** Counts one event that has the atom. */
  count(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }

  /** The guess weighs as much as `PRIOR` events. */
  rarity(): Rarity {
    return (atom) => ((this.counts.get(atomName(atom)) ?? 0) + PRIOR * guessedRarity(atom)) / (this.events + PRIOR);
  }
}

const PRIOR = 2;
