-- Indicators serve everyone below the institution that imported them: its hospitals may read what alerts them, and nothing else of it.
create policy soc_indicator_below on soc_indicator for select to xinglin_app
  using (tenant = '' or exists (
    select 1 from unnest(string_to_array(current_setting('xinglin.scopes', true), ',')) as scope where scope ^@ (soc_indicator.tenant || '.')
  ));
