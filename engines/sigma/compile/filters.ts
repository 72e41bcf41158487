import { logsourceFits } from '../mapping/field-mapping.ts';
import type { Expression, SigmaFilter, SigmaRule } from '../types.ts';

/** The rule's expression with every filter that names the rule, or `any`, and whose log source covers the rule's. */
export function withFilters(rule: SigmaRule, filters: readonly SigmaFilter[]): Expression {
  const applied = filters.filter((filter) => filterApplies(filter, rule)).map((filter) => filter.detection.expression);
  if (applied.length === 0) return rule.detection.expression;
  return { kind: 'and', children: [rule.detection.expression, ...applied] };
}

export function filterApplies(filter: SigmaFilter, rule: SigmaRule): boolean {
  if (!logsourceFits(filter.logsource, rule.logsource)) return false;
  return filter.rules === 'any' || filter.rules.some((reference) => reference === rule.id || reference === rule.name);
}
