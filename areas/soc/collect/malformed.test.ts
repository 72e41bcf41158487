/** Ten thousand broken records into each input: nothing throws, nothing is silently gone, every event has a valid time and text. */
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEventBlock } from '../normalize/event-block.ts';
import { processBatch } from '../detect/batch-processor.ts';
import { createDetector } from '../detect/detector.ts';
import { NetworkContext } from '../normalize/network-context.ts';
import type { RawBatch, RawFormat } from '../normalize/raw-batch.ts';
import { SOURCE, createTestIntake } from './test-support.ts';

const SEEDS = [
  '<38>Nov 22 17:59:01 his-db sshd[581]: Accepted password for root from 10.0.0.9 port 4022 ssh2',
  '<34>1 2026-11-22T10:00:00.000Z host app 1 ID [a@1 k="v\\"x"] message',
  '{"@timestamp":"2026-11-22T10:00:00Z","message":"m","a":{"b":[1,2,{"c":null}]},"__proto__":{"x":1},"constructor":"y"}',
  'CEF:0|V|P|1|100|name|5|src=1.2.3.4 msg=\\= x',
  '<189>date=2026-11-22 time=10:00:00 devname="f" type="traffic" srcip=1.1.1.1 dstip=2.2.2.2 msg="un\\"closed',
  '1.2.3.4 - - [22/Nov/2026:10:00:00 +0800] "GET /%ff%00 HTTP/1.1" 200 1 "-" "ua"',
];

/** Deterministic damage: bytes changed, cut, doubled, inserted. */
function damage(seed: number): Buffer {
  let state = seed + 1;
  const next = (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
  let bytes = Buffer.from(SEEDS[next(SEEDS.length)] ?? '', 'utf8');
  for (let i = next(6); i >= 0; i -= 1) {
    const at = next(bytes.length + 1);
    const kind = next(4);
    if (kind === 0) bytes[Math.min(at, bytes.length - 1)] = next(256);
    else if (kind === 1) bytes = bytes.subarray(0, Math.max(1, at));
    else if (kind === 2)
      bytes = Buffer.concat([
        bytes.subarray(0, at),
        Buffer.from([next(256), next(256), next(256)]),
        bytes.subarray(at),
      ]);
    else bytes = Buffer.concat([bytes, bytes.subarray(at)]).subarray(0, 4000);
  }
  // A newline would make two records of one.
  return Buffer.from(bytes.map((byte) => (byte === 10 || byte === 13 ? 32 : byte)));
}
const LINES = Array.from({ length: 10_000 }, (_, seed) => damage(seed)).map((line) =>
  line.toString('latin1').trim() === '' ? Buffer.from('x') : line,
);

const detector = createDetector({ rules: [], filters: [], ruleTenants: {}, switches: [], indicators: [] });
const network = new NetworkContext([], []);
const NOW = Date.UTC(2026, 10, 22, 10);

function run(format: RawFormat, bytes: Uint8Array<ArrayBuffer>, ends?: Uint32Array<ArrayBuffer>) {
  const batch: RawBatch = {
    id: '1',
    keyed: false,
    source: SOURCE,
    receivedAt: NOW,
    format,
    bytes,
    ...(ends === undefined ? {} : { ends }),
  };
  const block = createEventBlock();
  const events: Record<string, unknown>[] = [];
  const { outcome } = processBatch(batch, detector, network, NOW, {
    add(...row) {
      events.push(row[3]);
      block.add(...row);
    },
  });
  expect(block.rows).toBe(outcome.received);
  expect(block.finish().length).toBeGreaterThan(0);
  for (const event of events) {
    const time = Date.parse(String(event['@timestamp']));
    expect(Math.abs(time - NOW)).toBeLessThan(401 * 86_400_000);
    expect(typeof event['event.dataset']).toBe('string');
  }
  expect(outcome.parsed + outcome.failed).toBe(outcome.received);
  return outcome;
}
const own = (bytes: Buffer): Uint8Array<ArrayBuffer> => new Uint8Array(bytes);

describe('10,000 broken records', () => {
  it('as syslog messages', () => {
    const ends = new Uint32Array(LINES.length);
    let at = 0;
    for (const [i, line] of LINES.entries()) ends[i] = at += line.length;
    expect(run('messages', own(Buffer.concat(LINES)), ends).received).toBe(LINES.length);
  });

  it('as lines and as a relay', () => {
    const body = own(Buffer.concat(LINES.flatMap((line) => [line, Buffer.from('\n')])));
    expect(run('lines', body).received).toBe(LINES.length);
    expect(run('relay', body).received).toBe(LINES.length);
  });

  it('as bulk documents', () => {
    const body = own(Buffer.concat(LINES.flatMap((line) => [Buffer.from('{"create":{}}\n'), line, Buffer.from('\n')])));
    const outcome = run('bulk', body);
    const answer = JSON.parse(Buffer.from(outcome.reply ?? []).toString()) as {
      items: { create: { status: number } }[];
    };
    expect(answer.items).toHaveLength(LINES.length);
    expect(answer.items.filter((item) => item.create.status === 201)).toHaveLength(outcome.received);
  });

  it('as HEC, JSON and OTLP bodies', { timeout: 120_000 }, () => {
    for (const line of LINES.slice(0, 2000))
      for (const format of ['hec', 'json', 'otlp-json', 'otlp-protobuf'] as const) run(format, own(line));
  });

  it('as random bytes through the HTTP surfaces', async () => {
    const ingest = createTestIntake();
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 400 }),
        fc.constantFrom('/v1/logs', '/elastic/_bulk', '/splunk/services/collector', '/otlp/v1/logs'),
        fc.boolean(),
        async (bytes, path, packed) => {
          const headers = {
            'content-type': path.startsWith('/otlp') ? 'application/x-protobuf' : 'application/json',
            ...(packed ? { 'content-encoding': 'gzip' } : {}),
          };
          const response = await ingest.call('POST', path, packed ? gzipSync(bytes) : bytes, headers);
          expect(response.status).toBeLessThan(500);
        },
      ),
      { numRuns: 400 },
    );
  });
});
