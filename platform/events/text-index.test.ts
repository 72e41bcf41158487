import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openEvents } from './open-events.ts';
import type { OpenedEvents } from './open-events.ts';
import { searchEvents } from './search/index.ts';

let dataDir: string;
let events: OpenedEvents;
const DAY = 86_400_000;
const NOW = Date.now();

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'xinglin-text-index-'));
  events = await openEvents({ dataDir });
});
afterAll(async () => {
  await events?.close();
  await rm(dataDir, { recursive: true, force: true });
});

let batch = 0;
async function arrive(daysAgo: number, word: string, count = 3000): Promise<void> {
  batch += 1;
  const at = new Date(NOW - daysAgo * DAY).toISOString();
  const lines = Array.from({ length: count }, (_value, seq) =>
    JSON.stringify({
      tenant: 'cn.gd.a',
      ts: at,
      ingested: at,
      batch: String(batch),
      seq,
      message: `request ${seq} ${seq === 7 ? word : 'usual'}`,
      raw: `<14>request ${seq} of ${batch}`,
    }),
  );
  await events.insert({ token: `b${batch}`, ndjson: Buffer.from(lines.join('\n')), rows: count });
}

/** Bytes of skip indexes a row, by days ago: a text index is by far the largest. */
async function indexBytes(daysAgo: number): Promise<number> {
  const [row] = await events.query<{ bytes: number }>(
    [''],
    `SELECT sum(secondary_indices_compressed_bytes) / sum(rows) AS bytes FROM system.parts
     WHERE table = 'events' AND active AND partition = {day:String}`,
    { day: new Date(NOW - daysAgo * DAY).toISOString().slice(0, 10) },
  );
  return Number(row?.bytes ?? 0);
}
async function found(word: string): Promise<number> {
  const page = await searchEvents(events, [''], {
    query: word,
    from: new Date(NOW - 9 * DAY),
    to: new Date(NOW + DAY),
  });
  return page.events.length;
}
const idOf = (daysAgo: number): string => new Date(NOW - daysAgo * DAY).toISOString().slice(0, 10).replaceAll('-', '');

/** What the engine's own merges do to a day that is over, now. */
async function settle(daysAgo: number): Promise<void> {
  await events.command(`OPTIMIZE TABLE events PARTITION ID '${idOf(daysAgo)}' FINAL`);
}

test('buildTextIndexes() builds days that are over, once, and again when a day has changed', async () => {
  for (const daysAgo of [0, 1, 2]) await arrive(daysAgo, 'needle');
  await arrive(1, 'pin');
  await settle(1);
  const bytes = [await indexBytes(0), await indexBytes(1), await indexBytes(2)];
  expect([await found('needle'), await found('pin'), await found('absent')]).toEqual([3, 1, 0]);

  // The parts are new: they are left to settle.
  expect(await events.buildTextIndexes({ busyRate: 1e9 })).toEqual([]);
  // Events have just arrived: nothing is built while there are many.
  expect(await events.buildTextIndexes({ busyRate: 1, settleSeconds: 0 })).toEqual([]);
  expect(await indexBytes(1)).toBe(bytes[1]);

  const options = { busyRate: 1e9, settleSeconds: 0, pollMs: 20 };
  const before = new Date(NOW - DAY).toISOString().slice(0, 10);
  expect(await events.buildTextIndexes({ ...options, before })).toEqual([idOf(2)]);
  expect(await events.buildTextIndexes(options)).toEqual([idOf(1)]);
  expect(await indexBytes(0)).toBe(bytes[0]);
  expect(await indexBytes(1)).toBeGreaterThan((bytes[1] ?? 0) + 1);
  expect(await indexBytes(2)).toBeGreaterThan((bytes[2] ?? 0) + 1);
  expect(await events.buildTextIndexes(options)).toEqual([]);

  // A part without the index beside parts with it: both are searched.
  await arrive(2, 'late');
  expect([await found('needle'), await found('pin'), await found('late'), await found('absent')]).toEqual([3, 1, 1, 0]);
  await settle(2);
  expect(await events.buildTextIndexes(options)).toEqual([idOf(2)]);
  expect([await found('needle'), await found('late')]).toEqual([3, 1]);
}, 60_000);

test('a merge leaves the text indexes out, so that they are built once', async () => {
  await arrive(5, 'merged');
  await arrive(5, 'merged');
  const before = await indexBytes(5);
  await settle(5);
  expect(await indexBytes(5)).toBeLessThan(before + 1);
  expect(await found('merged')).toBe(2);
});
