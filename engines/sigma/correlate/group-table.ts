import type { NumberMeasure } from './measure.ts';
import type { OrderTracker } from './order-tracker.ts';

/** What only a group with many events, or one that measures numbers, needs. */
export interface GroupExtra {
  /** Rule position or text id → events of it in the newest window. */
  tally?: Map<number, number> | undefined;
  order?: OrderTracker | undefined;
  /** Position that `order` gives the first remembered event. */
  base: number;
  numbers?: NumberMeasure;
}

/** `group-by` values as in the newest event; one by itself, several as a list. */
export type GroupLabel = string | readonly string[];

const NONE = -1;

/**
 * The groups of all correlations in columns, linked in order of their last event. The list names the group to give up;
 * the first key of a Map would walk over every key deleted before it.
 */
export class GroupTable {
  size = 0;
  link = new Uint16Array(0);
  /** Where the events lie. */
  page = new Int32Array(0);
  offset = new Int32Array(0);
  slots = new Int32Array(0);
  /** First slot in use, and number of events. */
  head = new Int32Array(0);
  length = new Int32Array(0);
  /** First event of the newest window, counted from `head`. */
  start = new Int32Array(0);
  /** Different values (or rules) in the newest window. */
  distinct = new Int32Array(0);
  newest = new Float64Array(0);
  /** Event time of the last hit; NaN: none. */
  lastHit = new Float64Array(0);
  /** Counts the lives of a row: tells a group from one that took its place. */
  life = new Uint16Array(0);
  readonly key: string[] = [];
  readonly label: GroupLabel[] = [];
  readonly extra: (GroupExtra | undefined)[] = [];
  private next = new Int32Array(0);
  private previous = new Int32Array(0);
  private free = NONE;
  private used = 0;
  private first = NONE;
  private last = NONE;

  /** The group longest without an event; -1: there is none. */
  get oldest(): number {
    return this.first;
  }

  /** The group with the next later event; -1: there is none. */
  after(group: number): number {
    return this.next[group] as number;
  }

  /** A row for a new group, as the newest. The caller sets where its events lie. */
  add(link: number, key: string): number {
    let group = this.free;
    if (group === NONE) {
      group = this.used++;
      if (group === this.page.length) this.grow();
    } else this.free = this.next[group] as number;
    this.link[group] = link;
    this.head[group] = 0;
    this.length[group] = 0;
    this.start[group] = 0;
    this.distinct[group] = 0;
    this.newest[group] = Number.NEGATIVE_INFINITY;
    this.lastHit[group] = Number.NaN;
    this.key[group] = key;
    this.label[group] = key;
    this.extra[group] = undefined;
    this.append(group);
    this.size++;
    return group;
  }

  remove(group: number): void {
    this.unlink(group);
    this.key[group] = '';
    this.label[group] = '';
    this.extra[group] = undefined;
    this.life[group] = (this.life[group] as number) + 1;
    this.next[group] = this.free;
    this.free = group;
    this.size--;
  }

  /** The group had an event: it is the last to be given up. */
  touch(group: number): void {
    if (this.last === group) return;
    this.unlink(group);
    this.append(group);
  }

  extraOf(group: number): GroupExtra {
    return (this.extra[group] ??= { base: 0 });
  }

  private append(group: number): void {
    this.previous[group] = this.last;
    this.next[group] = NONE;
    if (this.last === NONE) this.first = group;
    else this.next[this.last] = group;
    this.last = group;
  }

  private unlink(group: number): void {
    const before = this.previous[group] as number;
    const after = this.next[group] as number;
    if (before === NONE) this.first = after;
    else this.next[before] = after;
    if (after === NONE) this.last = before;
    else this.previous[after] = before;
  }

  private grow(): void {
    const size = Math.max(16, Math.ceil(this.page.length * 1.5));
    const int = (column: Int32Array): Int32Array<ArrayBuffer> => {
      const wider = new Int32Array(size);
      wider.set(column);
      return wider;
    };
    const short = (column: Uint16Array): Uint16Array<ArrayBuffer> => {
      const wider = new Uint16Array(size);
      wider.set(column);
      return wider;
    };
    const float = (column: Float64Array): Float64Array<ArrayBuffer> => {
      const wider = new Float64Array(size);
      wider.set(column);
      return wider;
    };
    this.link = short(this.link);
    this.life = short(this.life);
    this.page = int(this.page);
    this.offset = int(this.offset);
    this.slots = int(this.slots);
    this.head = int(this.head);
    this.length = int(this.length);
    this.start = int(this.start);
    this.distinct = int(this.distinct);
    this.newest = float(this.newest);
    this.lastHit = float(this.lastHit);
    this.next = int(this.next);
    this.previous = int(this.previous);
  }
}
