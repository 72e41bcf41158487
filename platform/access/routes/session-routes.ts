import { z } from 'zod';
import { XinglinError } from '../../kernel/errors.ts';
import { defineRoute } from '../../http/route.ts';
import type { RouteSpec } from '../../http/route.ts';
import { SCREEN_COOKIE, SESSION_COOKIE, cookie, readCookie, requireSameOrigin } from '../access.ts';
import type { Access } from '../access.ts';
import type { Actor } from '../actor.ts';
import { signIn } from '../sign-in.ts';
import { ownActor } from '../users.ts';
import type { Restriction } from '../users.ts';
import { ActorView, IdParams, SessionView, actorView } from './schemas.ts';

const TAG = '登录与会话 / Session';

export const SessionAnswer = z.object({
  actor: ActorView,
  /** Send back as `X-CSRF-Token` with everything that changes something. Absent for bearer tokens. */
  csrf: z.string().optional(),
  /** The account must do this before anything else. */
  restriction: z.enum(['password', 'totp']).optional(),
  expiresAt: z.string().optional(),
  user: z
    .object({
      username: z.string(),
      email: z.string(),
      phone: z.string(),
      totp: z.boolean(),
      lastLoginAt: z.string().nullable(),
    })
    .optional(),
});

/** Signing in and out, and what the console asks first. */
export function sessionRoutes(access: Access): RouteSpec[] {
  const { config, state } = access.context;
  const secure = (request: Request): boolean =>
    config.http.tlsCert !== undefined ||
    (config.publicUrl?.startsWith('https:') ?? false) ||
    request.url.startsWith('https:');

  const describe = async (token: string, ip: string): Promise<z.input<typeof SessionAnswer>> => {
    const found = await access.sessions.find(token, ip);
    if (found === undefined) throw new XinglinError('access.unauthenticated');
    const { user, restriction } = found;
    return {
      actor: actorView(found.actor),
      csrf: access.csrf(token),
      expiresAt: found.expiresAt.toISOString(),
      user: {
        username: user.username,
        email: user.email,
        phone: user.phone,
        totp: user.totp_enabled,
        lastLoginAt: user.last_login_at?.toISOString() ?? null,
      },
      ...(restriction === undefined ? {} : { restriction: restriction satisfies Restriction }),
    };
  };

  return [
    defineRoute({
      method: 'post',
      path: '/session',
      summary: '登录 / Sign in',
      tag: TAG,
      permission: 'public',
      body: z.object({
        username: z.string().min(1).max(128),
        password: z.string().min(1).max(256),
        totp: z.string().max(32).optional(),
      }),
      response: SessionAnswer,
      handler: async ({ actor, body, request }) => {
        requireSameOrigin(request);
        const ip = actor.ip ?? '';
        const signed = await signIn(
          access.context,
          access.sessions,
          { username: body.username, password: body.password, ...(body.totp === undefined ? {} : { totp: body.totp }) },
          { ip, userAgent: request.headers.get('user-agent') ?? '' },
        );
        const answer = SessionAnswer.parse(await describe(signed.token, ip));
        return Response.json(answer, {
          headers: {
            'set-cookie': cookie(SESSION_COOKIE, signed.token, { secure: secure(request) }),
            'cache-control': 'no-store',
          },
        });
      },
    }),
    defineRoute({
      method: 'get',
      path: '/session',
      summary: '当前会话 / The current session',
      tag: TAG,
      permission: 'self',
      response: SessionAnswer,
      handler: async ({ actor, request }) => {
        const token = readCookie(request, SESSION_COOKIE);
        if (actor.sessionId === undefined || token === undefined) return { actor: actorView(actor) };
        return describe(token, actor.ip ?? '');
      },
    }),
    defineRoute({
      method: 'delete',
      path: '/session',
      summary: '退出 / Sign out',
      tag: TAG,
      permission: 'self',
      status: 204,
      handler: async ({ actor, request }) => {
        const { sessionId } = actor;
        if (sessionId !== undefined) {
          await state.write(ownActor(actor), 'self', async (_tx, audit) => {
            await audit({
              action: 'session.close',
              tenant: actor.tenant,
              objectType: 'user',
              objectId: actor.id,
              summary: `${actor.name} signed out`,
            });
          });
          await access.sessions.close(sessionId);
        }
        const name = sessionId === undefined && actor.kind === 'screen' ? SCREEN_COOKIE : SESSION_COOKIE;
        return new Response(null, {
          status: 204,
          headers: { 'set-cookie': cookie(name, '', { secure: secure(request), maxAgeSeconds: 0 }) },
        });
      },
    }),
    defineRoute({
      method: 'post',
      path: '/session/screen',
      summary: '大屏令牌换取只读 Cookie / Exchange a screen token for a read-only cookie',
      tag: TAG,
      permission: 'public',
      body: z.object({ token: z.string().min(10).max(200) }),
      response: SessionAnswer,
      handler: async ({ actor, body, request }) => {
        requireSameOrigin(request);
        const ip = actor.ip ?? '';
        if ((await access.context.counters.add(`screen:${ip}`, 1, 60_000)) > 30)
          throw new XinglinError('request.rate_limited', { seconds: 60 });
        const screen = body.token.startsWith('xlv_') ? await access.tokens.find(body.token, ip) : undefined;
        if (screen === undefined) throw new XinglinError('access.unauthenticated');
        return Response.json(SessionAnswer.parse({ actor: actorView(screen) }), {
          headers: {
            'set-cookie': cookie(SCREEN_COOKIE, body.token, { secure: secure(request), maxAgeSeconds: 400 * 86_400 }),
            'cache-control': 'no-store',
          },
        });
      },
    }),
    defineRoute({
      method: 'get',
      path: '/me',
      summary: '我的身份与权限 / Who I am and what I may do',
      tag: TAG,
      permission: 'self',
      response: ActorView,
      handler: ({ actor }) => Promise.resolve(actorView(actor)),
    }),
    defineRoute({
      method: 'get',
      path: '/me/sessions',
      summary: '我的登录会话 / My sessions',
      tag: TAG,
      permission: 'self',
      response: z.object({ items: z.array(SessionView), total: z.number().int() }),
      handler: async ({ actor }) => {
        const items = await listSessions(access, ownActor(actor), 'self', actor.id, actor.sessionId);
        return { items, total: items.length };
      },
    }),
    defineRoute({
      method: 'delete',
      path: '/me/sessions/{id}',
      summary: '结束我的某个会话 / End one of my sessions',
      tag: TAG,
      permission: 'self',
      params: IdParams,
      status: 204,
      handler: async ({ actor, params }) => {
        await endSession(access, ownActor(actor), 'self', params.id, actor.id);
        return new Response(null, { status: 204 });
      },
    }),
  ];
}

/** Sessions that have not ended, newest first. */
export async function listSessions(
  access: Access,
  actor: Actor,
  permission: 'self' | 'user:read',
  userId: string | undefined,
  current: string | undefined,
): Promise<z.input<typeof SessionView>[]> {
  const at = access.context.now();
  const idle = new Date(at.getTime() - access.context.config.access.idleMinutes * 60_000);
  const rows = await access.context.state.read(actor, permission, (tx) => {
    let query = tx
      .selectFrom('access_session as s')
      .innerJoin('access_user as u', 'u.id', 's.user_id')
      .select([
        's.id',
        's.user_id',
        'u.username',
        's.method',
        's.mfa',
        's.ip',
        's.user_agent',
        's.created_at',
        's.last_seen_at',
        's.expires_at',
      ])
      .where('s.expires_at', '>', at)
      .where('s.last_seen_at', '>', idle);
    if (userId !== undefined) query = query.where('s.user_id', '=', userId);
    return query.orderBy('s.id', 'desc').limit(500).execute();
  });
  return rows.map((row) => ({
    id: row.id,
    userId: row.user_id,
    username: row.username,
    method: row.method,
    mfa: row.mfa,
    ip: row.ip,
    userAgent: row.user_agent,
    createdAt: row.created_at.toISOString(),
    lastSeenAt: row.last_seen_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
    current: row.id === current,
  }));
}

/** Ends a session the actor may see; `owner` limits it to one account's. */
export async function endSession(
  access: Access,
  actor: Actor,
  permission: 'self' | 'user:write',
  id: string,
  owner?: string,
): Promise<void> {
  await access.context.state.write(actor, permission, async (tx, audit) => {
    let query = tx.deleteFrom('access_session').where('id', '=', id);
    if (owner !== undefined) query = query.where('user_id', '=', owner);
    const row = await query.returning(['user_id', 'tenant', 'ip']).executeTakeFirst();
    if (row === undefined) throw new XinglinError('resource.not_found', { what: '会话 / session', id });
    await audit({
      action: 'session.revoke',
      tenant: row.tenant,
      objectType: 'user',
      objectId: row.user_id,
      summary: `Session from ${row.ip} ended by ${actor.name}`,
    });
  });
  access.sessions.forget();
}
