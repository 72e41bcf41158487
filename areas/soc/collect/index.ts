/** collect: inputs other people's tools can talk to, the source registry, counters and silence. */
import { readFileSync } from 'node:fs';
import type { TlsOptions } from 'node:tls';
import type { Mount, Platform, RouteSpec, Service } from '@xinglin/platform/http';
import type { SilenceSink } from '../detect/hit.ts';
import { createIngestMount } from './ingest-mount.ts';
import { DEFAULT_LIMITS } from './intake.ts';
import type { BatchSink, Intake, IntakeLimits } from './intake.ts';
import { createSilenceWatch } from './silence-watch.ts';
import { createSourceCounters } from './source-counters.ts';
import { createSourceRegistry } from './source-registry.ts';
import { sourceRoutes } from './source-routes.ts';
import { createSyslogBatcher } from './syslog-batcher.ts';
import { listenSyslogStream } from './syslog-stream.ts';
import { listenSyslogUdp } from './syslog-udp.ts';

export type { BatchSink, Intake, IntakeLimits } from './intake.ts';
export { DEFAULT_LIMITS, keyedBatchId, randomBatchId } from './intake.ts';
export { hashToken, plainAddress } from './source-registry.ts';
export { createIngestMount } from './ingest-mount.ts';
export { RELAY_TYPE } from './ndjson-endpoint.ts';
export { createSyslogBatcher } from './syslog-batcher.ts';
export { listenSyslogStream } from './syslog-stream.ts';
export { listenSyslogUdp } from './syslog-udp.ts';
export { forEachItem, isObject } from '../normalize/items.ts';
export { decodeText } from '../normalize/decode-text.ts';
export { NO_OUTCOME } from '../normalize/raw-batch.ts';
export type { BatchOutcome, RawBatch } from '../normalize/raw-batch.ts';
export type { SourceCounters } from './source-counters.ts';
export type { RegisteredSource, SourceRegistry, UnknownSender } from './source-registry.ts';

export interface CollectDeps {
  readonly sink: BatchSink;
  readonly silence: SilenceSink;
  readonly limits?: IntakeLimits;
}

export interface Collect {
  readonly routes: readonly RouteSpec[];
  readonly mounts: readonly Mount[];
  readonly services: readonly Service[];
  /** Ports actually bound, once started. */
  readonly ports: { readonly udp?: number; readonly tcp?: number; readonly tls?: number };
  readonly intake: Intake;
}

const FLUSH_EVERY_MS = 5_000;
const REFRESH_EVERY_MS = 10_000;

export function createCollect(platform: Platform, deps: CollectDeps): Collect {
  const registry = createSourceRegistry(platform);
  const counters = createSourceCounters(platform);
  const { log, metrics, now, config } = platform;
  const intake: Intake = {
    sink: deps.sink,
    registry,
    counters,
    log,
    metrics,
    now,
    limits: deps.limits ?? DEFAULT_LIMITS,
  };
  const batcher = createSyslogBatcher(intake);
  const silence = createSilenceWatch(platform, registry, counters, deps.silence);
  const ports: { udp?: number; tcp?: number; tls?: number } = {};
  const listeners: { stop(): Promise<void> }[] = [];
  const timers: NodeJS.Timeout[] = [];
  let unsubscribe = (): void => undefined;

  metrics.gauge('xinglin_syslog_queued_bytes', 'Syslog bytes not yet durable', [], (gauge) =>
    gauge.set(batcher.queuedBytes),
  );
  metrics.gauge('xinglin_source_refused_addresses', 'Addresses that sent without being registered', [], (gauge) =>
    gauge.set(registry.refused().length),
  );

  const sources: Service = {
    name: 'sources',
    async start() {
      await registry.refresh();
      const refresh = (): void => {
        registry
          .refresh()
          .catch((error: unknown) => log.warn({ err: error }, 'sources could not be read; the former stay in force'));
      };
      unsubscribe = platform.bus.subscribe('source.changed', refresh);
      timers.push(
        setInterval(refresh, REFRESH_EVERY_MS),
        setInterval(() => void counters.flush(), FLUSH_EVERY_MS),
        setInterval(() => void silence.check(), REFRESH_EVERY_MS),
      );
    },
    async stop() {
      unsubscribe();
      for (const timer of timers) clearInterval(timer);
      await counters.flush();
    },
  };

  const syslog: Service = {
    name: 'syslog',
    async start() {
      const { host, port, tlsPort } = config.syslog;
      const tcp = await listenSyslogStream({ intake, batcher, host, port });
      listeners.push(tcp);
      ports.tcp = tcp.port;
      // With port 0 (tests) UDP takes the number TCP was given.
      const udp = await listenSyslogUdp({ intake, batcher, host, port: tcp.port });
      listeners.push(udp);
      ports.udp = udp.port;
      if (tlsPort !== undefined) {
        const tls = await listenSyslogStream({ intake, batcher, host, port: tlsPort, tls: tlsOptions(config.syslog) });
        listeners.push(tls);
        ports.tls = tls.port;
      }
      log.info({ host, ...ports }, 'syslog');
    },
    async stop() {
      await Promise.all(listeners.map((listener) => listener.stop()));
      await batcher.drain();
    },
  };

  return {
    routes: sourceRoutes(platform, registry, counters),
    mounts: [createIngestMount(intake)],
    services: [sources, syslog],
    ports,
    intake,
  };
}

function tlsOptions(syslog: Platform['config']['syslog']): TlsOptions {
  const { tlsCert, tlsKey, tlsCa, tlsClientCert } = syslog;
  return {
    ...(tlsCert === undefined ? {} : { cert: readFileSync(tlsCert) }),
    ...(tlsKey === undefined ? {} : { key: readFileSync(tlsKey) }),
    ...(tlsCa === undefined ? {} : { ca: readFileSync(tlsCa) }),
    requestCert: tlsClientCert !== 'none',
    // Without a CA a certificate counts by its registered fingerprint alone.
    rejectUnauthorized: tlsClientCert === 'required' && tlsCa !== undefined,
  };
}
