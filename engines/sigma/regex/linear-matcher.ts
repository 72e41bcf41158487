import { withCaseVariants } from './parse-regex.ts';
import { complement, WORD, type Anchor, type ParsedRegex, type Ranges, type RegexNode } from './syntax.ts';

// A lazy DFA (Thompson's construction, states built as the text needs them). Time is linear in the text whatever the
// pattern, so patterns that make a backtracking matcher explode run here. It decides whether there is a match, no more.

const KINDS = { char: 0, split: 1, anchor: 2, match: 3 } as const;
type Kind = (typeof KINDS)[keyof typeof KINDS];

interface State {
  kind: Kind;
  set: number;
  anchor: Anchor | undefined;
  out: number;
  other: number;
}

/** What stands before or after a position. */
const EDGE = 0;
const WORD_CHAR = 1;
const OTHER_CHAR = 2;
const NEWLINE = 3;
/** The newline that ends the text. */
const LAST_NEWLINE = 4;

const MAX_STATES = 20_000;
const MAX_CACHED = 2000;
const UNKNOWN = -1;
const ACCEPT = -2;

/** A matcher in linear time, or undefined when the pattern uses look-around, references, atomic parts or properties. */
export function linearMatcher(parsed: ParsedRegex): ((text: string) => boolean) | undefined {
  const builder = new Builder(parsed.ignoreCase);
  const end = builder.add({ kind: KINDS.match, set: 0, anchor: undefined, out: 0, other: 0 });
  const start = builder.compile(parsed.root, end);
  if (start === undefined) return undefined;
  const matcher = new LazyDfa(builder.states, builder.sets, start);
  return (text) => matcher.test(text);
}

class Builder {
  readonly states: State[] = [];
  readonly sets: Ranges[] = [];
  private readonly ignoreCase: boolean;

  constructor(ignoreCase: boolean) {
    this.ignoreCase = ignoreCase;
  }

  add(state: State): number {
    this.states.push(state);
    return this.states.length - 1;
  }

  /** The entry of a part that continues at `next`; undefined when the part is not supported or too large. */
  compile(node: RegexNode, next: number): number | undefined {
    if (this.states.length > MAX_STATES) return undefined;
    switch (node.type) {
      case 'set': {
        const own = this.ignoreCase ? withCaseVariants(node.ranges) : node.ranges;
        if (node.ranges.some(([low]) => low > 0xffff)) return undefined;
        this.sets.push(node.negated ? complement(own) : own);
        return this.add({ kind: KINDS.char, set: this.sets.length - 1, anchor: undefined, out: next, other: 0 });
      }
      case 'anchor':
        return this.add({ kind: KINDS.anchor, set: 0, anchor: node.at, out: next, other: 0 });
      case 'group':
        return this.compile(node.item, next);
      case 'sequence': {
        let entry: number | undefined = next;
        for (const item of node.items.toReversed()) {
          if (entry === undefined) return undefined;
          entry = this.compile(item, entry);
        }
        return entry;
      }
      case 'alternatives': {
        let entry: number | undefined;
        for (const item of node.items.toReversed()) {
          const own = this.compile(item, next);
          if (own === undefined) return undefined;
          entry = entry === undefined ? own : this.split(own, entry);
        }
        return entry;
      }
      case 'repeat': {
        if (node.mode === 'possessive') return undefined;
        let entry: number | undefined = next;
        if (node.max === Number.POSITIVE_INFINITY) {
          const loop = this.split(0, next);
          const body = this.compile(node.item, loop);
          if (body === undefined) return undefined;
          (this.states[loop] as State).out = body;
          entry = loop;
        } else {
          for (let left = node.max - node.min; left > 0; left--) {
            const body: number | undefined = entry === undefined ? undefined : this.compile(node.item, entry);
            if (body === undefined) return undefined;
            entry = this.split(body, next);
          }
        }
        for (let left = node.min; left > 0; left--) {
          if (entry === undefined) return undefined;
          entry = this.compile(node.item, entry);
        }
        return entry;
      }
      default:
        return undefined;
    }
  }

  private split(out: number, other: number): number {
    return this.add({ kind: KINDS.split, set: 0, anchor: undefined, out, other });
  }
}

interface DfaState {
  /** NFA states reached, before empty moves are followed. */
  readonly core: readonly number[];
  readonly before: number;
  /** Per class: next state, UNKNOWN or ACCEPT. */
  readonly next: Int32Array;
}

class LazyDfa {
  private readonly states: readonly State[];
  private readonly start: number;
  /** Starts of the character classes, ascending. */
  private readonly bounds: readonly number[];
  private readonly latin: Uint16Array;
  /** Class → what kind of character it is. */
  private readonly kinds: readonly number[];
  /** Set → class → contained. */
  private readonly contains: readonly Uint8Array[];
  private readonly endClass: number;
  private readonly lastNewlineClass: number;
  private readonly newlineClass: number;
  private cache: DfaState[] = [];
  private ids = new Map<string, number>();

  constructor(states: readonly State[], sets: readonly Ranges[], start: number) {
    this.states = states;
    this.start = start;
    const bounds = new Set([0, 10, 11]);
    for (const ranges of [WORD, ...sets]) {
      for (const [low, high] of ranges) {
        if (low <= 0xffff) bounds.add(low);
        if (high < 0xffff) bounds.add(high + 1);
      }
    }
    this.bounds = [...bounds].toSorted((left, right) => left - right);
    this.latin = Uint16Array.from({ length: 256 }, (_, code) => this.search(code));
    const within = (ranges: Ranges, code: number): boolean => ranges.some(([low, high]) => low <= code && code <= high);
    this.kinds = this.bounds.map((code) => (code === 10 ? NEWLINE : within(WORD, code) ? WORD_CHAR : OTHER_CHAR));
    this.newlineClass = this.search(10);
    this.endClass = this.bounds.length;
    this.lastNewlineClass = this.bounds.length + 1;
    this.contains = sets.map((ranges) =>
      Uint8Array.from({ length: this.bounds.length + 2 }, (_, cls) => {
        if (cls === this.endClass) return 0;
        const code = cls === this.lastNewlineClass ? 10 : (this.bounds[cls] as number);
        return within(ranges, code) ? 1 : 0;
      }),
    );
  }

  test(text: string): boolean {
    let state = this.idOf([this.start], EDGE);
    const { length } = text;
    for (let at = 0; at < length; at++) {
      const code = text.charCodeAt(at);
      let cls = code < 256 ? (this.latin[code] as number) : this.search(code);
      if (at === length - 1 && cls === this.newlineClass) cls = this.lastNewlineClass;
      let next = (this.cache[state] as DfaState).next[cls] as number;
      if (next === UNKNOWN) {
        next = this.step(state, cls);
        if (this.cache.length > MAX_CACHED && next !== ACCEPT) next = this.forget(next);
      }
      if (next === ACCEPT) return true;
      state = next;
    }
    const last = (this.cache[state] as DfaState).next[this.endClass] as number;
    return (last === UNKNOWN ? this.step(state, this.endClass) : last) === ACCEPT;
  }

  /** Drops the states built so far but one; returns its new number. Bounds the memory whatever the texts. */
  private forget(keep: number): number {
    const { core, before } = this.cache[keep] as DfaState;
    this.cache = [];
    this.ids = new Map();
    return this.idOf(core, before);
  }

  private search(code: number): number {
    let low = 0;
    let high = this.bounds.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.bounds[middle] as number) <= code) low = middle;
      else high = middle;
    }
    return low;
  }

  private idOf(core: readonly number[], before: number): number {
    const name = `${before}:${core.join()}`;
    const known = this.ids.get(name);
    if (known !== undefined) return known;
    const next = new Int32Array(this.bounds.length + 2).fill(UNKNOWN);
    this.cache.push({ core, before, next });
    this.ids.set(name, this.cache.length - 1);
    return this.cache.length - 1;
  }

  private step(from: number, cls: number): number {
    const { core, before, next } = this.cache[from] as DfaState;
    const after =
      cls === this.endClass ? EDGE : cls === this.lastNewlineClass ? LAST_NEWLINE : (this.kinds[cls] as number);
    const reached = new Set<number>();
    const seen = new Set<number>();
    const stack = [...core];
    let accepted = false;
    while (stack.length > 0) {
      const at = stack.pop() as number;
      if (seen.has(at)) continue;
      seen.add(at);
      const state = this.states[at] as State;
      if (state.kind === KINDS.match) accepted = true;
      else if (state.kind === KINDS.split) stack.push(state.out, state.other);
      else if (state.kind === KINDS.anchor) {
        if (anchorHolds(state.anchor as Anchor, before, after)) stack.push(state.out);
      } else if ((this.contains[state.set] as Uint8Array)[cls] === 1) reached.add(state.out);
    }
    let result: number;
    if (accepted) result = ACCEPT;
    else {
      reached.add(this.start); // a match may begin at any character
      const kind = after === LAST_NEWLINE ? NEWLINE : after;
      result = this.idOf(
        [...reached].toSorted((left, right) => left - right),
        kind,
      );
    }
    next[cls] = result;
    return result;
  }
}

function anchorHolds(anchor: Anchor, before: number, after: number): boolean {
  switch (anchor) {
    case 'start':
      return before === EDGE;
    case 'end':
      return after === EDGE;
    case 'endOrNewline':
      return after === EDGE || after === LAST_NEWLINE;
    case 'lineStart':
      return before === EDGE || before === NEWLINE;
    case 'lineEnd':
      return after === EDGE || after === NEWLINE || after === LAST_NEWLINE;
    case 'boundary':
      return (before === WORD_CHAR) !== (after === WORD_CHAR);
    case 'notBoundary':
      return (before === WORD_CHAR) === (after === WORD_CHAR);
  }
}
