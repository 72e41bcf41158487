-- Who works on an alert or incident is shown by name, also where the account is above the reader in the tree (the commission's analyst
-- on a hospital's incident). Row-level security hides those accounts, so two functions of the owner tell the name, and nothing else.
create function soc_account_name(account text) returns text
  language sql stable security definer set search_path = public
  as $$ select name from access_user where id = account $$;

-- Accounts that see an institution: an engineer by what was assigned, everyone else by the own subtree.
create function soc_accounts_of(institution text)
  returns table (id text, name text, tenant text, roles text[])
  language sql stable security definer set search_path = public
  as $$
    select u.id, u.name, u.tenant, u.roles from access_user u
    where not u.disabled and exists (
      select 1 from unnest(case when 'engineer' = any (u.roles) then u.assigned else array[u.tenant] end) as scope
      where scope = '' or (institution || '.') ^@ (scope || '.'))
  $$;
