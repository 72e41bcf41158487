/** A pipeline worker thread: raw batch in, durable rows and hits out. Started by worker-pool.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import { NetworkContext } from '../normalize/network-context.ts';
import type { RawBatch } from '../normalize/raw-batch.ts';
import { processBatch } from './batch-processor.ts';
import { EMPTY_SPEC, createDetector } from './detector.ts';
import type { DetectionSpec } from './detector.ts';
import { createGroupWriter } from './group-writer.ts';
import type { FromWorker, ToWorker, WorkerOptions } from './worker-protocol.ts';

const port = parentPort;
if (port === null) throw new Error('worker.ts runs only as a worker thread');
const send = (message: FromWorker): void => port.postMessage(message);

const options = workerData as WorkerOptions;
let detector = createDetector(EMPTY_SPEC);
let network = new NetworkContext([], []);

const writer = createGroupWriter({ ...options, url: options.eventsUrl });

function load(version: number, spec: DetectionSpec): void {
  try {
    detector = createDetector(spec);
  } catch (error) {
    // The rules before stay in force: a broken set must not stop detection.
    send({
      type: 'log',
      level: 'error',
      message: 'rules could not be loaded; the former set stays in force',
      data: { version, reason: error instanceof Error ? error.message : String(error) },
    });
    return;
  }
  const issues = detector.issues.map(({ code, ruleId, message, severity }) => ({
    code,
    message,
    severity,
    ...(ruleId === undefined ? {} : { ruleId }),
  }));
  send({ type: 'loaded', version, rules: detector.ruleCount, issues });
}

/** A defect of ours thrown here ends the thread on purpose: the block may be half written, and the pool gives every batch to a new worker. */
function take(job: number, batch: RawBatch): void {
  const { outcome, hits, seen } = processBatch(batch, detector, network, Date.now(), writer.block);
  if (outcome.received === 0) {
    send({ type: 'done', job, outcome, hits, seen });
    return;
  }
  writer.commit({
    done: () => send({ type: 'done', job, outcome, hits, seen }),
    failed: (error) => send({ type: 'failed', job, message: error instanceof Error ? error.message : String(error) }),
  });
}

/**
 * Batches wait here and not in the port: the port hands over all it has before anything else has its turn, and inserts under way would stand
 * still meanwhile. While the writer has enough to do, batches wait too: a block grows no further than one group.
 */
const queue: { readonly job: number; readonly batch: RawBatch }[] = [];
let scheduled = false;
let stopping = false;

function schedule(): void {
  if (scheduled) return;
  scheduled = true;
  setImmediate(() => void work());
}

async function work(): Promise<void> {
  if (writer.full) await writer.room();
  scheduled = false;
  const next = queue.shift();
  if (next !== undefined) {
    take(next.job, next.batch);
    schedule();
  } else if (stopping) {
    await writer.drained();
    send({ type: 'stopped' });
    port?.close();
  }
}

port.on('message', (message: ToWorker) => {
  switch (message.type) {
    case 'load':
      load(message.version, message.detection);
      break;
    case 'network':
      network = new NetworkContext(message.zones, message.assets);
      break;
    case 'batch':
      queue.push(message);
      schedule();
      break;
    default:
      stopping = true;
      schedule();
  }
});
send({ type: 'ready' });
