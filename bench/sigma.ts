/**
 * Sigma matching, events per CPU-second on one core: NDJSON line → JSON.parse → every matching rule. In one run, on the
 * same lines: a naive interpreter of the rule documents, compiled closures without an index, the engine on every rule (unrouted,
 * learned), routed by log source, routed after learning, and JSON.parse alone as the floor. Needs the corpora (`../shared/corpora` or $XINGLIN_CORPORA).
 *
 *   npm run -s bench -- sigma [--json] [--seconds=1.5] [--lane=structured_windows]
 */
import {
  compile,
  flatWindowsRouting,
  labelRouting,
  parseRules,
  type SigmaEngine,
  type SigmaEvent,
} from '@xinglin/sigma';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { interpret } from '../engines/sigma/testing/naive-interpreter.ts';
import { plainMatcher } from '../engines/sigma/testing/plain-matcher.ts';
import { findCorpus } from '../test/support/corpora.ts';
import { readRuleArchive } from '../test/support/sigma-rules.ts';

const flag = (name: string): string | undefined =>
  process.argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3);
const json = process.argv.includes('--json');
const seconds = Number(flag('seconds') ?? 1.5);
const only = flag('lane');

const cpu = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

/** Events per CPU-second; CPU time, because the machine may be busy with other things. */
function rate(
  lines: readonly string[],
  visit: (line: string) => number,
  limit = seconds,
): { perSecond: number; matches: number } {
  let matches = 0;
  let warmed = 0;
  const warm = cpu();
  while (cpu() - warm < limit / 2) visit(lines[warmed++ % lines.length] as string);
  // Reading the clock costs about as much as an event: it is read some fifty times a second.
  const chunk = Math.max(1, Math.floor((0.02 * warmed) / (cpu() - warm)));
  let done = 0;
  let used = 0;
  const start = cpu();
  while (used < limit) {
    for (let left = chunk; left > 0; left--) matches += visit(lines[done++ % lines.length] as string);
    used = cpu() - start;
  }
  return { perSecond: Math.round(done / used), matches: Math.round((matches / done) * 10_000) / 10_000 };
}

const readLines = (file: string): string[] => {
  const bytes = readFileSync(file);
  return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8').trimEnd().split('\n');
};

const archive = findCorpus('sigma/rules-8eaafff1f.tar.gz');
if (archive === undefined) process.exit(0);

// Load: YAML text → documents → rules → engine ready for the first event.
const before = process.memoryUsage().rss;
const times: Record<string, number> = {};
let at = cpu();
const lap = (name: string): void => {
  times[name] = Math.round((cpu() - at) * 1000);
  at = cpu();
};
const sources = readRuleArchive(archive, () => true);
lap('yaml');
const { rules } = parseRules(sources);
lap('parse');
const whole = compile(rules);
lap('compile');
const documents = new Map(
  sources.map(({ document }) => document as Record<string, unknown>).map((doc) => [String(doc['id']), doc]),
);
const lanesOnly = rules.filter(({ file }) => file.startsWith('rules/'));

interface Lane {
  readonly name: string;
  readonly lines: readonly string[];
  readonly routing: typeof labelRouting;
  readonly rules: typeof rules;
}
const lanes: Lane[] = [];
for (const name of [
  'structured_windows',
  'sysmon_file_event',
  'raw_windows',
  'cisco_syslog',
  'match_heavy',
  'correlation',
]) {
  const file = findCorpus(`sigma/lanes/${name}.ndjson.gz`);
  if (file !== undefined) lanes.push({ name, lines: readLines(file), routing: labelRouting, rules: lanesOnly });
}
const mixed = lanes.slice(0, 4).map(({ lines }) => lines);
lanes.push({
  name: 'mixed_schema',
  lines: Array.from({ length: 10_000 }, (_, row) => mixed[row % mixed.length]?.[row] ?? '{}'),
  routing: labelRouting,
  rules: lanesOnly,
});
const otrf = findCorpus('sigma/otrf.oracle.ndjson.gz');
if (otrf !== undefined) {
  const lines = readLines(otrf).map((line) => JSON.stringify((JSON.parse(line) as { event: unknown }).event));
  lanes.push({ name: 'otrf', lines, routing: flatWindowsRouting, rules });
}

interface Row {
  readonly lane: string;
  readonly jsonParse: number;
  readonly naive: number;
  readonly closures: number;
  readonly unrouted: number;
  readonly routed: number;
  readonly learned: number;
  readonly matchesPerEvent: number;
}
const rows: Row[] = [];
for (const lane of lanes) {
  if (only !== undefined && lane.name !== only) continue;
  const { lines } = lane;
  const run = (engine: SigmaEngine) => (line: string) => engine.match(JSON.parse(line) as SigmaEvent).length;
  const floor = rate(lines, (line) => (JSON.parse(line) as object) && 0);
  const laneDocuments = lane.rules.map(({ id }) => documents.get(id)).filter((document) => document !== undefined);
  const naive = rate(
    lines,
    (line) => {
      const event = JSON.parse(line) as SigmaEvent;
      return laneDocuments.filter((document) => interpret(document, event)).length;
    },
    Math.min(seconds, 0.2),
  );
  const plain = plainMatcher(lane.rules, { routing: lane.routing });
  const closures = rate(lines, (line) => plain(JSON.parse(line) as SigmaEvent).length, Math.min(seconds, 0.4));
  /** One pass builds the tables of every kind of event, so that only matching is measured. */
  const prepared = (engine: SigmaEngine): ((line: string) => number) => {
    const visit = run(engine);
    for (const line of lines) visit(line);
    return visit;
  };
  const sample = lines.filter((_, row) => row % 4 === 0).map((line) => JSON.parse(line) as SigmaEvent);
  const { engine: everything } = compile(lane.rules);
  everything.learn(sample);
  const unrouted = rate(lines, prepared(everything));
  const { engine } = compile(lane.rules, { routing: lane.routing });
  const routed = rate(lines, prepared(engine));
  engine.learn(sample);
  const learned = rate(lines, prepared(engine));
  rows.push({
    lane: lane.name,
    jsonParse: floor.perSecond,
    naive: naive.perSecond,
    closures: closures.perSecond,
    unrouted: unrouted.perSecond,
    routed: routed.perSecond,
    learned: learned.perSecond,
    matchesPerEvent: learned.matches,
  });
}
const memory = {
  rssAfterLoadMb: Math.round((process.memoryUsage().rss - before) / 1e6),
  rssMb: Math.round(process.memoryUsage().rss / 1e6),
};
const load = { rules: rules.length, running: whole.engine.size, cpuMs: times };

if (json) console.log(JSON.stringify({ load, memory, rows }));
else {
  console.log(`load: ${load.rules} rules, ${load.running} run; CPU ms: ${JSON.stringify(times)}`);
  console.log('events per CPU-second, JSON.parse included; "naive" runs unrouted');
  console.table(Object.fromEntries(rows.map(({ lane, ...row }) => [lane, row])));
  console.log(`RSS ${memory.rssMb} MB with all engines of the run in memory`);
}
