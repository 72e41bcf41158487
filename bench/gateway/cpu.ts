import { readFileSync, readdirSync } from 'node:fs';

const TICKS_PER_SECOND = 100;

/** CPU seconds (user and kernel) a process and its children have used, from /proc. */
export function cpuSeconds(pid: number): number {
  let sum = 0;
  for (const id of family(pid)) {
    const fields = stat(id);
    if (fields !== undefined) sum += (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  }
  return sum;
}

/** Resident memory of a process and its children, MB. */
export function rssMegabytes(pid: number): number {
  let pages = 0;
  for (const id of family(pid)) {
    const fields = stat(id);
    if (fields !== undefined) pages += Number(fields[21]);
  }
  return (pages * 4096) / 1_048_576;
}

/** Fields of /proc/PID/stat after the name, which may itself contain blanks. */
function stat(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

function family(pid: number): number[] {
  const found = [pid];
  for (const task of safe(() => readdirSync(`/proc/${pid}/task`))) {
    const children = safe(() => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' '));
    for (const child of children) if (child !== '') found.push(...family(Number(child)));
  }
  return found;
}

function safe(work: () => string[]): string[] {
  try {
    return work();
  } catch {
    return [];
  }
}
