/** What one piece of work does in a second of CPU time. */
export interface Measured {
  readonly lines: number;
  readonly perSecond: number;
}

/**
 * Runs `work` over the inputs for `seconds` of CPU time, after a third of that (at least 0.4 s) to warm up. CPU time, not wall time: the machine may be
 * busy with other things.
 */
export function measure(inputs: readonly string[], work: (input: string) => unknown, seconds: number): Measured {
  let sink = 0;
  const loop = (limit: number): Measured => {
    const start = process.cpuUsage();
    let done = 0;
    let used = 0;
    while (used < limit) {
      for (const input of inputs) if (work(input) !== undefined) sink++;
      done += inputs.length;
      const { user, system } = process.cpuUsage(start);
      used = (user + system) / 1e6;
    }
    return { lines: done, perSecond: Math.round(done / used) };
  };
  loop(Math.max(seconds / 3, 0.4));
  const result = loop(seconds);
  if (sink < 0) throw new Error('unreachable: keeps the work alive');
  return result;
}
