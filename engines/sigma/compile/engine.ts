import type { LogsourceRouting } from '../mapping/routing.ts';
import { atomName, atomsOf, type PredicateAtoms } from '../prefilter/atoms.ts';
import { guessedCounts } from '../prefilter/gram-counts.ts';
import { GroupIndex } from '../prefilter/group-index.ts';
import { necessaryAtoms } from '../prefilter/necessary.ts';
import { guessedRarity, LearnedRarity, type Rarity } from '../prefilter/rarity.ts';
import type { SigmaEvent, SigmaRule } from '../types.ts';
import { compileNode, PredicateMemo, UNDECIDED, type Check } from './closures.ts';
import { Frame, type Slots } from './frame.ts';
import type { Node } from './lower.ts';
import type { Predicate, Predicates } from './predicates.ts';
import { LearnedLikelihood, ordered, UNKNOWN, type Likelihood } from './order.ts';
import { Router, type EntryScope } from './router.ts';

/** A rule under one field mapping. A rule whose sources name fields differently has several entries. */
export interface Entry {
  readonly rule: SigmaRule;
  readonly node: Node;
  readonly scope: EntryScope;
}

/** The rules, ready to be matched. Not re-entrant: use one engine per thread. */
export interface SigmaEngine {
  /**
   * The rules that match the event, each once, in no particular order. The array is reused: it is valid until the
   * next call.
   */
  match(event: SigmaEvent): SigmaRule[];
  /**
   * Counts how often the rules' texts occur in typical events (some thousands are enough) and rebuilds the index by it.
   * Results do not change, only speed.
   */
  learn(sample: Iterable<SigmaEvent>): void;
  /** Number of rules that run. */
  readonly size: number;
}

const MEASURED_AT_ONCE = 40_000;
/** Events of each group for which whole rules are evaluated when learning. */
const OBSERVED = 500;

interface Group {
  readonly members: readonly number[];
  readonly key: string;
  index: GroupIndex;
}

export class Engine implements SigmaEngine {
  readonly size: number;
  private readonly entries: readonly Entry[];
  private readonly checks: (Check | undefined)[];
  private readonly frame: Frame;
  private readonly memo: PredicateMemo;
  private readonly counts = guessedCounts();
  private likelihood: Likelihood = UNKNOWN;
  private readonly router: Router<Group>;
  private readonly found: SigmaRule[] = [];
  private readonly atoms = new Map<Predicate, PredicateAtoms | undefined>();
  /** True when a rule has several entries, so that it may be found twice. */
  private readonly repeats: boolean;

  constructor(entries: readonly Entry[], slots: Slots, predicates: Predicates, routing: LogsourceRouting | undefined) {
    this.entries = entries;
    this.size = new Set(entries.map(({ rule }) => rule)).size;
    this.repeats = this.size < entries.length;
    this.frame = new Frame(slots.keys);
    this.memo = new PredicateMemo(predicates.list.length);
    this.checks = entries.map(() => undefined);
    this.router = new Router(
      entries.map(({ scope }) => scope),
      routing,
      (members) => ({ members, key: members.join(), index: this.indexOf(members, guessedRarity) }),
    );
  }

  match(event: SigmaEvent): SigmaRule[] {
    const { found, frame, entries, memo } = this;
    found.length = 0;
    const { index } = this.router.groupOf(event);
    if (frame.usedUp) this.restart();
    frame.begin(event);
    const count = index.find();
    memo.decided = index.sure ? index.decided : UNDECIDED;
    for (let at = 0; at < count; at++) {
      const member = index.candidate(at);
      if (this.check(member)(frame)) this.report((entries[member] as Entry).rule);
    }
    const { always } = index;
    for (let at = 0; at < always.length; at++) {
      const member = always[at] as number;
      if (this.check(member)(frame)) this.report((entries[member] as Entry).rule);
    }
    return found;
  }

  learn(sample: Iterable<SigmaEvent>): void {
    const byGroup = new Map<Group, SigmaEvent[]>();
    for (const event of sample) {
      for (const value of Object.values(event)) if (typeof value === 'string') this.counts.add(value);
      const group = this.router.groupOf(event);
      const known = byGroup.get(group);
      if (known === undefined) byGroup.set(group, [event]);
      else known.push(event);
    }
    for (const [group, events] of byGroup)
      group.index = this.indexOf(group.members, this.measure(group.members, events));
    this.likelihood = this.observe(byGroup);
    this.checks.fill(undefined);
  }

  /** Forgets every stamp, before they would repeat. */
  private restart(): void {
    this.frame.restart();
    this.memo.stamp.fill(0);
    for (const { index } of this.router.all()) index.restart();
  }

  private report(rule: SigmaRule): void {
    if (this.repeats && this.found.includes(rule)) return;
    this.found.push(rule);
  }

  private check(member: number): Check {
    const { node } = this.entries[member] as Entry;
    return (this.checks[member] ??= compileNode(ordered(node, this.likelihood), this.memo));
  }

  private atomsOf(predicate: Predicate): PredicateAtoms | undefined {
    if (this.atoms.has(predicate)) return this.atoms.get(predicate);
    const atoms = atomsOf(predicate);
    this.atoms.set(predicate, atoms);
    return atoms;
  }

  private indexOf(members: readonly number[], rarity: Rarity): GroupIndex {
    return new GroupIndex(
      members.map((member) => {
        const { node } = this.entries[member] as Entry;
        const necessary = necessaryAtoms(node, ({ predicate }) => this.atomsOf(predicate), rarity);
        return { member, predicates: necessary?.predicates };
      }),
      this.frame,
      this.memo,
      this.counts,
    );
  }

  /** Evaluates the predicates of the rules that come into question for some events of each group. */
  private observe(byGroup: ReadonlyMap<Group, readonly SigmaEvent[]>): Likelihood {
    const learned = new LearnedLikelihood(this.memo.result.length);
    for (const [{ index }, events] of byGroup) {
      for (const event of events.slice(0, OBSERVED)) {
        this.frame.begin(event);
        const count = index.find();
        const members = Array.from({ length: count }, (_, at) => index.candidate(at));
        for (const member of [...members, ...index.always]) {
          for (const predicate of predicatesOf((this.entries[member] as Entry).node))
            learned.count(predicate, predicate.evaluate(this.frame));
        }
      }
    }
    return learned.likelihood();
  }

  /** Counts every atom of the members' conditions, chosen or not, in the sample. */
  private measure(members: readonly number[], events: readonly SigmaEvent[]): Rarity {
    const names: string[] = [];
    const list: { member: number; predicates: readonly PredicateAtoms[] }[] = [];
    const seen = new Set<string>();
    for (const member of members) {
      for (const predicate of predicatesOf((this.entries[member] as Entry).node)) {
        for (const atom of this.atomsOf(predicate)?.atoms ?? []) {
          const name = atomName(atom);
          if (seen.has(name)) continue;
          seen.add(name);
          list.push({ member: names.length, predicates: [{ id: -1, atoms: [atom], exact: false }] });
          names.push(name);
        }
      }
    }
    const learned = new LearnedRarity(events.length);
    // In parts, so that the tables of all texts never exist at once.
    for (let from = 0; from < list.length; from += MEASURED_AT_ONCE) {
      const part = list.slice(from, from + MEASURED_AT_ONCE).map(({ predicates }, member) => ({ member, predicates }));
      const index = new GroupIndex(part, this.frame, this.memo, this.counts);
      for (const event of events) {
        this.frame.begin(event);
        for (let at = index.find() - 1; at >= 0; at--) learned.count(names[from + index.candidate(at)] as string);
      }
    }
    return learned.rarity();
  }
}

function predicatesOf(node: Node): Predicate[] {
  if (node.op === 'test') return [node.predicate];
  return node.op === 'not' ? predicatesOf(node.kid) : node.kids.flatMap(predicatesOf);
}
