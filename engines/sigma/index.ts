export { compile, type CompileOptions } from './compile.ts';
export type { SigmaEngine } from './compile/engine.ts';
export {
  createCorrelator,
  type CorrelationHit,
  type Correlator,
  type CorrelatorOptions,
  type CorrelatorStats,
} from './correlate/correlator.ts';
export { explain, type ExplainedTest, type Explanation } from './explain.ts';
export { ecsMapping } from './mapping/ecs.ts';
export { ecsRouting, withDatasetRoutes } from './mapping/ecs-routing.ts';
export { resolveField, type FieldMapping, type FieldTable, type MappingScope } from './mapping/field-mapping.ts';
export { flatWindowsMapping } from './mapping/flat-windows.ts';
export { routesOf, type LogsourceRoute, type LogsourceRouting } from './mapping/routing.ts';
export { flatWindowsRouting, labelRouting } from './mapping/windows-routing.ts';
export { parseRules } from './parse-rules.ts';
export type {
  CorrelationCondition,
  CorrelationRule,
  CorrelationType,
  Expression,
  MatchExpression,
  ParsedRules,
  RuleSource,
  SigmaDetection,
  SigmaEvent,
  SigmaFilter,
  SigmaIssue,
  SigmaLevel,
  SigmaLogsource,
  SigmaRule,
  ValueTest,
} from './types.ts';
