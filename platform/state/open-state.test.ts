import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemActor } from '../access/actor.ts';
import type { Actor, Permission } from '../access/actor.ts';
import { openState } from './open-state.ts';
import type { OpenedState } from './open-state.ts';
import { verifyAudit } from './audit-chain.ts';

declare module './port.ts' {
  interface Database {
    test_item: { id: number; tenant: string; name: string };
  }
}

let dataDir: string;
let state: OpenedState;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'xinglin-state-'));
  state = await openState({ dataDir });
  await sql`create table test_item (id integer primary key, tenant text not null, name text not null)`.execute(
    state.owner,
  );
  await sql`select xinglin_protect('test_item')`.execute(state.owner);
});
afterAll(async () => {
  await state.close();
  await rm(dataDir, { recursive: true, force: true });
});

export function officer(
  scopes: readonly string[],
  permissions: readonly Permission[] = ['asset:read', 'asset:write'],
): Actor {
  return {
    kind: 'user',
    id: 'u1',
    name: 'Officer',
    roles: ['officer'],
    tenant: scopes[0] ?? '',
    scopes,
    permissions: new Set(permissions),
  };
}

test('write() keeps the rows and its audit record when audit() was called', async () => {
  await state.write(systemActor('test'), 'asset:write', async (tx, audit) => {
    await tx
      .insertInto('test_item')
      .values([
        { id: 1, tenant: 'cn.gd.a', name: 'a' },
        { id: 2, tenant: 'cn.gd.ab', name: 'ab' },
      ])
      .execute();
    await audit({ action: 'item.create', tenant: 'cn.gd', objectType: 'item', objectId: '1', summary: 'two items' });
  });
  const rows = await state.read(officer(['cn.gd.a']), 'asset:read', (tx) =>
    tx.selectFrom('test_item').selectAll().execute(),
  );
  expect(rows.map((row) => row.name)).toEqual(['a']);
  expect(await verifyAudit(state)).toMatchObject({ rows: 1 });
  expect((await verifyAudit(state)).broken).toBeUndefined();
});
