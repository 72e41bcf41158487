import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { field, parseHl7 } from './hl7.ts';
import type { Hl7Message } from './hl7.ts';
import { HisError } from './port.ts';

const START = 0x0b;
const END = Uint8Array.of(0x1c, 0x0d);
const MOST_BYTES = 1024 * 1024;

/** Frames one message for MLLP (HL7 2.5.1 appendix C): VT, the message, FS CR. */
export function frame(message: string): Uint8Array {
  const text = new TextEncoder().encode(message);
  const framed = new Uint8Array(text.length + 3);
  framed[0] = START;
  framed.set(text, 1);
  framed.set(END, text.length + 1);
  return framed;
}

/** Takes bytes as they come and gives whole messages; what stands between frames is skipped, a message above 1 MiB is an error. */
export function createDeframer(): (chunk: Uint8Array) => string[] {
  let kept: Uint8Array<ArrayBufferLike> = new Uint8Array(0);
  return (chunk) => {
    const all = new Uint8Array(kept.length + chunk.length);
    all.set(kept);
    all.set(chunk, kept.length);
    const found: string[] = [];
    let at = 0;
    for (;;) {
      const start = all.indexOf(START, at);
      if (start < 0) {
        kept = new Uint8Array(0);
        return found;
      }
      let end = all.indexOf(END[0]!, start);
      while (end >= 0 && end + 1 < all.length && all[end + 1] !== END[1]) end = all.indexOf(END[0]!, end + 1);
      if (end < 0 || end + 1 >= all.length) {
        kept = all.slice(start);
        if (kept.length > MOST_BYTES) throw new HisError('protocol', 'an HL7 message above 1 MiB');
        return found;
      }
      found.push(new TextDecoder().decode(all.subarray(start + 1, end)));
      at = end + 2;
    }
  };
}

export interface MllpClient {
  /** Sends a message and waits for the acknowledgement that names its control id. */
  send(message: string, controlId: string): Promise<Hl7Message>;
  close(): Promise<void>;
}

/** One connection, one message at a time as MLLP wants it; reconnects when the other side went away. */
export function mllpClient(options: {
  readonly host: string;
  readonly port: number;
  readonly timeoutMs?: number;
}): MllpClient {
  const { host, port, timeoutMs = 5000 } = options;
  let socket: Socket | undefined;
  let queue: Promise<unknown> = Promise.resolve();

  const open = (): Promise<Socket> =>
    new Promise((resolve, reject) => {
      if (socket !== undefined && !socket.destroyed) {
        resolve(socket);
        return;
      }
      const made = connect({ host, port, timeout: timeoutMs });
      const fail = (cause?: unknown): void => {
        made.destroy();
        reject(new HisError('unreachable', `no MLLP connection to ${host}:${port}`, { cause }));
      };
      made.once('error', fail);
      made.once('timeout', fail);
      made.once('connect', () => {
        made.off('error', fail);
        made.off('timeout', fail);
        made.setTimeout(0);
        // Its end is noticed by whoever waits on it, or at the next message.
        made.on('error', () => undefined);
        socket = made;
        resolve(made);
      });
    });

  async function exchange(message: string, controlId: string): Promise<Hl7Message> {
    const line = await open();
    return await new Promise<Hl7Message>((resolve, reject) => {
      const deframe = createDeframer();
      const timer = setTimeout(
        () => done(new HisError('unknown-outcome', `no acknowledgement of ${controlId}`)),
        timeoutMs,
      );
      const closed = (): void =>
        done(new HisError('unknown-outcome', `connection ended before ${controlId} was answered`));
      const data = (chunk: Buffer): void => {
        try {
          for (const text of deframe(chunk)) {
            const answer = parseHl7(text);
            // A late acknowledgement of an earlier message is not ours.
            if (field(answer, 'MSA', 2) === controlId) done(undefined, answer);
          }
        } catch (cause) {
          done(new HisError('protocol', 'the acknowledgement cannot be read', { cause }));
        }
      };
      const done = (error?: HisError, answer?: Hl7Message): void => {
        clearTimeout(timer);
        line.off('data', data);
        line.off('close', closed);
        if (answer !== undefined) {
          resolve(answer);
          return;
        }
        // What comes later on this line could be taken for the answer to the next message.
        line.destroy();
        reject(error!);
      };
      line.on('data', data);
      line.once('close', closed);
      line.write(frame(message));
    });
  }

  return {
    send(message, controlId) {
      const next = queue.then(() => exchange(message, controlId));
      queue = next.catch(() => undefined);
      return next;
    },
    async close() {
      await queue;
      socket?.destroy();
    },
  };
}
