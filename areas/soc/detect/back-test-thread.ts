/** A back-test on a thread of its own: the request loop only hands rows through. */
import { Worker } from 'node:worker_threads';
import type { EventStore, QueryParams } from '@xinglin/platform/events';
import { XinglinError } from '@xinglin/platform/kernel';
import type { BackTestLimits, BackTestPeriod, BackTestProgress, BackTestResult } from './back-test.ts';
import type { RuleSet } from './rule-set.ts';

export interface BackTestOrder {
  readonly set: RuleSet;
  readonly ruleId: string;
  readonly scopes: readonly string[];
  readonly period: BackTestPeriod;
  readonly limits: BackTestLimits;
}

export type FromBackTest =
  | {
      readonly type: 'query';
      readonly id: number;
      readonly sql: string;
      readonly params: QueryParams;
      readonly timeoutMs: number;
    }
  | { readonly type: 'progress'; readonly progress: BackTestProgress }
  | { readonly type: 'result'; readonly result: BackTestResult };

export type ToBackTest =
  | { readonly id: number; readonly rows: readonly unknown[] }
  | { readonly id: number; readonly error: string };

export interface RunningBackTest {
  /** Rejects with `rule.back_test_stopped` when it was stopped. */
  readonly result: Promise<BackTestResult>;
  stop(): Promise<void>;
}

/** Queries run here, with the author's scopes: the thread holds no connection and cannot widen them. */
export function startBackTest(
  events: Pick<EventStore, 'query'>,
  order: BackTestOrder,
  told: (progress: BackTestProgress) => void = () => {},
): RunningBackTest {
  const worker = new Worker(new URL('./back-test-worker.ts', import.meta.url), {
    // Texts of other rules are of no use there.
    workerData: { ...order, set: { ...order.set, origins: new Map(), issues: [] } },
  });
  let stopped = false;
  const result = new Promise<BackTestResult>((resolve, reject) => {
    worker.on('message', (message: FromBackTest) => {
      if (message.type === 'progress') told(message.progress);
      else if (message.type === 'result') resolve(message.result);
      else {
        const { id, sql, params, timeoutMs } = message;
        events.query<unknown>(order.scopes, sql, params, { timeoutMs }).then(
          (rows) => worker.postMessage({ id, rows } satisfies ToBackTest),
          (error: unknown) =>
            worker.postMessage({
              id,
              error: error instanceof Error ? error.message : String(error),
            } satisfies ToBackTest),
        );
      }
    });
    worker.once('error', reject);
    worker.once('exit', () =>
      reject(
        stopped ? new XinglinError('rule.back_test_stopped', {}) : new Error('the back-test ended without a result'),
      ),
    );
  });
  return {
    result: result.finally(() => void worker.terminate()),
    async stop() {
      stopped = true;
      await worker.terminate();
    },
  };
}
