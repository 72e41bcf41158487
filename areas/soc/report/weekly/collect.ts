import type { EventStore } from '@xinglin/platform/events';
import type { Tx } from '@xinglin/platform/state';
import { sql } from 'kysely';
import { STAGES, STAGE_ZH } from '../../respond/incidents/attack-stages.ts';
import { GRADE_ZH } from '../../supervise/statutory/rules.ts';
import { reportTitle } from './prose.ts';
import { daysOf, periodBefore, periodText, startOf } from './period.ts';
import type { Period, ReportKind } from './period.ts';
import type { Change, ReportModel } from './report-model.ts';

const TOP = 8;

/** Bounds of the period and of the one before, as instants. */
interface Bounds {
  readonly before: Date;
  readonly from: Date;
  readonly to: Date;
}

/** Events a day from the event store, within the institution's subtree; days without events are absent. */
export async function eventsByDay(
  events: EventStore,
  tenant: string,
  from: Date,
  to: Date,
): Promise<ReadonlyMap<string, number>> {
  const rows = await events.query<{ day: string; count: string | number }>(
    [tenant],
    `SELECT toString(toDate(ts, 'Asia/Shanghai')) AS day, count() AS count FROM events
     WHERE ts >= fromUnixTimestamp64Milli({t_from:Int64}, 'UTC') AND ts < fromUnixTimestamp64Milli({t_to:Int64}, 'UTC') GROUP BY day`,
    { t_from: from.getTime(), t_to: to.getTime() },
    { timeoutMs: 120_000 },
  );
  return new Map(rows.map((row) => [row.day, Number(row.count)]));
}

/** Everything a report says, from the state within the actor's scope (`tx`) and the event store's daily counts. */
export async function collectReport(
  tx: Tx,
  daily: ReadonlyMap<string, number>,
  tenant: string,
  kind: ReportKind,
  period: Period,
  now: Date,
): Promise<ReportModel> {
  const earlier = periodBefore(kind, period);
  const at: Bounds = { before: startOf(earlier.from), from: startOf(period.from), to: startOf(period.to) };
  const institution = await tx
    .selectFrom('soc_institution')
    .select(['name', 'kind'])
    .where('tenant', '=', tenant)
    .executeTakeFirstOrThrow();
  const { rows: others } = await sql<{ count: number }>`
    select count(*)::int as count from soc_institution where archived_at is null and kind <> 'commission' and (tenant = ${tenant} or starts_with(tenant, ${`${tenant}.`}))`.execute(
    tx,
  );
  const region = institution.kind === 'commission';
  const sum = (days: readonly string[]): number => days.reduce((total, day) => total + (daily.get(day) ?? 0), 0);
  const alerts = await alertNumbers(tx, at);
  const days = daysOf(period);
  return {
    title: reportTitle(institution.name, kind),
    subtitle: periodText(kind, period),
    institution: institution.name,
    region,
    kind,
    from: at.from.toISOString(),
    to: at.to.toISOString(),
    generatedAt: now.toISOString(),
    institutions: others[0]?.count ?? 0,
    events: { now: sum(days), before: sum(daysOf(earlier)) },
    ...alerts,
    trend: days.map((day) => ({
      day,
      events: daily.get(day) ?? 0,
      alerts: alerts.byDay.get(day)?.alerts ?? 0,
      critical: alerts.byDay.get(day)?.critical ?? 0,
    })),
    topRules: await topRules(tx, at),
    topInstitutions: region ? await topInstitutions(tx, at) : [],
    tactics: await tactics(tx, at),
    ...(await incidentNumbers(tx, at)),
    notices: await noticeNumbers(tx, at, tenant, region),
    sources: await sources(tx),
  };
}

/** Alerts count by when they were raised; suppressed ones are not shown to anyone and not counted. */
const raised = ({ before, to }: Bounds) =>
  sql`created_at >= ${before} and created_at < ${to} and suppressed_by is null`;
const split = (column: string, { from }: Bounds) => ({
  now: sql<number>`(count(*) filter (where ${sql.ref(column)} >= ${from}))::int`,
  before: sql<number>`(count(*) filter (where ${sql.ref(column)} < ${from}))::int`,
});

async function alertNumbers(tx: Tx, at: Bounds) {
  const { now, before } = split('created_at', at);
  const levels = (
    await sql<{
      level: string;
      count: number;
      before: number;
    }>`select level, ${now} as count, ${before} as before from soc_alert where ${raised(at)} group by level`.execute(tx)
  ).rows;
  const days = (
    await sql<{ day: string; alerts: number; critical: number }>`
      select to_char(created_at at time zone 'Asia/Shanghai', 'YYYY-MM-DD') as day, count(*)::int as alerts, (count(*) filter (where level = 'critical'))::int as critical
      from soc_alert where ${raised(at)} and created_at >= ${at.from} group by day`.execute(tx)
  ).rows;
  const order = ['critical', 'high', 'medium', 'low', 'informational'];
  const total = (pick: (row: { count: number; before: number }) => number): number =>
    levels.reduce((sum, row) => sum + pick(row), 0);
  const critical = levels.find((row) => row.level === 'critical');
  return {
    alerts: { now: total((row) => row.count), before: total((row) => row.before) },
    criticalAlerts: { now: critical?.count ?? 0, before: critical?.before ?? 0 },
    levels: levels.filter((row) => row.count > 0).toSorted((a, b) => order.indexOf(a.level) - order.indexOf(b.level)),
    byDay: new Map(days.map((row) => [row.day, row])),
  };
}

async function topRules(tx: Tx, at: Bounds): Promise<ReportModel['topRules']> {
  const { now, before } = split('created_at', at);
  const { rows } = await sql<ReportModel['topRules'][number]>`
    select max(title_zh) as name, (array_agg(level order by severity desc))[1] as level, ${now} as count, ${before} as before, max(remediation_zh) as remediation
    from soc_alert where ${raised(at)} group by rule_id having count(*) filter (where created_at >= ${at.from}) > 0
    order by count desc, name limit ${TOP}`.execute(tx);
  return rows;
}

async function topInstitutions(tx: Tx, at: Bounds): Promise<ReportModel['topInstitutions']> {
  const { now, before } = split('a.created_at', at);
  const { rows } = await sql<ReportModel['topInstitutions'][number]>`
    select t.tenant, t.name, ${now} as alerts, ${before} as before, (count(*) filter (where a.level = 'critical' and a.created_at >= ${at.from}))::int as critical,
      (select count(*)::int from soc_incident i where i.tenant = t.tenant and i.status <> 'merged' and i.created_at >= ${at.from} and i.created_at < ${at.to}) as incidents,
      (select count(*)::int from soc_notice_recipient r join soc_notice n on n.id = r.notice_id and n.status = 'issued'
        where r.tenant = t.tenant and r.deadline < ${at.to} and r.status in ('pending', 'signed', 'returned', 'reinspection')) as overdue
    from soc_institution t join soc_alert a on a.tenant = t.tenant
    where a.created_at >= ${at.before} and a.created_at < ${at.to} and a.suppressed_by is null
    group by t.tenant, t.name having count(*) filter (where a.created_at >= ${at.from}) > 0 order by alerts desc, t.name limit 10`.execute(
    tx,
  );
  return rows;
}

async function tactics(tx: Tx, at: Bounds): Promise<ReportModel['tactics']> {
  const { now, before } = split('created_at', at);
  const { rows } = await sql<{ tactic: string; count: number; before: number }>`
    select replace(lower(tactic), '_', '-') as tactic, ${now} as count, ${before} as before
    from soc_alert cross join lateral unnest(tactics) as tactic where ${raised(at)} group by 1`.execute(tx);
  const order: readonly string[] = STAGES;
  return rows
    .filter((row) => row.count > 0)
    .toSorted((a, b) => order.indexOf(a.tactic) - order.indexOf(b.tactic))
    .map(({ tactic, ...numbers }) => ({ name: STAGE_ZH[tactic] ?? tactic, ...numbers }));
}

async function incidentNumbers(tx: Tx, at: Bounds) {
  const when = sql`created_at >= ${at.before} and created_at < ${at.to} and status <> 'merged'`;
  const detect = sql`avg(greatest(0, extract(epoch from first_alert_at - first_event_at)))`;
  // The same anchors as the overview: contained, or closed when nobody set it.
  const respond = sql`avg(greatest(0, extract(epoch from coalesce(contained_at, closed_at) - first_alert_at)))`;
  const { now, before } = split('created_at', at);
  const { rows } = await sql<{
    now: number;
    before: number;
    mttd: number | null;
    mttd_before: number | null;
    mttr: number | null;
    mttr_before: number | null;
  }>`
    select ${now} as now, ${before} as before,
      (${detect} filter (where created_at >= ${at.from} and verdict is distinct from 'false'))::float8 as mttd,
      (${detect} filter (where created_at < ${at.from} and verdict is distinct from 'false'))::float8 as mttd_before,
      (${respond} filter (where created_at >= ${at.from} and verdict is distinct from 'false'))::float8 as mttr,
      (${respond} filter (where created_at < ${at.from} and verdict is distinct from 'false'))::float8 as mttr_before
    from soc_incident where ${when}`.execute(tx);
  const closed = split('closed_at', at);
  const { rows: ended } = await sql<Change>`
    select ${closed.now} as now, ${closed.before} as before from soc_incident where status = 'closed' and closed_at >= ${at.before} and closed_at < ${at.to}`.execute(
    tx,
  );
  const { rows: open } = await sql<{ count: number }>`
    select count(*)::int as count from soc_incident where created_at < ${at.to} and status <> 'merged' and (closed_at is null or closed_at >= ${at.to})`.execute(
    tx,
  );
  const { rows: list } = await sql<{
    number: string;
    title: string;
    institution: string;
    grade: keyof typeof GRADE_ZH;
    status: string;
    at: Date;
  }>`
    select i.number, i.title, t.short_name as institution, i.grade, i.status, i.created_at as at
    from soc_incident i join soc_institution t on t.tenant = i.tenant
    where i.created_at >= ${at.from} and i.created_at < ${at.to} and i.status <> 'merged' and i.verdict is distinct from 'false'
    order by array_position(array['extreme', 'serious', 'major', 'general'], i.grade), i.severity desc, i.created_at limit 15`.execute(
    tx,
  );
  const row = rows[0];
  return {
    incidents: { now: row?.now ?? 0, before: row?.before ?? 0 },
    closedIncidents: { now: ended[0]?.now ?? 0, before: ended[0]?.before ?? 0 },
    openIncidents: open[0]?.count ?? 0,
    mttd: { now: row?.mttd ?? null, before: row?.mttd_before ?? null },
    mttr: { now: row?.mttr ?? null, before: row?.mttr_before ?? null },
    incidentList: list.map((item) => ({ ...item, grade: GRADE_ZH[item.grade], at: item.at.toISOString() })),
  };
}

/** A commission counts what it and those below it issued; a hospital what it received. */
async function noticeNumbers(tx: Tx, at: Bounds, tenant: string, region: boolean): Promise<ReportModel['notices']> {
  const mine = region
    ? sql`(r.issuer = ${tenant} or starts_with(r.issuer, ${`${tenant}.`}))`
    : sql`r.tenant = ${tenant}`;
  const issued = split('issued_at', at);
  const { rows: sent } = await sql<Change>`
    select ${issued.now} as now, ${issued.before} as before from soc_notice n
    where n.issued_at >= ${at.before} and n.issued_at < ${at.to} and exists (select 1 from soc_notice_recipient r where r.notice_id = n.id and ${mine})`.execute(
    tx,
  );
  const accepted = split('accepted_at', at);
  const { rows: passed } = await sql<Change>`
    select ${accepted.now} as now, ${accepted.before} as before from soc_notice_recipient r where r.accepted_at >= ${at.before} and r.accepted_at < ${at.to} and ${mine}`.execute(
    tx,
  );
  const { rows: states } = await sql<{ status: string; count: number }>`
    select r.status, count(*)::int as count from soc_notice_recipient r join soc_notice n on n.id = r.notice_id and n.status = 'issued'
    where n.issued_at < ${at.to} and r.status not in ('accepted', 'withdrawn') and ${mine} group by r.status order by array_position(array['pending', 'signed', 'answered', 'returned', 'reinspection'], r.status)`.execute(
    tx,
  );
  const { rows: overdue } = await sql<{ number: string; title: string; institution: string; deadline: Date }>`
    select n.number, n.title, t.name as institution, r.deadline from soc_notice_recipient r join soc_notice n on n.id = r.notice_id and n.status = 'issued'
    join soc_institution t on t.tenant = r.tenant
    where r.deadline < ${at.to} and r.status in ('pending', 'signed', 'returned', 'reinspection') and ${mine} order by r.deadline`.execute(
    tx,
  );
  return {
    issued: sent[0] ?? { now: 0, before: 0 },
    accepted: passed[0] ?? { now: 0, before: 0 },
    states,
    open: states.reduce((sum, row) => sum + row.count, 0),
    overdue: overdue.length,
    overdueList: overdue.slice(0, 20).map((item) => ({
      ...item,
      deadline: item.deadline.toISOString(),
      days: Math.max(1, Math.ceil((at.to.getTime() - item.deadline.getTime()) / 86_400_000)),
    })),
  };
}

async function sources(tx: Tx): Promise<ReportModel['sources']> {
  const { rows } = await sql<ReportModel['sources']>`
    select count(*)::int as total, (count(*) filter (where silent_since is not null))::int as silent from soc_source where enabled`.execute(
    tx,
  );
  return rows[0] ?? { total: 0, silent: 0 };
}

/** The first day any of the two periods needs, for the event store. */
export function eventRange(kind: ReportKind, period: Period): { from: Date; to: Date } {
  return { from: startOf(periodBefore(kind, period).from), to: startOf(period.to) };
}
