import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EVENT_COLUMNS } from './columns.ts';
import { insertNdjson } from './insert-ndjson.ts';
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

test('the embedded engine keeps its caches small', async () => {
  const rows = await events.query<{ name: string; value: string }>(
    [''],
    "SELECT name, value FROM system.server_settings WHERE match(name, '^(mark|index_mark|primary_index|text_index_tokens|text_index_header)_cache_size$')",
  );
  expect(rows).toHaveLength(5);
  for (const { value } of rows) expect(Number(value)).toBeLessThanOrEqual(256 * 1024 ** 2);
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

test('query() limits the scopes in sub-queries, joins, unions and aliases too', async () => {
  const count = async (sql: string): Promise<number> =>
    Number((await events.query<{ n: string }>(['cn.gd.a'], sql))[0]?.n);
  expect(await count('SELECT count() AS n FROM (SELECT * FROM events AS x WHERE 1 OR tenant != tenant)')).toBe(10);
  expect(
    await count(
      'SELECT count() AS n FROM events AS a INNER JOIN events AS b USING (tenant) WHERE b.tenant = {t:String}'.replace(
        '{t:String}',
        "'cn.gd.ab'",
      ),
    ),
  ).toBe(0);
  expect(
    await count(
      'SELECT sum(c) AS n FROM (SELECT count() AS c FROM events UNION ALL SELECT count() FROM default.events)',
    ),
  ).toBe(20);
  expect(await count('WITH all_events AS (SELECT * FROM events) SELECT count() AS n FROM all_events')).toBe(10);
});

test('scopes with quotes, backslashes and patterns are text', async () => {
  for (const scope of ["cn' OR 1 OR '", 'cn\\', '%', "cn\\' OR 1 --", '{x:String}', "'}"]) {
    expect(await events.query([scope], 'SELECT count() AS n FROM events'), scope).toEqual([{ n: '0' }]);
  }
});

test('query() cannot write, and stops at its limits with an error a user understands', async () => {
  await expect(events.query([''], 'INSERT INTO events (tenant) VALUES (1)')).rejects.toMatchObject({
    code: 'events.rejected',
  });
  await expect(events.query([''], 'SELECT number FROM numbers(1000)', {}, { maxRows: 10 })).rejects.toMatchObject({
    code: 'events.too_large',
  });
  await expect(
    events.query([''], 'SELECT max(sipHash64(number)) FROM numbers(100000000000)', {}, { timeoutMs: 1000 }),
  ).rejects.toMatchObject({ code: 'events.too_slow', params: { seconds: 1 } });
  await expect(
    events.query([''], 'SELECT groupArray(toString(number)) AS x FROM numbers(1000000000)', {}, { timeoutMs: 60_000 }),
  ).rejects.toMatchObject({ code: 'events.too_large' });
  await events.ping();
}, 90_000);

test('insert() tells a refused batch from one to try again, and keeps nothing of a refused one', async () => {
  const good = rows('cn.bad', '9', 3);
  const bad = Buffer.concat([good, Buffer.from('{"tenant":"cn.bad","ts":"no time"}\n')]);
  await expect(events.insert({ token: 'bad', ndjson: bad, rows: 4 })).rejects.toMatchObject({
    code: 'events.rejected',
  });
  expect(await events.query(['cn.bad'], 'SELECT count() AS n FROM events')).toEqual([{ n: '0' }]);
  await events.insert({ token: 'empty', ndjson: new Uint8Array(0), rows: 0 });
  await expect(insertNdjson('http://127.0.0.1:1/', 'x', good, { attempts: 2 })).rejects.toMatchObject({
    code: 'internal.unavailable',
  });
});

test('insertNdjson() works in a worker thread with the URL alone', async () => {
  const code = `
    const { workerData, parentPort } = require('node:worker_threads');
    import(workerData.module).then(({ insertNdjson }) => insertNdjson(workerData.url, 'worker', Buffer.from(workerData.text)))
      .then(() => parentPort.postMessage('ok'), (error) => parentPort.postMessage(String(error)));`;
  const worker = new Worker(code, {
    eval: true,
    workerData: {
      module: new URL('./insert-ndjson.ts', import.meta.url).href,
      url: events.url,
      text: Buffer.from(rows('cn.worker', '77', 5)).toString(),
    },
  });
  expect(await new Promise((resolve) => worker.once('message', resolve))).toBe('ok');
  await worker.terminate();
  expect(await events.query(['cn.worker'], 'SELECT count() AS n FROM events')).toEqual([{ n: '5' }]);
});

test('openEvents() changes the retention when it is asked to, and says who holds the data directory', async () => {
  await expect(openEvents({ dataDir })).rejects.toMatchObject({ code: 'embedded.locked' });
  const url = events.url;
  const again = await openEvents({ url, dataDir, retentionDays: 365 });
  const [table] = await again.query<{ create_table_query: string }>(
    [''],
    "SELECT create_table_query FROM system.tables WHERE name = 'events' AND database = currentDatabase()",
  );
  expect(table?.create_table_query).toContain('toIntervalDay(365)');
  await again.close();
  await expect(openEvents({ url, dataDir, retentionDays: 0 })).rejects.toMatchObject({ code: 'request.invalid' });
}, 60_000);
