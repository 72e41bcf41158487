import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import {
  api,
  EmptyState,
  LevelTag,
  PageSkeleton,
  Panel,
  RelTime,
  StateTag,
  useLiveQueries,
  useLocale,
  useText,
  type Translate,
} from '@xinglin/platform/ui';
import type { Alert, Overview } from '@xinglin/soc';
import type { ReactNode } from 'react';
import { steps } from '../alerts/alert-detail.tsx';
import { word } from '../shared/words.ts';

interface Thing {
  readonly key: string;
  /** 0..100: what to do first. */
  readonly weight: number;
  readonly mark: ReactNode;
  readonly title: string;
  readonly next: string;
  readonly to: string;
  readonly search?: Readonly<Record<string, string>>;
  readonly at: string | null;
}

/** Ten things out of a million events, most urgent first, each with its next step. */
export function TenThings({ data, name }: { readonly data: Overview; readonly name: string }) {
  const t = useText();
  const locale = useLocale();
  const alerts = useQuery({
    queryKey: ['/alerts', 'ten', data.tenant],
    queryFn: () =>
      api<{ readonly items: readonly Alert[] }>('/alerts', {
        query: { status: 'active', sort: '-severity', limit: 10, tenant: data.tenant === '' ? undefined : data.tenant },
      }),
  });
  useLiveQueries(['alert.changed'], [['/alerts', 'ten']], 3000);
  const things = rank(t, locale === 'en', data, alerts.data?.items ?? []);
  return (
    <Panel title={t('ten.title', { name })} extra={<span className="xl-muted">{t('ten.note')}</span>} flush>
      {alerts.isPending ? (
        <PageSkeleton rows={6} />
      ) : things.length === 0 ? (
        <EmptyState title={t('ten.none')} hint={t('ten.noneHint')} />
      ) : (
        <ol className="soc-ten">
          {things.map((thing, index) => (
            <li key={thing.key}>
              <Link to={thing.to} search={(thing.search ?? {}) as never}>
                <span className="soc-ten-no xl-num">{index + 1}</span>
                <span className="soc-ten-mark">{thing.mark}</span>
                <span className="soc-ten-text">
                  <b>{thing.title}</b>
                  <span>
                    {t('ten.next')}
                    {thing.next}
                  </span>
                </span>
                <RelTime at={thing.at} />
              </Link>
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}

function rank(t: Translate, english: boolean, data: Overview, alerts: readonly Alert[]): readonly Thing[] {
  const notices: Thing[] = data.noticesDue
    .filter((notice) => ['pending', 'signed', 'returned', 'reinspection'].includes(notice.status))
    .map((notice) => ({
      key: `n${notice.id}${notice.institution}`,
      weight: notice.overdue ? 98 : notice.status === 'returned' ? 90 : hoursTo(notice.deadline) < 24 ? 86 : 66,
      mark: (
        <StateTag tone={notice.overdue ? 'bad' : 'watch'}>
          {notice.overdue ? t('notice.overdue') : t('nav.notices')}
        </StateTag>
      ),
      title: `${notice.number} ${notice.title}`,
      next: t(`ten.notice.${notice.status}`),
      to: `/notices/${notice.id}`,
      at: notice.deadline,
    }));
  const incidents: Thing[] = data.openIncidents.map((incident) => ({
    key: `i${incident.id}`,
    weight: Math.min(97, incident.severity + (incident.status === 'new' ? 8 : 0)),
    mark: <StateTag tone="bad">{word(t, 'grade', incident.grade)}</StateTag>,
    title: `${incident.number} ${incident.title}`,
    next: t(`ten.incident.${incident.status}`),
    to: `/incidents/${incident.id}`,
    at: incident.lastAlertAt ?? incident.createdAt,
  }));
  // An alert inside an incident is handled there.
  const open = new Set(data.openIncidents.map((incident) => incident.id));
  const single: Thing[] = alerts
    .filter((alert) => alert.incidentId === null || !open.has(alert.incidentId))
    .map((alert) => ({
      key: `a${alert.id}`,
      weight: alert.severity,
      mark: <LevelTag level={alert.level} />,
      title: english ? alert.title : alert.titleZh || alert.title,
      next: firstStep(alert) ?? t(alert.status === 'new' ? 'ten.alert.new' : 'ten.alert.open'),
      to: '/alerts',
      search: { open: alert.id },
      at: alert.lastSeen,
    }));
  return [...notices, ...incidents, ...single].toSorted((a, b) => b.weight - a.weight).slice(0, 10);
}

function firstStep(alert: Alert): string | undefined {
  const text = (alert as { readonly remediationZh?: string }).remediationZh;
  return text === undefined || text === '' ? undefined : steps(text)[0];
}

function hoursTo(iso: string | null): number {
  return iso === null ? Infinity : (new Date(iso).getTime() - Date.now()) / 3_600_000;
}
