import { XinglinError } from '../kernel/errors.ts';
import type { ErrorDetail } from '../kernel/errors.ts';
import type { Logger } from '../kernel/log.ts';
import type { Locale } from './locale.ts';

/** What every failed call answers. `ref` names the request in the server's log. */
export interface ErrorBody {
  readonly code: string;
  readonly message: string;
  readonly details: readonly ErrorDetail[];
  readonly ref: string;
}

export function json(value: unknown, status = 200, headers: Record<string, string> = {}): Response {
  // With its length known, a short answer is not compressed.
  const text = JSON.stringify(value);
  return new Response(text, {
    status,
    headers: {
      'content-length': String(Buffer.byteLength(text)),
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
      ...headers,
    },
  });
}

/** A person's own mistakes are answered as they are; what we did not foresee is logged whole and answered with a reference only. */
export function errorResponse(error: unknown, locale: Locale, ref: string, log: Logger): Response {
  const known = error instanceof XinglinError ? error : new XinglinError('internal.error', { ref }, { cause: error });
  if (known.status >= 500 && known.status !== 503) log.error({ ref, err: error }, 'request failed');
  const body: ErrorBody = { code: known.code, message: known.text(locale), details: known.details, ref };
  const headers: Record<string, string> = {};
  if (known.status === 429) headers['retry-after'] = String(known.params.seconds ?? 60);
  if (known.status === 503) headers['retry-after'] = '5';
  if (known.status === 401) headers['www-authenticate'] = 'Bearer';
  return json(body, known.status, headers);
}
