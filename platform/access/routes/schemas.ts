import { z } from 'zod';
import { PERMISSIONS, ROLES } from '../actor.ts';
import type { Actor } from '../actor.ts';
import type { UserRow } from '../users.ts';
import { rolesOf } from '../users.ts';

export const RoleName = z.enum(ROLES);
export const PermissionName = z.enum(PERMISSIONS);
/** An institution path; empty = the whole platform. */
export const TenantField = z
  .string()
  .max(200)
  .regex(
    /^([a-z0-9-]+(\.[a-z0-9-]+)*)?$/,
    '机构路径由小写字母、数字、短横线和点组成 / lower-case letters, digits, hyphens and dots',
  );
export const IdParams = z.object({ id: z.string().min(1).max(64) });
export const PageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(500).default(50),
  cursor: z.string().max(64).optional(),
  q: z.string().max(200).optional(),
});

export const ActorView = z.object({
  kind: z.enum(['user', 'apiKey', 'screen', 'system', 'anonymous']),
  id: z.string(),
  name: z.string(),
  roles: z.array(RoleName),
  tenant: z.string(),
  scopes: z.array(z.string()),
  permissions: z.array(PermissionName),
});

export function actorView(actor: Actor): z.input<typeof ActorView> {
  const { kind, id, name, roles, tenant, scopes, permissions } = actor;
  return { kind, id, name, roles: [...roles], tenant, scopes: [...scopes], permissions: [...permissions] };
}

export const UserView = z.object({
  id: z.string(),
  username: z.string(),
  name: z.string(),
  email: z.string(),
  phone: z.string(),
  tenant: z.string(),
  roles: z.array(RoleName),
  assigned: z.array(z.string()),
  disabled: z.boolean(),
  mustChangePassword: z.boolean(),
  totp: z.boolean(),
  oidc: z.boolean(),
  lockedUntil: z.string().nullable(),
  lastLoginAt: z.string().nullable(),
  lastLoginIp: z.string().nullable(),
  createdAt: z.string(),
  version: z.number().int(),
});

export function userView(row: UserRow, lockedUntil: Date | null = null): z.input<typeof UserView> {
  return {
    id: row.id,
    username: row.username,
    name: row.name,
    email: row.email,
    phone: row.phone,
    tenant: row.tenant,
    roles: rolesOf(row),
    assigned: row.assigned,
    disabled: row.disabled,
    mustChangePassword: row.must_change_password,
    totp: row.totp_enabled,
    oidc: row.oidc_subject !== null,
    lockedUntil: lockedUntil?.toISOString() ?? null,
    lastLoginAt: row.last_login_at?.toISOString() ?? null,
    lastLoginIp: row.last_login_ip,
    createdAt: row.created_at.toISOString(),
    version: row.version,
  };
}

export const OneTimePassword = z.object({ id: z.string(), username: z.string(), password: z.string() });
export const SessionView = z.object({
  id: z.string(),
  userId: z.string(),
  username: z.string(),
  method: z.enum(['password', 'oidc']),
  mfa: z.boolean(),
  ip: z.string(),
  userAgent: z.string(),
  createdAt: z.string(),
  lastSeenAt: z.string(),
  expiresAt: z.string(),
  current: z.boolean(),
});
