import { sql } from 'kysely';
import { z } from 'zod';
import { XinglinError } from '../../kernel/errors.ts';
import { defineRoute } from '../../http/route.ts';
import type { RouteSpec } from '../../http/route.ts';
import { createAccount, resetPassword, setRoles, updateAccount } from '../accounts.ts';
import { ROLES, ROLE_PERMISSIONS, SEPARATE_POWERS } from '../actor.ts';
import type { Access } from '../access.ts';
import { hashToken } from '../hashing.ts';
import { clearAttempts } from '../sign-in.ts';
import { findById } from '../users.ts';
import type { UserRow } from '../users.ts';
import { endSession, listSessions } from './session-routes.ts';
import {
  IdParams,
  OneTimePassword,
  PageQuery,
  PermissionName,
  RoleName,
  SessionView,
  TenantField,
  UserView,
  userView,
} from './schemas.ts';

const TAG = '用户与角色 / Users and roles';

const UserName = z
  .string()
  .min(2)
  .max(64)
  .regex(/^[\p{L}\p{N}][\p{L}\p{N}._@-]*$/u, '由文字、数字及 . _ @ - 组成 / letters, digits and . _ @ -');
const Profile = z.object({
  name: z.string().trim().min(1).max(64),
  email: z.union([z.email().max(200), z.literal('')]).default(''),
  phone: z
    .string()
    .max(32)
    .regex(/^[\d+() -]*$/)
    .default(''),
});

/** Accounts. The system administrator creates and disables, the security administrator grants roles, nobody changes themselves. */
export function userRoutes(access: Access): RouteSpec[] {
  const { context } = access;
  const { state } = context;

  const locks = async (rows: readonly UserRow[]): Promise<Map<string, Date>> => {
    if (rows.length === 0) return new Map();
    const byHash = new Map(rows.map((row) => [hashToken(`attempt:${row.username}`), row.id]));
    const found = await state.owner
      .selectFrom('access_attempt')
      .select(['name_hash', 'locked_until'])
      .where('name_hash', 'in', [...byHash.keys()])
      .where('locked_until', '>', context.now())
      .execute();
    return new Map(
      found.flatMap((row) => (row.locked_until === null ? [] : [[byHash.get(row.name_hash) ?? '', row.locked_until]])),
    );
  };

  return [
    defineRoute({
      method: 'get',
      path: '/roles',
      summary: '角色及其权限 / Roles and what they may do',
      tag: TAG,
      permission: 'self',
      response: z.object({
        items: z.array(z.object({ role: RoleName, separatePower: z.boolean(), permissions: z.array(PermissionName) })),
      }),
      handler: () =>
        Promise.resolve({
          items: ROLES.map((role) => ({
            role,
            separatePower: SEPARATE_POWERS.includes(role),
            permissions: [...ROLE_PERMISSIONS[role]],
          })),
        }),
    }),
    defineRoute({
      method: 'get',
      path: '/users',
      summary: '账号列表 / Accounts',
      tag: TAG,
      permission: 'user:read',
      query: PageQuery.extend({ role: RoleName.optional(), tenant: TenantField.optional() }),
      response: z.object({ items: z.array(UserView), total: z.number().int(), next: z.string().optional() }),
      handler: async ({ actor, query }) => {
        const { rows, total } = await state.read(actor, 'user:read', async (tx) => {
          let found = tx.selectFrom('access_user');
          if (query.q !== undefined && query.q !== '') {
            const like = `%${query.q.replaceAll(/[\\%_]/g, (char) => `\\${char}`)}%`;
            found = found.where((eb) =>
              eb.or([eb('username', 'ilike', like), eb('name', 'ilike', like), eb('email', 'ilike', like)]),
            );
          }
          const { role, tenant } = query;
          if (role !== undefined) found = found.where((eb) => eb('roles', '@>', sql<string[]>`array[${role}]::text[]`));
          if (tenant !== undefined)
            found = found.where((eb) => eb.or([eb('tenant', '=', tenant), eb('tenant', 'like', `${tenant}.%`)]));
          const count = await found.select((eb) => eb.fn.countAll<number>().as('n')).executeTakeFirstOrThrow();
          let page = found
            .selectAll()
            .orderBy('username')
            .limit(query.limit + 1);
          if (query.cursor !== undefined) page = page.where('username', '>', query.cursor);
          return { rows: await page.execute(), total: Number(count.n) };
        });
        const items = rows.slice(0, query.limit);
        const locked = await locks(items);
        const last = items.at(-1);
        return {
          items: items.map((row) => userView(row, locked.get(row.id) ?? null)),
          total,
          ...(rows.length > query.limit && last !== undefined ? { next: last.username } : {}),
        };
      },
    }),
    defineRoute({
      method: 'post',
      path: '/users',
      summary: '新建账号，返回一次性口令；角色由安全管理员授予 / Create an account; returns the one-time password',
      tag: TAG,
      permission: 'user:write',
      body: Profile.extend({ username: UserName, tenant: TenantField }),
      response: OneTimePassword,
      status: 201,
      handler: ({ actor, body }) => createAccount(context, actor, body),
    }),
    defineRoute({
      method: 'get',
      path: '/users/{id}',
      summary: '账号详情 / One account',
      tag: TAG,
      permission: 'user:read',
      params: IdParams,
      response: UserView,
      handler: async ({ actor, params }) => {
        const row = await state.read(actor, 'user:read', (tx) => findById(tx, params.id));
        if (row === undefined) throw new XinglinError('resource.not_found', { what: '账号 / account', id: params.id });
        return userView(row, (await locks([row])).get(row.id) ?? null);
      },
    }),
    defineRoute({
      method: 'patch',
      path: '/users/{id}',
      summary: '修改资料、停用或启用 / Change the profile, disable or enable',
      tag: TAG,
      permission: 'user:write',
      params: IdParams,
      body: z.object({
        version: z.number().int(),
        name: Profile.shape.name.optional(),
        email: z.union([z.email().max(200), z.literal('')]).optional(),
        phone: z
          .string()
          .max(32)
          .regex(/^[\d+() -]*$/)
          .optional(),
        disabled: z.boolean().optional(),
      }),
      status: 204,
      handler: async ({ actor, params, body: { version, ...change } }) => {
        const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
        await updateAccount(context, actor, params.id, version, given);
        if (change.disabled === true) await access.sessions.closeAll(params.id);
        access.sessions.forget();
        return new Response(null, { status: 204 });
      },
    }),
    defineRoute({
      method: 'put',
      path: '/users/{id}/roles',
      summary: '授予角色（安全管理员） / Grant roles (security administrator)',
      tag: TAG,
      permission: 'role:write',
      params: IdParams,
      body: z.object({ roles: z.array(RoleName).max(8), assigned: z.array(TenantField).max(200).default([]) }),
      status: 204,
      handler: async ({ actor, params, body }) => {
        await setRoles(context, actor, params.id, [...new Set(body.roles)], [...new Set(body.assigned)]);
        access.sessions.forget();
        return new Response(null, { status: 204 });
      },
    }),
    defineRoute({
      method: 'post',
      path: '/users/{id}/reset-password',
      summary: '重置为一次性口令 / Reset to a one-time password',
      tag: TAG,
      permission: 'user:write',
      params: IdParams,
      body: z.object({ dropTotp: z.boolean().default(false) }),
      response: OneTimePassword,
      handler: async ({ actor, params, body }) => {
        const made = await resetPassword(context, actor, params.id, body);
        await clearAttempts(context, made.username);
        access.sessions.forget();
        return made;
      },
    }),
    defineRoute({
      method: 'post',
      path: '/users/{id}/unlock',
      summary: '解除登录锁定 / Lift a sign-in lock',
      tag: TAG,
      permission: 'user:write',
      params: IdParams,
      status: 204,
      handler: async ({ actor, params }) => {
        const username = await state.write(actor, 'user:write', async (tx, audit) => {
          const row = await findById(tx, params.id);
          if (row === undefined)
            throw new XinglinError('resource.not_found', { what: '账号 / account', id: params.id });
          await audit({
            action: 'user.unlock',
            tenant: row.tenant,
            objectType: 'user',
            objectId: row.id,
            summary: `Lock of ${row.username} lifted`,
          });
          return row.username;
        });
        await clearAttempts(context, username);
        return new Response(null, { status: 204 });
      },
    }),
    defineRoute({
      method: 'get',
      path: '/sessions',
      summary: '在线会话 / Sessions of all accounts in scope',
      tag: TAG,
      permission: 'user:read',
      query: z.object({ user: z.string().max(64).optional() }),
      response: z.object({ items: z.array(SessionView), total: z.number().int() }),
      handler: async ({ actor, query }) => {
        const items = await listSessions(access, actor, 'user:read', query.user, actor.sessionId);
        return { items, total: items.length };
      },
    }),
    defineRoute({
      method: 'delete',
      path: '/sessions/{id}',
      summary: '强制下线 / End a session',
      tag: TAG,
      permission: 'user:write',
      params: IdParams,
      status: 204,
      handler: async ({ actor, params }) => {
        await endSession(access, actor, 'user:write', params.id);
        return new Response(null, { status: 204 });
      },
    }),
  ];
}
