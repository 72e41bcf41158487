/** The process that holds the embedded PostgreSQL (PGlite) and speaks its protocol on a private unix socket. */
import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { childMain } from '../embedded/child-main.ts';
import { lockDataDir } from '../embedded/data-lock.ts';
import { keepTidy } from './pglite-upkeep.ts';
import { serveWire } from './pglite-wire.ts';

export interface PgliteConfig {
  /** Holds the lock and the database folder. */
  readonly dir: string;
  /** Unix socket to listen on; its folder is made private to this user. */
  readonly socketPath: string;
}

export interface PgliteReady {
  readonly socketPath: string;
}

childMain<PgliteConfig, PgliteReady>('pglite', async ({ dir, socketPath }) => {
  const unlock = await lockDataDir(dir);
  const db = await PGlite.create(join(dir, 'pg'));
  mkdirSync(dirname(socketPath), { recursive: true, mode: 0o700 });
  chmodSync(dirname(socketPath), 0o700);
  // Left by a killed run; the lock says nobody listens there.
  rmSync(socketPath, { force: true });
  const { rows } = await db.query<{ version: string }>('show server_version');
  const die = (): void => process.exit(70);
  const server = await serveWire({
    backend: {
      exec: (message, onRawData) => db.runExclusive(() => db.execProtocolRawStream(message, { onRawData })),
    },
    socketPath,
    parameters: {
      server_version: Object.values(rows[0] ?? {})[0] ?? '18',
      server_encoding: 'UTF8',
      client_encoding: 'UTF8',
      DateStyle: 'ISO, MDY',
      integer_datetimes: 'on',
      standard_conforming_strings: 'on',
      TimeZone: 'UTC',
    },
    onFatal: die,
  });
  const stopUpkeep = keepTidy(db, server);
  return {
    ready: { socketPath },
    async stop() {
      stopUpkeep();
      await server.close();
      await db.close();
      rmSync(socketPath, { force: true });
      unlock();
    },
  };
});
