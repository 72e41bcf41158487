import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import { XinglinError } from '@xinglin/platform/kernel';
import type { Tx } from '@xinglin/platform/state';
import { z } from 'zod';
import { Level, PageQuery, Verdict } from '../../contract.ts';
import type { Alert, AlertDetail, Entity, EventRecord } from '../../contract.ts';
import type { StoredEntity } from '../../tables.ts';
import { first } from '../context/entities.ts';
import { below, containing, decodeCursor, encodeCursor, iso, listOf, whereAll } from '../context/query.ts';

/** Orders a list can have; `-` is descending. */
const SORTS: Readonly<Record<string, { column: string; type: string }>> = {
  severity: { column: 'a.severity', type: 'smallint' },
  lastSeen: { column: 'a.last_seen', type: 'timestamptz' },
  firstSeen: { column: 'a.first_seen', type: 'timestamptz' },
  createdAt: { column: 'a.created_at', type: 'timestamptz' },
  count: { column: 'a.count', type: 'bigint' },
};

export const AlertQuery = PageQuery.extend({
  level: listOf(Level).optional(),
  kind: listOf(z.enum(['rule', 'correlation', 'intel', 'silence'])).optional(),
  /** `active`: not closed. */
  status: listOf(z.enum(['new', 'open', 'closed', 'active'])).optional(),
  /** `none`: not judged yet. */
  verdict: listOf(z.union([Verdict, z.literal('none')])).optional(),
  rule: z.string().max(200).optional(),
  incident: z.string().max(40).optional(),
  asset: z.string().max(40).optional(),
  /** A user id, `me` or `none`. */
  assignee: z.string().max(80).optional(),
  /** Last seen at or after, first seen before. */
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
  /** Alerts that a suppression hides: `no` (default), `yes`, `only`. */
  suppressed: z.enum(['no', 'yes', 'only']).default('no'),
  sort: z
    .enum([
      'severity',
      '-severity',
      'lastSeen',
      '-lastSeen',
      'firstSeen',
      '-firstSeen',
      'createdAt',
      '-createdAt',
      'count',
      '-count',
    ])
    .default('-lastSeen'),
});
export type AlertQuery = z.output<typeof AlertQuery>;

export interface AlertRecord {
  id: string;
  tenant: string;
  institution: string | null;
  kind: Alert['kind'];
  rule_id: string;
  title: string;
  title_zh: string;
  level: Level;
  severity: number;
  status: Alert['status'];
  verdict: Alert['verdict'];
  verdict_reason: string;
  assignee: string | null;
  assignee_name: string | null;
  count: number;
  first_seen: Date;
  last_seen: Date;
  created_at: Date;
  entities: StoredEntity[];
  techniques: string[];
  tactics: string[];
  incident_id: string | null;
  suppressed_by: string | null;
  asset_id: string | null;
  asset_name: string | null;
  asset_kind: string | null;
  asset_importance: number | null;
  system_name: string | null;
}

/** The select list and joins every reading of alerts shares. */
export const ALERT_COLUMNS =
  sql.raw(`a.id, a.tenant, n.name as institution, a.kind, a.rule_id, a.title, a.title_zh, a.level, a.severity, a.status, a.verdict,
  a.verdict_reason, a.assignee, soc_account_name(a.assignee) as assignee_name, a.count, a.first_seen, a.last_seen, a.created_at, a.entities, a.techniques, a.tactics, a.incident_id, a.suppressed_by,
  a.asset_id, t.name as asset_name, t.kind as asset_kind, t.importance as asset_importance, s.name as system_name`);
export const ALERT_JOINS = sql.raw(
  'left join soc_institution n on n.tenant = a.tenant left join soc_asset t on t.id = a.asset_id left join soc_system s on s.id = a.system_id',
);

/** More rows than this are not counted exactly. */
const MOST_COUNTED = 100_000;

export async function listAlerts(
  tx: Tx,
  query: AlertQuery,
  actorId: string,
): Promise<{ items: Alert[]; total: number; next?: string }> {
  const conditions = alertConditions(query, actorId);
  const total = await sql<{ total: number }>`
    select count(*)::int as total from (select 1 from soc_alert a where ${whereAll(conditions)} limit ${MOST_COUNTED}) counted`.execute(
    tx,
  );

  const descending = query.sort.startsWith('-');
  const name = query.sort.replace('-', '');
  const sort = SORTS[name] ?? { column: 'a.last_seen', type: 'timestamptz' };
  const column = sql.raw(sort.column);
  const direction = sql.raw(descending ? 'desc' : 'asc');
  const cursor = decodeCursor(query.cursor);
  if (cursor !== undefined) {
    const operator = sql.raw(descending ? '<' : '>');
    conditions.push(sql`(${column}, a.id) ${operator} (cast(${cursor.value} as ${sql.raw(sort.type)}), ${cursor.id})`);
  }
  const rows = await sql<AlertRecord & { sort_value: string }>`
    select ${ALERT_COLUMNS}, (${column})::text as sort_value from soc_alert a ${ALERT_JOINS} where ${whereAll(conditions)}
    order by ${column} ${direction}, a.id ${direction} limit ${query.limit + 1}`.execute(tx);
  const page = rows.rows.slice(0, query.limit);
  const last = page.at(-1);
  const next =
    rows.rows.length > query.limit && last !== undefined
      ? encodeCursor({ value: last.sort_value, id: last.id })
      : undefined;
  return { items: page.map(toAlert), total: total.rows[0]?.total ?? 0, ...(next !== undefined && { next }) };
}

function alertConditions(query: AlertQuery, actorId: string): RawBuilder<unknown>[] {
  const conditions: RawBuilder<unknown>[] = [];
  if (query.tenant !== undefined) conditions.push(below(sql`a.tenant`, query.tenant));
  if (query.level?.length) conditions.push(sql`a.level = any(${query.level}::text[])`);
  if (query.kind?.length) conditions.push(sql`a.kind = any(${query.kind}::text[])`);
  if (query.status?.length) {
    const wanted = query.status.flatMap((status) => (status === 'active' ? ['new', 'open'] : [status]));
    conditions.push(sql`a.status = any(${wanted}::text[])`);
  }
  if (query.verdict?.length) {
    const judged = query.verdict.filter((verdict) => verdict !== 'none');
    conditions.push(
      sql`(a.verdict = any(${judged}::text[]) ${query.verdict.includes('none') ? sql`or a.verdict is null` : sql``})`,
    );
  }
  if (query.rule !== undefined) conditions.push(sql`a.rule_id = ${query.rule}`);
  if (query.incident === 'none') conditions.push(sql`a.incident_id is null`);
  else if (query.incident !== undefined) conditions.push(sql`a.incident_id = ${query.incident}`);
  if (query.asset !== undefined) conditions.push(sql`a.asset_id = ${query.asset}`);
  if (query.assignee === 'none') conditions.push(sql`a.assignee is null`);
  else if (query.assignee !== undefined)
    conditions.push(sql`a.assignee = ${query.assignee === 'me' ? actorId : query.assignee}`);
  if (query.from !== undefined) conditions.push(sql`a.last_seen >= ${query.from}::timestamptz`);
  if (query.to !== undefined) conditions.push(sql`a.first_seen < ${query.to}::timestamptz`);
  if (query.suppressed !== 'yes')
    conditions.push(query.suppressed === 'no' ? sql`a.suppressed_by is null` : sql`a.suppressed_by is not null`);
  const text = query.q?.trim();
  if (text !== undefined && text !== '') {
    const pattern = containing(text);
    conditions.push(sql`(a.title ilike ${pattern} or a.title_zh ilike ${pattern} or a.rule_id = ${text} or a.id = ${text} or ${text} = any(a.techniques)
      or exists (select 1 from soc_alert_entity e where e.alert_id = a.id and e.value ilike ${pattern}))`);
  }
  return conditions;
}

export function toAlert(row: AlertRecord): Alert {
  return {
    id: row.id,
    tenant: row.tenant,
    institution: row.institution ?? row.tenant,
    kind: row.kind,
    ruleId: row.rule_id,
    title: row.title,
    titleZh: row.title_zh,
    level: row.level,
    severity: row.severity,
    status: row.status,
    verdict: row.verdict,
    verdictReason: row.verdict_reason,
    assignee: row.assignee,
    assigneeName: row.assignee_name,
    count: row.count,
    firstSeen: iso(row.first_seen),
    lastSeen: iso(row.last_seen),
    createdAt: iso(row.created_at),
    entities: sortEntities(row.entities),
    techniques: row.techniques,
    tactics: row.tactics,
    asset:
      row.asset_id === null
        ? null
        : {
            id: row.asset_id,
            name: row.asset_name ?? row.asset_id,
            kind: row.asset_kind ?? 'other',
            importance: row.asset_importance ?? 3,
            system: row.system_name,
          },
    incidentId: row.incident_id,
    suppressedBy: row.suppressed_by,
  };
}

const ROLES = ['source', 'actor', 'target', 'object'];

/** As people read them: who, then whom, then what; the frequent first. */
export function sortEntities(entities: readonly StoredEntity[]): Entity[] {
  const sorted = entities.toSorted(
    (a, b) => ROLES.indexOf(a.role ?? 'object') - ROLES.indexOf(b.role ?? 'object') || (b.count ?? 0) - (a.count ?? 0),
  );
  return sorted as Entity[];
}

/** One alert with its evidence (`withEvidence`: the actor may read events) and the alerts that share entities with it. */
export async function readAlert(tx: Tx, id: string, withEvidence: boolean): Promise<AlertDetail> {
  const result = await sql<
    AlertRecord & { explanation: Record<string, unknown>; remediation: string; remediation_zh: string }
  >`
    select ${ALERT_COLUMNS}, a.explanation, a.remediation, a.remediation_zh from soc_alert a ${ALERT_JOINS} where a.id = ${id}`.execute(
    tx,
  );
  const row = result.rows[0];
  if (row === undefined) throw new XinglinError('resource.not_found', { what: 'alert', id });
  const related = await sql<AlertRecord>`
    select ${ALERT_COLUMNS} from (
      select o.alert_id, count(distinct (o.type, o.value)) as shared
      from soc_alert_entity e join soc_alert_entity o on o.tenant = e.tenant and o.type = e.type and o.value = e.value and o.alert_id <> e.alert_id
      where e.alert_id = ${id} and e.type not in ('process', 'url')
      group by o.alert_id
    ) r join soc_alert a on a.id = r.alert_id ${ALERT_JOINS}
    where a.last_seen > ${row.first_seen}::timestamptz - interval '7 days' and a.first_seen < ${row.last_seen}::timestamptz + interval '7 days'
    order by (a.incident_id is not distinct from ${row.incident_id} and a.incident_id is not null) desc, r.shared desc, a.severity desc, a.id limit 20`.execute(
    tx,
  );
  const evidence = withEvidence ? await readEvidence(tx, id) : [];
  const { explanation, remediation, remediation_zh: remediationZh } = row;
  if (!withEvidence) delete explanation['matched'];
  return { ...toAlert(row), explanation, remediation, remediationZh, evidence, related: related.rows.map(toAlert) };
}

async function readEvidence(tx: Tx, id: string): Promise<EventRecord[]> {
  const rows = await tx
    .selectFrom('soc_alert_event')
    .select(['tenant', 'batch', 'seq', 'ts', 'event'])
    .where('alert_id', '=', id)
    .orderBy('ts')
    .orderBy('seq')
    .execute();
  return rows.map(({ tenant, batch, seq, ts, event }) => {
    const { 'event.original': raw, message, ...fields } = event;
    const rules = event['xinglin.rules'];
    return {
      id: `${batch}-${seq}`,
      ts: iso(ts),
      tenant,
      source: first(event['xinglin.source']) ?? '',
      dataset: first(event['event.dataset']) ?? '',
      rules: Array.isArray(rules) ? rules.map(String) : [],
      fields,
      message: first(message) ?? '',
      raw: first(raw) ?? '',
    };
  });
}
