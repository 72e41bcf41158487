import type { ClickHouseClient } from '@clickhouse/client';
import { XinglinError } from '../kernel/errors.ts';
import { pendingMigrations, readMigrations } from '../state/migrate.ts';
import { splitSql } from './embedded/sql-text.ts';

/**
 * Applies an area's `migrations/events` folder. ClickHouse has no transactional DDL: each file's record follows its last
 * statement, so statements should be repeatable (`IF NOT EXISTS`).
 * @returns the files applied now
 */
export async function migrateEvents(
  client: ClickHouseClient,
  source: { area: string; dir: string | URL },
): Promise<string[]> {
  const { area } = source;
  await client.command({
    query: `CREATE TABLE IF NOT EXISTS xinglin_migration
      (area String, number UInt32, file String, checksum String, applied_at DateTime DEFAULT now())
      ENGINE = MergeTree ORDER BY (area, number)`,
  });
  const all = await readMigrations(area, source.dir);
  const result = await client.query({
    query: 'SELECT number, checksum FROM xinglin_migration WHERE area = {area:String}',
    query_params: { area },
    format: 'JSONEachRow',
  });
  const done = await result.json<{ number: number; checksum: string }>();
  const applied: string[] = [];
  for (const migration of pendingMigrations(area, all, done)) {
    for (const statement of splitStatements(migration.text)) {
      try {
        await client.command({ query: statement });
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new XinglinError('migration.failed', { area, file: migration.file, reason }, { cause: error });
      }
    }
    await client.insert({
      table: 'xinglin_migration',
      values: [{ area, number: migration.number, file: migration.file, checksum: migration.checksum }],
      format: 'JSONEachRow',
    });
    applied.push(migration.file);
  }
  return applied;
}

/** Statements between `;` outside quotes and comments. */
export function splitStatements(text: string): string[] {
  const statements = [''];
  for (const piece of splitSql(text)) {
    if (piece.kind === 'comment') continue;
    const parts = piece.kind === 'code' ? piece.text.split(';') : [piece.text];
    statements[statements.length - 1] += parts[0] ?? '';
    statements.push(...parts.slice(1));
  }
  return statements.map((statement) => statement.trim()).filter((statement) => statement !== '');
}
