import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import type { EngineLog } from '../../embedded/log.ts';
import { superviseChild } from '../../embedded/supervised-child.ts';
import type { SupervisedChild } from '../../embedded/supervised-child.ts';
import type { ChdbConfig, ChdbReady } from './chdb-child.ts';

export interface EmbeddedEvents {
  /** With user and password: it opens the store. */
  readonly url: string;
  readonly child: SupervisedChild<ChdbReady>;
}

/** libuv threads of the child: each running statement takes one. */
const THREADS = '12';

/** Starts the embedded ClickHouse under `<dataDir>/events`. The password is new at every start and known to this process only. */
export async function startEmbeddedEvents(dataDir: string, log: EngineLog): Promise<EmbeddedEvents> {
  const dir = resolve(dataDir, 'events');
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const user = 'xinglin';
  const password = randomBytes(24).toString('base64url');
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  const child = await superviseChild<ChdbConfig, ChdbReady>({
    name: 'chdb',
    script: new URL(`./chdb-child${extension}`, import.meta.url),
    config: (previous) => ({ dir, port: previous?.port ?? 0, user, password }),
    log,
    env: { UV_THREADPOOL_SIZE: THREADS, TZ: 'UTC' },
  });
  return { url: `http://${user}:${password}@127.0.0.1:${child.ready.port}/default`, child };
}
