/** What every input shares: sources, counters, limits and the way into the pipeline. */
import { createHash, randomBytes } from 'node:crypto';
import type { Logger, Metrics } from '@xinglin/platform/kernel';
import type { BatchOutcome, RawBatch } from '../normalize/raw-batch.ts';
import type { SourceCounters } from './source-counters.ts';
import type { SourceRegistry } from './source-registry.ts';

/** The pipeline as inputs see it (detect/pipeline.ts is one; the collector's disk buffer is another). */
export interface BatchSink {
  submit(batch: RawBatch): Promise<BatchOutcome>;
  readonly saturated: boolean;
  relieved(): Promise<void>;
}

export interface Intake {
  readonly sink: BatchSink;
  readonly registry: SourceRegistry;
  readonly counters: SourceCounters;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly limits: IntakeLimits;
  readonly now: () => Date;
}

export interface IntakeLimits {
  /** Body as sent. */
  readonly compressedBytes: number;
  /** Body after decompression. */
  readonly bodyBytes: number;
  /** One syslog message. */
  readonly messageBytes: number;
}

export const DEFAULT_LIMITS: IntakeLimits = {
  compressedBytes: 32 * 1024 * 1024,
  bodyBytes: 64 * 1024 * 1024,
  messageBytes: 65_536,
};

/** A batch nobody will send again: a random UInt64. */
export function randomBatchId(): string {
  return randomBytes(8).readBigUInt64LE().toString();
}

/** The same key from the same source is the same batch. */
export function keyedBatchId(sourceId: string, key: string): string {
  return createHash('sha256').update(`${sourceId}\0${key}`).digest().readBigUInt64LE().toString();
}
