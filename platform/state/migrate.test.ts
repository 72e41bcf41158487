import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { migrateState, readMigrations } from './migrate.ts';
import { openState } from './open-state.ts';
import type { OpenedState } from './open-state.ts';

let dataDir: string;
let state: OpenedState;
let dir: string;
let area = 'area-0';
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'xinglin-migrate-'));
  state = await openState({ dataDir });
});
afterAll(async () => {
  await state?.close();
  await rm(dataDir, { recursive: true, force: true });
});
beforeEach(async () => {
  area = `area-${Number(area.slice(5)) + 1}`;
  dir = await mkdtemp(join(dataDir, 'area-'));
});
const put = (file: string, text: string): Promise<void> => writeFile(join(dir, file), text);
const run = (): Promise<string[]> => migrateState(state, { area, dir });

test('migrateState() applies new files once, in order, several statements each', async () => {
  await put('0001-first.sql', "create table m1 (n int); insert into m1 values (1); -- it's; fine\n");
  expect(await run()).toEqual(['0001-first.sql']);
  await put('0002-second.sql', 'insert into m1 values (2);');
  await put('0010-later.sql', 'insert into m1 select sum(n) from m1;');
  expect(await run()).toEqual(['0002-second.sql', '0010-later.sql']);
  expect(await run()).toEqual([]);
  expect((await sql<{ n: number }>`select n from m1 order by n`.execute(state.owner)).rows.map((row) => row.n)).toEqual(
    [1, 2, 3],
  );
});

test('migrateState() run by two at once applies each file once', async () => {
  await put('0001-a.sql', 'create table m2 (n int);');
  await put('0002-b.sql', 'insert into m2 values (1);');
  const applied = await Promise.all([run(), run(), run()]);
  expect(applied.flat().toSorted()).toEqual(['0001-a.sql', '0002-b.sql']);
});

test('migrateState() undoes a file that fails, names it, and goes on after it is repaired', async () => {
  await put('0001-a.sql', 'create table m3 (n int); select no_such_column from m3;');
  await expect(run()).rejects.toMatchObject({
    code: 'migration.failed',
    params: { area, file: '0001-a.sql', reason: expect.stringContaining('no_such_column') },
  });
  await put('0001-a.sql', 'create table m3 (n int);');
  expect(await run()).toEqual(['0001-a.sql']);
});

test('migrateState() refuses a file that changed after it was applied, whatever its line ends', async () => {
  await put('0001-a.sql', 'create table m4 (n int);\nselect 1;\n');
  await run();
  await put('0001-a.sql', 'create table m4 (n int);\r\nselect 1;\r\n');
  expect(await run()).toEqual([]);
  await put('0001-a.sql', 'create table m4 (n bigint);');
  await expect(run()).rejects.toMatchObject({ code: 'migration.changed', params: { area, file: '0001-a.sql' } });
});

test('migrateState() refuses a database newer than the program', async () => {
  await put('0001-a.sql', 'select 1;');
  await put('0002-b.sql', 'select 1;');
  await run();
  await rm(join(dir, '0002-b.sql'));
  await expect(run()).rejects.toMatchObject({ code: 'migration.missing', params: { number: 2 } });
});

test.each([['1-a.sql'], ['0001_a.sql'], ['0000-a.sql'], ['0001-A.sql']])(
  'readMigrations() refuses the name %s',
  async (file) => {
    await put(file, 'select 1;');
    await expect(readMigrations(area, dir)).rejects.toMatchObject({ code: 'migration.name', params: { file } });
  },
);

test('readMigrations() refuses two files of one number', async () => {
  await put('0001-a.sql', 'select 1;');
  await put('0001-b.sql', 'select 1;');
  await expect(readMigrations(area, dir)).rejects.toMatchObject({ code: 'migration.name' });
});
