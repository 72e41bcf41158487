import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const main = resolve(import.meta.dirname, '../../main.ts');
let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'xinglin-keys-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function run(...args: string[]): { status: number | null; out: string; err: string } {
  const done = spawnSync(
    process.execPath,
    ['--conditions=source', main, 'datasec', ...args, '--ring', join(dir, 'ring.json')],
    {
      encoding: 'utf8',
      env: { ...process.env, XINGLIN_KEY_PASSPHRASE: 'a passphrase of some length' },
    },
  );
  return { status: done.status, out: done.stdout, err: done.stderr };
}

test('a file goes through sealing, rotation and opening, and is gone when its key is', () => {
  const [plain, sealed, opened] = ['plain.csv', 'sealed.xlf', 'opened.csv'].map((name) => join(dir, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(plain, '姓名,诊断\n张伟,流感\n'.repeat(20_000));
  expect(run('keys', 'list').status).toBe(2);
  expect(run('keys', 'init', '--name', 'exports').status).toBe(0);
  expect(run('encrypt', plain, sealed, '--context', 'export 1').status).toBe(0);
  expect(readFileSync(sealed).includes(Buffer.from('张伟'))).toBe(false);
  expect(run('keys', 'rotate', '--kek').out.trim().split('\n')).toHaveLength(2);
  expect(run('decrypt', sealed, opened, '--context', 'export 2').err).toContain('encrypt.failed');
  expect(existsSync(opened)).toBe(false);
  expect(run('decrypt', sealed, opened, '--context', 'export 1').status).toBe(0);
  expect(readFileSync(opened).equals(readFileSync(plain))).toBe(true);
  const first = run('keys', 'list').out.trim().split(/\s+/)[0] ?? '';
  expect(run('keys', 'destroy', first).status).toBe(0);
  const gone = run('decrypt', sealed, join(dir, 'again.csv'), '--context', 'export 1');
  expect([gone.status === 0, gone.err.includes('ring.destroyed')]).toEqual([false, true]);
}, 120_000);
