/**
 * Search over many events: `node --conditions=source bench/search.ts [--events 50000000] [--data ./data/bench-search] [--runs 30] [--json]`.
 *
 * Fills the data folder once (30 days, 28 institutions, five kinds of log; the engine makes the rows itself, so the fill
 * says nothing about ingest) and measures what an analyst waits for. Run again, it measures on what is there.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { fieldStats, histogram, openEvents, searchEvents } from '@xinglin/platform/events';

const { values: args } = parseArgs({
  options: {
    events: { type: 'string', default: '50000000' },
    data: { type: 'string', default: 'data/bench-search' },
    runs: { type: 'string', default: '30' },
    json: { type: 'boolean', default: false },
    'fill-only': { type: 'boolean', default: false },
  },
});
const WANTED = Number(args.events);
const RUNS = Number(args.runs);
const DAYS = 30;
const INSTITUTIONS = 28;
const DAY = 86_400_000;
/** Rows of one INSERT; a fill that was stopped goes on at the first missing one. */
const CHUNK = 500_000;
const END = Date.parse('2026-11-01T00:00:00Z');
const log = (text: string): void => {
  if (!args.json) console.log(text);
};

mkdirSync(args.data, { recursive: true });
const store = await openEvents({ dataDir: args.data, retentionDays: 3650 });

/** One chunk of rows. Large institutions send more: the institution's number is the smaller of two dice. */
function fillSql(first: number, count: number): string {
  const random = (salt: number, below: number | string): string => `(cityHash64(n, ${salt}) % ${below})`;
  const step = (DAYS * DAY) / WANTED;
  return `INSERT INTO events
    (tenant, ts, ingested, batch, seq, source, dataset, category, action, outcome, code, host, user, process, src_ip, src_port, dst_ip, dst_port, url, status, fields, message)
    SELECT
      concat('cn.gd.city-', toString(h % 4), '.hospital-', toString(h)),
      fromUnixTimestamp64Milli(toInt64(${END - DAYS * DAY} + n * ${step}), 'UTC') AS at, at,
      intDiv(n, 5000), n % 5000, concat('source-', toString(h), '-', toString(k)),
      ['nginx.access', 'linux.auth', 'windows.security', 'cisco.asa', 'his.audit'][k],
      ['web', 'authentication', 'authentication', 'network', 'database'][k],
      multiIf(k = 1, 'http-request', k = 2, 'ssh_login', k = 3, 'logged-in', k = 4, if(ok, 'allow', 'deny'), 'query'),
      if(ok, 'success', 'failure'),
      multiIf(k = 3, if(ok, '4624', '4625'), k = 4, '106023', ''),
      concat('srv-', toString(h), '-', toString(${random(6, 40)})),
      multiIf(k = 1 OR k = 4, '', concat(['zhang.wei', 'li.na', 'wang.fang', 'admin', 'root', 'svc_his', 'svc_lis', 'nurse'][${random(7, 8)} + 1], toString(${random(8, 60)}))) AS u,
      multiIf(k = 2, 'sshd', k = 3, 'lsass.exe', ''),
      if(${random(9, 20)} = 0, concat(toString(1 + ${random(10, 222)}), '.', toString(${random(11, 255)}), '.', toString(${random(12, 255)}), '.', toString(${random(13, 255)})), concat('10.', toString(h), '.', toString(${random(14, 32)}), '.', toString(${random(15, 250)}))) AS ip,
      1024 + ${random(16, 60000)} AS port, concat('10.', toString(h), '.0.', toString(${random(17, 60)})) AS dst, [443, 22, 3389, 1521, 3306][k],
      if(k = 1, concat('/', ['api/appointment', 'api/registration', 'portal/login', 'pacs/image', 'lis/report'][${random(18, 5)} + 1], '?id=', toString(${random(19, 1000000)})), '') AS path,
      if(k = 1, [200, 200, 200, 302, 404, 500][${random(20, 6)} + 1], 0) AS code2,
      multiIf(k = 3, map('winlog.event_data.LogonType', toString(2 + ${random(21, 9)}), 'event.type', 'start'), k = 5, map('his.patient.id', toString(${random(22, 3000000)}), 'his.table', 'PAT_VISIT'), map('event.type', 'access')),
      multiIf(
        k = 1, concat(ip, ' - - "GET ', path, ' HTTP/1.1" ', toString(code2), ' ', toString(${random(23, 90000)}), ' "-" "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36"'),
        k = 2, concat(if(ok, 'Accepted publickey for ', 'Failed password for '), u, ' from ', ip, ' port ', toString(port), ' ssh2'),
        k = 3, concat(if(ok, 'An account was successfully logged on. ', 'An account failed to log on. '), 'Account Name: ', u, ' Workstation Name: WS-', toString(${random(24, 500)}), ' Source Network Address: ', ip),
        k = 4, concat('%ASA-4-106023: ', if(ok, 'Permit', 'Deny'), ' tcp src inside:', ip, '/', toString(port), ' dst outside:', dst, '/443 by access-group "inside_access_in"'),
        concat('用户 ', u, ' 查询 患者信息 患者编号 ', toString(${random(22, 3000000)}), ' 客户端 ', ip, ' 耗时 ', toString(${random(25, 900)}), ' ms'))
    FROM (SELECT number + ${first} AS n,
      toUInt8(least(cityHash64(number + ${first}, 1) % ${INSTITUTIONS}, cityHash64(number + ${first}, 2) % ${INSTITUTIONS})) AS h,
      [1, 1, 1, 1, 2, 3, 3, 4, 4, 5][cityHash64(number + ${first}, 3) % 10 + 1] AS k,
      cityHash64(number + ${first}, 4) % 12 != 0 AS ok FROM numbers(${count}))
    SETTINGS exclude_materialize_skip_indexes_on_insert = 'ix_message, ix_raw'`;
}

async function fill(): Promise<number> {
  const rows = await store.query<{ first: string; n: string }>(
    [''],
    `SELECT intDiv(batch, ${CHUNK / 5000}) AS first, count() AS n FROM events GROUP BY first`,
    {},
    { timeoutMs: 300_000 },
  );
  const have = new Set(rows.filter((row) => Number(row.n) === CHUNK).map((row) => Number(row.first)));
  const chunks = Math.ceil(WANTED / CHUNK);
  const started = performance.now();
  let filled = 0;
  for (let chunk = 0; chunk < chunks; chunk += 1) {
    if (have.has(chunk)) continue;
    await store.command(fillSql(chunk * CHUNK, Math.min(CHUNK, WANTED - chunk * CHUNK)));
    filled += 1;
    if (filled % 10 === 0)
      log(
        `filled ${(((chunk + 1) * CHUNK) / 1e6).toFixed(1)} M, ${((performance.now() - started) / 1000).toFixed(0)} s`,
      );
  }
  return (performance.now() - started) / 1000;
}

interface Figure {
  readonly name: string;
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
  /** Processor time of the engine per search, ms: holds on a busy machine too. Absent where there is no /proc. */
  readonly cpu: number | undefined;
  /** Mean number of events (or values) found: a figure for a search that finds nothing would mean nothing. */
  readonly found: number;
}

/** Processor time the engine's process has used, ms (Linux counts in 10 ms). */
function engineCpu(): number | undefined {
  const file = `/proc/${store.pid ?? 0}/stat`;
  if (!existsSync(file)) return undefined;
  const fields = readFileSync(file, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

async function measure(name: string, run: (round: number) => Promise<number>): Promise<Figure> {
  const times: number[] = [];
  let found = 0;
  // One round unmeasured opens files and caches marks, as any use before it would.
  await run(RUNS);
  const cpuBefore = engineCpu();
  for (let round = 0; round < RUNS; round += 1) {
    const started = performance.now();
    found += await run(round);
    times.push(performance.now() - started);
  }
  const cpuAfter = engineCpu();
  const cpu = cpuBefore === undefined || cpuAfter === undefined ? undefined : (cpuAfter - cpuBefore) / RUNS;
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return { name, p50: at(0.5), p95: at(0.95), max: at(1), cpu, found: found / RUNS };
}

const filledIn = await fill();
// As in production: days that are over have their text index, the last one is "today" and has none yet.
const indexing = performance.now();
const indexed = await store.buildTextIndexes({
  before: new Date(END - DAY).toISOString().slice(0, 10),
  settleSeconds: 0,
  busyRate: Infinity,
  pollMs: 500,
});
if (indexed.length > 0)
  log(`text indexes of ${indexed.length} days built in ${((performance.now() - indexing) / 1000).toFixed(0)} s`);
const [size] = await store.query<{ rows: string; bytes: string; parts: string }>(
  [''],
  "SELECT sum(rows) AS rows, sum(bytes_on_disk) AS bytes, count() AS parts FROM system.parts WHERE active AND table = 'events'",
);
log(
  `${Number(size?.rows).toLocaleString('en')} events, ${(Number(size?.bytes) / Number(size?.rows)).toFixed(1)} bytes each on disk, ${size?.parts} parts, filled in ${filledIn.toFixed(0)} s`,
);
if (args['fill-only']) {
  await store.close();
  process.exit(0);
}

const HOSPITAL = 9;
const one = [`cn.gd.city-${HOSPITAL % 4}.hospital-${HOSPITAL}`];
const all = ['cn.gd'];
const day = { from: new Date(END - DAY), to: new Date(END) };
const month = { from: new Date(END - DAYS * DAY), to: new Date(END) };
const page = (scopes: string[], range: { from: Date; to: Date }, query: string): Promise<number> =>
  searchEvents(store, scopes, { query, ...range, limit: 100 }).then((result) => result.events.length);
const user = (round: number): string => `${['root', 'admin', 'li.na', 'nurse'][round % 4]}${round % 60}`;
const figures = [
  await measure('one institution, 24 h: newest 100', () => page(one, day, '')),
  await measure('one institution, 24 h: term user:x', (round) => page(one, day, `user:${user(round)}`)),
  await measure('one institution, 24 h: term source.ip', (round) =>
    page(one, day, `source.ip:10.${HOSPITAL}.${round % 32}.${round}`),
  ),
  await measure('one institution, 24 h: network', (round) =>
    page(one, day, `source.ip:10.${HOSPITAL}.${round % 32}.0/24`),
  ),
  await measure('one institution, 24 h: free text', (round) => page(one, day, `failed ${user(round)}`)),
  await measure('one institution, 24 h: Chinese text', (round) => page(one, day, `患者信息 查询 ${user(round)}`)),
  await measure('one institution, 24 h: phrase', () => page(one, day, '"failed to log on"')),
  await measure('one institution, 24 h: field beyond columns', (round) =>
    page(one, day, `winlog.event_data.LogonType:${2 + (round % 9)}`),
  ),
  await measure('one institution, 24 h: histogram', () =>
    histogram(store, one, { query: '', ...day, by: 'dataset' }).then((result) => result.total),
  ),
  await measure('one institution, 24 h: top 10 source.ip', () =>
    fieldStats(store, one, { query: '', ...day, field: 'source.ip' }).then((result) => result.cardinality),
  ),
  await measure('one institution, 24 h: top 10 of failed', () =>
    fieldStats(store, one, { query: 'event.outcome:failure', ...day, field: 'user.name' }).then(
      (result) => result.cardinality,
    ),
  ),
  await measure('28 institutions, 24 h: free text', (round) => page(all, day, `failed ${user(round)}`)),
  await measure('28 institutions, 24 h: top 10 source.ip', () =>
    fieldStats(store, all, { query: '', ...day, field: 'source.ip' }).then((result) => result.cardinality),
  ),
  await measure('one institution, 30 days: rare address', (round) =>
    page(one, month, `source.ip:10.${HOSPITAL}.31.${round} user:root${round}`),
  ),
  await measure('28 institutions, 30 days: absent word', (round) => page(all, month, `absentword${round}`)),
];

if (args.json) {
  console.log(
    JSON.stringify({
      events: Number(size?.rows),
      bytesPerEvent: Number(size?.bytes) / Number(size?.rows),
      parts: Number(size?.parts),
      cpus: cpus().length,
      runs: RUNS,
      figures,
    }),
  );
} else {
  console.log(`\n${'ms'.padEnd(48)}    p50     p95     max     cpu   found`);
  for (const figure of figures) {
    const cells = [figure.p50, figure.p95, figure.max, figure.cpu ?? 0]
      .map((value) => value.toFixed(1).padStart(7))
      .join(' ');
    console.log(`${figure.name.padEnd(48)}${cells} ${figure.found.toFixed(0).padStart(7)}`);
  }
}
await store.close();
