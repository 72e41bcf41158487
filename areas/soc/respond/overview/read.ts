import { sql } from 'kysely';
import { inScope } from '@xinglin/platform/access';
import type { Actor } from '@xinglin/platform/access';
import type { Tx } from '@xinglin/platform/state';
import type { Level, Overview } from '../../contract.ts';
import { liveStates, toInstitution } from '../../supervise/institutions/store.ts';
import { ALERT_COLUMNS, ALERT_JOINS, toAlert } from '../alerts/read.ts';
import type { AlertRecord } from '../alerts/read.ts';
import { isInternalIp } from '../context/entities.ts';
import { below, iso } from '../context/query.ts';
import { IncidentQuery, listIncidents } from '../incidents/read.ts';
import { startOfDay, trendOf } from './interval.ts';
import { rankingScore } from './ranking.ts';

const MTTX_DAYS = 30;
const TOP = 10;

/** Everything the overview and the big screen show, from indexed reads of PostgreSQL; event numbers come from the pipeline's own counters. */
export async function readOverview(
  tx: Tx,
  actor: Actor,
  now: Date,
  query: { tenant?: string | undefined; hours: number },
): Promise<Overview> {
  const tenant = query.tenant ?? rootOf(actor);
  const since = new Date(now.getTime() - query.hours * 3_600_000);
  const inside = (column: string) => (tenant === '' ? sql`true` : below(sql.raw(column), tenant));
  const states = await liveStates(tx, now);
  const institutions = await tx
    .selectFrom('soc_institution')
    .selectAll()
    .where('archived_at', 'is', null)
    .where(sql<boolean>`${inside('tenant')}`)
    .orderBy('tenant')
    .execute();
  const shown = institutions.map((row) => toInstitution(row, states.get(row.tenant)));
  const sums = shown.reduce(
    (sum, { state }) => ({
      openAlerts: sum.openAlerts + (state?.openAlerts ?? 0),
      criticalAlerts: sum.criticalAlerts + (state?.criticalAlerts ?? 0),
      openIncidents: sum.openIncidents + (state?.openIncidents ?? 0),
      openNotices: sum.openNotices + (state?.openNotices ?? 0),
      overdueNotices: sum.overdueNotices + (state?.overdueNotices ?? 0),
      sources: sum.sources + (state?.sources ?? 0),
      silentSources: sum.silentSources + (state?.silentSources ?? 0),
    }),
    {
      openAlerts: 0,
      criticalAlerts: 0,
      openIncidents: 0,
      openNotices: 0,
      overdueNotices: 0,
      sources: 0,
      silentSources: 0,
    },
  );
  const responses = await responseTimes(tx, now, inside('tenant'));
  const whole = responses.get('') ?? { detect: null, respond: null };
  const incidents = await listIncidents(
    tx,
    IncidentQuery.parse({ limit: 10, status: 'open', sort: '-severity', ...(tenant !== '' && { tenant }) }),
    actor.id,
  );
  return {
    at: iso(now),
    tenant,
    name: shown.find((institution) => institution.tenant === tenant)?.name ?? '',
    totals: {
      institutions: shown.filter(({ kind }) => kind !== 'commission').length,
      ...sums,
      ...(await counts(tx, now, inside('tenant'))),
      mttdSeconds: whole.detect,
      mttrSeconds: whole.respond,
    },
    trend: await trend(tx, now, query.hours, inside('tenant')),
    byLevel: await byLevel(tx, since, inside('tenant')),
    byTactic: await byTactic(tx, since, inside('tenant')),
    topRules: await topRules(tx, since, inside('tenant')),
    topAttackers: await topAttackers(tx, since, inside('a.tenant')),
    topTargets: await topTargets(tx, since, inside('a.tenant')),
    institutions: shown,
    latestAlerts: await latestAlerts(tx, inside('a.tenant')),
    openIncidents: incidents.items,
    noticesDue: await noticesDue(tx, now, inside('r.tenant')),
    ranking: await ranking(tx, shown, inside('tenant'), responses),
  };
}

/** The institution the numbers are about when none is asked for: the actor's own, when it covers something. */
function rootOf(actor: Actor): string {
  const [only, ...others] = actor.scopes;
  if (only !== undefined && others.length === 0) return only;
  return inScope(actor, actor.tenant) ? actor.tenant : '';
}

type Where = ReturnType<typeof below>;

async function counts(
  tx: Tx,
  now: Date,
  where: Where,
): Promise<{ eventsToday: number; eventsPerSecond: number; alertsToday: number; assets: number }> {
  const today = startOfDay(now);
  // The last two whole minutes: the current one is not complete.
  const minute = Math.floor(now.getTime() / 60_000) * 60_000;
  const result = await sql<{ events: number; recent: number; alerts: number; assets: number }>`
    select (select coalesce(sum(received), 0)::float8 from soc_source_minute where minute >= ${today} and ${where}) as events,
      (select coalesce(sum(received), 0)::float8 from soc_source_minute where minute >= ${new Date(minute - 120_000)} and minute < ${new Date(minute)} and ${where}) as recent,
      (select count(*)::int from soc_alert where created_at >= ${today} and suppressed_by is null and ${where}) as alerts,
      (select count(*)::int from soc_asset where status <> 'retired' and ${where}) as assets`.execute(tx);
  const row = result.rows[0];
  return {
    eventsToday: row?.events ?? 0,
    eventsPerSecond: Math.round(((row?.recent ?? 0) / 120) * 10) / 10,
    alertsToday: row?.alerts ?? 0,
    assets: row?.assets ?? 0,
  };
}

async function trend(tx: Tx, now: Date, hours: number, where: Where): Promise<Overview['trend']> {
  const { widthMs, points } = trendOf(now, hours);
  const start = new Date(points[0] ?? now.getTime());
  const slot = (column: string) =>
    sql`floor(extract(epoch from ${sql.raw(column)}) * 1000 / ${widthMs}::float8)::float8 * ${widthMs}::float8`;
  const events = await sql<{ at: number; n: number }>`
    select ${slot('minute')} as at, sum(received)::float8 as n from soc_source_minute where minute >= ${start} and ${where} group by 1`.execute(
    tx,
  );
  const alerts = await sql<{ at: number; n: number; critical: number }>`
    select ${slot('created_at')} as at, count(*)::int as n, (count(*) filter (where level = 'critical'))::int as critical
    from soc_alert where created_at >= ${start} and suppressed_by is null and ${where} group by 1`.execute(tx);
  const eventsAt = new Map(events.rows.map((row) => [row.at, row.n]));
  const alertsAt = new Map(alerts.rows.map((row) => [row.at, row]));
  return points.map((at) => ({
    at: new Date(at).toISOString(),
    events: eventsAt.get(at) ?? 0,
    alerts: alertsAt.get(at)?.n ?? 0,
    critical: alertsAt.get(at)?.critical ?? 0,
  }));
}

async function byLevel(tx: Tx, since: Date, where: Where): Promise<Overview['byLevel']> {
  const result = await sql<{ level: Level; n: number }>`
    select level, count(*)::int as n from soc_alert where last_seen >= ${since} and suppressed_by is null and ${where} group by level`.execute(
    tx,
  );
  return Object.fromEntries(result.rows.map((row) => [row.level, row.n]));
}

async function byTactic(tx: Tx, since: Date, where: Where): Promise<Overview['byTactic']> {
  const result = await sql<{ tactic: string; count: number }>`
    select tactic, count(*)::int as count from soc_alert, unnest(tactics) as tactic
    where last_seen >= ${since} and suppressed_by is null and ${where} group by tactic order by count desc, tactic`.execute(
    tx,
  );
  return result.rows;
}

async function topRules(tx: Tx, since: Date, where: Where): Promise<Overview['topRules']> {
  const result = await sql<{ rule_id: string; title: string; title_zh: string; level: Level; n: number }>`
    select rule_id, max(title) as title, max(title_zh) as title_zh, max(level) as level, count(*)::int as n from soc_alert
    where last_seen >= ${since} and suppressed_by is null and kind <> 'silence' and ${where} group by rule_id order by n desc, rule_id limit ${TOP}`.execute(
    tx,
  );
  return result.rows.map((row) => ({
    ruleId: row.rule_id,
    titleZh: row.title_zh,
    title: row.title,
    level: row.level,
    count: row.n,
  }));
}

/** Source addresses by the number of hits they caused. */
async function topAttackers(tx: Tx, since: Date, where: Where): Promise<Overview['topAttackers']> {
  const result = await sql<{ ip: string; count: number; institutions: number }>`
    select e.value as ip, sum(e.count)::float8 as count, count(distinct a.tenant)::int as institutions
    from soc_alert a join soc_alert_entity e on e.alert_id = a.id and e.type = 'ip' and e.role = 'source'
    where a.last_seen >= ${since} and a.suppressed_by is null and ${where} group by e.value order by count desc, ip limit ${TOP}`.execute(
    tx,
  );
  return result.rows.map((row) => ({ ...row, internal: isInternalIp(row.ip) }));
}

/** Assets, or hosts and addresses nobody registered, by hits. */
async function topTargets(tx: Tx, since: Date, where: Where): Promise<Overview['topTargets']> {
  const result = await sql<{ value: string; name: string; institution: string; count: number }>`
    select coalesce(max(t.ips[1]), max(e.value)) as value, coalesce(max(t.name), max(e.value)) as name, coalesce(max(n.name), max(a.tenant)) as institution,
      sum(a.count)::float8 as count
    from soc_alert a left join soc_asset t on t.id = a.asset_id left join soc_institution n on n.tenant = a.tenant
    left join lateral (
      select value from soc_alert_entity where alert_id = a.id and role = 'target' and type in ('ip', 'host') order by type, count desc limit 1
    ) e on true
    where a.last_seen >= ${since} and a.suppressed_by is null and a.kind <> 'silence' and (a.asset_id is not null or e.value is not null) and ${where}
    group by coalesce(a.asset_id, a.tenant || ' ' || e.value) order by count desc, value limit ${TOP}`.execute(tx);
  return result.rows;
}

async function latestAlerts(tx: Tx, where: Where): Promise<Overview['latestAlerts']> {
  const result = await sql<AlertRecord>`
    select ${ALERT_COLUMNS} from (
      select * from soc_alert a where suppressed_by is null and ${where} order by created_at desc limit 20
    ) a ${ALERT_JOINS} order by a.created_at desc, a.id desc`.execute(tx);
  return result.rows.map(toAlert);
}

/** Rectifications not yet accepted, the most urgent first. */
async function noticesDue(tx: Tx, now: Date, where: Where): Promise<Overview['noticesDue']> {
  const result = await sql<{
    id: string;
    number: string | null;
    title: string;
    institution: string | null;
    tenant: string;
    status: string;
    deadline: Date | null;
  }>`
    select o.id, o.number, o.title, n.name as institution, r.tenant, r.status, r.deadline
    from soc_notice_recipient r join soc_notice o on o.id = r.notice_id and o.status = 'issued' left join soc_institution n on n.tenant = r.tenant
    where r.status not in ('accepted', 'withdrawn') and ${where} order by r.deadline nulls last, o.id limit 20`.execute(
    tx,
  );
  return result.rows.map((row) => ({
    id: row.id,
    number: row.number ?? '',
    title: row.title,
    institution: row.institution ?? row.tenant,
    status: row.status,
    deadline: iso(row.deadline),
    // An answer that waits for review is not the institution's delay.
    overdue: row.deadline !== null && row.deadline < now && row.status !== 'answered',
  }));
}

interface ResponseTime {
  readonly detect: number | null;
  readonly respond: number | null;
}

/** Mean seconds of the last 30 days by institution, and of all under ''. False alarms are left out. */
async function responseTimes(tx: Tx, now: Date, where: Where): Promise<Map<string, ResponseTime>> {
  const since = new Date(now.getTime() - MTTX_DAYS * 86_400_000);
  const result = await sql<{ tenant: string | null; detect: number | null; respond: number | null }>`
    select tenant, avg(greatest(0, extract(epoch from first_alert_at - first_event_at)))::float8 as detect,
      avg(greatest(0, extract(epoch from coalesce(contained_at, closed_at) - first_alert_at))) filter (where coalesce(contained_at, closed_at) is not null)::float8 as respond
    from soc_incident where created_at >= ${since} and status <> 'merged' and verdict is distinct from 'false' and ${where}
    group by grouping sets ((tenant), ())`.execute(tx);
  const rounded = (value: number | null): number | null => (value === null ? null : Math.round(value));
  return new Map(
    result.rows.map((row) => [row.tenant ?? '', { detect: rounded(row.detect), respond: rounded(row.respond) }]),
  );
}

/** Institutions that look after patients, worst first; see {@link rankingScore}. */
async function ranking(
  tx: Tx,
  institutions: Overview['institutions'],
  where: Where,
  responses: ReadonlyMap<string, ResponseTime>,
): Promise<Overview['ranking']> {
  const result = await sql<{ tenant: string; critical: number; high: number; other: number }>`
    select tenant, (count(*) filter (where level = 'critical'))::int as critical, (count(*) filter (where level = 'high'))::int as high,
      (count(*) filter (where level not in ('critical', 'high')))::int as other
    from soc_alert where status <> 'closed' and suppressed_by is null and kind <> 'silence' and ${where} group by tenant`.execute(
    tx,
  );
  const alerts = new Map(result.rows.map((row) => [row.tenant, row]));
  return institutions
    .filter(({ kind }) => kind !== 'commission')
    .map(({ tenant, name, state }) => {
      const open = alerts.get(tenant);
      const mttrSeconds = responses.get(tenant)?.respond ?? null;
      const { score, factors } = rankingScore({
        criticalAlerts: open?.critical ?? 0,
        highAlerts: open?.high ?? 0,
        otherAlerts: open?.other ?? 0,
        overdueNotices: state?.overdueNotices ?? 0,
        sources: state?.sources ?? 0,
        silentSources: state?.silentSources ?? 0,
        mttrSeconds,
      });
      return {
        tenant,
        institution: name,
        score,
        openAlerts: state?.openAlerts ?? 0,
        overdueNotices: state?.overdueNotices ?? 0,
        mttrSeconds,
        factors: { ...factors },
      };
    })
    .toSorted((a, b) => a.score - b.score || (a.tenant < b.tenant ? -1 : 1));
}
