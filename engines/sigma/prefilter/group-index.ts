import type { PredicateMemo } from '../compile/closures.ts';
import type { Frame } from '../compile/frame.ts';
import { KEYWORD } from '../compile/predicates.ts';
import { someText } from '../compile/values.ts';
import type { Atom, PredicateAtoms } from './atoms.ts';
import { atomName } from './atoms.ts';
import { FieldMatcher } from './field-matcher.ts';

/** Fields with at least this many texts to find anywhere also look for the keywords. */
const SHARING = 4;
/** Part of what a number or a truth value prints as. */
const NUMBER_TEXT = /^(?:[-+.\de]+|t?r?u?e?|f?a?l?s?e?|i?n?f?i?n?i?t?y?|n?a?n?)$/;
/** Its folded form begins with an ASCII letter, so the matchers, which read unit by unit, may find too much. */
const UNSURE = '\u0130';

/** The necessary predicates of one member (rule) of a group; undefined: it must be tried on every event. */
export interface MemberPredicates {
  readonly member: number;
  readonly predicates: readonly PredicateAtoms[] | undefined;
}

/**
 * For one set of rules: which of them can match an event. An event's fields are run through the matchers of the fields'
 * atoms; every rule with an atom found is a candidate, once. Predicates that say no more than their atoms are decided on the way.
 */
export class GroupIndex {
  /** Rules without necessary atoms, candidates of every event. */
  readonly always: readonly number[];
  /** 1 for each predicate that `find` decides: it holds when the memo has a stamp for it, and only then. */
  readonly decided: Uint8Array;
  /** False when the last event had a character that makes decisions doubtful. */
  sure = true;
  private readonly frame: Frame;
  private readonly slots: readonly SlotMatcher[];
  /** Number of an event key → the matchers of the slots that look under it. */
  private readonly byKey: readonly (SlotMatcher | readonly SlotMatcher[] | undefined)[];
  private readonly keyword: FieldMatcher | undefined;
  /** Whether a keyword can be part of a printed number or truth value. */
  private readonly keywordInNumbers: boolean;
  private readonly stamp: Int32Array;
  private readonly candidates: Int32Array;
  private count = 0;
  private readonly postponed: SlotMatcher[] = [];
  /** The text being read. */
  private text = '';
  private readonly emit: (atom: number) => void;

  constructor(list: readonly MemberPredicates[], frame: Frame, memo: PredicateMemo) {
    const { atoms, members, predicates, decided } = tabulate(list, memo.result.length);
    const bySlot = new Map<number, { atom: Atom; id: number }[]>();
    atoms.forEach((atom, id) => {
      const known = bySlot.get(atom.slot);
      if (known === undefined) bySlot.set(atom.slot, [{ atom, id }]);
      else known.push({ atom, id });
    });
    const keyword = bySlot.get(KEYWORD);
    bySlot.delete(KEYWORD);
    this.frame = frame;
    this.always = list.flatMap(({ member, predicates: own }) => (own === undefined ? [member] : []));
    this.decided = decided;
    this.keyword = keyword === undefined ? undefined : new FieldMatcher(keyword);
    this.keywordInNumbers = keyword?.some(({ atom }) => NUMBER_TEXT.test(atom.text)) ?? false;
    this.slots = [...bySlot].map(([slot, own]) => {
      // A field that is read anyway is read for the keywords in the same pass.
      const shares =
        keyword !== undefined &&
        frame.keys[slot]?.length === 1 &&
        own.filter(({ atom }) => atom.kind === 'contains').length >= SHARING;
      const matcher = new FieldMatcher(shares ? [...own, ...keyword] : own);
      return { slot, matcher, readsKeywords: shares, stamp: 0 };
    });
    this.byKey = slotsByKey(this.slots, frame);
    this.stamp = new Int32Array(list.reduce((highest, { member }) => Math.max(highest, member), 0) + 1);
    this.candidates = new Int32Array(list.length);
    const { stamp, candidates } = this;
    this.emit = (atom) => {
      const { generation } = frame;
      if (this.text.includes(UNSURE)) this.sure = false;
      const held = predicates[atom] as readonly number[];
      for (let at = 0; at < held.length; at++) {
        const predicate = held[at] as number;
        memo.stamp[predicate] = generation;
        memo.result[predicate] = 1;
      }
      const found = members[atom] as readonly number[];
      for (let at = 0; at < found.length; at++) {
        const member = found[at] as number;
        if (stamp[member] === generation) continue;
        stamp[member] = generation;
        candidates[this.count++] = member;
      }
    };
  }

  /** Finds the candidates of the event in the frame: `candidate(0 … result-1)`, besides `always`. */
  find(): number {
    const { frame, byKey, keyword } = this;
    const { event, keyIds } = frame;
    this.count = 0;
    this.sure = true;
    this.postponed.length = 0;
    // Going over the event's own keys is cheaper than asking for every field that rules know.
    for (const key in event) {
      const value = event[key];
      if (typeof value === 'object' && value !== null && hasObject(value)) return this.findNested();
      const id = keyIds.get(key);
      if (id === undefined) {
        if (keyword !== undefined) this.matchKeyword(value, keyword);
        continue;
      }
      frame.put(id, value);
      const slots = byKey[id];
      if (slots === undefined) {
        if (keyword !== undefined) this.matchKeyword(value, keyword);
      } else if (slots instanceof Array) {
        if (keyword !== undefined) this.matchKeyword(value, keyword);
        for (const slot of slots) this.postpone(slot);
      } else {
        if (keyword !== undefined && !slots.readsKeywords) this.matchKeyword(value, keyword);
        this.matchValue(value, slots.matcher);
      }
    }
    frame.complete();
    for (const slot of this.postponed) this.matchValue(frame.value(slot.slot), slot.matcher);
    return this.count;
  }

  candidate(at: number): number {
    return this.candidates[at] as number;
  }

  /** Forgets the stamps taken from the frame's generations. */
  restart(): void {
    this.stamp.fill(0);
    for (const slot of this.slots) slot.stamp = 0;
  }

  /** A slot with several keys takes the first the event has, whichever of them comes first in the event. */
  private postpone(slot: SlotMatcher): void {
    if (slot.stamp === this.frame.generation) return;
    slot.stamp = this.frame.generation;
    this.postponed.push(slot);
  }

  /** Events with objects in them: fields may lie deeper, so every slot is asked for. */
  private findNested(): number {
    const { frame, keyword } = this;
    for (const { slot, matcher } of this.slots) this.matchValue(frame.value(slot), matcher);
    if (keyword !== undefined) for (const text of frame.allTexts(false)) this.matchText(text, keyword);
    return this.count;
  }

  private matchKeyword(value: unknown, keyword: FieldMatcher): void {
    if (typeof value === 'string') this.matchText(value, keyword);
    else if (typeof value === 'object' || this.keywordInNumbers) this.matchValue(value, keyword);
  }

  private matchValue(value: unknown, matcher: FieldMatcher): void {
    if (typeof value === 'string') this.matchText(value, matcher);
    else if (value !== undefined && value !== null) {
      someText(value, (text) => {
        this.matchText(text, matcher);
        return false;
      });
    }
  }

  private matchText(text: string, matcher: FieldMatcher): void {
    this.text = text;
    matcher.match(text, this.emit);
  }
}

interface SlotMatcher {
  readonly slot: number;
  readonly matcher: FieldMatcher;
  readonly readsKeywords: boolean;
  stamp: number;
}

interface Table {
  readonly atoms: readonly Atom[];
  /** Per atom: the members it makes candidates. */
  readonly members: readonly (readonly number[])[];
  /** Per atom: the predicates it decides. */
  readonly predicates: readonly (readonly number[])[];
  readonly decided: Uint8Array;
}

/** Numbers the distinct atoms of the members and lists what each of them says. */
function tabulate(list: readonly MemberPredicates[], predicateCount: number): Table {
  const ids = new Map<string, number>();
  const atoms: Atom[] = [];
  const members: number[][] = [];
  const predicates: number[][] = [];
  const decided = new Uint8Array(predicateCount);
  for (const { member, predicates: own } of list) {
    for (const predicate of own ?? []) {
      const fresh = predicate.exact && decided[predicate.id] === 0;
      if (fresh) decided[predicate.id] = 1;
      for (const atom of predicate.atoms) {
        const name = atomName(atom);
        let id = ids.get(name);
        if (id === undefined) {
          id = atoms.length;
          ids.set(name, id);
          atoms.push(atom);
          members.push([]);
          predicates.push([]);
        }
        if (members[id]?.at(-1) !== member) members[id]?.push(member);
        if (fresh) predicates[id]?.push(predicate.id);
      }
    }
  }
  return { atoms, members, predicates, decided };
}

function hasObject(value: object): boolean {
  return !Array.isArray(value) || value.some((item) => typeof item === 'object' && item !== null);
}

function slotsByKey(slots: readonly SlotMatcher[], frame: Frame): (SlotMatcher | SlotMatcher[] | undefined)[] {
  const table: (SlotMatcher | SlotMatcher[] | undefined)[] = Array.from({ length: frame.keyIds.size }, () => undefined);
  for (const slot of slots) {
    const keys = frame.keys[slot.slot] as readonly string[];
    for (const key of keys) {
      const id = frame.keyIds.get(key) as number;
      const known = table[id];
      // A single slot with a single key needs no bookkeeping; everything else goes through a list.
      if (known === undefined) table[id] = keys.length === 1 ? slot : [slot];
      else table[id] = [...(known instanceof Array ? known : [known]), slot];
    }
  }
  return table;
}
