import { Engine, type Entry, type SigmaEngine } from './compile/engine.ts';
import { withFilters } from './compile/filters.ts';
import { Slots } from './compile/frame.ts';
import { lower, type Placeholders } from './compile/lower.ts';
import { Predicates } from './compile/predicates.ts';
import { resolveField, type FieldMapping, type FieldTable } from './mapping/field-mapping.ts';
import { routesOf, type LogsourceRoute, type LogsourceRouting } from './mapping/routing.ts';
import { issueOf, Problem } from './problem.ts';
import { compileRegex } from './regex/compile-regex.ts';
import type { Expression, SigmaFilter, SigmaIssue, SigmaRule } from './types.ts';

export interface CompileOptions {
  /** How rule fields are found in events; without it a field is its own key. */
  readonly mapping?: FieldMapping;
  /** Which events a rule is tried on; without it every rule is tried on every event. */
  readonly routing?: LogsourceRouting;
  readonly filters?: readonly SigmaFilter[];
  /** Values of `%name%` placeholders (`|expand`); they may hold wildcards. */
  readonly placeholders?: Placeholders;
}

/**
 * Compiles rules for matching. A rule that cannot run (a regular expression JavaScript lacks, a placeholder without
 * values, a log source without a route) is left out and listed in `issues` with the reason.
 *
 * @example
 * ```ts
 * import { compile, parseRules } from '@xinglin/sigma';
 *
 * const { rules } = parseRules([
 *   {
 *     file: 'root-login.yml',
 *     document: {
 *       title: 'Root login over SSH',
 *       logsource: { product: 'linux', service: 'auth' },
 *       detection: { sel: { message: 'Accepted * for root from *' }, condition: 'sel' },
 *     },
 *   },
 * ]);
 * const { engine } = compile(rules);
 * engine.match({ message: 'Accepted password for root from 10.0.0.7 port 22' })[0]?.title; // 'Root login over SSH'
 * ```
 */
export function compile(
  rules: readonly SigmaRule[],
  options: CompileOptions = {},
): { engine: SigmaEngine; issues: SigmaIssue[] } {
  const slots = new Slots();
  const predicates = new Predicates();
  const entries: Entry[] = [];
  const issues: SigmaIssue[] = [];
  for (const rule of rules) {
    try {
      const expression = withFilters(rule, options.filters ?? []);
      for (const { fields, alternatives } of sourcesOf(rule, options.routing)) {
        const node = lower(expression, {
          slots,
          predicates,
          placeholders: options.placeholders ?? {},
          logsource: rule.logsource,
          resolve: (field) => resolveIn(fields, options.mapping, rule, field),
        });
        entries.push({ rule, node, scope: { alternatives, logsource: rule.logsource } });
      }
      issues.push(...backtrackingIssues(rule));
    } catch (error) {
      const where = { file: rule.file, ruleId: rule.id };
      if (!(error instanceof Problem)) throw error;
      issues.push(issueOf(error, where));
    }
  }
  issues.push(...unknownReferences(options.filters ?? [], rules));
  return { engine: new Engine(entries, slots, predicates, options.routing), issues };
}

function resolveIn(
  fields: FieldTable | undefined,
  mapping: FieldMapping | undefined,
  rule: SigmaRule,
  field: string,
): readonly string[] {
  const own = fields !== undefined && Object.hasOwn(fields, field) ? fields[field] : undefined;
  if (own !== undefined) return typeof own === 'string' ? [own] : own;
  return resolveField(mapping, rule.logsource, field);
}

interface Source {
  readonly fields: FieldTable | undefined;
  readonly alternatives: readonly LogsourceRoute['when'][] | undefined;
}

/** The telemetry sources of a rule, those with the same field names taken together. */
export function sourcesOf(rule: SigmaRule, routing: LogsourceRouting | undefined): Source[] {
  if (routing === undefined) return [{ fields: undefined, alternatives: undefined }];
  const routes = routesOf(routing, rule.logsource);
  if (routes.length === 0) {
    if (routing.unrouted === 'always') return [{ fields: undefined, alternatives: undefined }];
    const { category, product, service } = rule.logsource;
    throw new Problem(
      'routing.none',
      `No events are routed to the log source ${[product, category, service].map((part) => part ?? '*').join(' / ')}.`,
      { path: 'logsource', remedy: `Add a route to the routing "${routing.name}".` },
    );
  }
  const byFields = new Map<string, { fields: FieldTable | undefined; alternatives: LogsourceRoute['when'][] }>();
  for (const route of routes) {
    const name = JSON.stringify(route.fields ?? null);
    const known = byFields.get(name);
    if (known === undefined) byFields.set(name, { fields: route.fields, alternatives: [route.when] });
    else known.alternatives.push(route.when);
  }
  return [...byFields.values()];
}

/** Patterns prone to backtracking run in linear time here, but not in every other engine: worth telling the author. */
function backtrackingIssues(rule: SigmaRule): SigmaIssue[] {
  const issues: SigmaIssue[] = [];
  const visit = (expression: Expression): void => {
    if (expression.kind === 'not') visit(expression.child);
    else if (expression.kind !== 'match') expression.children.forEach(visit);
    else if (expression.test.kind === 'regex' && expression.test.expand !== true) {
      const { backtracking, matcher } = compileRegex(expression.test.source, expression.test.flags);
      if (backtracking === 'fine') return;
      const runs =
        matcher === 'linear' ? 'It runs on the linear matcher.' : 'It runs on the native matcher and may be slow.';
      const problem = new Problem(
        'regex.backtracking',
        `The regular expression can take ${backtracking} time. ${runs}`,
        {
          path: expression.path,
          remedy: 'Replace repetitions that can take the same characters, such as ".*" after ".*".',
        },
      );
      issues.push(issueOf(problem, { file: rule.file, ruleId: rule.id }, 'warning'));
    }
  };
  visit(rule.detection.expression);
  return issues;
}

function unknownReferences(filters: readonly SigmaFilter[], rules: readonly SigmaRule[]): SigmaIssue[] {
  const known = new Set(rules.flatMap((rule) => [rule.id, rule.name ?? rule.id]));
  return filters.flatMap((filter) =>
    (filter.rules === 'any' ? [] : filter.rules)
      .filter((reference) => !known.has(reference))
      .map((reference) =>
        issueOf(
          new Problem('filter.unknown-rule', `The filter names the rule "${reference}", which is not loaded.`, {
            path: 'filter.rules',
          }),
          { file: filter.file, ruleId: filter.id },
          'warning',
        ),
      ),
  );
}
