import { XinglinError } from '../kernel/errors.ts';
import type { AccessContext } from './context.ts';
import './errors.ts';
import { hashPassword, hashToken, needsRehash, verifyPassword } from './hashing.ts';
import { signInActor } from './sessions.ts';
import type { Sessions } from './sessions.ts';
import { checkTotp, recoveryHash } from './totp.ts';
import { cleanUsername, findByUsername } from './users.ts';
import type { UserRow } from './users.ts';

export interface Credentials {
  readonly username: string;
  readonly password: string;
  /** Six digits, or a recovery code. */
  readonly totp?: string;
}

export interface Caller {
  readonly ip: string;
  readonly userAgent: string;
}

export interface SignedIn {
  readonly token: string;
  readonly expiresAt: Date;
}

/** Sign-ins one address may try in a minute, right or wrong. */
const TRIES_PER_MINUTE = 30;
const MAX_LOCK_MS = 3_600_000;

/**
 * Signs in by password. Every refusal costs the same time and says the same, whether the account exists or not; after
 * `access.lockAfter` failures the name is locked for one minute, doubling up to an hour.
 */
export async function signIn(
  context: AccessContext,
  sessions: Sessions,
  credentials: Credentials,
  caller: Caller,
): Promise<SignedIn> {
  const { state, counters, now, metrics } = context;
  const outcome = metrics.counter('xinglin_sign_ins_total', 'Sign-ins by outcome', ['outcome']);
  if ((await counters.add(`sign-in:${caller.ip}`, 1, 60_000)) > TRIES_PER_MINUTE) {
    outcome.inc({ outcome: 'limited' });
    throw new XinglinError('request.rate_limited', { seconds: 60 });
  }
  const username = cleanUsername(credentials.username);
  const nameHash = hashToken(`attempt:${username}`);
  const attempt = await state.owner
    .selectFrom('access_attempt')
    .selectAll()
    .where('name_hash', '=', nameHash)
    .executeTakeFirst();
  const lockedUntil = attempt?.locked_until?.getTime() ?? 0;
  if (lockedUntil > now().getTime()) {
    outcome.inc({ outcome: 'locked' });
    throw new XinglinError('access.locked', { minutes: Math.ceil((lockedUntil - now().getTime()) / 60_000) });
  }

  const user = await findByUsername(state.owner, username);
  const passwordRight = await verifyPassword(user?.password_hash ?? null, credentials.password);
  if (user === undefined || !passwordRight || user.disabled) {
    outcome.inc({ outcome: 'wrong' });
    await recordFailure(
      context,
      nameHash,
      username,
      user,
      caller,
      user?.disabled === true && passwordRight ? 'disabled' : 'password',
    );
    throw new XinglinError('access.bad_credentials');
  }

  let mfa = false;
  let extra: { totp_last_step?: number; recovery_hashes?: string[] } = {};
  if (user.totp_enabled) {
    if (credentials.totp === undefined || credentials.totp === '') throw new XinglinError('access.totp_required');
    const used = secondFactor(context, user, credentials.totp);
    if (used === undefined) {
      outcome.inc({ outcome: 'wrong' });
      await recordFailure(context, nameHash, username, user, caller, 'totp');
      throw new XinglinError('access.totp_wrong');
    }
    extra = used;
    mfa = true;
  }

  const rehashed =
    user.password_hash !== null && needsRehash(user.password_hash)
      ? { password_hash: await hashPassword(credentials.password) }
      : {};
  const at = now();
  await state.write(signInActor(caller.ip), 'self', async (tx, audit) => {
    let update = tx
      .updateTable('access_user')
      .set({ last_login_at: at, last_login_ip: caller.ip, ...rehashed, ...extra })
      .where('id', '=', user.id);
    // Two requests with one code: the second finds the step taken.
    if (extra.totp_last_step !== undefined) update = update.where('totp_last_step', '<', extra.totp_last_step);
    const done = await update.executeTakeFirst();
    if (done.numUpdatedRows === 0n) throw new XinglinError('access.totp_wrong');
    await audit({
      action: 'session.open',
      tenant: user.tenant,
      objectType: 'user',
      objectId: user.id,
      summary: `${user.username} signed in${mfa ? ' with a second factor' : ''}`,
      after: { ip: caller.ip, userAgent: caller.userAgent.slice(0, 300), mfa },
    });
  });
  if (attempt !== undefined) await state.owner.deleteFrom('access_attempt').where('name_hash', '=', nameHash).execute();
  const opened = await sessions.open(user, { method: 'password', mfa, ip: caller.ip, userAgent: caller.userAgent });
  outcome.inc({ outcome: 'ok' });
  return { token: opened.token, expiresAt: opened.expiresAt };
}

function secondFactor(
  context: AccessContext,
  user: UserRow,
  code: string,
): { totp_last_step?: number; recovery_hashes?: string[] } | undefined {
  if (user.totp_secret === null) return undefined;
  const secret = context.secrets.open('totp', user.totp_secret);
  const step = checkTotp(secret, code, context.now(), Number(user.totp_last_step));
  if (step !== undefined) return { totp_last_step: step };
  const hash = recoveryHash(code);
  if (!user.recovery_hashes.includes(hash)) return undefined;
  return { recovery_hashes: user.recovery_hashes.filter((kept) => kept !== hash) };
}

async function recordFailure(
  context: AccessContext,
  nameHash: string,
  username: string,
  user: UserRow | undefined,
  caller: Caller,
  reason: 'password' | 'totp' | 'disabled',
): Promise<void> {
  const { state, config, now } = context;
  await state.write(signInActor(caller.ip), 'self', async (_tx, audit) => {
    await audit({
      action: 'session.refuse',
      tenant: user?.tenant ?? '',
      objectType: 'user',
      objectId: user?.id ?? 'unknown',
      summary: `Sign-in refused (${user === undefined ? 'no such account' : reason}): ${username.slice(0, 64)}`,
      after: { ip: caller.ip, reason: user === undefined ? 'unknown' : reason },
    });
  });
  const at = now();
  await state.machine(async (tx) => {
    const row = await tx
      .insertInto('access_attempt')
      .values({ name_hash: nameHash, failures: 1, last_failure: at })
      .onConflict((oc) =>
        oc
          .column('name_hash')
          .doUpdateSet((eb) => ({ failures: eb('access_attempt.failures', '+', 1), last_failure: at })),
      )
      .returning('failures')
      .executeTakeFirstOrThrow();
    const over = row.failures - config.access.lockAfter;
    if (over < 0) return;
    const lockMs = Math.min(MAX_LOCK_MS, 60_000 * 2 ** Math.min(over, 10));
    await tx
      .updateTable('access_attempt')
      .set({ locked_until: new Date(at.getTime() + lockMs) })
      .where('name_hash', '=', nameHash)
      .execute();
  });
}

/** Lifts the lock of a name. */
export async function clearAttempts(context: Pick<AccessContext, 'state'>, username: string): Promise<void> {
  await context.state.owner
    .deleteFrom('access_attempt')
    .where('name_hash', '=', hashToken(`attempt:${cleanUsername(username)}`))
    .execute();
}

/** Forgets failures older than a day, so that the table stays small whatever names are tried. */
export async function sweepAttempts(context: Pick<AccessContext, 'state' | 'now'>): Promise<void> {
  const { state, now } = context;
  await state.owner
    .deleteFrom('access_attempt')
    .where('last_failure', '<', new Date(now().getTime() - 86_400_000))
    .execute();
}
