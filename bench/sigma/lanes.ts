/** What the Sigma benchmarks run on: SigmaHQ's rules and the event lanes of the corpora. */
import { flatWindowsRouting, labelRouting, parseRules, type LogsourceRouting, type SigmaRule } from '@xinglin/sigma';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { findCorpus } from '../../test/support/corpora.ts';
import { readRuleArchive } from '../../test/support/sigma-rules.ts';

export interface Lane {
  readonly name: string;
  readonly lines: readonly string[];
  readonly routing: LogsourceRouting;
  readonly rules: readonly SigmaRule[];
}

const NAMES = ['structured_windows', 'sysmon_file_event', 'raw_windows', 'cisco_syslog', 'match_heavy', 'correlation'];

export const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

/** The rule archive; without it there is nothing to measure. */
export function ruleArchive(): string {
  const archive = findCorpus('sigma/rules-8eaafff1f.tar.gz');
  if (archive === undefined) process.exit(0);
  return archive;
}

export const readRules = (): SigmaRule[] => parseRules(readRuleArchive(ruleArchive(), () => true)).rules;

/** The lanes of rsigma's benchmark on the `rules/` folder, as published; mixed schemas row by row; OTRF's events on all rules. */
export function readLanes(rules: readonly SigmaRule[], wanted: (name: string) => boolean): Lane[] {
  const published = rules.filter(({ file }) => file.startsWith('rules/'));
  const lanes = NAMES.flatMap((name): Lane[] => {
    const file = findCorpus(`sigma/lanes/${name}.ndjson.gz`);
    return file === undefined ? [] : [{ name, lines: readLines(file), routing: labelRouting, rules: published }];
  });
  const mixed = lanes.slice(0, 4).map(({ lines }) => lines);
  const rows = Array.from({ length: 10_000 }, (_, row) => mixed[row % mixed.length]?.[row] ?? '{}');
  lanes.push({ name: 'mixed_schema', lines: rows, routing: labelRouting, rules: published });
  const otrf = findCorpus('sigma/otrf.oracle.ndjson.gz');
  if (otrf !== undefined && wanted('otrf')) {
    const lines = readLines(otrf).map((line) => JSON.stringify((JSON.parse(line) as { event: unknown }).event));
    lanes.push({ name: 'otrf', lines, routing: flatWindowsRouting, rules });
  }
  return lanes.filter(({ name }) => wanted(name));
}

function readLines(file: string): string[] {
  const bytes = readFileSync(file);
  return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8').trimEnd().split('\n');
}
