import { issueOf, Problem } from '../problem.ts';
import type { CorrelationRule, SigmaIssue, SigmaRule } from '../types.ts';

/** A correlation with its references resolved. */
export interface Link {
  readonly index: number;
  readonly rule: CorrelationRule;
  /** Per position in `rule.rules`: alias → field name. */
  readonly aliases: readonly Readonly<Record<string, string>>[];
}

export interface Links {
  readonly links: readonly Link[];
  /** Id of a rule or correlation → where it is correlated. */
  readonly byRule: ReadonlyMap<string, readonly { readonly link: Link; readonly position: number }[]>;
  readonly issues: SigmaIssue[];
  readonly suppressed: ReadonlySet<string>;
}

/** Resolves ids and names, refuses unknown references (when the rules are given) and cycles. */
export function linkCorrelations(correlations: readonly CorrelationRule[], rules: readonly SigmaRule[]): Links {
  const ids = new Map<string, string>();
  for (const { id, name } of [...rules, ...correlations]) {
    if (name !== undefined) ids.set(name, id);
  }
  for (const { id } of [...rules, ...correlations]) ids.set(id, id);
  const resolve = (reference: string): string => ids.get(reference) ?? reference;
  const byId = new Map(correlations.map((rule) => [rule.id, rule]));
  const issues: SigmaIssue[] = [];
  const refuse = (rule: CorrelationRule, code: string, message: string): void => {
    issues.push(
      issueOf(new Problem(code, message, { path: 'correlation.rules' }), { file: rule.file, ruleId: rule.id }),
    );
  };

  const bad = new Set<string>();
  for (const rule of correlations) {
    const unknown = rules.length === 0 ? undefined : rule.rules.find((reference) => !ids.has(reference));
    if (unknown !== undefined) {
      bad.add(rule.id);
      refuse(rule, 'correlation.unknown-rule', `The correlation refers to "${unknown}", which is not loaded.`);
    } else if (reaches(rule, rule.id, byId, resolve, new Set())) {
      bad.add(rule.id);
      refuse(rule, 'correlation.cycle', 'The correlation refers to itself through its rules.');
    }
  }

  const links: Link[] = [];
  const byRule = new Map<string, { link: Link; position: number }[]>();
  const referred = new Set<string>();
  const kept = new Set<string>();
  for (const rule of correlations) {
    if (bad.has(rule.id)) continue;
    const aliases = rule.rules.map((reference) => {
      const pairs = Object.entries(rule.aliases).flatMap(([alias, table]) => {
        const found = Object.entries(table).find(
          ([name]) => name === reference || resolve(name) === resolve(reference),
        );
        return found === undefined ? [] : [[alias, found[1]] as const];
      });
      return Object.fromEntries(pairs);
    });
    const link: Link = { index: links.length, rule, aliases };
    links.push(link);
    rule.rules.forEach((reference, position) => {
      const id = resolve(reference);
      const known = byRule.get(id);
      if (known === undefined) byRule.set(id, [{ link, position }]);
      else known.push({ link, position });
      (rule.generate ? kept : referred).add(id);
    });
  }
  return { links, byRule, issues, suppressed: new Set([...referred].filter((id) => !kept.has(id))) };
}

function reaches(
  from: CorrelationRule,
  target: string,
  byId: ReadonlyMap<string, CorrelationRule>,
  resolve: (reference: string) => string,
  seen: Set<string>,
): boolean {
  return from.rules.some((reference) => {
    const id = resolve(reference);
    if (id === target) return true;
    const next = byId.get(id);
    if (next === undefined || seen.has(id)) return false;
    seen.add(id);
    return reaches(next, target, byId, resolve, seen);
  });
}
