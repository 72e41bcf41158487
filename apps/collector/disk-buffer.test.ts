import { appendFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDiskBuffer } from './disk-buffer.ts';
import type { DiskBuffer } from './disk-buffer.ts';

let dir: string;
const opened: DiskBuffer[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'xinglin-buffer-'));
});
afterEach(async () => {
  for (const buffer of opened.splice(0)) await buffer.close();
  rmSync(dir, { recursive: true, force: true });
});
const open = (more: Partial<Parameters<typeof openDiskBuffer>[0]> = {}): DiskBuffer => {
  const buffer = openDiskBuffer({ dir, maxBytes: 1 << 20, policy: 'block', segmentBytes: 1000, ...more });
  opened.push(buffer);
  return buffer;
};
const segments = (): string[] =>
  readdirSync(dir)
    .filter((name) => name.endsWith('.seg'))
    .toSorted();

describe('openDiskBuffer()', () => {
  it('numbers records and gives them back whole', async () => {
    const buffer = open();
    expect(await buffer.append(2, Buffer.from('one'))).toBe(1);
    expect(await buffer.append(1, Buffer.from('two'), { f: { offset: 9 } })).toBe(2);
    expect(buffer.read(1)).toMatchObject({ n: 1, count: 2, body: Buffer.from('one') });
    expect(buffer.read(2)?.positions).toEqual({ f: { offset: 9 } });
    expect(buffer.read(3)).toBeUndefined();
  });

  it('goes on where it was after a restart, with number, positions and acknowledgement', async () => {
    const first = open();
    for (let i = 0; i < 30; i += 1) await first.append(1, Buffer.alloc(200, i), { f: { offset: i } });
    first.acknowledge(10);
    await first.close();
    const second = open();
    expect(second).toMatchObject({ next: 11, last: 30, positions: { f: { offset: 29 } } });
    expect(second.read(11)?.body).toEqual(Buffer.alloc(200, 10));
    expect(await second.append(1, Buffer.from('x'))).toBe(31);
  });

  it('does not begin again at 1 when everything was acknowledged', async () => {
    const first = open();
    for (let i = 0; i < 20; i += 1) await first.append(1, Buffer.alloc(300));
    first.acknowledge(20);
    expect(segments()).toHaveLength(1);
    await first.close();
    expect(await open().append(1, Buffer.from('x'))).toBe(21);
  });

  it('cuts off a torn tail and keeps what is before it', async () => {
    const first = open({ segmentBytes: 1 << 20 });
    for (let i = 0; i < 5; i += 1) await first.append(1, Buffer.alloc(100, i));
    await first.close();
    const file = join(dir, segments()[0] ?? '');
    truncateSync(file, readFileSync(file).length - 37);
    const second = open();
    expect(second.last).toBe(4);
    expect(await second.append(1, Buffer.from('again'))).toBe(5);
    expect(second.read(5)?.body.toString()).toBe('again');
  });

  it('survives any bytes at the end of a segment', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 60 }), async (garbage) => {
        const own = mkdtempSync(join(tmpdir(), 'xinglin-buffer-'));
        const first = openDiskBuffer({ dir: own, maxBytes: 1 << 20, policy: 'block' });
        await first.append(3, Buffer.from('kept'));
        await first.close();
        appendFileSync(join(own, readdirSync(own).find((name) => name.endsWith('.seg')) ?? ''), garbage);
        const second = openDiskBuffer({ dir: own, maxBytes: 1 << 20, policy: 'block' });
        expect(second.last).toBe(1);
        expect(second.read(1)?.body.toString()).toBe('kept');
        await second.close();
        rmSync(own, { recursive: true });
      }),
      { numRuns: 30 },
    );
  });

  it('ignores an acknowledgement file that makes no sense', () => {
    writeFileSync(join(dir, 'acknowledged'), 'nonsense');
    expect(open().next).toBe(1);
  });

  it('waits for room under the policy block', async () => {
    const buffer = open({ maxBytes: 2500, segmentBytes: 600 });
    for (let i = 0; i < 4; i += 1) await buffer.append(1, Buffer.alloc(500));
    let done = false;
    const late = buffer.append(1, Buffer.alloc(500)).then(() => {
      done = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(done).toBe(false);
    buffer.acknowledge(2);
    await late;
    expect(buffer.bytes).toBeLessThanOrEqual(2500);
  });

  it('gives up the oldest under drop-oldest and counts the events', async () => {
    const buffer = open({ maxBytes: 2500, segmentBytes: 600, policy: 'drop-oldest' });
    for (let i = 0; i < 12; i += 1) await buffer.append(10, Buffer.alloc(500));
    expect(buffer.bytes).toBeLessThanOrEqual(2500);
    expect(buffer.dropped).toBe((buffer.next - 1) * 10);
    expect(buffer.dropped).toBeGreaterThan(0);
    expect(buffer.read(buffer.next)).toBeDefined();
  });
});
