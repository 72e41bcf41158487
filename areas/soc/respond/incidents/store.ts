import { sql } from 'kysely';
import { newId } from '@xinglin/platform/kernel';
import type { Tx } from '@xinglin/platform/state';
import type { StoredEntity } from '../../tables.ts';
import { isInternalIp } from '../context/entities.ts';
import { nextIncidentNumber } from './numbers.ts';
import { incidentSeverity, proposeTitle, tacticsInOrder } from './propose.ts';
import type { StoryAlert } from './propose.ts';

export interface Doer {
  readonly id: string;
  readonly name: string;
}

export const CORRELATION: Doer = { id: 'system:correlation', name: 'correlation' };

export interface NewIncident {
  readonly tenant: string;
  readonly title: string;
  readonly origin: 'auto' | 'manual';
  readonly alertIds: readonly string[];
}

/** Opens an incident around alerts; call {@link refreshIncident} afterwards. */
export async function openIncident(tx: Tx, now: Date, incident: NewIncident): Promise<{ id: string; number: string }> {
  const id = newId();
  const number = await nextIncidentNumber(tx, now);
  await sql`
    insert into soc_incident (id, number, tenant, title, origin, status, created_at, updated_at)
    values (${id}, ${number}, ${incident.tenant}, ${incident.title}, ${incident.origin}, 'new', ${now}, ${now})`.execute(
    tx,
  );
  await tx
    .updateTable('soc_alert')
    .set({ incident_id: id, updated_at: now })
    .where('id', 'in', incident.alertIds)
    .execute();
  return { id, number };
}

export interface NewEntry {
  readonly incidentId: string;
  readonly tenant: string;
  readonly kind: 'comment' | 'status' | 'assign' | 'merge' | 'split' | 'alert' | 'notice' | 'grade' | 'report';
  readonly actor: Doer;
  readonly body?: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

export async function addEntry(tx: Tx, now: Date, entry: NewEntry): Promise<void> {
  await tx
    .insertInto('soc_incident_entry')
    .values({
      id: newId(),
      incident_id: entry.incidentId,
      tenant: entry.tenant,
      at: now,
      kind: entry.kind,
      actor_id: entry.actor.id,
      actor_name: entry.actor.name,
      body: entry.body ?? '',
      data: JSON.stringify(entry.data ?? {}),
    })
    .execute();
}

interface MemberRow {
  severity: number;
  techniques: string[];
  tactics: string[];
  title_zh: string;
  kind: string;
  first_seen: Date;
  last_seen: Date;
  created_at: Date;
  entities: StoredEntity[];
  asset_name: string | null;
  first_look_at: Date | null;
}

const MOST_ENTITIES = 120;

export interface IncidentFacts {
  readonly id: string;
  readonly tenant: string;
  readonly number: string;
  readonly title: string;
  readonly severity: number;
  readonly status: string;
  readonly alerts: number;
}

/**
 * Recomputes what an incident says about its alerts. Anchors only move towards the truth: the first event and the first alert are the
 * earliest of all its alerts; looks, containment and closing are set elsewhere and never here. While nobody has touched an automatic
 * incident (status new), its title and category follow the story.
 */
export async function refreshIncident(tx: Tx, now: Date, id: string): Promise<IncidentFacts | undefined> {
  const found = await sql<{
    tenant: string;
    title: string;
    category: string;
    origin: string;
    status: string;
    number: string;
    short_name: string | null;
  }>`
    select i.tenant, i.title, i.category, i.origin, i.status, i.number, n.short_name
    from soc_incident i left join soc_institution n on n.tenant = i.tenant where i.id = ${id} for update of i`.execute(
    tx,
  );
  const incident = found.rows[0];
  if (incident === undefined) return undefined;
  const members = await sql<MemberRow>`
    select a.severity, a.techniques, a.tactics, a.title_zh, a.kind, a.first_seen, a.last_seen, a.created_at, a.entities, a.first_look_at, t.name as asset_name
    from soc_alert a left join soc_asset t on t.id = a.asset_id where a.incident_id = ${id} order by a.first_seen, a.id`.execute(
    tx,
  );
  const alerts = members.rows.map((row): StoryAlert & MemberRow => ({
    ...row,
    title: row.title_zh,
    firstSeen: row.first_seen.getTime(),
  }));
  const entities = mergeStored(alerts.map((alert) => alert.entities));
  const proposal = proposeTitle(alerts, incident.short_name ?? incident.tenant, placeOf(alerts, entities));
  const untouched = incident.origin === 'auto' && incident.status === 'new';
  const title = untouched || incident.title === '' ? proposal.title : incident.title;
  const category = untouched || incident.category === '' ? proposal.category : incident.category;
  const severity = incidentSeverity(alerts, machines(entities));
  const earliest = (dates: readonly Date[]): Date | null =>
    dates.reduce<Date | null>((min, date) => (min === null || date < min ? date : min), null);
  await sql`
    update soc_incident set title = ${title}, category = ${category}, severity = ${severity}, entities = ${JSON.stringify(entities)}::jsonb,
      tactics = ${tacticsInOrder(alerts)}::text[], alert_count = ${alerts.length},
      first_event_at = ${earliest(alerts.map((alert) => alert.first_seen))}, first_alert_at = ${earliest(alerts.map((alert) => alert.created_at))},
      first_look_at = least(first_look_at, ${earliest(alerts.flatMap((alert) => alert.first_look_at ?? []))}::timestamptz),
      last_alert_at = (select max(last_seen) from soc_alert where incident_id = ${id}), updated_at = ${now}
    where id = ${id}`.execute(tx);
  return {
    id,
    tenant: incident.tenant,
    number: incident.number,
    title,
    severity,
    status: incident.status,
    alerts: alerts.length,
  };
}

/** Entities of all alerts, counts added, inside parties and the frequent first. */
export function mergeStored(lists: readonly (readonly StoredEntity[])[]): StoredEntity[] {
  const sums = new Map<string, StoredEntity>();
  for (const entity of lists.flat()) {
    const key = `${entity.type}\0${entity.value}\0${entity.role ?? ''}`;
    const known = sums.get(key);
    sums.set(
      key,
      known === undefined
        ? { ...entity, count: entity.count ?? 1 }
        : { ...known, count: (known.count ?? 1) + (entity.count ?? 1) },
    );
  }
  const rank = (entity: StoredEntity): number =>
    entity.type === 'host' || (entity.type === 'ip' && isInternalIp(entity.value))
      ? 0
      : entity.type === 'process' || entity.type === 'url'
        ? 2
        : 1;
  return [...sums.values()]
    .toSorted((a, b) => rank(a) - rank(b) || (b.count ?? 0) - (a.count ?? 0) || (a.value < b.value ? -1 : 1))
    .slice(0, MOST_ENTITIES);
}

function machines(entities: readonly StoredEntity[]): number {
  const hosts = new Set(entities.filter((entity) => entity.type === 'host').map((entity) => entity.value));
  const addresses = new Set(
    entities.filter((entity) => entity.type === 'ip' && isInternalIp(entity.value)).map((entity) => entity.value),
  );
  return Math.max(hosts.size, addresses.size);
}

/** Where it happened: the asset of the worst alert, else the host or inside address most spoken of. */
function placeOf(alerts: readonly MemberRow[], entities: readonly StoredEntity[]): string {
  const asset = alerts
    .filter((alert) => alert.asset_name !== null)
    .toSorted((a, b) => b.severity - a.severity)[0]?.asset_name;
  if (asset !== undefined && asset !== null) return asset;
  const host = entities.find(
    (entity) => entity.type === 'host' || (entity.type === 'ip' && isInternalIp(entity.value)),
  );
  return host?.value ?? entities.find((entity) => entity.type === 'user')?.value ?? '';
}

/** Moves the alerts of incidents into another one; the emptied ones stay, marked as merged. The earlier look counts for both. */
export async function mergeInto(
  tx: Tx,
  now: Date,
  into: { id: string; tenant: string; number: string },
  from: readonly { id: string; number: string }[],
  doer: Doer,
  data: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const ids = from.map((incident) => incident.id);
  await sql`
    update soc_incident set first_look_at = (select min(first_look_at) from soc_incident where id = any(${[into.id, ...ids]}::text[])) where id = ${into.id}`.execute(
    tx,
  );
  await tx
    .updateTable('soc_alert')
    .set({ incident_id: into.id, updated_at: now })
    .where('incident_id', 'in', ids)
    .execute();
  await tx
    .updateTable('soc_incident')
    .set({ status: 'merged', merged_into: into.id, alert_count: 0, updated_at: now })
    .where('id', 'in', ids)
    .execute();
  // What was merged into them earlier follows, so that one step always leads to the living incident.
  await tx.updateTable('soc_incident').set({ merged_into: into.id }).where('merged_into', 'in', ids).execute();
  for (const incident of from) {
    await addEntry(tx, now, {
      incidentId: into.id,
      tenant: into.tenant,
      kind: 'merge',
      actor: doer,
      body: `并入 ${incident.number}`,
      data: { ...data, from: incident.id, number: incident.number },
    });
    await addEntry(tx, now, {
      incidentId: incident.id,
      tenant: into.tenant,
      kind: 'merge',
      actor: doer,
      body: `合并到 ${into.number}`,
      data: { ...data, into: into.id, number: into.number },
    });
  }
}
