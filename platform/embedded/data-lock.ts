import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { XinglinError } from '../kernel/errors.ts';
import './errors.ts';

const LOCK_FILE = 'xinglin.lock';

/**
 * One process per data directory. The lock names the process by pid and, on Linux, its start time, so a lock left by a
 * killed process is stale even when its pid was given to another program. A live holder is waited for up to `waitMs`
 * (an orphan of a killed server needs a moment to notice), then `embedded.locked` is thrown.
 *
 * @returns releases the lock
 */
export async function lockDataDir(dir: string, waitMs = 8000): Promise<() => void> {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const file = join(dir, LOCK_FILE);
  const mine = `${process.pid} ${startTime(process.pid)}`;
  const deadline = Date.now() + waitMs;
  for (;;) {
    try {
      writeFileSync(file, mine, { flag: 'wx', mode: 0o600 });
      return () => release(file, mine);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = liveHolder(file);
    if (holder === undefined) {
      // Stale: the next writer wins the `wx` race; the loser sees a live holder.
      rmSync(file, { force: true });
    } else if (Date.now() >= deadline) {
      throw new XinglinError('embedded.locked', { dir, pid: holder });
    } else {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

function liveHolder(file: string): number | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  const [pidText = '', started = ''] = text.split(' ');
  const pid = Number(pidText);
  // An empty file is a holder between create and write; its writer is alive or about to be found stale.
  if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid)) return undefined;
  return started === startTime(pid) ? pid : undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Start time in clock ticks since boot (field 22 of /proc/pid/stat), '' where there is no /proc. A zombie counts as gone. */
function startTime(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? 'zombie' : (fields[19] ?? '');
  } catch {
    return '';
  }
}

function release(file: string, mine: string): void {
  try {
    if (readFileSync(file, 'utf8') === mine) rmSync(file, { force: true });
  } catch {
    // Already gone: nothing is held.
  }
}
