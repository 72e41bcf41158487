import type { CorrelationRule } from '../types.ts';
import { valuesOf, type Page } from './event-store.ts';
import type { Interner } from './interner.ts';
import {
  createNumberMeasure,
  expressionHolds,
  leastCount,
  limitsHold,
  measureNumbers,
  needsClosedWindow,
} from './measure.ts';
import { OrderTracker } from './order-tracker.ts';

/** What decides: how many events, how many different values or rules, their order, or numbers. */
export type JudgeKind = 'events' | 'values' | 'rules' | 'order' | 'numbers';

/** Events `base` to `base + count - 1` of a page, in order of time. */
export interface Span {
  readonly page: Page;
  readonly base: number;
}

/** Looks at runs of events from scratch: late events, closed windows, and the figures of a hit. */
export class Judge {
  readonly rule: CorrelationRule;
  readonly kind: JudgeKind;
  /** Judged only when the window is over. */
  readonly closing: boolean;
  /** The count (of events, values, rules, or rules in order) from which the condition holds. */
  readonly least: number;
  private readonly texts: Interner;
  // Emptied after each use: clearing the few that were touched is cheaper than a Map per look.
  private counts = new Int32Array(64);
  private different = 0;
  private readonly order: OrderTracker | undefined;

  constructor(rule: CorrelationRule, texts: Interner) {
    this.rule = rule;
    this.kind = kindOf(rule);
    this.closing = needsClosedWindow(rule);
    this.least = this.kind === 'numbers' ? 1 : leastCount(rule.condition);
    this.texts = texts;
    this.order = this.kind === 'order' ? this.createOrder() : undefined;
  }

  createOrder(): OrderTracker {
    return new OrderTracker(this.rule.rules.length);
  }

  /** What is counted as different values: text ids, or rules. */
  idsOf(page: Page): Float64Array | Uint16Array {
    return this.kind === 'values' ? valuesOf(page) : page.rule;
  }

  /** Whether the condition holds for events `from` to `to - 1`, and the value it looks at. */
  measure({ page, base }: Span, from: number, to: number): { holds: boolean; value: number } {
    const { expression } = this.rule.condition;
    const value = this.valueOf(page, base + from, base + to);
    if (expression === undefined) return { holds: limitsHold(this.rule.condition, value), value };
    const present = new Set(page.rule.subarray(base + from, base + to));
    return { holds: expressionHolds(expression, this.rule.rules, (rule) => present.has(rule)), value };
  }

  /**
   * The first window that holds and ends at one of the events `low` to `high - 1`, of `high` events from `base` on.
   * Costs a few machine steps per event between `low` less one time span and `high`.
   */
  firstWindow(span: Span, low: number, high: number): { from: number; to: number; value: number } | undefined {
    if (this.kind === 'events') return this.firstByCount(span, low, high);
    if (this.kind === 'numbers') return this.firstByNumbers(span, low, high);
    return this.kind === 'order' && this.rule.condition.expression === undefined
      ? this.firstByOrder(span, low, high)
      : this.firstByPresence(span, low, high);
  }

  private valueOf(page: Page, from: number, to: number): number {
    if (this.kind === 'events') return to - from;
    if (this.kind === 'numbers') return measureNumbers(this.rule, valuesOf(page).subarray(from, to));
    if (this.kind === 'order') return this.orderIn(page, from, to);
    const ids = this.idsOf(page);
    this.reserve();
    for (let at = from; at < to; at++) this.enter(ids[at] as number);
    const value = this.different;
    this.clear(ids, from, to);
    return value;
  }

  private orderIn(page: Page, from: number, to: number): number {
    const order = this.order as OrderTracker;
    order.clear();
    for (let at = from; at < to; at++) order.push(at, page.at[at] as number, page.rule[at] as number);
    return order.longest(from);
  }

  private firstByCount({ page, base }: Span, low: number, high: number) {
    const { timespan } = this.rule;
    // A window that ends `least` events on holds if any does, so that this stops after `least` steps.
    for (let end = low; end < high; end++) {
      const oldest = (page.at[base + end] as number) - timespan;
      const enough = end - this.least + 1;
      if (this.least > 1 && (enough < 0 || (page.at[base + enough] as number) < oldest)) continue;
      const from = this.firstWithin(page, base, end);
      return { from, to: end + 1, value: end + 1 - from };
    }
    return undefined;
  }

  private firstByPresence({ page, base }: Span, low: number, high: number) {
    const { timespan, rules, condition } = this.rule;
    const { expression } = condition;
    const ids = this.idsOf(page);
    this.reserve();
    let from = this.firstWithin(page, base, low);
    let found: { from: number; to: number } | undefined;
    let seen = -1;
    const first = from;
    let end = from;
    for (; end < high && found === undefined; end++) {
      const before = this.different;
      this.enter(ids[base + end] as number);
      let changed = this.different !== before;
      const oldest = (page.at[base + end] as number) - timespan;
      while ((page.at[base + from] as number) < oldest) changed = this.leave(ids[base + from++] as number) || changed;
      if (end < low) continue;
      if (expression === undefined) {
        if (this.different >= this.least) found = { from, to: end + 1 };
      } else if (changed || seen < 0) {
        // Other events of rules that occur already change nothing.
        seen = end;
        if (expressionHolds(expression, rules, (rule) => (this.counts[rule] as number) > 0)) {
          found = { from, to: end + 1 };
        }
      }
    }
    this.clear(ids, base + first, base + end);
    return found === undefined
      ? undefined
      : { ...found, value: this.valueOf(page, base + found.from, base + found.to) };
  }

  private firstByOrder({ page, base }: Span, low: number, high: number) {
    const { timespan } = this.rule;
    const order = this.order as OrderTracker;
    order.clear();
    let from = this.firstWithin(page, base, low);
    for (let end = from; end < high; end++) {
      const at = page.at[base + end] as number;
      order.push(end, at, page.rule[base + end] as number);
      if (end < low) continue;
      while ((page.at[base + from] as number) < at - timespan) from++;
      if (this.least <= 1 || order.reaches(this.least, from)) return { from, to: end + 1, value: order.longest(from) };
    }
    return undefined;
  }

  private firstByNumbers({ page, base }: Span, low: number, high: number) {
    const { timespan, condition } = this.rule;
    const values = valuesOf(page);
    const measure = createNumberMeasure(this.rule);
    let from = this.firstWithin(page, base, low);
    for (let end = from; end < high; end++) {
      measure.add(values[base + end] as number);
      const oldest = (page.at[base + end] as number) - timespan;
      while ((page.at[base + from] as number) < oldest) measure.remove(values[base + from++] as number);
      if (end >= low && limitsHold(condition, measure.value())) return { from, to: end + 1, value: measure.value() };
    }
    return undefined;
  }

  /** First event of the window that ends at `end`. */
  private firstWithin(page: Page, base: number, end: number): number {
    const oldest = (page.at[base + end] as number) - this.rule.timespan;
    let low = 0;
    let high = end;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((page.at[base + middle] as number) < oldest) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private reserve(): void {
    const bound = Math.max(this.rule.rules.length, this.kind === 'values' ? this.texts.bound : 0);
    if (bound > this.counts.length) this.counts = new Int32Array(Math.max(bound, this.counts.length * 2));
    this.different = 0;
  }

  private enter(id: number): void {
    const count = this.counts[id] as number;
    if (count === 0) this.different++;
    this.counts[id] = count + 1;
  }

  /** True when it was the last of its kind. */
  private leave(id: number): boolean {
    const count = (this.counts[id] as number) - 1;
    this.counts[id] = count;
    if (count > 0) return false;
    this.different--;
    return true;
  }

  private clear(ids: Float64Array | Uint16Array, from: number, to: number): void {
    for (let at = from; at < to; at++) this.counts[ids[at] as number] = 0;
    this.different = 0;
  }
}

function kindOf({ type }: CorrelationRule): JudgeKind {
  if (type === 'event_count') return 'events';
  if (type === 'value_count') return 'values';
  if (type === 'temporal') return 'rules';
  return type === 'temporal_ordered' ? 'order' : 'numbers';
}
