/**
 * Lines per CPU-second on one core: five lanes (nginx access, sshd, Cisco ASA, FortiGate, Windows JSON), each identified by itself and
 * pinned, beside what else could do the work, in the same run:
 *   - one regular expression with named groups, as grok and syslog-ng's patterndb end up with, and the same with the values typed and
 *     dated, which is what an event needs;
 *   - a forward scan over a rule of literals and motifs, which is how rsyslog's mmnormalize works;
 *   - JSON.parse of the line (Windows) or of the parsed record;
 *   - syslog-ng's patterndb and rsyslog's mmnormalize themselves, where they are installed (not with `--quick`).
 *
 *   npm run -s bench -- parse [--json] [--seconds=0.7] [--all] [--quick]
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { catalogue, createParser, type ParseContext } from '@xinglin/parse';
import { anchors, lanes, type Lane } from './parse/lanes.ts';
import { measure, type Measured } from './parse/measure.ts';
import { runNative } from './parse/native.ts';

const flag = (name: string): boolean => process.argv.includes(`--${name}`);
const seconds = Number(process.argv.find((word) => word.startsWith('--seconds='))?.slice(10) ?? 0.7);
const ctx: ParseContext = { receivedAt: Date.UTC(2026, 10, 22, 12), timezone: '+08:00' };
const parser = createParser();

interface LaneResult {
  readonly lane: string;
  readonly goal: number;
  readonly bytesPerLine: number;
  readonly fieldsPerLine: number;
  /** Lines per CPU-second. */
  readonly identified: number;
  readonly pinned: number;
  readonly baselines: Readonly<Record<string, number>>;
}

function runLane(lane: Lane): LaneResult {
  const { lines } = lane;
  const pinnedCtx = { ...ctx, dataset: lane.dataset };
  const records = lines.map((line) => parser.parse(line, ctx));
  for (const record of records)
    if (record.dataset !== lane.dataset) throw new Error(`${lane.name}: a line was read as ${record.dataset}`);
  const run = (work: (line: string) => unknown): number => measure(lines, work, seconds).perSecond;
  const json = records.map((record) => JSON.stringify(record.fields));
  const baselines: Record<string, number> = {
    ...Object.fromEntries(anchors(lane).map(({ name, work }) => [name, run(work)])),
    'JSON.parse of the parsed record': measure(json, (text) => JSON.parse(text) as unknown, seconds).perSecond,
  };
  return {
    lane: lane.name,
    goal: lane.goal,
    bytesPerLine: Math.round(lines.reduce((sum, line) => sum + line.length, 0) / lines.length),
    fieldsPerLine: Math.round(
      records.reduce((sum, { fields }) => sum + Object.keys(fields).length, 0) / records.length,
    ),
    identified: run((line) => parser.parse(line, ctx)),
    pinned: run((line) => parser.parse(line, pinnedCtx)),
    baselines,
  };
}

/** Every parser over its own samples: no goal, but a parser that falls behind shows. */
function runAll(): Record<string, number> {
  const root = resolve(import.meta.dirname, '../engines/parse');
  const results: Record<string, number> = {};
  for (const spec of catalogue) {
    const inputs = readFileSync(join(root, spec.samples), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => (JSON.parse(line) as { raw: unknown }).raw)
      .map((raw) => (typeof raw === 'string' ? raw : JSON.stringify(raw)));
    results[spec.dataset] = measure(inputs, (line) => parser.parse(line, ctx), Math.min(seconds, 0.2)).perSecond;
  }
  return results;
}

const results = lanes.map(runLane);
const native = flag('quick') ? {} : runNative(lanes, (text) => console.error(text));
const all = flag('all') ? runAll() : undefined;
const shown = (n: Measured['perSecond']): string => n.toLocaleString('en').padStart(11);
for (const result of results) {
  const met = Math.max(result.identified, result.pinned) >= result.goal ? 'met' : 'not met';
  console.error(
    `${result.lane}: ${result.bytesPerLine} bytes in, ${result.fieldsPerLine} fields out per line; goal ${result.goal.toLocaleString('en')} ${met}`,
  );
  console.error(`${shown(result.identified)}  identified by itself\n${shown(result.pinned)}  pinned`);
  for (const [name, perSecond] of Object.entries(result.baselines)) console.error(`${shown(perSecond)}  ${name}`);
}
for (const [program, rates] of Object.entries(native))
  for (const [lane, perSecond] of Object.entries(rates)) console.error(`${shown(perSecond)}  ${program}, ${lane}`);
for (const [name, perSecond] of Object.entries(all ?? {})) console.error(`${shown(perSecond)}  ${name}, own samples`);
if (flag('json'))
  console.log(
    JSON.stringify({
      unit: 'lines per CPU-second, one core',
      lanes: results,
      native,
      ...(all !== undefined && { all }),
    }),
  );
