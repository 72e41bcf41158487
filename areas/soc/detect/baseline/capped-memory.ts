/** Values that were seen, at most so many: the one longest unseen is forgotten first. */

export interface CappedMemory {
  /** True when the value was not known. It is known from now on. */
  see(value: string, at: number): boolean;
  readonly size: number;
  /** Values given up for the limit. */
  readonly forgotten: number;
  /** Oldest first. */
  entries(): [value: string, at: number][];
}

export function createCappedMemory(limit: number, entries: Iterable<readonly [string, number]> = []): CappedMemory {
  // A Map keeps the order of insertion: deleted and set again, a value is the youngest.
  const known = new Map<string, number>();
  let forgotten = 0;
  const add = (value: string, at: number): void => {
    known.set(value, at);
    if (known.size <= limit) return;
    for (const oldest of known.keys()) {
      known.delete(oldest);
      forgotten += 1;
      return;
    }
  };
  for (const [value, at] of entries) add(value, at);

  return {
    see(value, at) {
      const before = known.get(value);
      if (before === undefined) {
        add(value, at);
        return true;
      }
      known.delete(value);
      known.set(value, Math.max(before, at));
      return false;
    },
    get size() {
      return known.size;
    },
    get forgotten() {
      return forgotten;
    },
    entries: () => [...known],
  };
}
