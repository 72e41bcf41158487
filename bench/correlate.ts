/**
 * Sigma correlation, hits of rules per CPU-second on one core, and what a group costs in memory. In the same run, on the same
 * stream, the baseline: a naive correlator that keeps an array of events per group and scans it (`engines/sigma/testing`).
 * The slow lanes of the baseline stop after `--seconds` of CPU time. "worst" is the longest single push on the wall clock, garbage
 * collection and a busy machine included. The baseline's figure flatters it where it stops (`naiveEvents`) before its windows are full.
 *
 *   npm run -s bench -- correlate [--json] [--seconds=2] [--groups=50000] [--events=1000000]
 */
import { createCorrelator, parseRules, type Correlator } from '@xinglin/sigma';
import { createNaiveCorrelator, type NaiveOptions } from '../engines/sigma/testing/naive-correlator.ts';

const flag = (name: string, otherwise: number): number =>
  Number(process.argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3) ?? otherwise);
const json = process.argv.includes('--json');
const seconds = flag('seconds', 2);
const groupCount = flag('groups', 50_000);
const eventCount = flag('events', 1_000_000);
const START = Date.UTC(2026, 0, 1);
const TIMESPAN = 300_000;
const RULES = ['a', 'b', 'c'];

type Type = NaiveOptions['type'];
interface Lane {
  readonly name: string;
  readonly type: Type;
  readonly least: number;
  readonly groups: number;
  /** Share of events that are up to one minute late. */
  readonly late: number;
  /** Milliseconds between events. */
  readonly every: number;
  readonly events: number;
  /** The first rule never matches: nothing ever completes. */
  readonly incomplete?: boolean;
}

const lanes: Lane[] = [
  { name: 'event_count', type: 'event_count', least: 50, groups: groupCount, late: 0, every: 1, events: eventCount },
  {
    name: 'event_count 5% late',
    type: 'event_count',
    least: 50,
    groups: groupCount,
    late: 0.05,
    every: 1,
    events: eventCount,
  },
  { name: 'value_count', type: 'value_count', least: 20, groups: groupCount, late: 0, every: 1, events: eventCount },
  { name: 'temporal', type: 'temporal', least: 3, groups: groupCount, late: 0, every: 1, events: eventCount },
  {
    name: 'temporal_ordered',
    type: 'temporal_ordered',
    least: 3,
    groups: groupCount,
    late: 0,
    every: 1,
    events: eventCount,
  },
  // One group, its window full: the most a single event can cost.
  {
    name: 'one group event_count late',
    type: 'event_count',
    least: 9000,
    groups: 1,
    late: 1,
    every: 10,
    events: 20_000,
  },
  {
    name: 'one group value_count late',
    type: 'value_count',
    least: 9000,
    groups: 1,
    late: 1,
    every: 10,
    events: 20_000,
  },
  {
    name: 'one group ordered in order',
    type: 'temporal_ordered',
    least: 3,
    groups: 1,
    late: 0,
    every: 10,
    events: 20_000,
    incomplete: true,
  },
  {
    name: 'one group ordered late',
    type: 'temporal_ordered',
    least: 3,
    groups: 1,
    late: 1,
    every: 10,
    events: 20_000,
    incomplete: true,
  },
];

const cpu = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

interface Stream {
  readonly at: Float64Array;
  readonly rule: Uint8Array;
  readonly group: string[];
  readonly value: string[];
}

/** The same for every run: a linear congruential generator. */
function streamOf(lane: Lane): Stream {
  let seed = 42;
  const random = (): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
    return seed / 0x80000000;
  };
  const names = Array.from(
    { length: lane.groups },
    (_, group) => `10.${group >> 16}.${(group >> 8) & 255}.${group & 255}`,
  );
  const values = Array.from({ length: 200 }, (_, value) => `user-${value}`);
  const at = new Float64Array(lane.events);
  const rule = new Uint8Array(lane.events);
  const group: string[] = [];
  const value: string[] = [];
  for (let event = 0; event < lane.events; event++) {
    const late = random() < lane.late ? random() * 59_000 : 0;
    at[event] = START + event * lane.every - Math.floor(late);
    rule[event] = lane.incomplete === true ? 1 + Math.floor(random() * 2) : Math.floor(random() * RULES.length);
    group.push(names[Math.floor(random() * names.length)] as string);
    value.push(values[Math.floor(random() * values.length)] as string);
  }
  return { at, rule, group, value };
}

function correlatorOf(lane: Lane): Correlator {
  const body = {
    type: lane.type,
    rules: RULES,
    'group-by': ['source.ip'],
    timespan: `${TIMESPAN / 1000}s`,
    condition: { gte: lane.least, ...(lane.type === 'value_count' ? { field: 'user.name' } : {}) },
  };
  const { correlations } = parseRules([
    { file: 'bench', document: { title: lane.name, id: 'corr', correlation: body } },
  ]);
  const correlator = createCorrelator(correlations);
  if (correlator.issues.length > 0) throw new Error(JSON.stringify(correlator.issues));
  return correlator;
}

interface Result {
  readonly perSecond: number;
  readonly events: number;
  readonly worstMs: number;
  readonly hits: number;
}

/** Pushes the stream once, at most for `limit` CPU-seconds. */
function measure(stream: Stream, limit: number, push: (event: number) => number): Result {
  let hits = 0;
  let worst = 0;
  let event = 0;
  const start = cpu();
  for (; event < stream.at.length; event++) {
    const before = performance.now();
    hits += push(event);
    worst = Math.max(worst, performance.now() - before);
    if ((event & 255) === 255 && cpu() - start > limit) break;
  }
  return {
    perSecond: Math.round(event / (cpu() - start)),
    events: event,
    worstMs: Math.round(worst * 100) / 100,
    hits,
  };
}

const heap = (): number => {
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};

const rows = lanes.map((lane) => {
  const stream = streamOf(lane);
  // The events are made before, as a matcher hands them over.
  const event = (index: number) => ({
    'source.ip': stream.group[index] as string,
    'user.name': stream.value[index] as string,
  });
  const events = stream.group.map((_, index) => event(index));
  const drive = (correlator: Correlator) => (index: number) =>
    correlator.push(RULES[stream.rule[index] as number] as string, events[index] ?? {}, stream.at[index] as number)
      .length;
  // Once to warm up: what runs for months is compiled.
  measure(stream, 1, drive(correlatorOf(lane)));
  const before = heap();
  const correlator = correlatorOf(lane);
  const engine = measure(stream, 60, drive(correlator));
  const bytes = heap() - before;
  const { groups, events: remembered } = correlator.stats;

  const naive = createNaiveCorrelator({ ...lane, timespan: TIMESPAN, lateness: 60_000, limit: 10_000 });
  const baseline = measure(stream, seconds, (index) =>
    naive.push(
      stream.group[index] as string,
      stream.at[index] as number,
      stream.rule[index] as number,
      stream.value[index] as string,
    ) === undefined
      ? 0
      : 1,
  );
  return {
    lane: lane.name,
    perCpuSecond: engine.perSecond,
    naivePerCpuSecond: baseline.perSecond,
    naiveEvents: baseline.events,
    hits: engine.hits,
    worstMs: engine.worstMs,
    naiveWorstMs: baseline.worstMs,
    groups,
    eventsPerGroup: Math.round((remembered / Math.max(1, groups)) * 10) / 10,
    bytesPerGroup: Math.round(bytes / Math.max(1, groups)),
    bytesPerEvent: Math.round(bytes / Math.max(1, remembered)),
  };
});

if (json) console.log(JSON.stringify({ rows }));
else {
  console.log('hits of rules per CPU-second; bytes without the evidence ids, which belong to the caller');
  console.table(Object.fromEntries(rows.map(({ lane, ...row }) => [lane, row])));
}
