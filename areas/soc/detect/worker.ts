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
  const { outcome, hits } = processBatch(batch, detector, network, Date.now(), writer.block);
  if (outcome.received === 0) {
    send({ type: 'done', job, outcome, hits });
    return;
  }
  writer.commit({
    done: () => send({ type: 'done', job, outcome, hits }),
    failed: (error) => send({ type: 'failed', job, message: error instanceof Error ? error.message : String(error) }),
  });
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
      take(message.job, message.batch);
      break;
    default:
      void writer.drained().then(() => {
        send({ type: 'stopped' });
        port.close();
      });
  }
});
send({ type: 'ready' });
