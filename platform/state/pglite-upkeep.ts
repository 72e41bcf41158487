import type { PGlite } from '@electric-sql/pglite';
import type { WireServer } from './pglite-wire.ts';

const EVERY_MS = 60_000;
/** As autovacuum decides: this many dead rows, and this share of the live ones. */
const MIN_DEAD_ROWS = 1000;
const DEAD_SHARE = 0.2;

/**
 * PGlite has no background processes, hence no autovacuum: tables that are updated all the time (alerts, counters) would grow
 * and slow down without end. Between exchanges, one table at a time, this does what autovacuum would.
 * @returns stops it
 */
export function keepTidy(db: PGlite, server: Pick<WireServer, 'exclusive'>, everyMs = EVERY_MS): () => void {
  let running = false;
  const timer = setInterval(() => {
    if (running) return;
    running = true;
    void vacuumDue(db, server).finally(() => {
      running = false;
    });
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}

/** @returns the tables vacuumed */
export async function vacuumDue(db: PGlite, server: Pick<WireServer, 'exclusive'>): Promise<string[]> {
  const tables = await server.exclusive(async () => {
    // The one backend keeps its counts to itself for up to a minute otherwise.
    await db.exec('select pg_stat_force_next_flush()');
    return await db.query<{ name: string }>(
      `select relid::regclass::text as name from pg_stat_user_tables
       where n_dead_tup > $1 and n_dead_tup > n_live_tup * $2::float8 order by n_dead_tup desc limit 20`,
      [MIN_DEAD_ROWS, DEAD_SHARE],
    );
  });
  const done: string[] = [];
  for (const { name } of tables.rows) {
    try {
      await server.exclusive(() => db.exec(`vacuum (analyze) ${name}`));
      done.push(name);
    } catch {
      // Dropped meanwhile; the next round looks again.
    }
  }
  return done;
}
