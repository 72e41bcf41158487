import { CLASS_COUNT, CLASSES } from './alphabet.ts';
import { GrowingTable } from './growing-table.ts';
import type { Emit, Output } from './trie.ts';

/**
 * Finds all texts anywhere in a value in one pass (Aho & Corasick 1975), as a complete transition table: one look-up per
 * character. States with output have the highest numbers, so the loop needs a single comparison to notice them.
 */
export class AhoCorasick {
  /** State (already multiplied by the number of classes) + class → state. */
  private readonly table: Int32Array;
  /** States from here on have output. */
  private readonly firstOutput: number;
  private readonly outputs: readonly (readonly number[])[];

  constructor(texts: readonly Output[]) {
    const { next, own, states } = buildTrie(texts);
    const { order, fail } = breadthFirst(next, states);
    const outputs = own;
    for (const state of order) {
      const more = outputs[fail[state] as number];
      if (more !== undefined && state !== 0) outputs[state] = [...new Set([...(outputs[state] ?? []), ...more])];
    }
    // Renumber: states without output first, in breadth-first order so that the busy ones share cache lines.
    const silent = order.filter((state) => outputs[state] === undefined);
    const speaking = order.filter((state) => outputs[state] !== undefined);
    const renumbered = new Int32Array(states);
    [...silent, ...speaking].forEach((state, at) => {
      renumbered[state] = at * CLASS_COUNT;
    });
    this.table = new Int32Array(states * CLASS_COUNT);
    for (let state = 0; state < states; state++) {
      const to = renumbered[state] as number;
      const from = state * CLASS_COUNT;
      for (let cls = 0; cls < CLASS_COUNT; cls++)
        this.table[to + cls] = renumbered[next[from + cls] as number] as number;
    }
    this.firstOutput = silent.length * CLASS_COUNT;
    this.outputs = speaking.map((state) => outputs[state] as number[]);
  }

  match(value: string, emit: Emit): void {
    const { table, firstOutput } = this;
    const classes = CLASSES;
    const { length } = value;
    let state = 0;
    for (let at = 0; at < length; at++) {
      state = table[state + (classes[value.charCodeAt(at)] as number)] as number;
      if (state >= firstOutput) this.report(state, emit);
    }
  }

  private report(state: number, emit: Emit): void {
    const ids = this.outputs[(state - this.firstOutput) / CLASS_COUNT] as readonly number[];
    for (let at = 0; at < ids.length; at++) emit(ids[at] as number);
  }
}

interface Built {
  readonly next: Int32Array;
  readonly own: (number[] | undefined)[];
  readonly states: number;
}

function buildTrie(texts: readonly Output[]): Built {
  const table = new GrowingTable();
  const own: (number[] | undefined)[] = [undefined];
  for (const { text, id } of texts) {
    let state = 0;
    for (let at = 0; at < text.length; at++) {
      const edge = state * CLASS_COUNT + (CLASSES[text.charCodeAt(at)] as number);
      if (table.cells[edge] === 0) {
        const added = table.add();
        table.cells[edge] = added;
        own.push(undefined);
      }
      state = table.cells[edge] as number;
    }
    const known = own[state];
    if (known === undefined) own[state] = [id];
    else known.push(id);
  }
  return { next: table.cells, own, states: table.states };
}

/** Completes the transitions in place; returns the states in breadth-first order and their failure links. */
function breadthFirst(next: Int32Array, states: number): { order: readonly number[]; fail: Int32Array } {
  const fail = new Int32Array(states);
  const order = [0];
  for (let head = 0; head < order.length; head++) {
    const state = order[head] as number;
    const from = state * CLASS_COUNT;
    const back = (fail[state] as number) * CLASS_COUNT;
    for (let cls = 0; cls < CLASS_COUNT; cls++) {
      const child = next[from + cls] as number;
      if (child !== 0) {
        if (state !== 0) fail[child] = next[back + cls] as number;
        order.push(child);
      } else if (state !== 0) next[from + cls] = next[back + cls] as number;
    }
  }
  return { order, fail };
}
