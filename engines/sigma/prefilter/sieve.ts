import { CLASSES, SMALL_CLASSES } from './alphabet.ts';
import type { Emit, Output } from './end-index.ts';
import { MAX_GRAM, type GramCounts } from './gram-counts.ts';

/** Longest stride; beyond it texts would need more marks than a longer step saves. */
const MAX_STRIDE = 8;
/** Nanoseconds, about: reading a character, reading it in a rolling window, looking up a gram, comparing a text, starting a second pass. */
const READ = 2.3;
const ROLL = 2.8;
const TEST = 1;
const COMPARE = 15;
const SECOND_PASS = 0.3;
/** Texts for which ways of sampling are compared. */
const JUDGED = 64;
/** Lengths below which texts may go into a sieve of their own. */
const SPLITS = [3, 4, 6];
/** Bits of the table of marks: all pairs, all triples; longer grams share. */
const MARK_BITS = [0, 0, 12, 18, 18, 18];
const MIX = 0x9e3779b1 | 0;
/** Cells of a mark: gram, where its text's letters begin and end, where in the text it stands, output, next mark of the same slot. */
const CELLS = 6;

/** How values are sampled: grams of `size` characters at every `stride`-th position. */
export interface Sampling {
  readonly size: number;
  readonly stride: number;
  /** Price per character of a value. */
  readonly cost: number;
}

/**
 * Finds many texts anywhere in a value by looking at a part of it. Of each text, `stride` grams (2 to 5 characters) in a
 * row are marked, the rarest ones: wherever the text stands, one of them falls on a multiple of the stride. So only every
 * `stride`-th gram of the value is looked up, and where one is marked, the whole text is compared. Takes kilobytes
 * where an automaton takes megabytes, and the positions do not wait for one another.
 */
export class Sieve {
  private readonly size: number;
  private readonly stride: number;
  /** One bit per gram. */
  private readonly bits: Int32Array;
  private readonly bitShift: number;
  private readonly mask: number;
  /** Slot of a gram → its first mark, -1 for none. */
  private readonly heads: Int32Array;
  private readonly shift: number;
  private readonly marks: Int32Array;
  /** Classes of all texts' characters, one after the other. */
  private readonly letters: Uint8Array;

  /** The texts are folded, plain ASCII, and long enough for the sampling. */
  constructor(texts: readonly Output[], { size, stride }: Sampling, counts: GramCounts) {
    this.size = size;
    this.stride = stride;
    this.letters = new Uint8Array(texts.reduce((sum, { text }) => sum + text.length, 0));
    const slots = Math.max(3, Math.ceil(Math.log2(texts.length * stride * 2)));
    this.shift = 32 - slots;
    this.heads = new Int32Array(2 ** slots).fill(-1);
    this.bitShift = 32 - (MARK_BITS[size] as number);
    this.mask = size === 5 ? 0x3fff_ffff : (1 << (6 * size)) - 1;
    this.bits = new Int32Array(2 ** (MARK_BITS[size] as number) / 32);
    this.marks = new Int32Array(texts.length * stride * CELLS);
    let start = 0;
    let mark = 0;
    for (const { text, id } of texts) {
      for (let at = 0; at < text.length; at++) this.letters[start + at] = CLASSES[text.charCodeAt(at)] as number;
      const first = rarestRun(frequenciesOf(text, size, counts), stride).offset;
      for (let offset = first; offset < first + stride; offset++, mark += CELLS) {
        const gram = gramAt(text, offset, size);
        const bit = Math.imul(gram, MIX) >>> this.bitShift;
        const slot = Math.imul(gram, MIX) >>> this.shift;
        this.bits[bit >> 5] = (this.bits[bit >> 5] as number) | (1 << bit);
        this.marks.set([gram, start, start + text.length, offset, id, this.heads[slot] as number], mark);
        this.heads[slot] = mark;
      }
      start += text.length;
    }
  }

  /** Calls `emit` for each text found; for one found in several places perhaps several times. */
  match(value: string, emit: Emit): void {
    if (value.length < this.size) return;
    if (this.stride < this.size) this.matchRolling(value, emit);
    else if (this.size === 2) this.matchPairs(value, emit);
    else this.matchLonger(value, emit);
  }

  private matchPairs(value: string, emit: Emit): void {
    const { bits, stride } = this;
    const classes = SMALL_CLASSES;
    const end = value.length - 1;
    for (let at = 0; at < end; at += stride) {
      const gram = ((classes[value.charCodeAt(at)] as number) << 6) | (classes[value.charCodeAt(at + 1)] as number);
      const bit = Math.imul(gram, MIX) >>> 20;
      if (((bits[bit >> 5] as number) & (1 << bit)) !== 0) this.compare(value, at, gram, emit);
    }
  }

  private matchLonger(value: string, emit: Emit): void {
    const { bits, size, stride, bitShift } = this;
    const classes = SMALL_CLASSES;
    const end = value.length - size;
    for (let at = 0; at <= end; at += stride) {
      let gram = classes[value.charCodeAt(at)] as number;
      for (let next = at + 1; next < at + size; next++)
        gram = (gram << 6) | (classes[value.charCodeAt(next)] as number);
      const bit = Math.imul(gram, MIX) >>> bitShift;
      if (((bits[bit >> 5] as number) & (1 << bit)) !== 0) this.compare(value, at, gram, emit);
    }
  }

  /** Grams overlap: each character is read once. */
  private matchRolling(value: string, emit: Emit): void {
    const { bits, size, stride, bitShift, mask } = this;
    const classes = SMALL_CLASSES;
    const { length } = value;
    let gram = 0;
    let at = 0;
    for (; at < size - 1; at++) gram = (gram << 6) | (classes[value.charCodeAt(at)] as number);
    for (;;) {
      gram = ((gram << 6) | (classes[value.charCodeAt(at)] as number)) & mask;
      const bit = Math.imul(gram, MIX) >>> bitShift;
      if (((bits[bit >> 5] as number) & (1 << bit)) !== 0) this.compare(value, at - size + 1, gram, emit);
      if (at + stride >= length) return;
      for (let left = stride - 1; left > 0; left--) gram = (gram << 6) | (classes[value.charCodeAt(++at)] as number);
      at++;
    }
  }

  private compare(value: string, at: number, gram: number, emit: Emit): void {
    const { marks } = this;
    let mark = this.heads[Math.imul(gram, MIX) >>> this.shift] as number;
    for (; mark >= 0; mark = marks[mark + 5] as number) {
      if (marks[mark] !== gram) continue;
      const from = at - (marks[mark + 3] as number);
      if (from >= 0 && this.stands(value, from, marks[mark + 1] as number, marks[mark + 2] as number))
        emit(marks[mark + 4] as number);
    }
  }

  private stands(value: string, from: number, start: number, end: number): boolean {
    if (from + end - start > value.length) return false;
    const { letters } = this;
    const classes = CLASSES;
    for (let at = start; at < end; at++) if (classes[value.charCodeAt(from + at - start)] !== letters[at]) return false;
    return true;
  }
}

function gramAt(text: string, at: number, size: number): number {
  let gram = 0;
  for (let step = 0; step < size; step++) gram = (gram << 6) | (SMALL_CLASSES[text.charCodeAt(at + step)] as number);
  return gram;
}

/** How often each gram of a text is expected. */
function frequenciesOf(text: string, size: number, counts: GramCounts): Float64Array {
  const found = new Float64Array(text.length - size + 1);
  for (let at = 0; at < found.length; at++) found[at] = counts.frequency(gramAt(text, at, size), size);
  return found;
}

/** Where the `stride` grams in a row stand that are rarest together. */
function rarestRun(frequencies: Float64Array, stride: number): { readonly offset: number; readonly frequency: number } {
  let sum = 0;
  for (let at = 0; at < stride; at++) sum += frequencies[at] as number;
  let offset = 0;
  let frequency = sum;
  for (let at = stride; at < frequencies.length; at++) {
    sum += (frequencies[at] as number) - (frequencies[at - stride] as number);
    if (sum >= frequency) continue;
    frequency = sum;
    offset = at - stride + 1;
  }
  return { offset, frequency };
}

/** The cheapest way to sample values for these texts. */
export function bestSampling(texts: readonly Output[], counts: GramCounts): Sampling {
  const shortest = texts.reduce((least, { text }) => Math.min(least, text.length), Number.POSITIVE_INFINITY);
  // A part of many texts tells enough about the prices.
  const step = Math.ceil(texts.length / JUDGED);
  const judged = texts.filter((_, at) => at % step === 0);
  let best: Sampling = { size: 2, stride: 1, cost: Number.POSITIVE_INFINITY };
  for (let size = 2; size <= Math.min(MAX_GRAM, shortest); size++) {
    const longest = Math.min(MAX_STRIDE, shortest - size + 1);
    const frequencies = judged.map(({ text }) => frequenciesOf(text, size, counts));
    for (let stride = Math.max(1, longest - 1); stride <= longest; stride++) {
      let hits = 0;
      for (const own of frequencies) hits += step * rarestRun(own, stride).frequency;
      const reading = stride < size ? ROLL * stride : READ * size;
      const cost = (reading + TEST + COMPARE * hits) / stride;
      if (cost < best.cost) best = { size, stride, cost };
    }
  }
  return best;
}

/** Texts that go into one sieve. */
export interface Tier {
  readonly texts: readonly Output[];
  readonly sampling: Sampling;
}

/**
 * Sorts texts into one sieve or two. Short ones force a short stride, so they may be better off on their own: the value is
 * then read twice, but the second time in long steps.
 */
export function tiersOf(texts: readonly Output[], counts: GramCounts): Tier[] {
  const tier = (own: readonly Output[]): Tier => ({ texts: own, sampling: bestSampling(own, counts) });
  let best = [tier(texts)];
  for (const length of SPLITS) {
    const short = texts.filter(({ text }) => text.length < length);
    if (short.length === 0 || short.length === texts.length) continue;
    const apart = [tier(short), tier(texts.filter(({ text }) => text.length >= length))];
    if (costOf(apart) < costOf(best)) best = apart;
  }
  return best;
}

/** Price per character of a value. */
export function costOf(tiers: readonly Tier[]): number {
  return tiers.reduce((sum, { sampling }) => sum + sampling.cost, (tiers.length - 1) * SECOND_PASS);
}
