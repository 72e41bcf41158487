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
  await assignAlerts(tx, now, id, incident.alertIds);
  return { id, number };
}

/** Gives alerts to an incident; correlation is done with them. */
export async function assignAlerts(tx: Tx, now: Date, incidentId: string, alertIds: readonly string[]): Promise<void> {
  await sql`
    update soc_alert set incident_id = ${incidentId}, correlated_at = ${now}, updated_at = ${now} where id = any(${alertIds}::text[])`.execute(
    tx,
  );
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

const MOST_ENTITIES = 120;
/** Alerts from which the title is proposed: the worst. */
const MOST_TOLD = 50;

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
  const sums = await readSums(tx, id);
  const tactics = await readTactics(tx, id);
  const entities = await readEntities(tx, id);
  const worst = await readWorst(tx, id);
  const place = worst.find((alert) => alert.asset !== null)?.asset ?? placeOf(entities);
  const proposal = proposeTitle(worst, tactics, incident.short_name ?? incident.tenant, place);
  const untouched = incident.origin === 'auto' && incident.status === 'new';
  const title = untouched || incident.title === '' ? proposal.title : incident.title;
  const category = untouched || incident.category === '' ? proposal.category : incident.category;
  const severity = incidentSeverity(sums.severity ?? 0, tactics.length, machines(entities));
  await sql`
    update soc_incident set title = ${title}, category = ${category}, severity = ${severity}, entities = ${JSON.stringify(entities)}::jsonb,
      tactics = ${tactics}::text[], alert_count = ${sums.alerts}, first_event_at = ${sums.first_seen}, first_alert_at = ${sums.created_at},
      first_look_at = least(first_look_at, ${sums.first_look_at}::timestamptz), last_alert_at = ${sums.last_seen}, updated_at = ${now}
    where id = ${id}`.execute(tx);
  return {
    id,
    tenant: incident.tenant,
    number: incident.number,
    title,
    severity,
    status: incident.status,
    alerts: sums.alerts,
  };
}

interface Sums {
  readonly alerts: number;
  readonly severity: number | null;
  readonly first_seen: Date | null;
  readonly last_seen: Date | null;
  readonly created_at: Date | null;
  readonly first_look_at: Date | null;
}

/** Added up by the database: an incident may hold thousands of alerts. */
async function readSums(tx: Tx, id: string): Promise<Sums> {
  const result = await sql<Sums>`
    select count(*)::int as alerts, max(severity)::int as severity, min(first_seen) as first_seen, max(last_seen) as last_seen, min(created_at) as created_at,
      min(first_look_at) as first_look_at from soc_alert where incident_id = ${id}`.execute(tx);
  return (
    result.rows[0] ?? {
      alerts: 0,
      severity: null,
      first_seen: null,
      last_seen: null,
      created_at: null,
      first_look_at: null,
    }
  );
}

async function readTactics(tx: Tx, id: string): Promise<string[]> {
  const result = await sql<{ tactic: string; first_seen: Date }>`
    select tactic, min(first_seen) as first_seen from soc_alert, unnest(tactics) as tactic where incident_id = ${id} group by tactic`.execute(
    tx,
  );
  return tacticsInOrder(result.rows.map((row) => ({ tactics: [row.tactic], firstSeen: row.first_seen.getTime() })));
}

async function readEntities(tx: Tx, id: string): Promise<StoredEntity[]> {
  const result = await sql<{ type: string; value: string; role: string; count: number }>`
    select e.type, e.value, e.role, sum(e.count)::float8 as count from soc_alert a join soc_alert_entity e on e.alert_id = a.id
    where a.incident_id = ${id} group by e.type, e.value, e.role order by count desc, e.value limit ${MOST_ENTITIES * 4}`.execute(
    tx,
  );
  return sortByTelling(result.rows).slice(0, MOST_ENTITIES);
}

async function readWorst(tx: Tx, id: string): Promise<(StoryAlert & { readonly asset: string | null })[]> {
  const result = await sql<{
    severity: number;
    techniques: string[];
    tactics: string[];
    title_zh: string;
    kind: string;
    first_seen: Date;
    asset: string | null;
  }>`
    select a.severity, a.techniques, a.tactics, a.title_zh, a.kind, a.first_seen, t.name as asset from soc_alert a left join soc_asset t on t.id = a.asset_id
    where a.incident_id = ${id} order by a.severity desc, a.first_seen, a.id limit ${MOST_TOLD}`.execute(tx);
  return result.rows.map(({ title_zh, first_seen, ...row }) => ({
    ...row,
    title: title_zh,
    firstSeen: first_seen.getTime(),
  }));
}

/** Inside machines first, then people and outside parties, then processes and addresses of pages; the frequent first. */
function sortByTelling(entities: readonly StoredEntity[]): StoredEntity[] {
  const rank = ({ type, value }: StoredEntity): number => {
    if (type === 'host' || (type === 'ip' && isInternalIp(value))) return 0;
    return type === 'process' || type === 'url' ? 2 : 1;
  };
  return entities.toSorted(
    (a, b) => rank(a) - rank(b) || (b.count ?? 0) - (a.count ?? 0) || (a.value < b.value ? -1 : 1),
  );
}

function machines(entities: readonly StoredEntity[]): number {
  const hosts = new Set(entities.filter((entity) => entity.type === 'host').map((entity) => entity.value));
  const addresses = new Set(
    entities.filter((entity) => entity.type === 'ip' && isInternalIp(entity.value)).map((entity) => entity.value),
  );
  return Math.max(hosts.size, addresses.size);
}

/** Where it happened when no asset is known: the host or inside address most spoken of, else the account. */
function placeOf(entities: readonly StoredEntity[]): string {
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
