-- Regional SOC: institutions and what they own, sources, alerts, incidents, notices.
-- `tenant` is an institution path; rows are limited to the actor's scopes by in_scope(tenant).

create table soc_institution (
  tenant text primary key check (tenant ~ '^[a-z0-9-]+(\.[a-z0-9-]+)*$'),
  parent text references soc_institution(tenant),
  name text not null,
  short_name text not null,
  kind text not null check (kind in ('commission', 'hospital', 'clinic', 'center', 'other')),
  level text not null default '',                  -- 三级甲等, 二级乙等, 未定级 …
  importance smallint not null default 3 check (importance between 1 and 5),
  region_code text not null default '',            -- GB/T 2260
  uscc text not null default '',                   -- 统一社会信用代码 GB 32100
  address text not null default '',
  longitude double precision,
  latitude double precision,
  beds integer,
  contacts jsonb not null default '[]',            -- [{name, post, phone, email, duty}]
  archived_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table soc_zone (
  id text primary key,
  tenant text not null references soc_institution(tenant),
  name text not null,
  kind text not null check (kind in ('internet', 'dmz', 'core', 'his', 'office', 'device', 'insurance', 'management', 'other')),
  cidrs text[] not null default '{}',
  unique (tenant, name)
);

create table soc_system (
  id text primary key,
  tenant text not null references soc_institution(tenant),
  name text not null,
  kind text not null,                              -- HIS, EMR, LIS, PACS, WEB, INTERNET-HOSPITAL …
  mlps_level smallint not null default 0 check (mlps_level between 0 and 5),
  importance smallint not null default 3 check (importance between 1 and 5),
  vendor text not null default '',
  owner text not null default '',
  url text not null default '',
  unique (tenant, name)
);

create table soc_asset (
  id text primary key,
  tenant text not null references soc_institution(tenant),
  name text not null,
  kind text not null check (kind in ('server', 'pc', 'network', 'security', 'medical', 'front-end', 'storage', 'other')),
  ips text[] not null default '{}',
  hostnames text[] not null default '{}',
  os text not null default '',
  system_id text references soc_system(id) on delete set null,
  zone_id text references soc_zone(id) on delete set null,
  importance smallint not null default 3 check (importance between 1 and 5),
  department text not null default '',
  owner text not null default '',
  vendor text not null default '',
  status text not null default 'in-use' check (status in ('in-use', 'idle', 'retired')),
  note text not null default '',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (tenant, name)
);
create index soc_asset_ips on soc_asset using gin (ips);

create table soc_source (
  id text primary key,
  tenant text not null references soc_institution(tenant),
  name text not null,
  kind text not null check (kind in ('syslog', 'http', 'elastic', 'splunk', 'otlp', 'collector')),
  token_hash text unique,                          -- SHA-256 of the bearer token, hex
  token_prefix text not null default '',
  cert_fingerprint text unique,                    -- SHA-256 of the client certificate, hex (syslog over TLS, collectors)
  allowed_ips text[] not null default '{}',        -- addresses or CIDRs a syslog sender may have; identify the source when there is no token
  dataset text not null default '',                -- pins a parser; empty: identify
  timezone text not null default '+08:00',
  enabled boolean not null default true,
  silent_after_s integer not null default 900,
  last_event_at timestamptz,
  last_received_at timestamptz,
  silent_since timestamptz,
  created_at timestamptz not null default now(),
  unique (tenant, name)
);

-- One row per source and minute, added up by the pipeline.
create table soc_source_minute (
  source_id text not null references soc_source(id) on delete cascade,
  tenant text not null,
  minute timestamptz not null,
  received bigint not null default 0,
  parsed bigint not null default 0,
  failed bigint not null default 0,                -- unknown format, kept whole
  dropped bigint not null default 0,
  bytes bigint not null default 0,
  lag_ms_sum bigint not null default 0,
  datasets jsonb not null default '{}',            -- dataset -> count
  primary key (source_id, minute)
);
create index soc_source_minute_at on soc_source_minute (minute);

create table soc_rule (
  id text primary key,                             -- Sigma id
  tenant text not null default '',                 -- '' = whole platform; a path = that subtree's own rule
  yaml text not null,
  version integer not null default 1,
  author text not null default '',
  updated_at timestamptz not null default now()
);

create table soc_rule_setting (
  rule_id text not null,
  tenant text not null default '',
  enabled boolean not null,
  level text,
  reason text not null default '',
  author text not null default '',
  updated_at timestamptz not null default now(),
  primary key (rule_id, tenant)
);

create table soc_indicator (
  id text primary key,
  tenant text not null,                            -- who imported it; matches in that subtree
  feed text not null,
  type text not null check (type in ('ip', 'cidr', 'domain', 'url', 'md5', 'sha1', 'sha256', 'sm3')),
  value text not null,
  severity text not null default 'medium',
  confidence smallint not null default 50,
  labels text[] not null default '{}',
  description text not null default '',
  origin jsonb not null default '{}',              -- the STIX object or MISP attribute it came from
  valid_from timestamptz not null default now(),
  valid_until timestamptz,
  hits bigint not null default 0,
  last_hit_at timestamptz,
  created_at timestamptz not null default now(),
  unique (tenant, feed, type, value)
);

create table soc_incident (
  id text primary key,
  number text not null unique,                     -- XA-2026-000123
  tenant text not null references soc_institution(tenant),
  title text not null,
  category text not null default '',               -- GB/T 20986-2023 sub-category, e.g. 恶意程序/勒索软件
  grade text not null default 'general' check (grade in ('general', 'major', 'serious', 'extreme')),  -- 一般 较大 重大 特别重大
  severity smallint not null default 50,           -- 0..100
  status text not null default 'new' check (status in ('new', 'triage', 'contained', 'closed', 'merged')),
  assignee text,
  conclusion text not null default '',
  verdict text check (verdict in ('true', 'false', 'benign')),
  entities jsonb not null default '[]',            -- [{type, value, role, count}]
  tactics text[] not null default '{}',            -- ATT&CK tactic short names in order of first sight
  alert_count integer not null default 0,
  -- Anchors for MTTD and MTTR: each set once, by the thing that happened.
  first_event_at timestamptz,
  first_alert_at timestamptz,
  first_look_at timestamptz,
  contained_at timestamptz,
  closed_at timestamptz,
  last_alert_at timestamptz,
  merged_into text references soc_incident(id),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index soc_incident_open on soc_incident (tenant, status, last_alert_at desc);

create table soc_alert (
  id text primary key,
  tenant text not null references soc_institution(tenant),
  kind text not null check (kind in ('rule', 'correlation', 'intel', 'silence')),
  rule_id text not null,
  title text not null,                             -- English
  title_zh text not null,
  level text not null check (level in ('informational', 'low', 'medium', 'high', 'critical')),
  severity smallint not null,                      -- 0..100: rule level × asset importance
  status text not null default 'new' check (status in ('new', 'open', 'closed')),
  verdict text check (verdict in ('true', 'false', 'benign')),
  verdict_reason text not null default '',
  verdict_by text,
  verdict_at timestamptz,
  assignee text,
  dedup_key text not null,                         -- one open alert per key
  count bigint not null default 1,
  first_seen timestamptz not null,                 -- event time
  last_seen timestamptz not null,
  entities jsonb not null default '[]',            -- [{type: ip|host|user|hash|domain|url|process, value, role: source|target|…}]
  techniques text[] not null default '{}',         -- T1110.003
  tactics text[] not null default '{}',            -- credential-access
  asset_id text references soc_asset(id) on delete set null,
  system_id text references soc_system(id) on delete set null,
  sources text[] not null default '{}',
  explanation jsonb not null default '{}',         -- rule version, matched fields and values
  remediation_zh text not null default '',
  remediation text not null default '',
  suppressed_by text,
  incident_id text references soc_incident(id),
  first_look_at timestamptz,
  created_at timestamptz not null default now(),   -- first alert
  updated_at timestamptz not null default now()
);
create unique index soc_alert_dedup on soc_alert (dedup_key) where status <> 'closed';
create index soc_alert_queue on soc_alert (tenant, status, severity desc, last_seen desc);
create index soc_alert_incident on soc_alert (incident_id);
create index soc_alert_seen on soc_alert (last_seen desc);

-- The events that fired an alert, kept whole so that evidence outlives retention. At most some hundreds per alert; `count` goes on.
create table soc_alert_event (
  alert_id text not null references soc_alert(id) on delete cascade,
  tenant text not null,
  batch text not null,                             -- UInt64 as decimal text
  seq integer not null,
  ts timestamptz not null,
  event jsonb not null,
  primary key (alert_id, batch, seq)
);

create table soc_suppression (
  id text primary key,
  tenant text not null,
  rule_id text,                                    -- null: any rule
  conditions jsonb not null default '[]',          -- [{field, op: equals|cidr|wildcard, value}] all must hold
  reason text not null,
  author text not null,
  expires_at timestamptz not null,
  hits bigint not null default 0,
  last_hit_at timestamptz,
  created_at timestamptz not null default now(),
  ended_at timestamptz
);

create table soc_incident_entry (
  id text primary key,
  incident_id text not null references soc_incident(id) on delete cascade,
  tenant text not null,
  at timestamptz not null default now(),
  kind text not null check (kind in ('comment', 'status', 'assign', 'merge', 'split', 'alert', 'notice', 'grade', 'report')),
  actor_id text not null,
  actor_name text not null,
  body text not null default '',
  data jsonb not null default '{}'
);
create index soc_incident_entry_of on soc_incident_entry (incident_id, at);

create table soc_statutory_report (
  id text primary key,
  incident_id text not null references soc_incident(id) on delete cascade,
  tenant text not null,
  stage text not null check (stage in ('initial', 'supplement', 'closing')),
  basis text not null,                             -- clause
  due_at timestamptz,
  submitted_at timestamptz,
  submitted_by text,
  content jsonb not null default '{}',
  created_at timestamptz not null default now()
);

create table soc_notice (
  id text primary key,
  number text not null unique,                     -- 东卫网安通〔2026〕12号
  tenant text not null references soc_institution(tenant),   -- issuer
  type text not null check (type in ('event', 'hazard', 'warning', 'key-period')),
  urgency text not null default 'normal' check (urgency in ('normal', 'urgent', 'extra-urgent')),
  title text not null,
  body text not null,                              -- Markdown subset: headings, paragraphs, lists, tables
  basis text not null default '',
  requirements jsonb not null default '[]',        -- [string]
  incident_id text references soc_incident(id),
  status text not null default 'draft' check (status in ('draft', 'issued', 'withdrawn', 'closed')),
  receipt_deadline timestamptz,
  deadline timestamptz,
  deadline_workdays integer,
  issued_at timestamptz,
  issued_by text,
  withdrawn_reason text not null default '',
  created_by text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table soc_notice_recipient (
  id text primary key,
  notice_id text not null references soc_notice(id) on delete cascade,
  tenant text not null references soc_institution(tenant),   -- recipient
  issuer text not null,
  status text not null default 'pending'
    check (status in ('pending', 'signed', 'answered', 'returned', 'accepted', 'reinspection', 'withdrawn')),
  deadline timestamptz,
  signed_at timestamptz,
  signed_by text,
  answered_at timestamptz,
  accepted_at timestamptz,
  extension jsonb,                                 -- {requestedUntil, reason, requestedBy, requestedAt, decision, decidedBy, decidedAt}
  escalation smallint not null default 0,          -- 0 none, 1 reminded, 2 overdue, 3 escalated to the upper level
  returns smallint not null default 0,
  updated_at timestamptz not null default now(),
  unique (notice_id, tenant)
);
create index soc_notice_recipient_due on soc_notice_recipient (status, deadline);

create table soc_notice_entry (
  id text primary key,
  notice_id text not null references soc_notice(id) on delete cascade,
  recipient_id text references soc_notice_recipient(id) on delete cascade,
  tenant text not null,                            -- recipient, or issuer when it concerns the whole notice
  issuer text not null,
  at timestamptz not null default now(),
  kind text not null,                              -- issue, sign, feedback, return, accept, reinspect, extend-request, extend-decide, remind, escalate, withdraw
  actor_id text not null,
  actor_name text not null,
  body text not null default '',
  data jsonb not null default '{}'
);

create table soc_notice_file (
  id text primary key,
  notice_id text not null references soc_notice(id) on delete cascade,
  recipient_id text references soc_notice_recipient(id) on delete cascade,
  entry_id text references soc_notice_entry(id) on delete cascade,
  tenant text not null,
  issuer text not null,
  name text not null,
  type text not null,
  size integer not null,
  sm3 text not null,
  stored text not null,                            -- file name below dataDir/files
  created_by text not null,
  created_at timestamptz not null default now()
);

create table soc_number_series (series text primary key, last integer not null default 0);

create table soc_saved_search (
  id text primary key,
  tenant text not null,
  owner_id text not null,
  name text not null,
  query text not null,
  range text not null default '24h',
  shared boolean not null default false,
  created_at timestamptz not null default now()
);

create table soc_report (
  id text primary key,
  tenant text not null references soc_institution(tenant),
  kind text not null check (kind in ('weekly', 'monthly', 'custom')),
  period_from timestamptz not null,
  period_to timestamptz not null,
  title text not null,
  status text not null default 'queued' check (status in ('queued', 'running', 'ready', 'failed')),
  progress smallint not null default 0,
  data jsonb not null default '{}',
  docx text,
  pdf text,
  error text,
  created_by text not null,
  created_at timestamptz not null default now()
);

create table soc_checkpoint (name text primary key, value jsonb not null, updated_at timestamptz not null default now());

select xinglin_protect(t) from unnest(array[
  'soc_institution', 'soc_zone', 'soc_system', 'soc_asset', 'soc_source', 'soc_source_minute', 'soc_indicator', 'soc_incident', 'soc_alert', 'soc_alert_event',
  'soc_suppression', 'soc_incident_entry', 'soc_statutory_report', 'soc_saved_search', 'soc_report'
]) as t;

-- A rule or setting of the whole platform ('') is read by everyone, changed only by those whose scope is its tenant.
-- A notice is seen by its issuer's side and by each recipient; each recipient sees only its own part.
grant select, insert, update, delete on soc_rule, soc_rule_setting, soc_notice, soc_notice_recipient, soc_notice_entry, soc_notice_file, soc_number_series to xinglin_app;
alter table soc_rule enable row level security;
create policy soc_rule_read on soc_rule for select to xinglin_app using (tenant = '' or in_scope(tenant));
create policy soc_rule_write on soc_rule for all to xinglin_app using (in_scope(tenant)) with check (in_scope(tenant));
alter table soc_rule_setting enable row level security;
create policy soc_rule_setting_read on soc_rule_setting for select to xinglin_app using (tenant = '' or in_scope(tenant));
create policy soc_rule_setting_write on soc_rule_setting for all to xinglin_app using (in_scope(tenant)) with check (in_scope(tenant));

alter table soc_notice enable row level security;
alter table soc_notice_recipient enable row level security;
alter table soc_notice_entry enable row level security;
alter table soc_notice_file enable row level security;
create policy soc_notice_recipient_all on soc_notice_recipient to xinglin_app using (in_scope(tenant) or in_scope(issuer)) with check (in_scope(tenant) or in_scope(issuer));
create policy soc_notice_entry_all on soc_notice_entry to xinglin_app using (in_scope(tenant) or in_scope(issuer)) with check (in_scope(tenant) or in_scope(issuer));
create policy soc_notice_file_all on soc_notice_file to xinglin_app using (in_scope(tenant) or in_scope(issuer)) with check (in_scope(tenant) or in_scope(issuer));
create policy soc_notice_own on soc_notice to xinglin_app using (in_scope(tenant)) with check (in_scope(tenant));
create policy soc_notice_received on soc_notice for select to xinglin_app
  using (status <> 'draft' and exists (select 1 from soc_notice_recipient r where r.notice_id = soc_notice.id and in_scope(r.tenant)));
