import { sql } from 'kysely';
import type { Selectable } from 'kysely';
import type { Tx } from '@xinglin/platform/state';
import type { z } from 'zod';
import type { Institution as InstitutionSchema, Institution } from '../../contract.ts';
import type { InstitutionTable } from '../../tables.ts';
import '../tables.ts';

export type InstitutionRow = Selectable<InstitutionTable>;
type LiveState = NonNullable<z.infer<typeof InstitutionSchema>['state']>;

export function toInstitution(row: InstitutionRow, state?: LiveState): Institution {
  return {
    tenant: row.tenant,
    parent: row.parent,
    name: row.name,
    shortName: row.short_name,
    kind: row.kind,
    level: row.level,
    importance: row.importance,
    regionCode: row.region_code,
    uscc: row.uscc,
    address: row.address,
    longitude: row.longitude,
    latitude: row.latitude,
    beds: row.beds,
    contacts: row.contacts,
    documentCode: row.document_code,
    operatorType: row.operator_type,
    archived: row.archived_at !== null,
    ...(state === undefined ? {} : { state }),
  };
}

interface StateRow {
  tenant: string;
  open_alerts: number;
  critical_alerts: number;
  open_incidents: number;
  open_notices: number;
  overdue_notices: number;
  sources: number;
  silent_sources: number;
  events: number;
}

/** The live state of each institution in scope: its own, not its subtree's. */
export async function liveStates(tx: Tx, now: Date): Promise<ReadonlyMap<string, LiveState>> {
  const hourAgo = new Date(now.getTime() - 3600_000);
  const { rows } = await sql<StateRow>`
    with a as (select tenant, count(*)::int as open_alerts, (count(*) filter (where level = 'critical'))::int as critical_alerts
               from soc_alert where status <> 'closed' and suppressed_by is null group by tenant),
         i as (select tenant, count(*)::int as open_incidents from soc_incident where status not in ('closed', 'merged') group by tenant),
         n as (select r.tenant, count(*)::int as open_notices,
                      (count(*) filter (where r.deadline < ${now} and r.status in ('pending', 'signed', 'returned', 'reinspection')))::int as overdue_notices
               from soc_notice_recipient r join soc_notice on soc_notice.id = r.notice_id and soc_notice.status = 'issued'
               where r.status not in ('accepted', 'withdrawn') group by r.tenant),
         s as (select tenant, count(*)::int as sources, (count(*) filter (where silent_since is not null))::int as silent_sources
               from soc_source where enabled group by tenant),
         m as (select tenant, sum(received)::float8 as events from soc_source_minute where minute >= ${hourAgo} group by tenant)
    select t.tenant, coalesce(open_alerts, 0) as open_alerts, coalesce(critical_alerts, 0) as critical_alerts, coalesce(open_incidents, 0) as open_incidents,
           coalesce(open_notices, 0) as open_notices, coalesce(overdue_notices, 0) as overdue_notices, coalesce(sources, 0) as sources,
           coalesce(silent_sources, 0) as silent_sources, coalesce(events, 0) as events
    from soc_institution t left join a using (tenant) left join i using (tenant) left join n using (tenant) left join s using (tenant) left join m using (tenant)
  `.execute(tx);
  return new Map(
    rows.map((row) => {
      const state = {
        openAlerts: row.open_alerts,
        criticalAlerts: row.critical_alerts,
        openIncidents: row.open_incidents,
        openNotices: row.open_notices,
        overdueNotices: row.overdue_notices,
        sources: row.sources,
        silentSources: row.silent_sources,
        eventsLastHour: row.events,
      };
      return [row.tenant, { ...state, light: lightOf(state) }];
    }),
  );
}

/** One lamp for the map: red for what cannot wait, grey when nobody knows, amber for what waits. */
export function lightOf(state: Omit<LiveState, 'light' | 'eventsLastHour'>): LiveState['light'] {
  if (state.criticalAlerts > 0 || state.overdueNotices > 0) return 'danger';
  if (state.sources > 0 && state.silentSources === state.sources) return 'silent';
  return state.openIncidents > 0 || state.openAlerts > 0 || state.silentSources > 0 ? 'watch' : 'ok';
}

/** The institution if it is in scope and in use. */
export async function findInstitution(tx: Tx, tenant: string): Promise<InstitutionRow | undefined> {
  return await tx
    .selectFrom('soc_institution')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('archived_at', 'is', null)
    .executeTakeFirst();
}

/**
 * Names of institutions, also of those above the actor's scope: a hospital may know who sent it a notice. Only names and codes, read
 * with the database's own function so that row-level security stays as it is.
 */
export async function institutionNames(
  tx: Tx,
  tenants: readonly string[],
): Promise<ReadonlyMap<string, { name: string; shortName: string }>> {
  if (tenants.length === 0) return new Map();
  const { rows } = await sql<{ tenant: string; name: string; short_name: string }>`
    select tenant, name, short_name from soc_institution_names(${[...new Set(tenants)]}::text[])`.execute(tx);
  return new Map(rows.map((row) => [row.tenant, { name: row.name, shortName: row.short_name }]));
}
