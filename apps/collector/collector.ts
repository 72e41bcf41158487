/** The collector at an institution: inputs → redact → disk buffer → server. What it has acknowledged to a sender is on its disk. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLog, createMetrics, configSchema, XinglinError } from '@xinglin/platform/kernel';
import type { Logger, Metrics } from '@xinglin/platform/kernel';
import { listen } from '@xinglin/platform/http';
import {
  DEFAULT_LIMITS,
  NO_OUTCOME,
  createIngestMount,
  createSyslogBatcher,
  forEachItem,
  listenSyslogStream,
  listenSyslogUdp,
  plainAddress,
} from '@xinglin/soc/collect';
import type { BatchOutcome, BatchSink, Intake, RawBatch } from '@xinglin/soc/collect';
import type { CollectorConfig } from './config.ts';
import { openDiskBuffer } from './disk-buffer.ts';
import type { DiskBuffer } from './disk-buffer.ts';
import { createGatherer } from './gatherer.ts';
import type { Gatherer } from './gatherer.ts';
import { createLocalCounters, createLocalRegistry } from './local-registry.ts';
import { openRedactor, redactionReport } from './open-redactor.ts';
import type { Redactor } from './redact.ts';
import { createShipper } from './shipper.ts';
import type { Shipper } from './shipper.ts';
import { createTail } from './tail.ts';
import type { FilePosition } from './tail.ts';

export interface CollectorOptions {
  readonly config: CollectorConfig & { readonly token: string };
  readonly log?: Logger;
  /** In place of the configured one. */
  readonly redactor?: Redactor;
}

export interface Collector {
  readonly ports: { readonly udp?: number; readonly tcp?: number; readonly tls?: number; readonly http?: number };
  readonly buffer: DiskBuffer;
  readonly shipper: Shipper;
  readonly metrics: Metrics;
  /** Stops the inputs, writes what they gave to disk, and ends. What is not shipped waits for the next start. */
  stop(): Promise<void>;
}

/** Bytes taken and not yet on disk at which senders are made to wait. */
const HIGH_WATER = 32 * 1024 * 1024;
/** How often the server is told what was taken out. */
const REPORT_MS = 60_000;

export async function startCollector(options: CollectorOptions): Promise<Collector> {
  const { config, log = createLog({ level: options.config.log }) } = options;
  mkdirSync(config.data, { recursive: true, mode: 0o700 });
  const metrics = createMetrics({ processMetrics: true });
  const redactor = options.redactor ?? openRedactor(config, metrics);
  const buffer = openDiskBuffer({ dir: join(config.data, 'buffer'), ...config.buffer });
  const gatherer = createGatherer({ buffer, batchBytes: config.batch.bytes, batchMs: config.batch.ms });
  const shipper = createShipper({
    buffer,
    url: config.upstream.url,
    token: config.token,
    id: instanceId(config),
    log,
    rejectedDir: join(config.data, 'rejected'),
  });
  registerMetrics(metrics, buffer, shipper);
  const sink = createBufferSink(gatherer, redactor);
  const intake: Intake = {
    sink,
    registry: createLocalRegistry(config.syslog?.allow ?? [], config.http?.tokens ?? [], metrics),
    counters: createLocalCounters(metrics),
    log,
    metrics,
    now: () => new Date(),
    limits: DEFAULT_LIMITS,
  };
  const ports: { udp?: number; tcp?: number; tls?: number; http?: number } = {};
  const stops: (() => Promise<void>)[] = [];

  if (config.syslog !== undefined) {
    const { host, port, tlsPort, tlsCert, tlsKey } = config.syslog;
    const batcher = createSyslogBatcher(intake, HIGH_WATER);
    const tcp = await listenSyslogStream({ intake, batcher, host, port });
    const udp = await listenSyslogUdp({ intake, batcher, host, port: tcp.port });
    Object.assign(ports, { tcp: tcp.port, udp: udp.port });
    const listeners: { stop(): Promise<void> }[] = [tcp, udp];
    if (tlsPort !== undefined) {
      const tls = { cert: readFileSync(tlsCert ?? ''), key: readFileSync(tlsKey ?? '') };
      const secure = await listenSyslogStream({ intake, batcher, host, port: tlsPort, tls });
      ports.tls = secure.port;
      listeners.push(secure);
    }
    stops.push(async () => {
      await Promise.all(listeners.map((one) => one.stop()));
      await batcher.drain();
    });
  }
  if (config.http !== undefined) {
    const mount = createIngestMount(intake);
    const { http } = configSchema.parse({});
    const server = await listen(
      {
        fetch: async (request, info) => {
          try {
            return await mount.fetch(request, { ip: plainAddress(info?.incoming?.socket.remoteAddress ?? '') });
          } catch (error) {
            return errorAnswer(error);
          }
        },
      },
      { host: config.http.host, port: config.http.port, http },
    );
    ports.http = server.port;
    stops.push(() => server.close());
  }
  const tail = createTail({
    patterns: config.files,
    positions: buffer.positions as Record<string, FilePosition>,
    log,
    async take(lines, id, position) {
      const now = Date.now();
      let text = '';
      for (const line of lines) text += relayLine(redactor.redact(line), now, '', { 'log.file.path': position.path });
      await gatherer.add(text, lines.length, { [id]: position });
    },
  });
  if (config.files.length > 0) {
    tail.start();
    stops.push(() => tail.stop());
  }
  const reporting = setInterval(() => {
    const report = redactionReport(redactor, config.name);
    if (report !== undefined) void gatherer.add(relayLine(report, Date.now(), ''), 1).catch(() => undefined);
  }, REPORT_MS).unref();
  shipper.start();
  log.info(
    { ...ports, files: config.files, upstream: config.upstream.url, waiting: buffer.last - buffer.next + 1 },
    'collecting',
  );

  return {
    ports,
    buffer,
    shipper,
    metrics,
    async stop() {
      clearInterval(reporting);
      const flushing = setInterval(() => void gatherer.flush(), 20);
      await Promise.all(stops.map((stop) => stop()));
      clearInterval(flushing);
      await gatherer.flush();
      await shipper.stop();
      await buffer.close();
    },
  };
}

/**
 * The name and a random part made with the data folder: were the folder lost, numbers would begin again at 1, and the server would take the
 * new batches for old ones.
 */
function instanceId(config: CollectorConfig): string {
  const file = join(config.data, 'instance');
  if (!existsSync(file)) writeFileSync(file, randomBytes(8).toString('hex'), { mode: 0o600, flag: 'wx' });
  return `${config.name}-${readFileSync(file, 'utf8').trim()}`;
}

function relayLine(body: string | object, receivedAt: number, sender: string, fields?: object): string {
  return `${JSON.stringify(fields === undefined ? (sender === '' ? [body, receivedAt] : [body, receivedAt, sender]) : [body, receivedAt, sender, fields])}\n`;
}

/** Takes raw batches as the server's pipeline does, but its "durable" is the disk of this machine. */
function createBufferSink(
  gatherer: Gatherer,
  { redact, redactFields }: Pick<Redactor, 'redact' | 'redactFields'>,
): BatchSink {
  let waiting: (() => void)[] = [];
  const isFull = (): boolean => gatherer.pendingBytes > HIGH_WATER;
  return {
    async submit(batch: RawBatch): Promise<BatchOutcome> {
      let text = '';
      let count = 0;
      const sender = batch.sender ?? '';
      const add = (body: string | object, envelope?: { time?: number; fields: object }): void => {
        text += relayLine(
          body,
          envelope?.time ?? batch.receivedAt,
          sender,
          envelope === undefined ? undefined : redactFields(envelope.fields),
        );
        count += 1;
      };
      const items = forEachItem(batch, {
        text: (line, envelope) => add(redact(line), envelope),
        document: (doc, raw, envelope) => add(JSON.parse(redact(raw ?? JSON.stringify(doc))) as object, envelope),
      });
      try {
        if (count > 0) await gatherer.add(text, count);
      } catch (error) {
        // No room on the disk, or the disk is gone: "later", which a sender tries again and the syslog queue waits for.
        throw new XinglinError('internal.unavailable', { what: 'disk buffer' }, { cause: error });
      }
      if (waiting.length > 0 && !isFull()) {
        for (const resolve of waiting) resolve();
        waiting = [];
      }
      const reply = items.bulk === undefined ? {} : { reply: bulkReply(items.bulk) };
      return {
        ...NO_OUTCOME,
        received: count,
        parsed: count,
        truncated: items.truncated,
        ...(items.problem === undefined ? {} : { problem: items.problem }),
        ...reply,
      };
    },
    get saturated() {
      return isFull();
    },
    relieved() {
      return isFull() ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve();
    },
  };
}

function bulkReply(
  items: readonly { readonly action: string; readonly index: string; readonly error?: string }[],
): Uint8Array {
  const answers = items.map(({ action, index, error }, seq) => ({
    [action]:
      error === undefined
        ? { _index: index, _id: String(seq), result: 'created', status: 201 }
        : {
            _index: index,
            _id: String(seq),
            status: 400,
            error: { type: 'document_parsing_exception', reason: error },
          },
  }));
  return Buffer.from(
    JSON.stringify({ took: 1, errors: items.some((item) => item.error !== undefined), items: answers }),
  );
}

function errorAnswer(error: unknown): Response {
  const known = error as { status?: number; code?: string; message?: string };
  const body = { code: known.code ?? 'internal.error', message: known.message ?? String(error) };
  return new Response(JSON.stringify(body), {
    status: known.status ?? 500,
    headers: {
      'content-type': 'application/json',
      ...(known.status === 503 || known.status === 429 ? { 'retry-after': '5' } : {}),
    },
  });
}

function registerMetrics(metrics: Metrics, buffer: DiskBuffer, shipper: Shipper): void {
  metrics.gauge('xinglin_collector_buffer_bytes', 'Bytes of the disk buffer', [], (gauge) => gauge.set(buffer.bytes));
  metrics.gauge('xinglin_collector_waiting_batches', 'Batches not yet taken by the server', [], (gauge) =>
    gauge.set(buffer.last - buffer.next + 1),
  );
  metrics.gauge('xinglin_collector_dropped_events', 'Events given up because the buffer was full', [], (gauge) =>
    gauge.set(buffer.dropped),
  );
  metrics.gauge('xinglin_collector_shipped_events', 'Events the server has taken', [], (gauge) =>
    gauge.set(shipper.sent),
  );
  metrics.gauge(
    'xinglin_collector_rejected_batches',
    'Batches put aside because the server will not take them',
    [],
    (gauge) => gauge.set(shipper.rejected),
  );
}
