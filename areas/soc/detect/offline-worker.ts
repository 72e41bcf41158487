/** A thread of `offline-stream.ts`: a block of NDJSON in, its matches out. */
import { parentPort, workerData } from 'node:worker_threads';
import { createBlockMatcher } from './offline-matcher.ts';
import type { BlockResult, MatcherSpec } from './offline-matcher.ts';

export interface ToBlockWorker {
  readonly id: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly firstLine: number;
}

export interface FromBlockWorker {
  readonly id: number;
  readonly result: BlockResult;
}

const port = parentPort;
if (port === null) throw new Error('offline-worker.ts runs only as a worker thread');
const matcher = createBlockMatcher(workerData as MatcherSpec);
port.on('message', ({ id, bytes, firstLine }: ToBlockWorker) => {
  const answer: FromBlockWorker = { id, result: matcher.match(bytes, firstLine) };
  port.postMessage(answer);
});
