import type { Selectable } from 'kysely';
import type { Tx } from '../state/port.ts';
import { ROLES } from './actor.ts';
import type { Actor, Role } from './actor.ts';
import { permissionsOf, scopesOf } from './role-rules.ts';
import type { UserTable } from './tables.ts';

export type UserRow = Selectable<UserTable>;

/** Why an account that proved who it is may not work yet. */
export type Restriction = 'password' | 'totp';

export function rolesOf(row: Pick<UserRow, 'roles'>): Role[] {
  return ROLES.filter((role) => row.roles.includes(role));
}

/** The account as an actor. A restricted one keeps its name and loses every permission but those about itself. */
export function actorOf(row: UserRow, extra: { ip?: string; sessionId?: string; restricted?: boolean } = {}): Actor {
  const roles = rolesOf(row);
  const restricted = extra.restricted === true;
  return {
    kind: 'user',
    id: row.id,
    name: row.name,
    roles,
    tenant: row.tenant,
    scopes: restricted ? [] : scopesOf(roles, row.tenant, row.assigned),
    permissions: restricted ? new Set() : permissionsOf(roles),
    ...(extra.ip === undefined ? {} : { ip: extra.ip }),
    ...(extra.sessionId === undefined ? {} : { sessionId: extra.sessionId }),
  };
}

/**
 * The actor for acts on the own account: sees the own institution's rows even when the account works elsewhere (an engineer) or has
 * no role yet. Callers add `where id = actor.id`.
 */
export function ownActor(actor: Actor): Actor {
  return { ...actor, scopes: [actor.tenant] };
}

export function findByUsername(tx: Pick<Tx, 'selectFrom'>, username: string): Promise<UserRow | undefined> {
  return tx.selectFrom('access_user').selectAll().where('username', '=', cleanUsername(username)).executeTakeFirst();
}

export function findById(tx: Pick<Tx, 'selectFrom'>, id: string): Promise<UserRow | undefined> {
  return tx.selectFrom('access_user').selectAll().where('id', '=', id).executeTakeFirst();
}

export function cleanUsername(username: string): string {
  return username.normalize('NFKC').trim().toLowerCase();
}
