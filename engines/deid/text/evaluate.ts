import { SPAN_TYPES, type Span, type SpanType } from './types.ts';

/** A text with the spans a person marked. */
export interface LabelledText {
  readonly text: string;
  readonly gold: readonly Span[];
}

export interface TypeScore {
  readonly gold: number;
  /** Found with the same offsets and type. */
  readonly exact: number;
  /** Every character covered by some span, of whatever type: what counts for privacy. */
  readonly masked: number;
  /** Spans of this type that were given, and those of them that touch no gold span at all. */
  readonly given: number;
  readonly falseHits: number;
}

export interface Evaluation {
  readonly texts: number;
  readonly all: TypeScore;
  readonly byType: Readonly<Partial<Record<SpanType, TypeScore>>>;
  /** Spans that touch no gold span, per 100 texts. */
  readonly falseHitsPer100: number;
}

type Counts = { -readonly [K in keyof TypeScore]: number };
const zero = (): Counts => ({ gold: 0, exact: 0, masked: 0, given: 0, falseHits: 0 });

/** Compares found spans with gold ones. `missed` is told of every gold span not fully covered, `extra` of every false hit. */
export function evaluate(
  texts: Iterable<LabelledText>,
  find: (text: string, index: number) => readonly Span[],
  told: { missed?: (text: string, gold: Span) => void; extra?: (text: string, span: Span) => void } = {},
): Evaluation {
  const counts = new Map<SpanType, Counts>(SPAN_TYPES.map((type) => [type, zero()]));
  let count = 0;
  for (const { text, gold } of texts) {
    const found = find(text, count++);
    for (const mark of gold) {
      const score = counts.get(mark.type);
      if (score === undefined) continue;
      score.gold++;
      if (found.some((span) => span.start === mark.start && span.end === mark.end && span.type === mark.type))
        score.exact++;
      if (covers(found, mark, text)) score.masked++;
      else told.missed?.(text, mark);
    }
    for (const span of found) {
      const score = counts.get(span.type);
      if (score === undefined) continue;
      score.given++;
      if (!gold.some((mark) => mark.start < span.end && span.start < mark.end)) {
        score.falseHits++;
        told.extra?.(text, span);
      }
    }
  }
  const all = zero();
  const byType: Partial<Record<SpanType, TypeScore>> = {};
  for (const [type, score] of counts) {
    for (const key of Object.keys(all) as (keyof Counts)[]) all[key] += score[key];
    if (score.gold > 0 || score.given > 0) byType[type] = score;
  }
  return { texts: count, all, byType, falseHitsPer100: count === 0 ? 0 : (all.falseHits * 100) / count };
}

/** Blanks and invisible characters inside a gold span need no mask. */
function covers(found: readonly Span[], { start, end }: Span, text: string): boolean {
  let at = start;
  for (const span of found) {
    if (span.end <= at) continue;
    while (at < end && at < span.start && /[\s\u200B-\u200F\uFEFF\u2060]/.test(text[at]!)) at++;
    if (span.start > at) return at >= end;
    at = span.end;
    if (at >= end) return true;
  }
  return at >= end;
}
