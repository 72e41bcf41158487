import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accessRoutes, createAccess, provisionAccounts, systemActor } from '@xinglin/platform/access';
import type { Access, ProvisionedAccount } from '@xinglin/platform/access';
import { openBus } from '@xinglin/platform/bus';
import type { Bus } from '@xinglin/platform/bus';
import { memoryCounters } from '@xinglin/platform/counters';
import { createApp, createLive } from '@xinglin/platform/http';
import type { Mount, RouteSpec } from '@xinglin/platform/http';
import { configSchema, createMetrics, openSecrets, silentLog, testClock } from '@xinglin/platform/kernel';
import type { Config, ConfigInput, Metrics, TestClock } from '@xinglin/platform/kernel';
import { createNotifier, notifyRoutes } from '@xinglin/platform/notify';
import type { NotifyContext, NotifyService } from '@xinglin/platform/notify';
import { openState } from '@xinglin/platform/state';
import type { OpenedState } from '@xinglin/platform/state';

export interface TestPlatform {
  readonly config: Config;
  readonly dir: string;
  readonly clock: TestClock;
  readonly state: OpenedState;
  readonly bus: Bus;
  readonly metrics: Metrics;
  readonly access: Access;
  readonly notify: NotifyService;
  readonly notifyContext: NotifyContext;
  readonly routes: readonly RouteSpec[];
  fetch(request: Request): Promise<Response>;
  /** Accounts with their roles and the password `Test-Passw0rd-9`, usable at once. */
  provision(accounts: readonly ProvisionedAccount[]): Promise<void>;
  /** A browser that is signed in. */
  signIn(username: string, password?: string, totp?: string): Promise<Client>;
  /** A browser that is not. */
  anonymous(): Client;
  close(): Promise<void>;
}

export interface Client {
  readonly cookie: string;
  readonly csrf: string;
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  get<T = Record<string, unknown>>(path: string): Promise<T>;
}

export const PASSWORD = 'Test-Passw0rd-9';
const ORIGIN = 'http://127.0.0.1:8600';

export interface TestPlatformOptions {
  readonly config?: ConfigInput;
  readonly routes?: (base: {
    state: OpenedState;
    bus: Bus;
    access: Access;
    config: Config;
    notify: NotifyService;
  }) => readonly RouteSpec[];
  readonly mounts?: readonly Mount[];
  readonly notify?: Partial<NotifyContext>;
  readonly consoleDir?: string;
}

/** The platform with a real embedded PostgreSQL in a folder of its own, a clock the test moves, and the whole HTTP app without a socket. */
export async function openTestPlatform(options: TestPlatformOptions = {}): Promise<TestPlatform> {
  const dir = mkdtempSync(join(tmpdir(), 'xinglin-test-'));
  const config: Config = { ...configSchema.parse({ ...options.config, data: dir }), data: dir };
  const clock = testClock('2026-03-02T08:00:00.000Z');
  const log = silentLog();
  const metrics = createMetrics();
  const state = await openState({ dataDir: dir });
  const bus = await openBus({});
  const counters = memoryCounters({ now: () => clock().getTime() });
  const secrets = openSecrets(dir);
  const access = createAccess({ config, log, metrics, state, counters, secrets, now: clock });
  const notifyContext: NotifyContext = {
    config,
    log,
    metrics,
    state,
    bus,
    secrets,
    now: clock,
    consoleUrl: () => ORIGIN,
    ...options.notify,
  };
  const notify = createNotifier(notifyContext);
  const routes = [
    ...accessRoutes(access),
    ...notifyRoutes(notifyContext, notify),
    ...(options.routes?.({ state, bus, access, config, notify }) ?? []),
  ];
  const live = createLive({ bus, metrics, heartbeatMs: 50 });
  const app = createApp({
    config,
    log,
    metrics,
    counters,
    access,
    live,
    routes,
    mounts: options.mounts ?? [],
    version: '0.0.0-test',
    notReady: () => [],
    consoleDir: () => options.consoleDir,
  });

  const makeClient = (cookie: string, csrf: string): Client => {
    const call: Client['call'] = (method, path, body, headers = {}) => {
      const form = body instanceof FormData;
      return app.fetch(
        new Request(`${ORIGIN}/api/v1${path}`, {
          method,
          headers: {
            ...(cookie === '' ? {} : { cookie }),
            ...(csrf === '' ? {} : { 'x-csrf-token': csrf }),
            ...(body === undefined || form ? {} : { 'content-type': 'application/json' }),
            ...headers,
          },
          ...(body === undefined ? {} : { body: form ? body : JSON.stringify(body) }),
        }),
      );
    };
    return {
      cookie,
      csrf,
      call,
      async get<T>(path: string) {
        const response = await call('GET', path);
        if (response.status !== 200)
          throw new Error(`GET ${path} answered ${response.status}: ${await response.text()}`);
        return (await response.json()) as T;
      },
    };
  };

  return {
    config,
    dir,
    clock,
    state,
    bus,
    metrics,
    access,
    notify,
    notifyContext,
    routes,
    fetch: (request) => app.fetch(request),
    async provision(accounts) {
      await provisionAccounts(
        access.context,
        systemActor('test'),
        accounts.map((account) => ({ password: PASSWORD, mustChangePassword: false, ...account })),
      );
    },
    async signIn(username, password = PASSWORD, totp) {
      const response = await makeClient('', '').call('POST', '/session', {
        username,
        password,
        ...(totp === undefined ? {} : { totp }),
      });
      if (response.status !== 200)
        throw new Error(`sign-in of ${username} answered ${response.status}: ${await response.text()}`);
      const { csrf } = (await response.json()) as { csrf: string };
      return makeClient((response.headers.get('set-cookie') ?? '').split(';')[0] ?? '', csrf);
    },
    anonymous: () => makeClient('', ''),
    async close() {
      live.close();
      await notify.stop();
      await counters.close();
      await bus.close();
      await state.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
