import { sql } from 'kysely';
import type { Tx } from '@xinglin/platform/state';
import type { Level } from '../../contract.ts';
import type { StoredEntity } from '../../tables.ts';
import { WINDOW_MS } from './score.ts';
import type { ScoreContext, Side } from './score.ts';

/** An alert that correlation has not looked at. */
export interface PendingAlert extends Side {
  readonly id: string;
  readonly tenant: string;
  readonly title: string;
  readonly level: Level;
  readonly severity: number;
}

/** An open incident or an alert of no incident that shares an entity with the alert in question. */
export interface Candidate extends Side {
  readonly kind: 'incident' | 'alert';
  readonly id: string;
  readonly severity: number;
  /** Incidents only. */
  readonly number: string;
  readonly status: string;
  readonly origin: string;
  readonly createdAt: number;
}

interface AlertSideRow {
  id: string;
  tenant: string;
  title_zh: string;
  level: Level;
  severity: number;
  entities: StoredEntity[];
  tactics: string[];
  first_seen: Date;
  last_seen: Date;
  created_at: Date;
}

/** Oldest first, locked. Silent sources and hidden alerts make no incidents. */
export async function readPending(tx: Tx, tenant: string, limit: number): Promise<PendingAlert[]> {
  const result = await sql<AlertSideRow>`
    select id, tenant, title_zh, level, severity, entities, tactics, first_seen, last_seen, created_at from soc_alert
    where tenant = ${tenant} and correlated_at is null and status <> 'closed' and suppressed_by is null and incident_id is null and kind <> 'silence'
    order by created_at, id limit ${limit} for update`.execute(tx);
  return result.rows.map((row) => ({
    id: row.id,
    tenant: row.tenant,
    title: row.title_zh,
    level: row.level,
    severity: row.severity,
    ...sideOf(row),
  }));
}

function sideOf(row: Pick<AlertSideRow, 'entities' | 'tactics' | 'first_seen' | 'last_seen'>): Side {
  return { entities: row.entities, tactics: row.tactics, from: row.first_seen.getTime(), to: row.last_seen.getTime() };
}

type Thing = { readonly type: string; readonly value: string };
const thingKey = (thing: Thing): string => `${thing.type}\0${thing.value}`;

/** What correlation knows of an alert's entities: other names of the same machine, who is infrastructure, how common each is. */
export interface EntityKnowledge extends ScoreContext {
  /** The entities and the other names of their machines. */
  readonly searched: readonly Thing[];
}

export async function knowEntities(tx: Tx, alert: PendingAlert): Promise<EntityKnowledge> {
  const entities = [
    ...new Map(
      alert.entities.filter(({ type }) => type !== 'process').map((entity) => [thingKey(entity), entity]),
    ).values(),
  ];
  const names = entities.filter(({ type }) => type === 'ip' || type === 'host').map(({ value }) => value);
  const assets = await sql<{ id: string; kind: string; ips: string[]; hostnames: string[] }>`
    select id, kind, ips, hostnames from soc_asset where tenant = ${alert.tenant} and status <> 'retired'
      and (ips && ${names}::text[] or exists (select 1 from unnest(hostnames) h where lower(h) = any(${names}::text[])))
    order by id limit 200`.execute(tx);
  const assetBy = new Map<string, string>();
  const infrastructure = new Set<string>();
  for (const asset of assets.rows) {
    for (const thing of [
      ...asset.ips.map((value) => ({ type: 'ip', value })),
      ...asset.hostnames.map((value) => ({ type: 'host', value: value.toLowerCase() })),
    ]) {
      if (!assetBy.has(thingKey(thing))) assetBy.set(thingKey(thing), asset.id);
      if (asset.kind === 'network' || asset.kind === 'security') infrastructure.add(thingKey(thing));
    }
  }
  const known = new Map(
    entities.map((entity) => [thingKey(entity), { type: entity.type, value: entity.value }] as const),
  );
  for (const key of assetBy.keys()) {
    const [type = '', value = ''] = key.split('\0');
    known.set(key, { type, value });
  }
  const searched = [...known.values()];
  const counts = await storyCounts(tx, alert, searched);
  return {
    searched,
    assetOf: (type, value) => assetBy.get(thingKey({ type, value })),
    isInfrastructure: (type, value) => infrastructure.has(thingKey({ type, value })),
    // The alert itself and the story it is compared with are not "other" stories.
    frequency: (type, value) => Math.max(0, (counts.get(thingKey({ type, value })) ?? 0) - 1),
  };
}

/** Of each thing only so many of its latest alerts are looked at: a host under attack from a botnet has thousands. */
const MOST_RECENT = 400;

/** In how many stories of the last week each thing appeared, the alert itself left out. */
async function storyCounts(tx: Tx, alert: PendingAlert, things: readonly Thing[]): Promise<Map<string, number>> {
  const result = await sql<{ type: string; value: string; stories: number }>`
    select e.type, e.value, count(distinct coalesce(a.incident_id, a.id))::int as stories
    from jsonb_to_recordset(${JSON.stringify(things)}::jsonb) as w(type text, value text)
    cross join lateral (
      select type, value, alert_id from soc_alert_entity
      where tenant = ${alert.tenant} and type = w.type and value = w.value and alert_id <> ${alert.id} order by alert_id desc limit ${MOST_RECENT}
    ) e
    join soc_alert a on a.id = e.alert_id
    where a.last_seen > ${new Date(alert.to - 7 * 86_400_000)} group by e.type, e.value`.execute(tx);
  return new Map(result.rows.map((row) => [thingKey(row), row.stories]));
}

const MOST_CANDIDATES = 40;

/** Open incidents and free alerts of the institution, near in time, that share an entity. */
export async function readCandidates(tx: Tx, alert: PendingAlert, things: readonly Thing[]): Promise<Candidate[]> {
  const from = new Date(alert.from - WINDOW_MS);
  const to = new Date(alert.to + WINDOW_MS);
  const sharing = sql`
    select distinct e.alert_id from jsonb_to_recordset(${JSON.stringify(things)}::jsonb) as w(type text, value text)
    cross join lateral (
      select alert_id from soc_alert_entity
      where tenant = ${alert.tenant} and type = w.type and value = w.value and alert_id <> ${alert.id} order by alert_id desc limit ${MOST_RECENT}
    ) e`;
  const incidents = await sql<{
    id: string;
    number: string;
    status: string;
    origin: string;
    severity: number;
    entities: StoredEntity[];
    tactics: string[];
    first_event_at: Date | null;
    last_alert_at: Date | null;
    created_at: Date;
  }>`
    select i.id, i.number, i.status, i.origin, i.severity, i.entities, i.tactics, i.first_event_at, i.last_alert_at, i.created_at
    from soc_incident i where i.tenant = ${alert.tenant} and i.status in ('new', 'triage', 'contained')
      and coalesce(i.last_alert_at, i.created_at) > ${from} and coalesce(i.first_event_at, i.created_at) < ${to}
      and exists (select 1 from soc_alert a where a.incident_id = i.id and a.id in (${sharing}))
    order by i.last_alert_at desc nulls last, i.id limit ${MOST_CANDIDATES}`.execute(tx);
  const alerts = await sql<AlertSideRow>`
    select a.id, a.tenant, a.title_zh, a.level, a.severity, a.entities, a.tactics, a.first_seen, a.last_seen, a.created_at from soc_alert a
    where a.id in (${sharing}) and a.incident_id is null and a.status <> 'closed' and a.suppressed_by is null and a.kind <> 'silence'
      and a.correlated_at is not null and a.last_seen > ${from} and a.first_seen < ${to}
    order by a.severity desc, a.id limit ${MOST_CANDIDATES}`.execute(tx);
  return [
    ...incidents.rows.map((row): Candidate => ({
      kind: 'incident',
      id: row.id,
      number: row.number,
      status: row.status,
      origin: row.origin,
      severity: row.severity,
      entities: row.entities,
      tactics: row.tactics,
      from: (row.first_event_at ?? row.created_at).getTime(),
      to: (row.last_alert_at ?? row.created_at).getTime(),
      createdAt: row.created_at.getTime(),
    })),
    ...alerts.rows.map((row): Candidate => ({
      kind: 'alert',
      id: row.id,
      number: '',
      status: '',
      origin: '',
      severity: row.severity,
      createdAt: row.created_at.getTime(),
      ...sideOf(row),
    })),
  ];
}
