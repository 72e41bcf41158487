import type { SavedEvent } from './snapshot.ts';
import { valuesOf } from './event-store.ts';
import type { GroupTable } from './group-table.ts';
import type { Interner } from './interner.ts';
import type { Judge, Span } from './judge.ts';
import { createNumberMeasure, expressionHolds, limitsHold } from './measure.ts';
import type { OrderTracker } from './order-tracker.ts';
import type { WindowEvents } from './window-events.ts';

/** A span of events that satisfies a condition. */
export interface Found {
  /** Event time of the first and the last, milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly value: number;
  readonly count: number;
  /** Of the newest, at most 100, oldest first. */
  readonly evidence: readonly string[];
}

export interface WindowCounters {
  events: number;
  droppedEvents: number;
  lateEvents: number;
}

const MAX_EVIDENCE = 100;
/** Up to this many events it is cheaper to look at them than to keep a table about them. */
const FEW = 16;
const NOTHING: readonly Found[] = [];

/**
 * The windows of one correlation's groups.
 *
 * Conditions that more events cannot undo (`gte`) are judged at every event over the window that ends with it, and
 * reported once per time span while they hold. Others (`lte`, `eq`, `not`) are judged when the window that the first
 * event opened is over.
 *
 * An event in order costs a constant number of steps (amortised). A late one is judged over every window that contains it,
 * which costs a few steps per event of two time spans, at most `limit`.
 */
export class Windows {
  readonly judge: Judge;
  private readonly groups: GroupTable;
  private readonly events: WindowEvents;
  private readonly texts: Interner;
  private readonly counters: WindowCounters;
  private readonly lateness: number;
  private readonly limit: number;
  private readonly timespan: number;
  private readonly counting: boolean;
  private readonly scratch: OrderTracker;

  constructor(
    judge: Judge,
    shared: { groups: GroupTable; events: WindowEvents; texts: Interner; counters: WindowCounters },
    bounds: { lateness: number; limit: number },
  ) {
    this.judge = judge;
    this.groups = shared.groups;
    this.events = shared.events;
    this.texts = shared.texts;
    this.counters = shared.counters;
    this.lateness = bounds.lateness;
    this.limit = bounds.limit;
    this.timespan = judge.rule.timespan;
    this.counting = judge.kind === 'values' || judge.kind === 'rules' || judge.kind === 'order';
    this.scratch = judge.createOrder();
  }

  /** Adds an event. One older than the lateness allows is left out; old ones beyond the limit are given up. */
  push(
    group: number,
    at: number,
    rule: number,
    counted: string | number | undefined,
    evidence: string | undefined,
  ): readonly Found[] {
    const newest = this.groups.newest[group] as number;
    if (at < newest - this.lateness) {
      this.counters.lateEvents++;
      return NOTHING;
    }
    const value = typeof counted === 'string' ? this.texts.hold(counted) : counted;
    if (this.judge.closing) {
      const found = this.closeOver(group, at);
      this.events.insert(group, at, rule, value, evidence);
      this.counters.events++;
      this.groups.newest[group] = Math.max(newest, at);
      this.keepLimit(group);
      return found;
    }
    const position = this.events.insert(group, at, rule, value, evidence);
    this.counters.events++;
    const inOrder = at >= newest;
    if (inOrder) {
      this.groups.newest[group] = at;
      this.enter(group, position);
      this.shrink(group);
    } else this.enterLate(group, position, at);
    const found = inOrder ? this.judgeNewest(group) : this.judgeAround(group, position);
    this.trim(group);
    return found === undefined ? NOTHING : [found];
  }

  /** Closes the windows that are over at `now` (event time). */
  closeOver(group: number, now: number): readonly Found[] {
    if (!this.judge.closing) return NOTHING;
    let found: Found[] | undefined;
    for (let length = this.lengthOf(group); length > 0; length = this.lengthOf(group)) {
      const span = this.spanOf(group);
      const opened = span.page.at[span.base] as number;
      if (now <= opened + this.timespan + this.lateness) break;
      const inside = this.events.upper(span.page, span.base, length, opened + this.timespan);
      const { holds, value } = this.judge.measure(span, 0, inside);
      if (holds) (found ??= []).push(this.foundIn(span, 0, inside, value));
      this.forget(group, inside);
    }
    return found ?? NOTHING;
  }

  /** True when `now` closes a window or ends the group: `closeOver` and `isOver` have something to say. */
  isDue(group: number, now: number): boolean {
    const length = this.lengthOf(group);
    if (!this.judge.closing || length === 0) return this.isOver(group, now);
    const opened = this.events.pageOf(group).at[this.events.baseOf(group)] as number;
    return now > opened + this.timespan + this.lateness;
  }

  /** True when nothing remembered can matter any more. */
  isOver(group: number, now: number): boolean {
    if (this.judge.closing) return this.lengthOf(group) === 0;
    return now > (this.groups.newest[group] as number) + this.timespan + this.lateness;
  }

  /** Forgets all events of a group. */
  clear(group: number): void {
    this.forget(group, this.lengthOf(group));
    this.events.close(group);
  }

  save(group: number): SavedEvent[] {
    const { page, base } = this.spanOf(group);
    const length = this.lengthOf(group);
    return Array.from({ length }, (_, position) => {
      const slot = base + position;
      const { kind } = this.judge;
      const raw = kind === 'values' || kind === 'numbers' ? (valuesOf(page)[slot] as number) : undefined;
      const evidence = page.evidence?.[slot];
      return {
        at: page.at[slot] as number,
        rule: page.rule[slot] as number,
        ...(raw === undefined ? {} : { value: kind === 'values' ? this.texts.text(raw) : raw }),
        ...(evidence === undefined ? {} : { evidence }),
      };
    });
  }

  restore(group: number, items: readonly SavedEvent[], lastHit: number | undefined): void {
    const { kind, closing } = this.judge;
    for (const { at, rule, value, evidence } of items.toSorted((left, right) => left.at - right.at)) {
      let counted: number | undefined;
      if (kind === 'values') counted = this.texts.hold(String(value ?? ''));
      else if (kind === 'numbers') counted = Number(value);
      const position = this.events.insert(group, at, rule, counted, evidence);
      this.counters.events++;
      this.groups.newest[group] = at;
      if (closing) continue;
      this.enter(group, position);
      this.shrink(group);
    }
    this.groups.lastHit[group] = lastHit ?? Number.NaN;
  }

  private lengthOf(group: number): number {
    return this.groups.length[group] as number;
  }

  private spanOf(group: number): Span {
    return { page: this.events.pageOf(group), base: this.events.baseOf(group) };
  }

  /** The event at `position` joins the newest window. */
  private enter(group: number, position: number): void {
    const { groups, judge } = this;
    if (judge.kind === 'events') return;
    const page = this.events.pageOf(group);
    const base = this.events.baseOf(group);
    if (judge.kind === 'numbers') {
      const extra = groups.extraOf(group);
      extra.numbers ??= createNumberMeasure(judge.rule);
      extra.numbers.add(valuesOf(page)[base + position] as number);
      return;
    }
    const ids = judge.idsOf(page);
    const id = ids[base + position] as number;
    const extra = groups.extra[group];
    if (extra?.tally !== undefined) {
      const count = extra.tally.get(id) ?? 0;
      extra.tally.set(id, count + 1);
      if (count === 0) groups.distinct[group] = (groups.distinct[group] as number) + 1;
      extra.order?.push(extra.base + position, page.at[base + position] as number, id);
      return;
    }
    const from = groups.start[group] as number;
    const to = this.lengthOf(group);
    let known = false;
    for (let other = from; other < to && !known; other++) known = other !== position && ids[base + other] === id;
    if (!known) groups.distinct[group] = (groups.distinct[group] as number) + 1;
    if (to - from <= FEW) return;
    const tally = new Map<number, number>();
    for (let other = from; other < to; other++) {
      const each = ids[base + other] as number;
      tally.set(each, (tally.get(each) ?? 0) + 1);
    }
    groups.extraOf(group).tally = tally;
  }

  private enterLate(group: number, position: number, at: number): void {
    const { groups } = this;
    const extra = groups.extra[group];
    // Its places have moved; it is made again when the next event in order needs it.
    if (extra !== undefined) extra.order = undefined;
    const start = groups.start[group] as number;
    if (position < start || at < (groups.newest[group] as number) - this.timespan) groups.start[group] = start + 1;
    else this.enter(group, position);
  }

  /** The first event of the newest window leaves it. */
  private leave(group: number): void {
    const { groups, judge } = this;
    const start = groups.start[group] as number;
    groups.start[group] = start + 1;
    if (judge.kind === 'events') return;
    const page = this.events.pageOf(group);
    const base = this.events.baseOf(group);
    const extra = groups.extra[group];
    if (judge.kind === 'numbers') {
      extra?.numbers?.remove(valuesOf(page)[base + start] as number);
      return;
    }
    const ids = judge.idsOf(page);
    const id = ids[base + start] as number;
    let left = false;
    if (extra?.tally === undefined) {
      const to = this.lengthOf(group);
      for (let other = start + 1; other < to && !left; other++) left = ids[base + other] === id;
    } else {
      const count = (extra.tally.get(id) as number) - 1;
      left = count > 0;
      if (left) extra.tally.set(id, count);
      else extra.tally.delete(id);
    }
    if (!left) groups.distinct[group] = (groups.distinct[group] as number) - 1;
  }

  /** Moves the start of the newest window forward. */
  private shrink(group: number): void {
    const { start, newest } = this.groups;
    const page = this.events.pageOf(group);
    const base = this.events.baseOf(group);
    const oldest = (newest[group] as number) - this.timespan;
    while ((page.at[base + (start[group] as number)] as number) < oldest) this.leave(group);
  }

  private holdsNow(group: number): boolean {
    const { groups, judge } = this;
    const { condition, rules } = judge.rule;
    const start = groups.start[group] as number;
    const length = this.lengthOf(group);
    if (judge.kind === 'events') return length - start >= judge.least;
    const extra = groups.extra[group];
    if (judge.kind === 'numbers') return limitsHold(condition, extra?.numbers?.value() ?? Number.NaN);
    const { page, base } = this.spanOf(group);
    if (condition.expression !== undefined) {
      const { tally } = extra ?? {};
      return expressionHolds(
        condition.expression,
        rules,
        tally === undefined
          ? (rule) => page.rule.subarray(base + start, base + length).includes(rule)
          : (rule) => tally.has(rule),
      );
    }
    if ((groups.distinct[group] as number) < judge.least) return false;
    if (judge.kind !== 'order' || judge.least <= 1) return true;
    return this.orderOf(group, start, length).reaches(judge.least, (extra?.base ?? 0) + start);
  }

  private orderOf(group: number, start: number, length: number): OrderTracker {
    const extra = this.groups.extra[group];
    if (extra?.order !== undefined) return extra.order;
    const kept = extra?.tally !== undefined;
    const order = kept ? this.judge.createOrder() : this.scratch;
    if (kept) extra.order = order;
    else order.clear();
    const { page, base } = this.spanOf(group);
    const first = extra?.base ?? 0;
    for (let at = start; at < length; at++) {
      order.push(first + at, page.at[base + at] as number, page.rule[base + at] as number);
    }
    return order;
  }

  private judgeNewest(group: number): Found | undefined {
    const { groups } = this;
    if (!this.holdsNow(group)) {
      groups.lastHit[group] = Number.NaN;
      return undefined;
    }
    const newest = groups.newest[group] as number;
    if (newest < (groups.lastHit[group] as number) + this.timespan) return undefined;
    groups.lastHit[group] = newest;
    const span = this.spanOf(group);
    const from = groups.start[group] as number;
    const to = this.lengthOf(group);
    const numbers = groups.extra[group]?.numbers;
    return this.foundIn(span, from, to, numbers?.value() ?? this.judge.measure(span, from, to).value);
  }

  /** A late event can complete any window that contains it: looks at those that end between it and one span later. */
  private judgeAround(group: number, position: number): Found | undefined {
    const span = this.spanOf(group);
    const { page, base } = span;
    const length = this.lengthOf(group);
    const at = page.at[base + position] as number;
    const low = this.events.lower(page, base, length, at);
    const high = this.events.upper(page, base, length, at + this.timespan);
    const lastHit = this.groups.lastHit[group] as number;
    // Whatever is found within one span of the last hit is not reported; often that is all there can be.
    const last = page.at[base + high - 1] as number;
    if (Math.abs(at - lastHit) < this.timespan && Math.abs(last - lastHit) < this.timespan) return undefined;
    const found = this.judge.firstWindow(span, low, high);
    if (found === undefined) return undefined;
    const end = page.at[base + found.to - 1] as number;
    if (Math.abs(end - lastHit) < this.timespan) return undefined;
    this.groups.lastHit[group] = end;
    return this.foundIn(span, found.from, found.to, found.value);
  }

  private foundIn({ page, base }: Span, from: number, to: number, value: number): Found {
    const evidence: string[] = [];
    if (page.evidence !== undefined) {
      for (let at = Math.max(from, to - MAX_EVIDENCE); at < to; at++) {
        const each = page.evidence[base + at];
        if (each !== undefined) evidence.push(each);
      }
    }
    return {
      from: page.at[base + from] as number,
      to: page.at[base + to - 1] as number,
      value,
      count: to - from,
      evidence,
    };
  }

  /** Forgets what no window can contain any more, and what is beyond the limit. */
  private trim(group: number): void {
    const page = this.events.pageOf(group);
    const base = this.events.baseOf(group);
    const oldest = (this.groups.newest[group] as number) - this.timespan - this.lateness;
    const start = this.groups.start[group] as number;
    let cut = 0;
    while (cut < start && (page.at[base + cut] as number) < oldest) cut++;
    this.forget(group, cut);
    this.keepLimit(group);
    const extra = this.groups.extra[group];
    if (extra?.tally === undefined || this.lengthOf(group) - (this.groups.start[group] as number) > FEW / 4) return;
    extra.tally = undefined;
    extra.order = undefined;
  }

  private keepLimit(group: number): void {
    const over = this.lengthOf(group) - this.limit;
    if (over <= 0) return;
    this.counters.droppedEvents += over;
    if (!this.judge.closing) {
      for (let left = over - (this.groups.start[group] as number); left > 0; left--) this.leave(group);
    }
    this.forget(group, over);
  }

  /** Forgets the first `count` events, which the newest window has left. */
  private forget(group: number, count: number): void {
    if (count === 0) return;
    const { groups } = this;
    if (this.judge.kind === 'values') {
      const { page, base } = this.spanOf(group);
      for (let at = 0; at < count; at++) this.texts.drop(valuesOf(page)[base + at] as number);
    }
    this.events.drop(group, count);
    this.counters.events -= count;
    groups.start[group] = Math.max(0, (groups.start[group] as number) - count);
    const extra = groups.extra[group];
    if (extra !== undefined) extra.base += count;
  }
}
