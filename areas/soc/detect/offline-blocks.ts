/** Cuts a stream of bytes into blocks of whole lines, in constant memory. */

export interface LineBlock {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Number of its first line, from 1. */
  readonly firstLine: number;
  readonly lines: number;
  /** A line longer than the limit was left out here: its number. The block is then empty. */
  readonly tooLong?: number;
}

export interface BlockLimits {
  /** Bytes of a block; it ends at the last line end before. Default 1 MiB. */
  readonly block?: number;
  /** Bytes of a line; a longer one is left out. Default 16 MiB. */
  readonly line?: number;
}

export async function* lineBlocks(
  source: AsyncIterable<Uint8Array>,
  { block = 1024 * 1024, line: maxLine = 16 * 1024 * 1024 }: BlockLimits = {},
): AsyncGenerator<LineBlock> {
  let parts: Uint8Array[] = [];
  let size = 0;
  let next = 1;
  let skipping = false;

  const take = (whole: Buffer<ArrayBuffer>): LineBlock => {
    const lines = countLines(whole);
    const made = { bytes: new Uint8Array(whole.buffer, whole.byteOffset, whole.byteLength), firstLine: next, lines };
    next += lines;
    return made;
  };
  const skipped = (): LineBlock => {
    const tooLong = next;
    next += 1;
    return { bytes: new Uint8Array(0), firstLine: tooLong, lines: 1, tooLong };
  };

  for await (const piece of source) {
    let chunk: Uint8Array = piece;
    if (skipping) {
      const end = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).indexOf(10);
      if (end < 0) continue;
      skipping = false;
      yield skipped();
      chunk = chunk.subarray(end + 1);
    }
    parts.push(chunk);
    size += chunk.length;
    if (size < block) continue;
    const all = Buffer.concat(parts);
    const end = all.lastIndexOf(10);
    if (end >= 0) {
      yield take(ownCopy(all.subarray(0, end + 1)));
      const rest = all.subarray(end + 1);
      parts = rest.length === 0 ? [] : [rest];
      size = rest.length;
    } else parts = [all];
    if (size > maxLine) {
      skipping = true;
      parts = [];
      size = 0;
    }
  }
  if (skipping) yield skipped();
  else if (size > 0) yield take(ownCopy(Buffer.concat(parts)));
}

/** Bytes with a buffer of their own, which can be handed to another thread without a copy. */
function ownCopy(bytes: Uint8Array): Buffer<ArrayBuffer> {
  const copy = Buffer.from(new ArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}

function countLines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) count += 1;
  return bytes.length > 0 && bytes.at(-1) !== 10 ? count + 1 : count;
}
