import type { ColumnType, Generated } from 'kysely';
import type { Notification } from './port.ts';

type Time = ColumnType<Date, Date | string, Date | string>;
type GeneratedTime = ColumnType<Date, Date | string | undefined, Date | string>;
type NullableTime = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
type Json<T> = ColumnType<T, string, string>;

export interface InboxTable {
  id: string;
  user_id: string;
  tenant: string;
  kind: string;
  title: string;
  text: string;
  link: string | null;
  severity: Notification['severity'];
  created_at: Time;
  read_at: NullableTime;
}

export const CHANNEL_KINDS = ['email', 'dingtalk', 'wecom', 'feishu', 'webhook'] as const;
export type ChannelKind = (typeof CHANNEL_KINDS)[number];

/** Where a channel delivers. Kept sealed as one text, because robot addresses carry their key. */
export interface ChannelConfig {
  readonly url?: string;
  readonly secret?: string;
  /** E-mail addresses. */
  readonly to?: readonly string[];
}

export interface ChannelTable {
  id: string;
  tenant: string;
  kind: ChannelKind;
  name: string;
  config: Json<{ readonly sealed: string }>;
  kinds: Generated<string[]>;
  min_severity: Generated<Notification['severity']>;
  enabled: Generated<boolean>;
  last_ok_at: NullableTime;
  last_error: string | null;
  last_error_at: NullableTime;
  created_by: string;
  created_at: GeneratedTime;
  updated_at: GeneratedTime;
}

export interface JobTable {
  id: string;
  tenant: string;
  channel_id: string;
  notification: Json<Notification>;
  status: 'queued' | 'sending' | 'sent' | 'dead';
  attempts: Generated<number>;
  next_at: Time;
  last_error: string | null;
  created_at: Time;
  finished_at: NullableTime;
}

export interface SeenTable {
  key: string;
  at: Time;
}

declare module '../state/port.ts' {
  interface Database {
    notify_inbox: InboxTable;
    notify_channel: ChannelTable;
    notify_job: JobTable;
    notify_seen: SeenTable;
  }
}
