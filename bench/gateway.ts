/**
 * CPU per proxied request of the registration gateway with its full decision (device and pass cookies, ids salted, ~90 features, rules, decision
 * recorded), against nginx, haproxy and bare undici before the same upstream in the same run; added latency at half of saturation, open loop;
 * memory over time at saturation. CPU is user and kernel time of the proxy's processes from /proc, so other load on the machine hardly counts.
 *
 *   npm run -s bench -- gateway [--json] [--seconds=4] [--rounds=3] [--memory=30] [--devices=2000]
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createDevices } from '../areas/antiscalp/challenge/device.ts';
import { createKeyRing } from '../areas/antiscalp/challenge/keys.ts';
import { createSealer } from '../areas/antiscalp/challenge/seal.ts';
import { createSessions } from '../areas/antiscalp/challenge/session.ts';
import { DEFAULT_RULES } from '../areas/antiscalp/decide/default-rules.ts';
import { cpuSeconds, rssMegabytes } from './gateway/cpu.ts';
import { startHaproxy, startNginxProxy, startOurs, startUpstream } from './gateway/lanes.ts';
import type { Lane } from './gateway/lanes.ts';
import type { LoadOrder, LoadResult } from './gateway/load.ts';

const flag = (name: string, otherwise: number): number =>
  Number(process.argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3) ?? otherwise);
const json = process.argv.includes('--json');
const seconds = flag('seconds', 4);
const rounds = flag('rounds', 3);
const memorySeconds = flag('memory', 30);
const deviceCount = flag('devices', 2000);
const SECRET = 'a secret for measurements, 32 bytes and more';

const dir = mkdtempSync(join(tmpdir(), 'xinglin-bench-gateway-'));
const load = spawn(process.execPath, ['--conditions=source', join(import.meta.dirname, 'gateway', 'load.ts')], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
const answers = createInterface({ input: load.stdout })[Symbol.asyncIterator]();
const lanes: Lane[] = [];

try {
  const cookies = deviceCookies();
  const config = writeConfig();
  const upstream = await startUpstream(dir);
  lanes.push(upstream);
  const skipped: string[] = [];
  const nginx = await startNginxProxy(dir, upstream.port);
  const haproxy = await startHaproxy(dir, upstream.port);
  if (nginx === undefined) skipped.push('nginx: not installed');
  if (haproxy === undefined) skipped.push('haproxy: not installed');
  const gateway = await startOurs('gateway', config, upstream.port);
  const plain = await startOurs('plain', config, upstream.port);
  const measured = [nginx, haproxy, plain, gateway].filter((lane) => lane !== undefined);
  lanes.push(...measured);

  const order = (lane: Lane, rate: number, time = seconds, connections = 32): LoadOrder => ({
    port: lane.port,
    seconds: time,
    connections,
    rate,
    cookies: lane.cookies ? cookies : [],
  });
  for (const lane of measured) await send(order(lane, 0, 1));
  const costs = new Map<string, { micros: number[]; perSecond: number[]; failed: number }>();
  for (let round = 0; round < rounds; round += 1) {
    for (const lane of measured) {
      const before = cpuSeconds(lane.pid);
      const result = await send(order(lane, 0));
      const micros = ((cpuSeconds(lane.pid) - before) / Math.max(1, result.requests)) * 1e6;
      const known = costs.get(lane.name) ?? { micros: [], perSecond: [], failed: 0 };
      known.micros.push(micros);
      known.perSecond.push(result.requests / seconds);
      known.failed += result.failed;
      costs.set(lane.name, known);
    }
  }
  const engines = [...costs].map(([name, cost]) => ({
    name,
    cpuMicrosPerRequest: round1(median(cost.micros)),
    requestsPerSecond: Math.round(median(cost.perSecond)),
    failed: cost.failed,
  }));
  const microsOf = (name: string): number | undefined =>
    engines.find((engine) => engine.name === name)?.cpuMicrosPerRequest;
  const ours = microsOf('gateway') ?? 0;

  const rate = Math.round((engines.find((engine) => engine.name === 'gateway')?.requestsPerSecond ?? 0) / 2);
  const latencies: { direct: LoadResult; gateway: LoadResult; nginx?: LoadResult }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const direct = await send({ ...order(upstream, rate), connections: 64 });
    const through = await send({ ...order(gateway, rate), connections: 64 });
    const beside = nginx === undefined ? undefined : await send({ ...order(nginx, rate), connections: 64 });
    latencies.push({ direct, gateway: through, ...(beside === undefined ? {} : { nginx: beside }) });
  }
  const pick = (lane: 'direct' | 'gateway' | 'nginx', key: 'p50' | 'p99'): number =>
    median(latencies.map((one) => one[lane]?.[key] ?? 0));

  const memory: { second: number; megabytes: number }[] = [];
  if (memorySeconds > 0) {
    const began = Date.now();
    const timer = setInterval(
      () =>
        memory.push({ second: Math.round((Date.now() - began) / 1000), megabytes: round1(rssMegabytes(gateway.pid)) }),
      Math.max(1000, (memorySeconds * 1000) / 30),
    );
    await send(order(gateway, 0, memorySeconds));
    clearInterval(timer);
  }
  const half = memory.slice(Math.floor(memory.length / 2));
  const report = {
    bench: 'gateway',
    upstream: upstream.name,
    seconds,
    rounds,
    devices: deviceCount,
    engines,
    skipped,
    ratios: {
      gatewayToNginx: ratio(ours, microsOf('nginx')),
      gatewayToHaproxy: ratio(ours, microsOf('haproxy')),
      gatewayToPlainDispatch: ratio(ours, microsOf('undici dispatch only')),
    },
    latency: {
      openLoopPerSecond: rate,
      directMs: { p50: pick('direct', 'p50'), p99: pick('direct', 'p99') },
      gatewayMs: { p50: pick('gateway', 'p50'), p99: pick('gateway', 'p99') },
      ...(nginx === undefined ? {} : { nginxMs: { p50: pick('nginx', 'p50'), p99: pick('nginx', 'p99') } }),
      addedP99Ms: round1(pick('gateway', 'p99') - pick('direct', 'p99')),
    },
    memory: {
      seconds: memorySeconds,
      startMegabytes: memory[0]?.megabytes,
      endMegabytes: memory.at(-1)?.megabytes,
      peakMegabytes: Math.max(0, ...memory.map((sample) => sample.megabytes)),
      growthSecondHalfMegabytes: round1((half.at(-1)?.megabytes ?? 0) - (half[0]?.megabytes ?? 0)),
      samples: memory,
    },
  };
  if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
  for (const engine of engines)
    console.error(
      `${engine.name.padEnd(22)} ${String(engine.cpuMicrosPerRequest).padStart(7)} µs CPU/request  ${String(engine.requestsPerSecond).padStart(6)} req/s  ${engine.failed} failed`,
    );
  console.error(
    JSON.stringify({
      ratios: report.ratios,
      latency: report.latency,
      memory: { ...report.memory, samples: undefined },
      skipped,
    }),
  );
} finally {
  load.kill();
  for (const lane of lanes.toReversed()) await lane.stop();
  rmSync(dir, { recursive: true, force: true });
}

async function send(order: LoadOrder): Promise<LoadResult> {
  load.stdin.write(`${JSON.stringify(order)}\n`);
  const answer = await answers.next();
  if (answer.done === true) throw new Error('the load process ended');
  return JSON.parse(answer.value) as LoadResult;
}

/** Cookies of devices that passed the check, made with the gateway's own secret. */
function deviceCookies(): string[] {
  const ring = createKeyRing([SECRET]);
  const now = Date.now;
  const sessions = createSessions(
    { devices: createDevices(ring, now), sealer: createSealer(ring, now), now },
    { deviceDays: 1 },
  );
  const second = Math.floor(now() / 1000);
  return Array.from({ length: deviceCount }, () => {
    const { device, cookie } = sessions.newDevice(false);
    const pass = sessions.passCookie(
      device,
      {
        issuedAt: second,
        expiresAt: second + 86_400,
        level: 'script',
        verifiedUntil: 0,
        work: 0,
        gaveUp: false,
        flags: [],
        agent: 'Chrome',
        cluster: '0123456789abcdef0123456789abcdef',
        behaviour: {
          inputs: 3,
          pointerEvents: 40,
          pointerStraightness: 0.7,
          pointerSpeedVariation: 0.6,
          touches: 5,
          touchRate: 1.5,
          actionMs: 4000,
        },
      },
      false,
    );
    return [cookie, pass].map((text) => text.split(';')[0]).join('; ');
  });
}

/** The default rules, all of them evaluated, with thresholds nobody reaches: every request is decided and proxied. */
function writeConfig(): string {
  const rules = join(dir, 'rules.txt');
  writeFileSync(rules, DEFAULT_RULES.replaceAll(/^(threshold \w+ from) (\d+)$/gm, '$1 $200000'));
  const file = join(dir, 'gateway.json');
  writeFileSync(
    file,
    JSON.stringify({
      secret: SECRET,
      dataDir: join(dir, 'data'),
      rules,
      listen: { port: 0 },
      record: { file: join(dir, 'decisions.ndjson') },
      routes: [
        { match: 'GET /api/slots', action: 'list', extract: { account: 'header:x-account', doctor: 'query:doctor' } },
      ],
    }),
  );
  return file;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function round1(value: number): number {
  return Math.round(value * 10) / 10;
}

function ratio(ours: number, other: number | undefined): number | undefined {
  return other === undefined || other === 0 ? undefined : Math.round((ours / other) * 100) / 100;
}
