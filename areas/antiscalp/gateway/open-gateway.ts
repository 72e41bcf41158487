import type { Duplex } from 'node:stream';
import { openGuard } from '../decide/open-guard.ts';
import type { GuardPorts, OpenGuard } from '../decide/open-guard.ts';
import { addressList } from '../observe/net.ts';
import type { GatewayConfig } from './config.ts';
import { createHandler } from './handler.ts';
import { openListener } from './listener.ts';
import { createUpstreams } from './upstreams.ts';

export interface Gateway extends OpenGuard {
  readonly url: string;
  readonly port: number;
  upstreams(): readonly { readonly url: string; readonly healthy: boolean }[];
  /** Exchanges configuration, rules, upstreams and certificate; running requests and open connections are not touched. */
  reload(config: GatewayConfig): void;
  /** Stops accepting, lets running requests finish for `graceMs`, then cuts. */
  stop(graceMs?: number): Promise<void>;
}

/** Opens the port and resolves when traffic is taken. */
export async function openGateway(first: GatewayConfig, ports: GuardPorts): Promise<Gateway> {
  const guard = await openGuard(first, ports);
  const { log } = ports;
  let upstreams = createUpstreams(first, log);
  let trusted = addressList(first.trustedProxies);
  let draining = false;
  const tunnels = new Set<Duplex>();
  guard.attach({ upstreams });
  const handler = createHandler({
    guard,
    log,
    metrics: ports.metrics,
    upstreams: () => upstreams,
    trusted: () => trusted,
    draining: () => draining,
    tunnels,
  });
  let listener: Awaited<ReturnType<typeof openListener>>;
  try {
    listener = await openListener(first, handler);
  } catch (error) {
    await Promise.all([guard.close(), upstreams.close()]);
    throw error;
  }
  let stopping: Promise<void> | undefined;

  const gateway: Gateway = Object.create(guard, {
    url: { value: listener.url, enumerable: true },
    port: { value: listener.port, enumerable: true },
    upstreams: { value: () => upstreams.all.map(({ url, healthy }) => ({ url: url.origin, healthy })) },
    reload: {
      value: (config: GatewayConfig) => {
        guard.reload(config);
        listener.update(config);
        const before = upstreams;
        upstreams = createUpstreams(config, log);
        trusted = addressList(config.trustedProxies);
        guard.attach({ upstreams });
        // Requests under way keep the old pools until they are done.
        void before.close().catch((error: unknown) => log.warn({ err: error }, 'an old upstream pool did not close'));
      },
    },
    stop: {
      value: (graceMs = 8000) => {
        stopping ??= stop(graceMs);
        return stopping;
      },
    },
  }) as Gateway;

  async function stop(graceMs: number): Promise<void> {
    draining = true;
    guard.attach({ draining: true });
    const cut = setTimeout(() => {
      for (const socket of tunnels) socket.destroy();
    }, graceMs);
    await listener.close(graceMs);
    clearTimeout(cut);
    for (const socket of tunnels) socket.destroy();
    await upstreams.close();
    await guard.close();
  }
  return gateway;
}
