/**
 * Cuts a syslog byte stream into messages. RFC 6587 knows two ways, octet counting (`83 <34>1 …`) and a trailing newline; senders mix
 * them, so each frame is judged by its first bytes: digits, a space and `<` mean a count, anything else ends at LF (CR and NUL before it
 * are dropped). Memory is bounded by `maxMessage`: what is longer is cut there, counted, and the rest skipped.
 */
export interface StreamFramer {
  push(chunk: Uint8Array): void;
  /** The stream has ended: an unfinished message is delivered as it is. */
  end(): void;
  /** Bytes of an unfinished message held now. */
  readonly held: number;
  readonly messages: number;
  readonly truncated: number;
  /** Frames that began like a count but were none. */
  readonly resynced: number;
}

export interface StreamFramerOptions {
  readonly maxMessage: number;
  /** Gets each message; the bytes are only valid during the call. */
  readonly onMessage: (chunk: Uint8Array, start: number, end: number) => void;
}

const LF = 10;
const SPACE = 32;
const LESS = 60;
/** A count above this is not a frame anyone sends; it is read as text instead of swallowing the stream. */
const LARGEST_COUNT = 16 * 1024 * 1024;
const MAX_DIGITS = 8;

export function createStreamFramer({ maxMessage, onMessage }: StreamFramerOptions): StreamFramer {
  /** First bytes of an unfinished message (or of an undecided frame head). */
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  /** What the unfinished message is: undecided (head incomplete), a line, or a counted frame with this many bytes to come. */
  let mode: 'head' | 'line' | 'count' = 'head';
  let remaining = 0;
  let messages = 0;
  let truncated = 0;
  let resynced = 0;
  let overflowed = false;

  function hold(chunk: Uint8Array, start: number, end: number): void {
    const room = maxMessage - heldBytes;
    if (end - start > room) overflowed = true;
    const take = Math.min(room, end - start);
    if (take <= 0) return;
    held.push(chunk.slice(start, start + take));
    heldBytes += take;
  }

  function deliver(chunk: Uint8Array, start: number, end: number): void {
    let stop = end;
    while (stop > start && isPadding(chunk[stop - 1])) stop -= 1;
    if (stop === start) return;
    messages += 1;
    if (stop - start > maxMessage) {
      truncated += 1;
      stop = start + maxMessage;
    }
    onMessage(chunk, start, stop);
  }

  function deliverHeld(chunk: Uint8Array, start: number, end: number): void {
    if (heldBytes === 0) deliver(chunk, start, end);
    else {
      hold(chunk, start, end);
      const whole = Buffer.concat(held);
      if (overflowed) truncated += 1;
      deliver(whole, 0, whole.length);
    }
    forget();
  }

  function forget(): void {
    held = [];
    heldBytes = 0;
    overflowed = false;
    mode = 'head';
  }

  /** Reads frames from `chunk`; returns when it is used up. */
  function read(chunk: Uint8Array): void {
    let pos = 0;
    while (pos < chunk.length) {
      if (mode === 'count') {
        const end = Math.min(chunk.length, pos + remaining);
        remaining -= end - pos;
        if (remaining > 0) {
          hold(chunk, pos, end);
          return;
        }
        deliverHeld(chunk, pos, end);
        pos = end;
        continue;
      }
      if (mode === 'head') {
        // Some counted senders add a newline after the frame, some devices send empty lines.
        while (pos < chunk.length && isPadding(chunk[pos])) pos += 1;
        if (pos === chunk.length) return;
        const head = readCount(chunk, pos);
        if (head === 'incomplete') {
          hold(chunk, pos, chunk.length);
          return;
        }
        if (head !== undefined) {
          mode = 'count';
          remaining = head.count;
          pos = head.start;
          continue;
        }
        if (isDigit(chunk[pos])) resynced += 1;
        mode = 'line';
      }
      const newline = chunk.indexOf(LF, pos);
      if (newline < 0) {
        hold(chunk, pos, chunk.length);
        return;
      }
      deliverHeld(chunk, pos, newline);
      pos = newline + 1;
    }
  }

  return {
    push(chunk) {
      if (mode === 'head' && heldBytes > 0) {
        // The head was split between packets: judge it again with what came now.
        const joined = Buffer.concat([...held, chunk]);
        forget();
        read(joined);
      } else read(chunk);
    },
    end() {
      if (heldBytes > 0) {
        if (mode === 'count') truncated += 1;
        deliverHeld(new Uint8Array(0), 0, 0);
      }
      forget();
    },
    get held() {
      return heldBytes;
    },
    get messages() {
      return messages;
    },
    get truncated() {
      return truncated;
    },
    get resynced() {
      return resynced;
    },
  };
}

function isPadding(byte: number | undefined): boolean {
  return byte === LF || byte === 13 || byte === 0;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 48 && byte <= 57;
}

/** `123 <…`: where the message begins and its length; `incomplete` when the chunk ends before that is known. */
function readCount(chunk: Uint8Array, pos: number): { count: number; start: number } | 'incomplete' | undefined {
  let count = 0;
  let i = pos;
  // A count does not begin with 0 (RFC 6587: NONZERO-DIGIT).
  if (chunk[pos] === 48) return undefined;
  for (; i < chunk.length && i - pos <= MAX_DIGITS; i += 1) {
    const byte = chunk[i] ?? 0;
    if (!isDigit(byte)) break;
    count = count * 10 + byte - 48;
  }
  if (i === chunk.length) return i === pos || i - pos > MAX_DIGITS ? undefined : 'incomplete';
  if (i === pos || chunk[i] !== SPACE || count > LARGEST_COUNT) return undefined;
  if (i + 1 === chunk.length) return 'incomplete';
  return chunk[i + 1] === LESS ? { count, start: i + 1 } : undefined;
}
