import type { Selectable } from 'kysely';
import { XinglinError } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import { PERMISSIONS, inScope } from './actor.ts';
import type { Actor, Permission, TenantPath } from './actor.ts';
import type { AccessContext } from './context.ts';
import './errors.ts';
import { hashToken, randomToken } from './hashing.ts';
import { KEY_PERMISSIONS, SCREEN_PERMISSIONS } from './role-rules.ts';
import type { TokenTable } from './tables.ts';

export type TokenRow = Selectable<TokenTable>;

const PREFIX = { apiKey: 'xlk_', screen: 'xlv_' } as const;
const CACHE_MS = 5_000;
const CACHE_SIZE = 1_000;
const TOUCH_MS = 60_000;

export interface NewToken {
  readonly kind: 'apiKey' | 'screen';
  readonly name: string;
  readonly tenant: TenantPath;
  readonly permissions?: readonly Permission[];
  readonly expiresAt?: Date;
}

/** API keys of programs and read-only tokens of big screens. */
export interface Tokens {
  /** The token is returned once and kept as a hash. */
  create(actor: Actor, token: NewToken): Promise<{ id: string; token: string; hint: string }>;
  revoke(actor: Actor, kind: 'apiKey' | 'screen', id: string): Promise<void>;
  find(token: string, ip: string): Promise<Actor | undefined>;
}

export function createTokens(context: AccessContext): Tokens {
  const { state, now } = context;
  const cache = new Map<string, { at: number; row: TokenRow }>();
  const permissionFor = (kind: 'apiKey' | 'screen'): Permission =>
    kind === 'apiKey' ? 'apikey:write' : 'screen:write';

  return {
    async create(actor, { kind, name, tenant, permissions = [], expiresAt }) {
      if (!inScope(actor, tenant))
        throw new XinglinError('access.out_of_scope', { tenant: tenant === '' ? '（全平台 / platform）' : tenant });
      const wanted = kind === 'screen' ? SCREEN_PERMISSIONS : permissions;
      const refused =
        kind === 'apiKey' ? wanted.find((permission) => !KEY_PERMISSIONS.includes(permission)) : undefined;
      if (refused !== undefined) throw new XinglinError('access.permission_not_held', { permission: refused });
      const token = randomToken(PREFIX[kind]);
      const id = newId();
      const hint = token.slice(0, 10);
      await state.write(actor, permissionFor(kind), async (tx, audit) => {
        await tx
          .insertInto('access_token')
          .values({
            id,
            kind,
            token_hash: hashToken(token),
            hint,
            name,
            tenant,
            scopes: [tenant],
            permissions: [...wanted],
            created_by: actor.id,
            created_at: now(),
            expires_at: expiresAt ?? null,
            last_used_ip: null,
          })
          .execute();
        await audit({
          action: `${kind === 'apiKey' ? 'apikey' : 'screen'}.create`,
          tenant,
          objectType: 'token',
          objectId: id,
          summary: `${kind === 'apiKey' ? 'API key' : 'Screen token'} ${name} (${hint}…) created`,
          after: { name, permissions: wanted, expiresAt: expiresAt?.toISOString() ?? null },
        });
      });
      return { id, token, hint };
    },
    async revoke(actor, kind, id) {
      await state.write(actor, permissionFor(kind), async (tx, audit) => {
        const row = await tx
          .updateTable('access_token')
          .set({ revoked_at: now() })
          .where('id', '=', id)
          .where('kind', '=', kind)
          .where('revoked_at', 'is', null)
          .returning(['tenant', 'name', 'hint'])
          .executeTakeFirst();
        if (row === undefined) throw new XinglinError('resource.not_found', { what: '令牌 / token', id });
        await audit({
          action: `${kind === 'apiKey' ? 'apikey' : 'screen'}.revoke`,
          tenant: row.tenant,
          objectType: 'token',
          objectId: id,
          summary: `Token ${row.name} (${row.hint}…) revoked`,
        });
      });
      cache.clear();
    },
    async find(token, ip) {
      const kind = token.startsWith(PREFIX.apiKey) ? 'apiKey' : token.startsWith(PREFIX.screen) ? 'screen' : undefined;
      if (kind === undefined) return undefined;
      const hash = hashToken(token);
      const at = now().getTime();
      let entry = cache.get(hash);
      if (entry === undefined || at - entry.at >= CACHE_MS || at < entry.at) {
        const row = await state.owner
          .selectFrom('access_token')
          .selectAll()
          .where('token_hash', '=', hash)
          .executeTakeFirst();
        if (row === undefined || row.kind !== kind || row.revoked_at !== null) {
          cache.delete(hash);
          return undefined;
        }
        entry = { at, row };
        if (cache.size >= CACHE_SIZE) cache.clear();
        cache.set(hash, entry);
      }
      const { row } = entry;
      if (row.expires_at !== null && at >= row.expires_at.getTime()) return undefined;
      if (at - (row.last_used_at?.getTime() ?? 0) >= TOUCH_MS) {
        row.last_used_at = new Date(at);
        await state.owner
          .updateTable('access_token')
          .set({ last_used_at: row.last_used_at, last_used_ip: ip })
          .where('id', '=', row.id)
          .execute();
      }
      return {
        kind,
        id: `${kind}:${row.id}`,
        name: row.name,
        roles: [],
        tenant: row.tenant,
        scopes: row.scopes,
        permissions: new Set(PERMISSIONS.filter((permission) => row.permissions.includes(permission))),
        ip,
      };
    },
  };
}
