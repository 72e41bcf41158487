import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { XinglinError, registerErrors } from '../kernel/errors.ts';
import type { State } from './port.ts';

registerErrors({
  'migration.changed': {
    status: 500,
    zh: '已执行过的数据库迁移 {area}/{file} 被修改。请恢复原文件，并把改动写成新的编号文件',
    en: 'Migration {area}/{file} was applied and has changed since. Restore the file and put the change into a new numbered one',
  },
  'migration.missing': {
    status: 500,
    zh: '数据库已执行迁移 {area}/{number}，但程序里没有这个文件。请使用同版本或更新的程序',
    en: 'The database has migration {area}/{number}, which this program lacks. Use the same or a newer version',
  },
  'migration.name': {
    status: 500,
    zh: '迁移文件名 {area}/{file} 不符合 0001-name.sql，或编号重复',
    en: 'Migration file {area}/{file} is not named like 0001-name.sql, or its number is taken',
  },
  'migration.failed': {
    status: 500,
    zh: '数据库迁移 {area}/{file} 失败：{reason}',
    en: 'Migration {area}/{file} failed: {reason}',
  },
});

export interface Migration {
  readonly number: number;
  readonly file: string;
  readonly text: string;
  readonly checksum: string;
}

/** Reads `0001-name.sql`, `0002-…` in the order of their numbers. */
export async function readMigrations(area: string, dir: string | URL): Promise<Migration[]> {
  const folder = typeof dir === 'string' ? dir : fileURLToPath(dir);
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).toSorted();
  const taken = new Set<number>();
  return await Promise.all(
    files.map(async (file) => {
      const number = Number(/^(\d{4})-[a-z0-9-]+\.sql$/.exec(file)?.[1] ?? Number.NaN);
      if (!(number > 0) || taken.has(number)) throw new XinglinError('migration.name', { area, file });
      taken.add(number);
      // Line ends differ between checkouts; the statement does not.
      const text = (await readFile(join(folder, file), 'utf8')).replaceAll('\r\n', '\n');
      return { number, file, text, checksum: createHash('sha256').update(text).digest('hex') };
    }),
  );
}

/** Compares what was applied with what exists and returns what is left to do. */
export function pendingMigrations(
  area: string,
  all: readonly Migration[],
  applied: readonly { number: number; checksum: string }[],
): Migration[] {
  const done = new Map(applied.map((row) => [row.number, row.checksum]));
  const known = new Set(all.map((migration) => migration.number));
  for (const number of done.keys()) {
    if (!known.has(number)) throw new XinglinError('migration.missing', { area, number });
  }
  return all.filter((migration) => {
    const checksum = done.get(migration.number);
    if (checksum !== undefined && checksum !== migration.checksum) {
      throw new XinglinError('migration.changed', { area, file: migration.file });
    }
    return checksum === undefined;
  });
}

/** Any number that nobody else uses: serialises migrations of instances that start together. */
const LOCK_KEY = 7_206_541_330;

/**
 * Applies an area's `migrations/state` folder, each file in one transaction together with its record.
 * @returns the files applied now
 */
export async function migrateState(
  state: Pick<State, 'owner'>,
  source: { area: string; dir: string | URL },
): Promise<string[]> {
  const { area } = source;
  const all = await readMigrations(area, source.dir);
  const applied: string[] = [];
  for (;;) {
    const next = await state.owner.transaction().execute(async (tx) => {
      await sql`select pg_advisory_xact_lock(${LOCK_KEY})`.execute(tx);
      await sql`
        create table if not exists xinglin_migration (
          area text not null,
          number integer not null,
          file text not null,
          checksum text not null,
          applied_at timestamptz not null default now(),
          primary key (area, number)
        )
      `.execute(tx);
      const done = await sql<{ number: number; checksum: string }>`
        select number, checksum from xinglin_migration where area = ${area}
      `.execute(tx);
      const [migration] = pendingMigrations(area, all, done.rows);
      if (migration === undefined) return undefined;
      try {
        await sql.raw(migration.text).execute(tx);
      } catch (error) {
        throw new XinglinError(
          'migration.failed',
          { area, file: migration.file, reason: error instanceof Error ? error.message : String(error) },
          { cause: error },
        );
      }
      await sql`
        insert into xinglin_migration (area, number, file, checksum)
        values (${area}, ${migration.number}, ${migration.file}, ${migration.checksum})
      `.execute(tx);
      return migration.file;
    });
    if (next === undefined) return applied;
    applied.push(next);
  }
}
