/** The process that holds the embedded ClickHouse (chDB) and speaks ClickHouse's HTTP interface on a private loopback port. */
import { join } from 'node:path';
import { childMain } from '../../embedded/child-main.ts';
import { lockDataDir } from '../../embedded/data-lock.ts';
import { repairDeduplicationLogs } from './dedup-log.ts';
import { openEngine } from './engine.ts';
import { serveHttp } from './http-server.ts';

export interface ChdbConfig {
  readonly dir: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

export interface ChdbReady {
  readonly port: number;
}

const MB = 1024 ** 2;
/** The engine's own sizes (5 GB a cache) are for a machine of its own; here the whole platform lives on a few. */
const CACHES = Object.entries({
  mark_cache_size: 256,
  index_mark_cache_size: 128,
  primary_index_cache_size: 256,
  text_index_tokens_cache_size: 64,
  text_index_header_cache_size: 64,
}).map(([name, megabytes]) => `--${name}=${megabytes * MB}`);

childMain<ChdbConfig, ChdbReady>('chdb', async ({ dir, port, user, password }) => {
  const unlock = await lockDataDir(dir);
  repairDeduplicationLogs(join(dir, 'ch'));
  const engine = openEngine(join(dir, 'ch'), CACHES);
  const server = await serveHttp({ engine, port, user, password });
  return {
    ready: { port: server.port },
    async stop() {
      await server.close();
      await engine.close();
      unlock();
    },
  };
});
