-- The registration gateway: what people decide above its rules, and what visitors say against it. Decisions themselves are events.

-- A person's decision that stands above the rules, with author, reason and end. `key` is a salted HMAC, never the id itself.
create table antiscalp_override (
  id text primary key,
  tenant text not null,
  entity text not null check (entity in ('device', 'account', 'person', 'phone')),
  key text not null check (key ~ '^[0-9a-f]{32}$'),
  effect text not null check (effect in ('allow', 'verify')),
  reason text not null,
  author text not null,
  appeal_id text,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  ended_at timestamptz,
  ended_by text
);
create index antiscalp_override_live on antiscalp_override (tenant, expires_at) where ended_at is null;

create table antiscalp_appeal (
  id text primary key,
  tenant text not null,
  reference text not null default '',             -- the decision it is about
  code text not null default '',
  text text not null,
  contact text not null default '',
  device text not null default '',                -- salted
  status text not null default 'open' check (status in ('open', 'lifted', 'upheld')),
  answer text not null default '',
  answered_by text,
  answered_at timestamptz,
  created_at timestamptz not null default now()
);
create index antiscalp_appeal_recent on antiscalp_appeal (tenant, created_at desc);

select xinglin_protect(t) from unnest(array['antiscalp_override', 'antiscalp_appeal']) as t;
