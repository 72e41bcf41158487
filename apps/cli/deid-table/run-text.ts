import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { open, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { createGzip, createZstdCompress } from 'node:zlib';
import { pipeline } from 'node:stream/promises';
import {
  createCsvReader,
  createCsvStream,
  createNdjsonStream,
  createTableDeidentifier,
  guessDelimiter,
} from '@xinglin/deid';
import type { ColumnCount, TableDeidentifier, TableOptions, TableStream } from '@xinglin/deid';
import { XinglinError } from '@xinglin/platform/kernel';
import { openLines } from '../read-lines.ts';
import { guessEncoding } from '../tables/text-chunks.ts';
import type { TextEncodingName } from '../tables/text-chunks.ts';
import type { Ran, RunOptions } from './run.ts';

/** Small pieces die young: a larger chunk costs more in the collector than it saves. */
const CHUNK = 128 * 1024;
const MAX_RECORD = 64 * 1024 * 1024;
const CHECKPOINT = 64 * 1024 * 1024;

/** How far a run came: bytes of the input whose result is in the part file. */
interface Checkpoint {
  readonly policy: string;
  readonly inputSize: number;
  readonly inputTime: number;
  readonly inputBytes: number;
  readonly outputBytes: number;
  readonly rows: number;
  readonly line: number;
  readonly counts: readonly ColumnCount[];
  readonly rejected: TableStream['rejected'];
}

/**
 * CSV or NDJSON in constant memory. The result grows in OUT.part; every 64 MB it is synced and OUT.part.json says how far it came, so that a run that was
 * interrupted goes on there when policy and input are the same.
 */
export async function runText(
  options: RunOptions & { readonly format: 'csv' | 'ndjson'; readonly packed: readonly [string?, string?] },
): Promise<Ran> {
  const { input, output, policy, packed } = options;
  const part = `${output}.part`;
  const note = `${part}.json`;
  const info = await stat(input).catch(() => undefined);
  if (info === undefined || !info.isFile()) throw new XinglinError('cli.no_file', { file: input });
  const resumable = packed[0] === undefined && options.vault === undefined;
  const found = resumable && !options.restart ? await readCheckpoint(note) : undefined;
  const before =
    found !== undefined &&
    found.policy === policy.sm3 &&
    found.inputSize === info.size &&
    found.inputTime === info.mtimeMs &&
    ((await stat(part).catch(() => undefined))?.size ?? -1) >= found.outputBytes
      ? found
      : undefined;
  const hashes = { input: createHash('sm3'), output: createHash('sm3') };
  if (before !== undefined) {
    await truncate(part, before.outputBytes);
    await hashFile(hashes.output, part);
  }
  const target = await open(part, before === undefined ? 'w' : 'a', 0o600);
  try {
    return await work({
      ...options,
      target,
      hashes,
      before,
      resumable,
      size: info.size,
      time: info.mtimeMs,
      part,
      note,
    });
  } finally {
    await target.close();
  }
}

interface Work extends RunOptions {
  readonly format: 'csv' | 'ndjson';
  readonly packed: readonly [string?, string?];
  readonly target: FileHandle;
  readonly hashes: { readonly input: Hash; readonly output: Hash };
  readonly before: Checkpoint | undefined;
  readonly resumable: boolean;
  readonly size: number;
  readonly time: number;
  readonly part: string;
  readonly note: string;
}

async function work(options: Work): Promise<Ran> {
  const { input, output, policy, packed, target, hashes, before, resumable, size, time, part, note } = options;
  const every = options.checkpointBytes ?? CHECKPOINT;
  const chunks = packed[0] === undefined ? undefined : await openLines(input);
  const source: AsyncIterable<Buffer> =
    chunks === undefined
      ? createReadStream(input, { highWaterMark: CHUNK })
      : (chunks.bytes() as AsyncIterable<Buffer>);
  let carry: Buffer = Buffer.alloc(0);
  let stream: Opened | undefined;
  let read = 0;
  let written = before?.outputBytes ?? 0;
  let skip = before?.inputBytes ?? 0;
  let saved = skip;
  let encoding: TextEncodingName | undefined;
  let started = false;
  const unknown = new Set<string>();

  const put = async (text: string): Promise<void> => {
    if (text === '') return;
    const bytes = Buffer.from(text, 'utf8');
    hashes.output.update(bytes);
    let at = 0;
    while (at < bytes.length) at += (await target.write(bytes, at)).bytesWritten;
    written += bytes.length;
  };
  const take = async (bytes: Buffer): Promise<void> => {
    encoding ??= guessEncoding(bytes);
    let text = decoded(bytes, encoding, input, lineOf(stream));
    if (!started && text.charCodeAt(0) === 0xfeff) text = text.slice(1);
    started = true;
    if (stream === undefined) {
      stream = openStream(options, text, unknown, before);
      text = text.slice(stream.skip);
      if (before === undefined) await put(stream.head);
      else if (skip > 0) return;
    }
    await put(stream.table.push(text));
    await options.vault?.flush();
  };
  for await (const chunk of source) {
    options.signal?.throwIfAborted();
    hashes.input.update(chunk);
    read += chunk.length;
    options.onProgress?.(chunks === undefined ? read : chunks.read(), size);
    // A resumed run reads its beginning for the header and the hash alone.
    let fresh = chunk;
    if (skip > 0 && stream !== undefined) {
      const left = skip - (read - chunk.length);
      if (left >= chunk.length) continue;
      fresh = chunk.subarray(Math.max(0, left));
      skip = 0;
    }
    const whole = carry.length === 0 ? fresh : Buffer.concat([carry, fresh]);
    const cut = whole.lastIndexOf(10) + 1;
    if (cut === 0) {
      if (whole.length > MAX_RECORD)
        throw new XinglinError('table.broken', {
          file: input,
          line: lineOf(stream),
          reason: `> ${MAX_RECORD} bytes without a line end`,
        });
      carry = whole;
      continue;
    }
    await take(whole.subarray(0, cut));
    if (skip > 0) {
      // The first chunk gave the header; what was done already is passed over.
      if (skip >= read) {
        carry = Buffer.alloc(0);
        continue;
      }
      const rest = chunk.subarray(chunk.length - (read - skip));
      skip = 0;
      const end = rest.lastIndexOf(10) + 1;
      if (end > 0) await take(rest.subarray(0, end));
      carry = Buffer.from(rest.subarray(end));
      continue;
    }
    carry = Buffer.from(whole.subarray(cut));
    const done = read - carry.length;
    if (resumable && stream !== undefined && stream.table.rest === '' && done - saved >= every) {
      await target.datasync();
      const point: Checkpoint = {
        policy: policy.sm3,
        inputSize: size,
        inputTime: time,
        inputBytes: done,
        outputBytes: written,
        rows: stream.rowsBefore + stream.table.rows,
        line: stream.table.line,
        counts: stream.deid.counts,
        rejected: stream.table.rejected,
      };
      await writeFile(`${note}.new`, JSON.stringify(point));
      await rename(`${note}.new`, note);
      saved = done;
    }
  }
  if (carry.length > 0) await take(carry);
  if (stream === undefined) throw new XinglinError('table.empty', { file: input });
  await put(stream.table.finish());
  await target.datasync();
  if (packed[1] === undefined) await rename(part, output);
  else await pack(part, output, packed[1]);
  await rm(note, { force: true });
  const { deid, table, rowsBefore } = stream;
  return {
    rows: rowsBefore + table.rows,
    rejected: table.rejected,
    deid,
    unknown: [...unknown],
    input: { bytes: size, sm3: packed[0] === undefined ? hashes.input.digest('hex') : await sm3Of(input) },
    output: {
      bytes: (await stat(output)).size,
      sm3: packed[1] === undefined ? hashes.output.digest('hex') : await sm3Of(output),
    },
    resumedAt: before?.inputBytes ?? 0,
  };
}

interface Opened {
  readonly deid: TableDeidentifier;
  readonly table: TableStream;
  /** What the result begins with. */
  readonly head: string;
  /** Characters of the header. */
  readonly skip: number;
  readonly rowsBefore: number;
}

const lineOf = (stream: Opened | undefined): number => (stream === undefined ? 1 : stream.table.line);

function openStream(options: Work, text: string, unknown: Set<string>, before: Checkpoint | undefined): Opened {
  const { policy, format, input } = options;
  const tableOptions = (columns: readonly string[]): TableOptions => ({ ...options.tableOptions, columns });
  const opened = (deid: TableDeidentifier, table: TableStream, head: string, skip: number): Opened => {
    for (const [at, count] of (before?.counts ?? []).entries()) Object.assign(deid.counts[at] as ColumnCount, count);
    if (before !== undefined) Object.assign(table.rejected, before.rejected);
    return { deid, table, head, skip, rowsBefore: before?.rows ?? 0 };
  };
  if (format === 'csv') {
    const delimiter = guessDelimiter(text);
    let end = text.indexOf('\n') + 1;
    const quotes = (upTo: number): number => text.slice(0, upTo).split('"').length - 1;
    while (end > 0 && end < text.length && quotes(end) % 2 === 1) end = text.indexOf('\n', end) + 1;
    if (end === 0) end = text.length;
    const reader = createCsvReader({ delimiter });
    const columns = ([...reader.push(text.slice(0, end)), ...reader.finish()][0] ?? []).map((name) => name.trim());
    checkColumns(columns, input);
    const deid = createTableDeidentifier(tableOptions(columns));
    const quoted = (name: string): string =>
      /["\r\n]/.test(name) || name.includes(delimiter) ? `"${name.replaceAll('"', '""')}"` : name;
    const head = `${deid.columns.map(quoted).join(delimiter)}\n`;
    return opened(deid, createCsvStream(deid, delimiter, before?.line ?? 2), head, end);
  }
  const names = new Set<string>();
  for (const line of text.split('\n', 1000)) {
    try {
      const record = JSON.parse(line) as unknown;
      if (typeof record === 'object' && record !== null && !Array.isArray(record))
        for (const key of Object.keys(record)) names.add(key);
    } catch {
      // Counted where it is worked on.
    }
  }
  for (const name of policy.policy.columns.keys()) names.add(name);
  if (policy.policy.patient !== undefined) names.add(policy.policy.patient);
  const deid = createTableDeidentifier(tableOptions([...names]));
  const table = createNdjsonStream(deid, {
    sample: text.slice(0, 65_536),
    line: before?.line ?? 1,
    unknown: policy.policy.unlisted,
    onUnknown: (key) => unknown.add(key),
  });
  return opened(deid, table, '', 0);
}

function checkColumns(columns: readonly string[], file: string): void {
  if (columns.length === 0) throw new XinglinError('table.empty', { file });
  const twice = columns.find((name, at) => columns.indexOf(name) !== at);
  if (twice !== undefined) throw new XinglinError('table.duplicate_column', { file, column: twice });
}

const gb18030 = new TextDecoder('gb18030', { fatal: true });
function decoded(bytes: Buffer, encoding: TextEncodingName, file: string, line: number): string {
  if (encoding === 'utf-8' && isUtf8(bytes)) return bytes.toString('utf8');
  if (encoding === 'gb18030')
    try {
      return gb18030.decode(bytes);
    } catch {
      // Told below.
    }
  throw new XinglinError('table.encoding', { file, line, encoding: encoding === 'gb18030' ? 'GB18030' : 'UTF-8' });
}

async function readCheckpoint(file: string): Promise<Checkpoint | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Checkpoint;
  } catch {
    return undefined;
  }
}

async function hashFile(hash: Hash, file: string): Promise<void> {
  for await (const chunk of createReadStream(file, { highWaterMark: CHUNK })) hash.update(chunk as Buffer);
}

export async function sm3Of(file: string): Promise<string> {
  const hash = createHash('sm3');
  await hashFile(hash, file);
  return hash.digest('hex');
}

async function pack(from: string, to: string, how: string): Promise<void> {
  const target = await open(to, 'w', 0o600);
  await pipeline(
    createReadStream(from),
    how === 'gz' ? createGzip() : createZstdCompress(),
    target.createWriteStream(),
  );
  await rm(from);
}
