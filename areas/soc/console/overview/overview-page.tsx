import { useQuery } from '@tanstack/react-query';
import { Button, Segmented } from 'antd';
import { api, Loaded, PageFrame, RelTime, useFilters, useLiveQueries, useSession, useText } from '@xinglin/platform/ui';
import type { Overview } from '@xinglin/soc';
import { InstitutionFilter } from '../shared/institutions.tsx';
import { TenThings } from './ten-things.tsx';
import { Kpis } from './kpis.tsx';
import {
  Attackers,
  Incidents,
  InstitutionGrid,
  LatestAlerts,
  NoticesDue,
  Ranking,
  Tactics,
  TopRules,
  TrendPanel,
} from './panels.tsx';
import '../soc.css';

/** A region for those who watch many institutions, ten things to do for the one who guards a single hospital. */
export function Page() {
  const t = useText();
  const { can, actor } = useSession();
  const [filters, set] = useFilters();
  const hours = filters['hours'] ?? '24';
  const tenant = filters['tenant'];
  const query = useQuery({
    queryKey: ['/overview', tenant, hours],
    queryFn: ({ signal }) => api<Overview>('/overview', { query: { tenant, hours }, signal }),
    placeholderData: (before) => before,
    refetchInterval: 30_000,
  });
  useLiveQueries(['alert.changed', 'incident.changed', 'notice.changed', 'source.changed'], [['/overview']], 3000);
  const guard = can('notice:answer') && !can('notice:issue');
  return (
    <PageFrame
      title={guard ? t('overview.mine') : t('nav.overview')}
      note={
        query.data === undefined ? (
          ' '
        ) : (
          <>
            <span>{query.data.name === '' ? t('overview.platform') : query.data.name}</span>
            <span>
              {t('overview.asOf')} <RelTime at={query.data.at} />
            </span>
          </>
        )
      }
      actions={
        <>
          <InstitutionFilter />
          <Segmented
            value={hours}
            onChange={(value) => set({ hours: value === '24' ? undefined : value })}
            options={(['1', '24', '168'] as const).map((value) => ({ value, label: t(`overview.hours.${value}`) }))}
          />
          {can('screen:read') ? (
            <Button href={`/screen${tenant === undefined ? '' : `?tenant=${tenant}`}`} target="_blank">
              {t('nav.screen')}
            </Button>
          ) : null}
        </>
      }
    >
      <Loaded query={query} rows={14}>
        {(data) => (
          <>
            <Kpis data={data} />
            {guard ? (
              <div className="xl-grid">
                <div className="xl-c8 xl-stack">
                  <TenThings data={data} name={actor.name} />
                  <TrendPanel data={data} />
                </div>
                <div className="xl-c4 xl-stack">
                  <NoticesDue data={data} />
                  <Incidents data={data} />
                  <TopRules data={data} />
                </div>
              </div>
            ) : (
              <div className="xl-grid">
                <div className="xl-c8 xl-stack">
                  <TrendPanel data={data} />
                  {data.institutions.length > 1 ? <InstitutionGrid data={data} /> : null}
                  <LatestAlerts data={data} />
                </div>
                <div className="xl-c4 xl-stack">
                  <Incidents data={data} />
                  <NoticesDue data={data} />
                  <Attackers data={data} />
                  <Tactics data={data} />
                  <TopRules data={data} />
                  {data.ranking.length > 1 ? <Ranking data={data} /> : null}
                </div>
              </div>
            )}
          </>
        )}
      </Loaded>
    </PageFrame>
  );
}
