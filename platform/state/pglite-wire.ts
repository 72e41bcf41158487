import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';

/**
 * The PostgreSQL protocol (v3) in front of PGlite's single backend.
 *
 * `@electric-sql/pglite-socket` queues message by message, so outside a transaction the Parse of one connection can meet
 * the Bind of another (both use the unnamed statement), and an engine error leaves its queue stuck. Here a connection
 * holds the backend from the first message of an exchange until the backend says "ready, idle" (ReadyForQuery 'I').
 */
export interface WireBackend {
  /** Feeds one frontend message; `onData` gets the backend's bytes before the promise resolves. A rejection is fatal to the engine. */
  exec(message: Uint8Array, onData: (bytes: Uint8Array) => void): Promise<void>;
}

export interface WireServerOptions {
  readonly backend: WireBackend;
  readonly socketPath: string;
  /** Sent to each client at start, e.g. `server_version`. */
  readonly parameters: Readonly<Record<string, string>>;
  /** A connection that keeps a transaction open without a word this long, while others wait, is cut and rolled back. */
  readonly idleInTransactionMs?: number;
  readonly onFatal: (error: unknown) => void;
}

export interface WireServer {
  /** True while no connection holds the backend. */
  readonly idle: boolean;
  /** Runs `work` with the backend to itself, between exchanges of the connections. */
  exclusive<T>(work: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

const SSL_REQUEST = 80877103;
const GSS_REQUEST = 80877104;
const CANCEL_REQUEST = 80877102;
const PROTOCOL_3 = 3;
const SYNC = Uint8Array.of(0x53, 0, 0, 0, 4);
const READY_FOR_QUERY = 0x5a;
const MAX_MESSAGE_BYTES = 256 * 1024 * 1024;

export async function serveWire(options: WireServerOptions): Promise<WireServer> {
  const lock = createLock();
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    handleConnection(socket, options, lock);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.socketPath, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    get idle() {
      return !lock.held;
    },
    async exclusive(work) {
      const release = await lock.acquire();
      try {
        return await work();
      } finally {
        release();
      }
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      // An exchange under way may finish; whoever waits behind it is cut.
      const release = await Promise.race([lock.acquire(), delay(5000)]);
      for (const socket of sockets) socket.destroy();
      await closed;
      release?.();
    },
  };
}

interface Lock {
  readonly held: boolean;
  readonly waiting: number;
  acquire(): Promise<() => void>;
}

function createLock(): Lock {
  let held = false;
  const queue: (() => void)[] = [];
  const release = (): void => {
    const next = queue.shift();
    if (next === undefined) held = false;
    else next();
  };
  const once = (): (() => void) => {
    let done = false;
    return () => {
      if (done) return;
      done = true;
      release();
    };
  };
  return {
    get held() {
      return held;
    },
    get waiting() {
      return queue.length;
    },
    acquire() {
      if (!held) {
        held = true;
        return Promise.resolve(once());
      }
      return new Promise((resolve) => queue.push(() => resolve(once())));
    },
  };
}

function handleConnection(socket: Socket, options: WireServerOptions, lock: Lock): void {
  const idleInTransactionMs = options.idleInTransactionMs ?? 60_000;
  let pending: Buffer = Buffer.alloc(0);
  let started = false;
  let release: (() => void) | undefined;
  let status = 'I';
  let working = false;
  let closed = false;
  let lastWord = Date.now();

  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    lastWord = Date.now();
    if (!working) void pump();
  });
  const watch = setInterval(
    () => {
      if (release !== undefined && !working && lock.waiting > 0 && Date.now() - lastWord > idleInTransactionMs)
        socket.destroy();
    },
    Math.min(5000, idleInTransactionMs),
  );
  watch.unref();
  socket.on('close', () => {
    closed = true;
    clearInterval(watch);
    if (!working) void abandon();
  });

  async function pump(): Promise<void> {
    working = true;
    try {
      for (;;) {
        if (closed) break;
        const message = started ? nextMessage() : nextStartup();
        if (message === undefined) break;
        if (message.length > 0) await relay(message);
      }
    } catch (error) {
      options.onFatal(error);
      return;
    } finally {
      working = false;
    }
    if (closed) await abandon();
  }

  /** Untyped messages before the session begins; answered here, so the backend never sees a second start. */
  function nextStartup(): Uint8Array | undefined {
    if (pending.length < 8) return undefined;
    const length = pending.readInt32BE(0);
    if (length < 8 || length > 10_000) {
      socket.destroy();
      return undefined;
    }
    if (pending.length < length) return undefined;
    const code = pending.readInt32BE(4);
    pending = pending.subarray(length);
    if (code === SSL_REQUEST || code === GSS_REQUEST) {
      socket.write('N');
    } else if (code === CANCEL_REQUEST) {
      // One backend runs to the end of its statement; there is nobody to signal.
      socket.end();
    } else if (code >> 16 === PROTOCOL_3) {
      started = true;
      socket.write(welcome(options.parameters));
    } else {
      socket.end();
    }
    return new Uint8Array(0);
  }

  function nextMessage(): Uint8Array | undefined {
    if (pending.length < 5) return undefined;
    const length = 1 + pending.readInt32BE(1);
    if (length < 5 || length > MAX_MESSAGE_BYTES) {
      socket.destroy();
      return undefined;
    }
    if (pending.length < length) return undefined;
    const message = pending.subarray(0, length);
    pending = pending.subarray(length);
    // Terminate ends the connection, not the only backend.
    if (message[0] === 0x58) {
      socket.end();
      return new Uint8Array(0);
    }
    return new Uint8Array(message);
  }

  async function relay(message: Uint8Array): Promise<void> {
    if (isCopyIn(message)) {
      socket.end(refusal('0A000', 'COPY FROM STDIN is not supported by the embedded engine; use INSERT'));
      return;
    }
    release ??= await lock.acquire();
    if (closed) return;
    status = await feed(message, (bytes) => {
      if (!closed) socket.write(bytes);
    });
    lastWord = Date.now();
    if (status === 'I') letGo();
  }

  /** @returns the transaction status of the last ReadyForQuery, or '' when the exchange goes on */
  async function feed(message: Uint8Array, onData: (bytes: Uint8Array) => void): Promise<string> {
    const scan = createReadyScanner();
    await options.backend.exec(message, (bytes) => {
      const copy = Buffer.from(bytes);
      scan.push(copy);
      onData(copy);
    });
    return scan.status;
  }

  /** The client is gone: whatever it left open is rolled back before the next connection gets the backend. */
  async function abandon(): Promise<void> {
    if (release === undefined) return;
    working = true;
    try {
      const left = await feed(SYNC, () => {});
      if (left !== 'I') await feed(simpleQuery('ROLLBACK'), () => {});
      letGo();
    } catch (error) {
      options.onFatal(error);
    }
  }

  function letGo(): void {
    release?.();
    release = undefined;
  }
}

/** Follows backend messages across chunk borders and remembers the status byte of the last ReadyForQuery, '' if any message followed it. */
function createReadyScanner(): { push(bytes: Buffer): void; readonly status: string } {
  let rest: Buffer = Buffer.alloc(0);
  let skip = 0;
  let status = '';
  return {
    get status() {
      return status;
    },
    push(bytes) {
      let data = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
      rest = Buffer.alloc(0);
      if (skip > 0) {
        const step = Math.min(skip, data.length);
        skip -= step;
        data = data.subarray(step);
      }
      while (data.length > 0) {
        if (data.length < 6 && (data.length < 5 || data[0] === READY_FOR_QUERY)) {
          rest = data;
          return;
        }
        const length = 1 + data.readInt32BE(1);
        status = data[0] === READY_FOR_QUERY ? String.fromCharCode(data[5] ?? 0x49) : '';
        if (length > data.length) {
          skip = length - data.length;
          return;
        }
        data = data.subarray(length);
      }
    },
  };
}

function welcome(parameters: Readonly<Record<string, string>>): Buffer {
  return Buffer.concat([
    withLength('R', int32(0)),
    ...Object.entries(parameters).map(([name, value]) => withLength('S', Buffer.from(`${name}\0${value}\0`))),
    withLength('K', Buffer.concat([int32(process.pid), int32(0)])),
    withLength('Z', Buffer.from('I')),
  ]);
}

/**
 * PGlite waits inside the engine for the rows of COPY FROM STDIN, while they are still on their way: everything would stand
 * still for ever. A text that only mentions it is refused as well, which costs nobody anything.
 */
function isCopyIn(message: Uint8Array): boolean {
  if (message[0] !== 0x51 && message[0] !== 0x50) return false;
  const text = Buffer.from(message.buffer, message.byteOffset + 5, Math.min(message.length - 5, 10_000)).toString(
    'latin1',
  );
  return /(^|[\0;]|\s)copy\s[^;']*?\sfrom\s+stdin\b/i.test(text);
}

function refusal(code: string, text: string): Buffer {
  return withLength('E', Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${text}\0\0`));
}

function simpleQuery(sql: string): Buffer {
  return withLength('Q', Buffer.from(`${sql}\0`));
}

function withLength(type: string, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function delay(ms: number): Promise<undefined> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(undefined), ms).unref();
  });
}
