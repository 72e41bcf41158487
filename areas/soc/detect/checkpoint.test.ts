import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEvents } from '@xinglin/platform/events';
import type { OpenedEvents } from '@xinglin/platform/events';
import { silentLog } from '@xinglin/platform/kernel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLowWater, replay } from './checkpoint.ts';
import type { DetectionManager } from './detection-manager.ts';
import type { HitDispatcher } from './hit-dispatcher.ts';
import { createIntelMatcher } from './intel-matcher.ts';

let dir: string;
let events: OpenedEvents;
const CHECKPOINT = Date.now() - 60_000;
const MINUTE = 60_000;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'xinglin-checkpoint-'));
  events = await openEvents({ dataDir: dir });
  const rows: object[] = [];
  const batch = (id: number, at: number, count: number, rules: string[]): void => {
    const stamp = new Date(at).toISOString();
    for (let seq = 0; seq < count; seq += 1)
      rows.push({
        tenant: 'cn.a',
        source: 's',
        ts: stamp,
        ingested: stamp,
        batch: String(id),
        seq,
        rules,
        message: 'm',
      });
  };
  for (let id = 1; id <= 4; id += 1) batch(id, CHECKPOINT - (40 - id) * MINUTE, 10, ['base']);
  batch(5, CHECKPOINT - 3 * 3_600_000, 10, ['base']);
  batch(6, CHECKPOINT - 5_000, 7, ['r1', 'r2']);
  batch(7, CHECKPOINT + 1_000, 12, ['r1']);
  batch(8, CHECKPOINT + 2_000, 50, []);
  await events.insert({
    token: 't',
    rows: rows.length,
    ndjson: Buffer.from(rows.map((row) => JSON.stringify(row)).join('\n')),
  });
});
afterAll(async () => {
  await events?.close();
  await rm(dir, { recursive: true, force: true });
});

async function run(lookback: number, limits: { page?: number; warm?: number }) {
  const warmed: string[] = [];
  const taken: string[] = [];
  const ids = (batch: string, hits: readonly { seq: number }[]): string =>
    `${batch}:${hits.map(({ seq }) => seq).join()}`;
  const dispatcher: Pick<HitDispatcher, 'take' | 'warm'> = {
    warm: (origin, hits) => void warmed.push(ids(origin.batch, hits)),
    take: (origin, hits) => {
      taken.push(ids(origin.batch, hits));
      return Promise.resolve();
    },
  };
  const manager = { loaded: { intel: createIntelMatcher([]) } } as unknown as DetectionManager;
  const platform = { events, log: silentLog() };
  const read = await replay(platform, CHECKPOINT, dispatcher as HitDispatcher, manager, lookback, limits);
  return { read, warmed, taken };
}
const first = (count: number): string => Array.from({ length: count }, (_, i) => i).join();

describe('replay()', () => {
  it('hands over by batch what fired since the checkpoint, and warms correlations with what fired before', async () => {
    const { read, warmed, taken } = await run(3_600_000, {});
    expect(read).toBe(40 + 7 + 12);
    expect(warmed).toEqual([1, 2, 3, 4].map((id) => `${id}:${first(10)}`));
    expect(taken).toEqual([`6:${first(7)}`, `7:${first(12)}`]);
  });

  it('reads each hit once however small its pages', async () => {
    const { read, warmed, taken } = await run(3_600_000, { page: 4 });
    expect(read).toBe(59);
    const seqs = (list: string[], batch: number): number[] =>
      list.filter((one) => one.startsWith(`${batch}:`)).flatMap((one) => one.slice(2).split(',').map(Number));
    expect(seqs(warmed, 3)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(seqs(taken, 7)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  it('looks back no further than asked, and no more hits than the limit, the newest', async () => {
    expect((await run(0, {})).warmed).toEqual([]);
    expect((await run(6 * 3_600_000, {})).warmed[0]).toBe(`5:${first(10)}`);
    const { warmed, taken } = await run(6 * 3_600_000, { warm: 15 });
    expect(warmed).toEqual([`3:${first(10)}`, `4:${first(10)}`]);
    expect(taken).toHaveLength(2);
  });
});

describe('createLowWater()', () => {
  it('is the beginning of the oldest batch under way', () => {
    const water = createLowWater();
    expect(water.value(50)).toBe(50);
    const one = water.begin(10);
    const two = water.begin(20);
    expect(water.value(50)).toBe(10);
    one();
    expect(water.value(50)).toBe(20);
    two();
    expect(water.value(50)).toBe(50);
  });
});
