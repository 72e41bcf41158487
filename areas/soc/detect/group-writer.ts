/**
 * Group commit: rows of many batches go to the event store in one block, as soon as the one before has been answered. Under light load a
 * group waits a moment for company (each insert costs the store a part on disk); under heavy load groups fill by themselves.
 */
import { randomUUID } from 'node:crypto';
import { EVENT_COLUMNS, insertNdjson } from '@xinglin/platform/events';
import { createEventBlock } from '../normalize/event-block.ts';
import type { EventBlock } from '../normalize/event-block.ts';

/** A batch whose rows are in the block. */
export interface GroupEntry {
  /** The rows are durable. */
  readonly done: () => void;
  /** The store is away, full or refuses; none of the group's rows were taken, as far as anyone can tell. */
  readonly failed: (error: unknown) => void;
}

export interface GroupWriter {
  /** Where the rows of the next batch go; `commit` must follow in the same turn. */
  readonly block: EventBlock;
  commit(entry: GroupEntry): void;
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
}

/** The columns by name: a column added by a later migration gets its default. */
const TABLE = `events (${EVENT_COLUMNS.map(({ column }) => column).join(', ')})`;

export function createGroupWriter(options: GroupWriterOptions): GroupWriter {
  const { url, groupRows, groupBytes, groupMs, parallel = 2, insert = insertNdjson } = options;
  let block = createEventBlock();
  let waiting: GroupEntry[] = [];
  let timer: NodeJS.Timeout | undefined;
  let running = 0;
  let idle: (() => void)[] = [];

  function pump(due: boolean): void {
    if (waiting.length === 0 || running >= parallel) return;
    const full = block.rows >= groupRows || block.size >= groupBytes;
    // While one insert is under way a second starts only for a full group: more parts would not make it faster.
    if (!full && (!due || running > 0)) {
      timer ??= setTimeout(() => {
        timer = undefined;
        pump(true);
      }, groupMs);
      return;
    }
    clearTimeout(timer);
    timer = undefined;
    const group = waiting;
    const body = block.finish();
    waiting = [];
    block = createEventBlock();
    running += 1;
    void write(group, body).finally(() => {
      running -= 1;
      if (waiting.length > 0) pump(true);
      else if (running === 0) {
        for (const resolve of idle) resolve();
        idle = [];
      }
    });
  }

  async function write(group: readonly GroupEntry[], body: Buffer<ArrayBuffer>): Promise<void> {
    try {
      await insert(url, randomUUID(), body, { format: 'Native', table: TABLE });
      for (const entry of group) entry.done();
    } catch (error) {
      for (const entry of group) entry.failed(error);
    }
  }

  return {
    get block() {
      return block;
    },
    commit(entry) {
      waiting.push(entry);
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
