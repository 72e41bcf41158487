import { foldInto } from './normalize.ts';
import { maskSpans, type MaskOptions } from './mask.ts';
import { recognise } from './recognise.ts';
import { findKnown, knownValues } from './record.ts';
import { resolve } from './resolve.ts';
import { emit, newScan, resetScan, type Found, type Scan } from './scan.ts';
import { hl7Fields } from './structured/hl7.ts';
import { tableCells } from './structured/columns.ts';
import { T, type KnownRecord, type Span, type SpanType } from './types.ts';

export interface DeidentifierOptions {
  /** Types to look for; all 22 when left out. */
  readonly types?: readonly SpanType[];
}

export interface TextDeidentifier {
  /**
   * What identifies a person in `text`: sorted, disjoint, in UTF-16 offsets. Names, numbers and addresses of `record` are found in all
   * forms people write them.
   */
  spans(text: string, record?: KnownRecord): Span[];
  /** The text with its spans replaced. */
  mask(text: string, options?: MaskOptions & { readonly record?: KnownRecord }): string;
  /** The text with spans replaced that are known already, sorted and disjoint. */
  maskWith(text: string, spans: readonly Span[], options?: MaskOptions): string;
}

/**
 * A recogniser for Chinese clinical free text. It keeps buffers between calls and is not re-entrant: one per thread.
 *
 * @example
 * ```ts
 * import { createTextDeidentifier } from '@xinglin/deid';
 *
 * const deid = createTextDeidentifier();
 * deid.spans('患者张建国，男，45岁，电话13800138000'); // [{"start":2,"end":5,"type":"NAME"},{"start":8,"end":11,"type":"AGE"},{"start":14,"end":25,"type":"MOBILE"}]
 * deid.mask('患者张建国，男，45岁'); // '患者【姓名】，男，【年龄】'
 * ```
 */
export function createTextDeidentifier(options: DeidentifierOptions = {}): TextDeidentifier {
  const scan = newScan();
  const wanted = options.types === undefined ? undefined : new Set<SpanType>(options.types);
  const spans = (text: string, record?: KnownRecord): Span[] => {
    resetScan(scan);
    foldInto(scan.text, text);
    recognise(scan);
    const extra: Found[] = text.includes('PID') || text.includes('MSH') ? hl7Fields(text) : [];
    if (text.includes('\n')) extra.push(...tableCells(text));
    if (record !== undefined) extra.push(...findKnown(scan.text, knownValues(record)));
    again(scan);
    const all = resolve(scan, extra);
    return wanted === undefined ? all : all.filter((span) => wanted.has(span.type));
  };
  return {
    spans,
    maskWith: maskSpans,
    mask: (text, { record, ...how } = {}) => maskSpans(text, spans(text, record), how),
  };
}

/** Names that were certain once are names wherever they stand in the document. */
function again(scan: Scan): void {
  if (scan.names.length === 0) return;
  const { source, n, pos } = scan.text;
  for (const { start, end } of scan.names) {
    const from = pos[start]!;
    const name = source.slice(from, pos[end - 1]! + 1);
    for (let at = source.indexOf(name); at >= 0; at = source.indexOf(name, at + name.length)) {
      if (at === from) continue;
      const index = indexOf(pos, n, at);
      if (index >= 0 && index + end - start <= n)
        emit(scan, index, index + end - start, T.NAME, end - start > 2 ? 56 : 50);
    }
  }
}

/** The folded index of a source offset, or -1. */
function indexOf(pos: Int32Array, n: number, offset: number): number {
  let low = 0;
  let high = n - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const value = pos[middle]!;
    if (value === offset) return middle;
    if (value < offset) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

/**
 * Joins the spans of an outside recogniser with ours. Where they overlap ours stay, unless `preferred`; what is left of the loser at
 * its edges is kept.
 */
export function mergeSpans(ours: readonly Span[], theirs: readonly Span[], preferred = false): Span[] {
  const winners = preferred ? theirs : ours;
  const losers = preferred ? ours : theirs;
  const out: Span[] = [...winners];
  for (const loser of losers) {
    let parts: Span[] = [loser];
    for (const winner of winners)
      parts = parts.flatMap((part) =>
        winner.end <= part.start || winner.start >= part.end
          ? [part]
          : [
              { ...part, end: Math.min(part.end, winner.start) },
              { ...part, start: Math.max(part.start, winner.end) },
            ].filter((rest) => rest.end > rest.start),
      );
    out.push(...parts);
  }
  return out.sort((a, b) => a.start - b.start);
}
