/** Who acts, where, and what they may do. Every read and write names its actor. */

/** A node of the institution tree as a dotted path, e.g. `cn.gd.dongguan.hospital-3`. */
export type TenantPath = string;

export const ROLES = [
  'system-admin',
  'security-admin',
  'auditor',
  'supervisor',
  'officer',
  'analyst',
  'engineer',
  'viewer',
] as const;
export type Role = (typeof ROLES)[number];

/** Three separate powers (三权分立): no account holds two of these. */
export const SEPARATE_POWERS: readonly Role[] = ['system-admin', 'security-admin', 'auditor'];

export const PERMISSIONS = [
  'overview:read',
  'event:read',
  'event:export',
  'source:read',
  'source:write',
  'alert:read',
  'alert:write',
  'incident:read',
  'incident:write',
  'rule:read',
  'rule:write',
  'intel:read',
  'intel:write',
  'suppression:write',
  'institution:read',
  'institution:write',
  'asset:read',
  'asset:write',
  'notice:read',
  'notice:issue',
  'notice:answer',
  'notice:review',
  'report:read',
  'report:write',
  'screen:read',
  'screen:write',
  'user:read',
  'user:write',
  'role:write',
  'apikey:write',
  'audit:read',
  'system:read',
  'system:write',
  'notify:write',
  'slot:read',
  'slot:write',
  'antiscalp:read',
  'antiscalp:write',
  'antiscalp:decide',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

const READ_SOC: readonly Permission[] = [
  'overview:read',
  'event:read',
  'source:read',
  'alert:read',
  'incident:read',
  'rule:read',
  'intel:read',
  'institution:read',
  'asset:read',
  'notice:read',
  'report:read',
  'screen:read',
  'slot:read',
  'antiscalp:read',
];

/** What each role may do. Administrators run the system but see no patient-related event content; only the auditor reads the audit log. */
export const ROLE_PERMISSIONS: Readonly<Record<Role, readonly Permission[]>> = {
  'system-admin': [
    'system:read',
    'system:write',
    'source:read',
    'source:write',
    'institution:read',
    'institution:write',
    'user:read',
    'user:write',
    'notify:write',
  ],
  'security-admin': [
    'user:read',
    'role:write',
    'apikey:write',
    'rule:read',
    'rule:write',
    'intel:read',
    'intel:write',
    'institution:read',
    'system:read',
  ],
  auditor: ['audit:read', 'user:read', 'institution:read', 'system:read'],
  supervisor: [
    ...READ_SOC,
    'alert:write',
    'incident:write',
    'institution:write',
    'asset:write',
    'notice:issue',
    'notice:review',
    'report:write',
    'event:export',
    'screen:write',
    'slot:write',
    'antiscalp:write',
    'antiscalp:decide',
  ],
  officer: [
    ...READ_SOC,
    'alert:write',
    'incident:write',
    'asset:write',
    'notice:answer',
    'report:write',
    'suppression:write',
    'event:export',
    'screen:write',
    'slot:write',
    'antiscalp:write',
    'antiscalp:decide',
  ],
  analyst: [
    ...READ_SOC,
    'alert:write',
    'incident:write',
    'suppression:write',
    'rule:write',
    'intel:write',
    'event:export',
    'report:write',
  ],
  engineer: [
    'overview:read',
    'asset:read',
    'asset:write',
    'alert:read',
    'institution:read',
    'notice:read',
    'notice:answer',
    'report:read',
  ],
  viewer: [...READ_SOC],
};

export interface Actor {
  readonly kind: 'user' | 'apiKey' | 'screen' | 'system' | 'anonymous';
  readonly id: string;
  readonly name: string;
  readonly roles: readonly Role[];
  /** The institution the account belongs to. */
  readonly tenant: TenantPath;
  /** Subtrees the actor may see; empty for anonymous. The system actor has `['']`, which covers all. */
  readonly scopes: readonly TenantPath[];
  readonly permissions: ReadonlySet<Permission>;
  readonly ip?: string;
  readonly sessionId?: string;
}

export const ANONYMOUS: Actor = {
  kind: 'anonymous',
  id: 'anonymous',
  name: 'anonymous',
  roles: [],
  tenant: '',
  scopes: [],
  permissions: new Set(),
};

/** The platform acting for itself (detection, timers). It may do anything; its acts are audited under its own name. */
export function systemActor(name: string): Actor {
  return {
    kind: 'system',
    id: `system:${name}`,
    name,
    roles: [],
    tenant: '',
    scopes: [''],
    permissions: new Set(PERMISSIONS),
  };
}

/** True when `path` is `scope` or lies below it at a dot boundary. The empty scope covers all. */
export function covers(scope: TenantPath, path: TenantPath): boolean {
  return scope === '' || path === scope || (path.startsWith(scope) && path[scope.length] === '.');
}

export function inScope(actor: Pick<Actor, 'scopes'>, path: TenantPath): boolean {
  return actor.scopes.some((scope) => covers(scope, path));
}
