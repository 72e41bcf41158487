import { bigEndian, concat, fromUtf8, utf8 } from './bytes.ts';
import type { KeyRing } from './key-ring.ts';
import { CryptoError } from './primitives.ts';

/**
 * Files and streams of any size in constant memory: chunks sealed one by one, each bound to its place and to whether it is the last
 * (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár, CRYPTO 2015). Cutting, repeating or exchanging chunks is found.
 *
 * Layout: `XLF1` ‖ length of key id (1) ‖ key id ‖ chunk size (4) ‖ file id (16), then per chunk: length (4) ‖ sealed chunk.
 */
const MAGIC = utf8('XLF1');
const FILE_ID_BYTES = 16;
const CHUNK_BYTES = 65_536;
const MOST_CHUNK_BYTES = 16_777_216;

const place = (header: Uint8Array, index: number, last: boolean, context: Uint8Array): Uint8Array =>
  concat(header, bigEndian(index, 8), Uint8Array.of(last ? 1 : 0), context);

export interface StreamSealer {
  /** What is ready to be written; the header comes with the first call. */
  push(plaintext: Uint8Array): Uint8Array;
  finish(): Uint8Array;
}

/** `random` gives the file's id, so that chunks of two files never exchange. */
export function createStreamSealer(
  ring: KeyRing,
  random: (length: number) => Uint8Array,
  context: string,
  chunkBytes = CHUNK_BYTES,
): StreamSealer {
  if (!Number.isInteger(chunkBytes) || chunkBytes < 1 || chunkBytes > MOST_CHUNK_BYTES)
    throw new CryptoError('stream.chunk', `A chunk has 1 to ${MOST_CHUNK_BYTES} bytes.`);
  const { id, sealer } = ring.sealer();
  const name = utf8(id);
  const header = concat(MAGIC, Uint8Array.of(name.length), name, bigEndian(chunkBytes, 4), random(FILE_ID_BYTES));
  const where = utf8(context);
  const buffer = new Uint8Array(chunkBytes);
  let filled = 0;
  let index = 0;
  let out: Uint8Array[] = [header];
  let finished = false;

  function emit(last: boolean): void {
    const sealed = sealer.seal(buffer.subarray(0, filled), place(header, index++, last, where));
    out.push(bigEndian(sealed.length, 4), sealed);
    filled = 0;
  }
  function drain(): Uint8Array {
    const ready = concat(...out);
    out = [];
    return ready;
  }
  return {
    push(plaintext) {
      if (finished) throw new CryptoError('stream.finished', 'The stream is finished: start another one.');
      for (let at = 0; at < plaintext.length;) {
        // A full chunk waits until more comes: only then is it known not to be the last.
        if (filled === chunkBytes) emit(false);
        const taken = Math.min(chunkBytes - filled, plaintext.length - at);
        buffer.set(plaintext.subarray(at, at + taken), filled);
        filled += taken;
        at += taken;
      }
      return drain();
    },
    finish() {
      if (finished) throw new CryptoError('stream.finished', 'The stream is finished: start another one.');
      finished = true;
      emit(true);
      buffer.fill(0);
      return drain();
    },
  };
}

export interface StreamOpener {
  /** Plaintext of the chunks that are whole and right. */
  push(sealed: Uint8Array): Uint8Array;
  /** The rest. @throws CryptoError `stream.cut` when the end is missing. */
  finish(): Uint8Array;
}

export function createStreamOpener(ring: KeyRing, context: string): StreamOpener {
  const where = utf8(context);
  let pending: Uint8Array = new Uint8Array(0);
  let header: Uint8Array | undefined;
  let opener: ReturnType<KeyRing['sealer']>['sealer'] | undefined;
  let longest = 0;
  let index = 0;

  function readHeader(): boolean {
    const nameLength = pending[MAGIC.length] ?? 0;
    const length = MAGIC.length + 1 + nameLength + 4 + FILE_ID_BYTES;
    if (MAGIC.some((byte, at) => at < pending.length && pending[at] !== byte))
      throw new CryptoError('stream.format', 'This is no sealed file: it does not begin with XLF1.');
    if (pending.length <= MAGIC.length || pending.length < length) return false;
    header = pending.slice(0, length);
    const size = new DataView(header.buffer).getUint32(MAGIC.length + 1 + nameLength);
    if (size < 1 || size > MOST_CHUNK_BYTES)
      throw new CryptoError('stream.format', 'The sealed file names a chunk size that is not possible.');
    longest = size + 128;
    opener = ring.sealer(fromUtf8(header.subarray(MAGIC.length + 1, MAGIC.length + 1 + nameLength))).sealer;
    pending = pending.subarray(length);
    return true;
  }
  /** Bytes of the next chunk with its length, or undefined when it is not all there. */
  function nextLength(): number | undefined {
    if (pending.length < 4) return undefined;
    const length = new DataView(pending.buffer, pending.byteOffset).getUint32(0);
    if (length > longest)
      throw new CryptoError('stream.format', 'A chunk is longer than the file allows: it was changed.');
    return 4 + length;
  }
  function open(length: number, last: boolean): Uint8Array {
    const plain = (opener as NonNullable<typeof opener>).open(
      pending.subarray(4, length),
      place(header as Uint8Array, index++, last, where),
    );
    pending = pending.subarray(length);
    return plain;
  }
  return {
    push(sealed) {
      pending = pending.length === 0 ? sealed : concat(pending, sealed);
      if (header === undefined && !readHeader()) return new Uint8Array(0);
      const parts: Uint8Array[] = [];
      // The chunk that ends the data at hand may be the last: it waits for more or for finish().
      for (let length = nextLength(); length !== undefined && length < pending.length; length = nextLength())
        parts.push(open(length, false));
      pending = pending.slice();
      return concat(...parts);
    },
    finish() {
      const length = header === undefined ? undefined : nextLength();
      if (length === undefined || length !== pending.length)
        throw new CryptoError('stream.cut', 'The sealed file is incomplete: its end is missing.');
      return open(length, true);
    },
  };
}
