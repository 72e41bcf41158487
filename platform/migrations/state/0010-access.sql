-- Accounts, sessions, keys. `tenant` '' = the whole platform (the first administrators).

create table access_user (
  id text primary key,
  username text not null check (username = lower(username)),
  name text not null,
  email text not null default '',
  phone text not null default '',
  tenant text not null,
  roles text[] not null default '{}',
  assigned text[] not null default '{}',            -- institutions a service engineer works for
  disabled boolean not null default false,
  password_hash text,                               -- null: signs in by OIDC only
  password_changed_at timestamptz not null default now(),
  password_history text[] not null default '{}',
  must_change_password boolean not null default true,
  totp_secret text,                                 -- sealed
  totp_enabled boolean not null default false,
  totp_last_step bigint not null default 0,         -- a code works once
  recovery_hashes text[] not null default '{}',
  oidc_issuer text,
  oidc_subject text,
  last_login_at timestamptz,
  last_login_ip text,
  created_by text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1
);
create unique index access_user_username on access_user (username);
create unique index access_user_oidc on access_user (oidc_issuer, oidc_subject) where oidc_subject is not null;
create index access_user_tenant on access_user (tenant text_pattern_ops);

-- Failed sign-ins by the hash of the name that was typed, whether or not it exists: a lock tells nothing about accounts.
create table access_attempt (
  name_hash text primary key,
  failures integer not null,
  last_failure timestamptz not null,
  locked_until timestamptz
);

create table access_session (
  id text primary key,
  token_hash text not null unique,
  user_id text not null references access_user(id) on delete cascade,
  tenant text not null,
  method text not null check (method in ('password', 'oidc')),
  mfa boolean not null default false,
  ip text not null default '',
  user_agent text not null default '',
  created_at timestamptz not null,
  last_seen_at timestamptz not null,
  expires_at timestamptz not null
);
create index access_session_user on access_session (user_id);
create index access_session_expires on access_session (expires_at);

-- Bearer tokens of programs and of big screens; only their hashes are kept.
create table access_token (
  id text primary key,
  kind text not null check (kind in ('apiKey', 'screen')),
  token_hash text not null unique,
  hint text not null,                               -- the first characters, to recognise it in a list
  name text not null,
  tenant text not null,
  scopes text[] not null,
  permissions text[] not null,
  created_by text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz,
  last_used_ip text
);
create index access_token_tenant on access_token (tenant text_pattern_ops);

select xinglin_protect(t) from unnest(array['access_user', 'access_session', 'access_token']) as t;
