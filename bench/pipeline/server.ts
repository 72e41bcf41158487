import { fork } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export interface BenchServer {
  readonly url: string;
  readonly pid: number;
  ask<T>(question: 'count' | 'disk' | 'latencies' | 'waiting'): Promise<T>;
  stop(): Promise<void>;
}

export async function startBenchServer(data: string, syslogPort: number): Promise<BenchServer> {
  const child = fork(join(import.meta.dirname, 'server-child.ts'), [data, String(syslogPort)], {
    execArgv: ['--conditions=source', '--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  process.once('exit', () => void child.kill('SIGKILL'));
  const waiting = new Map<number, (value: never) => void>();
  let next = 1;
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
    child.on('message', (message: { ready?: boolean; url?: string; id?: number; value?: never }) => {
      if (message.ready === true) resolve(message.url ?? '');
      else if (message.id !== undefined) {
        waiting.get(message.id)?.(message.value as never);
        waiting.delete(message.id);
      }
    });
  });
  return {
    url,
    pid: child.pid ?? 0,
    ask<T>(ask: string) {
      return new Promise<T>((resolve) => {
        const id = next++;
        waiting.set(id, resolve as (value: never) => void);
        child.send({ id, ask });
      });
    },
    async stop() {
      const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.kill('SIGTERM');
      await gone;
    },
  };
}

interface Process {
  readonly pid: number;
  /** `server`, or the name of an engine's child. */
  readonly name: string;
}

/** A process and all its descendants. */
function family(root: number): Process[] {
  const found: Process[] = [];
  const queue = [root];
  for (let pid = queue.pop(); pid !== undefined; pid = queue.pop()) {
    try {
      const engine = /(chdb|pglite)-child/.exec(readFileSync(`/proc/${pid}/cmdline`, 'utf8'))?.[1];
      found.push({ pid, name: engine ?? 'server' });
      for (const thread of readdirSync(`/proc/${pid}/task`))
        queue.push(
          ...readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number),
        );
    } catch {
      // Gone meanwhile.
    }
  }
  return found;
}

/** Resident bytes by process. */
export function residentBytes(root: number): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { pid, name } of family(root)) {
    try {
      const kilobytes = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
      sums[name] = (sums[name] ?? 0) + kilobytes * 1024;
    } catch {
      // Gone meanwhile.
    }
  }
  return sums;
}

/** What a thread of a process does, by the name it has on Linux. */
function stageOf(process: string, thread: string, isMain: boolean): string {
  if (process === 'pglite') return 'state: PGlite';
  if (process === 'chdb') {
    if (thread === 'MergeMutate') return 'store: merges';
    return /ThreadPool|QueryP|Pipeline|Background|BgSch/.test(thread) ? 'store: inserts' : 'store: receiving';
  }
  if (isMain) return 'main thread: sockets, correlation, dispatch';
  return thread.startsWith('xinglin-pipeli') ? 'workers: parse, detect, block' : 'server: garbage collection, compiler';
}

/** CPU seconds used so far, by stage. */
export function cpuSeconds(root: number): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { pid, name } of family(root)) {
    let threads: string[] = [];
    try {
      threads = readdirSync(`/proc/${pid}/task`);
    } catch {
      // Gone meanwhile.
    }
    for (const thread of threads) {
      try {
        const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
        const fields = stat.replace(/^.*\)/s, '').trim().split(' ');
        const stage = stageOf(name, /\((.*)\)/s.exec(stat)?.[1] ?? '', thread === String(pid));
        sums[stage] = (sums[stage] ?? 0) + (Number(fields[11]) + Number(fields[12])) / 100;
      } catch {
        // Gone meanwhile.
      }
    }
  }
  return sums;
}

export function total(sums: Readonly<Record<string, number>>): number {
  return Object.values(sums).reduce((sum, one) => sum + one, 0);
}
