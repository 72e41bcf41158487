import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { XinglinError } from '../kernel/errors.ts';
import './errors.ts';
import { safeAddress } from './safe-address.ts';
import type { AllowList, Resolve } from './safe-address.ts';

export interface PostOptions {
  readonly allow: AllowList;
  readonly resolve?: Resolve;
  readonly timeoutMs?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface PostResult {
  readonly status: number;
  readonly body: string;
}

const MAX_ANSWER = 64 * 1024;
const MAX_REDIRECTS = 3;

/** Posts JSON to an address that passed {@link safeAddress}; each redirect is checked again like a new address. */
export async function safePost(address: string, payload: unknown, options: PostOptions): Promise<PostResult> {
  let url = parse(address);
  for (let hop = 0; ; hop += 1) {
    const target = await safeAddress(url, options.allow, options.resolve);
    const answer = await send(url, target.address, target.family, JSON.stringify(payload), options);
    if (answer.location === undefined) return answer;
    if (hop >= MAX_REDIRECTS) throw new XinglinError('notify.rejected', { reason: 'too many redirects' });
    const next = parse(new URL(answer.location, url).href);
    if (url.protocol === 'https:' && next.protocol === 'http:')
      throw new XinglinError('notify.rejected', { reason: 'redirect from https to http' });
    url = next;
  }
}

function parse(text: string): URL {
  try {
    return new URL(text);
  } catch {
    throw new XinglinError('notify.bad_url', { url: text, reason: 'not a URL' });
  }
}

function send(
  url: URL,
  address: string,
  family: 4 | 6,
  body: string,
  options: PostOptions,
): Promise<PostResult & { location?: string }> {
  const { timeoutMs = 10_000, headers = {} } = options;
  const make = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const fail = (reason: string): void => reject(new XinglinError('notify.unreachable', { host: url.host, reason }));
    const request = make(
      url,
      {
        method: 'POST',
        agent: false,
        // Connects to the address that was checked, whatever the name says now; TLS still verifies the name.
        lookup: (_host, lookupOptions, done) => {
          if (lookupOptions.all === true) done(null, [{ address, family }]);
          else done(null, address, family);
        },
        headers: {
          'content-type': 'application/json; charset=utf-8',
          'content-length': Buffer.byteLength(body),
          'user-agent': 'Xinglin',
          ...headers,
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > MAX_ANSWER) response.destroy();
          else chunks.push(chunk);
        });
        response.on('close', () => {
          clearTimeout(timer);
          const status = response.statusCode ?? 0;
          const { location } = response.headers;
          const redirect = [301, 302, 307, 308].includes(status) && location !== undefined;
          resolve({ status, body: Buffer.concat(chunks).toString('utf8'), ...(redirect ? { location } : {}) });
        });
        response.on('error', () => undefined);
      },
    );
    const timer = setTimeout(() => request.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    request.on('error', (error) => {
      clearTimeout(timer);
      fail(error.message);
    });
    request.end(body);
  });
}
