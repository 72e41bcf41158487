import { ecsMapping, ecsRouting, withDatasetRoutes } from '@xinglin/sigma';
import type { CompileOptions, SigmaFilter, SigmaRule } from '@xinglin/sigma';

/** How rules are compiled here, wherever it is: live, in back-tests, for explanations and exceptions. */
export function compileOptions(rules: readonly SigmaRule[], filters: readonly SigmaFilter[]): CompileOptions {
  return { mapping: ecsMapping, routing: withDatasetRoutes(ecsRouting, rules), filters };
}
