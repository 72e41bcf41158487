import { timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Transform } from 'node:stream';
import { PassThrough } from 'node:stream';
import * as zlib from 'node:zlib';
import { engineError } from './engine.ts';
import type { Engine } from './engine.ts';
import { SqlTextError, bindParams, readInsertHead, readStatement } from './sql-text.ts';

export interface HttpServerOptions {
  readonly engine: Engine;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly maxBodyBytes?: number;
}

export interface HttpServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Query parameters of ClickHouse's HTTP interface that are not settings. */
const RESERVED = new Set([
  'query',
  'database',
  'default_format',
  'user',
  'password',
  'query_id',
  'session_id',
  'session_timeout',
  'session_check',
  'close_session',
  'quota_key',
  'role',
  'stacktrace',
  'buffer_size',
  'wait_end_of_query',
  'enable_http_compression',
  'compress',
  'decompress',
  'http_write_exception_in_output_format',
  'send_progress_in_http_headers',
  'http_headers_progress_interval_ms',
  'http_zlib_compression_level',
  'add_http_cors_header',
  'log_queries',
]);

/** https://clickhouse.com/docs/interfaces/http, as far as @clickhouse/client and curl use it. */
export async function serveHttp(options: HttpServerOptions): Promise<HttpServer> {
  const active = new Set<Promise<void>>();
  const server: Server = createServer({ keepAliveTimeout: 30_000, requestTimeout: 0 }, (request, response) => {
    const done = handle(request, response, options).catch((error: unknown) => fail(response, error));
    active.add(done);
    void done.finally(() => active.delete(done));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      await Promise.race([Promise.allSettled(active), new Promise((resolve) => setTimeout(resolve, 10_000).unref())]);
      server.closeAllConnections();
      await closed;
    },
  };
}

async function handle(request: IncomingMessage, response: ServerResponse, options: HttpServerOptions): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  if (url.pathname === '/ping' || (request.method === 'GET' && url.pathname === '/' && url.search === '')) {
    response.end('Ok.\n');
    return;
  }
  response.setHeader('x-clickhouse-server-display-name', 'xinglin-embedded');
  if (!isAuthorised(request, url, options)) {
    // Read away what was sent, or the client sees a broken connection instead of the answer.
    request.resume();
    throw new SqlTextError(
      516,
      `${options.user}: Authentication failed: password is incorrect, or there is no user with such name.`,
    );
  }
  const body =
    request.method === 'POST' ? await readBody(request, options.maxBodyBytes ?? 512 * 1024 * 1024) : Buffer.alloc(0);
  const params = new Map<string, string>();
  const settings = new Map<string, string>();
  for (const [name, value] of url.searchParams) {
    if (name.startsWith('param_')) params.set(name.slice(6), value);
    else if (!RESERVED.has(name)) settings.set(name, value);
  }
  const queryParam = url.searchParams.get('query') ?? '';
  const queryId = url.searchParams.get('query_id');
  if (queryId !== null) response.setHeader('x-clickhouse-query-id', queryId);

  const insertText = queryParam === '' ? body.subarray(0, 16_384).toString('latin1') : queryParam;
  const head = readInsertHead(insertText);
  if (head !== undefined) {
    const inline =
      queryParam.slice(head.length).trim() === '' ? Buffer.alloc(0) : Buffer.from(queryParam.slice(head.length));
    const data = queryParam === '' ? body.subarray(head.length) : Buffer.concat([inline, body]);
    const rows = await options.engine.insert(head.table, head.columns, head.format, data, settings);
    response.setHeader(
      'x-clickhouse-summary',
      JSON.stringify({ written_rows: String(rows), written_bytes: String(data.length) }),
    );
    response.end();
    return;
  }

  const text = body.length === 0 ? queryParam : `${queryParam}\n${body.toString('utf8')}`;
  const statement = readStatement(text);
  if (statement.sql === '') throw new SqlTextError(62, 'Syntax error: Empty query');
  if (request.method === 'GET' && !settings.has('readonly')) settings.set('readonly', '2');
  const format = statement.format ?? url.searchParams.get('default_format') ?? 'TabSeparated';
  await answer(request, response, format, url.searchParams.get('enable_http_compression') === '1', (sink, cancelled) =>
    options.engine.run(bindParams(statement.sql, params), format, settings, sink, cancelled),
  );
}

/** Nothing is sent before the first bytes exist, so that an early error still has its status. */
async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  format: string,
  compress: boolean,
  run: (sink: (bytes: Uint8Array) => Promise<void>, cancelled: () => boolean) => Promise<void>,
): Promise<void> {
  let gone = false;
  response.on('close', () => {
    gone = true;
  });
  let out: Transform | undefined;
  const begin = (): Transform => {
    response.setHeader('content-type', contentType(format));
    response.setHeader('x-clickhouse-format', format);
    const encoding = compress ? pickEncoding(request.headers['accept-encoding'] ?? '') : undefined;
    if (encoding !== undefined) response.setHeader('content-encoding', encoding.name);
    const stream = encoding === undefined ? new PassThrough() : encoding.create();
    stream.on('error', () => response.destroy());
    stream.pipe(response);
    return stream;
  };
  try {
    await run(
      async (bytes) => {
        if (gone || bytes.length === 0) return;
        out ??= begin();
        const stream = out;
        if (!stream.write(bytes)) await drained(stream, response);
      },
      () => gone,
    );
  } catch (error) {
    // The status is sent: break the connection, so that a cut result never looks whole.
    if (out === undefined) throw error;
    response.destroy(error instanceof Error ? error : undefined);
    return;
  }
  out ??= begin();
  out.end();
  await new Promise<void>((resolve) => {
    if (response.writableFinished || gone) resolve();
    else response.once('close', resolve).once('finish', resolve);
  });
}

function drained(stream: Transform, response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off('drain', done);
      response.off('close', done);
      resolve();
    };
    stream.on('drain', done);
    response.on('close', done);
  });
}

function pickEncoding(accept: string): { name: string; create: () => Transform } | undefined {
  if (/\bgzip\b/.test(accept)) return { name: 'gzip', create: () => zlib.createGzip({ level: 3 }) };
  if (/\bzstd\b/.test(accept)) return { name: 'zstd', create: () => zlib.createZstdCompress() };
  return undefined;
}

function contentType(format: string): string {
  if (/EachRow/.test(format)) return 'application/x-ndjson; charset=UTF-8';
  if (format.startsWith('JSON')) return 'application/json; charset=UTF-8';
  if (format.startsWith('CSV')) return 'text/csv; charset=UTF-8; header=absent';
  if (/^(TSV|TabSeparated)/.test(format)) return 'text/tab-separated-values; charset=UTF-8';
  return 'application/octet-stream';
}

async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const decoder = decompressor(request.headers['content-encoding']);
  const source = decoder === undefined ? request : request.pipe(decoder);
  if (decoder !== undefined) request.on('error', (error) => decoder.destroy(error));
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of source as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) throw new SqlTextError(307, `Request body is larger than ${limit} bytes`);
    chunks.push(chunk);
  }
  return chunks.length === 1 ? (chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(chunks, size);
}

function decompressor(encoding: string | undefined): Transform | undefined {
  switch (encoding?.toLowerCase()) {
    case undefined:
    case '':
    case 'identity':
      return undefined;
    case 'gzip':
    case 'x-gzip':
      return zlib.createGunzip();
    case 'deflate':
      return zlib.createInflate();
    case 'br':
      return zlib.createBrotliDecompress();
    case 'zstd':
      return zlib.createZstdDecompress();
    default:
      throw new SqlTextError(89, `Unknown compression method: ${encoding}`);
  }
}

function isAuthorised(request: IncomingMessage, url: URL, options: HttpServerOptions): boolean {
  let user = url.searchParams.get('user') ?? request.headers['x-clickhouse-user'];
  let password = url.searchParams.get('password') ?? request.headers['x-clickhouse-key'];
  const basic = /^Basic\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (basic !== undefined) {
    const text = Buffer.from(basic, 'base64').toString('utf8');
    user = text.slice(0, text.indexOf(':'));
    password = text.slice(text.indexOf(':') + 1);
  }
  return user === options.user && typeof password === 'string' && sameText(password, options.password);
}

function sameText(given: string, wanted: string): boolean {
  const a = Buffer.from(given);
  const b = Buffer.from(wanted);
  return a.length === b.length && timingSafeEqual(a, b);
}

function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const known =
    error instanceof SqlTextError
      ? { number: error.number, message: `DB::Exception: ${error.message}` }
      : engineError(error);
  response.statusCode = statusOf(known.number);
  response.setHeader('content-type', 'text/plain; charset=UTF-8');
  response.setHeader('x-clickhouse-exception-code', String(known.number));
  response.end(`Code: ${known.number}. ${known.message.replaceAll('\r', '')}\n`);
}

/** The status ClickHouse gives for the error numbers clients look at. */
function statusOf(number: number): number {
  if (number === 516 || number === 193 || number === 192 || number === 497) return 403;
  if (number === 60 || number === 81 || number === 47 || number === 46) return 404;
  if (number === 307) return 413;
  if ([62, 36, 43, 53, 6, 27, 26, 41, 72, 117, 115, 456, 457, 89].includes(number)) return 400;
  return number === 159 || number === 202 ? 503 : 500;
}
