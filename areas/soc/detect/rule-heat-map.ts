/** ATT&CK heat map: what rules look for, by tactic and technique, and what they found. */
import type { z } from 'zod';
import type { RuleHeatMap } from '../contract.ts';
import { TACTICS } from './offline-coverage.ts';
import type { RuleView } from './rule-access.ts';

/** Sub-techniques count for their technique. A rule stands under each of its tactics. */
export function heatMapOf(
  rules: readonly Pick<RuleView, 'techniques' | 'tactics' | 'enabled' | 'hits30d'>[],
): z.input<typeof RuleHeatMap> {
  interface Cell {
    rules: number;
    enabled: number;
    hits30d: number;
    subs: Set<string>;
  }
  const columns = new Map<string, { cells: Map<string, Cell>; rules: number; hits30d: number }>();
  let untagged = 0;
  for (const rule of rules) {
    if (rule.techniques.length === 0) untagged += 1;
    for (const tactic of rule.tactics) {
      let column = columns.get(tactic);
      if (column === undefined) columns.set(tactic, (column = { cells: new Map(), rules: 0, hits30d: 0 }));
      column.rules += 1;
      column.hits30d += rule.hits30d;
      for (const technique of new Set(rule.techniques.map(parentOf))) {
        let cell = column.cells.get(technique);
        if (cell === undefined)
          column.cells.set(technique, (cell = { rules: 0, enabled: 0, hits30d: 0, subs: new Set() }));
        cell.rules += 1;
        if (rule.enabled) cell.enabled += 1;
        cell.hits30d += rule.hits30d;
        for (const one of rule.techniques) if (one !== technique && parentOf(one) === technique) cell.subs.add(one);
      }
    }
  }
  return {
    rules: rules.length,
    untagged,
    tactics: TACTICS.flatMap(([tactic]) => {
      const column = columns.get(tactic);
      if (column === undefined) return [];
      const techniques = [...column.cells]
        .map(([technique, { subs, ...cell }]) => ({ technique, ...cell, subTechniques: [...subs].toSorted() }))
        .toSorted((a, b) => b.hits30d - a.hits30d || b.rules - a.rules || (a.technique < b.technique ? -1 : 1));
      return [{ tactic, rules: column.rules, hits30d: column.hits30d, techniques }];
    }),
  };
}

function parentOf(technique: string): string {
  return technique.split('.', 1)[0] ?? technique;
}
