import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import { XinglinError } from '@xinglin/platform/kernel';
import type { Tx } from '@xinglin/platform/state';
import { z } from 'zod';
import { IncidentGrade, IncidentStatus, PageQuery, Verdict } from '../../contract.ts';
import type { Incident, IncidentDetail } from '../../contract.ts';
import type { StoredEntity } from '../../tables.ts';
import { ALERT_COLUMNS, ALERT_JOINS, sortEntities, toAlert } from '../alerts/read.ts';
import type { AlertRecord } from '../alerts/read.ts';
import { below, containing, decodeCursor, encodeCursor, iso, listOf, whereAll } from '../context/query.ts';
import { buildGraph } from './graph.ts';
import { INCIDENT } from './machine.ts';

const SORTS: Readonly<Record<string, { column: string; type: string }>> = {
  severity: { column: 'i.severity', type: 'smallint' },
  lastAlertAt: { column: "coalesce(i.last_alert_at, 'epoch')", type: 'timestamptz' },
  createdAt: { column: 'i.created_at', type: 'timestamptz' },
  alertCount: { column: 'i.alert_count', type: 'integer' },
};

export const IncidentQuery = PageQuery.extend({
  /** `open`: new, triage or contained. */
  status: listOf(z.union([IncidentStatus, z.literal('open')])).optional(),
  grade: listOf(IncidentGrade).optional(),
  verdict: listOf(z.union([Verdict, z.literal('none')])).optional(),
  category: z.string().max(80).optional(),
  assignee: z.string().max(80).optional(),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
  sort: z
    .enum([
      'severity',
      '-severity',
      'lastAlertAt',
      '-lastAlertAt',
      'createdAt',
      '-createdAt',
      'alertCount',
      '-alertCount',
    ])
    .default('-lastAlertAt'),
});
export type IncidentQuery = z.output<typeof IncidentQuery>;

interface IncidentRecord {
  id: string;
  number: string;
  tenant: string;
  institution: string | null;
  title: string;
  category: string;
  grade: Incident['grade'];
  severity: number;
  status: Incident['status'];
  verdict: Incident['verdict'];
  assignee: string | null;
  assignee_name: string | null;
  conclusion: string;
  entities: StoredEntity[];
  tactics: string[];
  alert_count: number;
  first_event_at: Date | null;
  first_alert_at: Date | null;
  first_look_at: Date | null;
  contained_at: Date | null;
  closed_at: Date | null;
  last_alert_at: Date | null;
  created_at: Date;
  merged_into: string | null;
}

const COLUMNS =
  sql.raw(`i.id, i.number, i.tenant, n.name as institution, i.title, i.category, i.grade, i.severity, i.status, i.verdict, i.assignee, soc_account_name(i.assignee) as assignee_name, i.conclusion,
  i.entities, i.tactics, i.alert_count, i.first_event_at, i.first_alert_at, i.first_look_at, i.contained_at, i.closed_at, i.last_alert_at, i.created_at, i.merged_into`);

export async function listIncidents(
  tx: Tx,
  query: IncidentQuery,
  actorId: string,
): Promise<{ items: Incident[]; total: number; next?: string }> {
  const conditions = incidentConditions(query, actorId);
  const total = await sql<{
    total: number;
  }>`select count(*)::int as total from soc_incident i where ${whereAll(conditions)}`.execute(tx);
  const descending = query.sort.startsWith('-');
  const sort = SORTS[query.sort.replace('-', '')] ?? { column: 'i.created_at', type: 'timestamptz' };
  const column = sql.raw(sort.column);
  const direction = sql.raw(descending ? 'desc' : 'asc');
  const cursor = decodeCursor(query.cursor);
  if (cursor !== undefined) {
    conditions.push(
      sql`(${column}, i.id) ${sql.raw(descending ? '<' : '>')} (cast(${cursor.value} as ${sql.raw(sort.type)}), ${cursor.id})`,
    );
  }
  const rows = await sql<IncidentRecord & { sort_value: string }>`
    select ${COLUMNS}, (${column})::text as sort_value from soc_incident i left join soc_institution n on n.tenant = i.tenant
    where ${whereAll(conditions)} order by ${column} ${direction}, i.id ${direction} limit ${query.limit + 1}`.execute(
    tx,
  );
  const page = rows.rows.slice(0, query.limit);
  const last = page.at(-1);
  const next =
    rows.rows.length > query.limit && last !== undefined
      ? encodeCursor({ value: last.sort_value, id: last.id })
      : undefined;
  return { items: page.map(toIncident), total: total.rows[0]?.total ?? 0, ...(next !== undefined && { next }) };
}

function incidentConditions(query: IncidentQuery, actorId: string): RawBuilder<unknown>[] {
  const conditions: RawBuilder<unknown>[] = [];
  if (query.tenant !== undefined) conditions.push(below(sql`i.tenant`, query.tenant));
  const wanted = query.status?.length
    ? query.status.flatMap((status) => (status === 'open' ? ['new', 'triage', 'contained'] : [status]))
    : ['new', 'triage', 'contained', 'closed'];
  conditions.push(sql`i.status = any(${wanted}::text[])`);
  if (query.grade?.length) conditions.push(sql`i.grade = any(${query.grade}::text[])`);
  if (query.verdict?.length) {
    const judged = query.verdict.filter((verdict) => verdict !== 'none');
    conditions.push(
      sql`(i.verdict = any(${judged}::text[]) ${query.verdict.includes('none') ? sql`or i.verdict is null` : sql``})`,
    );
  }
  if (query.category !== undefined) conditions.push(sql`i.category ^@ ${query.category}`);
  if (query.assignee === 'none') conditions.push(sql`i.assignee is null`);
  else if (query.assignee !== undefined)
    conditions.push(sql`i.assignee = ${query.assignee === 'me' ? actorId : query.assignee}`);
  if (query.from !== undefined)
    conditions.push(sql`coalesce(i.last_alert_at, i.created_at) >= ${query.from}::timestamptz`);
  if (query.to !== undefined) conditions.push(sql`coalesce(i.first_event_at, i.created_at) < ${query.to}::timestamptz`);
  const text = query.q?.trim();
  if (text !== undefined && text !== '') {
    const pattern = containing(text);
    conditions.push(sql`(i.title ilike ${pattern} or i.number ilike ${pattern} or i.category ilike ${pattern}
      or exists (select 1 from jsonb_array_elements(i.entities) e where e->>'value' ilike ${pattern}))`);
  }
  return conditions;
}

/** Whole seconds from one anchor to another, never negative: an event may bear a device's wrong clock. */
function between(from: Date | null, to: Date | null): number | null {
  return from === null || to === null ? null : Math.max(0, Math.round((to.getTime() - from.getTime()) / 1000));
}

/** Time to detect: first event → first alert. Time to respond: first alert → contained, or closed when it was never marked contained. */
export function toIncident(row: IncidentRecord): Incident {
  return {
    id: row.id,
    number: row.number,
    tenant: row.tenant,
    institution: row.institution ?? row.tenant,
    title: row.title,
    category: row.category,
    grade: row.grade,
    severity: row.severity,
    status: row.status,
    verdict: row.verdict,
    assignee: row.assignee,
    assigneeName: row.assignee_name,
    conclusion: row.conclusion,
    entities: sortEntities(row.entities),
    tactics: row.tactics,
    alertCount: row.alert_count,
    anchors: {
      firstEvent: iso(row.first_event_at),
      firstAlert: iso(row.first_alert_at),
      firstLook: iso(row.first_look_at),
      contained: iso(row.contained_at),
      closed: iso(row.closed_at),
    },
    timeToDetect: between(row.first_event_at, row.first_alert_at),
    timeToRespond: between(row.first_alert_at, row.contained_at ?? row.closed_at),
    lastAlertAt: iso(row.last_alert_at),
    createdAt: iso(row.created_at),
  };
}

const MOST_ALERTS = 500;
const EVENTS_PER_ALERT = 12;

export async function readIncident(tx: Tx, id: string, withEvidence: boolean): Promise<IncidentDetail> {
  const found = await sql<IncidentRecord>`
    select ${COLUMNS} from soc_incident i left join soc_institution n on n.tenant = i.tenant where i.id = ${id}`.execute(
    tx,
  );
  const row = found.rows[0];
  if (row === undefined) throw new XinglinError('resource.not_found', { what: 'incident', id });
  const alerts = await sql<AlertRecord>`
    select ${ALERT_COLUMNS} from soc_alert a ${ALERT_JOINS} where a.incident_id = ${id} order by a.first_seen, a.id limit ${MOST_ALERTS}`.execute(
    tx,
  );
  const entries = [...(await readEntries(tx, id, 'people')), ...(await readEntries(tx, id, 'joins'))];
  const shown = alerts.rows.map(toAlert);
  const timeline = [
    ...shown.map((alert) => ({
      id: `alert-${alert.id}`,
      at: alert.firstSeen,
      kind: 'alert-seen',
      actor: '',
      body: alert.titleZh,
      data: {
        alertId: alert.id,
        title: alert.title,
        titleZh: alert.titleZh,
        level: alert.level,
        severity: alert.severity,
        count: alert.count,
        lastSeen: alert.lastSeen,
        tactics: alert.tactics,
        techniques: alert.techniques,
        entities: alert.entities.slice(0, 12),
      },
    })),
    ...entries.map((entry) => ({
      id: entry.id,
      at: iso(entry.at),
      kind: entry.kind as string,
      actor: entry.actor_name,
      body: entry.body,
      data: entry.data,
    })),
  ].toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.id < b.id ? -1 : 1));
  return {
    ...toIncident(row),
    alerts: shown,
    timeline,
    graph: withEvidence ? await readGraph(tx, id, row.tenant) : { nodes: [], edges: [] },
    notices: await readNotices(tx, id),
    statutory: await readStatutory(tx, id),
    mergedInto: row.merged_into,
    proposals: await readProposals(tx, id),
    actions: INCIDENT.actions(row.status, undefined).filter((action) => action !== 'merge'),
  };
}

/** What people did is shown whole; of the joins, which may be thousands, the latest. */
async function readEntries(tx: Tx, id: string, which: 'people' | 'joins') {
  return await tx
    .selectFrom('soc_incident_entry')
    .selectAll()
    .where('incident_id', '=', id)
    .where('kind', which === 'joins' ? '=' : '<>', 'alert')
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(which === 'joins' ? 300 : 2_000)
    .execute();
}

async function readGraph(tx: Tx, id: string, tenant: string): Promise<IncidentDetail['graph']> {
  const events = await sql<{ event: Record<string, unknown>; title_zh: string }>`
    select e.event, a.title_zh from (select id, title_zh from soc_alert where incident_id = ${id} order by severity desc, id limit 100) a
    cross join lateral (select event from soc_alert_event where alert_id = a.id order by ts, seq limit ${EVENTS_PER_ALERT}) e`.execute(
    tx,
  );
  const assets = await sql<{ name: string; ips: string[]; hostnames: string[] }>`
    select t.name, t.ips, t.hostnames from soc_asset t where t.tenant = ${tenant} and t.status <> 'retired' and exists (
      select 1 from soc_incident i, jsonb_array_elements(i.entities) e
      where i.id = ${id} and (t.ips @> array[e->>'value'] or lower(t.hostnames::text)::text[] @> array[e->>'value'])) limit 200`.execute(
    tx,
  );
  const names = new Map<string, string>();
  for (const asset of assets.rows) {
    for (const ip of asset.ips) names.set(`ip:${ip}`, asset.name);
    for (const host of asset.hostnames) names.set(`host:${host.toLowerCase()}`, asset.name);
  }
  return buildGraph(
    events.rows.map((row) => ({ event: row.event, label: row.title_zh })),
    (type, value) => names.get(`${type}:${value}`),
  );
}

/** Notices about this incident and about those merged into it. A draft has no number yet. */
async function readNotices(tx: Tx, id: string): Promise<IncidentDetail['notices']> {
  const result = await sql<{ id: string; number: string | null; title: string; status: string }>`
    select id, number, title, status from soc_notice
    where incident_id = ${id} or incident_id in (select id from soc_incident where merged_into = ${id}) order by created_at`.execute(
    tx,
  );
  return result.rows.map((row) => ({ ...row, number: row.number ?? '' }));
}

async function readStatutory(tx: Tx, id: string): Promise<IncidentDetail['statutory']> {
  const rows = await tx
    .selectFrom('soc_statutory_report')
    .select(['id', 'stage', 'basis', 'due_at', 'submitted_at'])
    .where('incident_id', '=', id)
    .orderBy('due_at')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    stage: row.stage,
    basis: row.basis,
    dueAt: iso(row.due_at),
    submittedAt: iso(row.submitted_at),
  }));
}

/** Open incidents that correlation thinks belong to this one, either way round. */
async function readProposals(tx: Tx, id: string): Promise<NonNullable<IncidentDetail['proposals']>> {
  const result = await sql<{ id: string; number: string; title: string; score: number }>`
    select o.id, o.number, o.title, max((e.data->>'score')::float) as score
    from soc_incident_entry e join soc_incident o on o.id = case when e.incident_id = ${id} then e.data->>'proposal' else e.incident_id end
    where e.kind = 'merge' and e.data ? 'proposal' and (e.incident_id = ${id} or e.data->>'proposal' = ${id})
      and o.status in ('new', 'triage', 'contained') group by o.id, o.number, o.title order by score desc`.execute(tx);
  return result.rows;
}
