/** `@xinglin/soc/detect-offline`: detection and rule work without a server; light to load. */
export { readTextFiles } from './offline-archive.ts';
export type { TextFile } from './offline-archive.ts';
export { dialectOf, dialectOptions, eventTime } from './offline-dialect.ts';
export type { Dialect } from './offline-dialect.ts';
export { parseMapping, readMapping } from './offline-mapping.ts';
export type { EventMapping } from './offline-mapping.ts';
export { loadRules, parseRuleFiles, readDocuments } from './offline-rules.ts';
export type { LeftOut, LoadedRules } from './offline-rules.ts';
export { openStreamDetection } from './offline-stream.ts';
export type { StreamDetection, StreamOptions, StreamOutput, StreamTotals } from './offline-stream.ts';
