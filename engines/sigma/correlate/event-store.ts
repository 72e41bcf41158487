/** Columns of remembered events, side by side: an object per event would cost five times the memory and feed the garbage collector. */
export interface Page {
  /** Event time, milliseconds. */
  readonly at: Float64Array;
  /** Position of the rule in the correlation's list. */
  readonly rule: Uint16Array;
  /** The counted number, or the id of the counted text; made when the first is stored. */
  value: Float64Array | undefined;
  /** What the caller finds the event by; made when the first is stored. */
  evidence: (string | undefined)[] | undefined;
}

/** A run of slots inside one page. */
export interface Block {
  page: number;
  offset: number;
  size: number;
}

const SMALLEST = 2;
/** Blocks from this size on have a page of their own, which the garbage collector takes back when they are released. */
const OWN_PAGE = 1024;
const FIRST_PAGE = 1024;
const LARGEST_PAGE = 65_536;
const PAGE_STRIDE = LARGEST_PAGE * 2;

/** Hands out runs of slots in powers of two; what is released is used again. */
export class EventStore {
  readonly pages: (Page | undefined)[] = [];
  /** Per power of two: released blocks as `page * PAGE_STRIDE + offset`. */
  private readonly free: number[][] = [];
  private readonly freePages: number[] = [];
  private current = -1;
  private used = 0;
  private currentSize = 0;

  /** The size the store gives for `wanted` slots. */
  static sizeFor(wanted: number): number {
    let size = SMALLEST;
    while (size < wanted) size *= 2;
    return size;
  }

  allocate(wanted: number): Block {
    const size = EventStore.sizeFor(wanted);
    if (size >= OWN_PAGE) return { page: this.openPage(size), offset: 0, size };
    const released = this.free[Math.log2(size)]?.pop();
    if (released !== undefined) {
      return { page: Math.floor(released / PAGE_STRIDE), offset: released % PAGE_STRIDE, size };
    }
    if (this.current < 0 || this.used + size > this.currentSize) {
      this.currentSize = this.current < 0 ? FIRST_PAGE : Math.min(this.currentSize * 2, LARGEST_PAGE);
      this.current = this.openPage(this.currentSize);
      this.used = 0;
    }
    const offset = this.used;
    this.used += size;
    return { page: this.current, offset, size };
  }

  release(page: number, offset: number, size: number): void {
    if (size >= OWN_PAGE) {
      this.pages[page] = undefined;
      this.freePages.push(page);
      return;
    }
    const { evidence } = this.pages[page] as Page;
    evidence?.fill(undefined, offset, offset + size);
    (this.free[Math.log2(size)] ??= []).push(page * PAGE_STRIDE + offset);
  }

  /** Moves `count` slots, within a page or to another; what they leave behind is not cleared. */
  move(from: Page, source: number, to: Page, target: number, count: number): void {
    if (from === to) {
      from.at.copyWithin(target, source, source + count);
      from.rule.copyWithin(target, source, source + count);
      from.value?.copyWithin(target, source, source + count);
    } else {
      to.at.set(from.at.subarray(source, source + count), target);
      to.rule.set(from.rule.subarray(source, source + count), target);
      if (from.value !== undefined) valuesOf(to).set(from.value.subarray(source, source + count), target);
    }
    if (from.evidence === undefined) return;
    const evidence = evidenceOf(to);
    // Array.prototype.copyWithin is ten times slower than a loop.
    if (from === to && target > source) {
      for (let at = count - 1; at >= 0; at--) evidence[target + at] = from.evidence[source + at];
    } else for (let at = 0; at < count; at++) evidence[target + at] = from.evidence[source + at];
  }

  private openPage(size: number): number {
    const number = this.freePages.pop() ?? this.pages.length;
    this.pages[number] = {
      at: new Float64Array(size),
      rule: new Uint16Array(size),
      value: undefined,
      evidence: undefined,
    };
    return number;
  }
}

export function valuesOf(page: Page): Float64Array {
  return (page.value ??= new Float64Array(page.at.length));
}

export function evidenceOf(page: Page): (string | undefined)[] {
  return (page.evidence ??= Array.from<undefined>({ length: page.at.length }));
}
