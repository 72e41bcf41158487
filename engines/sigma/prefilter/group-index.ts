import type { Frame } from '../compile/frame.ts';
import { KEYWORD } from '../compile/predicates.ts';
import { someText } from '../compile/values.ts';
import type { Atom } from './atoms.ts';
import { atomName } from './atoms.ts';
import { FieldMatcher } from './field-matcher.ts';

/** Fields with at least this many texts to find anywhere also look for the keywords. */
const SHARING = 4;
/** Part of what a number or a truth value prints as. */
const NUMBER_TEXT = /^(?:[-+.\de]+|t?r?u?e?|f?a?l?s?e?|i?n?f?i?n?i?t?y?|n?a?n?)$/;

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
  private readonly slots: readonly SlotMatcher[];
  /** Event key → the matchers of the slots that look under it. */
  private readonly byKey: ReadonlyMap<string, SlotMatcher | readonly SlotMatcher[]>;
  private readonly keyword: FieldMatcher | undefined;
  /** Whether a keyword can be part of a printed number or truth value. */
  private readonly keywordInNumbers: boolean;
  /** Per atom: the members it makes candidates. */
  private readonly members: readonly (readonly number[])[];
  private readonly stamp: Int32Array;
  private readonly candidates: Int32Array;
  private count = 0;
  private generation = 0;
  private readonly emit: (atom: number) => void;

  constructor(list: readonly MemberAtoms[], keysOf: (slot: number) => readonly string[]) {
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
    this.keywordInNumbers = keyword?.some(({ atom }) => NUMBER_TEXT.test(atom.text)) ?? false;
    this.slots = [...bySlot].map(([slot, own]) => {
      // A field that is read anyway is read for the keywords in the same pass.
      const shares =
        keyword !== undefined &&
        keysOf(slot).length === 1 &&
        own.filter(({ atom }) => atom.kind === 'contains').length >= SHARING;
      const matcher = new FieldMatcher(shares ? [...own, ...keyword] : own);
      return { slot, matcher, readsKeywords: shares, stamp: 0 };
    });
    this.byKey = slotsByKey(this.slots, keysOf);
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
    const { event } = frame;
    const { byKey, emit, keyword } = this;
    // Going over the event's own keys is cheaper than asking for every field that rules know.
    for (const key in event) {
      const value = event[key];
      if (typeof value === 'object' && value !== null && hasObject(value)) return this.findNested(frame);
      const slots = byKey.get(key);
      if (slots === undefined) {
        if (keyword !== undefined) this.matchKeyword(value, keyword);
      } else if (slots instanceof Array) {
        if (keyword !== undefined) this.matchKeyword(value, keyword);
        for (const slot of slots) this.matchSlot(frame, slot);
      } else {
        if (keyword !== undefined && !slots.readsKeywords) this.matchKeyword(value, keyword);
        if (typeof value === 'string') slots.matcher.match(value, emit);
        else this.matchValue(value, slots.matcher);
      }
    }
    return this.count;
  }

  /** A slot with several keys takes the first the event has, whichever of them comes first in the event. */
  private matchSlot(frame: Frame, slot: SlotMatcher): void {
    if (slot.stamp === this.generation) return;
    slot.stamp = this.generation;
    this.matchValue(frame.value(slot.slot), slot.matcher);
  }

  /** Events with objects in them: fields may lie deeper, so every slot is asked for. */
  private findNested(frame: Frame): number {
    for (const { slot, matcher } of this.slots) this.matchValue(frame.value(slot), matcher);
    if (this.keyword !== undefined) for (const text of frame.allTexts(false)) this.keyword.match(text, this.emit);
    return this.count;
  }

  candidate(at: number): number {
    return this.candidates[at] as number;
  }

  private matchKeyword(value: unknown, keyword: FieldMatcher): void {
    if (typeof value === 'string') keyword.match(value, this.emit);
    else if (typeof value === 'object' || this.keywordInNumbers) this.matchValue(value, keyword);
  }

  private matchValue(value: unknown, matcher: FieldMatcher): void {
    if (typeof value === 'string') matcher.match(value, this.emit);
    else if (value !== undefined && value !== null) {
      someText(value, (text) => {
        matcher.match(text, this.emit);
        return false;
      });
    }
  }
}

interface SlotMatcher {
  readonly slot: number;
  readonly matcher: FieldMatcher;
  readonly readsKeywords: boolean;
  stamp: number;
}

function hasObject(value: object): boolean {
  return !Array.isArray(value) || value.some((item) => typeof item === 'object' && item !== null);
}

function slotsByKey(
  slots: readonly SlotMatcher[],
  keysOf: (slot: number) => readonly string[],
): Map<string, SlotMatcher | SlotMatcher[]> {
  const map = new Map<string, SlotMatcher | SlotMatcher[]>();
  for (const slot of slots) {
    const keys = keysOf(slot.slot);
    for (const key of keys) {
      const known = map.get(key);
      // A single slot with a single key needs no bookkeeping; everything else goes through a list.
      if (known === undefined) map.set(key, keys.length === 1 ? slot : [slot]);
      else map.set(key, [...(known instanceof Array ? known : [known]), slot]);
    }
  }
  return map;
}
