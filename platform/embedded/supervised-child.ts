import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { XinglinError } from '../kernel/errors.ts';
import './errors.ts';
import type { EngineLog } from './log.ts';

/** What a child tells its supervisor: `ready` with what it listens on, or why it cannot start. */
export type ChildMessage<Ready> =
  | { readonly type: 'ready'; readonly ready: Ready }
  | { readonly type: 'fatal'; readonly code: string; readonly params: Readonly<Record<string, string | number>> };

export type SupervisorMessage<Config> = { readonly type: 'start'; readonly config: Config } | { readonly type: 'stop' };

export interface SupervisedChildOptions<Config, Ready> {
  /** For logs and errors, e.g. `pglite`. */
  readonly name: string;
  readonly script: URL;
  /** The configuration of the next start; gets what the previous run listened on, so that its address stays the same. */
  readonly config: (previous: Ready | undefined) => Config;
  readonly log: EngineLog;
  readonly env?: Readonly<Record<string, string>>;
  /** First start may initialise a database; longer than this and it is given up. */
  readonly startTimeoutMs?: number;
  readonly stopTimeoutMs?: number;
}

export interface SupervisedChild<Ready> {
  readonly ready: Ready;
  /** Process id of the current run; undefined between runs. */
  readonly pid: number | undefined;
  /** How often the child was started again after it ended unasked. */
  readonly restarts: number;
  stop(): Promise<void>;
}

const BACKOFF_MIN_MS = 50;
const BACKOFF_MAX_MS = 5000;
const STABLE_AFTER_MS = 30_000;

/**
 * Runs an engine in its own process and starts it again when it ends unasked. The child ends by itself when this process
 * dies (its IPC channel closes). The first start must succeed; later ones are tried for as long as the platform runs.
 */
export async function superviseChild<Config, Ready>(
  options: SupervisedChildOptions<Config, Ready>,
): Promise<SupervisedChild<Ready>> {
  const { name, log } = options;
  let child: ChildProcess | undefined;
  let ready: Ready | undefined;
  let restarts = 0;
  let stopping = false;
  let backoff = BACKOFF_MIN_MS;
  let retryTimer: NodeJS.Timeout | undefined;

  const start = (): Promise<Ready> =>
    new Promise<Ready>((resolve, reject) => {
      const startedAt = Date.now();
      const current = fork(fileURLToPath(options.script), [], {
        execArgv: ['--conditions=source', '--no-warnings'],
        env: { ...process.env, NODE_OPTIONS: '', ...options.env },
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
        serialization: 'advanced',
      });
      child = current;
      let tail = '';
      let isReady = false;
      const keepTail = (chunk: Buffer): void => {
        tail = (tail + chunk.toString('utf8')).slice(-2000);
      };
      for (const stream of [current.stdout, current.stderr]) stream?.on('data', keepTail).on('error', () => {});
      const timer = setTimeout(() => current.kill('SIGKILL'), options.startTimeoutMs ?? 120_000);
      let fatal: XinglinError | undefined;
      current.on('message', (message: ChildMessage<Ready>) => {
        if (message.type === 'ready') {
          isReady = true;
          clearTimeout(timer);
          ready = message.ready;
          log.info({ engine: name, pid: current.pid, ms: Date.now() - startedAt }, 'embedded engine is up');
          resolve(message.ready);
        } else {
          fatal = new XinglinError(message.code, message.params);
        }
      });
      current.on('error', (error) => {
        fatal ??= new XinglinError('embedded.start_failed', { engine: name, reason: error.message }, { cause: error });
      });
      current.on('close', (code, signal) => {
        clearTimeout(timer);
        if (child === current) child = undefined;
        if (!isReady) {
          reject(
            fatal ?? new XinglinError('embedded.start_failed', { engine: name, reason: reasonOf(code, signal, tail) }),
          );
          return;
        }
        if (stopping) return;
        if (Date.now() - startedAt > STABLE_AFTER_MS) backoff = BACKOFF_MIN_MS;
        log.error({ engine: name, code, signal, output: tail }, 'embedded engine ended; starting it again');
        again();
      });
      const message: SupervisorMessage<Config> = { type: 'start', config: options.config(ready) };
      current.send(message, (error) => {
        if (error !== null) keepTail(Buffer.from(String(error)));
      });
    });

  const again = (): void => {
    if (stopping) return;
    retryTimer = setTimeout(() => {
      restarts += 1;
      start().catch((error: unknown) => {
        log.error({ engine: name, err: error, nextMs: backoff }, 'embedded engine did not start; trying again');
        again();
      });
    }, backoff);
    backoff = Math.min(backoff * 2, BACKOFF_MAX_MS);
  };

  await start();

  return {
    get ready() {
      if (ready === undefined) throw new XinglinError('internal.unavailable', { what: name });
      return ready;
    },
    get pid() {
      return child?.pid;
    },
    get restarts() {
      return restarts;
    },
    async stop() {
      stopping = true;
      clearTimeout(retryTimer);
      const current = child;
      if (current === undefined || current.exitCode !== null) return;
      const ended = new Promise<void>((resolve) => current.once('close', () => resolve()));
      const timer = setTimeout(() => current.kill('SIGKILL'), options.stopTimeoutMs ?? 20_000);
      const message: SupervisorMessage<Config> = { type: 'stop' };
      current.send(message, () => {});
      await ended;
      clearTimeout(timer);
    },
  };
}

function reasonOf(code: number | null, signal: NodeJS.Signals | null, tail: string): string {
  const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
  return tail === '' ? how : `${how}: ${tail.trim()}`;
}
