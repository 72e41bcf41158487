import { STATUS_CODES, request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import type { Reply } from '../decide/guard-types.ts';
import type { Upstream } from './upstreams.ts';

const CONNECT_MS = 10_000;

/**
 * Passes an upgrade on. The upstream's answer is parsed, not piped: when it refuses the upgrade the connection is closed after that answer,
 * else a client could go on speaking HTTP to the upstream behind the gateway's back.
 */
export function proxyUpgrade(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  options: {
    readonly upstream: Upstream;
    readonly headers: readonly string[];
    readonly protocol: string;
    readonly tlsVerify: boolean;
    readonly cookies: readonly string[];
    readonly onFail: (error: unknown) => void;
    readonly track: (pair: readonly Duplex[]) => void;
  },
): void {
  const { upstream, headers, protocol } = options;
  const make = upstream.url.protocol === 'https:' ? httpsRequest : httpRequest;
  const fields: Record<string, string | string[]> = { connection: 'Upgrade', upgrade: protocol };
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i] as string;
    const value = headers[i + 1] as string;
    const before = fields[name];
    fields[name] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value];
  }
  const forward = make({
    host: upstream.url.hostname.replaceAll(/[[\]]/g, ''),
    port: upstream.url.port === '' ? (upstream.url.protocol === 'https:' ? 443 : 80) : upstream.url.port,
    method: 'GET',
    path: request.url ?? '/',
    headers: fields,
    agent: false,
    timeout: CONNECT_MS,
    rejectUnauthorized: options.tlsVerify,
  });
  socket.on('error', () => forward.destroy());
  socket.once('close', () => forward.destroy());
  forward.once('timeout', () => forward.destroy(new Error('the upstream did not answer the upgrade')));
  forward.once('error', options.onFail);
  forward.once('response', (answer) => {
    const lines = headerLines(answer.rawHeaders, options.cookies, true);
    socket.write(
      `HTTP/1.1 ${answer.statusCode ?? 502} ${STATUS_CODES[answer.statusCode ?? 502] ?? ''}\r\n${lines}connection: close\r\n\r\n`,
    );
    answer.pipe(socket);
  });
  forward.once('upgrade', (answer, upstreamSocket, upstreamHead) => {
    upstreamSocket.setTimeout(0);
    const lines = headerLines(answer.rawHeaders, options.cookies, false);
    socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines}\r\n`);
    if (upstreamHead.length > 0) socket.write(upstreamHead);
    if (head.length > 0) upstreamSocket.write(head);
    upstreamSocket.on('error', () => socket.destroy());
    socket.on('error', () => upstreamSocket.destroy());
    socket.once('close', () => upstreamSocket.destroy());
    upstreamSocket.once('close', () => socket.destroy());
    options.track([socket, upstreamSocket]);
    upstreamSocket.pipe(socket).pipe(upstreamSocket);
  });
  forward.end();
}

function headerLines(raw: readonly string[], cookies: readonly string[], refused: boolean): string {
  let lines = '';
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = (raw[i] as string).toLowerCase();
    if (refused && (name === 'connection' || name === 'transfer-encoding' || name === 'keep-alive')) continue;
    lines += `${name}: ${raw[i + 1] as string}\r\n`;
  }
  for (const cookie of cookies) lines += `set-cookie: ${cookie}\r\n`;
  return lines;
}

/** Answers an upgrade request without upgrading. */
export function refuseUpgrade(socket: Duplex, reply: Reply): void {
  let lines = '';
  for (const [name, value] of Object.entries(reply.headers)) {
    for (const one of Array.isArray(value) ? value : [value]) lines += `${name}: ${one}\r\n`;
  }
  socket.end(
    `HTTP/1.1 ${reply.status} ${STATUS_CODES[reply.status] ?? ''}\r\n${lines}content-length: ${Buffer.byteLength(reply.body)}\r\nconnection: close\r\n\r\n${reply.body.toString()}`,
  );
}
