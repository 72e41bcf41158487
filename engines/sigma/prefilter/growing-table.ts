import { CLASS_COUNT } from './alphabet.ts';

/** A table of `CLASS_COUNT` cells per state that grows as states are added. */
export class GrowingTable {
  cells = new Int32Array(256 * CLASS_COUNT);
  /** State 0 exists from the start. */
  states = 1;

  add(): number {
    const state = this.states++;
    if (this.states * CLASS_COUNT > this.cells.length) {
      const larger = new Int32Array(this.cells.length * 2);
      larger.set(this.cells);
      this.cells = larger;
    }
    return state;
  }

  /** The cells in use. */
  trimmed(): Int32Array {
    return this.cells.slice(0, this.states * CLASS_COUNT);
  }
}
