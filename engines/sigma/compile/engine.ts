import type { SigmaEvent, SigmaRule } from '../types.ts';
import { compileNode, PredicateMemo, type Check } from './closures.ts';
import { Frame, type Slots } from './frame.ts';
import type { Node } from './lower.ts';
import type { Predicates } from './predicates.ts';
import { Router, type EntryScope } from './router.ts';
import type { LogsourceRouting } from '../mapping/routing.ts';

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
  /** Measures how often the rules' texts occur in typical events and rebuilds the index by it. Results do not change. */
  learn(sample: Iterable<SigmaEvent>): void;
  /** Number of rules that run. */
  readonly size: number;
}

interface Group {
  readonly members: readonly number[];
}

export class Engine implements SigmaEngine {
  readonly size: number;
  private readonly entries: readonly Entry[];
  private readonly checks: (Check | undefined)[];
  private readonly frame: Frame;
  private readonly memo: PredicateMemo;
  private readonly router: Router<Group>;
  private readonly found: SigmaRule[] = [];

  constructor(entries: readonly Entry[], slots: Slots, predicates: Predicates, routing: LogsourceRouting | undefined) {
    this.entries = entries;
    this.size = new Set(entries.map(({ rule }) => rule)).size;
    this.frame = new Frame(slots.keys);
    this.memo = new PredicateMemo(predicates.list.length);
    this.checks = entries.map(() => undefined);
    this.router = new Router(
      entries.map(({ scope }) => scope),
      routing,
      (members) => ({ members }),
    );
  }

  match(event: SigmaEvent): SigmaRule[] {
    const { found, frame } = this;
    found.length = 0;
    const group = this.router.groupOf(event);
    frame.begin(event);
    for (const member of group.members) {
      if (this.check(member)(frame)) {
        const { rule } = this.entries[member] as Entry;
        if (!found.includes(rule)) found.push(rule);
      }
    }
    return found;
  }

  learn(_sample: Iterable<SigmaEvent>): void {
    this.router.reset();
  }

  private check(member: number): Check {
    return (this.checks[member] ??= compileNode((this.entries[member] as Entry).node, this.memo));
  }
}
