/**
 * Sigma matching, events per CPU-second on one core: NDJSON line → JSON.parse → every matching rule. In one run, on the
 * same lines: a naive interpreter of the rule documents, compiled closures without an index, the engine on every rule (unrouted,
 * learned), routed by log source, routed after learning, and JSON.parse alone as the floor. Then, in processes and threads of their own: what
 * loading takes, and two workers. Needs the corpora (`../shared/corpora` or $XINGLIN_CORPORA).
 *
 *   npm run -s bench -- sigma [--json] [--seconds=1.5] [--lane=structured_windows] [--no-naive]
 */
import { compile, type SigmaEngine, type SigmaEvent } from '@xinglin/sigma';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { interpret } from '../engines/sigma/testing/naive-interpreter.ts';
import { plainMatcher } from '../engines/sigma/testing/plain-matcher.ts';
import { readRuleArchive } from '../test/support/sigma-rules.ts';
import { cpuSeconds, readLanes, readRules, ruleArchive, type Lane } from './sigma/lanes.ts';
import { threadRates } from './sigma/workers.ts';

const flag = (name: string): string | undefined =>
  process.argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3);
const json = process.argv.includes('--json');
const withBaselines = !process.argv.includes('--no-naive');
const seconds = Number(flag('seconds') ?? 1.5);
const only = flag('lane');

interface Rate {
  /** Median over slices of about 50 ms of CPU time. */
  readonly perSecond: number;
  /** Best slice: what an undisturbed machine does. */
  readonly best: number;
  readonly matches: number;
}

/** Events per CPU-second; CPU time, because the machine may be busy with other things. */
function rate(lines: readonly string[], visit: (line: string) => number, limit = seconds): Rate {
  let warmed = 0;
  const warm = cpuSeconds();
  while (cpuSeconds() - warm < limit / 2) visit(lines[warmed++ % lines.length] as string);
  // Reading the clock costs about as much as an event: it is read some twenty times a second.
  const slice = Math.max(1, Math.floor((0.05 * warmed) / (cpuSeconds() - warm)));
  const rates: number[] = [];
  let done = 0;
  let matches = 0;
  const start = cpuSeconds();
  while (cpuSeconds() - start < limit) {
    const from = cpuSeconds();
    for (let left = slice; left > 0; left--) matches += visit(lines[done++ % lines.length] as string);
    rates.push(slice / (cpuSeconds() - from));
  }
  const sorted = rates.toSorted((left, right) => left - right);
  return {
    perSecond: Math.round(sorted[sorted.length >> 1] ?? 0),
    best: Math.round(sorted.at(-1) ?? 0),
    matches: Math.round((matches / done) * 10_000) / 10_000,
  };
}

const rules = readRules();
const documents = new Map<unknown, Record<string, unknown>>();
if (withBaselines) {
  for (const { document } of readRuleArchive(ruleArchive(), () => true))
    documents.set((document as { id?: unknown }).id, document as Record<string, unknown>);
}

/** One pass builds the tables of every kind of event, so that only matching is measured. */
function prepared(engine: SigmaEngine, { lines }: Lane): (line: string) => number {
  const visit = (line: string): number => engine.match(JSON.parse(line) as SigmaEvent).length;
  for (const line of lines) visit(line);
  return visit;
}

function measure(lane: Lane): Record<string, number | string> {
  const { lines } = lane;
  const floor = rate(lines, (line) => (JSON.parse(line) as object) && 0);
  const baselines: Record<string, number> = {};
  if (withBaselines) {
    const own = lane.rules.map(({ id }) => documents.get(id)).filter((document) => document !== undefined);
    baselines.naive = rate(
      lines,
      (line) => {
        const event = JSON.parse(line) as SigmaEvent;
        return own.filter((document) => interpret(document, event)).length;
      },
      Math.min(seconds, 0.2),
    ).perSecond;
    const plain = plainMatcher(lane.rules, { routing: lane.routing });
    baselines.closures = rate(
      lines,
      (line) => plain(JSON.parse(line) as SigmaEvent).length,
      Math.min(seconds, 0.4),
    ).perSecond;
  }
  const sample = lines.filter((_, row) => row % 4 === 0).map((line) => JSON.parse(line) as SigmaEvent);
  const { engine: everything } = compile(lane.rules);
  everything.learn(sample);
  const unrouted = rate(lines, prepared(everything, lane));
  const { engine } = compile(lane.rules, { routing: lane.routing });
  const routed = rate(lines, prepared(engine, lane));
  engine.learn(sample);
  const learned = rate(lines, prepared(engine, lane));
  return {
    lane: lane.name,
    jsonParse: floor.perSecond,
    ...baselines,
    unrouted: unrouted.perSecond,
    unroutedBest: unrouted.best,
    routed: routed.perSecond,
    learned: learned.perSecond,
    learnedBest: learned.best,
    /** Part of JSON.parse's speed that is left when matching comes on top. */
    learnedOfJsonParse: Math.round((learned.perSecond / floor.perSecond) * 100) / 100,
    matchesPerEvent: learned.matches,
  };
}

const loadWith = (...flags: string[]): Record<string, unknown> =>
  JSON.parse(
    execFileSync(process.execPath, ['--conditions=source', ...flags, join(import.meta.dirname, 'sigma', 'load.ts')], {
      encoding: 'utf8',
    }),
  ) as Record<string, unknown>;

const load = loadWith();
/** As the server starts its detection threads: a small nursery. */
const loadSmall = loadWith('--max-semi-space-size=8');
const lanes = readLanes(rules, (name) => only === undefined || name === only);
const rows = lanes.map(measure);
const [structured] = readLanes(rules, (name) => name === 'structured_windows');
const workers = structured === undefined ? {} : await threadRates(structured, seconds);

if (json) console.log(JSON.stringify({ load, loadSmall, workers, rows }));
else {
  console.log(`load, default heap: ${JSON.stringify(load)}`);
  console.log(`load, small nursery: ${JSON.stringify(loadSmall)}`);
  console.log('events per CPU-second (median slice; best slice), JSON.parse included; "naive" runs unrouted');
  console.table(Object.fromEntries(rows.map(({ lane, ...row }) => [lane, row])));
  console.log(`workers, events per second of wall clock: ${JSON.stringify(workers)}`);
}
