import type { SigmaLogsource } from '../types.ts';

/** Rule field → event key, or keys in order of preference: the first one the event has is used. */
export type FieldTable = Readonly<Record<string, string | readonly string[]>>;

/** The fields of the rules whose log source has every value given here. */
export interface MappingScope {
  readonly category?: string;
  readonly product?: string;
  readonly service?: string;
  readonly fields: FieldTable;
  /** Where a field that no table names is looked for: `{field}` is replaced by the rule's name for it. */
  readonly fallback?: string;
}

/**
 * How rule fields are found in events. Scopes are tried from the last to the first, so later ones refine earlier ones.
 * A field that no scope names keeps its name; so does one that already is an event key (`dotted: 'keep'`).
 */
export interface FieldMapping {
  readonly name: string;
  readonly scopes: readonly MappingScope[];
  /** `keep`: a field name containing a dot is an event key already. */
  readonly dotted: 'keep' | 'map';
}

const has = (wanted: string | undefined, actual: string | undefined): boolean =>
  wanted === undefined || wanted === actual;

/** True when a rule's log source has every value that `scope` asks for. */
export function logsourceFits(scope: SigmaLogsource | MappingScope, logsource: SigmaLogsource): boolean {
  return (
    has(scope.category, logsource.category) &&
    has(scope.product, logsource.product) &&
    has(scope.service, logsource.service)
  );
}

/**
 * The event keys under which a rule's field is looked for, in order of preference.
 *
 * @example
 * ```ts
 * import { ecsMapping, resolveField } from '@xinglin/sigma';
 *
 * resolveField(ecsMapping, { product: 'windows', category: 'process_creation' }, 'CommandLine');
 * // ['process.command_line', 'winlog.event_data.CommandLine', …]
 * ```
 */
export function resolveField(
  mapping: FieldMapping | undefined,
  logsource: SigmaLogsource,
  field: string,
): readonly string[] {
  if (mapping === undefined) return [field];
  const scopes = mapping.scopes.filter((scope) => logsourceFits(scope, logsource)).toReversed();
  for (const { fields } of scopes) {
    const found = Object.hasOwn(fields, field) ? fields[field] : undefined;
    if (found !== undefined) return typeof found === 'string' ? [found] : found;
  }
  if (mapping.dotted === 'keep' && field.includes('.')) return [field];
  const fallback = scopes.find((scope) => scope.fallback !== undefined)?.fallback;
  return [fallback === undefined ? field : fallback.replace('{field}', () => field)];
}
