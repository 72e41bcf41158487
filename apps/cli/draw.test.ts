import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { closeDraw, planDraw, revealDraw } from '@xinglin/antiscalp/release';
import { afterAll, beforeAll, expect, test } from 'vitest';

const MAIN = resolve(import.meta.dirname, 'main.ts');
let dir: string;
let commitment: string;
const T0 = Date.parse('2026-11-23T00:00:00Z');

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'xinglin-draw-'));
  const planned = planDraw(
    { id: 'd', session: 's', algorithm: 'sm3', beaconSource: '', closesAt: T0 },
    new Uint8Array(32).fill(3),
    T0 - 1,
  );
  ({ commitment } = planned.record);
  const entrants = ['k1', 'k2', 'k3'].map((key) => ({ key, channel: 'web' as const, weight: 1 }));
  const closed = closeDraw(planned.record, { places: 1, reserved: { channels: [], share: 0 }, entrants }, T0);
  const record = revealDraw(closed, planned.seed, T0 + 1);
  writeFileSync(join(dir, 'good.json'), JSON.stringify(record));
  writeFileSync(join(dir, 'bad.json'), JSON.stringify({ ...record, winners: record.order!.slice(1, 2) }));
  writeFileSync(join(dir, 'text.json'), 'not json');
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function run(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  return new Promise((done) => {
    const child = spawn(process.execPath, ['--conditions=source', MAIN, ...args], { cwd: dir });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    child.on('close', (code) => done({ code, out, err }));
  });
}

test('draw verify says a genuine draw is genuine, a tampered one is not, and exits so', async () => {
  const good = await run('draw', 'verify', 'good.json', '--commitment', commitment.toUpperCase(), '--key', 'k2');
  expect(good).toMatchObject({ code: 0 });
  expect(good.out).toContain('the draw is genuine');
  expect(good.out).toMatch(/rank [123],/);
  const bad = await run('draw', 'verify', 'bad.json', '--json');
  expect(bad.code).toBe(3);
  const verdict = JSON.parse(bad.out) as { valid: boolean; checks: { name: string; ok: boolean }[] };
  expect(verdict.checks.filter(({ ok }) => !ok).map(({ name }) => name)).toEqual(['winners']);
  const other = await run('draw', 'verify', 'good.json', '--commitment', '0'.repeat(64));
  expect(other.code).toBe(3);
});

test('draw verify explains a file it cannot read', async () => {
  const text = await run('draw', 'verify', 'text.json');
  expect(text.code).toBe(2);
  expect(text.err).toContain('cli.draw_unreadable');
  const none = await run('draw', 'verify', 'none.json');
  expect(none.code).toBe(2);
  expect(none.err).toContain('none.json');
});

test('registration-demo starts, says where, answers, and stops on SIGTERM', async () => {
  const child = spawn(process.execPath, ['--conditions=source', MAIN, 'registration-demo', '--port', '0', '--json'], {
    cwd: dir,
  });
  const ended = new Promise<number | null>((done) => child.on('close', done));
  const line = await new Promise<string>((done, fail) => {
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      if (out.includes('\n')) done(out);
    });
    void ended.then((code) => fail(new Error(`ended with ${String(code)}`)));
  });
  const { url } = JSON.parse(line) as { url: string };
  const health = await fetch(`${url}/api/health`);
  expect(await health.json()).toMatchObject({ ok: true });
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
  const refused = await run('registration-demo', '--port', 'x');
  expect(refused.code).toBe(2);
});
