import type { CompareOp, Expression } from '../types.ts';
import { byCost, type Closures, type Test } from './closures.ts';
import type { Column, Columns, Frame } from './frame.ts';

export const HOLDS = -1;
export const FAILS = -2;

const BELOW = Number.NEGATIVE_INFINITY;
const ABOVE = Number.POSITIVE_INFINITY;
const FLIPPED: Readonly<Record<CompareOp, CompareOp>> = {
  eq: 'eq',
  ne: 'ne',
  lt: 'gt',
  lte: 'gte',
  gt: 'lt',
  gte: 'lte',
};
/** A list of more stretches than this is looked up in a set instead. */
const MAX_STRETCHES = 4;

/**
 * Conditions as one flat program of range tests: "is feature s within [low, high]?", with the place to go on for yes and
 * for no. Nearly every condition people write is such a test once `>`, `==`, `in`, yes/no and `missing` are brought to it;
 * the rest is a call of a closure. Half the time of closures calling closures: no calls, no property reads, short circuits
 * are jumps. Comparison with NaN is false, so a missing value takes the no-exit.
 */
export class Program {
  private readonly columns: Columns;
  private readonly closures: Closures;
  private readonly slots: number[] = [];
  private readonly lows: number[] = [];
  private readonly highs: number[] = [];
  private readonly yes: number[] = [];
  private readonly no: number[] = [];
  private readonly calls: Test[] = [];

  constructor(columns: Columns, closures: Closures) {
    this.columns = columns;
    this.closures = closures;
  }

  get length(): number {
    return this.slots.length;
  }

  /** Adds a condition; returns where it begins. */
  add(node: Expression): number {
    return this.emit(node, HOLDS, FAILS);
  }

  seal(): Sealed {
    const size = this.slots.length;
    const sealed = { code: new Int32Array(size * 4), limits: new Float64Array(size * 2), calls: this.calls };
    for (let at = 0; at < size; at++) {
      sealed.code.set([this.slots[at] as number, this.no[at] as number, this.yes[at] as number], at * 4);
      sealed.limits.set([this.lows[at] as number, this.highs[at] as number], at * 2);
    }
    return sealed;
  }

  private emit(node: Expression, yes: number, no: number): number {
    if (node.op === 'not') return this.emit(node.of, no, yes);
    if ((node.op === 'and' || node.op === 'or') && !this.closures.shared(node)) {
      // Backwards, so that each child knows where the next begins.
      let entry = node.op === 'and' ? yes : no;
      for (const child of byCost(node.of).toReversed()) {
        entry = node.op === 'and' ? this.emit(child, entry, no) : this.emit(child, yes, entry);
      }
      return entry;
    }
    return this.leaf(node, yes, no) ?? this.call(this.closures.test(node), yes, no);
  }

  private leaf(node: Expression, yes: number, no: number): number | undefined {
    switch (node.op) {
      case 'value':
        return node.value === true ? yes : no;
      case 'feature':
        return this.range(this.columns.of(node.name), 1, 1, yes, no);
      case 'missing':
        return this.range(this.columns.of(node.feature), BELOW, ABOVE, no, yes);
      case 'in':
        return this.list(node, yes, no);
      case 'between': {
        const { value, low, high } = node;
        if (value.op !== 'feature' || low.op !== 'value' || high.op !== 'value') return undefined;
        return this.range(this.columns.of(value.name), low.value as number, high.value as number, yes, no);
      }
      case 'eq':
      case 'ne':
      case 'lt':
      case 'lte':
      case 'gt':
      case 'gte': {
        const { left, right } = node;
        if (left.op === 'feature' && right.op === 'value')
          return this.compare(node.op, left.name, right.value, yes, no);
        if (right.op === 'feature' && left.op === 'value')
          return this.compare(FLIPPED[node.op], right.name, left.value, yes, no);
        return undefined;
      }
      default:
        return undefined;
    }
  }

  private compare(
    op: CompareOp,
    name: string,
    constant: string | number | boolean,
    yes: number,
    no: number,
  ): number | undefined {
    const column = this.columns.of(name);
    if (typeof constant === 'string' && op !== 'eq' && op !== 'ne') return undefined;
    const value = typeof constant === 'string' ? this.columns.idOf(column, constant) : Number(constant);
    switch (op) {
      case 'eq':
        return this.range(column, value, value, yes, no);
      case 'ne':
        return this.range(column, BELOW, ABOVE, this.range(column, value, value, no, yes), no);
      case 'lt':
        return this.range(column, BELOW, -nextAbove(-value), yes, no);
      case 'lte':
        return this.range(column, BELOW, value, yes, no);
      case 'gt':
        return this.range(column, nextAbove(value), ABOVE, yes, no);
      default:
        return this.range(column, value, ABOVE, yes, no);
    }
  }

  private list(node: Extract<Expression, { op: 'in' }>, yes: number, no: number): number | undefined {
    if (node.value.op !== 'feature') return undefined;
    const column = this.columns.of(node.value.name);
    const texts = column.type === 'string';
    const values = [...new Set(node.list)]
      .map((item) => (texts ? this.columns.idOf(column, item as string) : (item as number)))
      .toSorted((a, b) => a - b);
    // Neighbouring ids of texts make one stretch; numbers may have others between them.
    const stretches: [number, number][] = [];
    for (const value of values) {
      const last = stretches.at(-1);
      if (texts && last !== undefined && last[1] === value - 1) last[1] = value;
      else stretches.push([value, value]);
    }
    if (stretches.length > MAX_STRETCHES) return undefined;
    return stretches.reduceRight((entry, [low, high]) => this.range(column, low, high, yes, entry), no);
  }

  private range(column: Column, low: number, high: number, yes: number, no: number): number {
    return this.node(column.slot, low, high, yes, no);
  }

  private call(test: Test, yes: number, no: number): number {
    let index = this.calls.indexOf(test);
    if (index < 0) index = this.calls.push(test) - 1;
    return this.node(-1 - index, 0, 0, yes, no);
  }

  private node(slot: number, low: number, high: number, yes: number, no: number): number {
    this.slots.push(slot);
    this.lows.push(low);
    this.highs.push(high);
    this.yes.push(yes);
    return this.no.push(no) - 1;
  }
}

/** Per node: slot (or -1 - call), where to go on for no, for yes; and the ends of its range. */
export interface Sealed {
  readonly code: Int32Array;
  readonly limits: Float64Array;
  readonly calls: readonly Test[];
}

/** Writes the indexes of the conditions that hold into `hits`; returns how many. */
export function runProgram(program: Sealed, entries: Int32Array, frame: Frame, hits: Int32Array): number {
  const { code, limits, calls } = program;
  const { numbers } = frame;
  let count = 0;
  for (let rule = 0; rule < entries.length; rule++) {
    let at = entries[rule] as number;
    while (at >= 0) {
      const node = at << 2;
      const slot = code[node] as number;
      if (slot >= 0) {
        const value = numbers[slot] as number;
        const range = at << 1;
        at = code[
          node + (value >= (limits[range] as number) && value <= (limits[range + 1] as number) ? 2 : 1)
        ] as number;
      } else at = code[node + ((calls[-1 - slot] as Test)(frame) ? 2 : 1)] as number;
    }
    if (at === HOLDS) hits[count++] = rule;
  }
  return count;
}

const float = new Float64Array(1);
const bits = new BigInt64Array(float.buffer);

/** The next double above: `x > c` is `x >= nextAbove(c)`. */
export function nextAbove(value: number): number {
  if (value === 0) return Number.MIN_VALUE;
  if (!Number.isFinite(value)) return value;
  float[0] = value;
  bits[0] = (bits[0] as bigint) + (value > 0 ? 1n : -1n);
  return float[0];
}
