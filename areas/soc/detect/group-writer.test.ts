import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { createGroupWriter } from './group-writer.ts';
import type { GroupWriter, GroupWriterOptions } from './group-writer.ts';

/** A store that answers when it is told to. */
function slowStore() {
  const inserts: { token: string; bytes: number; answer: (error?: Error) => void }[] = [];
  const insert: NonNullable<GroupWriterOptions['insert']> = (_url, token, body) =>
    new Promise((resolve, reject) =>
      inserts.push({
        token,
        bytes: body.length,
        answer: (error) => (error === undefined ? resolve() : reject(error)),
      }),
    );
  return { inserts, insert };
}

const head = { tenant: 'cn.a', sourceId: 's', batch: '1', ingested: 1 };
function add(writer: GroupWriter, rows: number): Promise<string> {
  for (let seq = 0; seq < rows; seq += 1) writer.block.add(head, seq, 1, { message: 'x' }, undefined, undefined);
  return new Promise((resolve) => {
    writer.commit({ done: () => resolve('done'), failed: (error) => resolve(String(error)) });
  });
}
function open(store: ReturnType<typeof slowStore>, options: Partial<GroupWriterOptions> = {}): GroupWriter {
  return createGroupWriter({
    url: '',
    groupRows: 100,
    groupBytes: 1e9,
    groupMs: 20,
    insert: store.insert,
    ...options,
  });
}
async function until(done: () => boolean): Promise<void> {
  while (!done()) await sleep(2);
}
describe('createGroupWriter()', () => {
  it('writes what came together as one insert, and answers each when it is durable', async () => {
    const store = slowStore();
    const writer = open(store);
    const answers: string[] = [];
    for (const rows of [3, 4, 5]) void add(writer, rows).then((answer) => answers.push(answer));
    await until(() => store.inserts.length > 0);
    expect(writer.block.rows).toBe(0);
    await sleep(5);
    expect(answers).toEqual([]);
    store.inserts[0]?.answer();
    await until(() => answers.length === 3);
    expect(answers).toEqual(['done', 'done', 'done']);
    expect(store.inserts).toHaveLength(1);
  });

  it('tells every batch of a group that the store refused it, and none of another group', async () => {
    const store = slowStore();
    const writer = open(store);
    const first = [add(writer, 60), add(writer, 60)];
    const second = add(writer, 120);
    await until(() => store.inserts.length === 2);
    store.inserts[0]?.answer(new Error('full'));
    store.inserts[1]?.answer();
    expect(await Promise.all(first)).toEqual(['Error: full', 'Error: full']);
    expect(await second).toBe('done');
    expect(store.inserts[0]?.token).not.toBe(store.inserts[1]?.token);
  });

  it('while an insert is under way starts another only for a full group, and never a third', async () => {
    const store = slowStore();
    const writer = open(store);
    void add(writer, 1);
    await until(() => store.inserts.length === 1);
    void add(writer, 1);
    await sleep(80);
    expect(store.inserts).toHaveLength(1);
    void add(writer, 100);
    expect(store.inserts).toHaveLength(2);
    expect(writer.full).toBe(false);
    void add(writer, 100);
    await sleep(40);
    expect(store.inserts).toHaveLength(2);
    // The block is complete and nobody may add to it: whoever has more waits here.
    expect(writer.full).toBe(true);
    let waited = false;
    const room = writer.room().then(() => (waited = true));
    await sleep(5);
    expect(waited).toBe(false);
    store.inserts[0]?.answer();
    await room;
    expect(store.inserts).toHaveLength(3);
    expect(writer.full).toBe(false);
    await writer.room();
  });

  it('waits longer for a group that fills quickly, as long as more comes', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    try {
      const store = slowStore();
      const writer = open(store, { groupRows: 1e9, groupMs: 100, busyMs: 400 });
      for (let at = 0; at < 390; at += 10) {
        void add(writer, 600);
        await vi.advanceTimersByTimeAsync(10);
        expect(store.inserts).toHaveLength(0);
      }
      for (let at = 390; at < 460; at += 10) {
        void add(writer, 600);
        await vi.advanceTimersByTimeAsync(10);
      }
      expect(store.inserts).toHaveLength(1);
      store.inserts[0]?.answer();
      await vi.advanceTimersByTimeAsync(500);
      const { length } = store.inserts;
      for (const one of store.inserts) one.answer();
      await vi.advanceTimersByTimeAsync(0);
      // A group that filled quickly, and then nothing more: it does not wait the long time.
      void add(writer, 5000);
      await vi.advanceTimersByTimeAsync(90);
      expect(store.inserts).toHaveLength(length);
      await vi.advanceTimersByTimeAsync(70);
      expect(store.inserts).toHaveLength(length + 1);
    } finally {
      vi.useRealTimers();
    }
  });

  it('drained() writes what waits and resolves when all is answered', async () => {
    const store = slowStore();
    const writer = open(store, { groupMs: 60_000 });
    const answer = add(writer, 2);
    let drained = false;
    const draining = writer.drained().then(() => (drained = true));
    await until(() => store.inserts.length === 1);
    expect(drained).toBe(false);
    store.inserts[0]?.answer();
    await draining;
    expect(await answer).toBe('done');
    await writer.drained();
  });
});
