import { endOf } from './normalize.ts';
import type { Found, Scan } from './scan.ts';
import { SPAN_TYPES, type Span } from './types.ts';

/** Found pieces in source offsets: overlaps go to the higher priority, then to the longer; what is left of a loser at its edges stays. */
export function resolve(scan: Scan, extra: readonly Found[]): Span[] {
  const { text } = scan;
  const pieces: Found[] = [];
  for (const { start, end, type, priority } of scan.found)
    pieces.push({ start: text.pos[start]!, end: endOf(text, end - 1), type, priority });
  for (const piece of extra) pieces.push(piece);
  const settled = settle(pieces);
  const spans: Span[] = [];
  for (const { start, end, type } of settled) spans.push({ start, end, type: SPAN_TYPES[type]! });
  return spans;
}

/** Sorted and disjoint pieces; priority decides, then length. */
export function settle(pieces: Found[]): Found[] {
  if (pieces.length < 2) return pieces;
  let sorted = true;
  for (let i = 1; i < pieces.length && sorted; i++) sorted = pieces[i]!.start >= pieces[i - 1]!.start;
  if (!sorted) pieces.sort((a, b) => a.start - b.start);
  // Most overlaps are one piece inside another that outranks it: those fall out in one walk.
  const kept: Found[] = [];
  let clean = true;
  for (const piece of pieces) {
    const last = kept.at(-1);
    if (last === undefined || piece.start >= last.end) kept.push(piece);
    else if (outranks(last, piece) && piece.end <= last.end) continue;
    else if (
      outranks(piece, last) &&
      piece.start <= last.start &&
      piece.end >= last.end &&
      (kept.at(-2)?.end ?? 0) <= piece.start
    )
      kept[kept.length - 1] = piece;
    else {
      clean = false;
      kept.push(piece);
    }
  }
  return clean ? kept : divide(kept);
}

function outranks(a: Found, b: Found): boolean {
  return a.priority > b.priority || (a.priority === b.priority && a.end - a.start >= b.end - b.start);
}

/** The general case: losers keep what winners leave of them. */
function divide(pieces: readonly Found[]): Found[] {
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
