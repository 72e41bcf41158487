import { newId } from '../kernel/ids.ts';
import { systemActor } from './actor.ts';
import type { Actor } from './actor.ts';
import type { AccessContext } from './context.ts';
import { hashToken, randomToken } from './hashing.ts';
import { actorOf, findById } from './users.ts';
import type { Restriction, UserRow } from './users.ts';

export const SESSION_PREFIX = 'xls_';

export interface SessionFound {
  readonly actor: Actor;
  readonly user: UserRow;
  readonly sessionId: string;
  readonly mfa: boolean;
  readonly restriction?: Restriction;
  readonly expiresAt: Date;
}

/** How long a looked-up session may be reused without asking the database: the longest a revocation on another instance goes unnoticed. */
const CACHE_MS = 5_000;
const CACHE_SIZE = 5_000;
/** `last_seen_at` is written at most this often. */
const TOUCH_MS = 60_000;

/** Signed-in browsers: a random token in a cookie, its hash in the table, an idle and an absolute end. */
export interface Sessions {
  /** Returns the token for the cookie; it is not kept. */
  open(
    user: UserRow,
    info: { method: 'password' | 'oidc'; mfa: boolean; ip: string; userAgent: string },
  ): Promise<{ token: string; id: string; expiresAt: Date }>;
  find(token: string, ip: string): Promise<SessionFound | undefined>;
  /** Ends one session; true when there was one. */
  close(id: string): Promise<boolean>;
  /** Ends all of an account's sessions but one. */
  closeAll(userId: string, except?: string): Promise<number>;
  /** Forgets what was looked up, after an account changed. */
  forget(): void;
  /** Deletes ended sessions; returns how many. */
  sweep(): Promise<number>;
}

export function createSessions(context: AccessContext): Sessions {
  const { config, state, now } = context;
  const idleMs = config.access.idleMinutes * 60_000;
  const cache = new Map<
    string,
    {
      at: number;
      row: { id: string; lastSeen: number; expires: number; mfa: boolean; method: 'password' | 'oidc' };
      user: UserRow;
    }
  >();

  // Who signed in by OIDC showed no password here; its age and the second factor are the provider's business.
  const restrictionOf = (user: UserRow, method: 'password' | 'oidc', at: number): Restriction | undefined => {
    if (method === 'password') {
      const { passwordMaxDays, totp } = config.access;
      const stale = passwordMaxDays > 0 && at - user.password_changed_at.getTime() > passwordMaxDays * 86_400_000;
      if (user.must_change_password || stale) return 'password';
      const needed =
        totp === 'everyone' || (totp === 'administrators' && user.roles.some((role) => /-admin$|^auditor$/.test(role)));
      if (needed && !user.totp_enabled) return 'totp';
    }
    return undefined;
  };

  return {
    async open(user, info) {
      const token = randomToken(SESSION_PREFIX);
      const id = newId();
      const at = now();
      const expiresAt = new Date(at.getTime() + config.access.absoluteHours * 3_600_000);
      await state.machine(async (tx) => {
        await tx
          .insertInto('access_session')
          .values({
            id,
            token_hash: hashToken(token),
            user_id: user.id,
            tenant: user.tenant,
            method: info.method,
            mfa: info.mfa,
            ip: info.ip,
            user_agent: info.userAgent.slice(0, 300),
            created_at: at,
            last_seen_at: at,
            expires_at: expiresAt,
          })
          .execute();
      });
      return { token, id, expiresAt };
    },
    async find(token, ip) {
      if (!token.startsWith(SESSION_PREFIX)) return undefined;
      const hash = hashToken(token);
      const at = now().getTime();
      let entry = cache.get(hash);
      if (entry === undefined || at - entry.at >= CACHE_MS || at < entry.at) {
        const row = await state.owner
          .selectFrom('access_session')
          .selectAll()
          .where('token_hash', '=', hash)
          .executeTakeFirst();
        const user = row === undefined ? undefined : await findById(state.owner, row.user_id);
        if (row === undefined || user === undefined || user.disabled) {
          cache.delete(hash);
          return undefined;
        }
        entry = {
          at,
          row: {
            id: row.id,
            lastSeen: row.last_seen_at.getTime(),
            expires: row.expires_at.getTime(),
            mfa: row.mfa,
            method: row.method,
          },
          user,
        };
        if (cache.size >= CACHE_SIZE) cache.clear();
        cache.set(hash, entry);
      }
      const { row, user } = entry;
      if (at >= row.expires || at - row.lastSeen >= idleMs) {
        cache.delete(hash);
        return undefined;
      }
      if (at - row.lastSeen >= Math.min(TOUCH_MS, idleMs / 2)) {
        row.lastSeen = at;
        await state.owner
          .updateTable('access_session')
          .set({ last_seen_at: new Date(at) })
          .where('id', '=', row.id)
          .execute();
      }
      const restriction = restrictionOf(user, row.method, at);
      return {
        actor: actorOf(user, { ip, sessionId: row.id, restricted: restriction !== undefined }),
        user,
        sessionId: row.id,
        mfa: row.mfa,
        expiresAt: new Date(row.expires),
        ...(restriction === undefined ? {} : { restriction }),
      };
    },
    async close(id) {
      cache.clear();
      const done = await state.owner.deleteFrom('access_session').where('id', '=', id).executeTakeFirst();
      return done.numDeletedRows > 0n;
    },
    async closeAll(userId, except) {
      cache.clear();
      let query = state.owner.deleteFrom('access_session').where('user_id', '=', userId);
      if (except !== undefined) query = query.where('id', '<>', except);
      const done = await query.executeTakeFirst();
      return Number(done.numDeletedRows);
    },
    forget: () => cache.clear(),
    async sweep() {
      const at = now();
      const idle = new Date(at.getTime() - idleMs);
      const done = await state.owner
        .deleteFrom('access_session')
        .where((eb) => eb.or([eb('expires_at', '<=', at), eb('last_seen_at', '<=', idle)]))
        .executeTakeFirst();
      return Number(done.numDeletedRows);
    },
  };
}

/** Sign-ins are recorded under the platform's own name: at that moment nobody is signed in. */
export function signInActor(ip: string): Actor {
  return { ...systemActor('sign-in'), ip };
}
