import { XinglinError } from '../kernel/errors.ts';
import { PERMISSIONS, ROLE_PERMISSIONS, SEPARATE_POWERS } from './actor.ts';
import type { Permission, Role, TenantPath } from './actor.ts';
import './errors.ts';

/**
 * Whether one account may hold these roles. The three powers (三权分立, GB/T 22239-2019 8.1.5) exclude each other, and an
 * administrator or auditor holds no business role: who runs or audits the system does not work on its alerts.
 */
export function checkRoles(roles: readonly Role[], tenant: TenantPath, assigned: readonly TenantPath[]): void {
  const powers = roles.filter((role) => SEPARATE_POWERS.includes(role));
  if (powers.length > 1 || (powers.length === 1 && roles.length > 1)) {
    throw new XinglinError('access.role_conflict', { roles: roles.join(', ') });
  }
  if (roles.includes('engineer') && assigned.length === 0) throw new XinglinError('access.assigned_needed');
  const global = roles.find((role) => role === 'system-admin' || role === 'security-admin');
  if (global !== undefined && tenant !== '') throw new XinglinError('access.power_scope', { role: global });
}

export function permissionsOf(roles: readonly Role[]): ReadonlySet<Permission> {
  return new Set(roles.flatMap((role) => ROLE_PERMISSIONS[role]));
}

/** Subtrees an account sees: an engineer only the institutions assigned, everyone else their own subtree. */
export function scopesOf(
  roles: readonly Role[],
  tenant: TenantPath,
  assigned: readonly TenantPath[],
): readonly TenantPath[] {
  if (roles.length === 0) return [];
  return roles.includes('engineer') ? assigned : [tenant];
}

/** What no API key may carry: keys are for programs, and granting power stays with people. */
const PEOPLE_ONLY: readonly Permission[] = ['role:write', 'apikey:write', 'user:write', 'system:write'];

export const KEY_PERMISSIONS: readonly Permission[] = PERMISSIONS.filter(
  (permission) => !PEOPLE_ONLY.includes(permission),
);

/** A big screen only looks, and sees no event text. */
export const SCREEN_PERMISSIONS: readonly Permission[] = [
  'overview:read',
  'screen:read',
  'alert:read',
  'institution:read',
  'notice:read',
];
