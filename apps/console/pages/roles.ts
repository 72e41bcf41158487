import type { Role } from '@xinglin/platform/access';

/** An account as the API lists it. */
export interface User {
  readonly id: string;
  readonly username: string;
  readonly name: string;
  readonly email: string;
  readonly phone: string;
  readonly tenant: string;
  readonly roles: readonly Role[];
  readonly assigned: readonly string[];
  readonly disabled: boolean;
  readonly mustChangePassword: boolean;
  readonly totp: boolean;
  readonly oidc: boolean;
  readonly lockedUntil: string | null;
  readonly lastLoginAt: string | null;
  readonly lastLoginIp: string | null;
  readonly version: number;
}

export interface RoleInfo {
  readonly role: Role;
  readonly separatePower: boolean;
  readonly permissions: readonly string[];
}

export const ROLE_NAMES: readonly Role[] = [
  'system-admin',
  'security-admin',
  'auditor',
  'supervisor',
  'officer',
  'analyst',
  'engineer',
  'viewer',
];
/** Three separate powers (三权分立): none is held with another role. */
export const POWERS: readonly Role[] = ['system-admin', 'security-admin', 'auditor'];
