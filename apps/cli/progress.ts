import { SingleBar } from 'cli-progress';

export interface Progress {
  update(value: number, remark?: string): void;
  done(): void;
}

/** Plain lines at most this often when nobody looks at a terminal. */
const LINE_MS = 5_000;

/**
 * Progress of long work on stderr: a bar on a terminal, else now and then a plain line; nothing with `--json`.
 * `total` 0 = not known.
 */
export function startProgress(
  label: string,
  total: number,
  options: { json: boolean; unit?: string; stream?: NodeJS.WriteStream },
): Progress {
  const { json, unit = '', stream = process.stderr } = options;
  if (json) return { update: () => undefined, done: () => undefined };
  if (stream.isTTY && total > 0) {
    const bar = new SingleBar({
      format: `${label} {bar} {percentage}% {remark}`,
      stream,
      hideCursor: true,
      barsize: 30,
      fps: 8,
      linewrap: false,
    });
    bar.start(total, 0, { remark: '' });
    return {
      update: (value, remark = '') => bar.update(Math.min(value, total), { remark }),
      done: () => bar.stop(),
    };
  }
  let last = 0;
  return {
    update(value, remark = '') {
      const now = Date.now();
      if (now - last < LINE_MS) return;
      last = now;
      const share = total > 0 ? `${Math.floor((value / total) * 100)}%` : `${value}${unit}`;
      stream.write(`${label} ${share}${remark === '' ? '' : ` ${remark}`}\n`);
    },
    done: () => undefined,
  };
}
