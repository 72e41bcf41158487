import type { FeatureRow, FeatureSpec, FeatureType } from '../types.ts';

/**
 * One row in typed arrays. A feature is a number: itself, 0/1, or the id of a text that some rule names (0: a text no
 * rule names). NaN is missing, and every comparison with NaN is false: the meaning the language wants, for free.
 */
export class Frame {
  numbers = new Float64Array(0);
  readonly texts: (string | undefined)[] = [];
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
  /** For texts: id of each text the rules name. */
  readonly ids: Map<string, number>;
}

/** Gives features their slots, and reads rows into a frame. Only features that some rule uses are read. */
export class Columns {
  private readonly byName = new Map<string, Column>();
  private readonly specs: ReadonlyMap<string, FeatureSpec>;
  private all: readonly Column[] = [];

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
    frame.numbers = new Float64Array(this.all.length);
    frame.texts.length = 0;
    for (let slot = 0; slot < this.all.length; slot++) frame.texts.push(undefined);
  }

  load(frame: Frame, row: FeatureRow): void {
    const { numbers, texts } = frame;
    const { all } = this;
    frame.stamp++;
    for (let slot = 0; slot < all.length; slot++) {
      const column = all[slot] as Column;
      const value = row[column.name];
      if (column.type === 'number') {
        if (typeof value === 'number') numbers[slot] = value;
        else {
          numbers[slot] = column.fallback;
          if (value != null) frame.wrongTypes++;
        }
      } else if (column.type === 'boolean') {
        if (value === true) numbers[slot] = 1;
        else if (value === false) numbers[slot] = 0;
        else {
          numbers[slot] = column.fallback;
          if (value != null) frame.wrongTypes++;
        }
      } else {
        let text = column.fallbackText;
        if (typeof value === 'string') text = value;
        else if (value != null) frame.wrongTypes++;
        texts[slot] = text;
        numbers[slot] = text === undefined ? Number.NaN : (column.ids.get(text) ?? 0);
      }
    }
  }

  /** The value that rules saw, after defaults. */
  valueOf(frame: Frame, column: Column): string | number | boolean | null {
    if (column.type === 'string') return frame.texts[column.slot] ?? null;
    const value = frame.numbers[column.slot] as number;
    if (value !== value) return null;
    return column.type === 'number' ? value : value === 1;
  }
}

export type { Column };
