/** The console's only way to the server: same origin, cookie session, CSRF token on writes, errors with a code and a remedy. */
import { i18n } from './text.ts';

export interface ApiProblem {
  readonly code: string;
  readonly message: string;
  readonly details?: readonly { readonly path: string; readonly message: string }[];
  readonly ref?: string;
}

export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly code: string;
  readonly details: readonly { readonly path: string; readonly message: string }[];
  readonly ref: string | undefined;
  /** The whole answer, for calls whose error says what to do next (second factor wanted). */
  readonly data: Readonly<Record<string, unknown>>;

  constructor(status: number, problem: ApiProblem, data: Readonly<Record<string, unknown>> = {}) {
    super(problem.message);
    this.status = status;
    this.code = problem.code;
    this.details = problem.details ?? [];
    this.ref = problem.ref;
    this.data = data;
  }
}

export type QueryValue = string | number | boolean | undefined | null | readonly string[];

let csrf = '';
let onUnauthenticated: () => void = () => undefined;

export function setCsrf(token: string): void {
  csrf = token;
}

/** Called when the session ended while pages are open. */
export function whenUnauthenticated(handler: () => void): void {
  onUnauthenticated = handler;
}

export function apiUrl(path: string, query: Readonly<Record<string, QueryValue>> = {}): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value === undefined || value === null || value === '') continue;
    if (typeof value === 'object') for (const one of value) params.append(key, one);
    else params.append(key, String(value));
  }
  const text = params.toString();
  return `/api/v1${path}${text === '' ? '' : `?${text}`}`;
}

export interface ApiOptions {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly query?: Readonly<Record<string, QueryValue>>;
  /** Sent as JSON, or as it is when it is FormData. */
  readonly body?: unknown;
  readonly signal?: AbortSignal;
  /** Do not treat 401 as the end of the session (sign-in itself). */
  readonly signingIn?: boolean;
}

async function send(path: string, options: ApiOptions): Promise<Response> {
  const method = options.method ?? 'GET';
  const headers: Record<string, string> = { 'accept-language': i18n.language ?? 'zh-CN' };
  if (method !== 'GET' && csrf !== '') headers['x-csrf-token'] = csrf;
  let body: BodyInit | undefined;
  if (options.body instanceof FormData) body = options.body;
  else if (options.body !== undefined) {
    headers['content-type'] = 'application/json';
    body = JSON.stringify(options.body);
  }
  let response: Response;
  try {
    response = await fetch(apiUrl(path, options.query), {
      method,
      headers,
      credentials: 'same-origin',
      ...(body === undefined ? {} : { body }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw new ApiError(0, { code: 'network.unreachable', message: i18n.t('ui.unreachable') });
  }
  if (response.ok) return response;
  const data = await readJson(response);
  const problem: ApiProblem =
    typeof data['code'] === 'string'
      ? (data as unknown as ApiProblem)
      : { code: `http.${String(response.status)}`, message: `${i18n.t('ui.httpError')} ${String(response.status)}` };
  if (response.status === 401 && options.signingIn !== true) onUnauthenticated();
  throw new ApiError(response.status, problem, data);
}

async function readJson(response: Response): Promise<Record<string, unknown>> {
  try {
    const data: unknown = await response.json();
    return typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** One call; the shape is the route's response (types of the area's contract). */
export async function api<T>(path: string, options: ApiOptions = {}): Promise<T> {
  const response = await send(path, options);
  if (response.status === 204) return undefined as T;
  const text = await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

/** Fetches a file with the session and hands it to the browser's download. */
export async function download(path: string, options: ApiOptions & { readonly name: string }): Promise<void> {
  const response = await send(path, options);
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement('a');
  link.href = url;
  link.download = fileNameOf(response) ?? options.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

function fileNameOf(response: Response): string | undefined {
  const header = response.headers.get('content-disposition') ?? '';
  const star = /filename\*=UTF-8''([^;]+)/i.exec(header)?.[1];
  if (star !== undefined) return decodeURIComponent(star);
  return /filename="([^"]+)"/.exec(header)?.[1];
}
