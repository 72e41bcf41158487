/** What of a rule's log source the event store itself can sort out, so that a back-test reads only events the rule can be tried on. */
import { EVENT_COLUMNS } from '@xinglin/platform/events';
import type { QueryParams } from '@xinglin/platform/events';
import { ecsRouting, routesOf, withDatasetRoutes } from '@xinglin/sigma';
import type { LogsourceRoute, SigmaRule } from '@xinglin/sigma';

export interface Prefilter {
  /** A condition on `events`; parameters begin with `pre_`. */
  readonly sql: string;
  readonly params: QueryParams;
}

const COLUMNS = new Map<string, string>(
  EVENT_COLUMNS.flatMap((column): [string, string][] =>
    'ecs' in column && column.type === 'LowCardinality(String)' ? [[column.ecs, column.column]] : [],
  ),
);

/** Never leaves out an event on which one of the rules could fire. Undefined when nothing can be said. */
export function prefilterOf(rules: readonly SigmaRule[]): Prefilter | undefined {
  const routing = withDatasetRoutes(ecsRouting, rules);
  const params: Record<string, string | readonly string[]> = {};
  const alternatives = new Set<string>();
  const names = new Map<string, string>();
  const bind = (value: string | readonly string[]): string => {
    const key = JSON.stringify(value);
    let name = names.get(key);
    if (name === undefined) {
      name = `pre_${names.size}`;
      names.set(key, name);
      params[name] = value;
    }
    return name;
  };
  for (const rule of rules)
    for (const { when } of routesOf(routing, rule.logsource)) {
      const sql = conditionOf(when, bind);
      if (sql === undefined) return undefined;
      alternatives.add(sql);
    }
  return alternatives.size === 0 ? undefined : { sql: `(${[...alternatives].join(' OR ')})`, params };
}

function conditionOf(
  when: LogsourceRoute['when'],
  bind: (value: string | readonly string[]) => string,
): string | undefined {
  const parts = Object.entries(when).flatMap(([key, values]): string[] => {
    const column = COLUMNS.get(key);
    if (column === undefined) return [];
    const texts = values.map((value) => String(value).toLowerCase());
    const exact = texts.filter((text) => !text.endsWith('*'));
    const tests = texts
      .filter((text) => text.endsWith('*'))
      .map((text) => `startsWith(lower(${column}), {${bind(text.slice(0, -1))}:String})`);
    if (exact.length > 0) tests.push(`lower(${column}) IN {${bind(exact)}:Array(String)}`);
    return tests.length === 0 ? [] : [`(${tests.join(' OR ')})`];
  });
  return parts.length === 0 ? undefined : parts.join(' AND ');
}
