import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startPostgres } from '../../test/support/postgres.ts';
import { ANONYMOUS, systemActor } from '../access/actor.ts';
import type { Actor, Permission } from '../access/actor.ts';
import { encodeScopes, openState } from './open-state.ts';
import type { OpenedState } from './open-state.ts';
import type { Audit, Tx } from './port.ts';

declare module './port.ts' {
  interface Database {
    test_item: { id: number; tenant: string; name: string };
  }
}

const postgres = await startPostgres();
afterAll(() => postgres?.stop());

function user(scopes: readonly string[], permissions: readonly Permission[] = ['asset:read', 'asset:write']): Actor {
  return {
    kind: 'user',
    id: 'u1',
    name: '安全员',
    roles: ['officer'],
    tenant: scopes[0] ?? '',
    scopes,
    permissions: new Set(permissions),
    ip: '10.0.0.9',
  };
}

const TENANTS = ['cn.gd.a', 'cn.gd.a.x', 'cn.gd.ab', 'cn.hn', 'cn.g%', 'cn.g_.a'];

describe.each([
  { name: 'embedded', url: undefined, absent: false },
  { name: 'PostgreSQL', url: postgres?.url, absent: postgres === undefined },
])('state in $name', ({ url, absent }) => {
  let dataDir: string;
  let state: OpenedState;

  beforeAll(async () => {
    if (absent) return;
    dataDir = await mkdtemp(join(tmpdir(), 'xinglin-state-'));
    state = await openState({ dataDir, ...(url === undefined ? {} : { url }) });
    await sql`create table test_item (id serial primary key, tenant text not null, name text not null)`.execute(
      state.owner,
    );
    await sql`select xinglin_protect('test_item')`.execute(state.owner);
    await state.owner
      .insertInto('test_item')
      .values(TENANTS.map((tenant, index) => ({ id: index + 1, tenant, name: tenant })))
      .execute();
    await sql`select setval('test_item_id_seq', 100)`.execute(state.owner);
  });
  afterAll(async () => {
    await state?.close();
    if (dataDir !== undefined) await rm(dataDir, { recursive: true, force: true });
  });

  const seen = async (scopes: readonly string[]): Promise<string[]> => {
    const rows = await state.read(
      user(scopes),
      'asset:read',
      async (tx) =>
        (await sql<{ tenant: string }>`select tenant from test_item where id <= 100 order by id`.execute(tx)).rows,
    );
    return rows.map((row) => row.tenant);
  };
  const note = (audit: Audit, id = '1'): Promise<void> =>
    audit({ action: 'item.test', tenant: 'cn.gd.a', objectType: 'item', objectId: id, summary: '测试' });
  const insert = (tx: Tx, tenant: string): Promise<unknown> =>
    sql`insert into test_item (tenant, name) values (${tenant}, 'new')`.execute(tx);

  test.skipIf(absent)('read() sees the rows of its scopes only, even with a raw unfiltered query', async () => {
    expect(await seen(['cn.gd.a'])).toEqual(['cn.gd.a', 'cn.gd.a.x']);
    expect(await seen(['cn.gd'])).toEqual(['cn.gd.a', 'cn.gd.a.x', 'cn.gd.ab']);
    expect(await seen(['cn.gd.ab', 'cn.hn'])).toEqual(['cn.gd.ab', 'cn.hn']);
    expect(await seen(['cn.gd.a.x.y'])).toEqual([]);
    expect(await seen([])).toEqual([]);
    expect(await seen([''])).toEqual(TENANTS);
    expect(await seen(['cn.hn', ''])).toEqual(TENANTS);
  });

  test.skipIf(absent)('a scope is no pattern', async () => {
    expect(await seen(['cn.g%'])).toEqual(['cn.g%']);
    expect(await seen(['cn.g_'])).toEqual(['cn.g_.a']);
    expect(await seen(['%'])).toEqual([]);
    expect(await seen(['c'])).toEqual([]);
    expect(() => encodeScopes(['a,b'])).toThrowError(expect.objectContaining({ code: 'request.invalid' }));
    await expect(seen(['cn.none,cn.gd'])).rejects.toMatchObject({ code: 'request.invalid' });
  });

  test.skipIf(absent)('write() changes nothing outside its scopes', async () => {
    const changed = await state.write(user(['cn.gd.a']), 'asset:write', async (tx, audit) => {
      await note(audit);
      const updated = await sql`update test_item set name = 'taken'`.execute(tx);
      const deleted = await sql`delete from test_item where tenant = 'cn.hn' or tenant = 'cn.gd.ab'`.execute(tx);
      return [updated.numAffectedRows, deleted.numAffectedRows];
    });
    expect(changed).toEqual([2n, 0n]);
    const names = await state.owner.selectFrom('test_item').select('name').orderBy('id').execute();
    expect(names.map((row) => row.name).slice(0, 6)).toEqual([
      'taken',
      'taken',
      'cn.gd.ab',
      'cn.hn',
      'cn.g%',
      'cn.g_.a',
    ]);
    for (const act of [
      (tx: Tx) => insert(tx, 'cn.gd.ab'),
      (tx: Tx) => sql`update test_item set tenant = 'cn.gd.ab' where id = 1`.execute(tx),
    ]) {
      const attempt = state.write(user(['cn.gd.a']), 'asset:write', async (tx, audit) => {
        await note(audit);
        await act(tx);
      });
      await expect(attempt).rejects.toThrow(/row-level security/);
    }
  });

  test.skipIf(absent)('read() refuses the missing permission, the anonymous actor, and writing', async () => {
    const nothing = (): Promise<void> => Promise.resolve();
    await expect(state.read(user(['cn'], []), 'asset:read', nothing)).rejects.toMatchObject({
      code: 'access.denied',
      params: { permission: 'asset:read' },
    });
    await expect(state.write(user(['cn'], ['asset:read']), 'asset:write', nothing)).rejects.toMatchObject({
      code: 'access.denied',
    });
    await expect(state.read(ANONYMOUS, 'self', nothing)).rejects.toMatchObject({ code: 'access.unauthenticated' });
    await expect(state.read(user(['cn']), 'asset:read', (tx) => insert(tx, 'cn.gd.a'))).rejects.toThrow(/read-only/);
    expect(await state.read(user([], []), 'self', () => Promise.resolve('ok'))).toBe('ok');
  });

  test.skipIf(absent)('write() without audit() is undone with internal.unaudited; so is one that throws', async () => {
    const count = async (): Promise<number> =>
      (await state.owner.selectFrom('test_item').select('id').execute()).length;
    const before = await count();
    await expect(state.write(user(['cn']), 'asset:write', (tx) => insert(tx, 'cn.gd.a'))).rejects.toMatchObject({
      code: 'internal.unaudited',
    });
    const head = await state.owner.selectFrom('audit_head').select('last_id').executeTakeFirstOrThrow();
    const failing = state.write(user(['cn']), 'asset:write', async (tx, audit) => {
      await insert(tx, 'cn.gd.a');
      await note(audit);
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect(await count()).toBe(before);
    expect(await state.owner.selectFrom('audit_head').select('last_id').executeTakeFirstOrThrow()).toEqual(head);
  });

  test.skipIf(absent)(
    'the audit log is read with audit:read, in scope; the application role cannot write it',
    async () => {
      await state.write(systemActor('timer'), 'asset:write', async (_tx, audit) => {
        await audit({
          action: 'item.b',
          tenant: 'cn.gd.ab',
          objectType: 'item',
          objectId: 'b',
          summary: 'b',
          before: { a: 1 },
          after: { a: 2 },
        });
      });
      const read = (permission: Permission, scopes: readonly string[]): Promise<{ tenant: string }[]> =>
        state.read(user(scopes, [permission]), permission, (tx) =>
          tx.selectFrom('audit_log').select('tenant').execute(),
        );
      expect(await read('asset:read', [''])).toEqual([]);
      expect(new Set((await read('audit:read', ['cn.gd.ab'])).map((row) => row.tenant))).toEqual(new Set(['cn.gd.ab']));
      for (const statement of [
        "update audit_log set summary = 'x'",
        'delete from audit_log',
        "update audit_head set hash = ''",
        'truncate audit_log',
      ]) {
        const attempt = state.write(user(['', 'cn']), 'asset:write', async (tx, audit) => {
          await note(audit);
          await sql.raw(statement).execute(tx);
        });
        await expect(attempt, statement).rejects.toThrow(/permission denied/);
      }
      for (const statement of ["update audit_log set summary = 'x'", 'delete from audit_log', 'truncate audit_log']) {
        await expect(sql.raw(statement).execute(state.owner), statement).rejects.toThrow(/append-only/);
      }
    },
  );

  test.skipIf(absent)('scopes do not leak between transactions that run at the same time', async () => {
    const scopes = [['cn.gd.a'], ['cn.hn'], [''], []];
    const expected = await Promise.all(scopes.map((scope) => seen(scope)));
    const results = await Promise.all(Array.from({ length: 120 }, (_value, index) => seen(scopes[index % 4] ?? [])));
    results.forEach((result, index) => expect(result).toEqual(expected[index % 4]));
    // And nothing of it is left on the connection.
    const left = await sql<{
      scopes: string | null;
      role: string;
    }>`select nullif(current_setting('xinglin.scopes', true), '') as scopes, current_user as role`.execute(state.owner);
    expect(left.rows[0]?.scopes).toBeNull();
    expect(left.rows[0]?.role).not.toBe('xinglin_app');
  });

  test.skipIf(absent)('statements outside transactions do not meet those of other connections', async () => {
    const results = await Promise.all(
      Array.from({ length: 300 }, async (_value, index) => {
        const result = await sql<{
          n: number;
          t: string;
        }>`select ${index}::int as n, ${`text ${index}`}::text as t`.execute(state.owner);
        return result.rows[0];
      }),
    );
    expect(results).toEqual(Array.from({ length: 300 }, (_value, index) => ({ n: index, t: `text ${index}` })));
  });

  test.skipIf(absent)('machine() is one transaction', async () => {
    const attempt = state.machine(async (tx) => {
      await insert(tx, 'cn.machine');
      throw new Error('stop');
    });
    await expect(attempt).rejects.toThrow('stop');
    await state.machine((tx) => insert(tx, 'cn.machine'));
    expect(
      await state.owner.selectFrom('test_item').select('id').where('tenant', '=', 'cn.machine').execute(),
    ).toHaveLength(1);
  });

  test.skipIf(absent)('a large value and a failed statement leave the connection usable', async () => {
    const large = '数'.repeat(1_000_000);
    const result = await sql<{ n: number }>`select length(${large}) as n`.execute(state.owner);
    expect(result.rows[0]?.n).toBe(1_000_000);
    for (let i = 0; i < 6; i += 1)
      await expect(sql`select 1 / ${0}::int`.execute(state.owner)).rejects.toThrow(/division by zero/);
    await state.ping();
  });

  test.skipIf(absent)('bigint is a number, and refused beyond 2^53', async () => {
    expect((await sql<{ n: number }>`select 9007199254740991::bigint as n`.execute(state.owner)).rows[0]?.n).toBe(
      Number.MAX_SAFE_INTEGER,
    );
    await expect(sql`select 9007199254740993::bigint as n`.execute(state.owner)).rejects.toThrow(/beyond 2\^53/);
  });

  test.skipIf(absent)('xinglin_protect_read() and xinglin_share() limit writing', async () => {
    await sql`create table test_read (tenant text, n int)`.execute(state.owner);
    await sql`create table test_shared (n int)`.execute(state.owner);
    await sql`insert into test_read values ('cn.gd.a', 1), ('cn.gd.ab', 2)`.execute(state.owner);
    await sql`select xinglin_protect_read('test_read'), xinglin_share('test_shared')`.execute(state.owner);
    const rows = await state.read(user(['cn.gd.a']), 'asset:read', (tx) =>
      sql<{ n: number }>`select n from test_read`.execute(tx),
    );
    expect(rows.rows).toEqual([{ n: 1 }]);
    for (const table of ['test_read', 'test_shared']) {
      const attempt = state.write(user(['cn']), 'asset:write', async (tx, audit) => {
        await note(audit);
        await sql.raw(`update ${table} set n = 3`).execute(tx);
      });
      await expect(attempt, table).rejects.toThrow(/permission denied/);
    }
  });

  test.skipIf(absent)('opening again finds everything and migrates nothing twice', async () => {
    const again = await openState({ dataDir, url: url ?? state.url });
    expect(await again.owner.selectFrom('audit_head').selectAll().execute()).toHaveLength(1);
    await again.close();
  });
});

describe('the embedded engine', () => {
  test('says who holds the data directory, and lets go of it', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'xinglin-lock-'));
    const first = await openState({ dataDir });
    await expect(openState({ dataDir })).rejects.toMatchObject({
      code: 'embedded.locked',
      params: { pid: first.pid ?? 0 },
    });
    await first.close();
    await first.close();
    const second = await openState({ dataDir });
    await second.ping();
    await second.close();
    await rm(dataDir, { recursive: true, force: true });
  }, 60_000);

  test('ends with the process that started it, however suddenly that ends', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'xinglin-orphan-'));
    const script = `
      import { openState } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)};
      const state = await openState({ dataDir: ${JSON.stringify(dataDir)} });
      console.log(state.pid);
      setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ['--conditions=source', '--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const pid = await new Promise<number>((resolve) =>
      parent.stdout.once('data', (chunk: Buffer) => resolve(Number(chunk.toString()))),
    );
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 20_000, interval: 50 });
    // Its lock is stale or released: the next server starts at once.
    const state = await openState({ dataDir });
    await state.close();
    await rm(dataDir, { recursive: true, force: true });
  }, 60_000);

  test('comes back after kill -9; what had not begun waits, what had begun is internal.unavailable', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'xinglin-kill-'));
    const state = await openState({ dataDir });
    await sql`create table kept (n int)`.execute(state.owner);
    await state.machine((tx) => sql`insert into kept values (1)`.execute(tx));
    const begun = state.machine(async (tx) => {
      await sql`insert into kept values (2)`.execute(tx);
      process.kill(state.pid ?? 0, 'SIGKILL');
      await sql`insert into kept values (3)`.execute(tx);
    });
    await expect(begun).rejects.toMatchObject({ code: 'internal.unavailable' });
    const rows = await state.machine((tx) => sql`select n from kept`.execute(tx));
    expect(rows.rows).toEqual([{ n: 1 }]);
    await state.close();
    await rm(dataDir, { recursive: true, force: true });
  }, 60_000);
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
