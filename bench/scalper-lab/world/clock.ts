/**
 * Virtual time: actors are async functions that sleep; one runs at a time, in the order of time and then of asking, so that the same seed
 * gives the same run whatever the machine does. Nothing in here waits for real time.
 */
export class Clock {
  now: number;
  #heap: { at: number; seq: number; wake: () => void }[] = [];
  #seq = 0;
  #running = 0;
  #idle: (() => void) | undefined;
  #failure: unknown;

  constructor(start: number) {
    this.now = start;
  }

  sleep(ms: number): Promise<void> {
    const slept = new Promise<void>((resolve) => this.#push(this.now + Math.max(0, ms), resolve));
    this.#rest();
    return slept;
  }

  /** Begins an actor at a time; it may begin others. */
  start(at: number, work: () => Promise<void>): void {
    this.#push(Math.max(at, this.now), () => {
      work()
        .catch((error: unknown) => (this.#failure ??= error))
        .finally(() => this.#rest());
    });
  }

  /** Does `work` every `ms` until the end of the run. */
  every(ms: number, work: (now: number) => void): void {
    this.start(this.now + ms, async () => {
      for (;;) {
        work(this.now);
        await this.sleep(ms);
      }
    });
  }

  /** Runs to a time; what is due later stays asleep. Throws what an actor threw. */
  async run(until: number): Promise<void> {
    for (let next = this.#heap[0]; next !== undefined && next.at <= until; next = this.#heap[0]) {
      this.#pop();
      this.now = next.at;
      this.#running += 1;
      const idle = new Promise<void>((resolve) => {
        this.#idle = resolve;
      });
      next.wake();
      await idle;
      if (this.#failure !== undefined) throw this.#failure;
    }
    this.now = Math.max(this.now, until);
  }

  #rest(): void {
    this.#running -= 1;
    if (this.#running === 0) this.#idle?.();
  }

  #push(at: number, wake: () => void): void {
    const heap = this.#heap;
    const item = { at, seq: (this.#seq += 1), wake };
    let index = heap.length;
    heap.push(item);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent]!;
      if (!before(item, above)) break;
      heap[index] = above;
      heap[parent] = item;
      index = parent;
    }
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = index * 2 + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child += 1;
      if (!before(heap[child]!, last)) break;
      heap[index] = heap[child]!;
      index = child;
    }
    heap[index] = last;
  }
}

function before(a: { at: number; seq: number }, b: { at: number; seq: number }): boolean {
  return a.at < b.at || (a.at === b.at && a.seq < b.seq);
}
