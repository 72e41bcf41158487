import type { EntityTable } from './entity-table.ts';

/** Weight of the newest interval. */
const NEWEST = 0.2;
/** Longer pauses are a new visit, not a rhythm. */
const PAUSE_MS = 10 * 60_000;

/**
 * The pace of requests: time since the last one, and the coefficient of variation of the intervals (exponentially weighted).
 * Needs three intervals to speak. Two words: epoch seconds of the last visit, its ms and the number of intervals.
 */
export function rhythm(
  table: EntityTable,
  place: { readonly word: number; readonly float: number },
  entity: number,
  at: number,
  write: 0 | 1,
): { ms: number | undefined; variation: number | undefined } {
  const { words, floats } = table;
  const cell = entity * table.wordWidth + place.word;
  const float = entity * table.floatWidth + place.float;
  const packed = words[cell + 1] as number;
  const last = (words[cell] as number) * 1000 + (packed & 0x3ff);
  const count = packed >>> 16;
  const ms = words[cell] === 0 ? undefined : Math.max(0, at - last);
  let intervals = count;
  let mean = floats[float] as number;
  let square = floats[float + 1] as number;
  if (ms !== undefined && ms < PAUSE_MS && at >= last) {
    const weight = count === 0 ? 1 : Math.max(NEWEST, 1 / (count + 1));
    mean += weight * (ms - mean);
    square += weight * (ms * ms - square);
    intervals = Math.min(0xffff, count + 1);
  }
  if (write === 1 && at >= last) {
    words[cell] = Math.floor(at / 1000);
    words[cell + 1] = ((intervals << 16) | (at % 1000)) >>> 0;
    floats[float] = mean;
    floats[float + 1] = square;
  }
  if (intervals < 3 || mean === 0) return { ms, variation: intervals < 3 ? undefined : 0 };
  return { ms, variation: Math.sqrt(Math.max(0, square - mean * mean)) / mean };
}
