/**
 * Exceptions: Sigma filters with a scope and an end. They are evaluated after a rule has matched, so they cost nothing on other events,
 * hold for a subtree and for kinds of assets, and stop by themselves when their time is over.
 */
import { covers } from '@xinglin/platform/access';
import { compile, parseRules } from '@xinglin/sigma';
import type { Expression, SigmaEvent, SigmaFilter, SigmaIssue, SigmaRule } from '@xinglin/sigma';
import { parseAllDocuments, stringify } from 'yaml';
import { compileOptions } from './detector-options.ts';

/** As the workers get it; plain data. */
export interface RuleException {
  readonly id: string;
  readonly tenant: string;
  /** Ids of the rules it holds for. */
  readonly rules: readonly string[];
  /** The filter's expression: what must hold for a rule to fire. */
  readonly fires: Expression;
  /** Only events of such assets (source, destination or host); empty: all. */
  readonly assetKinds: readonly string[];
  /** Epoch milliseconds. */
  readonly until: number;
}

export const OPERATORS = ['equals', 'contains', 'startswith', 'endswith', 'cidr'] as const;

export interface ExceptionCondition {
  readonly field: string;
  readonly op: (typeof OPERATORS)[number];
  /** Alternatives. */
  readonly values: readonly string[];
}

const ASSET_FIELDS = ['source.asset.kind', 'destination.asset.kind', 'host.asset.kind'];
/** In the event's `rules`, beside the ids of what fired: a trace of what was silenced, and by what. */
export const EXCEPTED = 'except:';

/** The conditions as the Sigma filter that lets events go on which all of them hold. */
export function filterYaml(
  rules: readonly SigmaRule[],
  title: string,
  conditions: readonly ExceptionCondition[],
): string {
  const selection: Record<string, string[]> = {};
  for (const { field, op, values } of conditions) {
    const key = op === 'equals' ? field : `${field}|${op}`;
    // Values come from events: what would be a wildcard in a rule is meant as it stands.
    const texts = values.map((value) => (op === 'cidr' ? value : value.replace(/[\\*?]/g, String.raw`\$&`)));
    selection[key] = [...(selection[key] ?? []), ...texts];
  }
  const { category, product, service } = rules[0]?.logsource ?? {};
  return stringify({
    title,
    logsource: { ...(product && { product }), ...(category && { category }), ...(service && { service }) },
    filter: { rules: rules.map(({ id }) => id), selection, condition: 'not selection' },
  });
}

/** Reads one filter. Never throws. */
export function parseFilter(yaml: string): { filter: SigmaFilter | undefined; issues: readonly SigmaIssue[] } {
  const issue = (message: string, path = ''): SigmaIssue => ({
    code: 'filter.invalid',
    file: 'exception.yml',
    path,
    message,
    severity: 'error',
  });
  const [document, ...more] = parseAllDocuments(yaml, { maxAliasCount: 100 } as never);
  const [error] = document?.errors ?? [];
  if (document === undefined || more.length > 0)
    return { filter: undefined, issues: [issue('One Sigma filter is wanted.')] };
  if (error !== undefined)
    return {
      filter: undefined,
      issues: [issue(error.message.split('\n', 1)[0] ?? '', `line ${String(error.linePos?.[0].line ?? 0)}`)],
    };
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch (failure) {
    return { filter: undefined, issues: [issue(failure instanceof Error ? failure.message : String(failure))] };
  }
  const parsed = parseRules([{ file: 'exception.yml', document: value, index: 0 }]);
  const [filter] = parsed.filters;
  return {
    filter,
    issues:
      filter === undefined && parsed.issues.length === 0 ? [issue('The text is no Sigma filter.')] : parsed.issues,
  };
}

export interface Silencer {
  /** True when an exception names the rule at all. */
  concerns(ruleId: string): boolean;
  /** By rule that fired, the exception that silences it for the institution now. */
  silenced(event: SigmaEvent, tenant: string, now: number, fired: readonly string[]): ReadonlyMap<string, string>;
}

const NONE: ReadonlyMap<string, string> = new Map();

export function createSilencer(exceptions: readonly RuleException[], rules: readonly SigmaRule[]): Silencer {
  const byId = new Map(rules.map((rule) => [rule.id, rule]));
  const concerned = new Set<string>();
  const pairs: { exception: RuleException; ruleId: string }[] = [];
  const parts: SigmaRule[] = [];
  for (const exception of exceptions)
    for (const ruleId of exception.rules) {
      const rule = byId.get(ruleId);
      if (rule === undefined) continue;
      concerned.add(ruleId);
      // The rule's own log source: its fields are found in the event as the rule finds them.
      parts.push({
        ...rule,
        id: String(pairs.length),
        detection: { ...rule.detection, expression: letsGo(exception) },
      });
      pairs.push({ exception, ruleId });
    }
  const engine = pairs.length === 0 ? undefined : compile(parts, compileOptions(rules, [])).engine;
  return {
    concerns: (ruleId) => concerned.has(ruleId),
    silenced(event, tenant, now, fired) {
      if (engine === undefined || !fired.some((id) => concerned.has(id))) return NONE;
      let found: Map<string, string> | undefined;
      for (const { id } of engine.match(event)) {
        const pair = pairs[Number(id)];
        if (pair === undefined || !fired.includes(pair.ruleId)) continue;
        const { exception, ruleId } = pair;
        if (now < exception.until && covers(exception.tenant, tenant)) (found ??= new Map()).set(ruleId, exception.id);
      }
      return found ?? NONE;
    },
  };
}

function letsGo({ fires, assetKinds }: RuleException): Expression {
  const holds: Expression = { kind: 'not', child: fires };
  if (assetKinds.length === 0) return holds;
  const kinds = ASSET_FIELDS.flatMap((field) =>
    assetKinds.map((kind): Expression => ({
      kind: 'match',
      field,
      test: { kind: 'string', glob: [kind], cased: false },
      path: `asset.${field}`,
    })),
  );
  return { kind: 'and', children: [holds, { kind: 'or', children: kinds }] };
}
