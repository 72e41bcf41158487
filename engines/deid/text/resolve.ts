import { endOf } from './normalize.ts';
import type { Found, Scan } from './scan.ts';
import { SPAN_TYPES, type Span } from './types.ts';

/** Found pieces in source offsets: overlaps go to the higher priority, then to the longer; what is left of a loser at its edges stays. */
export function resolve(scan: Scan, extra: readonly Found[]): Span[] {
  const { text } = scan;
  const pieces: Found[] = [];
  for (const { start, end, type, priority } of scan.found)
    pieces.push({ start: text.pos[start]!, end: endOf(text, end - 1), type, priority });
  pieces.push(...extra);
  return settle(pieces).map(({ start, end, type }) => ({ start, end, type: SPAN_TYPES[type]! }));
}

export function settle(pieces: Found[]): Found[] {
  if (pieces.length < 2) return pieces.filter((piece) => piece.end > piece.start);
  pieces.sort((a, b) => a.start - b.start || b.priority - a.priority || b.end - a.end);
  let clean = true;
  for (let i = 1; i < pieces.length && clean; i++) clean = pieces[i]!.start >= pieces[i - 1]!.end;
  if (clean) return pieces;
  const taken: Found[] = [];
  for (const piece of pieces.toSorted(
    (a, b) => b.priority - a.priority || b.end - b.start - (a.end - a.start) || a.start - b.start,
  )) {
    let parts = [piece];
    for (const winner of taken) {
      parts = parts.flatMap((part) =>
        winner.end <= part.start || winner.start >= part.end
          ? [part]
          : [
              { ...part, end: Math.min(part.end, winner.start) },
              { ...part, start: Math.max(part.start, winner.end) },
            ].filter((rest) => rest.end > rest.start),
      );
      if (parts.length === 0) break;
    }
    taken.push(...parts);
  }
  return taken.sort((a, b) => a.start - b.start);
}
