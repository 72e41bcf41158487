import { compact } from '../charts/svg.ts';
import { KIND_ZH, LEVEL_ZH, duration } from './report-model.ts';
import type { Change, NullableChange, ReportModel } from './report-model.ts';

/** `较上周增加12条,上升35.3%`; equal, from nothing and to nothing are said as such. */
export function compared(change: Change, unit: string, period: string): string {
  const { now, before } = change;
  if (now === before) return `与${period}持平`;
  const difference = Math.abs(now - before);
  const verb = now > before ? '增加' : '减少';
  if (before === 0) return `${period}为零`;
  return `较${period}${verb}${compact(difference)}${unit}，${now > before ? '上升' : '下降'}${((difference / before) * 100).toFixed(1)}%`;
}

function comparedTime(change: NullableChange, period: string): string {
  const { now, before } = change;
  if (now === null || before === null) return '';
  if (Math.abs(now - before) < 1) return `，与${period}持平`;
  return `，较${period}${now > before ? '延长' : '缩短'}${duration(Math.abs(now - before))}`;
}

export const periodName = (kind: ReportModel['kind']): string =>
  ({ weekly: '上周', monthly: '上月', custom: '上一时段' })[kind];
const thisPeriod = (kind: ReportModel['kind']): string => ({ weekly: '本周', monthly: '本月', custom: '本时段' })[kind];

/** The whole situation in a few sentences: what a leader reads. */
export function summary(model: ReportModel): string[] {
  const before = periodName(model.kind);
  const now = thisPeriod(model.kind);
  const where = model.region ? `区域内${model.institutions}家机构` : model.institution;
  const paragraphs = [
    `${now}，${where}共采集日志${compact(model.events.now)}条（${compared(model.events, '条', before)}），产生安全告警${compact(model.alerts.now)}条（${compared(model.alerts, '条', before)}），其中严重告警${model.criticalAlerts.now}条（${compared(model.criticalAlerts, '条', before)}）。`,
    `新增安全事件${model.incidents.now}起（${compared(model.incidents, '起', before)}），办结${model.closedIncidents.now}起，期末在办${model.openIncidents}起。平均发现时间（MTTD）${duration(model.mttd.now)}${comparedTime(model.mttd, before)}；平均处置时间（MTTR）${duration(model.mttr.now)}${comparedTime(model.mttr, before)}。`,
    `${model.region ? '发出' : '收到'}通报${model.notices.issued.now}件（${compared(model.notices.issued, '件', before)}），审核通过整改${model.notices.accepted.now}家次；期末未办结${model.notices.open}家次，其中逾期${model.notices.overdue}家次。`,
  ];
  if (model.sources.silent > 0)
    paragraphs.push(
      `在册日志源${model.sources.total}个，其中${model.sources.silent}个已中断，相应机构的监测存在盲区。`,
    );
  return paragraphs;
}

/** What is different from the period before: sentences with numbers, the weightiest first; at most eight. */
export function changes(model: ReportModel): string[] {
  const before = periodName(model.kind);
  const found: { weight: number; text: string }[] = [];
  const add = (weight: number, text: string): void => void found.push({ weight, text });
  for (const rule of model.topRules) {
    if (rule.before === 0)
      add(
        40 + rule.count / 10,
        `新出现“${rule.name}”${rule.count}条（${LEVEL_ZH[rule.level] ?? rule.level}），${before}未见。`,
      );
    else if (rule.count >= rule.before * 2 && rule.count - rule.before >= 5)
      add(
        30 + (rule.count - rule.before) / 10,
        `“${rule.name}”由${rule.before}条增至${rule.count}条，为${before}的${(rule.count / rule.before).toFixed(1)}倍。`,
      );
    else if (rule.count * 2 <= rule.before && rule.before - rule.count >= 5)
      add(10, `“${rule.name}”由${rule.before}条降至${rule.count}条。`);
  }
  for (const institution of model.topInstitutions) {
    if (!model.region) break;
    if (institution.before === 0 && institution.alerts >= 5)
      add(25, `${institution.name}${before}无告警，${thisPeriod(model.kind)}产生${institution.alerts}条。`);
    else if (
      institution.before > 0 &&
      institution.alerts >= institution.before * 2 &&
      institution.alerts - institution.before >= 5
    )
      add(26, `${institution.name}告警由${institution.before}条增至${institution.alerts}条。`);
    if (institution.overdue > 0)
      add(28 + institution.overdue, `${institution.name}有${institution.overdue}件通报逾期未反馈。`);
  }
  for (const tactic of model.tactics)
    if (tactic.before === 0 && tactic.count > 0) add(20, `攻击阶段“${tactic.name}”首次出现，${tactic.count}条。`);
  if (model.mttr.now !== null && model.mttr.before !== null && model.mttr.now > model.mttr.before * 1.5)
    add(35, `平均处置时间由${duration(model.mttr.before)}延长至${duration(model.mttr.now)}，处置效率下降。`);
  return found
    .toSorted((a, b) => b.weight - a.weight)
    .slice(0, 8)
    .map(({ text }) => text);
}

/** What to do next: from what the rules that fired ask for, and from what is late. */
export function advice(model: ReportModel): string[] {
  const found: string[] = [];
  if (model.notices.overdue > 0) {
    const names = [...new Set(model.notices.overdueList.map((item) => item.institution))];
    found.push(
      `督促${names.slice(0, 5).join('、')}${names.length > 5 ? `等${names.length}家单位` : ''}尽快完成逾期通报的整改反馈。`,
    );
  }
  if (model.sources.silent > 0) found.push(`组织恢复${model.sources.silent}个中断的日志源，消除监测盲区。`);
  for (const rule of model.topRules) {
    const text = rule.remediation.trim();
    if (text !== '' && found.length < 6)
      found.push(`针对“${rule.name}”：${text.length > 160 ? `${text.slice(0, 158)}……` : text}`);
  }
  if (found.length === 0) found.push('继续保持日常监测与值守，按期完成漏洞修复和备份核验。');
  return found;
}

export function reportTitle(institution: string, kind: ReportModel['kind']): string {
  return `${institution}网络安全态势${KIND_ZH[kind]}`;
}
