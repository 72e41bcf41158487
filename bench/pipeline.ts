/**
 * From a socket to a durable row and an alert: `npm run -s bench -- pipeline [--seconds 20] [--json]`.
 *
 * Everything runs on the machine's cores together: the senders, the server with all of content/rules, both embedded engines. Baselines of the
 * same run: the store taking ready-made NDJSON, and rsyslog writing the same stream to a file.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { freePort, rsyslogToFile, storeAlone } from './pipeline/baselines.ts';
import { sendHttp, sendTcp } from './pipeline/senders.ts';
import { cpuSeconds, residentBytes, startBenchServer, total } from './pipeline/server.ts';
import { lineMaker, streamChunk } from './pipeline/stream.ts';

const { values: args } = parseArgs({
  options: {
    seconds: { type: 'string', default: '20' },
    json: { type: 'boolean', default: false },
    'no-baselines': { type: 'boolean', default: false },
    rate: { type: 'string', default: '0' },
  },
});
const SECONDS = Number(args.seconds);
/** What a Vector or Logstash of a busy institution sends at once; a group commit wants some tens of thousands under way. */
const BODY_LINES = 5000;
const CONNECTIONS = 12;
const log = (text: string): void => {
  if (!args.json) console.log(text);
};
const result: Record<string, unknown> = { cores: cpus().length, cpu: cpus()[0]?.model, loadBefore: loadavg()[0] };
const dir = mkdtempSync(join(tmpdir(), 'xinglin-bench-'));

/** The sender must not be what is measured: bodies are made before the clock starts and used again. */
const bodies = Array.from({ length: 30 }, (_, i) =>
  streamChunk(i * BODY_LINES, BODY_LINES, { seed: 7, now: new Date(), everyHit: 20_000 }),
);
function* cycle(list: readonly Buffer[], until: () => boolean): Generator<Buffer> {
  for (let i = 0; !until(); i += 1) yield list[i % list.length] as Buffer;
}
const rate = (count: number, ms: number): number => Math.round(count / (ms / 1000));

try {
  if (!args['no-baselines']) {
    const line = lineMaker({ seed: 3, now: new Date(), everyHit: 0 });
    const store = await storeAlone(
      join(dir, 'store'),
      Array.from({ length: 10_000 }, (_, i) => line(i)),
      Math.min(SECONDS, 8),
    );
    result['baselineStoreRowsPerSecond'] = Math.round(store);
    log(`baseline: the store, ready-made NDJSON         ${Math.round(store).toLocaleString()} rows/s`);
    const files = 3;
    const rsyslog = await rsyslogToFile(
      join(dir, 'rsyslog'),
      () =>
        Array.from({ length: files }, () => bodies)
          .flat()
          .values(),
      files * bodies.length * BODY_LINES,
    );
    result['baselineRsyslogLinesPerSecond'] = rsyslog === undefined ? null : Math.round(rsyslog);
    log(
      `baseline: rsyslog, TCP to a file               ${rsyslog === undefined ? 'not installed (set XINGLIN_RSYSLOG_ROOT)' : `${Math.round(rsyslog).toLocaleString()} lines/s`}`,
    );
  }

  const syslogPort = await freePort();
  const server = await startBenchServer(join(dir, 'data'), syslogPort);
  let largest: Record<string, number> = {};
  const watch = setInterval(() => {
    const now = residentBytes(server.pid);
    if (total(now) > total(largest)) largest = now;
  }, 1000);
  const count = (): Promise<number> => server.ask<number>('count');

  async function measure(name: string, key: string, send: (until: () => boolean) => Promise<number>): Promise<number> {
    const before = await count();
    const cpu = cpuSeconds(server.pid);
    const began = performance.now();
    const end = began + SECONDS * 1000;
    const sent = await send(() => performance.now() > end);
    let stored = (await count()) - before;
    for (let wait = 0; stored < sent && wait < 600; wait += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      stored = (await count()) - before;
    }
    const ms = performance.now() - began;
    const perSecond = rate(stored, ms);
    const after = cpuSeconds(server.pid);
    const stages = Object.fromEntries(
      Object.entries(after)
        .map(([stage, seconds]) => [stage, ((seconds - (cpu[stage] ?? 0)) * 1e6) / Math.max(1, stored)] as const)
        .toSorted((a, b) => b[1] - a[1]),
    );
    const cpuUs = total(stages);
    result[key] = {
      eventsPerSecond: perSecond,
      sent,
      stored,
      lost: sent - stored,
      cpuMicrosecondsPerEvent: Math.round(cpuUs * 10) / 10,
      cpuByStage: stages,
    };
    log(
      `${name.padEnd(46)} ${perSecond.toLocaleString()} events/s, ${sent.toLocaleString()} sent, ${(sent - stored).toLocaleString()} lost, ${cpuUs.toFixed(1)} µs CPU each`,
    );
    for (const [stage, us] of Object.entries(stages)) log(`    ${stage.padEnd(42)} ${us.toFixed(1).padStart(6)} µs`);
    return perSecond;
  }

  // Warm: code is compiled, the engines have their first parts.
  await sendHttp(server.url, 'token-http', bodies.slice(0, 10).values(), 2);
  const http = await measure('HTTP bulk → durable, detected', 'http', async (until) => {
    let sent = 0;
    const counted = (function* (): Generator<Buffer> {
      for (const body of cycle(bodies, until)) {
        sent += BODY_LINES;
        yield body;
      }
    })();
    const refused = await sendHttp(server.url, 'token-http', counted, CONNECTIONS);
    return sent - refused * BODY_LINES;
  });
  const tcp = await measure('syslog TCP → durable, detected', 'syslogTcp', async (until) => {
    let sent = 0;
    const counted = (function* (): Generator<Buffer> {
      for (const body of cycle(bodies, until)) {
        sent += BODY_LINES;
        yield body;
      }
    })();
    await sendTcp(syslogPort, counted, 8);
    return sent;
  });

  // Latency: paced at half of what was reached, with a probe every 100 ms.
  const half = Number(args.rate) > 0 ? Number(args.rate) : Math.min(http, tcp) / 2;
  const month = new Date(Date.now() + 8 * 3_600_000);
  const stamp = (): string =>
    `${month.toUTCString().slice(8, 11)} ${String(month.getUTCDate()).padStart(2, ' ')} ${month.toISOString().slice(11, 19)}`;
  const perTick = Math.round(half / 10);
  const probes = Math.round(SECONDS * 10);
  const maker = lineMaker({ seed: 11, now: new Date(), everyHit: 0 });
  const filler = Buffer.from(`${Array.from({ length: perTick }, (_, i) => maker(i)).join('\n')}\n`);
  const ticks: Promise<number>[] = [];
  const began = performance.now();
  for (let i = 0; i < probes; i += 1) {
    const probe = `<38>${stamp()} p${Date.now()} sshd[1]: Accepted password for root from 203.0.113.77 port ${1024 + i} ssh2\n`;
    ticks.push(sendHttp(server.url, 'token-http', [filler, Buffer.from(probe)].values(), 2));
    const next = began + (i + 1) * 100;
    if (next > performance.now()) await new Promise((resolve) => setTimeout(resolve, next - performance.now()));
  }
  await Promise.all(ticks);
  await new Promise((resolve) => setTimeout(resolve, 3000));
  const latencies = (await server.ask<number[]>('latencies')).toSorted((a, b) => a - b);
  const quantile = (q: number): number | undefined =>
    latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * q))];
  result['sendToAlertMs'] = {
    atEventsPerSecond: Math.round(half),
    probes,
    alerts: latencies.length,
    p50: quantile(0.5),
    p95: quantile(0.95),
    p99: quantile(0.99),
    max: latencies.at(-1),
  };
  log(
    `send → alert at ${Math.round(half).toLocaleString()} events/s`.padEnd(47) +
      `p50 ${quantile(0.5)} ms, p95 ${quantile(0.95)} ms, p99 ${quantile(0.99)} ms (${latencies.length} of ${probes} probes)`,
  );

  const disk = await server.ask<{ bytes: string; rows: string }>('disk');
  result['bytesPerEvent'] = Number(disk.bytes) / Number(disk.rows);
  clearInterval(watch);
  result['residentBytes'] = total(largest);
  result['residentByProcess'] = largest;
  result['loadAfter'] = loadavg()[0];
  log(
    `on disk                                        ${(Number(disk.bytes) / Number(disk.rows)).toFixed(1)} bytes/event (${Number(disk.rows).toLocaleString()} events)`,
  );
  const parts = Object.entries(largest).map(([name, bytes]) => `${name} ${(bytes / 1024 ** 2).toFixed(0)} MiB`);
  log(
    `resident memory, all processes                 ${(total(largest) / 1024 ** 3).toFixed(2)} GiB: ${parts.join(', ')}`,
  );
  log(
    `load of the machine before and after           ${loadavg()[0]?.toFixed(1)} (anything above the load of this run slows it)`,
  );
  await server.stop();
  if (args.json) console.log(JSON.stringify(result));
} finally {
  rmSync(dir, { recursive: true, force: true });
}
