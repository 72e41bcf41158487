/** What an institution's standing is computed from. */
export interface Standing {
  readonly criticalAlerts: number;
  readonly highAlerts: number;
  readonly otherAlerts: number;
  readonly overdueNotices: number;
  readonly sources: number;
  readonly silentSources: number;
  /** Mean over the last 30 days; null when nothing was handled. */
  readonly mttrSeconds: number | null;
}

export interface Score {
  /** 0..100, higher is better. */
  readonly score: number;
  /** Points taken off, by reason. */
  readonly factors: Readonly<Record<'alerts' | 'notices' | 'silence' | 'response', number>>;
}

/**
 * 100 less:
 * - open alerts: 8 for each critical, 3 for each high, 0.3 for each other, at most 40;
 * - overdue rectifications: 10 each, at most 30;
 * - silent sources: 15 × their share of all sources (15 when the institution sends nothing at all);
 * - response: from 0 at one hour of mean time to respond to 15 at 24 hours, by the logarithm.
 */
export function rankingScore(standing: Standing): Score {
  const { criticalAlerts, highAlerts, otherAlerts, overdueNotices, sources, silentSources, mttrSeconds } = standing;
  const factors = {
    alerts: round(Math.min(40, 8 * criticalAlerts + 3 * highAlerts + 0.3 * otherAlerts)),
    notices: Math.min(30, 10 * overdueNotices),
    silence: round(sources === 0 ? 15 : (15 * silentSources) / sources),
    response:
      mttrSeconds === null ? 0 : round(Math.min(15, Math.max(0, (15 * Math.log(mttrSeconds / 3600)) / Math.log(24)))),
  };
  return { score: round(100 - factors.alerts - factors.notices - factors.silence - factors.response), factors };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
