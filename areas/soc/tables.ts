/** The area's tables as Kysely sees them; the columns are explained in migrations/state/0001-soc.sql. */
import type { ColumnType, Generated } from 'kysely';
import type { Level } from './contract.ts';

type Time = ColumnType<Date, Date | string, Date | string>;
type DefaultTime = ColumnType<Date, Date | string | undefined, Date | string>;
type MaybeTime = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
/** bigint: the driver hands over text when it does not fit a number. */
type Big = ColumnType<number | string, number | string | undefined, number | string>;
/** jsonb: read as a value, written as JSON text. */
type Json<T> = ColumnType<T, string, string>;
type DefaultJson<T> = ColumnType<T, string | undefined, string>;

export interface InstitutionTable {
  tenant: string;
  parent: string | null;
  name: string;
  short_name: string;
  kind: 'commission' | 'hospital' | 'clinic' | 'center' | 'other';
  level: Generated<string>;
  importance: Generated<number>;
  region_code: Generated<string>;
  uscc: Generated<string>;
  address: Generated<string>;
  longitude: number | null;
  latitude: number | null;
  beds: number | null;
  contacts: DefaultJson<{ name: string; post: string; phone: string; email: string; duty: boolean }[]>;
  document_code: Generated<string>;
  operator_type: Generated<'cii' | 'central-organ' | 'other'>;
  archived_at: MaybeTime;
  created_at: DefaultTime;
  updated_at: DefaultTime;
}

export interface ZoneTable {
  id: string;
  tenant: string;
  name: string;
  kind: 'internet' | 'dmz' | 'core' | 'his' | 'office' | 'device' | 'insurance' | 'management' | 'other';
  cidrs: Generated<string[]>;
}

export interface SystemTable {
  id: string;
  tenant: string;
  name: string;
  kind: string;
  mlps_level: Generated<number>;
  importance: Generated<number>;
  vendor: Generated<string>;
  owner: Generated<string>;
  url: Generated<string>;
}

export interface AssetTable {
  id: string;
  tenant: string;
  name: string;
  kind: 'server' | 'pc' | 'network' | 'security' | 'medical' | 'front-end' | 'storage' | 'other';
  ips: Generated<string[]>;
  hostnames: Generated<string[]>;
  os: Generated<string>;
  system_id: string | null;
  zone_id: string | null;
  importance: Generated<number>;
  department: Generated<string>;
  owner: Generated<string>;
  vendor: Generated<string>;
  status: Generated<'in-use' | 'idle' | 'retired'>;
  note: Generated<string>;
  created_at: DefaultTime;
  updated_at: DefaultTime;
}

export interface SourceTable {
  id: string;
  tenant: string;
  name: string;
  kind: 'syslog' | 'http' | 'elastic' | 'splunk' | 'otlp' | 'collector';
  token_hash: string | null;
  token_prefix: Generated<string>;
  cert_fingerprint: string | null;
  allowed_ips: Generated<string[]>;
  dataset: Generated<string>;
  timezone: Generated<string>;
  enabled: Generated<boolean>;
  silent_after_s: Generated<number>;
  last_event_at: MaybeTime;
  last_received_at: MaybeTime;
  silent_since: MaybeTime;
  created_at: DefaultTime;
}

export interface SourceMinuteTable {
  source_id: string;
  tenant: string;
  minute: Time;
  received: Big;
  parsed: Big;
  failed: Big;
  dropped: Big;
  bytes: Big;
  lag_ms_sum: Big;
  datasets: DefaultJson<Record<string, number>>;
}

export interface RuleTable {
  id: string;
  tenant: Generated<string>;
  yaml: string;
  version: Generated<number>;
  author: Generated<string>;
  updated_at: DefaultTime;
}

export interface RuleSettingTable {
  rule_id: string;
  tenant: Generated<string>;
  enabled: boolean;
  level: Level | null;
  reason: Generated<string>;
  author: Generated<string>;
  updated_at: DefaultTime;
}

export interface IndicatorTable {
  id: string;
  tenant: string;
  feed: string;
  type: 'ip' | 'cidr' | 'domain' | 'url' | 'md5' | 'sha1' | 'sha256' | 'sm3';
  value: string;
  severity: Generated<Level>;
  confidence: Generated<number>;
  labels: Generated<string[]>;
  description: Generated<string>;
  origin: DefaultJson<Record<string, unknown>>;
  valid_from: DefaultTime;
  valid_until: MaybeTime;
  hits: Big;
  last_hit_at: MaybeTime;
  created_at: DefaultTime;
}

export interface StoredEntity {
  type: string;
  value: string;
  role?: string;
  count?: number;
}

export interface IncidentTable {
  id: string;
  number: string;
  tenant: string;
  title: string;
  category: Generated<string>;
  grade: Generated<'general' | 'major' | 'serious' | 'extreme'>;
  severity: Generated<number>;
  status: Generated<'new' | 'triage' | 'contained' | 'closed' | 'merged'>;
  assignee: string | null;
  conclusion: Generated<string>;
  verdict: 'true' | 'false' | 'benign' | null;
  entities: DefaultJson<StoredEntity[]>;
  tactics: Generated<string[]>;
  alert_count: Generated<number>;
  first_event_at: MaybeTime;
  first_alert_at: MaybeTime;
  first_look_at: MaybeTime;
  contained_at: MaybeTime;
  closed_at: MaybeTime;
  last_alert_at: MaybeTime;
  merged_into: string | null;
  created_at: DefaultTime;
  updated_at: DefaultTime;
}

export interface AlertTable {
  id: string;
  tenant: string;
  kind: 'rule' | 'correlation' | 'intel' | 'silence';
  rule_id: string;
  title: string;
  title_zh: string;
  level: Level;
  severity: number;
  status: Generated<'new' | 'open' | 'closed'>;
  verdict: 'true' | 'false' | 'benign' | null;
  verdict_reason: Generated<string>;
  verdict_by: string | null;
  verdict_at: MaybeTime;
  assignee: string | null;
  dedup_key: string;
  count: Big;
  first_seen: Time;
  last_seen: Time;
  entities: DefaultJson<StoredEntity[]>;
  techniques: Generated<string[]>;
  tactics: Generated<string[]>;
  asset_id: string | null;
  system_id: string | null;
  sources: Generated<string[]>;
  explanation: DefaultJson<Record<string, unknown>>;
  remediation_zh: Generated<string>;
  remediation: Generated<string>;
  suppressed_by: string | null;
  incident_id: string | null;
  first_look_at: MaybeTime;
  created_at: DefaultTime;
  updated_at: DefaultTime;
}

export interface AlertEventTable {
  alert_id: string;
  tenant: string;
  batch: string;
  seq: number;
  ts: Time;
  event: Json<Record<string, unknown>>;
}

export interface SuppressionTable {
  id: string;
  tenant: string;
  rule_id: string | null;
  conditions: DefaultJson<{ field: string; op: 'equals' | 'cidr' | 'wildcard'; value: string }[]>;
  reason: string;
  author: string;
  expires_at: Time;
  hits: Big;
  last_hit_at: MaybeTime;
  created_at: DefaultTime;
  ended_at: MaybeTime;
}

export interface IncidentEntryTable {
  id: string;
  incident_id: string;
  tenant: string;
  at: DefaultTime;
  kind: 'comment' | 'status' | 'assign' | 'merge' | 'split' | 'alert' | 'notice' | 'grade' | 'report';
  actor_id: string;
  actor_name: string;
  body: Generated<string>;
  data: DefaultJson<Record<string, unknown>>;
}

export interface StatutoryReportTable {
  id: string;
  incident_id: string;
  tenant: string;
  stage: 'initial' | 'supplement' | 'closing';
  basis: string;
  due_at: MaybeTime;
  submitted_at: MaybeTime;
  submitted_by: string | null;
  content: DefaultJson<Record<string, unknown>>;
  created_at: DefaultTime;
}

export interface NoticeTable {
  id: string;
  /** Taken when issued. */
  number: string | null;
  tenant: string;
  type: 'event' | 'hazard' | 'warning' | 'key-period';
  urgency: Generated<'normal' | 'urgent' | 'extra-urgent'>;
  title: string;
  body: string;
  basis: Generated<string>;
  requirements: DefaultJson<string[]>;
  incident_id: string | null;
  status: Generated<'draft' | 'issued' | 'withdrawn' | 'closed'>;
  receipt_deadline: MaybeTime;
  deadline: MaybeTime;
  deadline_workdays: number | null;
  issued_at: MaybeTime;
  issued_by: string | null;
  withdrawn_reason: Generated<string>;
  calendar_warning: Generated<string>;
  created_by: string;
  created_at: DefaultTime;
  updated_at: DefaultTime;
}

export interface NoticeRecipientTable {
  id: string;
  notice_id: string;
  tenant: string;
  issuer: string;
  status: Generated<'pending' | 'signed' | 'answered' | 'returned' | 'accepted' | 'reinspection' | 'withdrawn'>;
  deadline: MaybeTime;
  signed_at: MaybeTime;
  signed_by: string | null;
  answered_at: MaybeTime;
  accepted_at: MaybeTime;
  extension: ColumnType<Record<string, unknown> | null, string | null | undefined, string | null>;
  escalation: Generated<number>;
  returns: Generated<number>;
  updated_at: DefaultTime;
}

export interface NoticeEntryTable {
  id: string;
  notice_id: string;
  recipient_id: string | null;
  tenant: string;
  issuer: string;
  at: DefaultTime;
  kind: string;
  actor_id: string;
  actor_name: string;
  body: Generated<string>;
  data: DefaultJson<Record<string, unknown>>;
}

export interface NoticeFileTable {
  id: string;
  notice_id: string;
  recipient_id: string | null;
  entry_id: string | null;
  tenant: string;
  issuer: string;
  name: string;
  type: string;
  size: number;
  sm3: string;
  stored: string;
  created_by: string;
  created_at: DefaultTime;
}

export interface SavedSearchTable {
  id: string;
  tenant: string;
  owner_id: string;
  name: string;
  query: string;
  range: Generated<string>;
  shared: Generated<boolean>;
  created_at: DefaultTime;
}

export interface ReportTable {
  id: string;
  tenant: string;
  kind: 'weekly' | 'monthly' | 'custom';
  period_from: Time;
  period_to: Time;
  title: string;
  status: Generated<'queued' | 'running' | 'ready' | 'failed'>;
  progress: Generated<number>;
  data: DefaultJson<Record<string, unknown>>;
  docx: string | null;
  pdf: string | null;
  error: string | null;
  created_by: string;
  created_at: DefaultTime;
}

declare module '@xinglin/platform/state' {
  interface Database {
    soc_institution: InstitutionTable;
    soc_zone: ZoneTable;
    soc_system: SystemTable;
    soc_asset: AssetTable;
    soc_source: SourceTable;
    soc_source_minute: SourceMinuteTable;
    soc_rule: RuleTable;
    soc_rule_setting: RuleSettingTable;
    soc_indicator: IndicatorTable;
    soc_incident: IncidentTable;
    soc_alert: AlertTable;
    soc_alert_event: AlertEventTable;
    soc_suppression: SuppressionTable;
    soc_incident_entry: IncidentEntryTable;
    soc_statutory_report: StatutoryReportTable;
    soc_notice: NoticeTable;
    soc_notice_recipient: NoticeRecipientTable;
    soc_notice_entry: NoticeEntryTable;
    soc_notice_file: NoticeFileTable;
    soc_number_series: { series: string; last: number };
    soc_saved_search: SavedSearchTable;
    soc_report: ReportTable;
    soc_checkpoint: { name: string; value: Json<Record<string, unknown>>; updated_at: DefaultTime };
  }
}
