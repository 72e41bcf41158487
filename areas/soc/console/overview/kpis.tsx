import { Link } from '@tanstack/react-router';
import { duration, useNumber, useSession, useText } from '@xinglin/platform/ui';
import type { Overview } from '@xinglin/soc';
import type { ReactNode } from 'react';

interface Kpi {
  readonly label: string;
  readonly value: string;
  readonly note: ReactNode;
  readonly to?: string;
  readonly search?: Readonly<Record<string, string>>;
  readonly tone?: 'bad' | 'watch' | undefined;
}

/** The six numbers one looks at first; each opens the list behind it. */
export function Kpis({ data }: { readonly data: Overview }) {
  const t = useText();
  const number = useNumber();
  const { can } = useSession();
  const { totals } = data;
  const kpis: readonly Kpi[] = [
    {
      label: t('kpi.openAlerts'),
      value: number(totals.openAlerts),
      note: t('kpi.alertsToday', { n: number(totals.alertsToday) }),
      to: '/alerts',
    },
    {
      label: t('kpi.critical'),
      value: number(totals.criticalAlerts),
      note: t('kpi.criticalNote'),
      to: '/alerts',
      search: { level: 'critical' },
      tone: totals.criticalAlerts > 0 ? 'bad' : undefined,
    },
    {
      label: t('kpi.incidents'),
      value: number(totals.openIncidents),
      note: `MTTD ${duration(t, totals.mttdSeconds)} · MTTR ${duration(t, totals.mttrSeconds)}`,
      to: '/incidents',
    },
    {
      label: t('kpi.notices'),
      value: number(totals.openNotices),
      note: t('kpi.overdue', { n: number(totals.overdueNotices) }),
      to: '/notices',
      tone: totals.overdueNotices > 0 ? 'watch' : undefined,
    },
    {
      label: t('kpi.events'),
      value: number(totals.eventsToday, true),
      note: t('kpi.eps', { n: number(totals.eventsPerSecond) }),
      to: '/search',
    },
    {
      label: t('kpi.sources'),
      value: number(totals.sources),
      note: totals.silentSources > 0 ? t('kpi.silent', { n: number(totals.silentSources) }) : t('kpi.noSilent'),
      to: '/sources',
      tone: totals.silentSources > 0 ? 'watch' : undefined,
    },
  ];
  const permitted: Readonly<Record<string, boolean>> = {
    '/alerts': can('alert:read'),
    '/incidents': can('incident:read'),
    '/notices': can('notice:read'),
    '/search': can('event:read'),
    '/sources': can('source:read'),
  };
  return (
    <div className="soc-kpis">
      {kpis.map((kpi) => {
        const body = (
          <>
            <span className="soc-kpi-label">{kpi.label}</span>
            <strong className={`xl-num ${kpi.tone === undefined ? '' : `soc-kpi-${kpi.tone}`}`}>{kpi.value}</strong>
            <span className="soc-kpi-note">{kpi.note}</span>
          </>
        );
        return kpi.to !== undefined && permitted[kpi.to] === true ? (
          <Link key={kpi.label} to={kpi.to} search={(kpi.search ?? {}) as never} className="soc-kpi">
            {body}
          </Link>
        ) : (
          <div key={kpi.label} className="soc-kpi">
            {body}
          </div>
        );
      })}
    </div>
  );
}
