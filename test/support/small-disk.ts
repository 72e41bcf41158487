/** A file system of a chosen size for a test: tmpfs, where this process may mount one. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, statfsSync } from 'node:fs';

export interface SmallDisk {
  readonly dir: string;
  /** Leaves this many free bytes beyond what is used now. */
  leave(bytes: number): void;
  /** Gives it a size it will not fill. */
  enlarge(): void;
  readonly free: number;
  unmount(): void;
}

/** Undefined and a printed reason when mounting is not permitted. */
export function mountSmallDisk(dir: string): SmallDisk | undefined {
  mkdirSync(dir, { recursive: true });
  const mount = (...args: string[]): void => void execFileSync('mount', args, { stdio: 'pipe' });
  try {
    mount('-t', 'tmpfs', '-o', 'size=4g', 'tmpfs', dir);
  } catch (error) {
    console.log(`skipped: a file system of limited size cannot be mounted here (${String(error).split('\n', 1)[0]})`);
    return undefined;
  }
  const used = (): number => {
    const { blocks, bfree, bsize } = statfsSync(dir);
    return (blocks - bfree) * bsize;
  };
  return {
    dir,
    leave: (bytes) => mount('-o', `remount,size=${Math.ceil((used() + bytes) / 4096) * 4096}`, dir),
    enlarge: () => mount('-o', 'remount,size=4g', dir),
    get free() {
      const { bavail, bsize } = statfsSync(dir);
      return bavail * bsize;
    },
    unmount: () => void execFileSync('umount', ['-l', dir], { stdio: 'pipe' }),
  };
}
