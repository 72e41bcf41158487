// The public data shapes of rules and decisions. Everything here is plain data: it survives JSON and structured clone.

export type FeatureType = 'number' | 'string' | 'boolean';
export type FeatureValue = string | number | boolean;

/** One input of the rules and models. */
export interface FeatureSpec {
  /** Dotted lower-case name, e.g. `device.requests_60s`. */
  readonly name: string;
  readonly type: FeatureType;
  /** Taken when the row lacks the feature. `null` or absent: the feature is missing, and no comparison with it holds. */
  readonly default?: FeatureValue | null;
  /** What it means, for the people who write rules. */
  readonly note?: string;
}

/** What `observe` gives and `decide` takes: feature name → value; an absent or `undefined` value is missing. */
export type FeatureRow = Readonly<Record<string, FeatureValue | null | undefined>>;

/** From mildest to hardest; the step-up ladder of the gateway. */
export type Outcome = 'allow' | 'recheck' | 'queue' | 'verify' | 'review' | 'deny';
export const OUTCOMES: readonly Outcome[] = ['allow', 'recheck', 'queue', 'verify', 'review', 'deny'];

/**
 * What kind of evidence a rule brings. `deny` needs `identity` and `behaviour` together, whatever the score: a shared
 * address or a fast hand alone must never refuse a patient.
 */
export type EvidenceGroup = 'identity' | 'behaviour' | 'network' | 'other';
export const EVIDENCE_GROUPS: readonly EvidenceGroup[] = ['identity', 'behaviour', 'network', 'other'];

export type CompareOp = 'eq' | 'ne' | 'lt' | 'lte' | 'gt' | 'gte';
export type TextOp = 'startsWith' | 'endsWith' | 'contains';
export type ArithmeticOp = 'add' | 'sub' | 'mul' | 'div' | 'mod' | 'min' | 'max';

/** The condition language as data. Comparisons with a missing operand are false, `ne` included; see `missing`. */
export type Expression =
  | { readonly op: 'and' | 'or'; readonly of: readonly Expression[] }
  | { readonly op: 'not'; readonly of: Expression }
  | { readonly op: CompareOp; readonly left: Expression; readonly right: Expression }
  | { readonly op: 'in'; readonly value: Expression; readonly list: readonly (string | number)[] }
  /** Both ends included. */
  | { readonly op: 'between'; readonly value: Expression; readonly low: Expression; readonly high: Expression }
  | { readonly op: TextOp; readonly value: Expression; readonly text: string }
  /** Division by zero and results beyond the doubles are missing. */
  | { readonly op: ArithmeticOp; readonly left: Expression; readonly right: Expression }
  | { readonly op: 'neg' | 'abs'; readonly of: Expression }
  | { readonly op: 'missing'; readonly feature: string }
  | { readonly op: 'feature'; readonly name: string }
  | { readonly op: 'value'; readonly value: FeatureValue };

export interface Rule {
  /** Unique in the rule set; letters, digits, `-`, `_`, `.`. */
  readonly id: string;
  readonly when: Expression;
  /** Added to the decision's score when the condition holds; negative scores speak for the visitor. */
  readonly score: number;
  /** Stable reason code shown to people, e.g. `RATE_DEVICE`. */
  readonly reason: string;
  /** Default `other`. */
  readonly group?: EvidenceGroup;
  /** The outcome is at least this when the rule fires. `deny` becomes `review` unless both evidence groups are present. */
  readonly atLeast?: Outcome;
  /** Default true. A rule switched off is checked but not run. */
  readonly enabled?: boolean;
  readonly note?: string;
}

/** The outcome when the score is at least `from`. `allow` has none. */
export interface Threshold {
  readonly outcome: Exclude<Outcome, 'allow'>;
  readonly from: number;
}

/** A rule set as stored: immutable, a change is a new version. */
export interface RuleSetDocument {
  readonly format: 'xinglin-rules/1';
  readonly name: string;
  readonly version: number;
  readonly note?: string;
  readonly features: readonly FeatureSpec[];
  readonly rules: readonly Rule[];
  readonly thresholds: readonly Threshold[];
}

/** Something wrong with a rule set. `error`: it does not compile. */
export interface RuleIssue {
  /** Stable code `rules.problem`. */
  readonly code: string;
  readonly severity: 'error' | 'warning';
  /** Place in the document, e.g. `rules[3].when.of[1].left`. */
  readonly path?: string;
  /** Place in the text form, from 1. */
  readonly line?: number;
  readonly column?: number;
  readonly message: string;
  readonly remedy?: string;
}

export type EntityKey = string | number;
/** The entities of one request by type, e.g. `{ device: 'd1', account: 'a9' }`. */
export type Entities = Readonly<Record<string, EntityKey | undefined>>;

/**
 * `allow`: the entity passes whatever the rules say (clinic staff, kiosks; overturned appeals). `snooze`: the named
 * rules, or all, do not count for it. Both name who decided it, why, and until when.
 */
export interface EntityListEntry {
  readonly kind: 'allow' | 'snooze';
  readonly entity: string;
  readonly key: EntityKey;
  /** For `snooze`: rule ids; all rules when absent. */
  readonly rules?: readonly string[];
  readonly author: string;
  readonly reason: string;
  /** Epoch ms; the entry is without effect from then on. */
  readonly expiresAt: number;
  readonly createdAt?: number;
}

export interface DecisionReason {
  readonly code: string;
  readonly rule: string;
  readonly score: number;
  readonly group: EvidenceGroup;
  /** The values the rule looked at; a missing one is `null`. */
  readonly evidence: Readonly<Record<string, FeatureValue | null>>;
}

export interface SnoozedRule {
  readonly rule: string;
  readonly code: string;
  readonly author: string;
  readonly reason: string;
  readonly expiresAt: number;
}

export interface Decision {
  readonly outcome: Outcome;
  readonly score: number;
  /** Rules that counted, heaviest first. Never empty unless the outcome is `allow`. */
  readonly reasons: readonly DecisionReason[];
  /** `name@version` of the rule set. */
  readonly ruleSetVersion: string;
  readonly modelVersion?: string;
  /** Probability that the model gave, when one was used. */
  readonly probability?: number;
  /** Rules that fired but were snoozed for an entity of this request. */
  readonly snoozed?: readonly SnoozedRule[];
  /** The allow-list entry that decided. */
  readonly allowedBy?: EntityListEntry;
  /** The outcome the score alone would have given, when `deny` was held back for want of evidence of both kinds. */
  readonly heldBack?: 'deny';
}

/** What the models said about the row; rules see it as `model.probability` and `model.anomaly`. */
export interface ModelVerdict {
  readonly version: string;
  readonly probability?: number;
  /** 0 to 1, of the isolation forest. */
  readonly anomaly?: number;
}
