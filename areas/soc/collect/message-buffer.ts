/**
 * Messages side by side in one buffer: `ends[i]` is where message `i` stops and the next begins. The form in which syslog travels to the
 * workers, because a message may hold any byte, newlines included.
 */
export interface MessageBatch {
  /** Exactly the messages' bytes, in an ArrayBuffer of their own (it can be transferred). */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly ends: Uint32Array<ArrayBuffer>;
}

/** Grows to `maxBytes` and no further: a message that does not fit is refused and the caller flushes or counts a loss. */
export interface MessageBuffer {
  readonly count: number;
  readonly size: number;
  push(chunk: Uint8Array, start: number, end: number): boolean;
  /** The messages so far; the buffer is empty afterwards. */
  take(): MessageBatch;
}

export function createMessageBuffer(maxBytes: number): MessageBuffer {
  let bytes = new Uint8Array(0);
  let ends = new Uint32Array(0);
  let size = 0;
  let count = 0;
  return {
    get count() {
      return count;
    },
    get size() {
      return size;
    },
    push(chunk, start, end) {
      const length = end - start;
      const needed = size + length;
      // One message is always taken, however long: the framer has cut it to its own limit.
      if (needed > maxBytes && count > 0) return false;
      if (needed > bytes.length) {
        const grown = new Uint8Array(Math.max(needed, Math.min(Math.max(bytes.length * 2, 4096), maxBytes)));
        grown.set(bytes.subarray(0, size));
        bytes = grown;
      }
      if (count === ends.length) {
        const grown = new Uint32Array(Math.max(16, ends.length * 2));
        grown.set(ends);
        ends = grown;
      }
      bytes.set(length === chunk.length ? chunk : chunk.subarray(start, end), size);
      size = needed;
      ends[count] = size;
      count += 1;
      return true;
    },
    take() {
      const full = size > bytes.length / 2 ? bytes : undefined;
      const batch = {
        bytes: full === undefined ? bytes.slice(0, size) : full.subarray(0, size),
        ends: ends.slice(0, count),
      };
      if (full !== undefined) bytes = new Uint8Array(0);
      size = 0;
      count = 0;
      return batch;
    },
  };
}
