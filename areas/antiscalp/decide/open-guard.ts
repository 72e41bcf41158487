import type { Counters } from '@xinglin/platform/counters';
import type { Logger, Metrics } from '@xinglin/platform/kernel';
import { createAppKeys } from '../challenge/app-key.ts';
import { createCaptchas } from '../challenge/captcha.ts';
import { clientBundle } from '../challenge/client-bundle.ts';
import type { ClientBundle } from '../challenge/client-bundle.ts';
import { createCodes } from '../challenge/code.ts';
import type { CodeSender } from '../challenge/code.ts';
import { createDevices } from '../challenge/device.ts';
import { createResponder } from '../challenge/endpoints.ts';
import { createFaceCheck } from '../challenge/face.ts';
import { httpCodeSender } from '../challenge/http-code-sender.ts';
import { createChallenges } from '../challenge/issue.ts';
import { createKeyRing } from '../challenge/keys.ts';
import { createSealer } from '../challenge/seal.ts';
import { createSessions } from '../challenge/session.ts';
import { createValve } from '../challenge/valve.ts';
import { adminEndpoints } from '../gateway/admin.ts';
import { gatewaySecrets } from '../gateway/config.ts';
import type { GatewayConfig } from '../gateway/config.ts';
import type { Upstreams } from '../gateway/upstreams.ts';
import { createClusters } from '../observe/clusters.ts';
import type { Clusters } from '../observe/clusters.ts';
import { canonicalId, createSalter } from '../observe/salt.ts';
import type { Salter } from '../observe/salt.ts';
import { steadyCounters, withLocalFallback } from '../observe/steady-counters.ts';
import type { SteadyCounters } from '../observe/steady-counters.ts';
import type { AppealSink } from './appeals.ts';
import { createDecisionApi } from './decision-api.ts';
import type { DecisionApi } from './decision-api.ts';
import { createGuard } from './guard.ts';
import type { Guard } from './guard.ts';
import { loadRules, openEngine } from './load-engine.ts';
import type { ReloadableEngine } from './load-engine.ts';
import { loadModels } from './load-models.ts';
import { createOverrides } from './overrides.ts';
import type { Override, Overrides } from './overrides.ts';
import { createRecorder } from './recorder.ts';
import type { Recorder, RecordSink } from './recorder.ts';
import { createTrusted } from './trusted.ts';

export interface GuardPorts {
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Opens the store that all instances share; may fail now and succeed later. */
  readonly counters: () => Promise<Counters>;
  readonly sink: RecordSink;
  readonly appeals: AppealSink;
  readonly now?: () => number;
  /** Instead of the configured HTTP service. */
  readonly codeSender?: CodeSender;
  /** Instead of the engine by the configured rules and models: a laboratory with a clock of its own. */
  readonly engine?: ReloadableEngine;
  /** Overrides from elsewhere than the configuration file. */
  readonly overrides?: readonly Override[];
}

/** Everything behind one gateway's decisions, without a transport. Configuration can be exchanged; features, records and clusters stay. */
export interface OpenGuard {
  readonly guard: Guard;
  readonly api: DecisionApi;
  readonly recorder: Recorder;
  readonly engine: ReloadableEngine;
  readonly clusters: Clusters;
  readonly salter: Salter;
  readonly overrides: Overrides;
  /** Script and style of the gateway's pages. */
  readonly bundle: ClientBundle;
  readonly config: GatewayConfig;
  /** New overrides beside those of the configuration. */
  setOverrides(list: readonly Override[]): void;
  reload(config: GatewayConfig): void;
  /** What the transport knows and the health page shows. */
  attach(state: { upstreams?: Upstreams; draining?: boolean }): void;
  close(): Promise<void>;
}

export async function openGuard(first: GatewayConfig, ports: GuardPorts): Promise<OpenGuard> {
  const { log, metrics, now = Date.now } = ports;
  const startedAt = now();
  const rules = loadRules(first.rules);
  const shared = steadyCounters(ports.counters);
  const count = metrics.counter('xinglin_gateway_challenge_total', 'What happened at the gateway’s own addresses', [
    'what',
  ]);
  const steps = metrics.counter('xinglin_gateway_steps_total', 'Decisions by step', ['step', 'action']);
  const local = withLocalFallback(shared, () => count.inc({ what: 'store_fallback' }));
  const bundle = await clientBundle(first.dataDir);
  const models = loadModels(first, log, metrics);
  const engine = ports.engine ?? openEngine(rules, models, now);
  const clusters = createClusters();
  const overrides = createOverrides();
  const recorder = createRecorder({
    sink: ports.sink,
    sampleAllow: first.record.sampleAllow,
    onError: (error) => log.warn({ err: error }, 'decisions cannot be written; they wait'),
  });
  let external = ports.overrides ?? [];
  let transport: { upstreams?: Upstreams; draining?: boolean } = {};
  let reloads = 0;
  const tally = createTally((step, action, by) => steps.inc({ step, action }, by));
  const gauges = gatewayGauges(metrics, { recorder, engine, clusters, shared });

  const build = (config: GatewayConfig): { config: GatewayConfig; guard: Guard; api: DecisionApi; salter: Salter } => {
    const secrets = gatewaySecrets(config);
    const ring = createKeyRing(secrets, config.profile);
    const sealer = createSealer(ring, now);
    const salter = createSalter(config.salt ?? `${secrets[0] ?? ''} salt`, config.tenant);
    const sessions = createSessions({ devices: createDevices(ring, now), sealer, now }, config.challenge);
    const salt = (phone: string): string => salter.salt('phone', canonicalId('phone', phone));
    const { code, face } = config.verify;
    const sender = ports.codeSender ?? (code === undefined ? undefined : httpCodeSender(code));
    overrides.replace([...fromConfig(config, salter), ...external]);
    const api = createDecisionApi({ tenant: config.tenant, salter, engine, overrides, recorder, now });
    const admin = adminEndpoints({
      config,
      metrics,
      get upstreams() {
        return transport.upstreams;
      },
      api,
      state: () => ({
        draining: transport.draining === true,
        rules: engine.version,
        storeUp: shared.up(),
        startedAt,
        reloads,
      }),
      now,
      flush: () => tally.flush(),
    });
    const responder = createResponder({
      config,
      sessions,
      challenges: createChallenges(ring, local, now),
      valve: createValve(config.challenge.work, now),
      codes:
        code === undefined || sender === undefined
          ? undefined
          : createCodes({ sealer, counters: local, sender, salt, now }),
      captchas: createCaptchas({ sealer, counters: local, now }),
      face: face === undefined ? undefined : createFaceCheck(face, local, now),
      appKeys: createAppKeys(sealer),
      clusters,
      salter,
      counters: local,
      bundle,
      appeals: ports.appeals,
      log,
      now,
      count: (what) => count.inc({ what }),
      more: admin,
    });
    const guard = createGuard({
      config,
      sessions,
      salter,
      counters: shared,
      engine,
      overrides,
      trusted: createTrusted(config.trusted),
      recorder,
      responder,
      log,
      now,
      onStep: (step, route) => tally.add(step, route.action),
    });
    return { config, guard, api, salter };
  };
  let current = build(first);

  return {
    get guard() {
      return current.guard;
    },
    get api() {
      return current.api;
    },
    get config() {
      return current.config;
    },
    get salter() {
      return current.salter;
    },
    recorder,
    engine,
    clusters,
    overrides,
    bundle,
    setOverrides(list) {
      external = list;
      overrides.replace([...fromConfig(current.config, current.salter), ...external]);
    },
    reload(config) {
      // Everything that can fail fails before anything is exchanged.
      const nextRules = loadRules(config.rules);
      const next = build(config);
      engine.reload(nextRules, loadModels(config, log, metrics));
      current = next;
      reloads += 1;
    },
    attach(state) {
      transport = { ...transport, ...state };
    },
    async close() {
      gauges.close();
      tally.close();
      await recorder.close();
      engine.close();
      await local.close();
      await shared.close();
    },
  };
}

/** Adds up in a plain map and hands sums over once a second: a labelled metric costs as much as a small decision. */
function createTally(report: (step: string, action: string, by: number) => void): {
  add(step: string, action: string): void;
  flush(): void;
  close(): void;
} {
  const sums = new Map<string, Map<string, number>>();
  const flush = (): void => {
    for (const [step, byAction] of sums) for (const [action, by] of byAction) report(step, action, by);
    sums.clear();
  };
  const timer = setInterval(flush, 1000);
  timer.unref();
  return {
    add(step, action) {
      let byAction = sums.get(step);
      if (byAction === undefined) {
        byAction = new Map();
        sums.set(step, byAction);
      }
      byAction.set(action, (byAction.get(action) ?? 0) + 1);
    },
    flush,
    close: () => clearInterval(timer),
  };
}

function fromConfig(config: GatewayConfig, salter: Salter): Override[] {
  return config.overrides.flatMap((entry, index) => {
    const key =
      entry.key ??
      (entry.value === undefined ? undefined : salter.salt(entry.entity, canonicalId(entry.entity, entry.value)));
    if (key === undefined) return [];
    const { entity, effect, reason, author } = entry;
    return [{ id: `config-${index}`, entity, key, effect, reason, author, expiresAt: Date.parse(entry.expires) }];
  });
}

function gatewayGauges(
  metrics: Metrics,
  parts: { recorder: Recorder; engine: ReloadableEngine; clusters: Clusters; shared: SteadyCounters },
): { close(): void } {
  let open = true;
  const gauge = (name: string, help: string, read: () => number): void => {
    metrics.gauge(name, help, [], (made) => {
      if (open) made.set(read());
    });
  };
  gauge('xinglin_gateway_decisions_waiting', 'Decisions not yet written', () => parts.recorder.stats().waiting);
  gauge(
    'xinglin_gateway_decisions_dropped',
    'Decisions dropped because the sink was slow',
    () => parts.recorder.stats().dropped,
  );
  gauge('xinglin_gateway_engine_entities', 'Entities the feature store keeps', () => parts.engine.stats().entities);
  gauge('xinglin_gateway_engine_evicted', 'Entities forgotten for want of room', () => parts.engine.stats().evicted);
  gauge(
    'xinglin_gateway_cluster_collision',
    'Chance that two devices share a feature cluster',
    () => parts.clusters.report().collisionRate,
  );
  gauge('xinglin_gateway_store_up', '1 when the shared counters answer', () => (parts.shared.up() ? 1 : 0));
  return { close: () => void (open = false) };
}
