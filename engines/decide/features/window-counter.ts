import type { EntityTable } from './entity-table.ts';

const PARTS = 4;
/** The running part, three whole ones, and the one that is sliding out. */
const BUCKETS = PARTS + 1;
const FULL = 0xffff;

/**
 * How often in the last `windowMs`, per entity: five buckets of a quarter window each, in 14 bytes. The bucket that is
 * sliding out counts by the share of it that is still inside, so the error is at most what one quarter window holds.
 * Counts stop at 65,535 per bucket.
 */
export class WindowCounter {
  private readonly table: EntityTable;
  private readonly word: number;
  private readonly half: number;
  private readonly bucketMs: number;
  /** Events too old for the window, of all entities. */
  late = 0;

  constructor(table: EntityTable, windowMs: number) {
    this.table = table;
    ({ word: this.word, half: this.half } = table.reserve(1, BUCKETS));
    this.bucketMs = windowMs / PARTS;
  }

  /** Counts, and returns what the window then holds. An `amount` of 0 only reads. */
  add(place: number, at: number, amount: number): number {
    const { words, halves, wordWidth, halfWidth } = this.table;
    const stamp = place * wordWidth + this.word;
    const first = place * halfWidth + this.half;
    const exact = at / this.bucketMs;
    const bucket = Math.floor(exact);
    let last = words[stamp] as number;
    if (bucket > last) {
      if (amount === 0) return this.read(place, at);
      if (bucket - last >= BUCKETS) halves.fill(0, first, first + BUCKETS);
      else for (let old = last + 1; old <= bucket; old++) halves[first + (old % BUCKETS)] = 0;
      words[stamp] = bucket;
      last = bucket;
    }
    if (amount > 0) {
      if (last - bucket < BUCKETS) {
        const cell = first + (bucket % BUCKETS);
        const count = (halves[cell] as number) + amount;
        halves[cell] = count > FULL ? FULL : count;
      } else this.late++;
    }
    const total =
      (halves[first] as number) +
      (halves[first + 1] as number) +
      (halves[first + 2] as number) +
      (halves[first + 3] as number) +
      (halves[first + 4] as number);
    const leaving = halves[first + ((last + 1) % BUCKETS)] as number;
    const passed = bucket === last ? exact - bucket : 1;
    return leaving === 0 ? total : Math.round(total - leaving * passed);
  }

  /** What the window ending at `at` holds; nothing is changed. */
  read(place: number, at: number): number {
    const { words, halves, wordWidth, halfWidth } = this.table;
    const last = words[place * wordWidth + this.word] as number;
    const first = place * halfWidth + this.half;
    const exact = at / this.bucketMs;
    const now = Math.max(Math.floor(exact), last);
    let sum = 0;
    for (let bucket = last; bucket > last - BUCKETS && bucket >= now - PARTS; bucket--) {
      const count = halves[first + (bucket % BUCKETS)] as number;
      sum += bucket === now - PARTS ? count * (1 - Math.min(1, Math.max(0, exact - now))) : count;
    }
    return Math.round(sum);
  }
}
