/** The gateway's tables as Kysely sees them; migrations/state/0001-gateway.sql explains the columns. */
import type { ColumnType, Generated } from 'kysely';

type Time = ColumnType<Date, Date | string, Date | string>;
type DefaultTime = ColumnType<Date, Date | string | undefined, Date | string>;
type MaybeTime = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
type MaybeText = ColumnType<string | null, string | null | undefined, string | null>;

export interface OverrideTable {
  id: string;
  tenant: string;
  entity: 'device' | 'account' | 'person' | 'phone';
  key: string;
  effect: 'allow' | 'verify';
  reason: string;
  author: string;
  appeal_id: MaybeText;
  created_at: DefaultTime;
  expires_at: Time;
  ended_at: MaybeTime;
  ended_by: MaybeText;
}

export interface AppealTable {
  id: string;
  tenant: string;
  reference: Generated<string>;
  code: Generated<string>;
  text: string;
  contact: Generated<string>;
  device: Generated<string>;
  status: Generated<'open' | 'lifted' | 'upheld'>;
  answer: Generated<string>;
  answered_by: MaybeText;
  answered_at: MaybeTime;
  created_at: DefaultTime;
}

declare module '@xinglin/platform/state' {
  interface Database {
    antiscalp_override: OverrideTable;
    antiscalp_appeal: AppealTable;
  }
}
