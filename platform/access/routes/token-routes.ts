import { z } from 'zod';
import { defineRoute } from '../../http/route.ts';
import type { RouteSpec } from '../../http/route.ts';
import type { Access } from '../access.ts';
import type { Actor, Permission } from '../actor.ts';
import { KEY_PERMISSIONS } from '../role-rules.ts';
import type { TokenRow } from '../tokens.ts';
import { IdParams, PermissionName, TenantField } from './schemas.ts';

const TAG = '密钥与大屏令牌 / Keys and screen tokens';

const TokenView = z.object({
  id: z.string(),
  hint: z.string(),
  name: z.string(),
  tenant: z.string(),
  permissions: z.array(PermissionName),
  createdAt: z.string(),
  createdBy: z.string(),
  expiresAt: z.string().nullable(),
  revokedAt: z.string().nullable(),
  lastUsedAt: z.string().nullable(),
  lastUsedIp: z.string().nullable(),
});
const Listed = z.object({ items: z.array(TokenView), total: z.number().int() });
/** `token` is shown this once. */
const Created = z.object({ id: z.string(), token: z.string(), hint: z.string() });
const Name = z.string().trim().min(1).max(64);

/** API keys (security administrator) and big-screen tokens (whoever may see the screen). */
export function tokenRoutes(access: Access): RouteSpec[] {
  const list = async (
    actor: Actor,
    kind: 'apiKey' | 'screen',
    permission: Permission,
  ): Promise<z.input<typeof Listed>> => {
    const rows = await access.context.state.read(actor, permission, (tx) =>
      tx.selectFrom('access_token').selectAll().where('kind', '=', kind).orderBy('id', 'desc').limit(500).execute(),
    );
    return { items: rows.map(tokenView), total: rows.length };
  };

  return [
    defineRoute({
      method: 'get',
      path: '/apikeys',
      summary: 'API 密钥列表 / API keys',
      tag: TAG,
      permission: 'apikey:write',
      response: Listed.extend({ permissions: z.array(PermissionName) }),
      handler: async ({ actor }) => ({
        ...(await list(actor, 'apiKey', 'apikey:write')),
        permissions: [...KEY_PERMISSIONS],
      }),
    }),
    defineRoute({
      method: 'post',
      path: '/apikeys',
      summary: '新建 API 密钥（只显示一次） / Create an API key (shown once)',
      tag: TAG,
      permission: 'apikey:write',
      body: z.object({
        name: Name,
        tenant: TenantField,
        permissions: z.array(PermissionName).min(1),
        expiresInDays: z.number().int().min(1).max(730).default(365),
      }),
      response: Created,
      status: 201,
      handler: ({ actor, body }) =>
        access.tokens.create(actor, {
          kind: 'apiKey',
          name: body.name,
          tenant: body.tenant,
          permissions: body.permissions,
          expiresAt: new Date(access.context.now().getTime() + body.expiresInDays * 86_400_000),
        }),
    }),
    defineRoute({
      method: 'delete',
      path: '/apikeys/{id}',
      summary: '吊销 API 密钥 / Revoke an API key',
      tag: TAG,
      permission: 'apikey:write',
      params: IdParams,
      status: 204,
      handler: async ({ actor, params }) => {
        await access.tokens.revoke(actor, 'apiKey', params.id);
        return new Response(null, { status: 204 });
      },
    }),
    defineRoute({
      method: 'get',
      path: '/screens',
      summary: '大屏令牌列表 / Screen tokens',
      tag: TAG,
      permission: 'screen:write',
      response: Listed,
      handler: ({ actor }) => list(actor, 'screen', 'screen:write'),
    }),
    defineRoute({
      method: 'post',
      path: '/screens',
      summary: '新建大屏令牌（只读、不过期、只显示一次） / Create a screen token (read-only, no expiry, shown once)',
      tag: TAG,
      permission: 'screen:write',
      body: z.object({ name: Name, tenant: TenantField }),
      response: Created,
      status: 201,
      handler: ({ actor, body }) =>
        access.tokens.create(actor, { kind: 'screen', name: body.name, tenant: body.tenant }),
    }),
    defineRoute({
      method: 'delete',
      path: '/screens/{id}',
      summary: '吊销大屏令牌 / Revoke a screen token',
      tag: TAG,
      permission: 'screen:write',
      params: IdParams,
      status: 204,
      handler: async ({ actor, params }) => {
        await access.tokens.revoke(actor, 'screen', params.id);
        return new Response(null, { status: 204 });
      },
    }),
  ];
}

function tokenView(row: TokenRow): z.input<typeof TokenView> {
  return {
    id: row.id,
    hint: row.hint,
    name: row.name,
    tenant: row.tenant,
    // Stored values were checked when the token was made.
    permissions: row.permissions as Permission[],
    createdAt: row.created_at.toISOString(),
    createdBy: row.created_by,
    expiresAt: row.expires_at?.toISOString() ?? null,
    revokedAt: row.revoked_at?.toISOString() ?? null,
    lastUsedAt: row.last_used_at?.toISOString() ?? null,
    lastUsedIp: row.last_used_ip,
  };
}
