/** Joins records of all inputs into batches, compresses them and puts them into the disk buffer. */
import { promisify } from 'node:util';
import { zstdCompress } from 'node:zlib';
import type { DiskBuffer } from './disk-buffer.ts';

export interface Gatherer {
  /**
   * Relay lines (normalize/items.ts), each with its newline. Resolves when they are on disk. `positions` become true with them.
   */
  add(lines: string, count: number, positions?: Readonly<Record<string, unknown>>): Promise<void>;
  readonly pendingBytes: number;
  flush(): Promise<void>;
}

export interface GathererOptions {
  readonly buffer: DiskBuffer;
  readonly batchBytes: number;
  readonly batchMs: number;
}

const compress = promisify(zstdCompress);

export function createGatherer({ buffer, batchBytes, batchMs }: GathererOptions): Gatherer {
  let lines: string[] = [];
  let size = 0;
  let count = 0;
  let positions: Record<string, unknown> = {};
  let waiters: { resolve: () => void; reject: (error: unknown) => void }[] = [];
  let timer: NodeJS.Timeout | undefined;
  let pendingBytes = 0;
  let writing: Promise<void> = Promise.resolve();

  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    if (waiters.length === 0) return writing;
    const group = { text: lines.join(''), count, positions, waiters, size };
    lines = [];
    size = 0;
    count = 0;
    positions = {};
    waiters = [];
    writing = writing.then(async () => {
      try {
        const body = await compress(Buffer.from(group.text, 'utf8'));
        await buffer.append(group.count, body, group.positions);
        for (const { resolve } of group.waiters) resolve();
      } catch (error) {
        for (const { reject } of group.waiters) reject(error);
      } finally {
        pendingBytes -= group.size;
      }
    });
    return writing;
  }

  return {
    add(text, more, reached) {
      lines.push(text);
      size += text.length;
      pendingBytes += text.length;
      count += more;
      if (reached !== undefined) Object.assign(positions, reached);
      const done = new Promise<void>((resolve, reject) => waiters.push({ resolve, reject }));
      if (size >= batchBytes) void flush();
      else timer ??= setTimeout(() => void flush(), batchMs);
      return done;
    },
    get pendingBytes() {
      return pendingBytes;
    },
    flush,
  };
}
