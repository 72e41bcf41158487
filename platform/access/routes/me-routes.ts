import { z } from 'zod';
import { XinglinError } from '../../kernel/errors.ts';
import { defineRoute } from '../../http/route.ts';
import type { RouteSpec } from '../../http/route.ts';
import { changeOwnPassword } from '../accounts.ts';
import type { Access } from '../access.ts';
import type { Actor } from '../actor.ts';
import { verifyPassword } from '../hashing.ts';
import { passwordProblems } from '../password-policy.ts';
import { checkTotp, newRecoveryCodes, newTotp } from '../totp.ts';
import { findById, ownActor } from '../users.ts';
import type { UserRow } from '../users.ts';

const TAG = '我的账号 / My account';

/** Wrong passwords an account may offer here in ten minutes: a stolen session must not guess at leisure. */
const TRIES = 10;

/** What people do with their own account: password, authenticator. */
export function meRoutes(access: Access): RouteSpec[] {
  const { state, config, secrets, now, counters } = access.context;

  const me = async (actor: Actor): Promise<UserRow> => {
    const user = actor.kind === 'user' ? await findById(state.owner, actor.id) : undefined;
    if (user === undefined) throw new XinglinError('access.denied', { permission: 'self' });
    return user;
  };
  const limit = async (actor: Actor): Promise<void> => {
    if ((await counters.add(`me:${actor.id}`, 1, 600_000)) > TRIES)
      throw new XinglinError('request.rate_limited', { seconds: 600 });
  };
  const set = async (actor: Actor, action: string, summary: string, values: Record<string, unknown>): Promise<void> => {
    await state.write(ownActor(actor), 'self', async (tx, audit) => {
      await tx
        .updateTable('access_user')
        .set({ ...values, updated_at: now() })
        .where('id', '=', actor.id)
        .execute();
      await audit({ action, tenant: actor.tenant, objectType: 'user', objectId: actor.id, summary });
    });
    access.sessions.forget();
  };

  return [
    defineRoute({
      method: 'put',
      path: '/me/password',
      summary: '修改我的口令 / Change my password',
      tag: TAG,
      permission: 'self',
      body: z.object({ current: z.string().min(1).max(256), next: z.string().min(1).max(256) }),
      status: 204,
      handler: async ({ actor, body }) => {
        await me(actor);
        await limit(actor);
        await changeOwnPassword(access.context, actor, body.current, body.next);
        await counters.clear(`me:${actor.id}`);
        // Whoever knew the old password is signed out everywhere else.
        await access.sessions.closeAll(actor.id, actor.sessionId);
        return new Response(null, { status: 204 });
      },
    }),
    defineRoute({
      method: 'post',
      path: '/me/password/check',
      summary: '检查口令是否符合要求 / Check a password against the policy',
      tag: TAG,
      permission: 'self',
      body: z.object({ password: z.string().max(256) }),
      response: z.object({ problems: z.array(z.object({ zh: z.string(), en: z.string() })) }),
      handler: async ({ actor, body }) => {
        const user = await me(actor);
        const context = { minLength: config.access.passwordMinLength, username: user.username, name: user.name };
        return { problems: [...passwordProblems(body.password, context)] };
      },
    }),
    defineRoute({
      method: 'post',
      path: '/me/totp',
      summary: '开始绑定动态口令，返回二维码内容 / Begin an authenticator; returns the QR text',
      tag: TAG,
      permission: 'self',
      body: z.object({ password: z.string().min(1).max(256) }),
      response: z.object({ secret: z.string(), uri: z.string() }),
      handler: async ({ actor, body }) => {
        const user = await me(actor);
        await limit(actor);
        if (!(await verifyPassword(user.password_hash, body.password)))
          throw new XinglinError('access.bad_credentials');
        if (user.totp_enabled) throw new XinglinError('access.totp_state');
        const made = newTotp(user.username);
        await set(actor, 'totp.begin', `${user.username} began an authenticator`, {
          totp_secret: secrets.seal('totp', made.secret),
        });
        return made;
      },
    }),
    defineRoute({
      method: 'put',
      path: '/me/totp',
      summary: '用首个动态口令确认绑定，返回恢复码 / Confirm with the first code; returns recovery codes',
      tag: TAG,
      permission: 'self',
      body: z.object({ code: z.string().min(6).max(10) }),
      response: z.object({ recoveryCodes: z.array(z.string()) }),
      handler: async ({ actor, body }) => {
        const user = await me(actor);
        await limit(actor);
        if (user.totp_enabled || user.totp_secret === null) throw new XinglinError('access.totp_state');
        const step = checkTotp(secrets.open('totp', user.totp_secret), body.code, now(), Number(user.totp_last_step));
        if (step === undefined) throw new XinglinError('access.totp_wrong');
        const { codes, hashes } = newRecoveryCodes();
        await set(actor, 'totp.enable', `${user.username} enabled an authenticator`, {
          totp_enabled: true,
          totp_last_step: step,
          recovery_hashes: hashes,
        });
        await counters.clear(`me:${actor.id}`);
        return { recoveryCodes: [...codes] };
      },
    }),
    defineRoute({
      method: 'post',
      path: '/me/totp/remove',
      summary: '解除动态口令 / Remove the authenticator',
      tag: TAG,
      permission: 'self',
      body: z.object({ password: z.string().min(1).max(256), code: z.string().min(6).max(10) }),
      status: 204,
      handler: async ({ actor, body }) => {
        const user = await me(actor);
        await limit(actor);
        if (!user.totp_enabled || user.totp_secret === null) throw new XinglinError('access.totp_state');
        if (!(await verifyPassword(user.password_hash, body.password)))
          throw new XinglinError('access.bad_credentials');
        const step = checkTotp(secrets.open('totp', user.totp_secret), body.code, now(), Number(user.totp_last_step));
        if (step === undefined) throw new XinglinError('access.totp_wrong');
        await set(actor, 'totp.disable', `${user.username} removed the authenticator`, {
          totp_enabled: false,
          totp_secret: null,
          recovery_hashes: [],
          totp_last_step: step,
        });
        return new Response(null, { status: 204 });
      },
    }),
  ];
}
