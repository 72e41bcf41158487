import { PassThrough } from 'node:stream';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startProgress } from './progress.ts';
import { openLines } from './read-lines.ts';
import { localeOfShell } from './output.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'xinglin-cli-parts-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

async function linesOf(file: string, maxLine?: number): Promise<string[]> {
  const found: string[] = [];
  for await (const line of (await openLines(file, maxLine)).lines()) found.push(line.toString('latin1'));
  return found;
}

describe('openLines()', () => {
  it('gives back any text line by line, whatever the bytes and the compression', async () => {
    const file = join(dir, 'x.log');
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc
            .uint8Array({ maxLength: 40 })
            .map((bytes) => Buffer.from(bytes.filter((byte) => byte !== 10 && byte !== 13))),
        ),
        fc.boolean(),
        async (lines, ends) => {
          const text = Buffer.concat(
            lines.flatMap((line, index) => (index > 0 || ends ? [Buffer.from('\n'), line] : [line])),
          );
          writeFileSync(file, text);
          writeFileSync(`${file}.gz`, gzipSync(text));
          const expected = text.toString('latin1').split('\n');
          if (expected.at(-1) === '') expected.pop();
          expect(await linesOf(file)).toEqual(expected);
          expect(await linesOf(`${file}.gz`)).toEqual(expected);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('cuts an endless line into pieces instead of keeping it whole', async () => {
    const file = join(dir, 'long.log');
    writeFileSync(file, `${'x'.repeat(1_000_000)}\nend`);
    const pieces = await linesOf(file, 100_000);
    expect(pieces.at(-1)).toBe('end');
    expect(pieces.slice(0, -1).join('').length).toBe(1_000_000);
  });

  it('counts what it read, and fails on a broken archive and a folder', async () => {
    const file = join(dir, 'count.log');
    writeFileSync(file, 'a\nb\n');
    const source = await openLines(file);
    for await (const line of source.lines()) expect(line.length).toBe(1);
    expect([source.size, source.read()]).toEqual([4, 4]);
    writeFileSync(`${file}.gz`, 'not gzip');
    await expect(linesOf(`${file}.gz`)).rejects.toThrow();
    await expect(openLines(dir)).rejects.toThrow('No file');
  });
});

describe('startProgress()', () => {
  function terminal(isTTY: boolean): { stream: NodeJS.WriteStream; text: () => string } {
    const stream = Object.assign(new PassThrough(), {
      isTTY,
      columns: 100,
      cursorTo: () => true,
      clearLine: () => true,
      moveCursor: () => true,
    });
    let text = '';
    stream.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
    return { stream: stream as unknown as NodeJS.WriteStream, text: () => text };
  }

  it('writes plain lines now and then when nobody looks', () => {
    const { stream, text } = terminal(false);
    const progress = startProgress('work', 200, { json: false, stream });
    progress.update(50, 'half');
    progress.update(60);
    progress.done();
    expect(text()).toBe('work 25% half\n');
  });

  it('draws a bar on a terminal and nothing with --json', () => {
    const bar = terminal(true);
    const progress = startProgress('work', 100, { json: false, stream: bar.stream });
    progress.update(100);
    progress.done();
    expect(bar.text()).toContain('work');
    const silent = terminal(true);
    startProgress('work', 100, { json: true, stream: silent.stream }).update(5);
    expect(silent.text()).toBe('');
  });
});

describe('localeOfShell()', () => {
  it('is Chinese unless the shell says English', () => {
    expect(localeOfShell({})).toBe('zh-CN');
    expect(localeOfShell({ LANG: 'en_US.UTF-8' })).toBe('en');
    expect(localeOfShell({ LANG: 'en_US.UTF-8', XINGLIN_LOCALE: 'zh-CN' })).toBe('zh-CN');
  });
});
