import { XinglinError } from '@xinglin/platform/kernel';
import './errors.ts';

export interface ServerOptions {
  readonly url: string;
  /** API key `xlk_…`. */
  readonly key: string;
}

/** The key given, or that of the environment. */
export function keyOf(given: string | undefined): string {
  const key = given ?? process.env.XINGLIN_API_KEY;
  if (key === undefined || key === '') throw new XinglinError('cli.no_key');
  return key;
}

/** A call of the server's API; what it answers, or `cli.server_refused` / `cli.server_away` with its reason. */
export async function callServer(
  { url, key }: ServerOptions,
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  body?: unknown,
): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(new URL(`/api/v1${path}`, url), {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new XinglinError('cli.server_away', { url, reason: cause instanceof Error ? cause.message : String(cause) });
  }
  const text = await response.text();
  if (!response.ok)
    throw new XinglinError('cli.server_refused', { url, reason: `${response.status} ${reasonOf(text)}` });
  return text === '' ? undefined : (JSON.parse(text) as unknown);
}

function reasonOf(text: string): string {
  try {
    const { error, message, details } = JSON.parse(text) as {
      error?: { message?: string; details?: { path: string; message: string }[] };
      message?: string;
      details?: { path: string; message: string }[];
    };
    const more = (error?.details ?? details ?? []).map((detail) => `${detail.path}: ${detail.message}`).join('; ');
    return [error?.message ?? message ?? text, more].filter((part) => part !== '').join(' ');
  } catch {
    return text.slice(0, 300);
  }
}
