import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Actor } from '../access/actor.ts';
import type { AuditEntry, State, Tx } from './port.ts';

/** The `audit_log` table: one consequential act per row, each carrying the SM3 hash of itself and of the row before. */
export interface AuditLogTable {
  id: number;
  at: Date;
  actor_kind: string;
  actor_id: string;
  actor_name: string;
  ip: string | null;
  tenant: string;
  action: string;
  object_type: string;
  object_id: string;
  summary: string;
  before: unknown;
  after: unknown;
  prev_hash: string;
  hash: string;
}

export interface AuditHeadTable {
  only_row: boolean;
  last_id: number;
  hash: string;
}

declare module './port.ts' {
  interface Database {
    audit_log: AuditLogTable;
    audit_head: AuditHeadTable;
  }
}

/**
 * Appends the entries at the end of the chain. Called once, right before commit: the head row is locked from here to the
 * commit only, so that writers wait for each other's last statement and not for each other's work.
 */
export async function appendAudit(tx: Tx, actor: Actor, entries: readonly AuditEntry[]): Promise<void> {
  const head = await sql<{ last_id: number; hash: string; at: Date }>`
    select last_id, hash, date_trunc('milliseconds', clock_timestamp()) as at from audit_head for update
  `.execute(tx);
  let { last_id: id, hash } = head.rows[0] ?? { last_id: 0, hash: '' };
  const at = head.rows[0]?.at ?? new Date();
  const rows: (Omit<AuditLogTable, 'before' | 'after'> & { before: string | null; after: string | null })[] = [];
  for (const entry of entries) {
    id += 1;
    const row: Omit<AuditLogTable, 'hash'> = {
      id,
      at,
      actor_kind: actor.kind,
      actor_id: clean(actor.id),
      actor_name: clean(actor.name),
      ip: actor.ip === undefined ? null : clean(actor.ip),
      tenant: clean(entry.tenant),
      action: clean(entry.action),
      object_type: clean(entry.objectType),
      object_id: clean(entry.objectId),
      summary: clean(entry.summary),
      before: plain(entry.before),
      after: plain(entry.after),
      prev_hash: hash,
    };
    hash = auditHash(row);
    rows.push({ ...row, before: jsonOrNull(row.before), after: jsonOrNull(row.after), hash });
  }
  await tx.insertInto('audit_log').values(rows).execute();
  await tx.updateTable('audit_head').set({ last_id: id, hash }).execute();
}

/** SM3 (GB/T 32905-2016) over the previous hash, a newline and the canonical JSON of the row. */
export function auditHash(row: Omit<AuditLogTable, 'hash'> & { hash?: string }): string {
  const { prev_hash: previous, hash: _hash, at, ...rest } = row;
  return createHash('sm3')
    .update(`${previous}\n${canonicalJson({ ...rest, at: at.toISOString() })}`)
    .digest('hex');
}

export interface AuditBreak {
  readonly id: number;
  /** `hash`: the row was changed; `link`: a row before it is missing or was changed; `head`: rows are missing at the end. */
  readonly kind: 'hash' | 'link' | 'head';
}

export interface AuditVerification {
  readonly rows: number;
  /** The first broken link; absent when the chain is whole. */
  readonly broken?: AuditBreak;
  /** Hash of the last row: kept elsewhere, it proves later that nothing before it was changed. */
  readonly head: string;
}

/** Recomputes the whole chain, oldest first. */
export async function verifyAudit(
  state: Pick<State, 'owner'>,
  options: { onProgress?: (rows: number) => void; pageSize?: number } = {},
): Promise<AuditVerification> {
  const pageSize = options.pageSize ?? 1000;
  let lastId = 0;
  let previous = '';
  let rows = 0;
  // The head first: acts appended while we read are beyond it and are left to the next run.
  const head = await state.owner.selectFrom('audit_head').select(['last_id', 'hash']).executeTakeFirst();
  const end = head?.last_id ?? 0;
  while (lastId < end) {
    const page = await state.owner
      .selectFrom('audit_log')
      .selectAll()
      .where('id', '>', lastId)
      .where('id', '<=', end)
      .orderBy('id')
      .limit(pageSize)
      .execute();
    if (page.length === 0) break;
    for (const row of page) {
      if (row.id !== lastId + 1 || row.prev_hash !== previous)
        return { rows, broken: { id: row.id, kind: 'link' }, head: previous };
      if (auditHash(row) !== row.hash) return { rows, broken: { id: row.id, kind: 'hash' }, head: previous };
      lastId = row.id;
      previous = row.hash;
      rows += 1;
    }
    options.onProgress?.(rows);
  }
  if (lastId !== end || previous !== (head?.hash ?? ''))
    return { rows, broken: { id: lastId + 1, kind: 'head' }, head: previous };
  return { rows, head: previous };
}

/** JSON with sorted keys and no spaces, so that the same value always gives the same bytes. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item)).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}

/** PostgreSQL stores neither NUL nor half a surrogate pair. */
function clean(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD');
}

/** The value as it will come back from `jsonb`. */
function plain(value: unknown): unknown {
  const json = JSON.stringify(value);
  if (json === undefined) return null;
  return JSON.parse(json, (_key, item: unknown) => {
    if (typeof item === 'string') return clean(item);
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return item;
    return Object.fromEntries(Object.entries(item).map(([key, inner]) => [clean(key), inner]));
  });
}

function jsonOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value);
}
