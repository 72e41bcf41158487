import type { CorrelationRule, SigmaRule } from '@xinglin/sigma';
import type { RuleSet } from './rule-set.ts';

/** Ids and names of the rules a correlation consists of, itself included. */
export function neededBy(set: Pick<RuleSet, 'correlations'>, rule: SigmaRule | CorrelationRule): ReadonlySet<string> {
  const wanted = new Set([rule.id, ...('groupBy' in rule ? rule.rules : [])]);
  for (let size = 0; size !== wanted.size;) {
    size = wanted.size;
    for (const one of set.correlations)
      if (wanted.has(one.id) || (one.name !== undefined && wanted.has(one.name)))
        for (const inner of one.rules) wanted.add(inner);
  }
  return wanted;
}
