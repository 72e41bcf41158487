import type { Frame } from '../compile/frame.ts';
import { KEYWORD } from '../compile/predicates.ts';
import { someText } from '../compile/values.ts';
import type { Atom } from './atoms.ts';
import { atomName } from './atoms.ts';
import { FieldMatcher } from './field-matcher.ts';

/** The atoms of one member (rule) of a group; undefined: it must be tried on every event. */
export interface MemberAtoms {
  readonly member: number;
  readonly atoms: readonly Atom[] | undefined;
}

/**
 * For one set of rules: which of them can match an event. An event's fields are run through the matchers of the fields'
 * atoms; every rule with an atom found is a candidate, once.
 */
export class GroupIndex {
  /** Rules without necessary atoms, candidates of every event. */
  readonly always: readonly number[];
  private readonly slots: readonly { readonly slot: number; readonly matcher: FieldMatcher }[];
  private readonly keyword: FieldMatcher | undefined;
  /** Per atom: the members it makes candidates. */
  private readonly members: readonly (readonly number[])[];
  private readonly stamp: Int32Array;
  private readonly candidates: Int32Array;
  private count = 0;
  private generation = 0;
  private readonly emit: (atom: number) => void;

  constructor(list: readonly MemberAtoms[]) {
    const ids = new Map<string, number>();
    const atoms: Atom[] = [];
    const members: number[][] = [];
    const always: number[] = [];
    let highest = 0;
    for (const { member, atoms: own } of list) {
      highest = Math.max(highest, member);
      if (own === undefined) always.push(member);
      for (const atom of own ?? []) {
        const name = atomName(atom);
        let id = ids.get(name);
        if (id === undefined) {
          id = atoms.length;
          ids.set(name, id);
          atoms.push(atom);
          members.push([]);
        }
        if (members[id]?.at(-1) !== member) members[id]?.push(member);
      }
    }
    const bySlot = new Map<number, { atom: Atom; id: number }[]>();
    atoms.forEach((atom, id) => {
      const known = bySlot.get(atom.slot);
      if (known === undefined) bySlot.set(atom.slot, [{ atom, id }]);
      else known.push({ atom, id });
    });
    const keyword = bySlot.get(KEYWORD);
    bySlot.delete(KEYWORD);
    this.always = always;
    this.members = members;
    this.keyword = keyword === undefined ? undefined : new FieldMatcher(keyword);
    this.slots = [...bySlot].map(([slot, own]) => ({ slot, matcher: new FieldMatcher(own) }));
    this.stamp = new Int32Array(highest + 1);
    this.candidates = new Int32Array(list.length);
    this.emit = (atom) => {
      const found = this.members[atom] as readonly number[];
      for (let at = 0; at < found.length; at++) {
        const member = found[at] as number;
        if (this.stamp[member] === this.generation) continue;
        this.stamp[member] = this.generation;
        this.candidates[this.count++] = member;
      }
    };
  }

  /** Finds the candidates of the event in the frame: `candidates[0 … result-1]`, besides `always`. */
  find(frame: Frame): number {
    this.count = 0;
    this.generation = (this.generation + 1) | 0;
    const { slots, emit, keyword } = this;
    for (let at = 0; at < slots.length; at++) {
      const { slot, matcher } = slots[at] as (typeof slots)[number];
      const value = frame.value(slot);
      if (value === undefined || value === null) continue;
      if (typeof value === 'string') matcher.match(value, emit);
      else this.matchOther(value, matcher);
    }
    if (keyword !== undefined) for (const text of frame.allTexts(false)) keyword.match(text, emit);
    return this.count;
  }

  candidate(at: number): number {
    return this.candidates[at] as number;
  }

  /** Numbers, booleans and lists. */
  private matchOther(value: unknown, matcher: FieldMatcher): void {
    someText(value, (text) => {
      matcher.match(text, this.emit);
      return false;
    });
  }
}
