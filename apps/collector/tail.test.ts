import { appendFileSync, copyFileSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '@xinglin/platform/kernel';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTail, cutLines } from './tail.ts';
import type { FilePosition, Tail } from './tail.ts';

let dir: string;
let lines: string[];
let positions: Record<string, FilePosition>;
let tail: Tail | undefined;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'xinglin-tail-'));
  lines = [];
  positions = {};
});
afterEach(async () => {
  await tail?.stop();
  rmSync(dir, { recursive: true, force: true });
});

function start(pattern = 'app.log'): void {
  tail = createTail({
    patterns: [join(dir, pattern)],
    positions: { ...positions },
    log: silentLog(),
    pollMs: 10,
    take(more, id, position) {
      lines.push(...more);
      positions[id] = position;
      return Promise.resolve();
    },
  });
  tail.start();
}
async function until(count: number): Promise<void> {
  for (let i = 0; i < 500 && lines.length < count; i += 1) await new Promise((resolve) => setTimeout(resolve, 10));
}
const file = (): string => join(dir, 'app.log');

describe('createTail()', () => {
  it('reads what is there and what is added, whole lines only', async () => {
    writeFileSync(file(), 'a\nb\nhal');
    start();
    await until(2);
    expect(lines).toEqual(['a', 'b']);
    appendFileSync(file(), 'f\nc\r\n');
    await until(4);
    expect(lines).toEqual(['a', 'b', 'half', 'c']);
  });

  it('goes on where it was after a restart', async () => {
    writeFileSync(file(), 'a\nb\n');
    start();
    await until(2);
    await tail?.stop();
    appendFileSync(file(), 'c\n');
    start();
    await until(3);
    expect(lines).toEqual(['a', 'b', 'c']);
  });

  it('reads a renamed file to its end and the new one from its beginning', async () => {
    writeFileSync(file(), 'a\n');
    start();
    await until(1);
    renameSync(file(), `${file()}.1`);
    appendFileSync(`${file()}.1`, 'late\n');
    writeFileSync(file(), 'new\n');
    await until(3);
    expect(lines.toSorted()).toEqual(['a', 'late', 'new']);
  });

  it('finds what was renamed while it was stopped', async () => {
    writeFileSync(file(), 'a\n');
    start();
    await until(1);
    await tail?.stop();
    appendFileSync(file(), 'unread\n');
    renameSync(file(), `${file()}.1`);
    writeFileSync(file(), 'new\n');
    start();
    await until(3);
    expect(lines.toSorted()).toEqual(['a', 'new', 'unread']);
  });

  it('begins anew when a file was copied and cut short, even when it has grown past the former end', async () => {
    writeFileSync(file(), 'first line of the day\n');
    start();
    await until(1);
    await tail?.stop();
    copyFileSync(file(), `${file()}.copy`);
    truncateSync(file(), 0);
    appendFileSync(file(), 'another beginning, and much longer than before\nx\n');
    start();
    await until(3);
    expect(lines.slice(1)).toEqual(['another beginning, and much longer than before', 'x']);
  });

  it('leaves archives alone', async () => {
    writeFileSync(join(dir, 'app.log.2.gz'), 'binary\n');
    writeFileSync(file(), 'a\n');
    start('app.log*');
    await until(1);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(lines).toEqual(['a']);
  });
});

describe('cutLines()', () => {
  it('delivers the beginning of a line that is too long and skips the rest', () => {
    const first = cutLines(Buffer.alloc(1000, 120), false, 100, true);
    expect(first).toMatchObject({ used: 1000, skipping: true });
    expect(first.lines[0]).toHaveLength(100);
    expect(cutLines(Buffer.from('xxxx\nnext\n'), true, 100, false)).toEqual({
      lines: ['next'],
      used: 10,
      skipping: false,
    });
  });
});
