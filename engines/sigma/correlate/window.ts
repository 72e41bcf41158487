import type { CorrelationRule } from '../types.ts';
import { conditionHolds, createMeasure, needsClosedWindow, type Item, type Measure } from './measure.ts';

/** A span of items that satisfies a condition. */
export interface Found {
  readonly items: readonly Item[];
  readonly value: number;
}

/** What a window is after a restart. */
export interface WindowState {
  readonly items: readonly Item[];
  readonly lastHit?: number;
}

/**
 * The remembered events of one group of one correlation, in order of event time.
 *
 * Conditions that more events cannot undo (`gte`) are judged at every event over the window that ends with it, and
 * reported once per time span while they hold. Others (`lte`, `eq`, `not`) are judged when the window that the first
 * event opened is over.
 */
export class Window {
  items: Item[] = [];
  newest = Number.NEGATIVE_INFINITY;
  private readonly rule: CorrelationRule;
  private readonly lateness: number;
  private readonly limit: number;
  private readonly closing: boolean;
  private measure: Measure;
  /** First item of the window that ends at `newest`. */
  private start = 0;
  private lastHit: number | undefined;

  constructor(rule: CorrelationRule, lateness: number, limit: number) {
    this.rule = rule;
    this.lateness = lateness;
    this.limit = limit;
    this.closing = needsClosedWindow(rule);
    this.measure = createMeasure(rule);
  }

  /** Adds an item. `late`: older than the lateness allows, and left out. `dropped`: old items given up for the limit. */
  push(item: Item): { found: Found | undefined; late: boolean; dropped: number } {
    if (item.at < this.newest - this.lateness) return { found: undefined, late: true, dropped: 0 };
    if (this.closing) return this.pushClosing(item);
    const inOrder = item.at >= this.newest;
    if (!inOrder) this.insert(item);
    else {
      this.newest = item.at;
      this.items.push(item);
      this.measure.add(item);
      this.shrink();
    }
    const found = inOrder ? this.judge() : this.judgeAround(item);
    return { found, late: false, dropped: this.trim() };
  }

  /** Closes the windows that are over at `now` (event time). */
  advance(now: number): Found[] {
    const found: Found[] = [];
    while (this.closing && this.items.length > 0) {
      const opened = (this.items[0] as Item).at;
      if (now <= opened + this.rule.timespan + this.lateness) break;
      const inside = this.items.filter((item) => item.at <= opened + this.rule.timespan);
      this.items = this.items.slice(inside.length);
      const measure = createMeasure(this.rule);
      for (const item of inside) measure.add(item);
      if (conditionHolds(this.rule, measure, inside)) found.push({ items: inside, value: measure.value(inside) });
    }
    return found;
  }

  /** True when nothing remembered can matter any more. */
  isOver(now: number): boolean {
    if (this.closing) return this.items.length === 0;
    return now > this.newest + this.rule.timespan + this.lateness;
  }

  state(): WindowState {
    return { items: this.items, ...(this.lastHit === undefined ? {} : { lastHit: this.lastHit }) };
  }

  restore(state: WindowState): void {
    this.items = state.items.toSorted((left, right) => left.at - right.at);
    this.lastHit = state.lastHit;
    this.newest = this.items.at(-1)?.at ?? Number.NEGATIVE_INFINITY;
    this.rebuild();
  }

  private pushClosing(item: Item): { found: Found | undefined; late: boolean; dropped: number } {
    const [found] = this.advance(item.at);
    let at = this.items.length;
    while (at > 0 && (this.items[at - 1] as Item).at > item.at) at--;
    this.items.splice(at, 0, item);
    this.newest = Math.max(this.newest, item.at);
    const dropped = Math.max(0, this.items.length - this.limit);
    this.items.splice(0, dropped);
    return { found, late: false, dropped };
  }

  private insert(item: Item): void {
    let at = this.items.length;
    while (at > 0 && (this.items[at - 1] as Item).at > item.at) at--;
    this.items.splice(at, 0, item);
    if (at < this.start) this.start++;
    else this.measure.add(item);
  }

  /** Moves the start of the newest window forward. */
  private shrink(): void {
    while ((this.items[this.start] as Item).at < this.newest - this.rule.timespan) {
      this.measure.remove(this.items[this.start] as Item);
      this.start++;
    }
  }

  private rebuild(): void {
    this.measure = createMeasure(this.rule);
    this.start = 0;
    if (this.items.length === 0 || this.closing) return;
    for (const item of this.items) this.measure.add(item);
    this.shrink();
  }

  private judge(): Found | undefined {
    const window = this.measure.needsItems?.() === true ? this.items.slice(this.start) : this.items;
    if (!conditionHolds(this.rule, this.measure, window)) {
      this.lastHit = undefined;
      return undefined;
    }
    if (this.lastHit !== undefined && this.newest < this.lastHit + this.rule.timespan) return undefined;
    this.lastHit = this.newest;
    const items = this.items.slice(this.start);
    return { items, value: this.measure.value(items) };
  }

  /** A late item can complete any window that contains it: slides over those that end between it and one span later. */
  private judgeAround(item: Item): Found | undefined {
    const measure = createMeasure(this.rule);
    let start = 0;
    for (let end = 0; end < this.items.length; end++) {
      const last = this.items[end] as Item;
      if (last.at > item.at + this.rule.timespan) break;
      measure.add(last);
      while ((this.items[start] as Item).at < last.at - this.rule.timespan) measure.remove(this.items[start++] as Item);
      if (last.at < item.at) continue;
      // Only an order needs to see the items themselves; a copy per window would make a burst of late events quadratic.
      const window = measure.needsItems?.() === true ? this.items.slice(start, end + 1) : this.items;
      if (!conditionHolds(this.rule, measure, window)) continue;
      if (this.lastHit !== undefined && Math.abs(last.at - this.lastHit) < this.rule.timespan) return undefined;
      this.lastHit = last.at;
      const items = this.items.slice(start, end + 1);
      return { items, value: measure.value(items) };
    }
    return undefined;
  }

  /** Forgets what no window can contain any more, and what is beyond the limit; returns how many the limit cost. */
  private trim(): number {
    const oldest = this.newest - this.rule.timespan - this.lateness;
    const over = this.items.length - this.limit;
    let cut = 0;
    // In one go every so often: removing the head of an array moves the rest.
    if (this.start > 64 || over > 0) {
      while (cut < this.start && (this.items[cut] as Item).at < oldest) cut++;
    }
    const dropped = Math.max(0, over - cut);
    cut += dropped;
    if (cut === 0) return 0;
    for (let at = this.start; at < cut; at++) this.measure.remove(this.items[at] as Item);
    this.items = this.items.slice(cut);
    this.start = Math.max(0, this.start - cut);
    return dropped;
  }
}
