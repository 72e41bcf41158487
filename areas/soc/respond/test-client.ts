/** Calls routes through the real HTTP application; only who signs in is decided by the test. */
import { ANONYMOUS } from '@xinglin/platform/access';
import type { Access, Actor } from '@xinglin/platform/access';
import { openCounters } from '@xinglin/platform/counters';
import { createApp, createLive } from '@xinglin/platform/http';
import type { RouteSpec } from '@xinglin/platform/http';
import { configSchema } from '@xinglin/platform/kernel';
import type { TestBase } from './test-support.ts';

export interface Answer {
  readonly status: number;
  readonly body: never;
  readonly text: string;
  readonly headers: Headers;
}

export interface TestClient {
  call(actor: Actor | undefined, method: string, path: string, body?: unknown): Promise<Answer>;
  send(actor: Actor | undefined, method: string, path: string, body?: unknown): Promise<Response>;
}

export async function testClient(base: TestBase, routes: readonly RouteSpec[]): Promise<TestClient> {
  const counters = await openCounters({});
  const actors = new Map<string, Actor>();
  const access = {
    identify: (request: Request) => {
      const found = actors.get(request.headers.get('x-test-actor') ?? '');
      return Promise.resolve({ actor: found ?? ANONYMOUS, via: found === undefined ? 'none' : 'session' } as const);
    },
    checkOrigin: () => {},
  } as unknown as Access;
  const app = createApp({
    config: configSchema.parse({}),
    log: base.log,
    metrics: base.metrics,
    counters,
    access,
    live: createLive({ bus: base.bus, metrics: base.metrics }),
    routes,
    mounts: [],
    version: 'test',
    notReady: () => [],
    consoleDir: () => undefined,
  });
  async function send(actor: Actor | undefined, method: string, path: string, body?: unknown): Promise<Response> {
    const headers = new Headers({ 'accept-language': 'en' });
    if (actor !== undefined) {
      const key = `${actor.id} ${actor.roles.join()} ${actor.scopes.join()}`;
      actors.set(key, actor);
      headers.set('x-test-actor', key);
    }
    let payload: string | FormData | undefined;
    if (body instanceof FormData) payload = body;
    else if (body !== undefined) {
      payload = JSON.stringify(body);
      headers.set('content-type', 'application/json');
    }
    const init = { method: method.toUpperCase(), headers, ...(payload === undefined ? {} : { body: payload }) };
    return await app.fetch(new Request(`http://test/api/v1${path}`, init));
  }

  return {
    send,
    async call(actor, method, path, body) {
      const response = await send(actor, method, path, body);
      const text = await response.text();
      const isJson = response.headers.get('content-type')?.includes('application/json') === true && text !== '';
      const json = (isJson ? JSON.parse(text) : undefined) as never;
      return { status: response.status, body: json, text, headers: response.headers };
    },
  };
}
