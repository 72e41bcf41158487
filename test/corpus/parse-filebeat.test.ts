import { describe, expect, it } from 'vitest';
import { catalogue, createParser, type EcsValue } from '@xinglin/parse';
import { findCorpus, readNdjson } from '../support/corpora.ts';

// The rules by which our answer counts as equal are the reviewed table "Differences from Filebeat 7.14" in
// engines/parse/README.md; this file is that table as a program. Nothing else is excused.

interface Row {
  readonly module: string;
  readonly fileset: string;
  readonly raw: string;
  readonly expected: Readonly<Record<string, EcsValue>>;
}

/** D1: facts about the shipper and the test bench, or from a GeoIP database; a line does not contain them. */
const notInTheLine = (key: string): boolean =>
  key.includes('.geo.') ||
  key.startsWith('source.as.') ||
  ['input.type', 'log.offset', 'fileset.name', 'log.flags', 'log.file.path'].includes(key);

/** D2: our dataset names. */
const datasets: Readonly<Record<string, string>> = {
  'system.auth': 'linux.auth',
  'system.syslog': 'linux.syslog',
  'auditd.log': 'linux.auditd',
};

const known = new Set(catalogue.flatMap((spec) => [spec.dataset, ...(spec.datasets ?? [])]));

function list(value: EcsValue | undefined): string[] {
  if (value === undefined) return [];
  return (Array.isArray(value) ? value.map(String) : [String(value as string | number | boolean)]).toSorted();
}

function equal(key: string, wanted: EcsValue, got: EcsValue | undefined, dataset: string): boolean {
  if (key === 'event.dataset') return got === dataset;
  if (key === 'event.module') return got === dataset.slice(0, dataset.indexOf('.'));
  // D3: the same instant; ours is always UTC.
  if ((key === '@timestamp' && dataset !== 'nats.log') || key === 'event.start' || key === 'event.end')
    return Date.parse(String(wanted)) === Date.parse(String(got));
  // D4: Filebeat writes '-', '' and [] for "nothing", we write nothing.
  if (wanted === '-' || wanted === '' || (Array.isArray(wanted) && wanted.length === 0))
    return got === undefined || got === wanted;
  // D5: durations pass through a 32-bit float there.
  if (key === 'event.duration') return Math.abs(Number(wanted) - Number(got)) <= Math.max(1, Number(wanted) * 2e-7);
  // D6: ua-parser leaves the dot of "Firefox/72.0." behind.
  if (key === 'user_agent.version' && String(wanted).endsWith('.')) return got === String(wanted).slice(0, -1);
  // D7: result codes are outcomes: "1" is success.
  if (key === 'event.outcome' && wanted === '1') return got === 'success';
  // D8: trailing line breaks of multi-line input are not part of a message.
  if (typeof wanted === 'string' && wanted.endsWith('\n')) return got === wanted.trimEnd();
  // D11: nats-server writes local time; Filebeat takes it for UTC.
  if (key === '@timestamp' && dataset === 'nats.log') return got !== undefined;
  // D9: we know more: our categories, types and related values contain theirs.
  if (key === 'event.category' || key === 'event.type' || key.startsWith('related.')) {
    const ours = new Set(list(got));
    return list(wanted).every((item) => ours.has(item));
  }
  // D10: an agent that is "-" is no agent, so it has no name or device.
  if (wanted === 'Other' && key.startsWith('user_agent.') && got === undefined) return true;
  // The rest: equal as text (ports and process ids are numbers with us), arrays as sets.
  return list(wanted).join('\u0000') === list(got).join('\u0000');
}

const file = findCorpus('logs/filebeat-apache2.ndjson.gz');

describe.skipIf(file === undefined)('Filebeat module tests', () => {
  const rows = file === undefined ? [] : readNdjson<Row>(file);
  const parser = createParser();
  const groups = Map.groupBy(rows, (row) => `${row.module}.${row.fileset}`);

  const score = (
    name: string,
    group: readonly Row[],
  ): { keys: number; right: number; lines: number; whole: number; chosen: number } => {
    const dataset = datasets[name] ?? name;
    const sum = { keys: 0, right: 0, lines: 0, whole: 0, chosen: 0 };
    for (const row of group) {
      const receivedAt = Date.parse(String(row.expected['@timestamp'] ?? '2020-06-01T00:00:00Z'));
      const { fields } = parser.parse(row.raw, { receivedAt, timezone: '-02:00', dataset });
      let whole = true;
      for (const [key, wanted] of Object.entries(row.expected)) {
        if (notInTheLine(key)) continue;
        sum.keys++;
        if (equal(key, wanted, fields[key], dataset)) sum.right++;
        else whole = false;
      }
      sum.lines++;
      if (whole) sum.whole++;
      if (parser.parse(row.raw, { receivedAt, timezone: '-02:00' }).dataset === dataset) sum.chosen++;
    }
    return sum;
  };

  it('at least 97 % of all expected keys are equal and 95 % of lines fully right', () => {
    const total = { keys: 0, right: 0, lines: 0, whole: 0 };
    for (const [name, group] of groups) {
      const sum = score(name, group);
      total.keys += sum.keys;
      total.right += sum.right;
      total.lines += sum.lines;
      total.whole += sum.whole;
      console.log(
        `${name.padEnd(26)} keys ${((100 * sum.right) / sum.keys).toFixed(2)} % of ${sum.keys}, lines ${((100 * sum.whole) / sum.lines).toFixed(1)} % of ${sum.lines}, found without pin ${((100 * sum.chosen) / sum.lines).toFixed(0)} %`,
      );
    }
    console.log(
      `all: keys ${((100 * total.right) / total.keys).toFixed(2)} %, lines ${((100 * total.whole) / total.lines).toFixed(2)} %`,
    );
    expect(total.right / total.keys).toBeGreaterThanOrEqual(0.97);
    expect(total.whole / total.lines).toBeGreaterThanOrEqual(0.95);
  });

  it('every module of the corpus has a parser', () => {
    for (const name of groups.keys()) expect(known).toContain(datasets[name] ?? name);
  });

  it.each(['apache.access', 'apache.error', 'nginx.access', 'nginx.error', 'system.auth', 'auditd.log'])(
    '%s is right on every key',
    (name) => {
      const sum = score(name, groups.get(name) ?? []);
      expect(sum.lines).toBeGreaterThan(0);
      expect(sum.right / sum.keys).toBeGreaterThanOrEqual(0.995);
    },
  );
});
