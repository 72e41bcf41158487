import type { SigmaFilter, SigmaRule } from '../types.ts';
import { Problem } from '../problem.ts';
import { parseDetection } from './detection.ts';
import {
  isDocument,
  readCustom,
  readLevel,
  readLogsource,
  readText,
  readTexts,
  readTitle,
  type Document,
} from './fields.ts';

const KNOWN = new Set(
  'id name title level status description author date modified references tags falsepositives fields logsource detection'.split(
    ' ',
  ),
);
const KNOWN_FILTER = new Set(['id', 'title', 'logsource', 'filter']);

export type Warn = (code: string, path: string, message: string) => void;

/** A detection rule document → SigmaRule. Throws a Problem. */
export function parseRule(document: Document, file: string, fallbackId: string, warn: Warn): SigmaRule {
  const title = readTitle(document);
  const optional: Record<string, string> = {};
  for (const key of ['name', 'status', 'description', 'author', 'date', 'modified']) {
    const value = readText(document, key);
    if (value !== undefined) optional[key] = value;
  }
  return {
    id: readText(document, 'id') ?? optional['name'] ?? fallbackId,
    title,
    ...optional,
    level: readLevel(document, warn),
    references: readTexts(document, 'references'),
    tags: readTexts(document, 'tags').map((tag) => tag.toLowerCase()),
    falsepositives: readTexts(document, 'falsepositives'),
    fields: readTexts(document, 'fields'),
    logsource: readLogsource(document),
    detection: parseDetection(document['detection'], 'detection', [], warn),
    custom: readCustom(document, KNOWN),
    file,
  };
}

/** A filter document → SigmaFilter. Throws a Problem. */
export function parseFilter(document: Document, file: string, fallbackId: string, warn: Warn): SigmaFilter {
  const filter = document['filter'];
  if (!isDocument(filter)) throw new Problem('filter.body', '"filter" must be a map.', { path: 'filter' });
  const references = filter['rules'];
  const listed = readTexts(filter, 'rules');
  if (references === undefined) {
    throw new Problem('filter.rules', 'The filter does not say which rules it applies to.', {
      path: 'filter.rules',
      remedy: 'List rule ids or names, or write "rules: any".',
    });
  }
  const any = listed.length === 0 || (listed.length === 1 && /^(?:any|all)$/i.test(listed[0] as string));
  const detection = parseDetection(filter, 'filter', ['rules'], warn);
  if (!detection.conditions.some((condition) => /\bnot\b/i.test(condition))) {
    warn(
      'filter.positive',
      'filter.condition',
      'The filter keeps only events that match its condition; to exclude them write "not …".',
    );
  }
  return {
    id: readText(document, 'id') ?? fallbackId,
    title: readTitle(document),
    logsource: readLogsource(document),
    rules: any ? 'any' : listed,
    detection,
    custom: readCustom(document, KNOWN_FILTER),
    file,
  };
}
