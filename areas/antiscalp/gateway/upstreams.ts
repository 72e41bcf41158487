import { Pool } from 'undici';
import type { Logger } from '@xinglin/platform/kernel';
import type { GatewayConfig } from './config.ts';

export interface Upstream {
  readonly url: URL;
  readonly pool: Pool;
  healthy: boolean;
  failures: number;
  /** Unix ms of the last change of health. */
  since: number;
  pending: number;
}

export interface Upstreams {
  /** The healthy one with the fewest requests under way; when none is healthy, one is tried anyway. */
  pick(not?: Upstream): Upstream | undefined;
  failed(upstream: Upstream, error: unknown): void;
  succeeded(upstream: Upstream): void;
  readonly all: readonly Upstream[];
  /** Lets running requests finish, then closes the connections. */
  close(): Promise<void>;
}

export function createUpstreams(config: GatewayConfig, log: Logger, now: () => number = Date.now): Upstreams {
  const { upstream: options } = config;
  const all: Upstream[] = config.upstreams.map((address) => {
    const url = new URL(address);
    const pool = new Pool(url.origin, {
      connections: options.connections,
      pipelining: 1,
      headersTimeout: options.headersMs,
      bodyTimeout: options.bodyMs,
      keepAliveTimeout: 30_000,
      keepAliveMaxTimeout: 300_000,
      connect: { timeout: options.connectMs, rejectUnauthorized: options.tlsVerify },
      maxHeaderSize: 65_536,
    });
    return { url, pool, healthy: true, failures: 0, since: now(), pending: 0 };
  });
  let turn = 0;

  const mark = (upstream: Upstream, healthy: boolean, reason: unknown): void => {
    if (upstream.healthy === healthy) return;
    upstream.healthy = healthy;
    upstream.since = now();
    log.warn({ upstream: upstream.url.origin, healthy, err: reason }, 'upstream health changed');
  };
  const failed = (upstream: Upstream, error: unknown): void => {
    upstream.failures += 1;
    if (upstream.failures >= options.health.failures) mark(upstream, false, error);
  };
  const succeeded = (upstream: Upstream): void => {
    if (upstream.failures === 0 && upstream.healthy) return;
    upstream.failures = 0;
    mark(upstream, true, undefined);
  };

  async function probe(upstream: Upstream): Promise<void> {
    // Without an address to ask, one that failed is simply tried again after a while.
    if (options.health.path === undefined) {
      if (!upstream.healthy && now() - upstream.since >= options.health.seconds * 1000) {
        upstream.failures = options.health.failures - 1;
        mark(upstream, true, undefined);
      }
      return;
    }
    try {
      const { statusCode, body } = await upstream.pool.request({
        path: options.health.path,
        method: 'GET',
        headers: { 'user-agent': 'Xinglin-Gateway' },
        headersTimeout: options.connectMs,
        bodyTimeout: options.connectMs,
      });
      await body.dump();
      if (statusCode < 500) succeeded(upstream);
      else failed(upstream, new Error(`health check answered ${statusCode}`));
    } catch (error) {
      failed(upstream, error);
    }
  }
  const timer = setInterval(() => {
    for (const upstream of all) void probe(upstream);
  }, options.health.seconds * 1000);
  timer.unref();

  return {
    all,
    failed,
    succeeded,
    pick(not) {
      if (all.length === 1) return all[0] === not ? undefined : all[0];
      turn = (turn + 1) % Math.max(1, all.length);
      let best: Upstream | undefined;
      for (let i = 0; i < all.length; i += 1) {
        const candidate = all[(turn + i) % all.length] as Upstream;
        if (candidate === not) continue;
        if (best === undefined || (candidate.healthy && !best.healthy)) best = candidate;
        else if (candidate.healthy === best.healthy && candidate.pending < best.pending) best = candidate;
      }
      return best;
    },
    async close() {
      clearInterval(timer);
      await Promise.all(all.map(({ pool }) => pool.close()));
    },
  };
}
