-- Slot release: policies, sessions with their places, entries, draws and bookings. `person`, `account`, `device` and `contact` are
-- salted HMACs; no identity number, name or telephone number is stored here.

create table release_policy (
  id text primary key,
  tenant text not null,
  name text not null,
  version integer not null,
  body jsonb not null,
  status text not null default 'draft' check (status in ('draft', 'active', 'retired')),
  created_by text not null,
  created_at timestamptz not null,
  activated_at timestamptz,
  unique (tenant, name, version)
);
create unique index release_policy_active on release_policy (tenant, name) where status = 'active';

-- What a policy would do, asked before it is switched on.
create table release_simulation (
  id text primary key,
  tenant text not null,
  policy_id text not null references release_policy(id) on delete cascade,
  input jsonb not null,
  status text not null default 'queued' check (status in ('queued', 'running', 'done', 'failed')),
  progress integer not null default 0,               -- percent
  result jsonb,
  error text,
  created_by text not null,
  created_at timestamptz not null
);
create index release_simulation_policy on release_simulation (policy_id, created_at desc);

create table release_session (
  id text primary key,
  tenant text not null,
  policy_id text not null references release_policy(id),
  policy jsonb not null,                             -- as it was when the session was made
  department text not null,
  doctor text not null,
  date date not null,
  publish_at timestamptz not null,
  release_at timestamptz not null,
  close_at timestamptz not null,
  published boolean not null default false,
  due_at timestamptz,                                -- when something happens next by itself
  his_ref text not null default '',
  created_at timestamptz not null
);
create index release_session_due on release_session (due_at) where due_at is not null;
create index release_session_list on release_session (tenant, date, id);
create unique index release_session_his on release_session (tenant, his_ref) where his_ref <> '';

create table release_slot (
  id text primary key,
  tenant text not null,
  session_id text not null references release_session(id) on delete cascade,
  start_at timestamptz not null,
  state text not null,
  open_at timestamptz,
  draw_id text,
  booking_id text,
  freed_by jsonb
);
create index release_slot_session on release_slot (session_id, start_at, id);

create table release_entry (
  id text primary key,
  tenant text not null,
  session_id text not null references release_session(id) on delete cascade,
  person text not null,
  account text not null,
  channel text not null,
  device text,
  contact text,
  state text not null,
  losses integer not null default 0,
  lost_before integer not null default 0,
  entered_at timestamptz not null,
  unique (session_id, person)                        -- one entry per real-name identity
);
create index release_entry_person on release_entry (tenant, person);

create table release_booking (
  id text primary key,
  tenant text not null,
  session_id text not null references release_session(id) on delete cascade,
  slot_id text not null references release_slot(id) on delete cascade,
  person text not null,
  account text not null,
  channel text not null,
  device text,
  contact text,
  draw_id text,
  state text not null,
  hold_until timestamptz not null,
  created_at timestamptz not null,
  changed_at timestamptz not null
);
-- The engine never holds a place twice; the database would not let it.
create unique index release_booking_slot on release_booking (slot_id) where state not in ('cancelled', 'expired');
create unique index release_booking_once on release_booking (session_id, person) where state not in ('cancelled', 'expired');
create index release_booking_person on release_booking (tenant, person, changed_at desc);
create index release_booking_account on release_booking (tenant, account, changed_at desc);
create index release_booking_session on release_booking (session_id);

create table release_draw (
  id text primary key,
  tenant text not null,
  session_id text not null references release_session(id) on delete cascade,
  main boolean not null,
  closes_at timestamptz not null,
  phase text not null check (phase in ('committed', 'closed', 'revealed')),
  record jsonb not null,                             -- as published
  slots text[] not null,
  entry_of jsonb not null                            -- pseudonym in this draw → entry
);
create index release_draw_session on release_draw (session_id, closes_at);
create index release_draw_recent on release_draw (tenant, closes_at desc);

-- Seeds of draws that are not revealed. The application role may only add: no request of any user can read one.
create table release_draw_secret (
  draw_id text primary key,
  tenant text not null,
  seed text not null
);
-- The key of the pseudonyms and of the identities' HMACs; the owner alone reads it.
create table release_secret (
  only_row boolean primary key default true check (only_row),
  salt bytea not null
);

create table release_hand_over (
  from_booking text not null,
  to_booking text primary key,
  tenant text not null,
  session_id text not null references release_session(id) on delete cascade,
  slot_id text not null,
  from_person text not null,
  to_person text not null,
  seconds integer not null,
  chance double precision not null,
  shared text[] not null default '{}',
  at timestamptz not null default now()
);
create index release_hand_over_recent on release_hand_over (tenant, at desc);
create index release_hand_over_pair on release_hand_over (tenant, from_person, to_person);

select xinglin_protect(t) from unnest(array[
  'release_policy', 'release_simulation', 'release_session', 'release_slot', 'release_entry', 'release_booking',
  'release_draw', 'release_draw_secret', 'release_hand_over'
]) as t;
revoke select, update, delete on release_draw_secret from xinglin_app;
alter table release_secret enable row level security;
alter table release_secret force row level security;
do $$
begin
  execute format('create policy xinglin_owner on release_secret to %I using (true) with check (true)', current_user);
end
$$;
