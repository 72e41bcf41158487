import { Problem } from '../problem.ts';
import type { SigmaLevel, SigmaLogsource } from '../types.ts';

export type Document = Readonly<Record<string, unknown>>;

export const isDocument = (value: unknown): value is Document =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const LEVELS: readonly string[] = ['informational', 'low', 'medium', 'high', 'critical'] satisfies SigmaLevel[];

export function readText(document: Document, key: string): string | undefined {
  const value = document[key];
  if (value instanceof Date) return value.toISOString().slice(0, 10);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

export function readTexts(document: Document, key: string): string[] {
  const value = document[key];
  const list = Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
  return list.filter((item) => item !== null && item !== undefined && typeof item !== 'object').map(String);
}

export function readTitle(document: Document): string {
  const title = readText(document, 'title')?.trim();
  if (title === undefined || title === '')
    throw new Problem('rule.title', 'The document has no title.', { path: 'title' });
  return title;
}

/** The level, `medium` when absent; an unknown word is told to `warn`. */
export function readLevel(document: Document, warn: (code: string, path: string, message: string) => void): SigmaLevel {
  const level = readText(document, 'level')?.toLowerCase();
  if (level === undefined) return 'medium';
  if (LEVELS.includes(level)) return level as SigmaLevel;
  warn('rule.level', 'level', `"${level}" is not a level; "medium" is used.`);
  return 'medium';
}

export function readLogsource(document: Document): SigmaLogsource {
  const source = document['logsource'];
  if (!isDocument(source)) {
    throw new Problem('rule.logsource', '"logsource" must be a map with category, product or service.', {
      path: 'logsource',
    });
  }
  const out: Record<string, string> = {};
  for (const key of ['category', 'product', 'service', 'definition']) {
    const value = readText(source, key);
    if (value !== undefined && value !== '') out[key] = key === 'definition' ? value : value.toLowerCase();
  }
  if (out['category'] === undefined && out['product'] === undefined && out['service'] === undefined) {
    throw new Problem('rule.logsource', '"logsource" names neither category, product nor service.', {
      path: 'logsource',
    });
  }
  return out;
}

export function readCustom(document: Document, known: ReadonlySet<string>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(document).filter(([key]) => !known.has(key)));
}
