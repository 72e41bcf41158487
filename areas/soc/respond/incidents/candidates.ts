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

/** The register's assets behind the addresses and names of some alerts. */
export interface AssetNames {
  readonly assetOf: (type: string, value: string) => string | undefined;
  readonly isInfrastructure: (type: string, value: string) => boolean;
  /** All names of an asset. */
  readonly namesOf: (asset: string) => readonly Thing[];
}

/** One reading for all alerts of a round. */
export async function readAssetNames(tx: Tx, tenant: string, alerts: readonly PendingAlert[]): Promise<AssetNames> {
  const names = [
    ...new Set(
      alerts.flatMap(({ entities }) =>
        entities.filter(({ type }) => type === 'ip' || type === 'host').map(({ value }) => value),
      ),
    ),
  ];
  const assets = await sql<{ id: string; kind: string; ips: string[]; hostnames: string[] }>`
    select id, kind, ips, hostnames from soc_asset where tenant = ${tenant} and status <> 'retired'
      and (ips && ${names}::text[] or exists (select 1 from unnest(hostnames) h where lower(h) = any(${names}::text[]))) order by id`.execute(
    tx,
  );
  const assetBy = new Map<string, string>();
  const namesBy = new Map<string, Thing[]>();
  const infrastructure = new Set<string>();
  for (const asset of assets.rows) {
    const things = [
      ...asset.ips.map((value) => ({ type: 'ip', value })),
      ...asset.hostnames.map((value) => ({ type: 'host', value: value.toLowerCase() })),
    ];
    namesBy.set(asset.id, things);
    for (const thing of things) {
      if (!assetBy.has(thingKey(thing))) assetBy.set(thingKey(thing), asset.id);
      if (asset.kind === 'network' || asset.kind === 'security') infrastructure.add(thingKey(thing));
    }
  }
  return {
    assetOf: (type, value) => assetBy.get(thingKey({ type, value })),
    isInfrastructure: (type, value) => infrastructure.has(thingKey({ type, value })),
    namesOf: (asset) => namesBy.get(asset) ?? [],
  };
}

/** An incident, or an alert of none, in which something of the alert's appeared. */
interface Story {
  readonly type: string;
  readonly value: string;
  readonly story: string;
  readonly free: boolean;
}

/** Of each thing only so many of its latest alerts are looked at: a host under attack from a botnet has thousands. */
const MOST_RECENT = 200;
const MOST_CANDIDATES = 40;
const FREQUENCY_MS = 7 * 86_400_000;

/** What an alert is compared with, and how common its entities are: the stories of the last week that share one. */
export async function readCandidates(
  tx: Tx,
  alert: PendingAlert,
  assets: AssetNames,
): Promise<{ candidates: Candidate[]; context: ScoreContext }> {
  const things = new Map<string, Thing>();
  for (const { type, value } of alert.entities) {
    if (type === 'process') continue;
    const asset = assets.assetOf(type, value);
    for (const thing of [{ type, value }, ...(asset === undefined ? [] : assets.namesOf(asset))])
      things.set(thingKey(thing), thing);
  }
  const stories = await readStories(tx, alert, [...things.values()]);
  const counts = new Map<string, number>();
  for (const story of stories) counts.set(thingKey(story), (counts.get(thingKey(story)) ?? 0) + 1);
  const ids = (free: boolean): string[] => [
    ...new Set(stories.filter((story) => story.free === free).map(({ story }) => story)),
  ];
  return {
    candidates: [...(await readIncidents(tx, alert, ids(false))), ...(await readFreeAlerts(tx, alert, ids(true)))],
    context: {
      assetOf: assets.assetOf,
      isInfrastructure: assets.isInfrastructure,
      // The story it is compared with is no "other" story.
      frequency: (type, value) => Math.max(0, (counts.get(thingKey({ type, value })) ?? 0) - 1),
    },
  };
}

async function readStories(tx: Tx, alert: PendingAlert, things: readonly Thing[]): Promise<Story[]> {
  if (things.length === 0) return [];
  const result = await sql<Story>`
    select e.type, e.value, coalesce(a.incident_id, a.id) as story, a.incident_id is null as free
    from jsonb_to_recordset(${JSON.stringify(things)}::jsonb) as w(type text, value text)
    cross join lateral (
      select type, value, alert_id from soc_alert_entity
      where tenant = ${alert.tenant} and type = w.type and value = w.value and alert_id <> ${alert.id} order by alert_id desc limit ${MOST_RECENT}
    ) e
    join soc_alert a on a.id = e.alert_id
    where a.last_seen > ${new Date(alert.to - FREQUENCY_MS)} group by 1, 2, 3, 4`.execute(tx);
  return result.rows;
}

interface IncidentRow {
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
}

async function readIncidents(tx: Tx, alert: PendingAlert, ids: readonly string[]): Promise<Candidate[]> {
  if (ids.length === 0) return [];
  const result = await sql<IncidentRow>`
    select id, number, status, origin, severity, entities, tactics, first_event_at, last_alert_at, created_at
    from soc_incident where id = any(${ids}::text[]) and tenant = ${alert.tenant} and status in ('new', 'triage', 'contained')
      and coalesce(last_alert_at, created_at) > ${new Date(alert.from - WINDOW_MS)} and coalesce(first_event_at, created_at) < ${new Date(alert.to + WINDOW_MS)}
    order by last_alert_at desc nulls last, id limit ${MOST_CANDIDATES}`.execute(tx);
  return result.rows.map((row) => ({
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
  }));
}

async function readFreeAlerts(tx: Tx, alert: PendingAlert, ids: readonly string[]): Promise<Candidate[]> {
  if (ids.length === 0) return [];
  const result = await sql<AlertSideRow>`
    select id, tenant, title_zh, level, severity, entities, tactics, first_seen, last_seen, created_at from soc_alert
    where id = any(${ids}::text[]) and incident_id is null and status <> 'closed' and suppressed_by is null and kind <> 'silence' and correlated_at is not null
      and last_seen > ${new Date(alert.from - WINDOW_MS)} and first_seen < ${new Date(alert.to + WINDOW_MS)}
    order by severity desc, id limit ${MOST_CANDIDATES}`.execute(tx);
  return result.rows.map((row) => ({
    kind: 'alert',
    id: row.id,
    number: '',
    status: '',
    origin: '',
    severity: row.severity,
    createdAt: row.created_at.getTime(),
    ...sideOf(row),
  }));
}
