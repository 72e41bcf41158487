import { MAX_PUZZLES } from './issue.ts';

export interface ValveOptions {
  /** Off by default: work taxes old phones, not bots (notes on proof of work, 2.3). */
  readonly enabled: boolean;
  /** Challenges a second that one instance issues without asking for work. */
  readonly calmPerSecond: number;
  /** Longest time a weak phone may be made to work, milliseconds. */
  readonly capMs: number;
  /** SHA-256 a second of the weakest phone served; a five-year-old low-end WebView does about 20,000 in plain JavaScript. */
  readonly weakHashesPerSecond: number;
}

export const VALVE_DEFAULTS: ValveOptions = {
  enabled: false,
  calmPerSecond: 200,
  capMs: 300,
  weakHashesPerSecond: 20_000,
};

/** How much work the next challenge asks for: none while it is calm, more the faster challenges are asked for, never above the cap. */
export interface Valve {
  next(): number;
  /** Challenges a second, smoothed over ten seconds. */
  rate(): number;
}

const TRIES_PER_PUZZLE = 256;
const SMOOTH_MS = 10_000;

export function maxPuzzles({ capMs, weakHashesPerSecond }: ValveOptions): number {
  return Math.max(0, Math.min(MAX_PUZZLES, Math.floor(((capMs / 1000) * weakHashesPerSecond) / TRIES_PER_PUZZLE)));
}

export function createValve(options: ValveOptions, now: () => number): Valve {
  const ceiling = maxPuzzles(options);
  let level = 0;
  let at = now();
  const decay = (): void => {
    const time = now();
    if (time > at) level *= Math.exp(-(time - at) / SMOOTH_MS);
    at = time;
  };
  const rate = (): number => {
    decay();
    return level / (SMOOTH_MS / 1000);
  };
  return {
    rate,
    next() {
      decay();
      level += 1;
      if (!options.enabled) return 0;
      const over = rate() / options.calmPerSecond;
      return over <= 1 ? 0 : Math.min(ceiling, Math.ceil(2 * Math.log2(over) + 1));
    },
  };
}
