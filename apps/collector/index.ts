export { checkCollector } from './check.ts';
export type { CheckResult } from './check.ts';
export { startCollector } from './collector.ts';
export type { Collector, CollectorOptions, Redact } from './collector.ts';
export { collectorSchema, loadCollectorConfig } from './config.ts';
export type { CollectorConfig } from './config.ts';
