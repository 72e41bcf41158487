import { XinglinError } from '../kernel/errors.ts';
import { ANONYMOUS } from './actor.ts';
import type { Actor } from './actor.ts';
import type { AccessContext } from './context.ts';
import './errors.ts';
import { hashToken, sameText } from './hashing.ts';
import { createSessions } from './sessions.ts';
import type { Sessions } from './sessions.ts';
import { createTokens } from './tokens.ts';
import type { Tokens } from './tokens.ts';
import type { Restriction } from './users.ts';

/** Who sent a request, and by which proof. */
export interface Identity {
  readonly actor: Actor;
  readonly via: 'session' | 'bearer' | 'screen' | 'none';
  readonly restriction?: Restriction;
}

export interface Access {
  readonly context: AccessContext;
  readonly sessions: Sessions;
  readonly tokens: Tokens;
  /** Reads the credentials of a request: bearer token, session cookie, screen cookie, in this order. A wrong one is an error, none is anonymous. */
  identify(request: Request, ip: string): Promise<Identity>;
  /** The CSRF token that belongs to a session token. */
  csrf(sessionToken: string): string;
  /** Throws `access.csrf` when a request that changes something and is proven by a cookie does not come from our own pages. */
  checkOrigin(request: Request, identity: Identity): void;
}

export const SESSION_COOKIE = 'xinglin_session';
export const SCREEN_COOKIE = 'xinglin_screen';
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

export function createAccess(context: AccessContext): Access {
  const sessions = createSessions(context);
  const tokens = createTokens(context);
  const csrf = (token: string): string => hashToken(`csrf:${token}`).slice(0, 43);

  return {
    context,
    sessions,
    tokens,
    csrf,
    async identify(request, ip) {
      const bearer = /^Bearer\s+(\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1];
      if (bearer !== undefined) {
        const actor = await tokens.find(bearer, ip);
        if (actor === undefined) throw new XinglinError('access.unauthenticated');
        return { actor, via: 'bearer' };
      }
      const session = readCookie(request, SESSION_COOKIE);
      if (session !== undefined) {
        const found = await sessions.find(session, ip);
        if (found !== undefined) {
          return {
            actor: found.actor,
            via: 'session',
            ...(found.restriction === undefined ? {} : { restriction: found.restriction }),
          };
        }
      }
      const screen = readCookie(request, SCREEN_COOKIE);
      if (screen !== undefined) {
        const actor = await tokens.find(screen, ip);
        if (actor !== undefined) return { actor, via: 'screen' };
      }
      return { actor: { ...ANONYMOUS, ip }, via: 'none' };
    },
    checkOrigin(request, identity) {
      if (SAFE.has(request.method) || identity.via === 'bearer') return;
      requireSameOrigin(request);
      if (identity.via !== 'session') return;
      const token = readCookie(request, SESSION_COOKIE);
      const given = request.headers.get('x-csrf-token');
      if (token === undefined || given === null || !sameText(given, csrf(token))) throw new XinglinError('access.csrf');
    },
  };
}

/**
 * Browsers say where a request comes from (Sec-Fetch-Site, Origin); programs that send neither cannot be tricked by a page.
 * `same-site` is refused as well: a neighbour under the same domain is not us.
 */
export function requireSameOrigin(request: Request): void {
  const site = request.headers.get('sec-fetch-site');
  if (site !== null && site !== 'same-origin' && site !== 'none') throw new XinglinError('access.csrf');
  const origin = request.headers.get('origin');
  if (origin === null) return;
  // Behind a proxy the scheme differs, so the hosts are compared.
  const host = request.headers.get('host') ?? new URL(request.url).host;
  let from: string | undefined;
  try {
    from = new URL(origin).host;
  } catch {
    from = undefined;
  }
  if (from !== host) throw new XinglinError('access.csrf');
}

export function readCookie(request: Request, name: string): string | undefined {
  for (const part of (request.headers.get('cookie') ?? '').split(';')) {
    const [key, ...value] = part.split('=');
    if (key?.trim() === name) return decodeURIComponentSafe(value.join('=').trim());
  }
  return undefined;
}

function decodeURIComponentSafe(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export interface CookieOptions {
  readonly secure: boolean;
  readonly maxAgeSeconds?: number;
  readonly sameSite?: 'Strict' | 'Lax';
  readonly path?: string;
}

export function cookie(name: string, value: string, options: CookieOptions): string {
  const parts = [
    `${name}=${encodeURIComponent(value)}`,
    `Path=${options.path ?? '/'}`,
    'HttpOnly',
    `SameSite=${options.sameSite ?? 'Strict'}`,
  ];
  if (options.secure) parts.push('Secure');
  if (options.maxAgeSeconds !== undefined) parts.push(`Max-Age=${options.maxAgeSeconds}`);
  return parts.join('; ');
}
