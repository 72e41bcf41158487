import type { FeatureRow } from './types.ts';

const LEARNING_COSTS = 8;
const MOST_CREDIT = 64;

/**
 * Remembers in which order rows carry their keys. Rows of one source always have the same order, and walking an object in
 * its own order is nine times faster than asking for forty names: the engine then reads values by position. A row of
 * another order is read by name, and its order learned unless orders keep changing.
 */
export class RowShape {
  /** Keys in the order of the rows seen. */
  order: readonly string[] = [];
  /** For each key of `order` the place its value goes to; -1: nobody asked for it. */
  targets = new Int32Array(0);
  /** Places for which `order` has no key. */
  absent: readonly number[] = [];
  private readonly places: ReadonlyMap<string, number>;
  private credit = MOST_CREDIT;

  constructor(names: readonly string[]) {
    this.places = new Map(names.map((name, place) => [name, place]));
    this.absent = names.map((_, place) => place);
  }

  hit(): void {
    if (this.credit < MOST_CREDIT) this.credit++;
  }

  miss(row: FeatureRow): void {
    if (this.credit < LEARNING_COSTS) return;
    this.credit -= LEARNING_COSTS;
    const order: string[] = [];
    for (const name in row) order.push(name);
    this.order = order;
    this.targets = Int32Array.from(order, (name) => this.places.get(name) ?? -1);
    const found = new Set(this.targets);
    this.absent = [...this.places.values()].filter((place) => !found.has(place));
  }
}
