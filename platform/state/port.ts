import type { Kysely, Transaction } from 'kysely';
import type { Actor, Permission } from '../access/actor.ts';

/**
 * All tables, merged from the areas: each area's `tables.ts` declares its own with
 * `declare module '@xinglin/platform/state' { interface Database { soc_alert: AlertTable } }`.
 */
// oxlint-disable-next-line typescript/no-empty-object-type -- areas add their tables by declaration merging
export interface Database {}

export type Tx = Transaction<Database>;

/** What one consequential act was: `action` is `<object>.<verb>`, e.g. `notice.issue`; `before`/`after` carry only what changed. */
export interface AuditEntry {
  readonly action: string;
  readonly tenant: string;
  readonly objectType: string;
  readonly objectId: string;
  readonly summary: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

export type Audit = (entry: AuditEntry) => Promise<void>;

/**
 * PostgreSQL, embedded (PGlite behind its socket in a child process) or a cluster's; the same SQL, the same row-level security.
 * Both `read` and `write` open a transaction in which the database itself limits rows to the actor's scopes (`set_config('xinglin.scopes', …, true)` and the
 * role `xinglin_app`), so a forgotten filter leaks nothing.
 */
export interface State {
  /** Runs `work` in a read-only transaction as the actor. Throws `access.denied` when the actor lacks the permission. */
  read<T>(actor: Actor, permission: Permission | 'self', work: (tx: Tx) => Promise<T>): Promise<T>;
  /**
   * Runs `work` in a transaction as the actor; it must call `audit` at least once or the transaction is rolled back with `internal.unaudited`.
   * The audit record joins the SM3 hash chain in the same transaction.
   */
  write<T>(actor: Actor, permission: Permission | 'self', work: (tx: Tx, audit: Audit) => Promise<T>): Promise<T>;
  /** Owner connection without row-level security: migrations, timers' bookkeeping, sign-in. Never reached from a route handler of an area. */
  readonly owner: Kysely<Database>;
  /** High-volume machine writes (alert aggregation, source counters) that are their own trace; still transactional, runs as owner. */
  machine<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  readonly url: string;
  ping(): Promise<void>;
  close(): Promise<void>;
}
