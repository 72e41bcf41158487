/** Tables of migrations/state/0014-rules.sql; the rest is in ../tables.ts. */
import type { ColumnType, Generated } from 'kysely';
import type {} from '../tables.ts';

type DefaultTime = ColumnType<Date, Date | string | undefined, Date | string>;
type MaybeTime = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
type Big = ColumnType<number | string, number | undefined, number>;
type DefaultJson<T> = ColumnType<T, string | undefined, string>;

export interface RuleExceptionTable {
  id: string;
  tenant: string;
  rule_id: string;
  title: string;
  yaml: string;
  asset_kinds: Generated<string[]>;
  reason: string;
  author: string;
  alert_id: string | null;
  created_at: DefaultTime;
  expires_at: ColumnType<Date, Date | string, Date | string>;
  ended_at: MaybeTime;
  ended_by: string | null;
}

export interface RuleVersionTable {
  rule_id: string;
  version: number;
  tenant: Generated<string>;
  yaml: string;
  author: Generated<string>;
  note: Generated<string>;
  created_at: DefaultTime;
}

/** A hit as a back-test keeps it: enough to show it, and to make an alert of it. */
export interface KeptHit {
  readonly id: string;
  /** ISO 8601. */
  readonly ts: string;
  readonly tenant: string;
  readonly source: string;
  readonly message: string;
  readonly explanation: Readonly<Record<string, unknown>>;
  readonly correlation?: {
    readonly group: Readonly<Record<string, string>>;
    readonly count: number;
    readonly from: number;
    readonly to: number;
    /** `batch-seq`. */
    readonly events: readonly string[];
  };
}

export interface RuleBackTestTable {
  id: string;
  tenant: string;
  rule_id: string;
  title: Generated<string>;
  yaml: string;
  saved: boolean;
  query: Generated<string>;
  scopes: string[];
  period_from: ColumnType<Date, Date | string, never>;
  period_to: ColumnType<Date, Date | string, never>;
  status: Generated<'queued' | 'running' | 'done' | 'failed' | 'cancelled'>;
  outcome: 'alerts' | 'discarded' | null;
  progress: Generated<number>;
  scanned: Big;
  matched: Big;
  per_day: DefaultJson<Record<string, number>>;
  per_tenant: DefaultJson<Record<string, number>>;
  hits: DefaultJson<KeptHit[]>;
  error: string | null;
  author: string;
  created_at: DefaultTime;
  started_at: MaybeTime;
  finished_at: MaybeTime;
}

declare module '@xinglin/platform/state' {
  interface Database {
    soc_rule_exception: RuleExceptionTable;
    soc_rule_version: RuleVersionTable;
    soc_rule_back_test: RuleBackTestTable;
  }
}
