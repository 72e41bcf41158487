/** A whole server on real stores and sockets whose hits end in a list instead of the alert queue: for tests of what comes before. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configSchema, createLog, silentLog } from '@xinglin/platform/kernel';
import type { ConfigInput } from '@xinglin/platform/kernel';
import { startServer } from '@xinglin/server';
import type { RunningServer } from '@xinglin/server';
import { createCollect, hashToken } from '@xinglin/soc/collect';
import type { Collect, IntakeLimits } from '@xinglin/soc/collect';
import { createDetect } from '@xinglin/soc/detect';
import type { Detect, Hit, SilenceAlert } from '@xinglin/soc/detect';

export interface IngestServer {
  readonly url: string;
  readonly server: RunningServer;
  readonly collect: Collect;
  readonly detect: Detect;
  readonly hits: Hit[];
  readonly silences: SilenceAlert[];
  readonly dir: string;
  /** Rows in the event store, filtered by SQL. */
  count(where?: string): Promise<number>;
  rows<Row>(sql: string): Promise<Row[]>;
  /** Registers a source and returns its token. */
  addSource(source: {
    id: string;
    tenant?: string;
    kind?: 'syslog' | 'http' | 'elastic' | 'splunk' | 'otlp' | 'collector';
    allowedIps?: string[];
    certFingerprint?: string;
    dataset?: string;
  }): Promise<string>;
  stop(): Promise<void>;
}

export const HOSPITAL = 'cn.gd.dongguan.hospital-1';

export interface IngestServerOptions {
  readonly dir?: string;
  readonly config?: ConfigInput;
  readonly limits?: IntakeLimits;
  readonly contentDir?: string;
  readonly keepDir?: boolean;
}

export async function startIngestServer(options: IngestServerOptions = {}): Promise<IngestServer> {
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'xinglin-ingest-'));
  const config = configSchema.parse({
    ...options.config,
    data: dir,
    port: 0,
    syslog: { port: 0, ...options.config?.syslog },
  });
  const hits: Hit[] = [];
  const silences: SilenceAlert[] = [];
  const seen = new Set<string>();
  let collect: Collect | undefined;
  let detect: Detect | undefined;
  const server = await startServer(config, {
    log: process.env['XINGLIN_TEST_LOG'] === undefined ? silentLog() : createLog(),
    buildConsole: false,
    createAdministrators: false,
    areas: [
      {
        name: 'soc',
        migrations: new URL('../../areas/soc/migrations/', import.meta.url),
        create(platform) {
          detect = createDetect(platform, {
            sink: {
              accept(batch) {
                // What the responder's evidence keys do: the same hit twice is one.
                for (const hit of batch) {
                  const key = `${hit.ruleId} ${hit.batch} ${hit.seq}`;
                  if (!seen.has(key)) hits.push(hit);
                  seen.add(key);
                }
                return Promise.resolve();
              },
            },
            ...(options.contentDir === undefined ? {} : { contentDir: options.contentDir }),
          });
          collect = createCollect(platform, {
            sink: detect.pipeline,
            silence: {
              silent: (alert) => Promise.resolve(void silences.push(alert)),
              recovered: () => Promise.resolve(),
            },
            ...(options.limits === undefined ? {} : { limits: options.limits }),
          });
          return Promise.resolve({
            name: 'soc',
            routes: [...collect.routes, ...detect.routes],
            mounts: collect.mounts,
            services: [...detect.services, ...collect.services],
          });
        },
      },
    ],
  });
  if (collect === undefined || detect === undefined) throw new Error('the area was not created');
  const { state, events } = server.platform;
  await state.machine((tx) =>
    tx
      .insertInto('soc_institution')
      .values([
        {
          tenant: 'cn.gd.dongguan',
          parent: null,
          name: '东莞市卫生健康局',
          short_name: '东莞卫健',
          kind: 'commission',
          longitude: null,
          latitude: null,
          beds: null,
        },
        {
          tenant: HOSPITAL,
          parent: 'cn.gd.dongguan',
          name: '第一人民医院',
          short_name: '一院',
          kind: 'hospital',
          longitude: null,
          latitude: null,
          beds: null,
        },
      ])
      .onConflict((conflict) => conflict.doNothing())
      .execute(),
  );
  const intake = collect.intake;
  return {
    url: server.url,
    server,
    collect,
    detect,
    hits,
    silences,
    dir,
    async count(where = '1') {
      const rows = await events.query<{ n: string }>([''], `SELECT count() AS n FROM events WHERE ${where}`);
      return Number(rows[0]?.n ?? 0);
    },
    rows: (sql) => events.query([''], sql),
    async addSource(source) {
      const token = `token-${source.id}`;
      await state.machine((tx) =>
        tx
          .insertInto('soc_source')
          .values({
            id: source.id,
            tenant: source.tenant ?? HOSPITAL,
            name: source.id,
            kind: source.kind ?? 'http',
            token_hash: hashToken(token),
            cert_fingerprint: source.certFingerprint ?? null,
            allowed_ips: source.allowedIps ?? [],
            dataset: source.dataset ?? '',
          })
          .onConflict((conflict) => conflict.doNothing())
          .execute(),
      );
      await intake.registry.refresh();
      return token;
    },
    async stop() {
      await server.stop();
      if (options.keepDir !== true) rmSync(dir, { recursive: true, force: true });
    },
  };
}

export async function waitFor(what: string, check: () => Promise<boolean> | boolean, ms = 20_000): Promise<void> {
  const end = Date.now() + ms;
  while (!(await check())) {
    if (Date.now() > end) throw new Error(`timed out waiting for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
