-- In-app messages, delivery channels and the durable queue between them.

create table notify_inbox (
  id text primary key,
  user_id text not null references access_user(id) on delete cascade,
  tenant text not null,
  kind text not null,
  title text not null,
  text text not null,
  link text,
  severity text not null check (severity in ('info', 'warning', 'critical')),
  created_at timestamptz not null,
  read_at timestamptz
);
create index notify_inbox_user on notify_inbox (user_id, id desc);
create index notify_inbox_unread on notify_inbox (user_id) where read_at is null;

create table notify_channel (
  id text primary key,
  tenant text not null,
  kind text not null check (kind in ('email', 'dingtalk', 'wecom', 'feishu', 'webhook')),
  name text not null,
  config jsonb not null,                            -- addresses; secrets sealed
  kinds text[] not null default '{}',               -- kind prefixes it accepts; empty = all
  min_severity text not null default 'info' check (min_severity in ('info', 'warning', 'critical')),
  enabled boolean not null default true,
  last_ok_at timestamptz,
  last_error text,
  last_error_at timestamptz,
  created_by text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (tenant, name)
);

create table notify_job (
  id text primary key,
  tenant text not null,
  channel_id text not null references notify_channel(id) on delete cascade,
  notification jsonb not null,
  status text not null check (status in ('queued', 'sending', 'sent', 'dead')),
  attempts integer not null default 0,
  next_at timestamptz not null,
  last_error text,
  created_at timestamptz not null,
  finished_at timestamptz
);
create index notify_job_due on notify_job (next_at) where status in ('queued', 'sending');
create index notify_job_channel on notify_job (channel_id, id desc);

create table notify_seen (key text primary key, at timestamptz not null);

select xinglin_protect(t) from unnest(array['notify_inbox', 'notify_channel', 'notify_job']) as t;
