import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import { createSecureServer } from 'node:http2';
import type { Http2SecureServer, ServerHttp2Session } from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import type { Server as HttpsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { XinglinError } from '@xinglin/platform/kernel';
import '../errors.ts';
import type { GatewayConfig } from './config.ts';
import type { AnyRequest } from './headers.ts';
import type { AnyResponse } from './proxy.ts';

export interface Handler {
  request(request: AnyRequest, response: AnyResponse): void;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

export interface Listener {
  readonly port: number;
  readonly url: string;
  /** New certificate and limits; the port stays. */
  update(config: GatewayConfig): void;
  close(graceMs: number): Promise<void>;
}

type AnyServer = Server | HttpsServer | Http2SecureServer;

/** Opens HTTP/1.1, or HTTPS with HTTP/2 and HTTP/1.1 on one port. Slow clients are cut by the configured limits. */
export async function openListener(config: GatewayConfig, handler: Handler): Promise<Listener> {
  const { listen, limits } = config;
  const options = {
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersSeconds * 1000,
    requestTimeout: limits.requestSeconds * 1000,
    keepAliveTimeout: limits.idleSeconds * 1000,
    connectionsCheckingInterval: 1000,
    insecureHTTPParser: false,
    noDelay: true,
  };
  const tls = readTls(config);
  const sessions = new Set<ServerHttp2Session>();
  let server: AnyServer;
  if (tls === undefined) server = createHttpServer(options);
  else if (listen.http2) {
    const secure = createSecureServer({
      ...options,
      ...tls,
      allowHTTP1: true,
      minVersion: 'TLSv1.2',
      settings: { maxConcurrentStreams: 128, maxHeaderListSize: limits.headerBytes },
      maxSessionMemory: 10,
    });
    secure.on('session', (session) => {
      sessions.add(session);
      session.setTimeout(limits.idleSeconds * 1000, () => session.close());
      session.once('close', () => sessions.delete(session));
    });
    server = secure;
  } else server = createHttpsServer({ ...options, ...tls, minVersion: 'TLSv1.2' });
  (server as Server).maxConnections = limits.connections;
  (server as Server).on('request', (request, response) => handler.request(request, response));
  (server as Server).on('upgrade', (request, socket, head) => handler.upgrade(request, socket, head));
  (server as Server).on('connect', (_request, socket: Duplex) => socket.destroy());
  (server as Server).on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    const status =
      error.code === 'HPE_HEADER_OVERFLOW'
        ? '431 Request Header Fields Too Large'
        : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
          ? '408 Request Timeout'
          : '400 Bad Request';
    if (socket.writable && error.code !== 'ECONNRESET')
      socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
    else socket.destroy();
  });

  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new XinglinError('antiscalp.port_taken', { port: listen.port }) : error),
    );
    server.listen({ host: listen.host, port: listen.port, reusePort: listen.reusePort, backlog: 4096 }, () =>
      resolve(),
    );
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : listen.port;
  const host = listen.host === '0.0.0.0' || listen.host === '::' ? '127.0.0.1' : listen.host;

  return {
    port,
    url: `${tls === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${port}`,
    update(next) {
      const fresh = readTls(next);
      if (fresh !== undefined && tls !== undefined) (server as HttpsServer).setSecureContext(fresh);
      const plain = server as Server;
      plain.headersTimeout = next.limits.headersSeconds * 1000;
      plain.requestTimeout = next.limits.requestSeconds * 1000;
      plain.keepAliveTimeout = next.limits.idleSeconds * 1000;
      plain.maxConnections = next.limits.connections;
    },
    async close(graceMs) {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      for (const session of sessions) session.close();
      const http1 = server as Server & { closeIdleConnections?: () => void; closeAllConnections?: () => void };
      http1.closeIdleConnections?.();
      // Connections that fall idle while we wait are closed as well.
      const sweep = setInterval(() => http1.closeIdleConnections?.(), 100);
      const cut = setTimeout(() => {
        http1.closeAllConnections?.();
        for (const session of sessions) session.destroy();
      }, graceMs);
      await closed;
      clearInterval(sweep);
      clearTimeout(cut);
    },
  };
}

function readTls(config: GatewayConfig): { cert: Buffer; key: Buffer } | undefined {
  const { tls } = config.listen;
  if (tls === undefined) return undefined;
  try {
    return { cert: readFileSync(tls.cert), key: readFileSync(tls.key) };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new XinglinError('antiscalp.tls_unreadable', { reason }, { cause });
  }
}
