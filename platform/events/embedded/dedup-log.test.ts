import { appendFileSync, globSync, readFileSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openEvents } from '../open-events.ts';
import type { OpenedEvents } from '../open-events.ts';
import { repairDeduplicationLogs } from './dedup-log.ts';

let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'xinglin-dedup-'));
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

const AT = '2026-11-20 00:00:00.000';
async function insert(events: OpenedEvents, batch: number): Promise<void> {
  const row = { tenant: 'cn', ts: AT, ingested: AT, batch: String(batch), seq: 0, message: `batch ${batch}` };
  await events.insert({ token: `token-${batch}`, rows: 1, ndjson: Buffer.from(JSON.stringify(row)) });
}
async function batches(events: OpenedEvents): Promise<string> {
  const rows = await events.query<{ batch: string }>([''], 'SELECT batch FROM events ORDER BY batch');
  return rows.map(({ batch }) => batch).join();
}
/** Folders and logs of the `events` table: it alone has a log with tokens in it. */
const logFiles = (): string[] =>
  globSync(join(dataDir, 'events/ch/store/*/*/deduplication_logs/*.txt')).filter(
    (file) => readFileSync(file, 'utf8') !== '',
  );

test('a token whose part never came to be does not swallow the batch sent again; all others still do', async () => {
  let events = await openEvents({ dataDir });
  for (const batch of [1, 2, 3, 4]) await insert(events, batch);
  // Two of them become one: their own parts are gone, their rows are not.
  await events.command('OPTIMIZE TABLE events FINAL');
  for (const batch of [5, 6]) await insert(events, batch);
  await events.close();

  // What a kill between token and part leaves.
  const [log = ''] = logFiles();
  const last = readFileSync(log, 'utf8').trim().split('\n').at(-1)?.split('\t')[1] ?? '';
  const [part = ''] = globSync(join(dataDir, `events/ch/store/*/*/${last}`));
  expect(part).not.toBe('');
  rmSync(part, { recursive: true });
  appendFileSync(log, '1\t20261120_99');

  events = await openEvents({ dataDir });
  try {
    expect(await batches(events)).toBe('1,2,3,4,5');
    for (const batch of [1, 2, 3, 4, 5, 6]) await insert(events, batch);
    expect(await batches(events)).toBe('1,2,3,4,5,6');
  } finally {
    await events.close();
  }
  // Nothing is left to repair, and what is right stays as it is.
  const before = logFiles().map((file) => readFileSync(file, 'utf8'));
  expect(repairDeduplicationLogs(join(dataDir, 'events/ch'))).toEqual([]);
  expect(logFiles().map((file) => readFileSync(file, 'utf8'))).toEqual(before);
  expect(repairDeduplicationLogs(join(dataDir, 'absent'))).toEqual([]);
}, 60_000);
