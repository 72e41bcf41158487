import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import type { EngineLog } from '../embedded/log.ts';
import { superviseChild } from '../embedded/supervised-child.ts';
import type { SupervisedChild } from '../embedded/supervised-child.ts';
import type { PgliteConfig, PgliteReady } from './pglite-child.ts';

/** A unix socket's path holds 107 bytes; PostgreSQL clients append `/.s.PGSQL.5432`. */
const MAX_SOCKET_DIR_BYTES = 90;
const SOCKET_NAME = '.s.PGSQL.5432';

export interface EmbeddedState {
  readonly url: string;
  readonly child: SupervisedChild<PgliteReady>;
}

/** Starts the embedded PostgreSQL under `<dataDir>/state`. */
export async function startEmbeddedState(dataDir: string, log: EngineLog): Promise<EmbeddedState> {
  const dir = resolve(dataDir, 'state');
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const socketDir = socketDirOf(dir);
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  const child = await superviseChild<PgliteConfig, PgliteReady>({
    name: 'pglite',
    script: new URL(`./pglite-child${extension}`, import.meta.url),
    config: () => ({ dir, socketPath: join(socketDir, SOCKET_NAME) }),
    log,
  });
  return { url: `postgresql://postgres@localhost/postgres?host=${encodeURIComponent(socketDir)}`, child };
}

function socketDirOf(dir: string): string {
  const inside = join(dir, 'run');
  if (Buffer.byteLength(inside) <= MAX_SOCKET_DIR_BYTES) return inside;
  const name = createHash('sha256').update(dir).digest('hex').slice(0, 16);
  return join(tmpdir(), `xinglin-${userInfo().uid}-${name}`);
}
