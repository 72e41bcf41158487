import { Transform } from 'node:stream';
import type { Readable } from 'node:stream';
import type { IncomingHttpHeaders, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import type { Dispatcher } from 'undici';
import type { PassVerdict } from '../decide/guard-types.ts';
import { visitorHeaders } from './headers.ts';
import type { AnyRequest } from './headers.ts';
import type { Upstream, Upstreams } from './upstreams.ts';

export type AnyResponse = ServerResponse | Http2ServerResponse;

export type ProxyFault = 'UPSTREAM_DOWN' | 'UPSTREAM_TIMEOUT' | 'BODY_TOO_LARGE' | 'BAD_REQUEST';

export interface ProxyInput {
  readonly request: AnyRequest;
  readonly response: AnyResponse;
  readonly path: string;
  readonly headers: string[];
  /** The whole body when it was held back; else it streams. */
  readonly body: Buffer | undefined;
  readonly bodyBytes: number;
  readonly verdict: PassVerdict;
  readonly fail: (fault: ProxyFault, error: unknown) => void;
}

/** Methods that may be sent twice when the first try died before any answer (RFC 9110, 9.2.2). */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Sends one request on and streams the answer back, with back-pressure both ways. */
export function proxy(upstreams: Upstreams, input: ProxyInput): void {
  const { request } = input;
  const streaming = input.body === undefined && hasBody(request);
  const body = input.body ?? (streaming ? limitedBody(request, input.bodyBytes) : null);
  const retry = !streaming && input.body === undefined && IDEMPOTENT.has(request.method ?? '');
  attempt(upstreams, input, body, upstreams.pick(), retry);
}

function attempt(
  upstreams: Upstreams,
  input: ProxyInput,
  body: Buffer | Readable | null,
  upstream: Upstream | undefined,
  retry: boolean,
): void {
  if (upstream === undefined) {
    input.fail('UPSTREAM_DOWN', new Error('no upstream is configured'));
    return;
  }
  const handler = new Relay(upstreams, upstream, input, (error) => {
    if (!retry || !(isConnectFault(error) || isClosedFault(error))) return false;
    const other = isClosedFault(error) && upstreams.all.length === 1 ? upstream : upstreams.pick(upstream);
    if (other === undefined) return false;
    attempt(upstreams, input, body, other, false);
    return true;
  });
  upstream.pending += 1;
  const options: Dispatcher.DispatchOptions = {
    path: input.path,
    method: (input.request.method ?? 'GET') as Dispatcher.HttpMethod,
    headers: input.headers,
    body,
  };
  try {
    upstream.pool.dispatch(options, handler);
  } catch (error) {
    handler.onResponseError(undefined, error as Error);
  }
}

class Relay implements Dispatcher.DispatchHandler {
  private controller: Dispatcher.DispatchController | undefined;
  private length = -1;
  private settled = false;
  private readonly upstreams: Upstreams;
  private readonly upstream: Upstream;
  private readonly input: ProxyInput;
  private readonly again: (error: Error) => boolean;

  constructor(upstreams: Upstreams, upstream: Upstream, input: ProxyInput, again: (error: Error) => boolean) {
    this.upstreams = upstreams;
    this.upstream = upstream;
    this.input = input;
    this.again = again;
  }

  private readonly onGone = (): void => {
    if (!this.settled) this.controller?.abort(new VisitorGone());
  };

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    const { response } = this.input;
    if (response.destroyed || (response.writableEnded && !this.settled)) controller.abort(new VisitorGone());
    else response.once('close', this.onGone);
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
    message?: string,
  ): void {
    const { response, verdict, request } = this.input;
    if (status < 200) {
      // 103 Early Hints are passed on where the client can take them; 100 was answered by our own server.
      return;
    }
    this.upstreams.succeeded(this.upstream);
    verdict.settle?.(status);
    const length = headers['content-length'];
    this.length = length === undefined || request.method === 'HEAD' ? -1 : Number(length);
    const out = visitorHeaders(headers, verdict.cookies) as OutgoingHttpHeaders;
    if (request.httpVersionMajor >= 2) (response as Http2ServerResponse).writeHead(status, out);
    else if (message === undefined) (response as ServerResponse).writeHead(status, out);
    else (response as ServerResponse).writeHead(status, message, out);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const { response } = this.input;
    if (chunk.length === this.length) {
      // The whole body in one piece: headers and body leave in one write.
      this.length = -2;
      response.end(chunk);
      return;
    }
    const more = (response as ServerResponse).write(chunk);
    if (!more) {
      controller.pause();
      response.once('drain', () => controller.resume());
    }
  }

  onResponseEnd(): void {
    this.finish();
    if (this.length !== -2) this.input.response.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    if (this.settled) return;
    this.finish();
    const { response, fail } = this.input;
    if (error instanceof VisitorGone) return;
    if (error instanceof BodyTooLarge) {
      fail('BODY_TOO_LARGE', error);
      return;
    }
    const code = (error as { code?: string }).code ?? '';
    const ours = code === 'UND_ERR_INVALID_ARG' || code === 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH';
    if (!ours) this.upstreams.failed(this.upstream, error);
    if (response.headersSent) {
      // The visitor already has half an answer: cut, so that nobody takes it for whole.
      response.destroy(error);
      return;
    }
    if (!ours && this.again(error)) return;
    if (ours) fail('BAD_REQUEST', error);
    else fail(/TIMEOUT/.test(code) ? 'UPSTREAM_TIMEOUT' : 'UPSTREAM_DOWN', error);
  }

  private finish(): void {
    this.settled = true;
    this.upstream.pending -= 1;
    this.input.response.removeListener('close', this.onGone);
  }
}

class VisitorGone extends Error {
  override readonly name = 'VisitorGone';
}

export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge';
}

export function hasBody(request: AnyRequest): boolean {
  const { headers, method } = request;
  if (headers['transfer-encoding'] !== undefined) return true;
  const length = headers['content-length'];
  if (length !== undefined) return length !== '0';
  // HTTP/2 has no transfer-encoding: a body is there unless the stream ended with the headers.
  if (request.httpVersionMajor < 2 || method === 'GET' || method === 'HEAD') return false;
  return !(request as { complete?: boolean }).complete;
}

/** A body whose length is declared is held to it by the parser; one that is not is counted as it flows. */
function limitedBody(request: AnyRequest, limit: number): Readable {
  if (request.headers['content-length'] !== undefined) return request as unknown as Readable;
  let seen = 0;
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length;
      if (seen > limit) done(new BodyTooLarge());
      else done(null, chunk);
    },
  });
  (request as unknown as Readable).on('error', (error) => counter.destroy(error)).pipe(counter);
  return counter;
}

/** Reads a whole body of at most `limit` bytes; rejects with {@link BodyTooLarge}. */
export function readWhole(request: AnyRequest, limit: number): Promise<Buffer> {
  const stream = request as unknown as Readable;
  return new Promise((resolve, reject) => {
    if (Number(request.headers['content-length'] ?? 0) > limit) {
      reject(new BodyTooLarge());
      return;
    }
    const chunks: Buffer[] = [];
    let size = 0;
    stream.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) {
        stream.pause();
        reject(new BodyTooLarge());
      } else chunks.push(chunk);
    });
    stream.once('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    stream.once('error', reject);
    stream.once('close', () => reject(new Error('the visitor went away')));
  });
}

function isConnectFault(error: Error): boolean {
  return /ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|UND_ERR_CONNECT_TIMEOUT/.test(
    (error as { code?: string }).code ?? '',
  );
}

/** A kept-alive connection that the upstream closed just as it was used. */
function isClosedFault(error: Error): boolean {
  return /UND_ERR_SOCKET|ECONNRESET|EPIPE/.test((error as { code?: string }).code ?? '');
}
