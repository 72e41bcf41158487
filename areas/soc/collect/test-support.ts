/** The ingest surfaces over a real normalizer and real content rules in this thread, without stores: what reaches the store is a list. */
import { createMetrics, silentLog } from '@xinglin/platform/kernel';
import { processBatch } from '../detect/batch-processor.ts';
import { createDetector } from '../detect/detector.ts';
import { NetworkContext } from '../normalize/network-context.ts';
import type { BatchOutcome, RawBatch } from '../normalize/raw-batch.ts';
import { createIngestMount } from './ingest-mount.ts';
import { DEFAULT_LIMITS } from './intake.ts';
import type { Intake, IntakeLimits } from './intake.ts';
import type { RegisteredSource } from './source-registry.ts';

export const SOURCE: RegisteredSource = {
  id: 's1',
  tenant: 'cn.gd.h1',
  name: 's1',
  kind: 'http',
  dataset: '',
  timezone: '+08:00',
  enabled: true,
  silentAfterS: 900,
  createdAt: 0,
  lastReceivedAt: undefined,
  silentSince: undefined,
};
export const TOKEN = 'right-token';

export interface TestIntake {
  readonly intake: Intake;
  readonly events: Record<string, unknown>[];
  readonly batches: RawBatch[];
  readonly outcomes: BatchOutcome[];
  readonly refused: string[];
  /** What submit does next instead of taking the batch. */
  fail: unknown;
  saturated: boolean;
  /** Calls the surfaces as a client would. */
  call(method: string, path: string, body?: BodyInit | Uint8Array, headers?: Record<string, string>): Promise<Response>;
}

export function createTestIntake(limits: IntakeLimits = DEFAULT_LIMITS): TestIntake {
  const events: Record<string, unknown>[] = [];
  const batches: RawBatch[] = [];
  const outcomes: BatchOutcome[] = [];
  const refused: string[] = [];
  const detector = createDetector({ rules: [], filters: [], ruleTenants: {}, switches: [], indicators: [] });
  const network = new NetworkContext([], []);
  const test: TestIntake = {
    events,
    batches,
    outcomes,
    refused,
    fail: undefined,
    saturated: false,
    intake: {
      sink: {
        submit(batch) {
          if (test.fail !== undefined) return Promise.reject(test.fail as Error);
          batches.push(batch);
          const block = { add: (...row: unknown[]) => void events.push(row[3] as Record<string, unknown>) };
          const { outcome } = processBatch(batch, detector, network, batch.receivedAt, block);
          return Promise.resolve(outcome);
        },
        get saturated() {
          return test.saturated;
        },
        relieved: () => new Promise(() => undefined),
      },
      registry: {
        byToken: (token) => (token === TOKEN ? SOURCE : token === 'off' ? { ...SOURCE, enabled: false } : undefined),
        byCertificate: () => undefined,
        byAddress: (ip) => (ip === '127.0.0.1' ? SOURCE : undefined),
        all: () => [SOURCE],
        refuse: (ip) => void refused.push(ip),
        refused: () => [],
        refresh: () => Promise.resolve(),
      },
      counters: {
        add: (_source, outcome) => void outcomes.push(outcome),
        dropped: () => undefined,
        lastReceived: () => undefined,
        unknownSamples: () => [],
        flush: () => Promise.resolve(),
      },
      log: silentLog(),
      metrics: createMetrics(),
      limits,
      now: () => new Date('2026-11-22T10:00:00.000Z'),
    },
    call(method, path, body, headers = {}) {
      const request = new Request(`http://localhost/ingest${path}`, {
        method,
        headers: { authorization: `Bearer ${TOKEN}`, ...headers },
        ...(body === undefined ? {} : { body: body as BodyInit }),
      });
      return createIngestMount(test.intake).fetch(request, { ip: '10.9.9.9' });
    },
  };
  return test;
}

/** Protobuf by hand: what an OpenTelemetry exporter would send. */
export function protobuf(...fields: readonly (readonly [number, string | bigint | Uint8Array | number])[]): Buffer {
  const parts: Buffer[] = [];
  for (const [number, value] of fields) {
    if (typeof value === 'bigint') {
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64LE(value);
      parts.push(varint((number << 3) | 1), bytes);
    } else if (typeof value === 'number') parts.push(varint((number << 3) | 0), varint(value));
    else {
      const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : Buffer.from(value);
      parts.push(varint((number << 3) | 2), varint(bytes.length), bytes);
    }
  }
  return Buffer.concat(parts);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest & 127) | 128);
    rest >>>= 7;
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}
