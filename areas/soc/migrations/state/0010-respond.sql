-- Respond: what makes alert counting exact and incident correlation quick.

-- Which events each alert key has counted, one row per batch. A hit handed over again after a crash finds its event here and
-- changes nothing, even when the alert was closed in between. Pruned after three days (longer than any replay).
create table soc_alert_ledger (
  dedup_key text not null,
  batch text not null,
  tenant text not null,
  seqs int4multirange not null,
  at timestamptz not null default now(),
  primary key (dedup_key, batch)
);
create index soc_alert_ledger_at on soc_alert_ledger (at);

-- An alert's entities, one row each, so that alerts and incidents that share one are found by index.
create table soc_alert_entity (
  alert_id text not null references soc_alert(id) on delete cascade,
  tenant text not null,
  type text not null,
  value text not null,
  role text not null default '',
  count bigint not null default 1,
  primary key (alert_id, type, value, role)
);
create index soc_alert_entity_value on soc_alert_entity (tenant, type, value);

-- When correlation last looked at the alert; null: not yet.
alter table soc_alert add column correlated_at timestamptz;
create index soc_alert_uncorrelated on soc_alert (created_at) where correlated_at is null and status <> 'closed';
create index soc_alert_key on soc_alert (dedup_key, created_at desc);
create index soc_alert_created on soc_alert (created_at desc);
create index soc_alert_rule on soc_alert (rule_id, created_at desc);
create index soc_alert_open on soc_alert (severity desc, last_seen desc) where status <> 'closed';

-- 'auto': opened by correlation, which may still improve its title; 'manual': a person named it.
alter table soc_incident add column origin text not null default 'auto' check (origin in ('auto', 'manual'));
create index soc_incident_recent on soc_incident (created_at desc);

create index soc_asset_hostnames on soc_asset using gin (hostnames);
create index soc_indicator_list on soc_indicator (created_at desc);

select xinglin_protect_read(t) from unnest(array['soc_alert_ledger', 'soc_alert_entity']) as t;
