import { describe, expect, it } from 'vitest';
import { createParser } from '../parser.ts';
import type { Fields, JsonDocument, ParseContext, Parsed, ParserSpec } from '../types.ts';

interface Sample {
  readonly raw: string | JsonDocument;
  readonly context?: Partial<ParseContext>;
  readonly expected: { readonly dataset: string; readonly fields: Fields };
}

/** The context samples are written for: a Sunday evening in Beijing. */
export const context: ParseContext = { receivedAt: Date.UTC(2026, 10, 22, 12), timezone: '+08:00' };

const whole = createParser();

/** Parses with the whole catalogue. */
export function parseWith(raw: string | JsonDocument, more: Partial<ParseContext> = {}): Parsed {
  const ctx = { ...context, ...more };
  return typeof raw === 'string' ? whole.parse(raw, ctx) : whole.parseObject(raw, ctx);
}

/** The fields alone. */
export function fieldsOf(raw: string | JsonDocument, more?: Partial<ParseContext>): Fields {
  return parseWith(raw, more).fields;
}

/**
 * Every sample twice: with the whole catalogue, which must choose this parser by itself, and pinned by dataset. All fields are
 * compared, so a new or lost field shows.
 */
export function describeSamples(spec: ParserSpec, ndjson: string): void {
  const samples = ndjson
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Sample);
  const own = new Set([spec.dataset, ...(spec.datasets ?? [])]);
  describe(`${spec.dataset} samples`, () => {
    it('samples.ndjson holds samples of this parser', () => {
      expect(samples.length).toBeGreaterThan(0);
      for (const sample of samples) expect(own).toContain(sample.expected.dataset);
    });
    it.each(samples.map((sample) => [label(sample.raw), sample] as const))('parse() reads %s', (_label, sample) => {
      const { fields, ...rest } = parseWith(sample.raw, sample.context);
      const { 'event.original': original, ...kept } = fields;
      expect({ ...rest, fields: kept }).toEqual(sample.expected);
      if (typeof sample.raw === 'string') expect(original).toBe(sample.raw);
      const pinned = parseWith(sample.raw, { ...sample.context, dataset: spec.dataset });
      expect(pinned.issues ?? []).not.toContain('dataset.mismatch');
      expect(own).toContain(pinned.dataset);
    });
  });
}

function label(raw: string | JsonDocument): string {
  return (typeof raw === 'string' ? raw : JSON.stringify(raw)).slice(0, 100).replaceAll('%', '%%');
}
