import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { catalogue, datasetOfSource, sourceNames } from '@xinglin/parse';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

vi.setConfig({ testTimeout: 120_000 });

const MAIN = resolve(import.meta.dirname, '../main.ts');
let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'xinglin-parse-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function run(args: readonly string[], input?: string | Buffer): Promise<Run> {
  const child = spawn(process.execPath, ['--conditions=source', MAIN, 'parse', ...args], {
    cwd: dir,
    env: { PATH: process.env.PATH ?? '', HOME: dir },
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString('utf8')));
  child.stdin.end(input ?? '');
  return new Promise((done) => child.on('close', (code) => done({ code, out, err })));
}

const records = (out: string): Record<string, unknown>[] =>
  out
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>);

const lines = [
  '<38>Sep 28 15:42:01 his-db sshd[581]: Failed password for root from 203.0.113.9 port 4022 ssh2',
  'what nobody knows',
  '',
  '{"timestamp":"2026-09-28T15:42:01.000000+0800","event_type":"alert","src_ip":"203.0.113.9","flow_id":1,"alert":{"signature":"ET SCAN"}}',
];

describe('xinglin parse', () => {
  it('writes one flat object per line, in order, the same in plain, gzip, zstd and from a pipe', async () => {
    const text = lines.join('\r\n');
    const plain = join(dir, 'a.log');
    writeFileSync(plain, text);
    writeFileSync(`${plain}.gz`, gzipSync(text));
    writeFileSync(`${plain}.zst`, zstdCompressSync(text));
    const time = ['--received-at', '2026-09-28T08:00:00Z'];
    const first = await run([...time, plain]);
    expect([first.code, first.err]).toEqual([0, '']);
    const found = records(first.out);
    expect(found.map((fields) => fields['event.dataset'])).toEqual([
      'linux.auth',
      'unknown',
      'unknown',
      'suricata.eve',
    ]);
    expect(found.map((fields) => fields['event.original'])).toEqual(lines);
    expect(found[0]).toMatchObject({ '@timestamp': '2026-09-28T07:42:01.000Z', 'source.ip': '203.0.113.9' });
    expect(found[1]).toMatchObject({ message: 'what nobody knows', 'event.kind': 'event' });
    for (const fields of found)
      for (const value of Object.values(fields)) expect(Array.isArray(value) || typeof value !== 'object').toBe(true);
    for (const file of [`${plain}.gz`, `${plain}.zst`]) expect((await run([...time, file])).out).toBe(first.out);
    expect((await run([...time, '-'], text)).out).toBe(first.out);
  });

  it('reads GB18030 beside UTF-8', async () => {
    // "日志类型:病毒,源IP:10.0.0.9" in GB18030, then in UTF-8.
    const gb = Buffer.from('c8d5d6bec0e0d0cd3ab2a1b6be2cd4b449503a31302e302e302e39', 'hex');
    const { out } = await run(
      ['-'],
      Buffer.concat([gb, Buffer.from('\n'), Buffer.from('日志类型:病毒,源IP:10.0.0.9\n')]),
    );
    const [one, two] = records(out);
    expect(one?.['event.original']).toBe('日志类型:病毒,源IP:10.0.0.9');
    expect(one).toEqual(two);
  });

  it('pins a source by folder or dataset, and says which there are', async () => {
    const [pinned] = records(
      (
        await run(
          ['--source', 'nginx', '-'],
          '10.0.0.9 - - [22/Nov/2026:10:11:12 +0800] "GET / HTTP/1.1" 200 1 "-" "x"',
        )
      ).out,
    );
    expect(pinned?.['event.dataset']).toBe('nginx.access');
    const wrong = await run(['--source', 'acme-fw', '-'], 'x');
    expect([wrong.code, wrong.out]).toEqual([2, '']);
    expect(wrong.err).toMatch(/cli\.bad_option[^]*acme-fw[^]*cisco-asa, /);
    expect((await run(['missing.log'])).err).toContain('cli.no_file');
    expect((await run(['--timezone', 'Beijing', '-'], 'x')).code).toBe(2);
    expect((await run(['--received-at', 'yesterday', '-'], 'x')).code).toBe(2);
  });

  it('counts on stderr when asked, over more lines than one write', async () => {
    const many = `${lines[0]}\n`.repeat(3000);
    const { out, err } = await run(['--stats', '-'], many);
    expect(out.split('\n')).toHaveLength(3001);
    expect(JSON.parse(err)).toEqual({ lines: 3000, known: 3000, byDataset: { 'linux.auth': 3000 } });
  });

  it('ends quietly when its reader does', async () => {
    const child = spawn(process.execPath, ['--conditions=source', MAIN, 'parse', '-'], { cwd: dir });
    let err = '';
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString('utf8')));
    child.stdin.on('error', () => undefined);
    child.stdout.once('data', () => child.stdout.destroy());
    const ended = new Promise<number | null>((done) => child.on('close', done));
    child.stdin.end(`${lines[0]}\n`.repeat(20_000));
    expect(await ended).toBe(0);
    expect(err).toBe('');
  });
});

describe('datasetOfSource()', () => {
  it('knows every folder, every dataset and the usual other names', () => {
    for (const name of sourceNames()) expect(datasetOfSource(name)).toBeDefined();
    for (const spec of catalogue)
      for (const dataset of [spec.dataset, ...(spec.datasets ?? [])]) expect(datasetOfSource(dataset)).toBe(dataset);
    expect(datasetOfSource('system-auth')).toBe('linux.auth');
    expect(datasetOfSource('Cisco/ASA')).toBe('cisco.asa');
    expect(datasetOfSource('nothing')).toBeUndefined();
  });
});
