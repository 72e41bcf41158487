import { mix } from '../sketch/hash.ts';
import { Bloom } from '../sketch/bloom.ts';
import type { EntityTable } from './entity-table.ts';

const EXACT = 8;
const EPOCHS = 8;

/** Two Bloom filters that take turns: what was added is known for one to two periods, then forgotten. */
export class RotatingBloom {
  readonly filters: readonly [Bloom, Bloom];
  private readonly periodMs: number;
  private period = 0;

  constructor(bits: number, periodMs: number) {
    this.filters = [new Bloom(bits, 4), new Bloom(bits, 4)];
    this.periodMs = periodMs;
  }

  /** Adds; true when it was in neither. */
  add(high: number, low: number, at: number): boolean {
    const period = Math.floor(at / this.periodMs);
    if (period > this.period) {
      if (period - this.period > 1) this.filters[(period + 1) & 1]?.clear();
      this.filters[period & 1]?.clear();
      this.period = period;
    }
    const [current, before] = [this.filters[this.period & 1] as Bloom, this.filters[(this.period + 1) & 1] as Bloom];
    const known = before.has(high, low);
    return current.add(high, low) && !known;
  }

  get bytes(): number {
    return this.filters[0].words.byteLength * 2;
  }

  save(): Record<string, Uint32Array> {
    return { even: this.filters[0].words, odd: this.filters[1].words, period: Uint32Array.of(this.period) };
  }

  load(saved: Record<string, ArrayLike<number>>): boolean {
    const { even, odd, period } = saved;
    if (even?.length !== this.filters[0].words.length || odd?.length !== even.length) return false;
    this.filters[0].words.set(even);
    this.filters[1].words.set(odd);
    this.period = period?.[0] ?? 0;
    return true;
  }
}

/**
 * How many different members an entity met in the last `windowMs` (devices of a person, persons of a device …): exact up to
 * eight, which is where decisions about people are made; beyond, newcomers are told from known ones by the shared Bloom
 * filter, so that a busy address costs no more than a quiet one. Members are forgotten an eighth of the window late at most;
 * the surplus beyond eight, up to a window late. 54 bytes per entity.
 */
export class DistinctCounter {
  private readonly table: EntityTable;
  private readonly word: number;
  private readonly half: number;
  private readonly epochMs: number;
  private readonly surplus: RotatingBloom;
  private readonly salt: number;
  /** Whether the last `add` met somebody new. */
  fresh = false;

  constructor(table: EntityTable, windowMs: number, surplus: RotatingBloom, salt: number) {
    this.table = table;
    ({ word: this.word, half: this.half } = table.reserve(EXACT, EXACT + 3));
    this.epochMs = windowMs / EPOCHS;
    this.surplus = surplus;
    this.salt = salt;
  }

  /** Adds a member (32 bits of its hash) and returns the count. */
  add(place: number, member: number, at: number): number {
    const { words, halves, wordWidth, halfWidth } = this.table;
    const id = member === 0 ? 1 : member;
    const firstWord = place * wordWidth + this.word;
    const firstHalf = place * halfWidth + this.half;
    const epoch = Math.floor(at / this.epochMs);
    const stamp = epoch & 0xffff;
    let live = 0;
    let free = -1;
    let known = -1;
    for (let index = 0; index < EXACT; index++) {
      const other = words[firstWord + index] as number;
      if (other !== 0 && inWindow(stamp, halves[firstHalf + index] as number)) {
        live++;
        if (other === id) known = index;
      } else if (free < 0) free = index;
    }
    const surplus = this.turn(firstHalf, epoch);
    this.fresh = known < 0;
    if (known >= 0) {
      // A late event must not make the member look older.
      if (((stamp - (halves[firstHalf + known] as number)) & 0xffff) < 0x8000) halves[firstHalf + known] = stamp;
      return live + surplus;
    }
    if (free >= 0) {
      words[firstWord + free] = id;
      halves[firstHalf + free] = stamp;
      return live + 1 + surplus;
    }
    const owner = mix((this.table.lows[place] as number) ^ this.salt);
    this.fresh = this.surplus.add(owner, id, at);
    if (!this.fresh) return live + surplus;
    const cell = firstHalf + EXACT;
    if ((halves[cell] as number) < 0xffff) halves[cell] = (halves[cell] as number) + 1;
    return live + surplus + 1;
  }

  /** The count, changing nothing. */
  read(place: number, at: number): number {
    const { words, halves, wordWidth, halfWidth } = this.table;
    const firstHalf = place * halfWidth + this.half;
    const epoch = Math.floor(at / this.epochMs);
    let live = 0;
    for (let index = 0; index < EXACT; index++) {
      if (words[place * wordWidth + this.word + index] === 0) continue;
      if (inWindow(epoch & 0xffff, halves[firstHalf + index] as number)) live++;
    }
    const turns = (Math.floor(epoch / EPOCHS) - (halves[firstHalf + EXACT + 2] as number)) & 0xffff;
    const [now, before] = [halves[firstHalf + EXACT] as number, halves[firstHalf + EXACT + 1] as number];
    return live + (turns === 0 || turns >= 0x8000 ? now + before : turns === 1 ? now : 0);
  }

  /** Moves the surplus counts on when a window has passed; returns their sum. */
  private turn(firstHalf: number, epoch: number): number {
    const { halves } = this.table;
    const window = Math.floor(epoch / EPOCHS) & 0xffff;
    const [now, before, stamp] = [firstHalf + EXACT, firstHalf + EXACT + 1, firstHalf + EXACT + 2];
    if (halves[now] === 0 && halves[before] === 0) {
      halves[stamp] = window;
      return 0;
    }
    const turns = (window - (halves[stamp] as number)) & 0xffff;
    if (turns !== 0 && turns < 0x8000) {
      halves[before] = turns === 1 ? (halves[now] as number) : 0;
      halves[now] = 0;
      halves[stamp] = window;
    }
    return (halves[now] as number) + (halves[before] as number);
  }
}

/** Late events are a little ahead of the clock of others; they count as in the window. */
function inWindow(now: number, then: number): boolean {
  const age = (now - then) & 0xffff;
  return age < EPOCHS || age >= 0x10000 - EPOCHS;
}
