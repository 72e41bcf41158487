import { createContext, useContext } from 'react';
import type { Permission, Role } from '../access/actor.ts';

/** The signed-in person as `/api/v1/session` tells it. */
export interface SessionActor {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly tenant: string;
  readonly scopes: readonly string[];
  readonly permissions: readonly Permission[];
  readonly kind?: string;
}

export interface SessionAnswer {
  readonly actor: SessionActor;
  readonly csrf?: string;
  /** What the account must do before anything else. */
  readonly restriction?: 'password' | 'totp';
  readonly expiresAt?: string;
  readonly user?: {
    readonly username: string;
    readonly email: string;
    readonly phone: string;
    readonly totp: boolean;
    readonly lastLoginAt: string | null;
  };
}

export interface Session {
  readonly actor: SessionActor;
  readonly user: SessionAnswer['user'];
  readonly can: (permission: Permission | readonly Permission[] | undefined) => boolean;
  readonly signOut: () => void;
  readonly reload: () => Promise<void>;
}

export const SessionContext = createContext<Session | undefined>(undefined);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === undefined) throw new Error('useSession() needs a signed-in session');
  return session;
}

/** Any one of the permissions is enough. */
export function permits(held: readonly string[], wanted: Permission | readonly Permission[] | undefined): boolean {
  if (wanted === undefined) return true;
  return typeof wanted === 'string' ? held.includes(wanted) : wanted.some((one) => held.includes(one));
}
