/** What the gateway asks of the decision engine. `engine.ts` fills it with `@xinglin/decide`; a test may fill it with a few lines. */
import type { Decision, EntityKey, RegistrationEvent } from '@xinglin/decide';

/** What a route of the registration system means. `list`: looking for slots. */
export const ACTIONS = ['view', 'list', 'book', 'cancel', 'login', 'pay', 'other'] as const;
export type Action = (typeof ACTIONS)[number];

export const PERSON_ENTITIES = ['device', 'account', 'person', 'phone'] as const;
export type PersonEntity = (typeof PERSON_ENTITIES)[number];

export interface Engine {
  /** Counts the request and decides, in microseconds and without waiting. */
  decide(event: RegistrationEvent): Decision;
  /** How a request ended, for the features that count successes. */
  settle(event: RegistrationEvent, ok: boolean): void;
  /** Forgets what is kept of one entity; true when it was known. */
  forget(type: PersonEntity, key: EntityKey): boolean;
  /** Numbers of the store, for `/metrics`. */
  stats(): { readonly entities: number; readonly evicted: number; readonly bytes: number };
  readonly version: string;
  close(): void;
}
