// The public data shapes of the engine. Everything here is plain data: it survives JSON and structured clone.

/** One YAML document as the caller's YAML parser produced it. */
export interface RuleSource {
  /** File name, shown in issues. Documents of one file must be adjacent and in order (`action: global`). */
  readonly file: string;
  readonly document: unknown;
  /** Position of the document within its file, from 0. */
  readonly index?: number;
}

/** Something wrong with a rule. `error`: the rule (or part named in the message) does not run. */
export interface SigmaIssue {
  /** Stable code `area.problem`, for translation and filtering. */
  readonly code: string;
  readonly file: string;
  readonly ruleId?: string;
  /** Place inside the document, e.g. `detection.selection.Image|endswith`. */
  readonly path?: string;
  readonly message: string;
  readonly remedy?: string;
  readonly severity: 'error' | 'warning';
}

export type SigmaLevel = 'informational' | 'low' | 'medium' | 'high' | 'critical';

export interface SigmaLogsource {
  readonly category?: string;
  readonly product?: string;
  readonly service?: string;
  readonly definition?: string;
}

/** What one element of a string pattern is: fixed text, `*`, `?`, or a `%placeholder%` still to be expanded. */
export type GlobPart = string | { readonly wildcard: '*' | '?' } | { readonly placeholder: string };
/** A Sigma string: parts in order, neighbouring texts merged. `[]` is the empty string. */
export type Glob = readonly GlobPart[];

export type CompareOperator = 'lt' | 'lte' | 'gt' | 'gte';
export type TimePart = 'minute' | 'hour' | 'day' | 'week' | 'month' | 'year';

/** A test of one value, after every modifier has been applied. */
export type ValueTest =
  | { readonly kind: 'string'; readonly glob: Glob; readonly cased: boolean }
  | { readonly kind: 'regex'; readonly source: string; readonly flags: string; readonly expand?: boolean }
  | { readonly kind: 'cidr'; readonly network: string }
  | { readonly kind: 'compare'; readonly operator: CompareOperator; readonly value: number }
  | { readonly kind: 'null' }
  | { readonly kind: 'exists'; readonly expected: boolean }
  | {
      readonly kind: 'fieldref';
      readonly field: string;
      readonly mode: 'equals' | 'startswith' | 'endswith' | 'contains';
      readonly cased: boolean;
    }
  | {
      readonly kind: 'time';
      readonly part: TimePart;
      readonly operator: 'eq' | CompareOperator;
      readonly value: number;
    };

/** The resolved condition: identifiers replaced by what they stand for. An empty `and` is true, an empty `or` false. */
export type Expression =
  | { readonly kind: 'and'; readonly children: readonly Expression[] }
  | { readonly kind: 'or'; readonly children: readonly Expression[] }
  | { readonly kind: 'atLeast'; readonly count: number; readonly children: readonly Expression[] }
  | { readonly kind: 'not'; readonly child: Expression }
  | MatchExpression;

/** A leaf: one field (or, without `field`, any value of the event: a keyword) against one test. */
export interface MatchExpression {
  readonly kind: 'match';
  readonly field?: string;
  readonly test: ValueTest;
  /** Place in the rule, for explanations. */
  readonly path: string;
}

export interface SigmaDetection {
  readonly identifiers: Readonly<Record<string, Expression>>;
  /** The conditions as written; several are alternatives. */
  readonly conditions: readonly string[];
  readonly expression: Expression;
}

export interface SigmaRule {
  readonly id: string;
  readonly name?: string;
  readonly title: string;
  /** `medium` when the rule gives none. */
  readonly level: SigmaLevel;
  readonly status?: string;
  readonly description?: string;
  readonly author?: string;
  readonly date?: string;
  readonly modified?: string;
  readonly references: readonly string[];
  readonly tags: readonly string[];
  readonly falsepositives: readonly string[];
  /** Fields the author wants shown to the analyst. */
  readonly fields: readonly string[];
  readonly logsource: SigmaLogsource;
  readonly detection: SigmaDetection;
  /** Every other top-level key of the document, unchanged. */
  readonly custom: Readonly<Record<string, unknown>>;
  readonly file: string;
}

export interface SigmaFilter {
  readonly id: string;
  readonly title: string;
  readonly logsource: SigmaLogsource;
  /** Ids or names of rules, or `any`. */
  readonly rules: readonly string[] | 'any';
  /** What must hold, besides the rule's own condition, for the rule to fire (pySigma: `rule and filter`). */
  readonly detection: SigmaDetection;
  readonly custom: Readonly<Record<string, unknown>>;
  readonly file: string;
}

export type CorrelationType =
  | 'event_count'
  | 'value_count'
  | 'temporal'
  | 'temporal_ordered'
  | 'value_sum'
  | 'value_avg'
  | 'value_percentile'
  | 'value_median'
  | 'value_min'
  | 'value_max';

export type CorrelationOperator = 'gt' | 'gte' | 'lt' | 'lte' | 'eq' | 'neq';

/** Boolean expression over rule references (`a and not b`), allowed as the condition of temporal types. */
export type RuleExpression =
  | { readonly kind: 'and' | 'or'; readonly children: readonly RuleExpression[] }
  | { readonly kind: 'not'; readonly child: RuleExpression }
  | { readonly kind: 'rule'; readonly reference: string };

export interface CorrelationCondition {
  /** All must hold (`gt: 100` and `lte: 200` is a range). */
  readonly limits: readonly { readonly operator: CorrelationOperator; readonly value: number }[];
  /** The field(s) counted or summed by the `value_*` types. */
  readonly fields: readonly string[];
  /** 0 to 100, for `value_percentile`. */
  readonly percentile?: number;
  readonly expression?: RuleExpression;
}

export interface CorrelationRule {
  readonly id: string;
  readonly name?: string;
  readonly title: string;
  readonly level: SigmaLevel;
  readonly status?: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly falsepositives: readonly string[];
  readonly type: CorrelationType;
  /** Ids or names of rules or of other correlations, in order. */
  readonly rules: readonly string[];
  readonly groupBy: readonly string[];
  /** Milliseconds. */
  readonly timespan: number;
  readonly condition: CorrelationCondition;
  /** alias → rule reference → field name. */
  readonly aliases: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** True: the referred rules also alert on their own. Default false. */
  readonly generate: boolean;
  readonly custom: Readonly<Record<string, unknown>>;
  readonly file: string;
}

export interface ParsedRules {
  readonly rules: SigmaRule[];
  readonly correlations: CorrelationRule[];
  readonly filters: SigmaFilter[];
  readonly issues: SigmaIssue[];
}

/** A flat event record. Arrays match when one of their elements does; nested objects are reached by dotted path. */
export type SigmaEvent = Readonly<Record<string, unknown>>;
