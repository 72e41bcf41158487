import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EVENT_COLUMNS } from './columns.ts';
import { openEvents } from './open-events.ts';
import type { OpenedEvents } from './open-events.ts';

let dataDir: string;
let events: OpenedEvents;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'xinglin-events-'));
  events = await openEvents({ dataDir });
});
afterAll(async () => {
  await events?.close();
  await rm(dataDir, { recursive: true, force: true });
});

function rows(tenant: string, batch: string, count: number): Uint8Array {
  const lines = Array.from({ length: count }, (_value, seq) =>
    JSON.stringify({
      tenant,
      ts: '2026-11-22T10:00:00.123Z',
      ingested: '2026-11-22T10:00:01.000Z',
      batch,
      seq,
      dataset: 'linux.auth',
      user: "o'brien",
      src_ip: '10.0.0.1',
      status: 200,
      rules: ['r1'],
      fields: { 'a.b': 'c' },
      message: 'Failed password',
    }),
  );
  return Buffer.from(`${lines.join('\n')}\n`);
}

test('the events table has exactly EVENT_COLUMNS', async () => {
  const columns = await events.query<{ name: string; type: string }>(
    [''],
    "SELECT name, type FROM system.columns WHERE table = 'events' AND database = currentDatabase() ORDER BY position",
  );
  expect(columns.map(({ name, type }) => ({ column: name, type }))).toEqual(
    EVENT_COLUMNS.map(({ column, type }) => ({ column, type })),
  );
});

test('insert() has no second effect with the same token', async () => {
  const ndjson = rows('cn.gd.a', '1', 10);
  await events.insert({ token: 't1', ndjson, rows: 10 });
  await events.insert({ token: 't1', ndjson, rows: 10 });
  await events.insert({ token: 't2', ndjson: rows('cn.gd.ab', '2', 5), rows: 5 });
  const count = (scopes: string[]) => events.query<{ n: string }>(scopes, 'SELECT count() AS n FROM events');
  expect(await count([''])).toEqual([{ n: '15' }]);
  expect(await count(['cn.gd.a'])).toEqual([{ n: '10' }]);
  expect(await count(['cn.gd'])).toEqual([{ n: '15' }]);
  expect(await count([])).toEqual([{ n: '0' }]);
});

test('query() binds parameters', async () => {
  const found = await events.query<{ n: string }>(
    ['cn'],
    'SELECT count() AS n FROM events WHERE user = {user:String} AND status IN {codes:Array(UInt16)} LIMIT {limit:UInt32}',
    { user: "o'brien", codes: [200, 404], limit: 5 },
  );
  expect(found).toEqual([{ n: '15' }]);
});
