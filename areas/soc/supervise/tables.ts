/** Tables of migrations/state/0020-supervise.sql; the rest is in ../tables.ts. */
import type { ColumnType, Generated } from 'kysely';
import type {} from '../tables.ts';

type Time = ColumnType<Date, Date | string, Date | string>;

export interface NoticeReminderTable {
  recipient_id: string;
  stage: string;
  deadline: Time;
  tenant: string;
  issuer: string;
  sent_at: Time;
}

export interface StatutoryVersionTable {
  report_id: string;
  version: number;
  tenant: string;
  content: ColumnType<Record<string, string>, string, string>;
  missing: Generated<string[]>;
  sm3: string;
  submitted_at: Time;
  submitted_by: string;
}

export interface StatutoryReminderTable {
  report_id: string;
  stage: string;
  due_at: Time;
  tenant: string;
  sent_at: Time;
}

declare module '@xinglin/platform/state' {
  interface Database {
    soc_notice_reminder: NoticeReminderTable;
    soc_statutory_version: StatutoryVersionTable;
    soc_statutory_reminder: StatutoryReminderTable;
  }
}
