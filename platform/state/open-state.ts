import { Kysely, PostgresDialect, sql } from 'kysely';
import type { Actor, Permission } from '../access/actor.ts';
import { SILENT_LOG } from '../embedded/log.ts';
import type { EngineLog } from '../embedded/log.ts';
import { XinglinError } from '../kernel/errors.ts';
import { appendAudit } from './audit-chain.ts';
import { startEmbeddedState } from './embedded.ts';
import type { EmbeddedState } from './embedded.ts';
import { migrateState } from './migrate.ts';
import { createPool, isConnectionError } from './pool.ts';
import type { AuditEntry, Database, State, Tx } from './port.ts';

export interface OpenStateOptions {
  /** A PostgreSQL 15 or newer, e.g. `postgresql://user:password@host/database`; without it the embedded engine runs under `dataDir`. */
  readonly url?: string;
  readonly dataDir: string;
  readonly log?: EngineLog;
  /** How long a transaction that has not begun waits for the database to come back, in ms. */
  readonly waitMs?: number;
}

/** The embedded engine has one backend: more connections only queue. */
const EMBEDDED_CONNECTIONS = 4;
const CLUSTER_CONNECTIONS = 12;
const RETRY_STEP_MS = 100;

/** Opens the state store and brings the platform's own tables up to date; areas call {@link migrateState} for theirs. */
export async function openState(options: OpenStateOptions): Promise<OpenedState> {
  const log = options.log ?? SILENT_LOG;
  const embedded = options.url === undefined ? await startEmbeddedState(options.dataDir, log) : undefined;
  const state = connect(options.url ?? embedded?.url ?? '', embedded, log, options.waitMs ?? 15_000);
  try {
    await migrateState(state, { area: 'platform', dir: new URL('../migrations/state/', import.meta.url) });
  } catch (error) {
    await state.close();
    throw error;
  }
  return state;
}

/** The port, and what operations want to know about the engine behind it. */
export interface OpenedState extends State {
  readonly engine: 'embedded' | 'postgresql';
  /** Process id of the embedded engine's current run. */
  readonly pid: number | undefined;
}

function connect(url: string, embedded: EmbeddedState | undefined, log: EngineLog, waitMs: number): OpenedState {
  const pool = createPool({
    url,
    max: embedded === undefined ? CLUSTER_CONNECTIONS : EMBEDDED_CONNECTIONS,
    onIdleError: (error) => log.warn({ err: error }, 'idle database connection lost'),
  });
  const owner = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
  let closed = false;

  /** Runs a transaction; as long as `work` has not begun, a database that is away is waited for. */
  async function transact<T>(
    readOnly: boolean,
    prepare: (tx: Tx) => Promise<void>,
    work: (tx: Tx) => Promise<T>,
  ): Promise<T> {
    const deadline = Date.now() + waitMs;
    for (;;) {
      let begun = false;
      try {
        const builder = owner.transaction();
        return await (readOnly ? builder.setAccessMode('read only') : builder).execute(async (tx) => {
          await prepare(tx);
          begun = true;
          return await work(tx);
        });
      } catch (error) {
        if (error instanceof XinglinError || !isConnectionError(error)) throw error;
        if (begun || closed || Date.now() >= deadline) {
          throw new XinglinError('internal.unavailable', { what: 'PostgreSQL' }, { cause: error });
        }
        await new Promise((resolve) => setTimeout(resolve, RETRY_STEP_MS));
      }
    }
  }

  return {
    engine: embedded === undefined ? 'postgresql' : 'embedded',
    get pid() {
      return embedded?.child.pid;
    },
    url,
    owner,
    async read(actor, permission, work) {
      requirePermission(actor, permission);
      return await transact(true, (tx) => enterAs(tx, actor, permission), work);
    },
    async write(actor, permission, work) {
      requirePermission(actor, permission);
      const entries: AuditEntry[] = [];
      return await transact(
        false,
        async (tx) => {
          entries.length = 0;
          await enterAs(tx, actor, permission);
        },
        async (tx) => {
          const result = await work(tx, (entry) => {
            entries.push(structuredClone(entry));
            return Promise.resolve();
          });
          if (entries.length === 0) throw new XinglinError('internal.unaudited', { action: permission });
          await sql`set local role none`.execute(tx);
          await appendAudit(tx, actor, entries);
          return result;
        },
      );
    },
    async machine(work) {
      return await transact(false, () => Promise.resolve(), work);
    },
    async ping() {
      await transact(
        true,
        () => Promise.resolve(),
        (tx) => sql`select 1`.execute(tx),
      );
    },
    async close() {
      if (closed) return;
      closed = true;
      await owner.destroy();
      await embedded?.child.stop();
    },
  };
}

function requirePermission(actor: Actor, permission: Permission | 'self'): void {
  if (actor.kind === 'anonymous') throw new XinglinError('access.unauthenticated');
  if (permission !== 'self' && !actor.permissions.has(permission))
    throw new XinglinError('access.denied', { permission });
}

async function enterAs(tx: Tx, actor: Actor, permission: string): Promise<void> {
  await sql`
    select set_config('xinglin.scopes', ${encodeScopes(actor.scopes)}, true),
           set_config('xinglin.actor', ${actor.id}, true),
           set_config('xinglin.permission', ${permission}, true),
           set_config('role', 'xinglin_app', true)
  `.execute(tx);
}

/** The form `in_scope()` reads: each scope with a trailing dot, joined by commas; `,` covers all; empty covers nothing. */
export function encodeScopes(scopes: readonly string[]): string {
  if (scopes.includes('')) return ',';
  for (const scope of scopes) {
    if (scope.includes(',')) throw new XinglinError('request.invalid', { reason: `institution path ${scope}` });
  }
  return scopes.map((scope) => `${scope}.`).join(',');
}
