import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import {
  Bar,
  Chart,
  Copyable,
  EmptyState,
  LevelTag,
  Panel,
  RelTime,
  StateTag,
  duration,
  shortTime,
  useLevelColours,
  useNumber,
  useSeriesColours,
  useSession,
  useText,
  useThemeName,
  type ChartOption,
} from '@xinglin/platform/ui';
import type { Overview } from '@xinglin/soc';
import { useTitle } from '../alerts/parts.tsx';
import { Entities } from '../shared/entities.tsx';
import { INCIDENT_TONE, LIGHT_TONE, RECIPIENT_TONE, shortTitle, TACTICS, word } from '../shared/words.ts';

interface Props {
  readonly data: Overview;
}

export function TrendPanel({ data }: Props) {
  const t = useText();
  const theme = useThemeName();
  const levels = useLevelColours();
  const [brand] = useSeriesColours();
  const option = useMemo<ChartOption>(() => {
    const axis = theme === 'dark' ? '#84939b' : '#6b7a83';
    const line = theme === 'dark' ? '#243038' : '#edf0f2';
    return {
      grid: { left: 46, right: 40, top: 28, bottom: 24 },
      tooltip: { trigger: 'axis', confine: true },
      legend: { top: 0, right: 0, itemWidth: 12, itemHeight: 8, textStyle: { color: axis, fontSize: 12 } },
      xAxis: {
        type: 'category',
        data: data.trend.map((point) => shortTime(point.at)),
        boundaryGap: true,
        axisTick: { show: false },
        axisLine: { lineStyle: { color: line } },
        axisLabel: { color: axis, fontSize: 11, hideOverlap: true },
      },
      yAxis: [
        {
          type: 'value',
          splitNumber: 3,
          splitLine: { lineStyle: { color: line } },
          axisLabel: { color: axis, fontSize: 11 },
        },
        {
          type: 'value',
          splitNumber: 3,
          splitLine: { show: false },
          axisLabel: { color: axis, fontSize: 11 },
          minInterval: 1,
        },
      ],
      series: [
        {
          name: t('trend.events'),
          type: 'line',
          smooth: 0.2,
          showSymbol: false,
          lineStyle: { width: 1.6, color: brand },
          itemStyle: { color: brand },
          areaStyle: { color: brand, opacity: 0.1 },
          data: data.trend.map((point) => point.events),
        },
        {
          name: t('trend.alerts'),
          type: 'bar',
          yAxisIndex: 1,
          stack: 'a',
          barMaxWidth: 12,
          itemStyle: { color: levels.medium.solid, opacity: 0.75 },
          data: data.trend.map((point) => point.alerts - point.critical),
        },
        {
          name: t('trend.critical'),
          type: 'bar',
          yAxisIndex: 1,
          stack: 'a',
          barMaxWidth: 12,
          itemStyle: { color: levels.critical.solid },
          data: data.trend.map((point) => point.critical),
        },
      ],
    };
  }, [data.trend, theme, levels, brand, t]);
  return (
    <Panel title={t('trend.title')}>
      <Chart option={option} height={224} label={t('trend.title')} />
    </Panel>
  );
}

const LIGHT_ORDER = ['danger', 'silent', 'watch', 'ok'];

export function InstitutionGrid({ data }: Props) {
  const t = useText();
  const number = useNumber();
  const rows = data.institutions
    .filter((one) => one.kind !== 'commission')
    .toSorted(
      (a, b) =>
        LIGHT_ORDER.indexOf(a.state?.light ?? 'ok') - LIGHT_ORDER.indexOf(b.state?.light ?? 'ok') ||
        (b.state?.openAlerts ?? 0) - (a.state?.openAlerts ?? 0),
    );
  const counts = LIGHT_ORDER.map(
    (light) => [light, rows.filter((row) => (row.state?.light ?? 'ok') === light).length] as const,
  ).filter(([, count]) => count > 0);
  return (
    <Panel
      title={t('overview.institutions')}
      extra={counts.map(([light, count]) => (
        <StateTag key={light} tone={LIGHT_TONE[light] ?? 'quiet'}>{`${t(`light.${light}`)} ${String(count)}`}</StateTag>
      ))}
    >
      <div className="soc-lights">
        {rows.map((row) => (
          <Link
            key={row.tenant}
            to={`/institutions/${row.tenant}`}
            className={`soc-light soc-light-${row.state?.light ?? 'ok'}`}
            title={row.name}
          >
            <b className="xl-ellipsis">{row.shortName || row.name}</b>
            <span>
              {row.state === undefined || row.state.openAlerts === 0
                ? t('overview.calm')
                : t('overview.openAlerts', { n: number(row.state.openAlerts) })}
            </span>
          </Link>
        ))}
      </div>
    </Panel>
  );
}

export function Incidents({ data }: Props) {
  const t = useText();
  const { can } = useSession();
  return (
    <Panel
      title={t('overview.incidents')}
      extra={can('incident:read') ? <Link to="/incidents">{t('soc.all')}</Link> : null}
      flush
    >
      {data.openIncidents.length === 0 ? (
        <EmptyState compact title={t('overview.noIncidents')} />
      ) : (
        <ul className="soc-rows">
          {data.openIncidents.slice(0, 6).map((incident) => (
            <li key={incident.id}>
              <Link to={`/incidents/${incident.id}`}>
                <span className="xl-spread">
                  <b className="xl-ellipsis" title={incident.title}>
                    {shortTitle(incident.title)}
                  </b>
                  <StateTag tone={INCIDENT_TONE[incident.status] ?? 'quiet'}>
                    {word(t, 'incident.status', incident.status)}
                  </StateTag>
                </span>
                <span className="soc-sub">
                  <span className="xl-ellipsis">
                    {incident.institution} · {t('incident.alerts', { n: incident.alertCount })}
                  </span>
                  <RelTime at={incident.lastAlertAt ?? incident.createdAt} />
                </span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

export function NoticesDue({ data }: Props) {
  const t = useText();
  return (
    <Panel title={t('overview.notices')} extra={<Link to="/notices">{t('soc.all')}</Link>} flush>
      {data.noticesDue.length === 0 ? (
        <EmptyState compact title={t('overview.noNotices')} />
      ) : (
        <ul className="soc-rows">
          {data.noticesDue.slice(0, 6).map((notice) => (
            <li key={notice.id + notice.institution}>
              <Link to={`/notices/${notice.id}`}>
                <span className="xl-spread">
                  <b className="xl-ellipsis">{notice.title}</b>
                  {notice.overdue ? (
                    <StateTag tone="bad">{t('notice.overdue')}</StateTag>
                  ) : (
                    <StateTag tone={RECIPIENT_TONE[notice.status] ?? 'quiet'}>
                      {word(t, 'recipient', notice.status)}
                    </StateTag>
                  )}
                </span>
                <span className="soc-sub">
                  <span className="xl-ellipsis">{notice.institution}</span>
                  <span className="xl-nowrap">
                    {t('notice.due')} <RelTime at={notice.deadline} />
                  </span>
                </span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

export function Attackers({ data }: Props) {
  const t = useText();
  const number = useNumber();
  const max = Math.max(1, ...data.topAttackers.map((one) => one.count));
  return (
    <Panel title={t('overview.attackers')}>
      {data.topAttackers.length === 0 ? (
        <EmptyState compact title={t('overview.noAttackers')} />
      ) : (
        <ul className="soc-top">
          {data.topAttackers.slice(0, 6).map((one) => (
            <li key={one.ip}>
              <span className="xl-spread">
                <Copyable text={one.ip}>
                  <Link
                    to="/search"
                    search={{ q: `source.ip:${one.ip.includes(':') ? `"${one.ip}"` : one.ip}`, range: '24h' } as never}
                  >
                    {one.ip}
                  </Link>
                </Copyable>
                <span className="soc-sub">
                  {t(one.internal ? 'overview.internal' : 'overview.external')}
                  {one.institutions > 1 ? ` · ${t('overview.hits', { n: one.institutions })}` : ''}{' '}
                  <b className="xl-num">{number(one.count)}</b>
                </span>
              </span>
              <Bar share={one.count / max} />
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

export function Tactics({ data }: Props) {
  const t = useText();
  const number = useNumber();
  const counts = new Map(data.byTactic.map((one) => [one.tactic, one.count]));
  const max = Math.max(1, ...counts.values());
  return (
    <Panel title={t('overview.tactics')}>
      <div className="soc-tactics">
        {TACTICS.map((tactic) => {
          const count = counts.get(tactic) ?? 0;
          return (
            <span
              key={tactic}
              className={count === 0 ? 'soc-tactic soc-tactic-none' : 'soc-tactic'}
              style={count === 0 ? {} : ({ '--share': String(0.16 + 0.84 * (count / max)) } as React.CSSProperties)}
            >
              <span>{t(`tactic.${tactic}`)}</span>
              <b className="xl-num">{count === 0 ? '' : number(count)}</b>
            </span>
          );
        })}
      </div>
    </Panel>
  );
}

export function TopRules({ data }: Props) {
  const t = useText();
  const number = useNumber();
  const titleOf = useTitle();
  const levels = useLevelColours();
  const max = Math.max(1, ...data.topRules.map((one) => one.count));
  return (
    <Panel title={t('overview.rules')}>
      {data.topRules.length === 0 ? (
        <EmptyState compact title={t('overview.noRules')} />
      ) : (
        <ul className="soc-top">
          {data.topRules.slice(0, 6).map((rule) => (
            <li key={rule.ruleId}>
              <Link to="/alerts" search={{ rule: rule.ruleId, view: 'all' } as never} className="xl-spread">
                <span className="xl-ellipsis">{titleOf(rule)}</span>
                <b className="xl-num">{number(rule.count)}</b>
              </Link>
              <Bar share={rule.count / max} colour={levels[rule.level].solid} />
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

export function Ranking({ data }: Props) {
  const t = useText();
  return (
    <Panel title={t('overview.ranking')} extra={<span className="xl-muted">{t('overview.rankingNote')}</span>}>
      <ul className="soc-top">
        {data.ranking.slice(0, 8).map((row, index) => (
          <li key={row.tenant}>
            <Link to={`/institutions/${row.tenant}`} className="xl-spread">
              <span className="xl-row xl-grow">
                <span className="xl-muted xl-num">{index + 1}</span>
                <span className="xl-ellipsis">{row.institution}</span>
              </span>
              <span className="soc-sub xl-nowrap">
                {row.overdueNotices > 0 ? `${t('kpi.overdue', { n: row.overdueNotices })} · ` : ''}
                {row.mttrSeconds === null ? '' : `MTTR ${duration(t, row.mttrSeconds)} `}
                <b className="xl-num">{Math.round(row.score)}</b>
              </span>
            </Link>
            <Bar share={row.score / 100} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}

export function LatestAlerts({ data }: Props) {
  const t = useText();
  const titleOf = useTitle();
  return (
    <Panel title={t('overview.latest')} extra={<Link to="/alerts">{t('soc.all')}</Link>} flush>
      {data.latestAlerts.length === 0 ? (
        <EmptyState compact title={t('alert.none')} hint={t('alert.noneHint')} />
      ) : (
        <ul className="soc-list">
          {data.latestAlerts.slice(0, 10).map((alert) => (
            <li key={alert.id}>
              <LevelTag level={alert.level} />
              <Link to="/alerts" search={{ open: alert.id } as never} className="soc-list-title xl-ellipsis">
                {titleOf(alert)}
              </Link>
              <Entities items={alert.entities} max={2} />
              <span className="soc-list-where xl-ellipsis">{alert.institution}</span>
              <RelTime at={alert.lastSeen} />
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
