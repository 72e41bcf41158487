/** Baselines and rarity per institution, as detections with their explanation. */
export { createBaselines } from './baselines.ts';
export type { BaselineOptions, Baselines } from './baselines.ts';
export { baselineRules } from './explain-baseline.ts';
export type { BaselineDetection } from './explain-baseline.ts';
export type { BaselineEvent } from './baseline-hit.ts';
export { baselineHit } from './baseline-hit.ts';
export type { ObservedEvent } from './observed.ts';
export { createBatchObserver } from './batch-observer.ts';
export type { BatchObservation } from './batch-observer.ts';
