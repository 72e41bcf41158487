import { CLASSES } from './alphabet.ts';

/** A text to be found, and what to say then. */
export interface Output {
  /** Folded, plain ASCII. */
  readonly text: string;
  readonly id: number;
  /** The text must be the whole value. */
  readonly whole: boolean;
}

/** Receives the outputs that were found. */
export type Emit = (id: number) => void;

/** Characters that are hashed: as many of these as the text has. */
const DEPTHS = [12, 8, 7, 6, 5, 4, 3, 2, 1, 0];
const MIX = 0x9e3779b1 | 0;
/** Cells of an entry: hash, where its letters begin, how many, `2 × output + whole`, next entry of the same slot. */
const CELLS = 5;

/**
 * Texts that must stand at one end of a value: filed under a hash of their last (or first) 12, 8, 7 … characters. A value is
 * asked for at most ten hashes, however many texts there are; of a long value only the end in question is read.
 */
export class EndIndex {
  private readonly backwards: boolean;
  /** The depths in use, ascending. */
  private readonly depths: readonly number[];
  /** Slot → its first entry, -1 for none. */
  private readonly heads: Int32Array;
  private readonly shift: number;
  private readonly entries: Int32Array;
  /** Classes of all texts' characters in reading order. */
  private readonly letters: Uint8Array;
  private readonly ids: readonly number[];

  constructor(outputs: readonly Output[], backwards: boolean) {
    this.backwards = backwards;
    this.ids = outputs.map(({ id }) => id);
    const depthOf = ({ text }: Output): number => DEPTHS.find((depth) => depth <= text.length) as number;
    this.depths = [...new Set(outputs.map(depthOf))].toSorted((left, right) => left - right);
    const bits = Math.max(3, Math.ceil(Math.log2(outputs.length * 2)));
    this.shift = 32 - bits;
    this.heads = new Int32Array(2 ** bits).fill(-1);
    this.entries = new Int32Array(outputs.length * CELLS);
    this.letters = new Uint8Array(outputs.reduce((sum, { text }) => sum + text.length, 0));
    let start = 0;
    outputs.forEach((output, at) => {
      const { text, whole } = output;
      let hash = 0;
      for (let step = 0; step < text.length; step++) {
        const letter = CLASSES[text.charCodeAt(backwards ? text.length - 1 - step : step)] as number;
        this.letters[start + step] = letter;
        if (step < depthOf(output)) hash = mixed(hash, letter);
      }
      const slot = this.slotOf(hash);
      this.entries.set([hash, start, text.length, at * 2 + (whole ? 1 : 0), this.heads[slot] as number], at * CELLS);
      this.heads[slot] = at * CELLS;
      start += text.length;
    });
  }

  /** Calls `emit` for every text found. */
  match(value: string, emit: Emit): void {
    this.visit(value, emit);
  }

  /** True when at least one text is found in the (folded) value. */
  has(value: string): boolean {
    return this.visit(value, undefined);
  }

  private visit(value: string, emit: Emit | undefined): boolean {
    const { depths, heads, backwards } = this;
    const classes = CLASSES;
    const { length } = value;
    let hash = 0;
    let step = 0;
    for (let at = 0; at < depths.length; at++) {
      const depth = depths[at] as number;
      if (depth > length) break;
      for (; step < depth; step++)
        hash = mixed(hash, classes[value.charCodeAt(backwards ? length - 1 - step : step)] as number);
      const entry = heads[this.slotOf(hash)] as number;
      if (entry >= 0 && this.follow(value, hash, entry, emit)) return true;
    }
    return false;
  }

  /** Goes along the entries of a slot; true when one is found and nobody is to be told. */
  private follow(value: string, hash: number, first: number, emit: Emit | undefined): boolean {
    const { entries } = this;
    for (let entry = first; entry >= 0; entry = entries[entry + 4] as number) {
      if (entries[entry] !== hash) continue;
      const length = entries[entry + 2] as number;
      const output = entries[entry + 3] as number;
      if ((output & 1) === 1 ? value.length !== length : value.length < length) continue;
      if (!this.stands(value, entries[entry + 1] as number, length)) continue;
      if (emit === undefined) return true;
      emit(this.ids[output >> 1] as number);
    }
    return false;
  }

  private stands(value: string, start: number, length: number): boolean {
    const { letters, backwards } = this;
    const classes = CLASSES;
    for (let step = 0; step < length; step++) {
      const code = value.charCodeAt(backwards ? value.length - 1 - step : step);
      if (classes[code] !== letters[start + step]) return false;
    }
    return true;
  }

  private slotOf(hash: number): number {
    return Math.imul(hash, MIX) >>> this.shift;
  }
}

const mixed = (hash: number, letter: number): number => (Math.imul(hash, 31) + letter + 1) | 0;
