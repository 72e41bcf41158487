/**
 * kill -9 of the embedded engines under load: nothing acknowledged is lost, nothing is there twice.
 * A few rounds in the suite; `XINGLIN_FAULT_ROUNDS=50` for the full run.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemActor } from '@xinglin/platform/access';
import { openEvents } from '@xinglin/platform/events';
import { openState, verifyAudit } from '@xinglin/platform/state';
import { sql } from 'kysely';
import { afterEach, expect, test } from 'vitest';

const ROUNDS = Number(process.env.XINGLIN_FAULT_ROUNDS ?? 3);
const TIMEOUT = 60_000 + ROUNDS * 30_000;
const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function tempDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'xinglin-fault-'));
  cleanups.push(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

/** Kills the engine again and again while `work` runs: each life must get something done first, then ends at another moment. */
async function killWhile(
  pid: () => number | undefined,
  done: () => number,
  work: (stopped: () => boolean) => Promise<void>,
): Promise<void> {
  let stopped = false;
  const working = work(() => stopped);
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = done();
    await waitFor(() => (done() > before + 2 ? true : undefined));
    await sleep((round * 37) % 400);
    const victim = await waitFor(pid);
    process.kill(victim, 'SIGKILL');
    // The next life has another process id.
    await waitFor(() => (pid() === victim ? undefined : pid()));
  }
  await sleep(300);
  stopped = true;
  await working;
}

async function waitFor<T>(read: () => T | undefined): Promise<T> {
  for (;;) {
    const value = read();
    if (value !== undefined) return value;
    await sleep(20);
  }
}

test(
  `state: ${ROUNDS} kills lose no acknowledged transaction and break no audit chain`,
  { timeout: TIMEOUT },
  async () => {
    const state = await openState({ dataDir: await tempDir(), waitMs: 120_000 });
    cleanups.push(() => state.close());
    await sql`create table load (worker int, n int, primary key (worker, n))`.execute(state.owner);
    await sql`select xinglin_share('load', true)`.execute(state.owner);
    const actor = systemActor('load');
    const acknowledged: string[] = [];
    let unknown = 0;
    await killWhile(
      () => state.pid,
      () => acknowledged.length,
      async (stopped) => {
        await Promise.all(
          [0, 1, 2].map(async (worker) => {
            for (let n = 0; !stopped(); n += 1) {
              try {
                await state.write(actor, 'asset:write', async (tx, audit) => {
                  await sql`insert into load values (${worker}, ${n})`.execute(tx);
                  await audit({
                    action: 'load.add',
                    tenant: 'cn',
                    objectType: 'load',
                    objectId: `${worker}-${n}`,
                    summary: '',
                  });
                });
                acknowledged.push(`${worker}-${n}`);
              } catch (error) {
                expect(error).toMatchObject({ code: 'internal.unavailable' });
                unknown += 1;
              }
            }
          }),
        );
      },
    );
    const rows = await sql<{ id: string }>`select worker || '-' || n as id from load`.execute(state.owner);
    const stored = new Set(rows.rows.map((row) => row.id));
    expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
    expect(stored.size).toBeLessThanOrEqual(acknowledged.length + unknown);
    expect(acknowledged.length).toBeGreaterThan(ROUNDS);
    // Each row came with its audit record or not at all.
    const audited = await sql<{ id: string }>`select object_id as id from audit_log where object_type = 'load'`.execute(
      state.owner,
    );
    expect(audited.rows.map((row) => row.id).toSorted()).toEqual([...stored].toSorted());
    expect((await verifyAudit(state)).broken).toBeUndefined();
    console.log(
      `state: ${ROUNDS} kills, ${acknowledged.length} acknowledged, ${unknown} unknown, ${stored.size} stored`,
    );
  },
);

test(`events: ${ROUNDS} kills lose no acknowledged batch and keep none twice`, { timeout: TIMEOUT }, async () => {
  const events = await openEvents({ dataDir: await tempDir() });
  cleanups.push(() => events.close());
  const BATCH = 200;
  const acknowledged: number[] = [];
  let next = 0;
  await killWhile(
    () => events.pid,
    () => acknowledged.length,
    async (stopped) => {
      await Promise.all(
        [0, 1].map(async () => {
          while (!stopped()) {
            const batch = next;
            next += 1;
            const lines = Array.from({ length: BATCH }, (_value, seq) =>
              JSON.stringify({
                tenant: 'cn',
                ts: '2026-11-20 00:00:00.000',
                ingested: '2026-11-20 00:00:00.000',
                batch: String(batch),
                seq,
                message: `load ${batch} ${seq}`,
              }),
            );
            for (;;) {
              try {
                await events.insert({ token: `load-${batch}`, ndjson: Buffer.from(lines.join('\n')), rows: BATCH });
                acknowledged.push(batch);
                break;
              } catch (error) {
                // Sent again under the same token for as long as it takes, as a collector does.
                expect(error).toMatchObject({ code: 'internal.unavailable' });
              }
            }
          }
        }),
      );
    },
  );
  const rows = await events.query<{ batch: string; n: string; kinds: string }>(
    [''],
    'SELECT batch, count() AS n, uniqExact(seq) AS kinds FROM events GROUP BY batch ORDER BY batch',
  );
  expect(rows.filter((row) => Number(row.n) !== BATCH || Number(row.kinds) !== BATCH)).toEqual([]);
  expect(rows.map((row) => Number(row.batch))).toEqual(acknowledged.toSorted((a, b) => a - b));
  expect(acknowledged.length).toBeGreaterThan(ROUNDS);
  console.log(
    `events: ${ROUNDS} kills, ${acknowledged.length} batches of ${BATCH} acknowledged, none lost, none twice`,
  );
});
