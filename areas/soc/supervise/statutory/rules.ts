/**
 * 国家网络安全事件报告管理办法 (Cyberspace Administration of China, in force since 2025-11-01): who reports when, and what a report must say.
 * Only incidents graded 较大 and above must be reported (art. 4). The closing report follows within 30 days after the handling has ended (art. 8).
 */
export type Grade = 'general' | 'major' | 'serious' | 'extreme';
export type OperatorType = 'cii' | 'central-organ' | 'other';
export type StatutoryStage = 'initial' | 'supplement' | 'closing';

export const GRADE_ZH: Readonly<Record<Grade, string>> = {
  general: '一般',
  major: '较大',
  serious: '重大',
  extreme: '特别重大',
};
export const STAGE_ZH: Readonly<Record<StatutoryStage, string>> = {
  initial: '初报',
  supplement: '补报',
  closing: '处置总结报告',
};

const HOUR = 3_600_000;

export function mustReport(grade: Grade): boolean {
  return grade !== 'general';
}

/** Grade by the number of persons whose information leaked; the bound belongs to the higher grade. */
export function gradeByPersonalInformation(persons: number): Grade {
  if (persons >= 100_000_000) return 'extreme';
  if (persons >= 10_000_000) return 'serious';
  return persons >= 1_000_000 ? 'major' : 'general';
}

interface Limit {
  readonly ms: number;
  readonly basis: string;
}

export const INITIAL_LIMITS: Readonly<Record<OperatorType, Limit>> = {
  cii: {
    ms: HOUR,
    basis: '《国家网络安全事件报告管理办法》第四条：关键信息基础设施运营者，1 小时内报保护工作部门和公安机关',
  },
  'central-organ': {
    ms: 2 * HOUR,
    basis: '《国家网络安全事件报告管理办法》第四条：中央和国家机关，2 小时内报本部门网信工作机构',
  },
  other: { ms: 4 * HOUR, basis: '《国家网络安全事件报告管理办法》第四条：其他网络运营者，4 小时内报属地省级网信部门' },
};
export const SUPPLEMENT_BASIS =
  '《国家网络安全事件报告管理办法》第七条：规定时限内不能判定原因、影响或趋势的，先报第一、二项，其余及时补报';
export const CLOSING_BASIS = '《国家网络安全事件报告管理办法》第八条：处置结束后 30 日内形成总结报告，按原渠道上报';
export const CLOSING_MS = 30 * 24 * HOUR;

export interface ContentItem {
  readonly key: string;
  readonly zh: string;
  readonly en: string;
}

/** Art. 7. The first two are always due; the others may follow as supplements. */
export const REPORT_ITEMS: readonly ContentItem[] = [
  { key: 'unit', zh: '事发单位名称及发生事件的设施、系统、平台的基本情况', en: 'The unit and the system concerned' },
  {
    key: 'facts',
    zh: '发现或发生的时间、地点，事件类型、级别，造成的影响和危害，已采取的措施及效果（勒索攻击还应包括赎金金额、方式、日期）',
    en: 'When, where, type, grade, impact, measures taken (ransom: amount, way, date)',
  },
  { key: 'trend', zh: '事态发展趋势及可能进一步造成的影响和危害', en: 'Where it may lead' },
  { key: 'cause', zh: '初步分析的事件原因', en: 'First analysis of the cause' },
  {
    key: 'trace',
    zh: '溯源调查线索（可能的攻击者信息、攻击路径、存在的漏洞等）',
    en: 'Traces: attacker, path, vulnerability',
  },
  { key: 'plan', zh: '拟进一步采取的应对措施以及请求支援事项', en: 'What is planned and what help is asked for' },
  { key: 'scene', zh: '事件现场保护情况', en: 'How the scene is protected' },
  { key: 'other', zh: '其他应当报告的情况', en: 'Anything else' },
];
export const CLOSING_ITEMS: readonly ContentItem[] = [
  { key: 'cause', zh: '事件原因', en: 'Cause' },
  { key: 'measures', zh: '应急处置措施', en: 'Measures' },
  { key: 'harm', zh: '造成的危害', en: 'Harm' },
  { key: 'responsibility', zh: '责任认定', en: 'Responsibility' },
  { key: 'rectification', zh: '整改情况', en: 'Rectification' },
  { key: 'lessons', zh: '教训', en: 'Lessons' },
];

export function itemsOf(stage: StatutoryStage): readonly ContentItem[] {
  return stage === 'closing' ? CLOSING_ITEMS : REPORT_ITEMS;
}

/** Items that must not be empty when a report of the stage is submitted. */
export function requiredItems(stage: StatutoryStage): readonly string[] {
  if (stage === 'initial') return ['unit', 'facts'];
  return stage === 'closing' ? CLOSING_ITEMS.map((item) => item.key) : [];
}

/**
 * Which reminder of a clock is due: `started`, `half`, `soon` (a quarter left), `due`, then `overdue-n` (n hours for the initial report, n days for the closing one).
 * Clocks of law run through nights and holidays.
 */
export function clockStage(stage: StatutoryStage, startedAt: Date, dueAt: Date, now: Date): string {
  const late = now.getTime() - dueAt.getTime();
  const unit = stage === 'closing' ? 24 * HOUR : HOUR;
  if (late >= unit) return `overdue-${Math.floor(late / unit)}`;
  if (late >= 0) return 'due';
  const share = (now.getTime() - startedAt.getTime()) / (dueAt.getTime() - startedAt.getTime());
  if (share >= 0.75) return 'soon';
  return share >= 0.5 ? 'half' : 'started';
}
