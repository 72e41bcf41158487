import { RowShape } from '../row-shape.ts';
import type { FeatureRow, FeatureSpec, FeatureType, FeatureValue } from '../types.ts';

/**
 * One row in typed arrays. A feature is a number: itself, 0/1, or the id of a text that some rule names (0: a text no
 * rule names). NaN is missing, and every comparison with NaN is false: the meaning the language wants, for free.
 */
export class Frame {
  numbers = new Float64Array(0);
  readonly texts: (string | undefined)[] = [];
  /** The values as they came or as their defaults, for the evidence of reasons; null is missing. */
  readonly values: (FeatureValue | null)[] = [];
  /** Grows by one per row: what was computed under another stamp is forgotten without being cleared. */
  stamp = 0;
  /** Values of a wrong type met so far; they count as missing. */
  wrongTypes = 0;
}

interface Column {
  readonly name: string;
  readonly type: FeatureType;
  readonly slot: number;
  readonly fallback: number;
  readonly fallbackText: string | undefined;
  readonly fallbackValue: FeatureValue | null;
  /** For texts: id of each text the rules name. */
  readonly ids: Map<string, number>;
}

/** Gives features their slots, and reads rows into a frame. Only features that some rule uses are read. */
export class Columns {
  private readonly byName = new Map<string, Column>();
  private readonly specs: ReadonlyMap<string, FeatureSpec>;
  private all: readonly Column[] = [];
  private shape = new RowShape([]);

  constructor(specs: readonly FeatureSpec[]) {
    this.specs = new Map(specs.map((spec) => [spec.name, spec]));
  }

  of(name: string): Column {
    const known = this.byName.get(name);
    if (known !== undefined) return known;
    const spec = this.specs.get(name);
    if (spec === undefined) throw new Error(`No feature "${name}"; checkRuleSet reports this before.`);
    const fallback = spec.default ?? undefined;
    const column: Column = {
      name,
      type: spec.type,
      slot: this.byName.size,
      fallback: typeof fallback === 'number' ? fallback : fallback === true ? 1 : fallback === false ? 0 : Number.NaN,
      fallbackText: typeof fallback === 'string' ? fallback : undefined,
      fallbackValue: fallback ?? null,
      ids: new Map(),
    };
    this.byName.set(name, column);
    this.all = [...this.byName.values()];
    return column;
  }

  get size(): number {
    return this.all.length;
  }

  /** The id of a text in comparisons with this feature, from 1. */
  idOf(column: Column, text: string): number {
    const known = column.ids.get(text);
    if (known !== undefined) return known;
    column.ids.set(text, column.ids.size + 1);
    return column.ids.size;
  }

  prepare(frame: Frame): void {
    this.shape = new RowShape(this.all.map(({ name }) => name));
    frame.numbers = new Float64Array(this.all.length);
    frame.texts.length = 0;
    frame.values.length = 0;
    for (let slot = 0; slot < this.all.length; slot++) {
      frame.texts.push(undefined);
      frame.values.push(null);
    }
  }

  load(frame: Frame, row: FeatureRow): void {
    const { all, shape } = this;
    frame.stamp++;
    const { order, targets, absent } = shape;
    let at = 0;
    for (const name in row) {
      if (name !== order[at]) {
        at = -1;
        break;
      }
      const slot = targets[at++] as number;
      if (slot >= 0) put(frame, all[slot] as Column, row[name]);
    }
    if (at === order.length && at > 0) {
      for (let index = 0; index < absent.length; index++) fallBack(frame, all[absent[index] as number] as Column);
      shape.hit();
      return;
    }
    for (let slot = 0; slot < all.length; slot++) {
      const column = all[slot] as Column;
      put(frame, column, row[column.name]);
    }
    shape.miss(row);
  }

  /** A number that the caller computed, in place of what the row said. */
  set(frame: Frame, slot: number, value: number): void {
    frame.numbers[slot] = value;
    frame.values[slot] = value;
  }
}

function put(frame: Frame, column: Column, value: FeatureRow[string]): void {
  const { slot, type } = column;
  if (typeof value === 'number' && type === 'number') {
    frame.numbers[slot] = value;
    // NaN is what a caller's arithmetic makes of a missing value; JSON has no word for it.
    frame.values[slot] = value === value ? value : null;
  } else if (typeof value === 'string' && type === 'string') {
    frame.texts[slot] = value;
    frame.numbers[slot] = column.ids.size === 0 ? 0 : (column.ids.get(value) ?? 0);
    frame.values[slot] = value;
  } else if (typeof value === 'boolean' && type === 'boolean') {
    frame.numbers[slot] = value ? 1 : 0;
    frame.values[slot] = value;
  } else {
    if (value != null) frame.wrongTypes++;
    fallBack(frame, column);
  }
}

function fallBack(frame: Frame, column: Column): void {
  const { slot, fallbackText } = column;
  frame.values[slot] = column.fallbackValue;
  frame.texts[slot] = fallbackText;
  frame.numbers[slot] =
    column.type !== 'string'
      ? column.fallback
      : fallbackText === undefined
        ? Number.NaN
        : (column.ids.get(fallbackText) ?? 0);
}

export type { Column };
