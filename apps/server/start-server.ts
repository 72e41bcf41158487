import { mkdirSync } from 'node:fs';
import { accessRoutes, createAccess, sweepAttempts } from '@xinglin/platform/access';
import type { Access } from '@xinglin/platform/access';
import { openBus } from '@xinglin/platform/bus';
import { openCounters } from '@xinglin/platform/counters';
import { openEvents } from '@xinglin/platform/events';
import { createApp, createLive, listen } from '@xinglin/platform/http';
import type { Area, AreaModule, Listening, Platform, RouteSpec, Service } from '@xinglin/platform/http';
import {
  createLifecycle,
  createLog,
  createMetrics,
  openSecrets,
  productVersion,
  systemClock,
} from '@xinglin/platform/kernel';
import type { Config, Logger } from '@xinglin/platform/kernel';
import { createNotifier, notifyRoutes } from '@xinglin/platform/notify';
import { migrateState, openState } from '@xinglin/platform/state';
import { createAdministrators } from './administrators.ts';
import type { FirstAccounts } from './administrators.ts';
import { AREAS } from './areas.ts';
import { clickhouseUrl } from './clickhouse-url.ts';
import { prepareConsole } from './console-build.ts';

export interface StartOptions {
  readonly areas?: readonly AreaModule[];
  readonly log?: Logger;
  /** Progress for a person waiting, e.g. on stderr. */
  readonly say?: (text: string) => void;
  /** Creates the three administrators when there is no account; default true. */
  readonly createAdministrators?: boolean;
  /** Builds the console when it is old; default true. */
  readonly buildConsole?: boolean;
  readonly now?: () => Date;
}

export interface RunningServer {
  readonly url: string;
  readonly port: number;
  readonly platform: Platform;
  readonly access: Access;
  readonly routes: readonly RouteSpec[];
  /** The accounts made by this start, when it was the first. */
  readonly firstAccounts: FirstAccounts | undefined;
  /** Flushes and stops everything within nine seconds; the names of parts that failed to. */
  stop(): Promise<readonly string[]>;
}

const SWEEP_MS = 600_000;

/** Composes the platform and the areas, opens the ports, and resolves when traffic can be taken. */
export async function startServer(config: Config, options: StartOptions = {}): Promise<RunningServer> {
  const log = options.log ?? createLog({ level: config.log.level });
  const { say = () => undefined, now = systemClock, areas: modules = AREAS } = options;
  mkdirSync(config.data, { recursive: true, mode: 0o700 });
  const metrics = createMetrics({ processMetrics: true });
  const lifecycle = createLifecycle({ log });
  const closing = (name: string, close: () => Promise<void>, ready?: () => string | undefined): Service => ({
    name,
    start: () => Promise.resolve(),
    stop: close,
    ...(ready === undefined ? {} : { ready }),
  });

  try {
    const consoleReady =
      options.buildConsole === false ? Promise.resolve(config.consoleDir) : prepareConsole(config, log, say);
    say(
      `正在启动存储引擎 / Starting the stores (${config.postgres.url === undefined ? 'PGlite' : 'PostgreSQL'}, ${config.clickhouse.url === undefined ? 'chDB' : 'ClickHouse'}) …`,
    );
    const opening = await Promise.allSettled([
      openState({ dataDir: config.data, log, ...given('url', config.postgres.url) }),
      openEvents({
        dataDir: config.data,
        log,
        retentionDays: config.retention.eventDays,
        ...given('url', clickhouseUrl(config)),
      }),
      openBus({ log, ...given('url', config.nats.url) }),
      openCounters({ log, ...given('url', config.redis.url) }),
    ]);
    const names = ['state', 'events', 'bus', 'counters'];
    for (const [index, result] of opening.entries()) {
      if (result.status === 'fulfilled') lifecycle.add(closing(names[index] ?? '', () => result.value.close()));
    }
    await lifecycle.start();
    const [state, events, bus, counters] = opening.map((result) => {
      if (result.status === 'rejected') throw result.reason;
      return result.value;
    }) as [
      Awaited<ReturnType<typeof openState>>,
      Awaited<ReturnType<typeof openEvents>>,
      Awaited<ReturnType<typeof openBus>>,
      Awaited<ReturnType<typeof openCounters>>,
    ];

    const secrets = openSecrets(config.data);
    const access = createAccess({ config, log, metrics, state, counters, secrets, now });
    let listening: Listening | undefined;
    const consoleUrl = (): string => config.publicUrl ?? listening?.url ?? `http://127.0.0.1:${config.port}`;
    const notifyContext = { config, log, metrics, state, bus, secrets, now, consoleUrl };
    const notify = createNotifier(notifyContext);
    const platform: Platform = {
      config,
      log,
      metrics,
      state,
      events,
      bus,
      counters,
      notify,
      dataDir: config.data,
      now,
    };

    const areas: Area[] = [];
    for (const module of modules) {
      await migrateState(state, { area: module.name, dir: new URL('state/', module.migrations) });
      await events.migrate({ area: module.name, dir: new URL('events/', module.migrations) });
    }
    for (const module of modules) areas.push(await module.create(platform));
    const firstAccounts =
      options.createAdministrators === false ? undefined : await createAdministrators(access.context);

    lifecycle.add(notify);
    lifecycle.add(sweeper(access, log));
    for (const area of areas) for (const service of area.services) lifecycle.add(service);

    const routes = [
      ...accessRoutes(access),
      ...notifyRoutes(notifyContext, notify),
      ...areas.flatMap((area) => area.routes),
    ];
    const live = createLive({ bus, metrics });
    const consoleDir = await consoleReady;
    const app = createApp({
      config,
      log,
      metrics,
      counters,
      access,
      live,
      routes,
      mounts: areas.flatMap((area) => area.mounts),
      version: productVersion(),
      notReady: () => lifecycle.notReady(),
      consoleDir: () => consoleDir,
    });
    lifecycle.add({
      name: 'http',
      start: async () => {
        listening = await listen(app, config);
      },
      stop: async () => {
        live.close();
        await listening?.close(2_000);
      },
    });
    await lifecycle.start();
    if (listening === undefined) throw new Error('the HTTP port did not open');
    const { url, port } = listening as Listening;
    log.info({ url, data: config.data, areas: areas.map((area) => area.name) }, 'ready');
    return { url, port, platform, access, routes, firstAccounts, stop: () => lifecycle.stop() };
  } catch (error) {
    await lifecycle.stop();
    throw error;
  }
}

/** Removes ended sessions and old sign-in failures now and then. */
function sweeper(access: Access, log: Logger): Service {
  let timer: NodeJS.Timeout | undefined;
  const sweep = (): void => {
    Promise.all([access.sessions.sweep(), sweepAttempts(access.context)]).catch((error: unknown) =>
      log.warn({ err: error }, 'access sweep'),
    );
  };
  return {
    name: 'access',
    start: () => {
      timer = setInterval(sweep, SWEEP_MS);
      timer.unref();
      return Promise.resolve();
    },
    stop: () => {
      clearInterval(timer);
      return Promise.resolve();
    },
  };
}

function given<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: V };
}
