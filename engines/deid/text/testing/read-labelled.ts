/* oxlint-disable no-restricted-imports -- reads the labelled sets beside it; only tests and the bench use it */
import { readFileSync } from 'node:fs';
import type { LabelledText } from '../evaluate.ts';
import type { Span, SpanType } from '../types.ts';

export type IndependentSet = 'ordinary' | 'adversarial' | 'negative';

/** Inline markup `[[TYPE:value]]` to plain text and spans. */
export function readMarkup(note: string): LabelledText {
  const gold: Span[] = [];
  let text = '';
  let from = 0;
  for (const mark of note.matchAll(/\[\[([A-Z_]+):([\s\S]*?)\]\]/g)) {
    text += note.slice(from, mark.index);
    const value = mark[2] ?? '';
    gold.push({ start: text.length, end: text.length + value.length, type: mark[1] as SpanType });
    text += value;
    from = mark.index + mark[0].length;
  }
  return { text: text + note.slice(from), gold };
}

/** Notes written by hand before anyone looked at what the recogniser does with them: see independent.md. */
export function independentNotes(set: IndependentSet, file: 'independent' | 'unseen' = 'independent'): LabelledText[] {
  const lines = readFileSync(new URL(`./${file}.ndjson`, import.meta.url), 'utf8').split('\n');
  return lines
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { set: IndependentSet; note: string })
    .filter((row) => row.set === set)
    .map(({ note }) => readMarkup(note));
}
