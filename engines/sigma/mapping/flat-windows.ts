import type { FieldMapping } from './field-mapping.ts';

/**
 * Events that use Sigma's own Windows names: System fields (`EventID`, `Channel`, `Provider_Name`, …) and EventData
 * names without their spaces at the top level. Every field is its own key.
 *
 * @example
 * ```ts
 * import { compile, flatWindowsMapping, flatWindowsRouting, parseRules } from '@xinglin/sigma';
 *
 * const { rules } = parseRules([]);
 * const { engine } = compile(rules, { mapping: flatWindowsMapping, routing: flatWindowsRouting });
 * engine.size; // 0
 * ```
 */
export const flatWindowsMapping: FieldMapping = { name: 'flat-windows', scopes: [], dotted: 'keep' };
