/**
 * Sets of event numbers as ascending, disjoint, non-adjacent half-open ranges, the shape of PostgreSQL's int4multirange.
 * Hits come in runs, so a batch of ten thousand counted events is usually a handful of ranges.
 */
export type Ranges = readonly (readonly [from: number, to: number])[];

export function rangesOf(numbers: Iterable<number>): Ranges {
  const sorted = [...new Set(numbers)].toSorted((a, b) => a - b);
  const ranges: [number, number][] = [];
  for (const number of sorted) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === number) last[1] = number + 1;
    else ranges.push([number, number + 1]);
  }
  return ranges;
}

export function union(a: Ranges, b: Ranges): Ranges {
  const all = [...a, ...b].toSorted((x, y) => x[0] - y[0]);
  const ranges: [number, number][] = [];
  for (const [from, to] of all) {
    const last = ranges.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to);
    else ranges.push([from, to]);
  }
  return ranges;
}

export function contains(ranges: Ranges, number: number): boolean {
  let low = 0;
  let high = ranges.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const range = ranges[middle];
    if (range === undefined || number < range[0]) high = middle - 1;
    else if (number >= range[1]) low = middle + 1;
    else return true;
  }
  return false;
}

/** `{[0,3),[7,8)}` */
export function formatRanges(ranges: Ranges): string {
  return `{${ranges.map(([from, to]) => `[${from},${to})`).join(',')}}`;
}

/** Reads PostgreSQL's canonical text of an int4multirange. */
export function parseRanges(text: string): Ranges {
  const ranges: [number, number][] = [];
  for (const match of text.matchAll(/\[(\d+),(\d+)\)/g)) ranges.push([Number(match[1]), Number(match[2])]);
  return ranges;
}
