import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

vi.setConfig({ testTimeout: 120_000 });

const MAIN = resolve(import.meta.dirname, '../main.ts');
const RULE = `title: Whoami
id: 11111111-1111-4111-8111-111111111111
logsource: { product: windows, category: process_creation }
detection: { sel: { 'Image|endswith': '\\whoami.exe' }, condition: sel }
---
title: Needs a list
id: 44444444-4444-4444-8444-444444444444
logsource: { product: windows, category: process_creation }
detection: { sel: { 'User|expand': '%admins%' }, condition: sel }
---
title: Three by one user
id: 33333333-3333-4333-8333-333333333333
correlation:
  type: event_count
  rules: [11111111-1111-4111-8111-111111111111]
  group-by: [User]
  timespan: 1h
  condition: { gte: 3 }
  generate: true
`;
const event = (Image: string, User = 'a'): string =>
  JSON.stringify({ Channel: 'Microsoft-Windows-Sysmon/Operational', EventID: 1, Image, User });
let dir: string;
let rules: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'xinglin-detect-'));
  rules = join(dir, 'rules.yml');
  writeFileSync(rules, RULE);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function run(args: readonly string[], input = ''): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(
    process.execPath,
    ['--conditions=source', '--disable-warning=ExperimentalWarning', MAIN, ...args],
    {
      cwd: dir,
      env: { PATH: process.env.PATH ?? '', HOME: dir },
    },
  );
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  child.stdin.end(input);
  return new Promise((done) => {
    child.on('close', (code) => done({ code, out, err }));
  });
}

const EXPECTED = [
  { line: 1, rules: ['11111111-1111-4111-8111-111111111111'] },
  { line: 4, rules: ['11111111-1111-4111-8111-111111111111'] },
  { line: 5, rules: ['11111111-1111-4111-8111-111111111111'] },
  { correlation: '33333333-3333-4333-8333-333333333333', group: { User: 'a' }, lines: [1, 4, 5] },
];
const INPUT = [
  event('C:\\whoami.exe'),
  event('C:\\cmd.exe'),
  '{"broken',
  event('C:\\WHOAMI.EXE'),
  event('D:\\whoami.exe'),
].join('\n');

describe('xinglin detect', () => {
  it('writes one JSON object per matching line and correlation, from a file, gzip and a pipe, with threads or without', async () => {
    const file = join(dir, 'events.ndjson');
    writeFileSync(file, INPUT);
    writeFileSync(`${file}.gz`, gzipSync(INPUT));
    for (const args of [[file], [`${file}.gz`, '--workers', '2'], ['-']]) {
      const result = await run(['detect', '--rules', rules, ...args], args[0] === '-' ? INPUT : '');
      expect(
        result.out
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line) as unknown),
      ).toEqual(EXPECTED);
      expect(result.code).toBe(0);
      expect(result.err).toContain('line 3');
      expect(result.err).toContain('%admins%');
    }
  });

  it('--stats gives exactly one JSON object on stderr, with what cannot run and which lines are broken', async () => {
    const { code, err } = await run(['detect', '--rules', rules, '--stats', '--fail-on-hit', '-'], INPUT);
    expect(code).toBe(3);
    expect(JSON.parse(err)).toMatchObject({
      lines: 5,
      events: 4,
      broken: 1,
      brokenLines: [{ line: 3 }],
      matchedLines: 3,
      correlations: 1,
      rules: { loaded: 2, running: 1, correlations: 1 },
      cannotRun: [{ id: '44444444-4444-4444-8444-444444444444', code: 'placeholder.unresolved' }],
      dialects: { 'flat-windows': 4 },
      eventsPerSecond: expect.any(Number) as number,
      cpuSeconds: expect.any(Number) as number,
      loadSeconds: expect.any(Number) as number,
      rssBytes: expect.any(Number) as number,
    });
  });

  it('says what is wrong with its options and input', async () => {
    const cases: [string[], string][] = [
      [['--rules', join(dir, 'absent'), '-'], 'rules.no_source'],
      [['--rules', rules, '--workers', 'many', '-'], 'cli.bad_option'],
      [['--rules', rules, 'a', 'b'], 'cli.bad_option'],
      [['--rules', rules, 'absent.ndjson'], 'cli.no_file'],
    ];
    for (const [args, code] of cases) expect((await run(['detect', ...args])).err).toContain(code);
    const raw = await run(['detect', '--rules', rules, '-'], 'Nov 22 10:00:00 host sshd[1]: hello\n');
    expect([raw.code, raw.err]).toEqual([2, expect.stringContaining('--parse')]);
  });
});
