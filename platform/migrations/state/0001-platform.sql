-- Scopes, row-level security helpers and the audit chain. Runs on PGlite (PostgreSQL 18) and PostgreSQL 15 or newer.

do $$
begin
  if not exists (select from pg_roles where rolname = 'xinglin_app') then
    create role xinglin_app nologin;
  end if;
  -- The connecting role acts as xinglin_app by SET LOCAL ROLE.
  execute format('grant xinglin_app to %I', current_user);
  execute format('grant usage on schema %I to xinglin_app', current_schema());
end
$$;

-- True when the transaction's scopes cover the institution path. `xinglin.scopes` holds the scopes, each with a trailing
-- dot, joined by commas; a single comma covers all; empty covers nothing. One expression without a sub-query, so that
-- the planner inlines it into the policy.
create function in_scope(tenant text) returns boolean
  language sql stable parallel safe
  as $$ select (tenant || '.') operator(pg_catalog.^@) any (pg_catalog.string_to_array(pg_catalog.current_setting('xinglin.scopes', true), ',')) $$;

-- Row-level security for an area's table with a `tenant` column: the application role sees and changes only rows in
-- scope; the owner (migrations, timers, sign-in) sees all.
create function xinglin_protect(table_name text, tenant_column text default 'tenant') returns void
  language plpgsql
  as $$
begin
  execute format('alter table %s enable row level security', table_name::regclass);
  execute format('alter table %s force row level security', table_name::regclass);
  execute format('drop policy if exists xinglin_scope on %s', table_name::regclass);
  execute format('drop policy if exists xinglin_owner on %s', table_name::regclass);
  execute format('create policy xinglin_scope on %s to xinglin_app using (in_scope(%I)) with check (in_scope(%I))',
    table_name::regclass, tenant_column, tenant_column);
  execute format('create policy xinglin_owner on %s to %I using (true) with check (true)', table_name::regclass, current_user);
  execute format('grant select, insert, update, delete on %s to xinglin_app', table_name::regclass);
  perform xinglin_grant_sequences(table_name);
end
$$;

-- As xinglin_protect, but the application role only reads (rows are written by the owner: timers, detection).
create function xinglin_protect_read(table_name text, tenant_column text default 'tenant') returns void
  language plpgsql
  as $$
begin
  perform xinglin_protect(table_name, tenant_column);
  execute format('revoke insert, update, delete on %s from xinglin_app', table_name::regclass);
end
$$;

-- A table without institution (catalogues, rule texts): everyone reads; the application role writes when `writable`.
create function xinglin_share(table_name text, writable boolean default false) returns void
  language plpgsql
  as $$
begin
  execute format('grant select on %s to xinglin_app', table_name::regclass);
  if writable then
    execute format('grant insert, update, delete on %s to xinglin_app', table_name::regclass);
    perform xinglin_grant_sequences(table_name);
  end if;
end
$$;

create function xinglin_grant_sequences(table_name text) returns void
  language plpgsql
  as $$
declare
  sequence_name text;
begin
  for sequence_name in
    select distinct s.oid::regclass::text
    from pg_depend d
    join pg_class s on s.oid = d.objid and s.relkind = 'S'
    where d.refobjid = table_name::regclass and d.deptype in ('a', 'i')
  loop
    execute format('grant usage, select on sequence %s to xinglin_app', sequence_name);
  end loop;
end
$$;

create table audit_log (
  id bigint primary key,
  at timestamptz(3) not null,
  actor_kind text not null,
  actor_id text not null,
  actor_name text not null,
  ip text,
  tenant text not null,
  action text not null,
  object_type text not null,
  object_id text not null,
  summary text not null,
  before jsonb,
  after jsonb,
  prev_hash text not null,
  hash text not null
);
create index audit_log_tenant on audit_log (tenant, id desc);
create index audit_log_object on audit_log (object_type, object_id, id desc);
create index audit_log_actor on audit_log (actor_id, id desc);
create index audit_log_at on audit_log (at);

-- Head of the chain: the row every writer locks while it appends.
create table audit_head (
  only_row boolean primary key default true check (only_row),
  last_id bigint not null,
  hash text not null
);
insert into audit_head (last_id, hash) values (0, '');

create function audit_log_append_only() returns trigger
  language plpgsql
  as $$
begin
  raise exception 'audit_log is append-only' using errcode = 'restrict_violation';
end
$$;
create trigger audit_log_append_only before update or delete on audit_log
  for each row execute function audit_log_append_only();
create trigger audit_log_no_truncate before truncate on audit_log
  for each statement execute function audit_log_append_only();

-- The application role reads the log in scope and only in a transaction opened for the auditor's permission.
alter table audit_log enable row level security;
alter table audit_log force row level security;
create policy xinglin_scope on audit_log for select to xinglin_app
  using (in_scope(tenant) and current_setting('xinglin.permission', true) = 'audit:read');
do $$
begin
  execute format('create policy xinglin_owner on audit_log to %I using (true) with check (true)', current_user);
end
$$;
grant select on audit_log to xinglin_app;
