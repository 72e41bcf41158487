import { spawn } from 'node:child_process';
import { createReadStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createGunzip } from 'node:zlib';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findCorpus } from '../support/corpora.ts';

const archive = findCorpus('sigma/rules-8eaafff1f.tar.gz');
const otrf = findCorpus('sigma/otrf.oracle.ndjson.gz');
const MAIN = resolve(import.meta.dirname, '../../apps/cli/main.ts');
const LANES = ['sysmon_file_event', 'cisco_syslog'];
const LINES = 3000;

async function firstLines(file: string, count: number): Promise<string[]> {
  const found: string[] = [];
  const stream = createReadStream(file).pipe(createGunzip());
  for await (const line of createInterface({ input: stream })) if (found.push(line) >= count) break;
  stream.destroy();
  return found;
}

function detect(args: readonly string[]): Promise<{ byLine: Map<number, string[]>; stats: Record<string, unknown> }> {
  const child = spawn(process.execPath, ['--conditions=source', MAIN, 'detect', '--stats', ...args]);
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  return new Promise((done, fail) => {
    child.on('close', (code) => {
      if (code !== 0) {
        fail(new Error(err));
        return;
      }
      const rows = out.split('\n').filter((line) => line !== '');
      const byLine = new Map(
        rows.map((row) => {
          const { line, rules } = JSON.parse(row) as { line: number; rules: string[] };
          return [line, rules] as const;
        }),
      );
      done({ byLine, stats: JSON.parse(err) as Record<string, unknown> });
    });
  });
}

describe.skipIf(archive === undefined)('xinglin detect with all of SigmaHQ', () => {
  let dir: string;
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'xinglin-sigma-'));
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it.skipIf(otrf === undefined)(
    'gives the rule ids of the oracle on a sample of OTRF, and says what it left out',
    { timeout: 120_000 },
    async () => {
      const rows = (await firstLines(otrf as string, LINES)).map(
        (line) => JSON.parse(line) as { event: unknown; oracle_rule_ids: string[] },
      );
      const file = join(dir, 'otrf.ndjson');
      writeFileSync(file, rows.map(({ event }) => JSON.stringify(event)).join('\n'));
      const { byLine, stats } = await detect(['--rules', archive as string, '--workers', '2', file]);
      const wrong = rows.flatMap(({ oracle_rule_ids: ids }, index) =>
        (byLine.get(index + 1) ?? []).join() === ids.toSorted().join() ? [] : [index + 1],
      );
      expect(wrong).toEqual([]);
      const { rules, cannotRun, leftOut } = stats as {
        rules: { loaded: number; running: number };
        cannotRun: { reason: string; file: string }[];
        leftOut: { file: string; reason: string }[];
      };
      expect(rules.loaded).toBe(rules.running + cannotRun.length);
      expect(cannotRun.every(({ reason, file: from }) => reason !== '' && from !== '')).toBe(true);
      expect(leftOut.map(({ file: from }) => from)).toContain('tests/thor.yml');
    },
  );

  it.each(LANES)('gives the expected rule ids on the lane %s', { timeout: 120_000 }, async (lane) => {
    const input = findCorpus(`sigma/lanes/${lane}.ndjson.gz`);
    const output = findCorpus(`sigma/lanes/${lane}.expected.ndjson`);
    if (input === undefined || output === undefined) return;
    const file = join(dir, `${lane}.ndjson`);
    writeFileSync(file, (await firstLines(input, LINES)).join('\n'));
    const expected = readFileSync(output, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { line: number; rule_ids: string[] });
    const { byLine } = await detect(['--rules', archive as string, file]);
    // The lanes were judged with the folder `rules` alone: what else fires is of the other folders, never less.
    const missing = expected.filter(({ line, rule_ids: ids }) => {
      const found = new Set(byLine.get(line + 1));
      return ids.some((id) => !found.has(id));
    });
    expect(missing).toEqual([]);
    expect(expected.length).toBeGreaterThan(100);
  });
});
