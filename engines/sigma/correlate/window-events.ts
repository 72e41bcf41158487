import { EventStore, evidenceOf, valuesOf, type Page } from './event-store.ts';
import type { GroupTable } from './group-table.ts';

/** The events of groups, each group's in order of event time. Positions count from a group's first remembered event. */
export class WindowEvents {
  readonly store = new EventStore();
  private readonly groups: GroupTable;

  constructor(groups: GroupTable) {
    this.groups = groups;
  }

  /** Gives a new group its place. */
  open(group: number): void {
    const block = this.store.allocate(1);
    this.groups.page[group] = block.page;
    this.groups.offset[group] = block.offset;
    this.groups.slots[group] = block.size;
  }

  close(group: number): void {
    const { page, offset, slots } = this.groups;
    this.store.release(page[group] as number, offset[group] as number, slots[group] as number);
  }

  pageOf(group: number): Page {
    return this.store.pages[this.groups.page[group] as number] as Page;
  }

  /** Slot of the first event in its page. */
  baseOf(group: number): number {
    return (this.groups.offset[group] as number) + (this.groups.head[group] as number);
  }

  /** Inserts behind the events of the same or an earlier time; returns the position. */
  insert(group: number, at: number, rule: number, value: number | undefined, evidence: string | undefined): number {
    const { length } = this.groups;
    const count = length[group] as number;
    this.reserve(group);
    const page = this.pageOf(group);
    const base = this.baseOf(group);
    let position = count;
    if (count > 0 && (page.at[base + count - 1] as number) > at) {
      position = this.upper(page, base, count, at);
      this.store.move(page, base + position, page, base + position + 1, count - position);
    }
    const slot = base + position;
    page.at[slot] = at;
    page.rule[slot] = rule;
    if (value !== undefined) valuesOf(page)[slot] = value;
    if (evidence !== undefined || page.evidence !== undefined) evidenceOf(page)[slot] = evidence;
    length[group] = count + 1;
    return position;
  }

  /** Forgets the first `count` events. */
  drop(group: number, count: number): void {
    if (count === 0) return;
    const { head, length } = this.groups;
    const page = this.pageOf(group);
    if (page.evidence !== undefined) {
      const base = this.baseOf(group);
      page.evidence.fill(undefined, base, base + count);
    }
    length[group] = (length[group] as number) - count;
    head[group] = length[group] === 0 ? 0 : (head[group] as number) + count;
  }

  /** First position, below `count`, of a time that is not before `at`. */
  lower(page: Page, base: number, count: number, at: number): number {
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((page.at[base + middle] as number) < at) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** First position, below `count`, of a time after `at`. */
  upper(page: Page, base: number, count: number, at: number): number {
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((page.at[base + middle] as number) <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Room for one more behind the last: moves to the front when half is free there, else to twice (or less) the room. */
  private reserve(group: number): void {
    const { groups, store } = this;
    const head = groups.head[group] as number;
    const count = groups.length[group] as number;
    const size = groups.slots[group] as number;
    if (head + count < size) return;
    const page = this.pageOf(group);
    const offset = groups.offset[group] as number;
    if (count <= size / 2 && count > size / 8) {
      store.move(page, offset + head, page, offset, count);
      // What moved left its evidence behind, which nothing else would let go of.
      page.evidence?.fill(undefined, offset + count, offset + size);
    } else {
      const block = store.allocate(count > size / 2 ? count + 1 : count * 2 + 1);
      store.move(page, offset + head, store.pages[block.page] as Page, block.offset, count);
      store.release(groups.page[group] as number, offset, size);
      groups.page[group] = block.page;
      groups.offset[group] = block.offset;
      groups.slots[group] = block.size;
    }
    groups.head[group] = 0;
  }
}
