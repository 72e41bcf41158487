/**
 * Follows log files through rotation. A file is its inode and the digest of its first bytes, not its name: renamed files are read to their
 * end, a file cut short or replaced under the same inode begins anew, compressed archives are not touched.
 */
import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { glob, open, readdir, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Logger } from '@xinglin/platform/kernel';
import { decodeText } from '@xinglin/soc/collect';

/** How far a file has been read; kept in the disk buffer with the lines up to there. */
export interface FilePosition {
  readonly path: string;
  readonly offset: number;
  /** SHA-256 of the first `headLength` bytes, hex. */
  readonly head: string;
  readonly headLength: number;
  /** In the middle of a line that was longer than the limit. */
  readonly skipping?: boolean;
}

export interface TailOptions {
  /** Paths or globs. */
  readonly patterns: readonly string[];
  /** Positions by `device:inode`, from the disk buffer. */
  readonly positions: Readonly<Record<string, FilePosition>>;
  /** Lines of a file with the position they reach; resolves when both are durable. */
  readonly take: (lines: readonly string[], id: string, position: FilePosition) => Promise<void>;
  readonly log: Logger;
  readonly pollMs?: number;
  readonly maxLine?: number;
}

export interface Tail {
  start(): void;
  stop(): Promise<void>;
  readonly files: number;
}

const CHUNK = 256 * 1024;
const HEAD_BYTES = 256;
const ARCHIVE = /\.(gz|zst|bz2|xz|zip|lz4|7z)$/i;
/** A file that is no longer matched is let go when it has been still for this long. */
const LET_GO_MS = 30_000;

interface Followed {
  position: FilePosition;
  handle: FileHandle | undefined;
  path: string;
  quietSince: number;
}

export function createTail(options: TailOptions): Tail {
  const { patterns, take, log, pollMs = 500, maxLine = 65_536 } = options;
  const known = new Map<string, FilePosition>(Object.entries(options.positions));
  const followed = new Map<string, Followed>();
  let stopping = false;
  let wake = (): void => undefined;
  let running: Promise<void> = Promise.resolve();

  async function discover(): Promise<void> {
    const seen = new Set<string>();
    for (const pattern of patterns) {
      for await (const path of glob(pattern)) {
        if (ARCHIVE.test(path)) continue;
        const stats = await stat(path).catch(() => undefined);
        if (stats?.isFile() !== true) continue;
        const id = idOf(stats);
        seen.add(id);
        const one = followed.get(id);
        if (one === undefined) await follow(id, path);
        else one.path = path;
      }
    }
    // What was being read when we stopped and has been renamed since lies beside its former name.
    for (const [id, position] of known) {
      if (seen.has(id) || followed.has(id)) continue;
      const path = await findInode(dirname(position.path), id);
      if (path !== undefined && !ARCHIVE.test(path)) await follow(id, path);
      else known.delete(id);
    }
    for (const [id, one] of followed) {
      if (seen.has(id) || Date.now() - one.quietSince < LET_GO_MS) continue;
      await one.handle?.close();
      followed.delete(id);
      known.delete(id);
    }
  }

  async function follow(id: string, path: string): Promise<void> {
    let handle: FileHandle;
    try {
      handle = await open(path, 'r');
    } catch (error) {
      log.warn({ path, reason: error instanceof Error ? error.message : String(error) }, 'file cannot be read');
      return;
    }
    const position = known.get(id);
    const same = position !== undefined && (await headOf(handle, position.headLength)) === position.head;
    followed.set(id, {
      path,
      handle,
      quietSince: Date.now(),
      position: same ? { ...position, path } : { path, offset: 0, head: '', headLength: 0 },
    });
  }

  /** Reads what is new; true when there was something. */
  async function read(id: string, one: Followed): Promise<boolean> {
    const { handle } = one;
    if (handle === undefined) return false;
    const { size } = await handle.stat();
    let { position } = one;
    if (
      size < position.offset ||
      (position.headLength > 0 && (await headOf(handle, position.headLength)) !== position.head)
    )
      position = { path: one.path, offset: 0, head: '', headLength: 0 };
    if (size === position.offset) {
      one.position = position;
      return false;
    }
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK, size - position.offset));
    const { bytesRead } = await handle.read(chunk, 0, chunk.length, position.offset);
    const { lines, used, skipping } = cutLines(
      chunk.subarray(0, bytesRead),
      position.skipping === true,
      maxLine,
      bytesRead === CHUNK,
    );
    if (used === 0) return false;
    const headLength = Math.min(HEAD_BYTES, position.offset + used);
    const next: FilePosition = {
      path: one.path,
      offset: position.offset + used,
      headLength,
      head: headLength === position.headLength ? position.head : ((await headOf(handle, headLength)) ?? ''),
      ...(skipping ? { skipping } : {}),
    };
    await take(lines, id, next);
    one.position = next;
    one.quietSince = Date.now();
    known.set(id, next);
    return true;
  }

  async function loop(): Promise<void> {
    while (!stopping) {
      let busy = false;
      try {
        await discover();
        for (const [id, one] of followed) {
          if (stopping) break;
          busy = (await read(id, one)) || busy;
        }
      } catch (error) {
        log.warn({ err: error }, 'files could not be read; trying again');
      }
      if (!busy && !stopping)
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, pollMs);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
    }
    for (const one of followed.values()) await one.handle?.close();
  }

  return {
    start() {
      running = loop();
    },
    async stop() {
      stopping = true;
      wake();
      await running;
    },
    get files() {
      return followed.size;
    },
  };
}

function idOf(stats: Stats): string {
  return `${stats.dev}:${stats.ino}`;
}

async function headOf(handle: FileHandle, length: number): Promise<string | undefined> {
  if (length === 0) return undefined;
  const bytes = Buffer.allocUnsafe(length);
  const { bytesRead } = await handle.read(bytes, 0, length, 0);
  return bytesRead < length ? undefined : createHash('sha256').update(bytes).digest('hex');
}

async function findInode(folder: string, id: string): Promise<string | undefined> {
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    const stats = await stat(path).catch(() => undefined);
    if (stats?.isFile() === true && idOf(stats) === id) return path;
  }
  return undefined;
}

/**
 * Whole lines of a chunk and how many bytes they take. `full`: the chunk is as large as chunks get, so a line without end in it is too long:
 * its beginning is delivered and the rest skipped.
 */
export function cutLines(
  chunk: Buffer,
  skipping: boolean,
  maxLine: number,
  full: boolean,
): { lines: string[]; used: number; skipping: boolean } {
  const lines: string[] = [];
  let pos = 0;
  let skip = skipping;
  for (;;) {
    const newline = chunk.indexOf(10, pos);
    if (newline < 0) break;
    if (!skip) {
      let end = newline;
      if (end > pos && chunk[end - 1] === 13) end -= 1;
      if (end > pos) lines.push(decodeText(chunk, pos, Math.min(end, pos + maxLine)));
    }
    skip = false;
    pos = newline + 1;
  }
  if (skip) return { lines, used: chunk.length, skipping: true };
  if (pos === 0 && full) {
    lines.push(decodeText(chunk, 0, Math.min(maxLine, chunk.length)));
    return { lines, used: chunk.length, skipping: true };
  }
  return { lines, used: pos, skipping: false };
}
