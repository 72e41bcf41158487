/** One situation report as plain data: what both forms (Word, PDF) are made from, and what is kept in `soc_report.data`. */
export interface Change {
  readonly now: number;
  readonly before: number;
}

export interface NullableChange {
  readonly now: number | null;
  readonly before: number | null;
}

export interface ReportModel {
  readonly title: string;
  readonly subtitle: string;
  /** Institution that reports; its whole subtree is in the numbers. */
  readonly institution: string;
  readonly region: boolean;
  readonly kind: 'weekly' | 'monthly' | 'custom';
  readonly from: string;
  readonly to: string;
  readonly generatedAt: string;
  readonly institutions: number;
  readonly events: Change;
  readonly alerts: Change;
  readonly criticalAlerts: Change;
  readonly incidents: Change;
  readonly closedIncidents: Change;
  readonly openIncidents: number;
  /** Seconds. */
  readonly mttd: NullableChange;
  readonly mttr: NullableChange;
  readonly trend: readonly {
    readonly day: string;
    readonly events: number;
    readonly alerts: number;
    readonly critical: number;
  }[];
  readonly levels: readonly { readonly level: string; readonly count: number; readonly before: number }[];
  readonly topRules: readonly {
    readonly name: string;
    readonly level: string;
    readonly count: number;
    readonly before: number;
    readonly remediation: string;
  }[];
  readonly topInstitutions: readonly {
    readonly tenant: string;
    readonly name: string;
    readonly alerts: number;
    readonly before: number;
    readonly critical: number;
    readonly incidents: number;
    readonly overdue: number;
  }[];
  readonly tactics: readonly { readonly name: string; readonly count: number; readonly before: number }[];
  readonly incidentList: readonly {
    readonly number: string;
    readonly title: string;
    readonly institution: string;
    readonly grade: string;
    readonly status: string;
    readonly at: string;
  }[];
  readonly notices: {
    readonly issued: Change;
    /** Recipients' parts that are open at the end of the period, by state. */
    readonly states: readonly { readonly status: string; readonly count: number }[];
    readonly open: number;
    readonly overdue: number;
    readonly accepted: Change;
    readonly overdueList: readonly {
      readonly number: string;
      readonly title: string;
      readonly institution: string;
      readonly deadline: string;
      readonly days: number;
    }[];
  };
  readonly sources: { readonly total: number; readonly silent: number };
}

export const LEVEL_ZH: Readonly<Record<string, string>> = {
  critical: '严重',
  high: '高危',
  medium: '中危',
  low: '低危',
  informational: '提示',
};
export const LEVEL_COLOR: Readonly<Record<string, string>> = {
  critical: '#8e1b1b',
  high: '#c0392b',
  medium: '#d98e04',
  low: '#4a86c5',
  informational: '#9fb3c8',
};
export const STATUS_ZH: Readonly<Record<string, string>> = {
  new: '新建',
  triage: '处置中',
  contained: '已遏制',
  closed: '已关闭',
  merged: '已合并',
  pending: '待签收',
  signed: '已签收整改中',
  answered: '待审核',
  returned: '已退回',
  reinspection: '复查中',
  accepted: '已通过',
  withdrawn: '已撤回',
};
export const STATUS_COLOR: Readonly<Record<string, string>> = {
  pending: '#c0392b',
  signed: '#d98e04',
  answered: '#1f5fa8',
  returned: '#a0522d',
  reinspection: '#7d5ba6',
  accepted: '#2e8b57',
};
export const KIND_ZH = { weekly: '周报', monthly: '月报', custom: '专报' } as const;

/** 95 → `1分35秒`, 8000 → `2小时13分`, 200000 → `2天7小时`. */
export function duration(seconds: number | null): string {
  if (seconds === null) return '—';
  const s = Math.round(seconds);
  if (s < 60) return `${s}秒`;
  if (s < 3600) return `${Math.floor(s / 60)}分${s % 60 === 0 ? '' : `${s % 60}秒`}`;
  if (s < 86_400)
    return `${Math.floor(s / 3600)}小时${Math.floor((s % 3600) / 60) === 0 ? '' : `${Math.floor((s % 3600) / 60)}分`}`;
  return `${Math.floor(s / 86_400)}天${Math.floor((s % 86_400) / 3600) === 0 ? '' : `${Math.floor((s % 86_400) / 3600)}小时`}`;
}
