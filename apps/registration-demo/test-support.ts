/** A running demo and a client that signs in, for the tests. */
import { startRegistrationDemo } from './index.ts';
import type { RegistrationDemo, RegistrationDemoOptions } from './index.ts';

export interface ApiClient {
  readonly patients: string[];
  readonly token: string;
  readonly call: <T = Record<string, never>>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => Promise<{ status: number; body: T }>;
}

export async function openDemo(options: RegistrationDemoOptions = {}): Promise<RegistrationDemo> {
  return await startRegistrationDemo({ seed: 'test', accounts: 30, ...options });
}

export async function send<T>(
  base: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: T }> {
  const response = await fetch(base + path, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as T };
}

/** Signs account number `at` (from 1) in through the public API. */
export async function signIn(demo: RegistrationDemo, at: number): Promise<ApiClient> {
  const phone = `100${String(at).padStart(8, '0')}`;
  const code = await send<{ demoCode: string }>(demo.url, 'POST', '/api/login/code', { phone });
  const login = await send<{ token: string }>(demo.url, 'POST', '/api/login', { phone, code: code.body.demoCode });
  const { token } = login.body;
  const call: ApiClient['call'] = (method, path, body, headers = {}) =>
    send(demo.url, method, `/api${path}`, body, { authorization: `Bearer ${token}`, ...headers });
  const me = await call<{ patients: { id: string }[] }>('GET', '/me');
  return { token, call, patients: me.body.patients.map(({ id }) => id) };
}
