import { StopOutlined } from '@ant-design/icons';
import { Link } from '@tanstack/react-router';
import { Button, Drawer, Segmented } from 'antd';
import { useMemo } from 'react';
import {
  DataTable,
  EmptyState,
  FilterBar,
  PageFrame,
  RelTime,
  TimeFilter,
  timeBounds,
  useFilters,
  useNow,
  useNumber,
  useSession,
  useText,
  type Column,
} from '@xinglin/platform/ui';
import type { Alert } from '@xinglin/soc';
import { Entities } from '../shared/entities.tsx';
import { Assignee } from '../shared/assignee.tsx';
import { InstitutionFilter } from '../shared/institutions.tsx';
import { word } from '../shared/words.ts';
import { AlertDetailView } from './alert-detail.tsx';
import { BulkActions } from './bulk-actions.tsx';
import { AlertState, Severity, useTitle } from './parts.tsx';
import '../soc.css';

const LEVELS = ['critical', 'high', 'medium', 'low', 'informational'] as const;

export function Page() {
  const t = useText();
  const number = useNumber();
  const titleOf = useTitle();
  const { can } = useSession();
  const [filters, setFilters] = useFilters();
  const view = filters['view'] ?? 'open';
  const bounded = filters['range'] !== undefined || filters['from'] !== undefined;
  const minute = Math.floor(useNow() / 60_000);
  const query = useMemo(() => {
    const status = view === 'open' || view === 'mine' ? 'active' : view === 'closed' ? 'closed' : undefined;
    return {
      q: filters['q'],
      tenant: filters['tenant'],
      level: filters['level'],
      verdict: filters['verdict'],
      rule: filters['rule'],
      asset: filters['asset'],
      kind: filters['kind'],
      incident: filters['incident'],
      status: filters['status'] ?? status,
      assignee: view === 'mine' ? 'me' : undefined,
      ...(bounded ? timeBounds(filters, '24h', minute * 60_000) : {}),
    };
  }, [filters, view, bounded, minute]);

  const columns: readonly Column<Alert>[] = [
    {
      key: 'severity',
      title: t('alert.severity'),
      width: 106,
      sort: 'severity',
      fixed: true,
      render: (alert) => <Severity alert={alert} />,
      csv: (alert) => alert.severity,
    },
    {
      key: 'title',
      title: t('alert.title'),
      fixed: true,
      least: 300,
      render: (alert) => (
        <div className="soc-title-cell">
          <span className="xl-cell-title">{titleOf(alert)}</span>
          <Entities items={alert.entities} />
        </div>
      ),
      csv: titleOf,
    },
    {
      key: 'institution',
      title: t('soc.institution'),
      width: 190,
      render: (alert) => (
        <div className="soc-clip" style={{ maxWidth: 190 }}>
          <span className="xl-ellipsis">{alert.institution}</span>
          <span className="xl-cell-sub xl-ellipsis">
            {alert.asset === null
              ? t('alert.noAsset')
              : `${alert.asset.name}${alert.asset.system === null ? '' : ` · ${alert.asset.system}`}`}
          </span>
        </div>
      ),
      csv: (alert) => alert.institution,
    },
    {
      key: 'count',
      title: t('alert.count'),
      width: 76,
      align: 'right',
      sort: 'count',
      render: (alert) => <span className="xl-num">{number(alert.count)}</span>,
      csv: (alert) => alert.count,
    },
    {
      key: 'lastSeen',
      title: t('alert.lastSeen'),
      width: 104,
      sort: 'lastSeen',
      render: (alert) => <RelTime at={alert.lastSeen} />,
      csv: (alert) => alert.lastSeen,
    },
    {
      key: 'firstSeen',
      title: t('alert.firstSeen'),
      width: 104,
      sort: 'firstSeen',
      hidden: true,
      render: (alert) => <RelTime at={alert.firstSeen} />,
      csv: (alert) => alert.firstSeen,
    },
    {
      key: 'tactics',
      title: t('alert.tactics'),
      width: 120,
      hidden: true,
      render: (alert) => alert.tactics.map((tactic) => word(t, 'tactic', tactic)).join('、'),
      csv: (alert) => alert.tactics.join(' '),
    },
    {
      key: 'rule',
      title: t('alert.rule'),
      width: 120,
      hidden: true,
      render: (alert) => <span className="xl-mono">{alert.ruleId.slice(0, 13)}</span>,
      csv: (alert) => alert.ruleId,
    },
    {
      key: 'status',
      title: t('alert.state'),
      width: 92,
      render: (alert) => <AlertState alert={alert} />,
      csv: (alert) => alert.verdict ?? alert.status,
    },
    {
      key: 'assignee',
      title: t('alert.assignee'),
      width: 84,
      render: (alert) => <Assignee of={alert} />,
      csv: (alert) => alert.assigneeName,
    },
    {
      key: 'incident',
      title: t('nav.incidents'),
      width: 60,
      hidden: true,
      render: (alert) =>
        alert.incidentId === null ? null : <Link to={`/incidents/${alert.incidentId}`}>{t('soc.open')}</Link>,
      csv: (alert) => alert.incidentId,
    },
  ];
  const open = filters['open'];
  return (
    <PageFrame
      title={t('nav.alerts')}
      note={t('alert.note')}
      actions={
        <Link to="/suppressions">
          <Button icon={<StopOutlined />}>{t('suppress.title')}</Button>
        </Link>
      }
    >
      <div className="soc-toolbar">
        <Segmented
          value={view}
          onChange={(value) => setFilters({ view: value === 'open' ? undefined : value, status: undefined })}
          options={(['open', 'mine', 'closed', 'all'] as const).map((value) => ({
            value,
            label: t(`alert.view.${value}`),
          }))}
        />
        <FilterBar
          search={t('alert.search')}
          keep={['view']}
          selects={[
            {
              name: 'level',
              label: t('alert.severity'),
              multiple: true,
              width: 120,
              options: LEVELS.map((value) => ({ value, label: t(`ui.level.${value}`) })),
            },
            {
              name: 'kind',
              label: t('alert.kind'),
              options: (['rule', 'correlation', 'intel', 'silence'] as const).map((value) => ({
                value,
                label: t(`alert.kind.${value}`),
              })),
            },
            ...(view === 'closed' || view === 'all'
              ? [
                  {
                    name: 'verdict',
                    label: t('alert.verdict'),
                    options: (['true', 'false', 'benign'] as const).map((value) => ({
                      value,
                      label: t(`verdict.${value}`),
                    })),
                  },
                ]
              : []),
          ]}
        >
          <InstitutionFilter />
          <TimeFilter none={t('soc.anyTime')} />
        </FilterBar>
      </div>
      <section className="xl-panel">
        <DataTable<Alert>
          name="alerts"
          path="/alerts"
          query={query}
          columns={columns}
          rowKey={(alert) => alert.id}
          openKey={open}
          onOpen={(alert) => setFilters({ open: alert.id })}
          sort="-severity"
          live={['alert.changed']}
          rowClass={(alert) => (alert.suppressedBy === null ? '' : 'xl-row-dim')}
          {...(can('alert:write')
            ? { bulk: (rows: readonly Alert[], clear: () => void) => <BulkActions alerts={rows} done={clear} /> }
            : {})}
          empty={
            Object.keys(filters).some((key) => key !== 'view') ? (
              <EmptyState title={t('alert.noneFiltered')} hint={t('alert.noneFilteredHint')} />
            ) : (
              <EmptyState
                title={t('alert.none')}
                hint={t('alert.noneHint')}
                action={<Link to="/sources">{t('alert.noneAction')}</Link>}
              />
            )
          }
        />
      </section>
      <Drawer
        open={open !== undefined}
        onClose={() => setFilters({ open: undefined })}
        size={860}
        title={t('alert.one')}
        destroyOnHidden
        extra={open === undefined ? null : <Link to={`/alerts/${open}`}>{t('soc.fullPage')}</Link>}
        styles={{ body: { padding: 0 } }}
      >
        {open === undefined ? null : <AlertDetailView id={open} />}
      </Drawer>
    </PageFrame>
  );
}
