-- Rules that people work on: exceptions, versions, decisions of the levels above, back-tests over history.

-- Who may read what binds them: the owner's side, and everyone below the owner.
create function soc_reaches(owner text) returns boolean
  language sql stable parallel safe
  as $$ select owner = '' or public.in_scope(owner) or exists (
    select 1 from pg_catalog.unnest(pg_catalog.string_to_array(pg_catalog.current_setting('xinglin.scopes', true), ',')) as scope
    where scope operator(pg_catalog.^@) (owner || '.')) $$;

create policy soc_rule_setting_below on soc_rule_setting for select to xinglin_app using (soc_reaches(tenant));

-- A Sigma filter with a scope and an end. `yaml` is the filter as Sigma defines it: what must hold for the rule to fire.
create table soc_rule_exception (
  id text primary key,
  tenant text not null,                            -- the subtree it holds for
  rule_id text not null,
  title text not null,
  yaml text not null,
  asset_kinds text[] not null default '{}',        -- only events of assets of these kinds; empty: all
  reason text not null,
  author text not null,
  alert_id text,                                   -- the alert it was made from
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  ended_at timestamptz,
  ended_by text
);
create index soc_rule_exception_rule on soc_rule_exception (rule_id, created_at desc);
select xinglin_protect('soc_rule_exception');
create policy soc_rule_exception_below on soc_rule_exception for select to xinglin_app using (soc_reaches(tenant));

-- Every text a rule of our own has had.
create table soc_rule_version (
  rule_id text not null,
  version integer not null,
  tenant text not null default '',
  yaml text not null,
  author text not null default '',
  note text not null default '',
  created_at timestamptz not null default now(),
  primary key (rule_id, version)
);
select xinglin_protect('soc_rule_version');
create policy soc_rule_version_below on soc_rule_version for select to xinglin_app using (soc_reaches(tenant));
insert into soc_rule_version (rule_id, version, tenant, yaml, author, created_at)
  select id, version, tenant, yaml, author, updated_at from soc_rule;

-- A back-test over history: a job that outlives the page that began it.
create table soc_rule_back_test (
  id text primary key,
  tenant text not null,
  rule_id text not null,
  title text not null default '',
  yaml text not null,                              -- the text tested, which may not be saved
  saved boolean not null,                          -- the text was the rule in force
  query text not null default '',
  scopes text[] not null,                          -- what its author may see
  period_from timestamptz not null,
  period_to timestamptz not null,
  status text not null default 'queued' check (status in ('queued', 'running', 'done', 'failed', 'cancelled')),
  outcome text check (outcome in ('alerts', 'discarded')),
  progress real not null default 0,                -- 0..1
  scanned bigint not null default 0,
  matched bigint not null default 0,
  per_day jsonb not null default '{}',
  per_tenant jsonb not null default '{}',
  hits jsonb not null default '[]',                -- the first thousand
  error text,
  author text not null,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz
);
create index soc_rule_back_test_rule on soc_rule_back_test (rule_id, created_at desc);
select xinglin_protect('soc_rule_back_test');

-- Who decided is shown by name, also to those below who may not read that institution.
create function soc_institution_name(path text) returns text
  language sql stable security definer set search_path = public
  as $$ select coalesce(nullif(short_name, ''), name) from soc_institution where tenant = path and soc_reaches(path) $$;
