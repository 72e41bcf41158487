/** Syslog over TCP (RFC 6587) and TLS (RFC 5425). The sender is known by its client certificate or by its address. */
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { TLSSocket, TlsOptions } from 'node:tls';
import type { Intake } from './intake.ts';
import { plainAddress } from './source-registry.ts';
import type { RegisteredSource } from './source-registry.ts';
import { createStreamFramer } from './stream-framer.ts';
import type { SyslogBatcher } from './syslog-batcher.ts';

export interface SyslogStreamOptions {
  readonly intake: Intake;
  readonly batcher: SyslogBatcher;
  readonly host: string;
  readonly port: number;
  /** With it, TLS. */
  readonly tls?: TlsOptions;
  /** A connection that says nothing for this long is closed; real devices may be quiet for hours. Default 6 h. */
  readonly idleMs?: number;
  /** A message begun and not finished in this time is delivered as it is and the connection closed. Default 60 s. */
  readonly messageMs?: number;
  readonly maxConnections?: number;
  readonly maxConnectionsPerAddress?: number;
}

export interface SyslogStream {
  readonly port: number;
  readonly connections: number;
  /** Stops accepting and reads no more; what was read is in the batcher. */
  stop(): Promise<void>;
}

export async function listenSyslogStream(options: SyslogStreamOptions): Promise<SyslogStream> {
  const { intake, batcher, host, port, tls, idleMs = 6 * 3_600_000, messageMs = 60_000 } = options;
  const { maxConnections = 4_096, maxConnectionsPerAddress = 512 } = options;
  const transport = tls === undefined ? 'tcp' : 'tls';
  const closed = intake.metrics.counter('xinglin_syslog_closed_total', 'Syslog connections closed by us', ['reason']);
  const framing = intake.metrics.counter('xinglin_syslog_framing_total', 'Odd syslog frames', ['kind']);
  const sockets = new Set<Socket>();
  const finishers = new Map<Socket, () => void>();
  const perAddress = new Map<string, number>();

  function accept(socket: Socket): void {
    const address = plainAddress(socket.remoteAddress ?? '');
    const count = (perAddress.get(address) ?? 0) + 1;
    if (sockets.size >= maxConnections || count > maxConnectionsPerAddress) {
      closed.inc({ reason: 'too-many' });
      socket.destroy();
      return;
    }
    perAddress.set(address, count);
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => {
      sockets.delete(socket);
      finishers.get(socket)?.();
      finishers.delete(socket);
      const left = (perAddress.get(address) ?? 1) - 1;
      if (left > 0) perAddress.set(address, left);
      else perAddress.delete(address);
    });
    serve(socket, address);
  }

  function sourceOf(socket: Socket, address: string): RegisteredSource | undefined {
    if (tls !== undefined) {
      const fingerprint = (socket as TLSSocket).getPeerCertificate().fingerprint256;
      const bound = fingerprint === undefined ? undefined : intake.registry.byCertificate(fingerprint);
      if (bound !== undefined) return bound;
    }
    return intake.registry.byAddress(address);
  }

  function serve(socket: Socket, address: string): void {
    let source: RegisteredSource | undefined;
    let paused = false;
    let stalled: NodeJS.Timeout | undefined;
    const framer = createStreamFramer({
      maxMessage: intake.limits.messageBytes,
      onMessage: (chunk, start, end) => {
        // The queue's own limit lies above the mark at which sockets are paused, so a chunk in hand always fits.
        if (source !== undefined && !batcher.add(source, address, chunk, start, end))
          intake.counters.dropped(source, 1);
      },
    });
    let truncated = 0;
    let resynced = 0;

    finishers.set(socket, () => {
      clearTimeout(stalled);
      framer.end();
      report();
    });
    socket.setNoDelay(true);
    socket.setTimeout(idleMs, () => {
      closed.inc({ reason: 'idle' });
      socket.destroy();
    });
    socket.on('data', (chunk: Buffer) => {
      // Looked up for each chunk: a source registered, disabled or removed takes effect on open connections.
      source = sourceOf(socket, address);
      if (source === undefined || !source.enabled) {
        intake.registry.refuse(address, transport, chunk.toString('utf8', 0, 300));
        closed.inc({ reason: source === undefined ? 'unknown-sender' : 'disabled' });
        socket.destroy();
        return;
      }
      framer.push(chunk);
      report();
      watch();
      if (batcher.full && !paused) {
        paused = true;
        socket.pause();
        void batcher.room().then(() => {
          paused = false;
          socket.resume();
        });
      }
    });

    function report(): void {
      if (framer.truncated > truncated) framing.inc({ kind: 'truncated' }, framer.truncated - truncated);
      if (framer.resynced > resynced) framing.inc({ kind: 'resynced' }, framer.resynced - resynced);
      truncated = framer.truncated;
      resynced = framer.resynced;
    }

    /** A sender that trickles one message for ever holds memory: it gets a minute. */
    function watch(): void {
      if (framer.held === 0) {
        clearTimeout(stalled);
        stalled = undefined;
      } else
        stalled ??= setTimeout(() => {
          closed.inc({ reason: 'slow' });
          socket.destroy();
        }, messageMs);
    }
  }

  const server: Server =
    tls === undefined
      ? createTcpServer({ noDelay: true }, accept)
      : createTlsServer({ minVersion: 'TLSv1.2', handshakeTimeout: 10_000, ...tls }, accept);
  server.on('tlsClientError', () => closed.inc({ reason: 'tls' }));
  server.on('error', (error) => intake.log.error({ err: error, transport }, 'syslog listener'));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return sockets.size;
    },
    async stop() {
      const done = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await done;
      // 'close' events come a tick later; unfinished messages are delivered here.
      for (const finish of finishers.values()) finish();
      finishers.clear();
    },
  };
}
