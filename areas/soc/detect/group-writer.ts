/**
 * Group commit: rows of many batches go to the event store in one insert, as soon as the one before has been answered. Under light load a
 * group waits a moment for company (each insert costs the store a part on disk); under heavy load groups fill by themselves.
 */
import { randomUUID } from 'node:crypto';
import { insertNdjson } from '@xinglin/platform/events';
import { XinglinError } from '@xinglin/platform/kernel';

export interface GroupEntry {
  readonly rows: string;
  readonly count: number;
  /** Rows that were refused by the store one by one; the others are durable. */
  readonly done: (refused: number) => void;
  readonly failed: (error: unknown) => void;
}

export interface GroupWriter {
  add(entry: GroupEntry): void;
  /** Resolves when nothing is waiting or under way. */
  drained(): Promise<void>;
}

export interface GroupWriterOptions {
  readonly url: string;
  readonly groupRows: number;
  readonly groupBytes: number;
  readonly groupMs: number;
  /** Inserts at the same time. */
  readonly parallel?: number;
  readonly insert?: typeof insertNdjson;
  readonly onRefused?: (row: string, error: unknown) => void;
}

/** ClickHouse's complaints about a row's content. Anything else (disk full, memory, restart) is a reason to wait, never to drop. */
const ROW_ERRORS = new Set([6, 25, 26, 27, 32, 38, 41, 53, 69, 70, 72, 117, 130, 131, 321, 349, 441, 467, 675]);

function isRowError(error: unknown): boolean {
  return error instanceof XinglinError && error.code === 'events.rejected' && ROW_ERRORS.has(Number(error.params['code']));
}

export function createGroupWriter(options: GroupWriterOptions): GroupWriter {
  const { url, groupRows, groupBytes, groupMs, parallel = 2, insert = insertNdjson, onRefused } = options;
  let waiting: GroupEntry[] = [];
  let rows = 0;
  let bytes = 0;
  let timer: NodeJS.Timeout | undefined;
  let running = 0;
  let idle: (() => void)[] = [];

  function full(): boolean {
    return rows >= groupRows || bytes >= groupBytes;
  }

  function pump(due: boolean): void {
    if (waiting.length === 0 || running >= parallel) return;
    // While one insert is under way a second starts only for a full group: more parts would not make it faster.
    if (!full() && (!due || running > 0)) {
      timer ??= setTimeout(() => {
        timer = undefined;
        pump(true);
      }, groupMs);
      return;
    }
    clearTimeout(timer);
    timer = undefined;
    const group = waiting;
    waiting = [];
    rows = 0;
    bytes = 0;
    running += 1;
    void write(group).finally(() => {
      running -= 1;
      if (waiting.length > 0) pump(true);
      else if (running === 0) {
        for (const resolve of idle) resolve();
        idle = [];
      }
    });
  }

  async function write(group: readonly GroupEntry[]): Promise<void> {
    try {
      await insert(url, randomUUID(), Buffer.from(group.map((entry) => entry.rows).join(''), 'utf8'));
      for (const entry of group) entry.done(0);
    } catch (error) {
      if (isRowError(error)) {
        for (const entry of group) await writeApart(entry);
      } else for (const entry of group) entry.failed(error);
    }
  }

  /** The store refused a group because of some row: find it by halving, write the rest, count it. */
  async function writeApart(entry: GroupEntry): Promise<void> {
    try {
      entry.done(await halve(entry.rows.split('\n').filter((row) => row !== '')));
    } catch (error) {
      entry.failed(error);
    }
  }

  async function halve(lines: readonly string[]): Promise<number> {
    try {
      await insert(url, randomUUID(), Buffer.from(lines.join('\n'), 'utf8'));
      return 0;
    } catch (error) {
      if (!isRowError(error)) throw error;
      if (lines.length <= 1) {
        onRefused?.(lines[0] ?? '', error);
        return lines.length;
      }
      const middle = lines.length >> 1;
      return (await halve(lines.slice(0, middle))) + (await halve(lines.slice(middle)));
    }
  }

  return {
    add(entry) {
      waiting.push(entry);
      rows += entry.count;
      bytes += entry.rows.length;
      pump(false);
    },
    async drained() {
      if (running === 0 && waiting.length === 0) return;
      const done = new Promise<void>((resolve) => idle.push(resolve));
      pump(true);
      await done;
    },
  };
}
