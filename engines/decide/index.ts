export { checkRuleSet, MODEL_FEATURES } from './rules/check-rule-set.ts';
export { compileRuleSet, type DecideContext, type RuleSet } from './rules/compile-rule-set.ts';
export { createEntityLists, type EntityLists } from './rules/entity-lists.ts';
export { featuresOf } from './rules/expression.ts';
export { issueText, RuleSetError } from './rules/issue.ts';
export { parseCondition, parseRuleSet, type ParseOptions } from './rules/parse-rule-set.ts';
export { printCondition, printRuleSet } from './rules/print-rule-set.ts';
export { sha256 } from './sha256.ts';
export {
  EVIDENCE_GROUPS,
  OUTCOMES,
  type ArithmeticOp,
  type CompareOp,
  type Decision,
  type DecisionReason,
  type Entities,
  type EntityKey,
  type EntityListEntry,
  type EvidenceGroup,
  type Expression,
  type FeatureRow,
  type FeatureSpec,
  type FeatureType,
  type FeatureValue,
  type ModelVerdict,
  type Outcome,
  type Rule,
  type RuleIssue,
  type RuleSetDocument,
  type SnoozedRule,
  type TextOp,
  type Threshold,
} from './types.ts';
export {
  summariseBehaviour,
  type BehaviourSamples,
  type BehaviourSummary,
  type SummariseOptions,
} from './features/behaviour.ts';
export type {
  EntityType,
  EventAction,
  FeatureStore,
  FeatureStoreOptions,
  FeatureStoreStats,
  RegistrationEvent,
} from './features/types.ts';
export type {
  Calibration,
  Contribution,
  LabelledRow,
  Model,
  ModelDocument,
  ModelExplanation,
  ModelFeature,
  ModelMetrics,
  TreeDocument,
} from './model/types.ts';
export { FEATURES } from './features/catalogue.ts';
export { createFeatureStore, restoreFeatureStore } from './features/feature-store.ts';
export { DEFAULT_CAPACITY } from './features/tables.ts';
export { createBloom, type Bloom } from './sketch/bloom.ts';
export { createCountMin, type CountMin } from './sketch/count-min.ts';
export { createHyperLogLog, type HyperLogLog } from './sketch/hyper-log-log.ts';
export { fitIsotonic, fitPlatt, calibrated } from './model/calibrate.ts';
export { checkModel, loadModel, ModelError } from './model/load-model.ts';
export {
  auc,
  averagePrecision,
  calibrationBins,
  logLoss,
  measure,
  recallAtFpr,
  type CalibrationBin,
} from './model/metrics.ts';
export { seededRandom } from './model/random.ts';
export { driftReport, permutationImportance, type FeatureDrift, type FeatureImportance } from './model/report.ts';
export { trainBoostedTrees, type BoostedTreesOptions, type TrainProgress } from './model/train-boosted-trees.ts';
export { trainIsolationForest, type IsolationForestOptions } from './model/train-isolation-forest.ts';
export {
  backtest,
  type BacktestOptions,
  type BacktestReport,
  type BacktestSlice,
  type LabelReport,
  type RecordedDecision,
} from './trial/backtest.ts';
export { createDecider, type Decider, type DeciderParts } from './trial/decider.ts';
export { shadow, type Shadow, type ShadowExample, type ShadowOptions, type ShadowReport } from './trial/shadow.ts';
export type { OutcomeCounts, OutcomeMatrix } from './trial/tally.ts';
