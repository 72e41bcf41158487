/** A disk that fills up: senders are told to come back, nothing acknowledged is lost or stored twice, and all goes on when there is room again. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEvents } from '@xinglin/platform/events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { zstdDecompressSync } from 'node:zlib';
import { openDiskBuffer } from '../../apps/collector/disk-buffer.ts';
import { sleep, startChild } from '../support/child.ts';
import { freePort } from '../support/programs.ts';
import { mountSmallDisk } from '../support/small-disk.ts';
import type { SmallDisk } from '../support/small-disk.ts';

const SERVER = join(import.meta.dirname, '../support/soc-child.ts');
const COLLECTOR = join(import.meta.dirname, '../../apps/collector/main.ts');
const MB = 1024 ** 2;

let dir: string;
let disk: SmallDisk | undefined;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'xinglin-disk-full-'));
  disk = mountSmallDisk(join(dir, 'disk'));
});
afterEach(() => {
  disk?.unmount();
  rmSync(dir, { recursive: true, force: true });
});

/** Incompressible text, so that the disk fills. */
function noise(length: number): string {
  let text = '';
  while (text.length < length) text += Math.random().toString(36).slice(2);
  return text;
}

interface Answers {
  readonly acknowledged: Set<number>;
  refused: number;
  withoutRetryAfter: number;
  other: number[];
}

/** Sends numbered batches, each under its key until it is acknowledged or `stop`. */
async function send(url: string, token: string, answers: Answers, lines: number, stop: () => boolean): Promise<void> {
  for (let batch = 0; !stop(); batch += 1) {
    const body = Array.from({ length: lines }, (_, i) => `seq=${batch * lines + i} ${noise(400)}`).join('\n');
    while (!stop()) {
      const response = await fetch(url, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'idempotency-key': `batch-${batch}` },
        body,
      });
      await response.text();
      if (response.status === 200) {
        for (let i = 0; i < lines; i += 1) answers.acknowledged.add(batch * lines + i);
        break;
      }
      if (response.status === 503) {
        answers.refused += 1;
        if (response.headers.get('retry-after') === null) answers.withoutRetryAfter += 1;
      } else answers.other.push(response.status);
      await sleep(200);
    }
  }
}
const none = (): Answers => ({ acknowledged: new Set(), refused: 0, withoutRetryAfter: 0, other: [] });
async function until(done: () => boolean): Promise<void> {
  while (!done()) await sleep(50);
}

describe('a full disk', () => {
  it('the server refuses, keeps what it acknowledged, and takes more when there is room', async ({ skip }) => {
    if (disk === undefined) return skip();
    const port = await freePort();
    const server = await startChild(SERVER, [disk.dir, String(port), String(await freePort())]);
    const answers = none();
    let stop = false;
    disk.leave(24 * MB);
    const sending = send(`http://127.0.0.1:${port}/ingest/v1/logs`, 'token-http', answers, 2000, () => stop);
    await until(() => answers.refused >= 2);
    expect(answers.acknowledged.size).toBeGreaterThan(0);
    const whenFull = answers.acknowledged.size;
    expect(server.alive).toBe(true);
    disk.enlarge();
    await until(() => answers.acknowledged.size >= whenFull + 10_000);
    stop = true;
    await sending;
    expect(answers.other).toEqual([]);
    expect(answers.withoutRetryAfter).toBe(0);
    await server.kill('SIGTERM');

    const events = await openEvents({ dataDir: disk.dir });
    try {
      const [row] = await events.query<{ n: string; distinct: string }>(
        [''],
        "SELECT count() AS n, uniqExact(toUInt64OrZero(extract(message, 'seq=(\\d+)'))) AS distinct FROM events WHERE message LIKE 'seq=%'",
      );
      expect({ stored: Number(row?.n), distinct: Number(row?.distinct) }).toEqual({
        stored: answers.acknowledged.size,
        distinct: answers.acknowledged.size,
      });
    } finally {
      await events.close();
    }
    console.log(
      `${answers.acknowledged.size} events acknowledged (${whenFull} until full), ${answers.refused} refusals`,
    );
  }, 180_000);

  it('the collector refuses, and every line it acknowledged stands in its buffer once', async ({ skip }) => {
    if (disk === undefined) return skip();
    const port = await freePort();
    const config = join(dir, 'collector.yaml');
    // Nobody listens upstream: all waits on the disk.
    writeFileSync(
      config,
      `name: full\ndata: ./disk\nlog: error\nupstream: { url: "http://127.0.0.1:1", token: t }\nbatch: { bytes: 65536, ms: 20 }\n` +
        `buffer: { maxBytes: 1000000000, policy: block }\nhttp: { host: 127.0.0.1, port: ${port}, tokens: [local-token] }\n`,
    );
    const collector = await startChild(COLLECTOR, [config]);
    const answers = none();
    let stop = false;
    disk.leave(3 * MB);
    const sending = send(`http://127.0.0.1:${port}/ingest/v1/logs`, 'local-token', answers, 200, () => stop);
    await until(() => answers.refused >= 3);
    const whenFull = answers.acknowledged.size;
    expect(whenFull).toBeGreaterThan(0);
    expect(collector.alive).toBe(true);
    disk.enlarge();
    await until(() => answers.acknowledged.size >= whenFull + 2000);
    stop = true;
    await sending;
    expect(answers.other).toEqual([]);
    expect(answers.withoutRetryAfter).toBe(0);
    await collector.kill('SIGTERM');

    const buffer = openDiskBuffer({ dir: join(disk.dir, 'buffer'), maxBytes: 1e9, policy: 'block' });
    const found: number[] = [];
    for (let n = buffer.next; n <= buffer.last; n += 1) {
      const body = zstdDecompressSync(buffer.read(n)?.body ?? Buffer.alloc(0)).toString();
      for (const match of body.matchAll(/seq=(\d+) /g)) found.push(Number(match[1]));
    }
    await buffer.close();
    expect(found.toSorted((a, b) => a - b)).toEqual([...answers.acknowledged].toSorted((a, b) => a - b));
    console.log(
      `${answers.acknowledged.size} lines acknowledged (${whenFull} until full), ${answers.refused} refusals`,
    );
  }, 120_000);
});
