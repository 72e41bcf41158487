/** How matching grows with threads: events per second of wall-clock time, chunks of 1 MB NDJSON posted as transferred buffers. */
import { Worker } from 'node:worker_threads';
import type { Lane } from './lanes.ts';

const CHUNK = 1_000_000;
/** Chunks a thread has at hand, so that it never waits for the next. */
const AHEAD = 2;

interface Answer {
  readonly events: number;
  readonly matches: number;
  readonly chunk: ArrayBuffer;
}

/** Best of `rounds`; other programs on the machine take time from it. */
export async function threadRates(lane: Lane, seconds: number, rounds = 3): Promise<Record<string, number>> {
  const workers = await Promise.all([startWorker(), startWorker()]);
  const rates: Record<string, number> = { one: 0, two: 0 };
  for (let round = 0; round < rounds; round++) {
    for (const [name, count] of [
      ['one', 1],
      ['two', 2],
    ] as const)
      rates[name] = Math.max(rates[name] ?? 0, await rate(workers.slice(0, count), chunksOf(lane.lines), seconds));
  }
  await Promise.all(workers.map(async (worker) => worker.terminate()));
  return { ...rates, speedUp: Math.round(((rates.two ?? 0) / (rates.one ?? 1)) * 100) / 100 };
}

async function startWorker(): Promise<Worker> {
  const worker = new Worker(new URL('worker.ts', import.meta.url));
  await new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  return worker;
}

async function rate(workers: readonly Worker[], chunks: readonly Uint8Array[], seconds: number): Promise<number> {
  let events = 0;
  let next = 0;
  const start = performance.now();
  const until = start + seconds * 1000;
  await Promise.all(
    workers.map(
      async (worker) =>
        new Promise<void>((resolve) => {
          let open = 0;
          const post = (buffer: ArrayBuffer): void => {
            open++;
            worker.postMessage(buffer, [buffer]);
          };
          const onAnswer = ({ events: done, chunk }: Answer): void => {
            open--;
            events += done;
            if (performance.now() < until) post(chunk);
            else if (open === 0) {
              worker.off('message', onAnswer);
              resolve();
            }
          };
          worker.on('message', onAnswer);
          for (let at = 0; at < AHEAD; at++)
            post((chunks[next++ % chunks.length] as Uint8Array).slice().buffer as ArrayBuffer);
        }),
    ),
  );
  return Math.round((events / (performance.now() - start)) * 1000);
}

function chunksOf(lines: readonly string[]): Uint8Array[] {
  const encoder = new TextEncoder();
  const chunks: Uint8Array[] = [];
  let part = '';
  for (const line of lines) {
    part += `${line}\n`;
    if (part.length < CHUNK) continue;
    chunks.push(encoder.encode(part));
    part = '';
  }
  return chunks.length === 0 ? [encoder.encode(part)] : chunks;
}
