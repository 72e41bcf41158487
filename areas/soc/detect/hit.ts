import type { Level } from '../contract.ts';

/** The address of an event in the store with what a detection needs of it. */
export interface HitEvent {
  /** UInt64 as decimal text. */
  readonly batch: string;
  readonly seq: number;
  /** Event time, epoch milliseconds. */
  readonly ts: number;
  /** Flat ECS. */
  readonly event: Readonly<Record<string, unknown>>;
}

/**
 * One detection: a rule, a correlation or a threat indicator that fired on an event. `(ruleId, batch, seq)` is its identity: after a
 * crash the same hit may be handed over again, and taking it twice must have no second effect.
 */
export interface Hit extends HitEvent {
  readonly kind: 'rule' | 'correlation' | 'intel';
  /** Sigma id; for `intel` the indicator's id prefixed `intel:`. */
  readonly ruleId: string;
  readonly tenant: string;
  readonly sourceId: string;
  readonly indicatorId?: string;
  /** For `intel`: the ECS field that held the indicator and its value. */
  readonly indicatorField?: string;
  readonly indicatorValue?: string;
  readonly correlation?: {
    readonly group: Readonly<Record<string, string>>;
    readonly count: number;
    /** Event times, epoch milliseconds. */
    readonly from: number;
    readonly to: number;
    readonly events: readonly HitEvent[];
  };
}

export interface RuleInfo {
  readonly id: string;
  readonly title: string;
  readonly titleZh: string;
  readonly level: Level;
  /** ATT&CK ids, e.g. `T1110.003`. */
  readonly techniques: readonly string[];
  /** ATT&CK short names, e.g. `credential-access`. */
  readonly tactics: readonly string[];
  readonly remediation: string;
  readonly remediationZh: string;
  /** Version that produced the verdict: the rule's `modified`/`date` and a digest of its text. */
  readonly version: string;
  readonly kind: 'rule' | 'correlation';
  /** Fields the rule looks at, for explanations and for deduplication. */
  readonly fields: readonly string[];
  /** Group-by fields of a correlation; empty otherwise. */
  readonly groupBy: readonly string[];
}

/** The rules as loaded now. With a tenant, the level that institution's settings give it. */
export interface RuleBook {
  get(id: string, tenant?: string): RuleInfo | undefined;
  all(): readonly RuleInfo[];
  /** The matched fields of an event with their values and the place in the rule, for an alert's explanation. */
  explain(id: string, event: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>;
}

/** Turns hits into alerts (`respond` implements it). Resolves when they are durable; rejects to have them handed over again. */
export interface HitSink {
  accept(hits: readonly Hit[]): Promise<void>;
}

/** An alert about the platform's own supply of events rather than an event. */
export interface SilenceAlert {
  readonly sourceId: string;
  readonly sourceName: string;
  readonly tenant: string;
  readonly since: Date;
  readonly silentAfterS: number;
}

/** Alerts of kind `silence` (`respond` implements it): one open alert per source; `recovered` closes it. Both may be called again. */
export interface SilenceSink {
  silent(alert: SilenceAlert): Promise<void>;
  recovered(source: { readonly sourceId: string; readonly tenant: string; readonly at: Date }): Promise<void>;
}
