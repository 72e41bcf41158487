-- Supervise: document numbers only when issued, reminders sent once, versions of statutory reports, schedules of situation reports.

-- 发文机关代字, e.g. 东卫; empty: derived from the short name.
alter table soc_institution add column document_code text not null default '';
-- Who answers for a network decides the reporting limit of the national rule (1 h, 2 h or 4 h).
alter table soc_institution add column operator_type text not null default 'other' check (operator_type in ('cii', 'central-organ', 'other'));

-- A draft has no number: the series is taken in the transaction that issues, so it has no gap. Two issuers may share a code.
alter table soc_notice alter column number drop not null;
alter table soc_notice drop constraint soc_notice_number_key;
create unique index soc_notice_number on soc_notice (tenant, number) where number is not null;
alter table soc_notice add column calendar_warning text not null default '';

-- One row for each reminder that went out: what makes reminders idempotent across restarts.
create table soc_notice_reminder (
  recipient_id text not null references soc_notice_recipient(id) on delete cascade,
  stage text not null,                             -- receipt, before-3, before-1, due, overdue-1, overdue-2 …
  deadline timestamptz not null,
  tenant text not null,
  issuer text not null,
  sent_at timestamptz not null,
  primary key (recipient_id, deadline, stage)
);
grant select, insert, update, delete on soc_notice_reminder to xinglin_app;
alter table soc_notice_reminder enable row level security;
create policy soc_notice_reminder_all on soc_notice_reminder to xinglin_app using (in_scope(tenant) or in_scope(issuer)) with check (in_scope(tenant) or in_scope(issuer));

-- One clock for each incident and stage; what is submitted is kept version by version.
create unique index soc_statutory_report_stage on soc_statutory_report (incident_id, stage);
create table soc_statutory_version (
  report_id text not null references soc_statutory_report(id) on delete cascade,
  version integer not null,
  tenant text not null,
  content jsonb not null,
  missing text[] not null default '{}',            -- content items still open in this version
  sm3 text not null,                               -- of the content's canonical JSON
  submitted_at timestamptz not null,
  submitted_by text not null,
  primary key (report_id, version)
);
create table soc_statutory_reminder (
  report_id text not null references soc_statutory_report(id) on delete cascade,
  stage text not null,                             -- started, half, due, overdue-1 …
  due_at timestamptz not null,
  tenant text not null,
  sent_at timestamptz not null,
  primary key (report_id, due_at, stage)
);

-- When situation reports are made by themselves; one schedule for each institution and kind.
create table soc_report_schedule (
  tenant text not null references soc_institution(tenant),
  kind text not null check (kind in ('weekly', 'monthly')),
  enabled boolean not null default true,
  weekday smallint not null default 5 check (weekday between 0 and 6),   -- 0 Sunday … 5 Friday
  day smallint not null default 1 check (day between 1 and 28),
  time text not null default '16:00' check (time ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
  last_run_at timestamptz,
  updated_by text not null,
  updated_at timestamptz not null default now(),
  primary key (tenant, kind)
);

select xinglin_protect(t) from unnest(array['soc_statutory_version', 'soc_statutory_reminder', 'soc_report_schedule']) as t;

-- A hospital may know the name of the office that writes to it, which lies above its scope. Names only, for paths it already holds.
create function soc_institution_names(tenants text[]) returns table (tenant text, name text, short_name text)
  language sql stable security definer set search_path from current
  as $$ select t.tenant, t.name, t.short_name from soc_institution t where t.tenant = any (tenants) $$;
revoke all on function soc_institution_names(text[]) from public;
grant execute on function soc_institution_names(text[]) to xinglin_app;
