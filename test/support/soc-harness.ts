/** The SOC's routes on a real state store (PGlite in its child process) and the real HTTP layer, for tests; what leaves the process is recorded. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ANONYMOUS, ROLE_PERMISSIONS } from '@xinglin/platform/access';
import type { Access, Actor, Role } from '@xinglin/platform/access';
import type { Signal } from '@xinglin/platform/bus';
import type { EventStore } from '@xinglin/platform/events';
import { createApp } from '@xinglin/platform/http';
import type { Platform, RouteSpec } from '@xinglin/platform/http';
import { configSchema, createMetrics, silentLog, testClock } from '@xinglin/platform/kernel';
import type { TestClock } from '@xinglin/platform/kernel';
import type { Notification } from '@xinglin/platform/notify';
import { migrateState, openState } from '@xinglin/platform/state';
import type { OpenedState } from '@xinglin/platform/state';

export interface Harness {
  readonly platform: Platform;
  readonly state: OpenedState;
  readonly clock: TestClock;
  readonly signals: Signal[];
  readonly sent: Notification[];
  /** Routes served from now on. */
  serve(routes: readonly RouteSpec[]): void;
  /** Calls a route as the actor; a FormData body is multipart, anything else JSON. */
  call(who: Actor, method: string, path: string, body?: unknown): Promise<Response>;
  /** As `call`, and the JSON; throws the error's code when it failed. */
  json<T = Record<string, unknown>>(who: Actor, method: string, path: string, body?: unknown): Promise<T>;
  close(): Promise<void>;
}

export async function openHarness(options: { start?: string; events?: Partial<EventStore> } = {}): Promise<Harness> {
  const dataDir = mkdtempSync(join(tmpdir(), 'xinglin-soc-'));
  const state = await openState({ dataDir });
  await migrateState(state, { area: 'soc', dir: new URL('../../areas/soc/migrations/state/', import.meta.url) });
  const clock = testClock(options.start ?? '2026-11-23T02:00:00.000Z');
  const signals: Signal[] = [];
  const sent: Notification[] = [];
  const refused = (): never => {
    throw new Error('no event store in this test');
  };
  const config = configSchema.parse({ data: dataDir, http: { requestsPerMinute: 1_000_000 } });
  const platform: Platform = {
    config,
    log: silentLog(),
    metrics: createMetrics(),
    state,
    events: {
      url: '',
      insert: refused,
      query: refused,
      command: refused,
      ping: refused,
      close: () => Promise.resolve(),
      ...options.events,
    },
    bus: {
      publish: (signal) => void signals.push(signal),
      subscribe: () => () => undefined,
      close: () => Promise.resolve(),
    },
    counters: {
      add: () => Promise.resolve(1),
      get: () => Promise.resolve(0),
      once: () => Promise.resolve(true),
      clear: () => Promise.resolve(),
      close: () => Promise.resolve(),
    },
    notify: {
      send: (notification) => {
        sent.push(notification);
        return Promise.resolve();
      },
    },
    dataDir,
    now: clock,
  };
  let routes: readonly RouteSpec[] = [];
  // Sign-in is another package's test: here the caller says who is calling.
  let caller: Actor = ANONYMOUS;
  const access = {
    identify: () => Promise.resolve({ actor: caller }),
    checkOrigin: () => undefined,
  } as unknown as Access;

  const call: Harness['call'] = async (who, method, path, body) => {
    const app = createApp({
      config,
      log: platform.log,
      metrics: platform.metrics,
      counters: platform.counters,
      access,
      live: { open: () => new Response() } as never,
      routes,
      mounts: [],
      version: 'test',
      notReady: () => [],
      consoleDir: () => undefined,
    });
    caller = who;
    const form = body instanceof FormData;
    return await app.fetch(
      new Request(`http://localhost/api/v1${path}`, {
        method: method.toUpperCase(),
        ...(body === undefined ? {} : { body: form ? body : JSON.stringify(body) }),
        ...(body === undefined || form ? {} : { headers: { 'content-type': 'application/json' } }),
      }),
    );
  };

  return {
    platform,
    state,
    clock,
    signals,
    sent,
    serve: (list) => {
      routes = list;
    },
    call,
    async json<T>(who: Actor, method: string, path: string, body?: unknown) {
      const response = await call(who, method, path, body);
      const text = await response.text();
      if (!response.ok) throw new Error(`${response.status} ${text}`);
      return (text === '' ? undefined : JSON.parse(text)) as T;
    },
    async close() {
      await state.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

export function person(role: Role, tenant: string, ...moreScopes: string[]): Actor {
  return {
    kind: 'user',
    id: `${role}@${tenant}`,
    name: `${role}@${tenant}`,
    roles: [role],
    tenant,
    scopes: [tenant, ...moreScopes],
    permissions: new Set(ROLE_PERMISSIONS[role]),
  };
}

export function form(
  fields: Readonly<Record<string, string>>,
  files: readonly { name: string; bytes: Uint8Array | string; type?: string }[] = [],
): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.append(name, value);
  for (const { name, bytes, type } of files)
    data.append(
      'files',
      new File([typeof bytes === 'string' ? bytes : new Uint8Array(bytes)], name, type === undefined ? {} : { type }),
    );
  return data;
}
