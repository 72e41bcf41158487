/**
 * What waits to be shipped: append-only segment files of records, each record one numbered batch with the file positions it reached.
 * A record is `u32 length, u32 CRC-32, u32 header length, header JSON, body`. It counts once it is synced; a torn tail is cut off at the
 * next start. Number, body and positions stand in one record, so they are recorded together or not at all.
 */
import {
  closeSync,
  existsSync,
  fdatasync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  readdirSync,
  renameSync,
  rmSync,
  truncateSync,
  write,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';

export interface RecordHeader {
  /** Number of the batch, from 1. */
  readonly n: number;
  /** Events in it. */
  readonly count: number;
  /** How far each tailed file is read with this batch. */
  readonly positions?: Readonly<Record<string, unknown>>;
}

export interface StoredRecord extends RecordHeader {
  readonly body: Buffer;
}

export interface DiskBuffer {
  /** Resolves when the record is on disk. With policy `block` it waits for room. */
  append(count: number, body: Uint8Array, positions?: Readonly<Record<string, unknown>>): Promise<number>;
  /** The record with this number, or undefined when it is not there yet. */
  read(n: number): StoredRecord | undefined;
  /** Everything up to and with `n` has been taken by the server. */
  acknowledge(n: number): void;
  /** First number not yet acknowledged. */
  readonly next: number;
  /** Last number written. */
  readonly last: number;
  readonly bytes: number;
  /** Events given up under policy `drop-oldest`. */
  readonly dropped: number;
  /** Positions of the last record. */
  readonly positions: Readonly<Record<string, unknown>>;
  /** Resolves when the record `n` exists. */
  waitForData(n: number): Promise<void>;
  close(): Promise<void>;
}

export interface DiskBufferOptions {
  readonly dir: string;
  readonly maxBytes: number;
  readonly policy: 'block' | 'drop-oldest';
  readonly segmentBytes?: number;
}

interface Entry {
  readonly n: number;
  readonly at: number;
  readonly length: number;
  readonly count: number;
}

interface Segment {
  readonly file: string;
  readonly entries: Entry[];
  size: number;
}

const HEAD = 12;
const MAX_RECORD = 64 * 1024 * 1024;
const writeAsync = promisify(write);
const syncAsync = promisify(fdatasync);

export function openDiskBuffer(options: DiskBufferOptions): DiskBuffer {
  const { dir, maxBytes, policy, segmentBytes = Math.min(16 * 1024 * 1024, Math.ceil(maxBytes / 4)) } = options;
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const ackFile = join(dir, 'acknowledged');
  let acknowledged = existsSync(ackFile) ? Number(readFileSync(ackFile, 'utf8')) || 0 : 0;
  let positions: Readonly<Record<string, unknown>> = {};
  let last = acknowledged;
  let dropped = 0;
  const segments: Segment[] = [];
  let roomWaiters: (() => void)[] = [];
  let dataWaiters: (() => void)[] = [];

  for (const name of readdirSync(dir)
    .filter((one) => one.endsWith('.seg'))
    .toSorted()) {
    const segment = scan(join(dir, name));
    const tail = segment.entries.at(-1);
    if (tail === undefined) {
      rmSync(segment.file);
      continue;
    }
    segments.push(segment);
    last = Math.max(last, tail.n);
    const header = readHeader(segment, tail);
    if (header.positions !== undefined) positions = header.positions;
  }
  let fd = -1;
  let ackDirty = false;
  const ackTimer = setInterval(writeAck, 1000);
  ackTimer.unref();
  prune();

  /** Reads a segment to its last whole record and cuts off what follows. */
  function scan(file: string): Segment {
    const bytes = readFileSync(file);
    const entries: Entry[] = [];
    let at = 0;
    while (at + HEAD <= bytes.length) {
      const length = bytes.readUInt32LE(at);
      const end = at + HEAD + length;
      if (length > MAX_RECORD || end > bytes.length) break;
      const payload = bytes.subarray(at + 8, end);
      // The CRC covers the header's length too.
      if (crc32(payload) !== bytes.readUInt32LE(at + 4)) break;
      try {
        const header = JSON.parse(
          bytes.toString('utf8', at + HEAD, at + HEAD + bytes.readUInt32LE(at + 8)),
        ) as RecordHeader;
        entries.push({ n: header.n, at, length, count: header.count });
      } catch {
        break;
      }
      at = end;
    }
    if (at < bytes.length) truncateSync(file, at);
    return { file, entries, size: at };
  }

  function readHeader(segment: Segment, entry: Entry): StoredRecord {
    const bytes = Buffer.allocUnsafe(HEAD + entry.length);
    const handle = openSync(segment.file, 'r');
    try {
      let got = 0;
      while (got < bytes.length) {
        const read = readSync(handle, bytes, got, bytes.length - got, entry.at + got);
        if (read === 0) throw new Error(`${segment.file} is shorter than its index`);
        got += read;
      }
    } finally {
      closeSync(handle);
    }
    const headerEnd = HEAD + bytes.readUInt32LE(8);
    const header = JSON.parse(bytes.toString('utf8', HEAD, headerEnd)) as RecordHeader;
    return { ...header, body: bytes.subarray(headerEnd) };
  }

  function totalBytes(): number {
    return segments.reduce((sum, segment) => sum + segment.size, 0);
  }

  function writeAck(): void {
    if (!ackDirty) return;
    // A lost acknowledgement costs one more delivery, which the server recognises by its number. So does one for which the disk has no room.
    try {
      writeFileSync(`${ackFile}.new`, String(acknowledged));
      renameSync(`${ackFile}.new`, ackFile);
      ackDirty = false;
    } catch {
      rmSync(`${ackFile}.new`, { force: true });
    }
  }

  /** Removes segments that are wholly acknowledged; the newest stays, because it holds the number and the positions. */
  function prune(): void {
    while (segments.length > 1 && (segments[0]?.entries.at(-1)?.n ?? Infinity) <= acknowledged) {
      const segment = segments.shift();
      if (segment !== undefined) rmSync(segment.file, { force: true });
    }
    if (roomWaiters.length > 0) {
      for (const resolve of roomWaiters) resolve();
      roomWaiters = [];
    }
  }

  async function makeRoom(needed: number): Promise<void> {
    while (totalBytes() + needed > maxBytes && segments.length > 0) {
      if (policy === 'drop-oldest' && segments.length > 1) {
        const oldest = segments.shift();
        if (oldest === undefined) return;
        for (const entry of oldest.entries) if (entry.n > acknowledged) dropped += entry.count;
        acknowledged = Math.max(acknowledged, oldest.entries.at(-1)?.n ?? 0);
        ackDirty = true;
        rmSync(oldest.file, { force: true });
      } else if (next() > last) {
        // All is shipped: what is left is the newest segment, which a new one replaces.
        startSegment();
        return;
      } else await new Promise<void>((resolve) => roomWaiters.push(resolve));
    }
  }

  const next = (): number => acknowledged + 1;

  function startSegment(): Segment {
    if (fd >= 0) closeSync(fd);
    fd = -1;
    const file = join(dir, `${String(last + 1).padStart(16, '0')}.seg`);
    fd = openSync(file, 'a', 0o600);
    const directory = openSync(dir, 'r');
    fsyncSync(directory);
    closeSync(directory);
    const segment: Segment = { file, entries: [], size: 0 };
    segments.push(segment);
    return segment;
  }

  let writing: Promise<unknown> = Promise.resolve();

  async function appendNow(
    count: number,
    body: Uint8Array,
    reached?: Readonly<Record<string, unknown>>,
  ): Promise<number> {
    const n = last + 1;
    const where = reached === undefined ? positions : { ...positions, ...reached };
    const header = Buffer.from(JSON.stringify({ n, count, positions: where }), 'utf8');
    const record = Buffer.allocUnsafe(HEAD + header.length + body.length);
    record.writeUInt32LE(header.length + body.length, 0);
    record.writeUInt32LE(header.length, 8);
    header.copy(record, HEAD);
    record.set(body, HEAD + header.length);
    record.writeUInt32LE(crc32(record.subarray(8)), 4);
    await makeRoom(record.length);
    let segment = segments.at(-1);
    if (segment === undefined || fd < 0 || segment.size >= segmentBytes) segment = startSegment();
    try {
      for (let done = 0; done < record.length;)
        done += (await writeAsync(fd, record, done, record.length - done)).bytesWritten;
      await syncAsync(fd);
    } catch (error) {
      // Half a record is cut off again, so that the next one can be read.
      truncateSync(segment.file, segment.size);
      throw error;
    }
    segment.entries.push({ n, at: segment.size, length: header.length + body.length, count });
    segment.size += record.length;
    last = n;
    positions = where;
    for (const resolve of dataWaiters) resolve();
    dataWaiters = [];
    return n;
  }

  return {
    append(count, body, reached) {
      const work = writing.then(() => appendNow(count, body, reached));
      writing = work.catch(() => undefined);
      return work;
    },
    read(n) {
      const segment = segments.findLast((one) => (one.entries[0]?.n ?? Infinity) <= n);
      const entry = segment?.entries.find((one) => one.n === n);
      return segment === undefined || entry === undefined ? undefined : readHeader(segment, entry);
    },
    acknowledge(n) {
      if (n <= acknowledged) return;
      acknowledged = n;
      ackDirty = true;
      prune();
    },
    get next() {
      return next();
    },
    get last() {
      return last;
    },
    get bytes() {
      return totalBytes();
    },
    get dropped() {
      return dropped;
    },
    get positions() {
      return positions;
    },
    waitForData(n) {
      if (last >= n) return Promise.resolve();
      return new Promise((resolve) => dataWaiters.push(resolve));
    },
    async close() {
      await writing;
      clearInterval(ackTimer);
      writeAck();
      if (fd >= 0) closeSync(fd);
      fd = -1;
      for (const resolve of [...dataWaiters, ...roomWaiters]) resolve();
    },
  };
}
