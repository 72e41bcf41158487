import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeTable } from '../sheet/index.ts';
import { createFileStore, recognise, sm3 } from './files.ts';

const PNG = Buffer.from('89504e470d0a1a0a0000', 'hex');
const file = (name: string, bytes: Uint8Array | string): { name: string; type: string; bytes: Uint8Array } => ({
  name,
  type: 'text/html',
  bytes: typeof bytes === 'string' ? Buffer.from(bytes) : bytes,
});

describe('recognise()', () => {
  test('takes the type from the bytes, not from the client', async () => {
    expect(recognise(file('截图.png', PNG))).toEqual({ name: '截图.png', type: 'image/png' });
    expect(recognise(file('a.log', '2026-11-23 登录失败\n'))).toMatchObject({ type: 'text/plain; charset=utf-8' });
    expect(recognise(file('表.xlsx', await writeTable('a', [], []))).type).toContain('spreadsheetml');
    expect(
      recognise(file('令.ofd', Buffer.concat([Buffer.from('504b0304', 'hex'), Buffer.from('OFD.xml')]))).type,
    ).toBe('application/ofd');
  });
  test.each([
    ['a page under a picture name', 'a.png', '<html><script>alert(1)</script>'],
    ['a page', 'a.html', '<html>'],
    ['an SVG', 'a.svg', '<svg onload="x"/>'],
    ['a program', 'a.exe', 'MZ'],
    ['a program as text', 'a.txt', 'MZ\0\x01\x02'],
    ['no extension', 'readme', 'text'],
    ['an empty file', 'a.txt', ''],
    ['a Word file with macros', 'a.docx', 'PK\x03\x04[Content_Types].xml word/vbaProject.bin'],
    ['a ZIP called Word', 'a.docx', 'PK\x03\x04 hello'],
  ])('refuses %s', (_, name, bytes) => {
    expect(() => recognise(file(name, bytes))).toThrow(/may not be uploaded/);
  });
  test('refuses what is too large', () =>
    expect(() => recognise(file('a.txt', new Uint8Array(21 * 1_048_576).fill(65)))).toThrow(/larger than 20 MB/));
  test('any name comes out without path, control characters or quotes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const safe = recognise(file(`${name}.txt`, 'x')).name;
        expect(safe).not.toMatch(/[/\\"<>:|?*\p{Cc}\u202e]/u);
        expect(safe.endsWith('.txt')).toBe(true);
      }),
    );
    expect(recognise(file('..\\..\\boot.txt', 'x')).name).toBe('boot.txt');
    expect(recognise(file('报告\u202Efdp.txt', 'x')).name).toBe('报告fdp.txt');
  });
});

describe('createFileStore()', () => {
  let dir: string;
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'files-'));
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  const stored = (): string[] =>
    readdirSync(dir, { recursive: true })
      .map(String)
      .filter((path) => statSync(join(dir, path)).isFile());

  test('keeps the bytes, readable by nobody else, and gives them back', async () => {
    const store = createFileStore(dir);
    const [saved] = await store.save([file('a.png', PNG)]);
    expect(saved).toMatchObject({ name: 'a.png', size: PNG.length, sm3: sm3(PNG) });
    expect(statSync(join(dir, 'files', saved!.stored)).mode & 0o077).toBe(0);
    expect(await store.read(saved!)).toEqual(PNG);
    await store.discard([saved!]);
    expect(stored()).toEqual([]);
  });
  test('one bad file refuses all, and nothing stays on disk', async () => {
    const store = createFileStore(dir);
    await expect(store.save([file('a.png', PNG), file('b.exe', 'MZ')])).rejects.toMatchObject({ code: 'file.type' });
    await expect(store.save(Array.from({ length: 11 }, () => file('a.png', PNG)))).rejects.toMatchObject({
      code: 'file.count',
    });
    expect(stored()).toEqual([]);
  });
  test('notices that evidence was changed or is gone', async () => {
    const store = createFileStore(dir);
    const [saved] = await store.save([file('a.txt', '证据')]);
    writeFileSync(join(dir, 'files', saved!.stored), '伪造');
    await expect(store.read(saved!)).rejects.toMatchObject({ code: 'file.damaged' });
    await store.discard([saved!]);
    await expect(store.read(saved!)).rejects.toMatchObject({ code: 'file.damaged' });
  });
  test('sm3() gives the value of the standard', () =>
    expect(sm3('abc')).toBe('66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0'));
});
