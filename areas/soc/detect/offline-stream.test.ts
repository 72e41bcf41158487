import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dialectOf, eventTime } from './offline-dialect.ts';
import { parseMapping } from './offline-mapping.ts';
import { parseRuleFiles, readDocuments } from './offline-rules.ts';
import { openStreamDetection } from './offline-stream.ts';
import type { StreamOutput, StreamTotals } from './offline-stream.ts';

const WHOAMI = `title: Whoami
id: 11111111-1111-4111-8111-111111111111
logsource: { product: windows, category: process_creation }
detection: { sel: { 'Image|endswith': '\\whoami.exe' }, condition: sel }
`;
const BURST = `title: Failure
id: 22222222-2222-4222-8222-222222222222
name: failure
logsource: { category: authentication }
detection: { sel: { outcome: failure }, condition: sel }
---
title: Burst
id: 33333333-3333-4333-8333-333333333333
correlation: { type: event_count, rules: [failure], group-by: [User], timespan: 1m, condition: { gte: 3 } }
`;
let dir: string;
const path = (name: string, text: string): string => {
  const file = join(dir, name);
  writeFileSync(file, text);
  return file;
};
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'xinglin-stream-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const Channel = 'Microsoft-Windows-Sysmon/Operational';
const EVENTS: readonly Record<string, unknown>[] = [
  { Channel, EventID: 1, Image: 'C:\\Windows\\whoami.exe' },
  { Channel, EventID: 3, Image: 'C:\\Windows\\whoami.exe' },
  {
    'event.dataset': 'windows.sysmon',
    'winlog.channel': Channel,
    'event.code': '1',
    'process.executable': 'C:\\whoami.exe',
  },
  { product: 'windows', category: 'process_creation', Image: 'D:\\whoami.exe' },
  { product: 'linux', category: 'process_creation', Image: 'D:\\whoami.exe' },
  { winlog: { channel: Channel }, event: { code: 1 }, process: { executable: 'C:\\whoami.exe' } },
];

async function detect(
  rules: string,
  lines: readonly string[],
  options: { workers?: number; mapping?: string; block?: number } = {},
): Promise<{ outputs: StreamOutput[]; broken: number[]; totals: StreamTotals }> {
  const { workers = 1, mapping, block = 1 << 20 } = options;
  const detection = await openStreamDetection({
    rules: [rules],
    workers,
    ...(mapping === undefined ? {} : { mapping }),
  });
  const outputs: StreamOutput[] = [];
  const broken: number[] = [];
  async function* source(): AsyncGenerator<Uint8Array> {
    for (const line of lines) yield Buffer.from(`${line}\n`);
    await Promise.resolve();
  }
  const totals = await detection.run(
    source(),
    { write: (some) => void outputs.push(...some), broken: (line) => broken.push(line) },
    { block },
  );
  return { outputs, broken, totals };
}

describe('openStreamDetection()', () => {
  it('matches flat Windows, ECS (flat and nested) and labelled events by the same rule', async () => {
    const { outputs, totals } = await detect(
      path('whoami.yml', WHOAMI),
      EVENTS.map((event) => JSON.stringify(event)),
    );
    expect(outputs.map((one) => 'line' in one && one.line)).toEqual([1, 3, 4, 6]);
    expect(totals).toMatchObject({ events: 6, dialects: { 'flat-windows': 2, ecs: 2, labels: 2 } });
  });

  it('tells broken lines by number, skips blank ones, and goes on', async () => {
    const { outputs, broken, totals } = await detect(path('whoami.yml', WHOAMI), [
      '{"Channel":',
      '',
      '[1]',
      '"text"',
      JSON.stringify(EVENTS[0]),
    ]);
    expect(broken).toEqual([1, 3, 4]);
    expect(outputs).toEqual([{ line: 5, rules: ['11111111-1111-4111-8111-111111111111'] }]);
    expect(totals).toMatchObject({ lines: 5, events: 1, blank: 1, broken: 3 });
  });

  it('correlates in event time, names the lines, and does not show rules that only feed', async () => {
    const at = (second: number, User: string): string =>
      JSON.stringify({
        '@timestamp': `2026-01-01T00:00:${String(second).padStart(2, '0')}Z`,
        category: 'authentication',
        outcome: 'failure',
        User,
      });
    const lines = [at(0, 'a'), at(10, 'b'), at(20, 'a'), at(30, 'a'), at(40, 'b')];
    const { outputs, totals } = await detect(path('burst.yml', BURST), lines);
    expect(outputs).toEqual([
      { correlation: '33333333-3333-4333-8333-333333333333', group: { User: 'a' }, lines: [1, 3, 4] },
    ]);
    expect(totals.correlations).toBe(1);
  });

  it('with threads gives exactly what it gives without, in the same order', async () => {
    const rules = path('both.yml', `${WHOAMI}---\n${BURST}`);
    const lines = Array.from({ length: 3000 }, (_, index) =>
      index % 7 === 0
        ? JSON.stringify({
            category: 'authentication',
            outcome: 'failure',
            User: `u${index % 5}`,
            timestamp: 1e9 + index / 4,
          })
        : JSON.stringify(EVENTS[index % EVENTS.length]),
    );
    lines[100] = 'broken';
    const one = await detect(rules, lines, { block: 4096 });
    const three = await detect(rules, lines, { block: 4096, workers: 3 });
    expect(one.outputs.some((output) => 'correlation' in output)).toBe(true);
    expect(three.outputs).toEqual(one.outputs);
    expect(three.broken).toEqual([101]);
    expect(three.totals).toEqual(one.totals);
  });

  it('finds fields and sources by a mapping file', async () => {
    const mapping = path(
      'map.yml',
      'name: edr\nscopes:\n  - product: windows\n    fields: { Image: [proc.path, exe] }\nroutes:\n  - logsource: { product: windows, category: process_creation }\n    when: { kind: start }\n',
    );
    const events = [
      { kind: 'start', exe: 'C:\\whoami.exe' },
      { kind: 'stop', exe: 'C:\\whoami.exe' },
      { kind: 'start', proc: { path: 'C:\\whoami.exe' } },
    ];
    const { outputs, totals } = await detect(
      path('whoami.yml', WHOAMI),
      events.map((event) => JSON.stringify(event)),
      { mapping },
    );
    expect(outputs.map((one) => 'line' in one && one.line)).toEqual([1, 3]);
    expect(totals.dialects).toEqual({ mapping: 3 });
  });

  it('lists what cannot run with file and reason, and what events of a dialect cannot reach', async () => {
    const detection = await openStreamDetection({
      rules: [
        path(
          'mixed.yml',
          `${WHOAMI}---\ntitle: Waits\nid: 44444444-4444-4444-8444-444444444444\nlogsource: { product: linux }\ndetection: { sel: { 'user|expand': '%admins%' }, condition: sel }\n`,
        ),
      ],
    });
    expect(detection.cannotRun).toMatchObject([
      { ruleId: '44444444-4444-4444-8444-444444444444', code: 'placeholder.unresolved' },
    ]);
    expect(detection.notRouted('flat-windows')).toEqual([
      { logsource: 'linux/*/*', rules: ['44444444-4444-4444-8444-444444444444'] },
    ]);
    expect(detection.notRouted('labels')).toEqual([]);
  });
});

describe('parseRuleFiles()', () => {
  it('names every broken file and every file without a rule', () => {
    const { rules, issues, leftOut, files } = parseRuleFiles([
      { path: 'good.yml', text: WHOAMI },
      { path: 'broken.yml', text: 'title: a\n  b: [\nc: }\n' },
      { path: 'other.yml', text: 'on: push\njobs: {}\n' },
      { path: 'empty.yml', text: '# nothing\n' },
    ]);
    expect(rules).toHaveLength(1);
    expect(files).toEqual(['good.yml', 'broken.yml']);
    expect(leftOut.map(({ file }) => file)).toEqual(['other.yml', 'empty.yml']);
    expect(issues.every(({ file, code }) => file === 'broken.yml' && code === 'yaml.invalid')).toBe(true);
    expect(issues[0]?.path).toMatch(/^line \d/);
  });

  it('readDocuments() keeps dates as text and both parsers agree', () => {
    const { documents } = readDocuments({ path: 'x', text: 'date: 2024-01-02\nn: 0x10\nyes: no\n---\n- 1\n' });
    expect(documents).toEqual([{ date: '2024-01-02', n: 16, yes: 'no' }, [1]]);
  });
});

describe('parseMapping()', () => {
  it('tells every error with its place', () => {
    try {
      parseMapping('m.yml', 'routes: [{ when: {} }]\nextend: ecs\n');
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code: 'mapping.invalid' });
      const paths = (error as { details: { path: string }[] }).details.map((detail) => detail.path);
      expect(paths).toContain('routes.0.logsource');
      expect(paths.length).toBeGreaterThan(1);
    }
  });

  it('adds to the names it extends', () => {
    const own = parseMapping('m.yml', 'extends: ecs\nfields: { src: source.ip }\n');
    expect(own.mapping.scopes.at(-1)?.fields).toEqual({ src: 'source.ip' });
    expect(own.mapping.scopes.length).toBeGreaterThan(5);
    expect(own.routing([]).routes.length).toBeGreaterThan(50);
  });
});

describe('dialectOf() and eventTime()', () => {
  it.each([
    [{ 'ecs.version': '8.11' }, 'ecs'],
    [{ event: { dataset: 'nginx.access' } }, 'ecs'],
    [{ Channel: 'Security', EventID: 1 }, 'flat-windows'],
    [{ Channel: 'Security', product: 'windows' }, 'labels'],
    [{ anything: 1 }, 'labels'],
  ])('%j is %s', (event, dialect) => {
    expect(dialectOf(event)).toBe(dialect);
  });

  it.each([
    [{ '@timestamp': '2026-01-01T00:00:00.500Z' }, 1767225600500],
    [{ UtcTime: '2026-01-01 00:00:00.500' }, 1767225600500],
    [{ timestamp: 1767225600.5 }, 1767225600500],
    [{ ts: 1767225600500 }, 1767225600500],
    [{ '@timestamp': '2026-01-01T08:00:00+08:00' }, 1767225600000],
    [{ '@timestamp': 'soon' }, Number.NaN],
    [{}, Number.NaN],
  ])('%j is at %d', (event, at) => {
    expect(eventTime(event)).toBe(at);
  });
});
