import type { AssetRecord, ZoneRecord } from '../normalize/network-context.ts';
import type { BatchOutcome, RawBatch } from '../normalize/raw-batch.ts';
import type { BatchObservation } from './baseline/batch-observer.ts';
import type { BatchHit } from './batch-processor.ts';
import type { DetectionSpec } from './detector.ts';

/** A rule that does not run, or runs with a reservation. */
export interface LoadIssue {
  readonly code: string;
  readonly ruleId?: string;
  readonly message: string;
  readonly severity: 'error' | 'warning';
}

/** What the main thread and a pipeline worker say to each other. */
export interface WorkerOptions {
  readonly eventsUrl: string;
  /** Rows at which a group is written at once. */
  readonly groupRows: number;
  readonly groupBytes: number;
  /** How long the first row of a group waits for others. */
  readonly groupMs: number;
}

export type ToWorker =
  | { readonly type: 'load'; readonly version: number; readonly detection: DetectionSpec }
  | { readonly type: 'network'; readonly zones: readonly ZoneRecord[]; readonly assets: readonly AssetRecord[] }
  | { readonly type: 'batch'; readonly job: number; readonly batch: RawBatch }
  | { readonly type: 'stop' };

export type FromWorker =
  | { readonly type: 'ready' }
  | {
      readonly type: 'loaded';
      readonly version: number;
      readonly rules: number;
      readonly issues: readonly LoadIssue[];
    }
  | {
      readonly type: 'done';
      readonly job: number;
      readonly outcome: BatchOutcome;
      readonly hits: readonly BatchHit[];
      readonly seen: BatchObservation;
    }
  /** The event store is away (`retry`) or the batch broke the worker. */
  | { readonly type: 'failed'; readonly job: number; readonly message: string }
  | { readonly type: 'log'; readonly level: 'warn' | 'error'; readonly message: string; readonly data: object }
  | { readonly type: 'stopped' };
