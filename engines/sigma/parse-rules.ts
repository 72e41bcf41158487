import { parseCorrelation } from './parse/correlation.ts';
import { mergeDocuments } from './parse/documents.ts';
import { isDocument, readText } from './parse/fields.ts';
import { parseFilter, parseRule, type Warn } from './parse/rule.ts';
import { issueOf, Problem } from './problem.ts';
import type { CorrelationRule, ParsedRules, RuleSource, SigmaFilter, SigmaIssue, SigmaRule } from './types.ts';

/**
 * Reads parsed YAML documents into rules, correlations and filters. Never throws: whatever cannot be read is an issue
 * of severity `error` and is left out; everything else is returned.
 *
 * @example
 * ```ts
 * import { parseRules } from '@xinglin/sigma';
 *
 * const { rules, issues } = parseRules([
 *   {
 *     file: 'whoami.yml',
 *     document: {
 *       title: 'Whoami execution',
 *       id: '7a2e1d54-0d4b-4a9e-9a3c-0b8ac4a3f001',
 *       logsource: { category: 'process_creation', product: 'windows' },
 *       detection: { selection: { 'Image|endswith': '\\whoami.exe' }, condition: 'selection' },
 *       level: 'medium',
 *     },
 *   },
 * ]);
 * rules[0]?.title; // 'Whoami execution'
 * issues.length; // 0
 * ```
 */
export function parseRules(sources: readonly RuleSource[]): ParsedRules {
  const rules: SigmaRule[] = [];
  const correlations: CorrelationRule[] = [];
  const filters: SigmaFilter[] = [];
  const issues: SigmaIssue[] = [];
  const seen = new Map<string, string>();

  for (const { file, index, document } of mergeDocuments(sources)) {
    const ruleId = isDocument(document) ? readText(document, 'id') : undefined;
    const where = { file, ...(ruleId === undefined ? {} : { ruleId }) };
    const warn: Warn = (code, path, message) => {
      issues.push(issueOf(new Problem(code, message, { path }), where, 'warning'));
    };
    try {
      const parsed = parseDocument(document, file, `${file}#${index}`, warn);
      const before = seen.get(parsed.value.id);
      if (before !== undefined) {
        throw new Problem('rule.duplicate-id', `The id "${parsed.value.id}" is already used in ${before}.`, {
          path: 'id',
          remedy: 'Give every rule its own id.',
        });
      }
      seen.set(parsed.value.id, file);
      if (parsed.kind === 'rule') rules.push(parsed.value);
      else if (parsed.kind === 'filter') filters.push(parsed.value);
      else correlations.push(parsed.value);
    } catch (error) {
      if (error instanceof Problem) issues.push(issueOf(error, where));
      else
        issues.push(
          issueOf(new Problem('document.unreadable', `The document cannot be read: ${String(error)}`), where),
        );
    }
  }
  return { rules, correlations, filters, issues };
}

type Parsed =
  | { kind: 'rule'; value: SigmaRule }
  | { kind: 'filter'; value: SigmaFilter }
  | { kind: 'correlation'; value: CorrelationRule };

function parseDocument(document: unknown, file: string, fallbackId: string, warn: Warn): Parsed {
  if (!isDocument(document)) throw new Problem('document.not-a-map', 'The document is not a map.');
  if ('correlation' in document)
    return { kind: 'correlation', value: parseCorrelation(document, file, fallbackId, warn) };
  if ('filter' in document) return { kind: 'filter', value: parseFilter(document, file, fallbackId, warn) };
  if ('detection' in document) return { kind: 'rule', value: parseRule(document, file, fallbackId, warn) };
  if ('action' in document) {
    throw new Problem('document.action', `"${String(document['action'])}" is not an action.`, {
      path: 'action',
      remedy: 'Use global, reset or repeat.',
    });
  }
  throw new Problem('document.unknown-kind', 'The document has neither detection, correlation nor filter.', {
    remedy: 'A Sigma rule needs "detection".',
  });
}
