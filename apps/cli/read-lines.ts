import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { XinglinError } from '@xinglin/platform/kernel';
import './errors.ts';

export interface LineSource {
  /** Bytes of the file as it lies on disk; 0 for stdin. */
  readonly size: number;
  /** Bytes read from disk so far. */
  read(): number;
  /** The bytes themselves, decompressed. Either these or the lines are read, once. */
  bytes(): AsyncIterable<Buffer>;
  /** Lines as bytes, without their line end; the last may lack one. A line beyond `maxLine` bytes comes in pieces of that size. */
  lines(): AsyncGenerator<Buffer>;
}

const MAX_LINE = 1024 * 1024;

/** A log file (`.gz` and `.zst` are decompressed), or stdin for `-`. */
export async function openLines(file: string, maxLine = MAX_LINE): Promise<LineSource> {
  let size = 0;
  let input: Readable = process.stdin;
  if (file !== '-') {
    const info = await stat(file).catch(() => undefined);
    if (info === undefined || !info.isFile()) throw new XinglinError('cli.no_file', { file });
    size = info.size;
    input = createReadStream(file, { highWaterMark: 256 * 1024 });
  }
  let read = 0;
  input.on('data', (chunk: Buffer) => (read += chunk.length));
  input.pause();
  const decoder = file.endsWith('.gz') ? createGunzip() : file.endsWith('.zst') ? createZstdDecompress() : undefined;
  if (decoder !== undefined) input.on('error', (error) => decoder.destroy(error));
  const text: Readable = decoder === undefined ? input : input.pipe(decoder);

  return {
    size,
    read: () => read,
    bytes: () => text as AsyncIterable<Buffer>,
    async *lines() {
      let rest: Buffer = Buffer.alloc(0);
      for await (const piece of text as AsyncIterable<Buffer>) {
        let chunk = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
        for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10)) {
          yield trimReturn(chunk.subarray(0, end));
          chunk = chunk.subarray(end + 1);
        }
        while (chunk.length > maxLine) {
          yield chunk.subarray(0, maxLine);
          chunk = chunk.subarray(maxLine);
        }
        rest = chunk;
      }
      if (rest.length > 0) yield trimReturn(rest);
    },
  };
}

function trimReturn(line: Buffer): Buffer {
  return line.at(-1) === 13 ? line.subarray(0, -1) : line;
}
