import type { SigmaLogsource } from '../types.ts';
import type { FieldTable } from './field-mapping.ts';

/** One telemetry source that can serve a log source. */
export interface LogsourceRoute {
  /** The log source it serves. */
  readonly logsource: Pick<SigmaLogsource, 'category' | 'product' | 'service'>;
  /** Event key → allowed values, compared without case. All keys must hold. `*` at the end allows any continuation. */
  readonly when: Readonly<Record<string, readonly (string | number)[]>>;
  /** Field names that differ in this source; they win over the mapping. */
  readonly fields?: FieldTable;
}

/** Which events can match the rules of a log source. */
export interface LogsourceRouting {
  readonly name: string;
  /**
   * A rule is tried on an event when one of its routes holds. A route serves a rule when both name the same category
   * and service (or none) and their products do not differ; a rule for a whole product needs that product's own route.
   */
  readonly routes: readonly LogsourceRoute[];
  /** Event keys that state the log source themselves; a rule that contradicts one is not tried. */
  readonly labels?: { readonly category?: string; readonly product?: string; readonly service?: string };
  /** What happens to rules without a route: `skip` lists them as an issue, `always` tries them on every event. */
  readonly unrouted: 'skip' | 'always';
}

/**
 * The routes that serve a rule's log source, most of the time one.
 *
 * @example
 * ```ts
 * import { flatWindowsRouting, routesOf } from '@xinglin/sigma';
 *
 * routesOf(flatWindowsRouting, { product: 'windows', category: 'dns_query' })[0]?.when;
 * // { Channel: ['Microsoft-Windows-Sysmon/Operational'], EventID: [22] }
 * ```
 */
export function routesOf(routing: LogsourceRouting, logsource: SigmaLogsource): LogsourceRoute[] {
  const { category, product, service } = logsource;
  const wholeProduct = category === undefined && service === undefined;
  return routing.routes.filter(({ logsource: served }) => {
    if (served.category !== category || served.service !== service) return false;
    if (wholeProduct) return served.product === product;
    return served.product === undefined || product === undefined || served.product === product;
  });
}
