import type { EntityKey, FeatureRow } from '../types.ts';
import type { BehaviourSummary } from './behaviour.ts';

/** What somebody did at the registration system. */
export type EventAction =
  | 'view'
  | 'query'
  | 'login'
  | 'challenge'
  | 'book'
  | 'cancel'
  | 'pay'
  | 'otp'
  | 'no-show'
  | 'other';

/**
 * One request as the gateway saw it. Keys are opaque: salted hashes made by the caller, as texts or whole numbers up to
 * 53 bits. Absent keys are simply not counted; they never count against anybody.
 */
export interface RegistrationEvent {
  /** Epoch ms. */
  readonly at: number;
  readonly action: EventAction;
  readonly device?: EntityKey;
  readonly account?: EntityKey;
  /** Real-name identity the slot is for. */
  readonly person?: EntityKey;
  readonly phone?: EntityKey;
  readonly ip?: EntityKey;
  /** The /24 (IPv4) or /48 (IPv6). */
  readonly subnet?: EntityKey;
  readonly doctor?: EntityKey;
  readonly session?: EntityKey;
  readonly slot?: EntityKey;
  /** Coarse fingerprint group of the browser: a cluster, not an identity. */
  readonly cluster?: EntityKey;
  /** Did it succeed? Default true. */
  readonly ok?: boolean;
  /** Epoch ms when the account, the device token were made. */
  readonly accountCreatedAt?: number;
  readonly deviceCreatedAt?: number;
  /** Account passed real-name verification. */
  readonly verified?: boolean;
  /** Client platform as declared: `browser`, `app`, `mini-program`, `kiosk`, `staff`, `api`. */
  readonly client?: string;
  /** Client signals that do not fit together (challenge checks), and checks that could run at all. */
  readonly mismatches?: number;
  /** Epoch ms at which the slots asked for became bookable. */
  readonly releasedAt?: number;
  readonly behaviour?: BehaviourSummary;
}

export interface FeatureStoreOptions {
  /** Entities kept at most, per type; the least recently seen give way. Defaults to `DEFAULT_CAPACITY`. */
  readonly capacity?: Partial<Record<EntityType, number>>;
  /** A booking within this many ms of a cancel of the same slot by another identity is a hand-over. Default 10 min. */
  readonly handoverMs?: number;
}

export type EntityType = 'device' | 'account' | 'person' | 'phone' | 'ip' | 'subnet' | 'doctor' | 'session';

export interface FeatureStoreStats {
  readonly events: number;
  /** Events older than their windows: counted in no window. */
  readonly late: number;
  /** Entities forgotten to make room. */
  readonly evicted: number;
  readonly entities: Readonly<Record<EntityType, number>>;
  readonly bytes: number;
}

/** Keeps what the features need, in bounded memory. The clock is that of the events. */
export interface FeatureStore {
  /** Takes the event in and gives the features as of then, the event itself included. */
  observe(event: RegistrationEvent): FeatureRow;
  /** The features the event would have, without taking it in. */
  peek(event: RegistrationEvent): FeatureRow;
  /** Renews the nearline aggregates; call it every 1 to 60 s. */
  tick(now: number): void;
  /** Everything, as bytes for `restoreFeatureStore`. */
  serialise(): Uint8Array;
  stats(): FeatureStoreStats;
  /** Forgets one entity (erasure of personal data). True when it was known. */
  forget(type: EntityType, key: EntityKey): boolean;
}
