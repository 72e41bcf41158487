import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import { OWN_COOKIES } from '../challenge/session.ts';
import { withoutCookies } from '../observe/extract.ts';

/** Meant for one connection only (RFC 9110, 7.6.1) and names a front proxy must not pass on. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
  'expect',
]);
/** Only the gateway may say these to the upstream. */
const REWRITTEN = new Set([
  'host',
  'cookie',
  'content-length',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-real-ip',
  'forwarded',
]);

export type AnyRequest = IncomingMessage | Http2ServerRequest;

export interface ForwardedBy {
  readonly ip: string;
  readonly secure: boolean;
  readonly host: string;
  /** X-Forwarded-For as received from a trusted proxy, with its own address appended; else undefined. */
  readonly chain: string | undefined;
  readonly upstreamHost: string | undefined;
  readonly extra: Readonly<Record<string, string>>;
}

/** The request's headers for the upstream as a flat list of names and values. */
export function upstreamHeaders(request: AnyRequest, by: ForwardedBy): string[] {
  const { rawHeaders, headers } = request;
  const out: string[] = [];
  const { connection } = headers;
  // Headers named by Connection belong to this hop; a client could otherwise have the upstream lose one of ours.
  const named =
    connection === undefined || /^(close|keep-alive|upgrade)$/i.test(connection) ? undefined : tokens(connection);
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] as string).toLowerCase();
    if (name[0] === ':' || HOP_BY_HOP.has(name) || REWRITTEN.has(name) || named?.has(name) === true) continue;
    // `x_forwarded_for` becomes `X-Forwarded-For` in CGI-like upstreams.
    if (name.startsWith('x-xinglin-') || name.includes('_')) continue;
    out.push(name, rawHeaders[i + 1] as string);
  }
  const cookie = withoutCookies(headers.cookie, OWN_COOKIES);
  if (cookie !== undefined) out.push('cookie', cookie);
  out.push('host', by.upstreamHost ?? by.host);
  out.push('x-forwarded-for', by.chain ?? by.ip, 'x-real-ip', by.ip);
  out.push('x-forwarded-proto', by.secure ? 'https' : 'http');
  out.push('x-forwarded-host', by.host);
  for (const name in by.extra) out.push(name, by.extra[name] as string);
  return out;
}

/** The answer's headers for the visitor; the object of the parser is changed in place. */
export function visitorHeaders(headers: IncomingHttpHeaders, cookies: readonly string[]): IncomingHttpHeaders {
  const { connection } = headers;
  if (connection !== undefined) {
    for (const name of tokens(connection)) if (name !== 'close' && name !== 'keep-alive') delete headers[name];
    delete headers.connection;
  }
  delete headers['keep-alive'];
  delete headers['transfer-encoding'];
  delete headers['proxy-connection'];
  delete headers['proxy-authenticate'];
  delete headers.trailer;
  delete headers.te;
  delete headers.upgrade;
  if (cookies.length > 0) headers['set-cookie'] = [...(headers['set-cookie'] ?? []), ...cookies];
  return headers;
}

function tokens(list: string): Set<string> {
  return new Set(
    list
      .toLowerCase()
      .split(',')
      .map((token) => token.trim()),
  );
}

/**
 * Why a request is not passed on, or undefined. The parser already refuses what RFC 9112 calls an error (both lengths, bare CR, spaces in
 * names); here goes what two parsers in a row may read differently.
 */
export function requestFault(request: AnyRequest): string | undefined {
  const { url = '', method = '', rawHeaders, headers } = request;
  if (method === 'TRACE' || method === 'CONNECT') return 'method';
  if (url[0] !== '/') return method === 'OPTIONS' && url === '*' ? undefined : 'target';
  if (url.includes('\\') || url.includes('#')) return 'target';
  const encoding = headers['transfer-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'chunked') return 'transfer-encoding';
  if (encoding !== undefined && headers['content-length'] !== undefined) return 'length';
  if (headers['content-length'] !== undefined && !/^\d{1,15}$/.test(headers['content-length'])) return 'length';
  let hosts = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    if (name.length === 4 && name.toLowerCase() === 'host') hosts += 1;
  }
  if (hosts > 1) return 'host';
  const host = headers.host ?? (headers as Record<string, string | undefined>)[':authority'];
  if (host !== undefined && !/^[\w.\-:[\]]{1,255}$/.test(host)) return 'host';
  return undefined;
}
