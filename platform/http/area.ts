import type { Bus } from '../bus/port.ts';
import type { Counters } from '../counters/port.ts';
import type { EventStore } from '../events/port.ts';
import type { Config } from '../kernel/config.ts';
import type { Logger } from '../kernel/log.ts';
import type { Metrics } from '../kernel/metrics.ts';
import type { Notifier } from '../notify/port.ts';
import type { State } from '../state/port.ts';
import type { RouteSpec } from './route.ts';

/** What the server hands to an area. */
export interface Platform {
  readonly config: Config;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly state: State;
  readonly events: EventStore;
  readonly bus: Bus;
  readonly counters: Counters;
  readonly notify: Notifier;
  /** Folder for files the product keeps (evidence, reports, fonts cache); below `XINGLIN_DATA`. */
  readonly dataDir: string;
  readonly now: () => Date;
}

/** Something started and stopped with the server, in order; `stop` flushes what was acknowledged and resolves within 8 s. */
export interface Service {
  readonly name: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Not ready → `/readyz` answers 503 with this text. */
  ready?(): string | undefined;
}

/** A raw HTTP surface outside `/api/v1` (ingest endpoints): gets the web-standard request before body parsing. */
export interface Mount {
  readonly prefix: string;
  readonly fetch: (request: Request, info: { ip: string }) => Promise<Response>;
}

export interface Area {
  readonly name: string;
  readonly routes: readonly RouteSpec[];
  readonly mounts: readonly Mount[];
  readonly services: readonly Service[];
}

/** An area's entry point: `migrations` is the folder of its numbered SQL files for PostgreSQL (`state/`) and ClickHouse (`events/`). */
export interface AreaModule {
  readonly name: string;
  readonly migrations: URL;
  create(platform: Platform): Promise<Area>;
}
