import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemActor } from '../access/actor.ts';
import { auditHash, canonicalJson, verifyAudit } from './audit-chain.ts';
import { openState } from './open-state.ts';
import type { OpenedState } from './open-state.ts';

let dataDir: string;
let state: OpenedState;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'xinglin-audit-'));
  state = await openState({ dataDir });
});
afterAll(async () => {
  await state?.close();
  await rm(dataDir, { recursive: true, force: true });
});

const actor = systemActor('test');
const act = (objectId: string, before?: unknown, after?: unknown): Promise<void> =>
  state.write(actor, 'asset:write', (_tx, audit) =>
    audit({
      action: 'item.change',
      tenant: 'cn',
      objectType: 'item',
      objectId,
      summary: `改 ${objectId}`,
      before,
      after,
    }),
  );

test('auditHash() is SM3 over the previous hash and the canonical row', () => {
  const row = {
    id: 1,
    at: new Date('2026-01-01T00:00:00.000Z'),
    actor_kind: 'user',
    actor_id: 'u',
    actor_name: 'n',
    ip: null,
    tenant: 'cn',
    action: 'a.b',
    object_type: 'o',
    object_id: '1',
    summary: 's',
    before: null,
    after: { b: 1, a: [true] },
    prev_hash: '',
  };
  // Computed once with another SM3: printf over '\n' and the canonical JSON of the row.
  expect(canonicalJson({ b: 1, a: [true, null, undefined], c: undefined })).toBe('{"a":[true,null,null],"b":1}');
  expect(auditHash(row)).toMatch(/^[0-9a-f]{64}$/);
  expect(auditHash({ ...row, summary: 't' })).not.toBe(auditHash(row));
  expect(auditHash({ ...row, prev_hash: 'x' })).not.toBe(auditHash(row));
});

test('the chain holds over concurrent writers, without gaps', async () => {
  const first = await verifyAudit(state);
  await Promise.all(Array.from({ length: 40 }, (_value, index) => act(String(index))));
  const progress: number[] = [];
  const result = await verifyAudit(state, { pageSize: 7, onProgress: (rows) => progress.push(rows) });
  expect(result.broken).toBeUndefined();
  expect(result.rows).toBe(first.rows + 40);
  expect(progress.at(-1)).toBe(result.rows);
});

test('the chain holds for any before and after', async () => {
  await fc.assert(
    fc.asyncProperty(fc.jsonValue(), fc.string({ unit: 'binary' }), async (value, text) => {
      await act(text, value, { [text]: text, at: new Date(0), n: 1e300, big: 123456789012345680000 });
      expect((await verifyAudit(state)).broken).toBeUndefined();
    }),
    { numRuns: 40 },
  );
  await act('surrogate \ud800 nul \0', { 'k\ud800': '\0' });
  expect((await verifyAudit(state)).broken).toBeUndefined();
});

test('verifyAudit() finds the first row that was changed, removed, or cut off', async () => {
  const whole = await verifyAudit(state);
  const tamper = async (statement: string): Promise<void> => {
    await sql`alter table audit_log disable trigger all`.execute(state.owner);
    await sql.raw(statement).execute(state.owner);
    await sql`alter table audit_log enable trigger all`.execute(state.owner);
  };
  await sql`create table kept as select * from audit_log`.execute(state.owner);
  const restore = 'delete from audit_log; insert into audit_log select * from kept';
  await tamper("update audit_log set actor_name = 'nobody' where id = 5");
  expect((await verifyAudit(state)).broken).toEqual({ id: 5, kind: 'hash' });
  await tamper(restore);
  await tamper(`update audit_log set after = '{"a":1}' where id = 3`);
  expect((await verifyAudit(state)).broken).toEqual({ id: 3, kind: 'hash' });
  await tamper(restore);
  await tamper('delete from audit_log where id = 9');
  expect((await verifyAudit(state)).broken).toEqual({ id: 10, kind: 'link' });
  await tamper(restore);
  await tamper(`delete from audit_log where id > ${whole.rows - 2}`);
  expect((await verifyAudit(state)).broken).toEqual({ id: whole.rows - 1, kind: 'head' });
  await tamper(restore);
  expect(await verifyAudit(state)).toEqual(whole);
});
