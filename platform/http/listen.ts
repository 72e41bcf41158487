import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import type { Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { getRequestListener } from '@hono/node-server';
import type { Config } from '../kernel/config.ts';
import { XinglinError, registerErrors } from '../kernel/errors.ts';
import type { SocketInfo } from './app.ts';

registerErrors({
  'http.port_taken': {
    status: 500,
    zh: '端口 {port} 已被占用：请停止占用它的程序，或用 {env} 换一个端口',
    en: 'Port {port} is taken: stop the program that uses it, or choose another with {env}',
  },
  'http.tls_unreadable': {
    status: 500,
    zh: '证书或私钥无法读取：{reason}',
    en: 'The certificate or key cannot be read: {reason}',
  },
});

export interface Listening {
  readonly port: number;
  readonly url: string;
  /** Stops accepting, lets running requests finish for `graceMs` (default 5 s), then cuts them. */
  close(graceMs?: number): Promise<void>;
}

/** Opens the HTTP or HTTPS port. */
export async function listen(
  app: { fetch(request: Request, info?: SocketInfo): Promise<Response> },
  config: Pick<Config, 'host' | 'port' | 'http'>,
): Promise<Listening> {
  const listener = getRequestListener((request, env) => app.fetch(request, env as SocketInfo), {
    overrideGlobalObjects: false,
  });
  const { tlsCert, tlsKey } = config.http;
  const limits = { requestTimeout: 300_000, headersTimeout: 20_000, keepAliveTimeout: 65_000, maxHeaderSize: 32_768 };
  const handle = (...args: Parameters<typeof listener>): void => void listener(...args);
  let server: Server;
  if (tlsCert !== undefined && tlsKey !== undefined) {
    try {
      server = createHttpsServer(
        { ...limits, cert: readFileSync(tlsCert), key: readFileSync(tlsKey), minVersion: 'TLSv1.2' },
        handle,
      );
    } catch (cause) {
      throw new XinglinError(
        'http.tls_unreadable',
        { reason: cause instanceof Error ? cause.message : String(cause) },
        { cause },
      );
    }
  } else server = createHttpServer(limits, handle);

  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        error.code === 'EADDRINUSE'
          ? new XinglinError('http.port_taken', { port: config.port, env: 'XINGLIN_PORT' })
          : error,
      );
    });
    server.listen(config.port, config.host, () => resolve());
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : config.port;
  const host = config.host === '0.0.0.0' || config.host === '::' ? '127.0.0.1' : config.host;
  return {
    port,
    url: `${tlsCert === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${port}`,
    async close(graceMs = 5_000) {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      server.closeIdleConnections();
      const timer = setTimeout(() => server.closeAllConnections(), graceMs);
      await closed;
      clearTimeout(timer);
    },
  };
}
