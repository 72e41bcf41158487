/**
 * Lines per core-second, per parser, against JSON.parse of the parsed record and a plain regular expression for the
 * combined log format, all in the same run.
 *
 *   npm run -s bench -- parse [--json] [--seconds=1]
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { catalogue, createParser, type ParseContext } from '@xinglin/parse';

const json = process.argv.includes('--json');
const seconds = Number(process.argv.find((word) => word.startsWith('--seconds='))?.slice(10) ?? 0.7);
const root = resolve(import.meta.dirname, '../engines/parse');
const ctx: ParseContext = { receivedAt: Date.UTC(2026, 10, 22, 12), timezone: '+08:00' };
const parser = createParser();

interface Result {
  readonly name: string;
  readonly lines: number;
  readonly bytes: number;
  readonly perSecond: number;
}

/** Varies digits so that no memo sees the same line twice. */
function vary(raw: string, round: number): string {
  const minute = String(round % 60).padStart(2, '0');
  return raw.replace(/10:11:(\d\d)/, `10:${minute}:$1`).replace('203.0.113.9', `203.0.113.${round % 250}`);
}

function measure(name: string, inputs: readonly string[], run: (input: string) => unknown): Result {
  let sink = 0;
  const cold = process.cpuUsage();
  for (let used = 0; used < 0.3;) {
    for (const input of inputs) if (run(input) !== undefined) sink++;
    const { user, system } = process.cpuUsage(cold);
    used = (user + system) / 1e6;
  }
  // CPU time, not wall time: the machine may be busy with other things.
  const start = process.cpuUsage();
  let done = 0;
  let bytes = 0;
  let used = 0;
  while (used < seconds) {
    for (const input of inputs) {
      if (run(input) !== undefined) sink++;
      bytes += input.length;
    }
    done += inputs.length;
    const { user, system } = process.cpuUsage(start);
    used = (user + system) / 1e6;
  }
  if (sink < 0) throw new Error('unreachable: keeps the work alive');
  return { name, lines: done, bytes, perSecond: Math.round(done / used) };
}

const combined = /^(\S+) (\S+) (\S+) \[([^\]]+)\] "(\S+) (\S+) HTTP\/([\d.]+)" (\d{3}) (\d+|-) "([^"]*)" "([^"]*)"$/;
const results: Result[] = [];

for (const spec of catalogue) {
  const samples = readFileSync(join(root, spec.samples), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { raw: unknown }).raw)
    .map((raw) => (typeof raw === 'string' ? raw : JSON.stringify(raw)));
  const inputs = Array.from({ length: 60 }, (_, round) => samples.map((raw) => vary(raw, round))).flat();
  results.push(measure(spec.dataset, inputs, (line) => parser.parse(line, ctx)));
}

const access = Array.from({ length: 600 }, (_, round) =>
  vary(
    '203.0.113.9 - - [22/Nov/2026:10:11:12 +0800] "GET /appointment/slots?dept=0301 HTTP/1.1" 200 5120 "https://yy.example.cn/" "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36"',
    round,
  ),
);
const records = access.map((line) => JSON.stringify(parser.parse(line, ctx).fields));
const baselines = [
  measure('combined access line, ours', access, (line) => parser.parse(line, ctx)),
  measure('combined access line, ours, pinned', access, (line) =>
    parser.parse(line, { ...ctx, dataset: 'nginx.access' }),
  ),
  measure('combined access line, regular expression alone', access, (line) => combined.exec(line) ?? undefined),
  measure('combined access line, expression + Date + object', access, (line) => {
    const match = combined.exec(line);
    if (match === null) return undefined;
    const time = new Date((match[4] ?? '').replace(/^(\d+)\/(\w+)\/(\d+):/, '$1 $2 $3 ')).toISOString();
    return {
      time,
      ip: match[1],
      method: match[5],
      url: match[6],
      status: Number(match[8]),
      bytes: Number(match[9]),
      referrer: match[10],
      agent: match[11],
    };
  }),
  measure('JSON.parse of the same record', records, (text) => JSON.parse(text) as unknown),
];

if (json) console.log(JSON.stringify({ parsers: results, baselines }));
else {
  for (const result of [...results, ...baselines]) {
    console.log(
      `${result.name.padEnd(52)} ${result.perSecond.toLocaleString('en').padStart(10)} lines/core-s   ${String(Math.round(result.bytes / result.lines)).padStart(5)} bytes/line`,
    );
  }
}
