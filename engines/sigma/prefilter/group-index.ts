import type { PredicateMemo } from '../compile/closures.ts';
import type { Frame } from '../compile/frame.ts';
import { KEYWORD } from '../compile/predicates.ts';
import type { KeyPlan } from '../compile/key-plan.ts';
import { someText } from '../compile/values.ts';
import type { Atom, PredicateAtoms } from './atoms.ts';
import { atomName } from './atoms.ts';
import { FieldMatcher, tiersOfAtoms } from './field-matcher.ts';
import type { GramCounts } from './gram-counts.ts';
import { costOf } from './sieve.ts';

/** Fields with fewer texts are read on their own, in long steps, and once more for the keywords. */
const SHARING = 8;
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
  private readonly byKey: readonly (KeyReader | undefined)[];
  private readonly keyword: FieldMatcher | undefined;
  /** Whether a keyword can be part of a printed number or truth value. */
  private readonly keywordInNumbers: boolean;
  private readonly stamp: Int32Array;
  private readonly candidates: Int32Array;
  private count = 0;
  private readonly postponed: SlotMatcher[] = [];
  /** The text being read. */
  private text = '';
  private isChecked = false;
  private readonly emit: (atom: number) => void;

  constructor(list: readonly MemberPredicates[], frame: Frame, memo: PredicateMemo, counts: GramCounts) {
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
    this.keyword = keyword === undefined ? undefined : new FieldMatcher(keyword, counts);
    this.keywordInNumbers = keyword?.some(({ atom }) => NUMBER_TEXT.test(atom.text)) ?? false;
    const keywordCost = keyword === undefined ? 0 : costOf(tiersOfAtoms(keyword, counts));
    this.slots = [...bySlot].map(([slot, own]) => {
      const apart = tiersOfAtoms(own, counts);
      // A field that is read anyway is read for the keywords in the same pass, when that is cheaper.
      if (keyword !== undefined && frame.keys[slot]?.length === 1 && own.length >= SHARING && apart.length > 0) {
        const together = tiersOfAtoms([...own, ...keyword], counts);
        if (costOf(together) < costOf(apart) + keywordCost)
          return {
            slot,
            matcher: new FieldMatcher([...own, ...keyword], counts, together),
            readsKeywords: true,
            stamp: 0,
          };
      }
      return { slot, matcher: new FieldMatcher(own, counts, apart), readsKeywords: false, stamp: 0 };
    });
    this.byKey = readersByKey(this.slots, frame);
    this.stamp = new Int32Array(list.reduce((highest, { member }) => Math.max(highest, member), 0) + 1);
    this.candidates = new Int32Array(list.length);
    const { stamp, candidates } = this;
    this.emit = (atom) => {
      const { generation } = frame;
      if (!this.isChecked) {
        this.isChecked = true;
        if (this.text.includes(UNSURE)) this.sure = false;
      }
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
    const { event } = frame;
    this.count = 0;
    this.sure = true;
    this.postponed.length = 0;
    let plan: KeyPlan | undefined;
    let at = 0;
    // Going over the event's own keys is cheaper than asking for every field that rules know.
    for (const key in event) {
      const value = event[key];
      if (typeof value === 'object' && value !== null && hasObject(value)) return this.findNested();
      plan ??= frame.plans.of(key);
      const id = plan.keys[at] === key ? (plan.ids[at] as number) : plan.correct(at, key);
      at++;
      let readsKeywords = false;
      if (id >= 0) {
        frame.note(id);
        const reader = byKey[id];
        if (reader !== undefined) {
          ({ readsKeywords } = reader);
          if (reader.matcher === undefined) this.postpone(reader.slots);
          else this.matchValue(value, reader.matcher);
        }
      }
      if (keyword !== undefined && !readsKeywords) this.matchKeyword(value, keyword);
    }
    frame.complete();
    const { postponed } = this;
    for (let slot = 0; slot < postponed.length; slot++) {
      const { slot: number, matcher } = postponed[slot] as SlotMatcher;
      this.matchValue(frame.value(number), matcher);
    }
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
  private postpone(slots: readonly SlotMatcher[]): void {
    for (const slot of slots) {
      if (slot.stamp === this.frame.generation) continue;
      slot.stamp = this.frame.generation;
      this.postponed.push(slot);
    }
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
    else if (typeof value === 'number') this.matchText(String(value), matcher);
    else if (value !== undefined && value !== null) {
      someText(value, (text) => {
        this.matchText(text, matcher);
        return false;
      });
    }
  }

  private matchText(text: string, matcher: FieldMatcher): void {
    this.text = text;
    this.isChecked = false;
    matcher.match(text, this.emit);
  }
}

interface SlotMatcher {
  readonly slot: number;
  readonly matcher: FieldMatcher;
  readonly readsKeywords: boolean;
  stamp: number;
}

/** What is done with the value under an event key. */
interface KeyReader {
  readonly slots: readonly SlotMatcher[];
  /** The matcher of the only slot, when that looks under this key alone; everything else waits until all keys are known. */
  readonly matcher: FieldMatcher | undefined;
  readonly readsKeywords: boolean;
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

function readersByKey(slots: readonly SlotMatcher[], frame: Frame): (KeyReader | undefined)[] {
  const table: (KeyReader | undefined)[] = Array.from({ length: frame.keyIds.size }, () => undefined);
  for (const slot of slots) {
    const keys = frame.keys[slot.slot] as readonly string[];
    for (const key of keys) {
      const id = frame.keyIds.get(key) as number;
      const others = table[id]?.slots ?? [];
      const alone = others.length === 0 && keys.length === 1;
      table[id] = {
        slots: [...others, slot],
        matcher: alone ? slot.matcher : undefined,
        readsKeywords: alone && slot.readsKeywords,
      };
    }
  }
  return table;
}
