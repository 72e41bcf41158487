import { XinglinError } from '@xinglin/platform/kernel';
import type { Tx } from '@xinglin/platform/state';
import { sql } from 'kysely';
import { chineseTime } from '../calendar/index.ts';
import type { SuperviseContext } from '../context.ts';
import { institutionNames } from '../institutions/store.ts';
import { tableCell } from './markdown.ts';
import { fillTemplate } from './template.ts';
import type { NoticeTemplate, Placeholder } from './template.ts';
import type { Draft } from './write.ts';

export const GRADE_NAMES = {
  general: '一般网络安全事件',
  major: '较大网络安全事件',
  serious: '重大网络安全事件',
  extreme: '特别重大网络安全事件',
} as const;
const ROLE_NAMES: Readonly<Record<string, string>> = { source: '来源', target: '目标', actor: '主体', object: '客体' };
const TYPE_NAMES: Readonly<Record<string, string>> = {
  ip: 'IP 地址',
  host: '主机',
  user: '账号',
  hash: '文件摘要',
  domain: '域名',
  url: '网址',
  process: '进程',
  file: '文件',
  session: '会话',
};
/** What another institution can block or look for; hosts and sessions are of no use elsewhere. */
const INDICATOR_TYPES = new Set(['ip', 'domain', 'url', 'hash', 'user', 'process', 'file']);
const LEVEL_NAMES: Readonly<Record<string, string>> = {
  informational: '提示',
  low: '低危',
  medium: '中危',
  high: '高危',
  critical: '严重',
};
const MAX_TIMELINE = 15;
const MAX_ROWS = 20;

interface AlertRow {
  title_zh: string;
  level: string;
  first_seen: Date;
  last_seen: Date;
  count: number;
  remediation_zh: string;
}
interface AssetRow {
  name: string;
  ips: string[];
  system: string | null;
  zone: string | null;
  department: string;
  alerts: number;
}

/** A draft filled from what the incident knows: times, story, assets, indicators, and the remediation of the rules that fired. */
export async function draftFromIncident(
  { templates }: Pick<SuperviseContext, 'templates'>,
  tx: Tx,
  incidentId: string,
  type: NoticeTemplate['type'],
  recipients: readonly string[] | undefined,
): Promise<Draft> {
  const incident = await tx.selectFrom('soc_incident').selectAll().where('id', '=', incidentId).executeTakeFirst();
  const template = templates.get(type);
  if (incident === undefined || template === undefined)
    throw new XinglinError('resource.not_found', { what: '安全事件', id: incidentId });
  const names = (await institutionNames(tx, [incident.tenant])).get(incident.tenant);
  const { rows: alerts } = await sql<AlertRow>`
    select title_zh, level, first_seen, last_seen, count::int as count, remediation_zh
    from soc_alert where incident_id = ${incidentId} and verdict is distinct from 'false' order by first_seen, id`.execute(
    tx,
  );
  const { rows: assets } = await sql<AssetRow>`
    select t.name, t.ips, s.name as system, z.name as zone, t.department, count(*)::int as alerts
    from soc_alert a join soc_asset t on t.id = a.asset_id left join soc_system s on s.id = t.system_id left join soc_zone z on z.id = t.zone_id
    where a.incident_id = ${incidentId} and a.verdict is distinct from 'false'
    group by t.id, t.name, t.ips, s.name, z.name, t.department order by alerts desc, t.name limit ${MAX_ROWS}`.execute(
    tx,
  );

  const first = incident.first_event_at ?? alerts[0]?.first_seen ?? incident.created_at;
  const last = alerts.reduce<Date>((latest, alert) => (alert.last_seen > latest ? alert.last_seen : latest), first);
  const warning = type === 'warning';
  const values: Partial<Record<Placeholder, string>> = {
    institution: names?.name ?? incident.tenant,
    institutionShort: names?.shortName ?? incident.tenant,
    incidentNumber: incident.number,
    incidentTitle: nameForNotice(incident.title, names?.shortName ?? ''),
    category: incident.category,
    grade: GRADE_NAMES[incident.grade],
    firstSeen: chineseTime(first),
    lastSeen: chineseTime(last),
    alertCount: String(alerts.length),
    // A warning goes to others: it does not name the institution that was hit.
    summary: summaryOf(warning ? '我市一家医疗卫生机构' : '你单位', alerts, first, last),
    timeline: timelineOf(alerts),
    assets: table(
      ['资产名称', 'IP 地址', '所属系统', '网络区域', '科室', '告警数'],
      assets.map((asset) => [
        asset.name,
        asset.ips.join('、'),
        asset.system ?? '—',
        asset.zone ?? '—',
        asset.department === '' ? '—' : asset.department,
        String(asset.alerts),
      ]),
    ),
    indicators: table(
      ['类型', '线索', '角色', '出现次数'],
      incident.entities
        .filter((entity) => INDICATOR_TYPES.has(entity.type))
        .toSorted((a, b) => (b.count ?? 0) - (a.count ?? 0))
        .slice(0, MAX_ROWS)
        .map((entity) => [
          TYPE_NAMES[entity.type] ?? entity.type,
          entity.value,
          ROLE_NAMES[entity.role ?? ''] ?? '—',
          String(entity.count ?? 1),
        ]),
    ),
  };
  const filled = fillTemplate(template, values);
  return {
    type,
    urgency: incident.grade === 'general' ? template.urgency : 'extra-urgent',
    title: filled.title.slice(0, 120),
    body: filled.body.slice(0, 20_000),
    basis: template.basis,
    requirements: [...remediationOf(alerts), ...filled.requirements].slice(0, 30),
    recipients: [...(recipients ?? [incident.tenant])],
    incidentId,
    deadlineWorkdays: template.deadlineWorkdays,
  };
}

function summaryOf(who: string, alerts: readonly AlertRow[], first: Date, last: Date): string {
  const byLevel = new Map<string, number>();
  for (const alert of alerts) byLevel.set(alert.level, (byLevel.get(alert.level) ?? 0) + 1);
  const levels = ['critical', 'high', 'medium', 'low', 'informational']
    .filter((level) => byLevel.has(level))
    .map((level) => `${LEVEL_NAMES[level]}${byLevel.get(level)}条`);
  const events = alerts.reduce((sum, alert) => sum + alert.count, 0);
  if (alerts.length === 0) return '';
  const titles = [...new Set(alerts.map((alert) => alert.title_zh))].slice(0, 4);
  return `${chineseTime(first)}至${chineseTime(last)}，监测到${who}信息系统出现${titles.map((title) => `“${title}”`).join('、')}等异常行为，共产生告警${alerts.length}条（${levels.join('、')}），涉及日志事件${events}次。`;
}

/** The steps in order of time; when there are many, the first of each kind tell the story. */
function timelineOf(alerts: readonly AlertRow[]): string {
  const seen = new Set<string>();
  const firsts = alerts.filter((alert) => !seen.has(alert.title_zh) && seen.add(alert.title_zh));
  const shown = (alerts.length <= MAX_TIMELINE ? alerts : firsts).slice(0, MAX_TIMELINE);
  return table(
    ['时间', '行为', '级别', '次数'],
    shown.map((alert) => [
      chineseTime(alert.first_seen),
      alert.title_zh,
      LEVEL_NAMES[alert.level] ?? alert.level,
      String(alert.count),
    ]),
  );
}

function remediationOf(alerts: readonly AlertRow[]): string[] {
  const order = ['critical', 'high', 'medium', 'low', 'informational'];
  const texts = alerts
    .toSorted((a, b) => order.indexOf(a.level) - order.indexOf(b.level))
    .map((alert) => alert.remediation_zh.replace(/\s+/g, ' ').trim());
  return [...new Set(texts.filter((text) => text !== ''))].slice(0, 8).map((text) => text.slice(0, 1000));
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const line = (row: readonly string[]): string => `| ${row.map(tableCell).join(' | ')} |`;
  return [line(header), `|${header.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}

/**
 * What happened, for an official title: the incident's own title names the institution first and ends with the chain of ATT&CK
 * stages, which the notice says elsewhere.
 */
export function nameForNotice(title: string, institutionShort: string): string {
  const bare = title.replace(/\s*[(\uFF08][^()\uFF08\uFF09]*→[^()\uFF08\uFF09]*[)\uFF09]$/, '');
  const rest =
    institutionShort !== '' && bare.startsWith(institutionShort) ? bare.slice(institutionShort.length) : bare;
  return rest.replace(/[:\uFF1A]/g, '').trim();
}
