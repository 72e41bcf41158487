import { hashText } from '../sketch/hash.ts';

/**
 * What the page recorded between opening and acting. Times are ms since the page was opened; positions CSS pixels. The
 * page sends samples, never texts: keys are times only.
 */
export interface BehaviourSamples {
  /** `[t, x, y]`, in order; at most some hundred are needed. */
  readonly pointer?: readonly (readonly [number, number, number])[];
  /** `[t, x, y, radius?]` of touch starts. */
  readonly touch?: readonly (readonly [number, number, number, number?])[];
  /** `[down, up]` of key presses, whatever key. */
  readonly keys?: readonly (readonly [number, number])[];
  /** `[t, page]` in order, page being a short name as the site declares it. */
  readonly pages?: readonly (readonly [number, string])[];
  readonly scrolls?: number;
  /** Times the page or a field gained focus. */
  readonly focuses?: number;
  /** When the deciding action was sent. */
  readonly actionAt?: number;
}

/** A recording in a few numbers. What was not recorded is absent: nobody is worse off for using no mouse. */
export interface BehaviourSummary {
  /** Bits: 1 pointer, 2 touch, 4 keys, 8 scroll. 0: the action came without any input. */
  readonly inputs: number;
  /** ms from opening the page to the action. */
  readonly actionMs?: number;
  readonly pointerEvents?: number;
  /** Chord by path of the pointer: 1 is a ruler, people have 0.3 to 0.95. */
  readonly pointerStraightness?: number;
  /** Coefficient of variation of pointer speed; near 0 is a machine. */
  readonly pointerSpeedVariation?: number;
  /** Entropy in bits of the directions, 8 sectors: 0 to 3. */
  readonly pointerDirectionEntropy?: number;
  readonly touches?: number;
  /** Touches a second between the first and the last. */
  readonly touchRate?: number;
  readonly touchIntervalVariation?: number;
  /** Standard deviation of touch positions in pixels: 0 is the same pixel each time. */
  readonly touchSpread?: number;
  readonly keyPresses?: number;
  /** Entropy in bits of the intervals between presses, in steps of 20 ms. */
  readonly keyIntervalEntropy?: number;
  readonly keyHoldVariation?: number;
  readonly pagesSeen?: number;
  /** Steps of the usual order (list → doctor → slot → confirm) that were left out. */
  readonly pagesSkipped?: number;
  /** Up to 8 hashes of runs of five intervals (10 ms steps): equal runs on other devices are replays. */
  readonly timingGrams?: readonly number[];
}

export interface SummariseOptions {
  /** The usual order of pages; those that were not seen before the last one count as skipped. */
  readonly usualPages?: readonly string[];
}

const GRAM = 5;
const MAX_GRAMS = 8;
const MAX_SAMPLES = 4096;

/**
 * Reduces a recording to the numbers the features use. Pure; tolerates any samples: not finite, unordered or surplus ones
 * are left out.
 *
 * @example
 * ```ts
 * import { summariseBehaviour } from '@xinglin/decide';
 *
 * const summary = summariseBehaviour({ keys: [[100, 180], [320, 390], [480, 570]], actionAt: 900 });
 * summary.inputs; // 4
 * summary.keyPresses; // 3
 * summary.actionMs; // 900
 * ```
 */
export function summariseBehaviour(samples: BehaviourSamples, options: SummariseOptions = {}): BehaviourSummary {
  const pointer = ordered(samples.pointer);
  const touch = ordered(samples.touch);
  const keys = ordered(samples.keys);
  const scrolls = samples.scrolls ?? 0;
  const inputs =
    (pointer.length > 0 ? 1 : 0) | (touch.length > 0 ? 2 : 0) | (keys.length > 0 ? 4 : 0) | (scrolls > 0 ? 8 : 0);
  const times = [...touch.map(([t]) => t), ...keys.map(([t]) => t)].toSorted((a, b) => a - b);
  const grams = timingGrams(times.length > GRAM ? times : pointer.map(([t]) => t));
  return {
    inputs,
    ...(isTime(samples.actionAt) ? { actionMs: Math.max(0, samples.actionAt) } : {}),
    ...pointerNumbers(pointer),
    ...touchNumbers(touch),
    ...keyNumbers(keys),
    ...pageNumbers(samples.pages ?? [], options.usualPages),
    ...(grams.length > 0 ? { timingGrams: grams } : {}),
  };
}

const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

function ordered<T extends readonly unknown[]>(samples: readonly T[] | undefined): (T & readonly number[])[] {
  const numbers = (samples ?? [])
    .slice(0, MAX_SAMPLES)
    .filter((sample): sample is T & readonly number[] => Array.isArray(sample) && sample.every(isTime));
  return numbers.toSorted((a, b) => (a[0] as number) - (b[0] as number));
}

function pointerNumbers(pointer: readonly (readonly number[])[]): Partial<BehaviourSummary> {
  if (pointer.length < 2) return pointer.length === 0 ? {} : { pointerEvents: 1 };
  let path = 0;
  const speeds: number[] = [];
  const sectors = new Map<number, number>();
  for (let index = 1; index < pointer.length; index++) {
    const [t0, x0, y0] = pointer[index - 1] as [number, number, number];
    const [t1, x1, y1] = pointer[index] as [number, number, number];
    const step = Math.hypot(x1 - x0, y1 - y0);
    if (step === 0) continue;
    path += step;
    if (t1 > t0) speeds.push(step / (t1 - t0));
    const sector = Math.floor(((Math.atan2(y1 - y0, x1 - x0) + Math.PI) / (2 * Math.PI)) * 8) % 8;
    sectors.set(sector, (sectors.get(sector) ?? 0) + 1);
  }
  const [first, last] = [pointer[0] as readonly number[], pointer.at(-1) as readonly number[]];
  const chord = Math.hypot((last[1] as number) - (first[1] as number), (last[2] as number) - (first[2] as number));
  return {
    pointerEvents: pointer.length,
    ...(path > 0
      ? { pointerStraightness: Math.min(1, chord / path), pointerDirectionEntropy: entropy([...sectors.values()]) }
      : {}),
    ...(speeds.length > 1 ? { pointerSpeedVariation: variation(speeds) } : {}),
  };
}

function touchNumbers(touch: readonly (readonly number[])[]): Partial<BehaviourSummary> {
  if (touch.length === 0) return {};
  const intervals = gaps(touch.map(([t]) => t as number));
  const span = intervals.reduce((sum, gap) => sum + gap, 0);
  return {
    touches: touch.length,
    ...(span > 0 ? { touchRate: (intervals.length * 1000) / span } : {}),
    ...(intervals.length > 1 ? { touchIntervalVariation: variation(intervals) } : {}),
    ...(touch.length > 1
      ? {
          touchSpread: Math.hypot(
            deviation(touch.map(([, x]) => x as number)),
            deviation(touch.map(([, , y]) => y as number)),
          ),
        }
      : {}),
  };
}

function keyNumbers(keys: readonly (readonly number[])[]): Partial<BehaviourSummary> {
  if (keys.length === 0) return {};
  const intervals = gaps(keys.map(([down]) => down as number));
  const steps = new Map<number, number>();
  for (const gap of intervals) steps.set(Math.round(gap / 20), (steps.get(Math.round(gap / 20)) ?? 0) + 1);
  const holds = keys.map(([down, up]) => (up as number) - (down as number)).filter((hold) => hold >= 0);
  return {
    keyPresses: keys.length,
    ...(intervals.length > 1 ? { keyIntervalEntropy: entropy([...steps.values()]) } : {}),
    ...(holds.length > 1 ? { keyHoldVariation: variation(holds) } : {}),
  };
}

function pageNumbers(
  pages: readonly (readonly [number, string])[],
  usual: readonly string[] | undefined,
): Partial<BehaviourSummary> {
  if (pages.length === 0) return {};
  const seen = new Set(pages.map(([, page]) => page));
  const furthest = usual?.findLastIndex((page) => seen.has(page)) ?? -1;
  const before = usual?.slice(0, Math.max(0, furthest)) ?? [];
  return {
    pagesSeen: seen.size,
    ...(usual === undefined ? {} : { pagesSkipped: before.filter((page) => !seen.has(page)).length }),
  };
}

/** Hashes of runs of intervals, spread over the recording. A human does not repeat five intervals to 10 ms by chance. */
function timingGrams(times: readonly number[]): number[] {
  const steps = gaps(times).map((gap) => Math.round(gap / 10));
  const count = steps.length - GRAM + 1;
  const stride = Math.max(1, Math.ceil(count / MAX_GRAMS));
  const grams: number[] = [];
  for (let at = 0; at < count; at += stride) {
    const run = steps.slice(at, at + GRAM);
    // A browser that reports the pointer on every frame has equal intervals by itself.
    if (new Set(run).size < 3) continue;
    grams.push(hashText(run.join(' ')));
  }
  return grams;
}

function gaps(times: readonly number[]): number[] {
  return times.slice(1).map((time, index) => time - (times[index] as number));
}

function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

/** Standard deviation by mean; 0 when all are 0. */
function variation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return mean === 0 ? 0 : deviation(values) / Math.abs(mean);
}

function entropy(counts: readonly number[]): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const bits = counts.reduce((sum, count) => (count === 0 ? sum : sum - (count / total) * Math.log2(count / total)), 0);
  return Math.max(0, bits);
}
