import { XinglinError } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import type { Audit, Tx } from '../state/port.ts';
import { SEPARATE_POWERS, inScope } from './actor.ts';
import type { Actor, Role, TenantPath } from './actor.ts';
import type { AccessContext } from './context.ts';
import './errors.ts';
import { hashPassword, verifyPassword } from './hashing.ts';
import { generatePassword, passwordProblems } from './password-policy.ts';
import { checkRoles } from './role-rules.ts';
import { cleanUsername, findById, ownActor, rolesOf } from './users.ts';
import type { UserRow } from './users.ts';

export interface NewAccount {
  readonly username: string;
  readonly name: string;
  readonly tenant: TenantPath;
  readonly email?: string;
  readonly phone?: string;
}

export interface CreatedAccount {
  readonly id: string;
  readonly username: string;
  /** Shown once; must be changed at the first sign-in. */
  readonly password: string;
}

/** Creates an account without roles: the system administrator creates, the security administrator grants. */
export async function createAccount(
  context: AccessContext,
  actor: Actor,
  account: NewAccount,
): Promise<CreatedAccount> {
  requireScope(actor, account.tenant);
  const password = generatePassword();
  const hash = await hashPassword(password);
  const id = await context.state.write(actor, 'user:write', (tx, audit) =>
    insertAccount(context, tx, audit, actor, account, { hash, mustChange: true, roles: [], assigned: [] }),
  );
  return { id, username: cleanUsername(account.username), password };
}

export interface ProvisionedAccount extends NewAccount {
  readonly roles: readonly Role[];
  readonly assigned?: readonly TenantPath[];
  /** A random one when absent. */
  readonly password?: string;
  /** Default true. */
  readonly mustChangePassword?: boolean;
}

/**
 * Creates accounts with their roles in one go: the first administrators, and the demonstration's people. Only for the platform itself
 * (a system actor), because two separate powers are needed to do this by hand.
 */
export async function provisionAccounts(
  context: AccessContext,
  actor: Actor,
  accounts: readonly ProvisionedAccount[],
): Promise<readonly CreatedAccount[]> {
  if (actor.kind !== 'system') throw new XinglinError('access.denied', { permission: 'role:write' });
  const prepared: { account: ProvisionedAccount; password: string; hash: string }[] = [];
  for (const account of accounts) {
    checkRoles(account.roles, account.tenant, account.assigned ?? []);
    const password = account.password ?? generatePassword();
    prepared.push({ account, password, hash: await hashPassword(password) });
  }
  return context.state.write(actor, 'user:write', async (tx, audit) => {
    const created: CreatedAccount[] = [];
    for (const { account, password, hash } of prepared) {
      const id = await insertAccount(context, tx, audit, actor, account, {
        hash,
        mustChange: account.mustChangePassword ?? true,
        roles: account.roles,
        assigned: account.assigned ?? [],
      });
      created.push({ id, username: cleanUsername(account.username), password });
    }
    return created;
  });
}

async function insertAccount(
  context: AccessContext,
  tx: Tx,
  audit: Audit,
  actor: Actor,
  account: NewAccount,
  more: { hash: string; mustChange: boolean; roles: readonly Role[]; assigned: readonly TenantPath[] },
): Promise<string> {
  const id = newId();
  const username = cleanUsername(account.username);
  const at = context.now();
  const done = await tx
    .insertInto('access_user')
    .values({
      id,
      username,
      name: account.name.trim(),
      email: account.email ?? '',
      phone: account.phone ?? '',
      tenant: account.tenant,
      roles: [...more.roles],
      assigned: [...more.assigned],
      password_hash: more.hash,
      password_changed_at: at,
      must_change_password: more.mustChange,
      created_by: actor.id,
      created_at: at,
      updated_at: at,
    })
    .onConflict((oc) => oc.column('username').doNothing())
    .executeTakeFirst();
  if (done.numInsertedOrUpdatedRows === 0n) throw new XinglinError('access.username_taken', { username });
  await audit({
    action: 'user.create',
    tenant: account.tenant,
    objectType: 'user',
    objectId: id,
    summary: `Account ${username} created`,
    after: { username, name: account.name, tenant: account.tenant, roles: more.roles, assigned: more.assigned },
  });
  return id;
}

export interface AccountChange {
  readonly name?: string;
  readonly email?: string;
  readonly phone?: string;
  readonly disabled?: boolean;
}

export async function updateAccount(
  context: AccessContext,
  actor: Actor,
  id: string,
  version: number,
  change: AccountChange,
): Promise<void> {
  await context.state.write(actor, 'user:write', async (tx, audit) => {
    const user = await mustFind(tx, id);
    if (change.disabled !== undefined && user.id === actor.id) throw new XinglinError('access.own_roles');
    if (change.disabled === true) await keepLastPower(tx, user, []);
    const done = await tx
      .updateTable('access_user')
      .set((eb) => ({ ...change, updated_at: context.now(), version: eb('version', '+', 1) }))
      .where('id', '=', id)
      .where('version', '=', version)
      .executeTakeFirst();
    if (done.numUpdatedRows === 0n) throw new XinglinError('resource.conflict', { what: '账号 / account' });
    await audit({
      action: change.disabled === true ? 'user.disable' : change.disabled === false ? 'user.enable' : 'user.update',
      tenant: user.tenant,
      objectType: 'user',
      objectId: id,
      summary: `Account ${user.username} changed`,
      before: pick(user, Object.keys(change)),
      after: change,
    });
  });
}

/** Grants exactly these roles. Only the security administrator, never to themselves. */
export async function setRoles(
  context: AccessContext,
  actor: Actor,
  id: string,
  roles: readonly Role[],
  assigned: readonly TenantPath[],
): Promise<void> {
  await context.state.write(actor, 'role:write', async (tx, audit) => {
    const user = await mustFind(tx, id);
    if (user.id === actor.id) throw new XinglinError('access.own_roles');
    for (const tenant of assigned) requireScope(actor, tenant);
    const institutions = roles.includes('engineer') ? assigned : [];
    checkRoles(roles, user.tenant, institutions);
    await keepLastPower(tx, user, roles);
    await tx
      .updateTable('access_user')
      .set((eb) => ({
        roles: [...roles],
        assigned: [...institutions],
        updated_at: context.now(),
        version: eb('version', '+', 1),
      }))
      .where('id', '=', id)
      .execute();
    await audit({
      action: 'user.roles',
      tenant: user.tenant,
      objectType: 'user',
      objectId: id,
      summary: `Roles of ${user.username}: ${roles.join(', ') || 'none'}`,
      before: { roles: user.roles, assigned: user.assigned },
      after: { roles, assigned: institutions },
    });
  });
}

/** A new one-time password; also lifts a lost second factor, because whoever lost the phone cannot sign in to remove it. */
export async function resetPassword(
  context: AccessContext,
  actor: Actor,
  id: string,
  options: { dropTotp?: boolean } = {},
): Promise<CreatedAccount> {
  const password = generatePassword();
  const hash = await hashPassword(password);
  return context.state.write(actor, 'user:write', async (tx, audit) => {
    const user = await mustFind(tx, id);
    if (user.id === actor.id) throw new XinglinError('access.own_roles');
    await tx
      .updateTable('access_user')
      .set((eb) => ({
        password_hash: hash,
        password_changed_at: context.now(),
        must_change_password: true,
        ...(options.dropTotp === true ? { totp_secret: null, totp_enabled: false, recovery_hashes: [] } : {}),
        updated_at: context.now(),
        version: eb('version', '+', 1),
      }))
      .where('id', '=', id)
      .execute();
    await tx.deleteFrom('access_session').where('user_id', '=', id).execute();
    await audit({
      action: 'user.reset_password',
      tenant: user.tenant,
      objectType: 'user',
      objectId: id,
      summary: `Password of ${user.username} reset${options.dropTotp === true ? ', second factor removed' : ''}`,
      after: { sessionsEnded: true, dropTotp: options.dropTotp === true },
    });
    return { id, username: user.username, password };
  });
}

/** The person's own change: asks for the current password, checks policy and history. */
export async function changeOwnPassword(
  context: AccessContext,
  actor: Actor,
  current: string,
  next: string,
): Promise<void> {
  const { state, config, now } = context;
  const user = await findById(state.owner, actor.id);
  if (user === undefined || !(await verifyPassword(user.password_hash, current)))
    throw new XinglinError('access.bad_credentials');
  const problems = passwordProblems(next, {
    minLength: config.access.passwordMinLength,
    username: user.username,
    name: user.name,
  });
  if (problems.length > 0) {
    throw new XinglinError(
      'access.weak_password',
      { reason: problems.map((problem) => `${problem.zh} / ${problem.en}`).join('; ') },
      { details: problems.map((problem) => ({ path: 'password', message: `${problem.zh} / ${problem.en}` })) },
    );
  }
  const history = [user.password_hash ?? '', ...user.password_history].slice(
    0,
    Math.max(1, config.access.passwordHistory),
  );
  for (const old of history) {
    if (old !== '' && (await verifyPassword(old, next))) {
      throw new XinglinError('access.weak_password', { reason: '与近期使用过的口令相同 / it was used recently' });
    }
  }
  const hash = await hashPassword(next);
  await state.write(ownActor(actor), 'self', async (tx, audit) => {
    await tx
      .updateTable('access_user')
      .set((eb) => ({
        password_hash: hash,
        password_changed_at: now(),
        password_history: history.filter((old) => old !== '').slice(0, config.access.passwordHistory),
        must_change_password: false,
        updated_at: now(),
        version: eb('version', '+', 1),
      }))
      .where('id', '=', actor.id)
      .execute();
    await audit({
      action: 'user.change_password',
      tenant: user.tenant,
      objectType: 'user',
      objectId: user.id,
      summary: `${user.username} changed the own password`,
    });
  });
}

/** True when no account exists yet. */
export async function hasNoAccounts(context: Pick<AccessContext, 'state'>): Promise<boolean> {
  const row = await context.state.owner.selectFrom('access_user').select('id').limit(1).executeTakeFirst();
  return row === undefined;
}

async function mustFind(tx: Tx, id: string): Promise<UserRow> {
  const user = await findById(tx, id);
  if (user === undefined) throw new XinglinError('resource.not_found', { what: '账号 / account', id });
  return user;
}

/** The platform keeps at least one active holder of each separate power that `user` would lose. */
async function keepLastPower(tx: Tx, user: UserRow, next: readonly Role[]): Promise<void> {
  const lost = rolesOf(user).filter((role) => SEPARATE_POWERS.includes(role) && !next.includes(role));
  for (const role of lost) {
    if (user.tenant !== '' || user.disabled) continue;
    const others = await tx
      .selectFrom('access_user')
      .select(['id', 'roles'])
      .where('tenant', '=', '')
      .where('disabled', '=', false)
      .where('id', '<>', user.id)
      .execute();
    if (!others.some((other) => other.roles.includes(role))) throw new XinglinError('access.last_power', { role });
  }
}

function requireScope(actor: Actor, tenant: TenantPath): void {
  if (!inScope(actor, tenant))
    throw new XinglinError('access.out_of_scope', { tenant: tenant === '' ? '（全平台 / platform）' : tenant });
}

function pick(user: UserRow, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(user).filter(([key]) => keys.includes(key)));
}
