import { CLASS_COUNT, CLASSES } from './alphabet.ts';
import { GrowingTable } from './growing-table.ts';

/** What a pattern says when it is found. */
export interface Output {
  readonly text: string;
  readonly id: number;
  /** The whole value must be used up. */
  readonly whole: boolean;
}

/** Receives the outputs that were found. */
export type Emit = (id: number) => void;

/**
 * Texts that must stand at one end of a value, read from that end: the walk stops at the first character no text goes
 * on with, so of a long value only the end in question is looked at.
 */
export class Trie {
  /** Node × class → next node, 0 for none. */
  private readonly next: Int32Array;
  /** Per node: outputs found here, and those that need the value to end here. */
  private readonly found: (readonly number[] | undefined)[];
  private readonly foundWhole: (readonly number[] | undefined)[];
  private readonly backwards: boolean;

  constructor(outputs: readonly Output[], backwards: boolean) {
    this.backwards = backwards;
    const table = new GrowingTable();
    const found: number[][] = [];
    const foundWhole: number[][] = [];
    for (const { text, id, whole } of outputs) {
      let node = 0;
      for (let step = 0; step < text.length; step++) {
        const at = backwards ? text.length - 1 - step : step;
        const edge = node * CLASS_COUNT + (CLASSES[text.charCodeAt(at)] as number);
        node = table.cells[edge] as number;
        if (node === 0) {
          node = table.add();
          table.cells[edge] = node;
        }
      }
      const list = whole ? foundWhole : found;
      const known = list[node];
      if (known === undefined) list[node] = [id];
      else known.push(id);
    }
    this.next = table.trimmed();
    this.found = Array.from({ length: table.states }, (_, node) => found[node]);
    this.foundWhole = Array.from({ length: table.states }, (_, node) => foundWhole[node]);
  }

  match(value: string, emit: Emit): void {
    const { next, found, backwards } = this;
    const { length } = value;
    let node = 0;
    let step = 0;
    for (;;) {
      const here = found[node];
      if (here !== undefined) for (let at = 0; at < here.length; at++) emit(here[at] as number);
      if (step === length) {
        const whole = this.foundWhole[node];
        if (whole !== undefined) for (let at = 0; at < whole.length; at++) emit(whole[at] as number);
        return;
      }
      const code = value.charCodeAt(backwards ? length - 1 - step : step);
      node = next[node * CLASS_COUNT + (CLASSES[code] as number)] as number;
      if (node === 0) return;
      step++;
    }
  }

  /** True when at least one text is found. */
  has(value: string): boolean {
    const { next, found, foundWhole, backwards } = this;
    const { length } = value;
    let node = 0;
    for (let step = 0; ; step++) {
      if (found[node] !== undefined) return true;
      if (step === length) return foundWhole[node] !== undefined;
      const code = value.charCodeAt(backwards ? length - 1 - step : step);
      // The caller folded the value, so a character beyond ASCII is none of the texts'.
      if (code > 127) return false;
      node = next[node * CLASS_COUNT + (CLASSES[code] as number)] as number;
      if (node === 0) return false;
    }
  }
}
