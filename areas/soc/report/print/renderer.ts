import { Worker } from 'node:worker_threads';
import { XinglinError } from '@xinglin/platform/kernel';
import type { Logger } from '@xinglin/platform/kernel';
import type { RenderJob, RenderReply, RenderRequest } from './render-worker.ts';

/** Turns documents into files on a thread of its own: laying out takes seconds and would stop every request. */
export interface Renderer {
  render(job: RenderJob): Promise<Uint8Array>;
  close(): Promise<void>;
}

export interface RendererOptions {
  readonly log: Logger;
  /** A document that takes longer is given up, and the thread with it; default 120 s. */
  readonly timeoutMs?: number;
  /** An idle thread keeps its fonts loaded for this long; default 60 s. */
  readonly idleMs?: number;
}

interface Waiting {
  readonly job: RenderJob;
  readonly resolve: (bytes: Uint8Array) => void;
  readonly reject: (error: Error) => void;
}

/** One thread, one document at a time, in the order asked for. */
export function createRenderer({ log, timeoutMs = 120_000, idleMs = 60_000 }: RendererOptions): Renderer {
  const queue: Waiting[] = [];
  let worker: Worker | undefined;
  let current: Waiting | undefined;
  let sequence = 0;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const unavailable = (cause: unknown): XinglinError =>
    new XinglinError('internal.unavailable', { what: '文档生成 / document rendering' }, { cause });

  function settle(): Waiting | undefined {
    const done = current;
    current = undefined;
    clearTimeout(timer);
    timer = undefined;
    return done;
  }

  function retire(): void {
    const old = worker;
    worker = undefined;
    void old?.terminate();
  }

  function next(): void {
    if (current !== undefined) return;
    current = queue.shift();
    if (current === undefined) {
      clearTimeout(timer);
      timer = setTimeout(retire, idleMs);
      timer.unref();
      return;
    }
    worker ??= start();
    clearTimeout(timer);
    timer = setTimeout(() => {
      const late = settle();
      retire();
      log.error({ timeoutMs }, 'rendering took too long');
      late?.reject(unavailable(new Error(`rendering took longer than ${timeoutMs} ms`)));
      next();
    }, timeoutMs);
    sequence += 1;
    worker.postMessage({ id: sequence, job: current.job } satisfies RenderRequest);
  }

  function start(): Worker {
    const file = new URL(`./render-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);
    const started = new Worker(file, {
      execArgv: ['--conditions=source'],
      resourceLimits: { maxOldGenerationSizeMb: 1024 },
    });
    started.unref();
    started.on('message', (reply: RenderReply) => {
      if (started !== worker || reply.id !== sequence) return;
      const done = settle();
      if ('bytes' in reply) done?.resolve(reply.bytes);
      else {
        log.error({ detail: reply.error }, 'rendering failed');
        done?.reject(unavailable(new Error(reply.error)));
      }
      next();
    });
    const fail = (error: unknown): void => {
      if (started !== worker) return;
      worker = undefined;
      const lost = settle();
      if (lost !== undefined) log.error({ err: error }, 'render thread ended');
      lost?.reject(unavailable(error));
      if (!closed) next();
    };
    started.on('error', fail);
    started.on('exit', (code) => fail(new Error(`render thread ended with ${code}`)));
    return started;
  }

  return {
    render(job) {
      if (closed) return Promise.reject(unavailable(new Error('closed')));
      return new Promise((resolve, reject) => {
        queue.push({ job, resolve, reject });
        next();
      });
    },
    async close() {
      closed = true;
      for (const waiting of queue.splice(0)) waiting.reject(unavailable(new Error('closing')));
      settle()?.reject(unavailable(new Error('closing')));
      const old = worker;
      worker = undefined;
      await old?.terminate();
    },
  };
}
