/** The schedule of migrations/state/0020-supervise.sql; soc_report is in ../tables.ts. */
import type { ColumnType, Generated } from 'kysely';
import type {} from '../tables.ts';

export interface ReportScheduleTable {
  tenant: string;
  kind: 'weekly' | 'monthly';
  enabled: Generated<boolean>;
  weekday: Generated<number>;
  day: Generated<number>;
  time: Generated<string>;
  last_run_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  updated_by: string;
  updated_at: ColumnType<Date, Date | string | undefined, Date | string>;
}

declare module '@xinglin/platform/state' {
  interface Database {
    soc_report_schedule: ReportScheduleTable;
  }
}
