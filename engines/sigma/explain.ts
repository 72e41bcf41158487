import { sourcesOf, type CompileOptions } from './compile.ts';
import { withFilters } from './compile/filters.ts';
import { Frame, Slots } from './compile/frame.ts';
import { lower } from './compile/lower.ts';
import { Predicates } from './compile/predicates.ts';
import { routeHolds } from './compile/router.ts';
import { lookup, someTextOfEvent, textOf } from './compile/values.ts';
import { resolveField } from './mapping/field-mapping.ts';
import { Problem } from './problem.ts';
import { printGlob } from './text/glob.ts';
import type { Expression, MatchExpression, SigmaEvent, SigmaRule, ValueTest } from './types.ts';

/** One test of a rule as it went on an event. */
export interface ExplainedTest {
  /** Place in the rule: `detection.selection.Image|endswith`. */
  readonly path: string;
  /** The rule's field, absent for keywords. */
  readonly field?: string;
  /** The event key the value was found under, or the first one looked for. */
  readonly key?: string;
  /** What the rule wanted, readable: `contains "mimikatz"`. */
  readonly wanted: string;
  /** What the event has; for keywords the value that matched. Absent when the event has none. */
  readonly value?: unknown;
  readonly holds: boolean;
}

export interface Explanation {
  readonly matched: boolean;
  /** Why the rule was not tried at all: no route holds for the event. */
  readonly notRouted?: string;
  /** The rule cannot run (see the issues of `compile`). */
  readonly cannotRun?: string;
  /** When matched: the tests that made it so. */
  readonly because: readonly ExplainedTest[];
  /** When not matched: the first requirement that failed, as the tests it consists of. */
  readonly failed: readonly ExplainedTest[];
}

interface Trace {
  readonly holds: boolean;
  readonly tests: readonly ExplainedTest[];
}

/** How many tests one explanation lists at most; a value list may have thousands. */
const MAX_TESTS = 50;

/**
 * Says why a rule matched an event, or the first thing that did not hold. Slow and allocation-heavy by design: call it
 * for alerts and in the rule editor, not for every event.
 *
 * @example
 * ```ts
 * import { explain, parseRules } from '@xinglin/sigma';
 *
 * const { rules } = parseRules([
 *   {
 *     file: 'a.yml',
 *     document: {
 *       title: 'Whoami as SYSTEM',
 *       logsource: { category: 'process_creation', product: 'windows' },
 *       detection: { sel: { 'Image|endswith': '\\whoami.exe', User: 'SYSTEM' }, condition: 'sel' },
 *     },
 *   },
 * ]);
 * const rule = rules[0]!;
 * explain({ Image: 'C:\\Windows\\whoami.exe', User: 'alice' }, rule).failed[0];
 * // { path: 'detection.sel.User', field: 'User', key: 'User', wanted: 'equals "SYSTEM"', value: 'alice', holds: false }
 * ```
 */
export function explain(event: SigmaEvent, rule: SigmaRule, options: CompileOptions = {}): Explanation {
  try {
    const sources = sourcesOf(rule, options.routing);
    const label = contradictedLabel(event, rule, options);
    const open = sources.filter(
      ({ alternatives }) => alternatives === undefined || alternatives.some((when) => routeHolds(when, event)),
    );
    if (label !== undefined || open.length === 0) {
      const notRouted = label ?? `The event comes from none of the sources of ${JSON.stringify(rule.logsource)}.`;
      return { matched: false, notRouted, because: [], failed: [] };
    }
    const expression = withFilters(rule, options.filters ?? []);
    const traces = open.map(({ fields }) => {
      const resolve = (field: string): readonly string[] => {
        const own = fields !== undefined && Object.hasOwn(fields, field) ? fields[field] : undefined;
        if (own !== undefined) return typeof own === 'string' ? [own] : own;
        return resolveField(options.mapping, rule.logsource, field);
      };
      return trace(expression, event, rule, options, resolve);
    });
    const best = traces.find(({ holds }) => holds) ?? (traces[0] as Trace);
    const tests = best.tests.slice(0, MAX_TESTS);
    return { matched: best.holds, because: best.holds ? tests : [], failed: best.holds ? [] : tests };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { matched: false, cannotRun: error.message, because: [], failed: [] };
  }
}

function contradictedLabel(event: SigmaEvent, rule: SigmaRule, options: CompileOptions): string | undefined {
  for (const [part, key] of Object.entries(options.routing?.labels ?? {})) {
    const wanted = rule.logsource[part as 'category'];
    const value = textOf(lookup(event, key));
    if (wanted !== undefined && value !== undefined && value.toLowerCase() !== wanted) {
      return `The event's ${key} is "${value}", the rule's ${part} is "${wanted}".`;
    }
  }
  return undefined;
}

function trace(
  expression: Expression,
  event: SigmaEvent,
  rule: SigmaRule,
  options: CompileOptions,
  resolve: (field: string) => readonly string[],
): Trace {
  const leaf = (match: MatchExpression): Trace => {
    const slots = new Slots();
    const node = lower(match, {
      slots,
      predicates: new Predicates(),
      placeholders: options.placeholders ?? {},
      logsource: rule.logsource,
      resolve,
    });
    const frame = new Frame(slots.keys);
    frame.begin(event);
    const tests =
      node.op === 'test'
        ? [node.predicate]
        : node.op === 'or'
          ? node.kids.flatMap((kid) => (kid.op === 'test' ? [kid.predicate] : []))
          : [];
    const matching = tests.find((predicate) => predicate.evaluate(frame));
    const holds = matching !== undefined;
    const keys = match.field === undefined ? [] : resolve(match.field);
    const key = keys.find((name) => lookup(event, name) !== undefined) ?? keys[0];
    const value = key === undefined ? keywordValue(event, matching ?? tests[0]) : lookup(event, key);
    return {
      holds,
      tests: [
        {
          path: match.path,
          ...(match.field === undefined ? {} : { field: match.field }),
          ...(key === undefined ? {} : { key }),
          wanted: printTest(match.test),
          ...(value === undefined ? {} : { value }),
          holds,
        },
      ],
    };
  };
  return walk(expression, leaf);
}

function keywordValue(
  event: SigmaEvent,
  predicate: { evaluate: (frame: Frame) => boolean } | undefined,
): string | undefined {
  let found: string | undefined;
  someTextOfEvent(event, (text) => {
    const frame = new Frame([]);
    frame.begin({ text });
    if (predicate?.evaluate(frame) !== true) return false;
    found = text;
    return true;
  });
  return found;
}

/** Evaluates an expression and keeps the tests that decided the result. */
function walk(expression: Expression, leaf: (match: MatchExpression) => Trace): Trace {
  switch (expression.kind) {
    case 'match':
      return leaf(expression);
    case 'not': {
      const inner = walk(expression.child, leaf);
      return { holds: !inner.holds, tests: inner.tests };
    }
    case 'and': {
      const tests: ExplainedTest[] = [];
      for (const child of expression.children) {
        const result = walk(child, leaf);
        if (!result.holds) return result;
        tests.push(...result.tests);
      }
      return { holds: true, tests };
    }
    case 'or': {
      const tests: ExplainedTest[] = [];
      for (const child of expression.children) {
        const result = walk(child, leaf);
        if (result.holds) return result;
        tests.push(...result.tests);
      }
      return { holds: false, tests };
    }
    case 'atLeast': {
      const results = expression.children.map((child) => walk(child, leaf));
      const good = results.filter(({ holds }) => holds);
      const holds = good.length >= expression.count;
      return { holds, tests: (holds ? good : results.filter((result) => !result.holds)).flatMap(({ tests }) => tests) };
    }
  }
}

/** A test in words: `endswith "\cmd.exe"`, `re /a.c/i`, `cidr 10.0.0.0/8`. */
export function printTest(test: ValueTest): string {
  switch (test.kind) {
    case 'string': {
      const { glob } = test;
      const many = (part: unknown): boolean =>
        typeof part === 'object' && part !== null && 'wildcard' in part && part.wildcard === '*';
      const start = many(glob[0]);
      const end = glob.length > 1 && many(glob.at(-1));
      const word = start && end ? 'contains' : start && glob.length > 1 ? 'endswith' : end ? 'startswith' : 'equals';
      const inner = word === 'equals' ? glob : glob.slice(start ? 1 : 0, end ? -1 : undefined);
      const text = inner.length === 1 && typeof inner[0] === 'string' ? inner[0] : printGlob(inner);
      return `${word} "${text}"${test.cased ? ' (case-sensitive)' : ''}`;
    }
    case 'regex':
      return `re /${test.source}/${test.flags}`;
    case 'cidr':
      return `cidr ${test.network}`;
    case 'compare':
      return `${{ lt: '<', lte: '≤', gt: '>', gte: '≥' }[test.operator]} ${test.value}`;
    case 'null':
      return 'null';
    case 'exists':
      return test.expected ? 'exists' : 'does not exist';
    case 'fieldref':
      return `${test.mode} the field ${test.field}`;
    case 'time':
      return `${test.part} ${{ eq: '=', lt: '<', lte: '≤', gt: '>', gte: '≥' }[test.operator]} ${test.value}`;
  }
}
