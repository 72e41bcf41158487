/** `@xinglin/soc/detect-offline`: detection and rule work without a server; light to load. */
export { readTextFiles } from './offline-archive.ts';
export type { TextFile } from './offline-archive.ts';
export { dialectOf, dialectOptions, eventTime } from './offline-dialect.ts';
export type { Dialect } from './offline-dialect.ts';
export { parseMapping, readMapping } from './offline-mapping.ts';
export type { EventMapping } from './offline-mapping.ts';
export { loadRules, parseRuleFiles, readDocuments, readRuleFiles } from './offline-rules.ts';
export type { LeftOut, LoadedRules } from './offline-rules.ts';
export { openStreamDetection } from './offline-stream.ts';
export type { StreamDetection, StreamOptions, StreamOutput, StreamTotals } from './offline-stream.ts';
export { TACTICS, coverageOf, navigatorLayer } from './offline-coverage.ts';
export type { Coverage, TechniqueCoverage } from './offline-coverage.ts';
export { importRules, withOrigin } from './offline-import.ts';
export type { ImportedRule, RuleImport } from './offline-import.ts';
export { lintRules, testsOf } from './offline-lint.ts';
export type { LintFinding, LintOptions, LintReport } from './offline-lint.ts';
export { placesOf } from './offline-place.ts';
export { exampleEvents, runRuleTests } from './offline-rule-tests.ts';
export type { RuleTestCase, RuleTestResult } from './offline-rule-tests.ts';
export { backTestFile } from './back-test-files.ts';
export type { FileBackTest, RuleCost } from './back-test-files.ts';
// What the command line needs of the engines, so that it depends on this area alone.
export { createParser } from '@xinglin/parse';
export { createCorrelator, explain } from '@xinglin/sigma';
export type { Explanation, SigmaRule } from '@xinglin/sigma';
