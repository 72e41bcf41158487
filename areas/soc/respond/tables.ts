/** Tables of migrations/state/0010-respond.sql; the rest is in ../tables.ts. */
import type {} from '../tables.ts';

export interface AlertLedgerTable {
  dedup_key: string;
  batch: string;
  tenant: string;
  /** int4multirange as text, e.g. `{[0,3),[7,8)}`. */
  seqs: string;
  at: Date;
}

export interface AlertEntityTable {
  alert_id: string;
  tenant: string;
  type: string;
  value: string;
  role: string;
  count: number;
}

declare module '@xinglin/platform/state' {
  interface Database {
    soc_alert_ledger: AlertLedgerTable;
    soc_alert_entity: AlertEntityTable;
  }
}
