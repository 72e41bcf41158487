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

/** Resident bytes of a process and all its descendants. */
export function residentBytes(root: number): number {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const parent = Number(readFileSync(`/proc/${name}/stat`, 'utf8').replace(/^.*\)/s, '').trim().split(' ')[1]);
      children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
    } catch {
      // Gone meanwhile.
    }
  }
  const sum = (pid: number): number => {
    let own = 0;
    try {
      own = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
    } catch {
      // Gone meanwhile.
    }
    return (children.get(pid) ?? []).reduce((total, child) => total + sum(child), own);
  };
  return sum(root);
}

/** CPU seconds used by a process and all its descendants. */
export function cpuSeconds(root: number): number {
  let total = 0;
  const queue = [root];
  for (let pid = queue.pop(); pid !== undefined; pid = queue.pop()) {
    try {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\)/s, '').trim().split(' ');
      total += (Number(fields[11]) + Number(fields[12])) / 100;
      for (const thread of readdirSync(`/proc/${pid}/task`))
        queue.push(
          ...readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number),
        );
    } catch {
      // Gone meanwhile.
    }
  }
  return total;
}
