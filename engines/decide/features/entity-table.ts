import type { EntityKey } from '../types.ts';
import type { Sections } from './snapshot.ts';
import { hashKey, mix, type Hash64 } from '../sketch/hash.ts';

const WAYS = 8;
const FIRST_SETS = 64;
const scratch: Hash64 = { high: 0, low: 0 };

/**
 * Entities of one type, each with a fixed strip of words, half-words and floats. A set-associative cache in typed arrays:
 * a key may live in two sets of eight places and takes the emptier one, so that the table fills to three quarters before anybody
 * is forgotten; when both sets are taken the one seen longest ago gives way. No pointers, no chains. Grows by doubling up to the cap, then stays. Keys are told apart by 64 bits of hash.
 */
export class EntityTable {
  words = new Uint32Array(0);
  halves = new Uint16Array(0);
  floats = new Float32Array(0);
  wordWidth = 0;
  halfWidth = 0;
  floatWidth = 0;
  highs = new Uint32Array(0);
  lows = new Uint32Array(0);
  /** Epoch seconds of the last visit; 0: the place is free. */
  seen = new Uint32Array(0);
  size = 0;
  evicted = 0;
  private sets = 0;
  private readonly maxSets: number;

  constructor(capacity: number) {
    this.maxSets = 2 ** Math.max(0, Math.ceil(Math.log2(Math.max(1, capacity) / WAYS)));
  }

  /** Reserves parts of the strip; only before the first key. */
  reserve(words: number, halves: number, floats = 0): { word: number; half: number; float: number } {
    const place = { word: this.wordWidth, half: this.halfWidth, float: this.floatWidth };
    this.wordWidth += words;
    this.halfWidth += halves;
    this.floatWidth += floats;
    return place;
  }

  get bytes(): number {
    return this.seen.length * (12 + this.wordWidth * 4 + this.halfWidth * 2 + this.floatWidth * 4);
  }

  /** Place of the key, or -1 when it is not known. */
  find(key: EntityKey): number {
    hashKey(key, scratch);
    return this.sets === 0 ? -1 : this.place(scratch.high >>> 0, scratch.low >>> 0);
  }

  /** Place of the key, made when new (its strip zero); the visit counts for what is forgotten first. */
  touch(key: EntityKey, at: number): number {
    hashKey(key, scratch);
    return this.touchHash(scratch.high >>> 0, scratch.low >>> 0, at);
  }

  touchHash(high: number, low: number, at: number): number {
    if (this.sets === 0) this.resize(Math.min(FIRST_SETS, this.maxSets));
    const seconds = Math.max(1, Math.floor(at / 1000));
    const known = this.place(high, low);
    if (known >= 0) {
      if (seconds > (this.seen[known] as number)) this.seen[known] = seconds;
      return known;
    }
    const place = this.makeRoom(low);
    this.highs[place] = high;
    this.lows[place] = low;
    this.seen[place] = seconds;
    this.size++;
    return place;
  }

  /** Place of an entity of which only the low word of the hash is at hand; -1 when there is none. */
  findWord(low: number): number {
    if (this.sets === 0) return -1;
    for (let choice = 0; choice < 2; choice++) {
      const first = this.firstOf(low, choice);
      for (let place = first; place < first + WAYS; place++) {
        if (this.lows[place] === low && this.seen[place] !== 0) return place;
      }
    }
    return -1;
  }

  forget(key: EntityKey): boolean {
    const place = this.find(key);
    if (place < 0) return false;
    this.wipe(place);
    return true;
  }

  private firstOf(low: number, choice: number): number {
    return ((choice === 0 ? low : mix(low ^ 0x5bd1e995)) & (this.sets - 1)) * WAYS;
  }

  private place(high: number, low: number): number {
    for (let choice = 0; choice < 2; choice++) {
      const first = this.firstOf(low, choice);
      for (let place = first; place < first + WAYS; place++) {
        if (this.lows[place] === low && this.highs[place] === high && this.seen[place] !== 0) return place;
      }
    }
    return -1;
  }

  /** A free place in the emptier set of the key; -1 when both are full.  */
  private freePlace(low: number): number {
    let [best, least] = [-1, WAYS];
    for (let choice = 0; choice < 2; choice++) {
      const first = this.firstOf(low, choice);
      let [free, taken] = [-1, 0];
      for (let place = first; place < first + WAYS; place++) {
        if (this.seen[place] !== 0) taken++;
        else if (free < 0) free = place;
      }
      if (taken < least) [best, least] = [free, taken];
    }
    return best;
  }

  private oldestPlace(low: number): number {
    let oldest = this.firstOf(low, 0);
    for (let choice = 0; choice < 2; choice++) {
      const first = this.firstOf(low, choice);
      for (let place = first; place < first + WAYS; place++) {
        if ((this.seen[place] as number) < (this.seen[oldest] as number)) oldest = place;
      }
    }
    return oldest;
  }

  private makeRoom(low: number): number {
    // Growing early keeps one of the two sets free; at the cap forgetting begins at about 85 % (0.2 % of keys).
    if (this.sets < this.maxSets && this.size >= this.seen.length * 0.8) this.resize(this.sets * 2);
    let free = this.freePlace(low);
    if (free < 0 && this.sets < this.maxSets && this.size * 2 > this.seen.length) {
      this.resize(this.sets * 2);
      free = this.freePlace(low);
    }
    if (free >= 0) return free;
    const oldest = this.oldestPlace(low);
    this.wipe(oldest);
    this.evicted++;
    return oldest;
  }

  private wipe(place: number): void {
    this.seen[place] = 0;
    this.words.fill(0, place * this.wordWidth, (place + 1) * this.wordWidth);
    this.halves.fill(0, place * this.halfWidth, (place + 1) * this.halfWidth);
    this.floats.fill(0, place * this.floatWidth, (place + 1) * this.floatWidth);
    this.size--;
  }

  private resize(sets: number): void {
    const { words, halves, floats, highs, lows, seen, wordWidth, halfWidth, floatWidth } = this;
    const places = sets * WAYS;
    this.sets = sets;
    this.words = new Uint32Array(places * wordWidth);
    this.halves = new Uint16Array(places * halfWidth);
    this.floats = new Float32Array(places * floatWidth);
    this.highs = new Uint32Array(places);
    this.lows = new Uint32Array(places);
    this.seen = new Uint32Array(places);
    this.size = 0;
    for (let old = 0; old < seen.length; old++) {
      if (seen[old] === 0) continue;
      const place = this.freePlace(lows[old] as number);
      if (place < 0) {
        this.evicted++;
        continue;
      }
      this.size++;
      this.highs[place] = highs[old] as number;
      this.lows[place] = lows[old] as number;
      this.seen[place] = seen[old] as number;
      this.words.set(words.subarray(old * wordWidth, (old + 1) * wordWidth), place * wordWidth);
      this.halves.set(halves.subarray(old * halfWidth, (old + 1) * halfWidth), place * halfWidth);
      this.floats.set(floats.subarray(old * floatWidth, (old + 1) * floatWidth), place * floatWidth);
    }
  }

  save(): Sections[string] {
    const { words, halves, floats, highs, lows, seen } = this;
    return { words, halves, floats, highs, lows, seen, counts: Uint32Array.of(this.size, this.evicted) };
  }

  /** Takes saved arrays; false when they do not fit this table. */
  load(saved: Sections[string]): boolean {
    const { words, halves, floats, highs, lows, seen, counts } = saved;
    const places = seen?.length ?? -1;
    const sets = places / WAYS;
    if (places === 0) return true;
    if (!Number.isInteger(Math.log2(sets)) || sets < 1 || sets > this.maxSets) return false;
    if (words?.length !== places * this.wordWidth || halves?.length !== places * this.halfWidth) return false;
    if (floats?.length !== places * this.floatWidth || highs?.length !== places || lows?.length !== places)
      return false;
    this.sets = sets;
    this.words = words as Uint32Array<ArrayBuffer>;
    this.halves = halves as Uint16Array<ArrayBuffer>;
    this.floats = floats as Float32Array<ArrayBuffer>;
    this.highs = highs as Uint32Array<ArrayBuffer>;
    this.lows = lows as Uint32Array<ArrayBuffer>;
    this.seen = seen as Uint32Array<ArrayBuffer>;
    this.size = counts?.[0] ?? 0;
    this.evicted = counts?.[1] ?? 0;
    return true;
  }
}
