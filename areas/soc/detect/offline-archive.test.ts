import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { strToU8, zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTextFiles, readZip } from './offline-archive.ts';

let dir: string;
const FILES: Readonly<Record<string, string>> = {
  LICENSE: 'DRL 1.1',
  'rules/a.yml': 'title: 甲\n',
  [`rules/${'deep/'.repeat(30)}b.yml`]: 'title: b\n'.repeat(200),
  'notes.txt': 'no rule',
};
const rules = (path: string): boolean => path.endsWith('.yml');
const EXPECTED = [
  { path: 'rules/a.yml', text: FILES['rules/a.yml'] },
  { path: `rules/${'deep/'.repeat(30)}b.yml`, text: FILES[`rules/${'deep/'.repeat(30)}b.yml`] },
];

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'xinglin-archive-'));
  const folder = join(dir, 'folder');
  for (const [path, text] of Object.entries(FILES)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  execFileSync('tar', ['-czf', join(dir, 'gnu.tar.gz'), '--format=gnu', '-C', folder, '.']);
  execFileSync('tar', ['-czf', join(dir, 'pax.tgz'), '--format=pax', '-C', folder, '.']);
  execFileSync('tar', ['-cf', join(dir, 'plain.tar'), '-C', folder, '.']);
  writeFileSync(
    join(dir, 'x.zip'),
    zipSync(Object.fromEntries(Object.entries(FILES).map(([path, text]) => [path, strToU8(text)]))),
  );
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('readTextFiles()', () => {
  it.each(['folder', 'folder/', 'gnu.tar.gz', 'pax.tgz', 'plain.tar', 'x.zip'])(
    'gives the same wanted files of %s',
    async (name) => {
      const found = await readTextFiles(join(dir, name).replace(/folder$/, name), rules);
      expect(found).toHaveLength(2);
      expect(found).toEqual(expect.arrayContaining(EXPECTED));
    },
  );

  it('takes a single file whatever its name', async () => {
    expect(await readTextFiles(join(dir, 'folder', 'notes.txt'), rules)).toEqual([
      { path: 'notes.txt', text: 'no rule' },
    ]);
  });

  it('refuses what is not there and what is no archive, naming the path', async () => {
    await expect(readTextFiles(join(dir, 'absent'), rules)).rejects.toThrow(/absent/);
    for (const name of ['bad.zip', 'bad.tar.gz', 'bad.tar']) {
      writeFileSync(join(dir, name), 'x'.repeat(2000));
      await expect(readTextFiles(join(dir, name), rules)).rejects.toMatchObject({ code: 'rules.bad_archive' });
    }
  });
});

describe('readZip()', () => {
  it('gives back any texts, stored or deflated', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(fc.stringMatching(/^[a-z]{1,8}\.yml$/), fc.string()), {
          selector: ([name]) => name,
          maxLength: 8,
        }),
        fc.constantFrom(0 as const, 6 as const),
        (entries, level) => {
          const zip = zipSync(Object.fromEntries(entries.map(([name, text]) => [name, strToU8(text)])), { level });
          const found = readZip(Buffer.from(zip), () => true);
          expect(Object.fromEntries(found.map(({ path, text }) => [path, text]))).toEqual(
            Object.fromEntries(entries.map(([name, text]) => [name, Buffer.from(strToU8(text)).toString('utf8')])),
          );
        },
      ),
    );
  });

  it('throws, never hangs or reads beyond the end, when bytes are damaged', () => {
    const zip = Buffer.from(zipSync({ 'a.yml': strToU8('title: a\n'.repeat(50)) }));
    fc.assert(
      fc.property(fc.nat(zip.length - 1), fc.nat(255), (at, byte) => {
        const damaged = Buffer.from(zip);
        damaged[at] = byte;
        try {
          readZip(damaged, () => true);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
    );
  });
});
