import type { ReactNode } from 'react';
import type { ComponentType } from 'react';
import type { Permission, Role } from '../access/actor.ts';
import type { Texts } from './text.ts';

/** One page of an area: a path of the console, who may open it, and how to load its code. */
export interface ConsoleRoute {
  /** TanStack Router syntax: `/alerts/$id`. */
  readonly path: string;
  readonly permission?: Permission | readonly Permission[];
  /** Dynamic import; the page is the module's `Page`. */
  readonly load: () => Promise<{ readonly Page: ComponentType }>;
  /** Drawn without the shell's navigation (big screen). */
  readonly bare?: boolean;
}

export interface ConsoleMenuItem {
  readonly path: string;
  /** Key of the texts. */
  readonly label: string;
  readonly icon: ReactNode;
  readonly group: 'watch' | 'respond' | 'guard' | 'supervise' | 'engine' | 'manage';
  readonly permission?: Permission | readonly Permission[];
  /** Roles that land here after sign-in instead of on their first page. */
  readonly homeOf?: readonly Role[];
  /** Opens outside the shell. */
  readonly external?: boolean;
}

/** What a product area adds to the console. */
export interface ConsoleModule {
  readonly name: string;
  readonly texts: Texts;
  readonly menu: readonly ConsoleMenuItem[];
  readonly routes: readonly ConsoleRoute[];
}
