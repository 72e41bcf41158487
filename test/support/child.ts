/** Child processes that tests start, kill and start again. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';

export interface Child {
  readonly pid: number;
  readonly alive: boolean;
  /** What it wrote on stderr, the last 20,000 characters. */
  readonly errors: string;
  kill(signal?: NodeJS.Signals): Promise<void>;
}

/** Runs a TypeScript file of the repository and resolves when it has printed a line beginning with `ready:`. */
export async function startChild(
  file: string,
  args: readonly string[],
  readyMs = 60_000,
): Promise<Child & { readonly ready: string }> {
  const child: ChildProcess = spawn(
    process.execPath,
    ['--conditions=source', '--disable-warning=ExperimentalWarning', file, ...args],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const reap = (): void => void child.kill('SIGKILL');
  process.once('exit', reap);
  let out = '';
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-20_000);
  });
  const ready = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${file} was not ready in time: ${errors}`)), readyMs);
    child.stdout?.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      const line = /^ready:\s*(.*)$/m.exec(out)?.[1];
      if (line === undefined) return;
      clearTimeout(timer);
      resolve(line);
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`${file} ended with ${code}: ${errors}`));
    });
  });
  return {
    ready,
    pid: child.pid ?? 0,
    get alive() {
      return child.exitCode === null && child.signalCode === null;
    },
    get errors() {
      return errors;
    },
    async kill(signal = 'SIGKILL') {
      process.off('exit', reap);
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.kill(signal);
      await gone;
    },
  };
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
