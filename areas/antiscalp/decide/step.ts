import { join } from 'node:path';
import type { Platform, Service } from '@xinglin/platform/http';
import { XinglinError } from '@xinglin/platform/kernel';
import { checkGatewayConfig, gatewaySecrets, loadGatewayConfig } from '../gateway/config.ts';
import type { GatewayConfig } from '../gateway/config.ts';
import { openGateway } from '../gateway/open-gateway.ts';
import type { Gateway } from '../gateway/open-gateway.ts';
import { createSalter, keyNumber } from '../observe/salt.ts';
import type { Salter } from '../observe/salt.ts';
import { createDecisionApi } from './decision-api.ts';
import type { DecisionApi } from './decision-api.ts';
import { eventSink } from './event-sink.ts';
import { loadModels } from './load-models.ts';
import { loadRules, openEngine } from './load-engine.ts';
import type { ReloadableEngine } from './load-engine.ts';
import { createOverrides } from './overrides.ts';
import type { Override, Overrides } from './overrides.ts';
import type { PersonEntity } from './port.ts';
import { createRecorder } from './recorder.ts';
import type { Recorder } from './recorder.ts';
import '../tables.ts';

/** The decision step inside the server: the decision API always, the proxy when this process has the role and a configuration. */
export interface DecideStep {
  readonly services: readonly Service[];
  readonly gateway: () => Gateway | undefined;
  api(tenant: string): DecisionApi;
  salter(tenant: string): Salter;
  engine(): ReloadableEngine;
  recorder(): Recorder;
  /** Forgets what the engine keeps of an entity in this process; true when it was known. */
  forget(type: PersonEntity, key: string): boolean;
  /** Reads the overrides again after one was made or ended. */
  refresh(): Promise<void>;
}

const REFRESH_MS = 10_000;
const MAX_TENANTS = 1000;
/** Live pages get at most this many decisions a second; the rest are in the event store. */
const LIVE_PER_SECOND = 20;

export function createDecideStep(platform: Platform): DecideStep {
  const { config, log, metrics, state, bus } = platform;
  const dataDir = join(platform.dataDir, 'gateway');
  const now = (): number => platform.now().getTime();
  let gateway: Gateway | undefined;
  let engine: ReloadableEngine | undefined;
  let recorder: Recorder | undefined;
  let salt = '';
  let timer: NodeJS.Timeout | undefined;
  const overrides: Overrides = createOverrides();
  const tenants = new Map<string, { api: DecisionApi; salter: Salter }>();
  const unavailable = (): XinglinError =>
    new XinglinError('internal.unavailable', { what: '决策引擎 / decision engine' });
  const open = <T>(part: T | undefined): T => {
    if (part === undefined) throw unavailable();
    return part;
  };

  async function refresh(): Promise<void> {
    const rows = await state.owner
      .selectFrom('antiscalp_override')
      .selectAll()
      .where('ended_at', 'is', null)
      .where('expires_at', '>', platform.now())
      .limit(100_000)
      .execute();
    const list: Override[] = rows.map((row) => ({
      id: row.id,
      entity: row.entity,
      key: row.key,
      effect: row.effect,
      reason: row.reason,
      author: row.author,
      expiresAt: row.expires_at.getTime(),
    }));
    overrides.replace(list);
    gateway?.setOverrides(list);
  }

  function forTenant(tenant: string): { api: DecisionApi; salter: Salter } {
    const known = tenants.get(tenant);
    if (known !== undefined) return known;
    const salter = createSalter(salt, tenant);
    const api = createDecisionApi({ tenant, salter, engine: open(engine), overrides, recorder: open(recorder), now });
    if (tenants.size >= MAX_TENANTS) tenants.clear();
    tenants.set(tenant, { api, salter });
    return { api, salter };
  }

  function goLive(from: Recorder): void {
    let second = 0;
    let sent = 0;
    from.listen((record) => {
      if (Math.floor(record.at / 1000) !== second) {
        second = Math.floor(record.at / 1000);
        sent = 0;
      }
      sent += 1;
      if (sent > LIVE_PER_SECOND && record.step === 'allow') return;
      if (sent > LIVE_PER_SECOND * 5) return;
      const { id, at, tenant, action, route, step, mode, passed, codes, client } = record;
      const score = record.decision?.score ?? 0;
      bus.publish({
        topic: 'antiscalp.decision',
        tenant,
        data: { id, at: new Date(at).toISOString(), action, route, step, mode, passed, codes, client, score },
      });
    });
  }

  async function appeal(
    tenant: string,
    appeal_: { id: string; at: number; reference: string; code: string; text: string; contact: string; device: string },
  ): Promise<void> {
    const { at, ...row } = appeal_;
    await state.machine((tx) =>
      tx
        .insertInto('antiscalp_appeal')
        .values({ ...row, tenant, created_at: new Date(at) })
        .execute()
        .then(() => undefined),
    );
    bus.publish({ topic: 'antiscalp.appeal', tenant, data: { id: row.id } });
    await platform.notify.send({
      kind: 'antiscalp.appeal',
      tenant,
      title: '收到挂号申诉',
      text: row.text.slice(0, 200),
      severity: 'info',
      roles: ['officer', 'analyst'],
      link: `/antiscalp/appeals/${row.id}`,
    });
  }

  async function start(): Promise<void> {
    const file = config.roles.includes('gateway') ? config.gateway.config : undefined;
    const own: GatewayConfig = file === undefined ? checkGatewayConfig({ dataDir }) : loadGatewayConfig(file);
    salt = own.salt ?? `${gatewaySecrets(own)[0] ?? ''} salt`;
    const sink = eventSink(platform.events, platform.now);
    if (file === undefined) {
      engine = openEngine(loadRules(own.rules), loadModels(own, log, metrics), now);
      recorder = createRecorder({
        sink,
        onError: (error) => log.warn({ err: error }, 'decisions cannot be written; they wait'),
      });
    } else {
      gateway = await openGateway(own, {
        log,
        metrics,
        now,
        // The platform closes its own counters; the gateway only borrows them.
        counters: () => Promise.resolve({ ...platform.counters, close: () => Promise.resolve() }),
        sink,
        appeals: (one) => appeal(own.tenant, one),
      });
      ({ engine, recorder } = gateway);
      log.info({ url: gateway.url }, 'registration gateway ready');
    }
    goLive(recorder);
    await refresh();
    timer = setInterval(() => {
      refresh().catch((error: unknown) => log.warn({ err: error }, 'overrides cannot be read; the known ones stay'));
    }, REFRESH_MS);
    timer.unref();
  }

  return {
    gateway: () => gateway,
    api: (tenant) => forTenant(tenant).api,
    salter: (tenant) => {
      open(engine);
      return forTenant(tenant).salter;
    },
    engine: () => open(engine),
    recorder: () => open(recorder),
    forget: (type, key) => open(engine).forget(type, keyNumber(key)),
    refresh,
    services: [
      {
        name: 'gateway',
        start,
        async stop() {
          clearInterval(timer);
          if (gateway !== undefined) await gateway.stop(5000);
          else {
            await recorder?.close();
            engine?.close();
          }
        },
      },
    ],
  };
}
