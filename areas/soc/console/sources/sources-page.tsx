import { PlusOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Button, Popconfirm, Tabs } from 'antd';
import { useMemo, useState } from 'react';
import {
  api,
  DataTable,
  EmptyState,
  ExactTime,
  FilterBar,
  Loaded,
  PageFrame,
  PlainTag,
  RelTime,
  Sparkline,
  StateTag,
  duration,
  useAct,
  useFilters,
  useNumber,
  useSession,
  useText,
  type Column,
} from '@xinglin/platform/ui';
import type { Source } from '@xinglin/soc';
import { InstitutionFilter } from '../shared/institutions.tsx';
import { SourceForm } from './source-form.tsx';
import { TokenOnce, type WithToken } from './token-once.tsx';
import '../soc.css';
import '../institutions/institutions.css';

interface Unknown {
  readonly senders: readonly {
    readonly ip: string;
    readonly transport: string;
    readonly count: number;
    readonly firstSeen: string;
    readonly lastSeen: string;
    readonly sample: string;
  }[];
  readonly samples: readonly {
    readonly sourceId: string;
    readonly tenant: string;
    readonly at: string;
    readonly sample: string;
  }[];
}

/** Whether every institution still sends, how fast, and what the parsers did not understand. */
export function Page() {
  const t = useText();
  const { can } = useSession();
  const [filters, set] = useFilters();
  const [editing, setEditing] = useState<Source | 'new'>();
  const [shown, setShown] = useState<WithToken>();
  const tab = filters['tab'] ?? 'sources';
  return (
    <PageFrame
      title={t('nav.sources')}
      note={t('source.note')}
      actions={
        can('source:write') ? (
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setEditing('new')}>
            {t('source.create')}
          </Button>
        ) : null
      }
    >
      <Tabs
        activeKey={tab}
        onChange={(key) => set({ tab: key === 'sources' ? undefined : key })}
        items={(['sources', 'unknown'] as const).map((key) => ({ key, label: t(`source.tab.${key}`) }))}
      />
      {tab === 'unknown' ? <UnknownPanel /> : <SourceList onEdit={setEditing} onToken={setShown} />}
      {editing === undefined ? null : (
        <SourceForm
          {...(editing === 'new' ? {} : { source: editing })}
          close={() => setEditing(undefined)}
          onToken={setShown}
        />
      )}
      {shown === undefined ? null : <TokenOnce made={shown} close={() => setShown(undefined)} />}
    </PageFrame>
  );
}

function SourceList({
  onEdit,
  onToken,
}: {
  readonly onEdit: (source: Source) => void;
  readonly onToken: (made: WithToken) => void;
}) {
  const t = useText();
  const number = useNumber();
  const { can } = useSession();
  const [filters] = useFilters();
  const rotate = useAct<WithToken>({ refresh: [['/sources']], onDone: onToken });
  const query = useMemo(() => ({ tenant: filters['tenant'] }), [filters]);
  const columns: readonly Column<Source>[] = [
    {
      key: 'name',
      title: t('source.name'),
      fixed: true,
      least: 200,
      render: (row) => (
        <>
          <div className="xl-cell-title">{row.name}</div>
          <div className="xl-cell-sub">{row.institution}</div>
        </>
      ),
      csv: (row) => row.name,
    },
    {
      key: 'state',
      title: t('soc.state'),
      width: 116,
      render: (row) => <SourceState source={row} />,
      csv: (row) => (row.silentSince === null ? 'ok' : 'silent'),
    },
    {
      key: 'kind',
      title: t('source.kind'),
      width: 96,
      render: (row) => <PlainTag>{t(`source.kind.${row.kind}`)}</PlainTag>,
      csv: (row) => row.kind,
    },
    {
      key: 'rate',
      title: t('source.lastHour'),
      width: 176,
      render: (row) => (
        <Sparkline points={row.lastHour.perMinute} label={t('source.rateLabel', { n: row.lastHour.received })} />
      ),
      csv: (row) => row.lastHour.received,
    },
    {
      key: 'received',
      title: t('source.received'),
      width: 90,
      align: 'right',
      render: (row) => <span className="xl-num">{number(row.lastHour.received)}</span>,
      csv: (row) => row.lastHour.received,
    },
    {
      key: 'failed',
      title: t('source.failed'),
      width: 110,
      align: 'right',
      render: (row) => {
        const share = row.lastHour.received === 0 ? 0 : row.lastHour.failed / row.lastHour.received;
        return (
          <span className={`xl-num ${share > 0.05 ? 'soc-kpi-bad' : ''}`}>
            {row.lastHour.failed === 0 ? '0' : `${number(row.lastHour.failed)} (${(share * 100).toFixed(1)}%)`}
          </span>
        );
      },
      csv: (row) => row.lastHour.failed,
    },
    {
      key: 'dropped',
      title: t('source.dropped'),
      width: 76,
      align: 'right',
      render: (row) => (
        <span className={`xl-num ${row.lastHour.dropped > 0 ? 'soc-kpi-bad' : ''}`}>
          {number(row.lastHour.dropped)}
        </span>
      ),
      csv: (row) => row.lastHour.dropped,
    },
    {
      key: 'lag',
      title: t('source.lag'),
      width: 112,
      align: 'right',
      render: (row) =>
        row.lastHour.lagMs === null ? (
          <span className="xl-muted">–</span>
        ) : row.lastHour.lagMs < 1000 ? (
          `${String(Math.round(row.lastHour.lagMs))} ms`
        ) : (
          duration(t, row.lastHour.lagMs / 1000)
        ),
      csv: (row) => row.lastHour.lagMs,
    },
    {
      key: 'datasets',
      title: t('source.datasets'),
      hidden: true,
      render: (row) =>
        Object.entries(row.lastHour.datasets)
          .map(([name, count]) => `${name} ${String(count)}`)
          .join(', '),
      csv: (row) => JSON.stringify(row.lastHour.datasets),
    },
    {
      key: 'lastEvent',
      title: t('source.lastEvent'),
      width: 110,
      render: (row) => <RelTime at={row.lastReceivedAt ?? row.lastEventAt} />,
      csv: (row) => row.lastReceivedAt,
    },
    {
      key: 'token',
      title: t('source.token'),
      width: 110,
      hidden: true,
      render: (row) => <span className="xl-mono">{row.tokenPrefix === '' ? '–' : `${row.tokenPrefix}…`}</span>,
    },
    ...(can('source:write')
      ? [
          {
            key: 'act',
            title: '',
            width: 160,
            fixed: true,
            render: (row: Source) => (
              <span className="xl-row">
                <Button size="small" type="text" onClick={() => onEdit(row)}>
                  {t('ui.edit')}
                </Button>
                <Popconfirm
                  title={t('source.rotateAsk')}
                  okText={t('ui.confirm')}
                  cancelText={t('ui.cancel')}
                  onConfirm={() => rotate.mutate({ path: `/sources/${row.id}/token`, body: {} })}
                >
                  <Button size="small" type="text">
                    {t('source.rotate')}
                  </Button>
                </Popconfirm>
              </span>
            ),
          },
        ]
      : []),
  ];
  return (
    <>
      <FilterBar keep={['tab']}>
        <InstitutionFilter />
      </FilterBar>
      <section className="xl-panel">
        <DataTable<Source>
          name="sources"
          path="/sources"
          query={query}
          columns={columns}
          rowKey={(row) => row.id}
          live={['source.changed']}
          empty={<EmptyState title={t('source.none')} hint={t('source.noneHint')} />}
        />
      </section>
    </>
  );
}

function SourceState({ source }: { readonly source: Source }) {
  const t = useText();
  if (!source.enabled) return <StateTag tone="quiet">{t('source.disabled')}</StateTag>;
  if (source.silentSince !== null)
    return (
      <StateTag tone="bad" title={t('source.silentSince', { at: source.silentSince })}>
        {t('light.silent')}
      </StateTag>
    );
  if (source.lastReceivedAt === null) return <StateTag tone="watch">{t('source.never')}</StateTag>;
  return <StateTag tone="good">{t('source.online')}</StateTag>;
}

function UnknownPanel() {
  const t = useText();
  const number = useNumber();
  const query = useQuery({
    queryKey: ['/sources', 'unknown'],
    queryFn: () => api<Unknown>('/sources/unknown'),
    refetchInterval: 30_000,
  });
  return (
    <Loaded query={query}>
      {(data) => (
        <div className="xl-stack">
          <section className="xl-panel soc-inst">
            <div className="xl-panel-head">
              <h2>{t('source.unknownSenders')}</h2>
              <span className="xl-muted">{t('source.unknownSendersNote')}</span>
            </div>
            {data.senders.length === 0 ? (
              <EmptyState compact title={t('source.noUnknownSenders')} />
            ) : (
              <table>
                <thead>
                  <tr>
                    <th>IP</th>
                    <th>{t('source.transport')}</th>
                    <th className="soc-right">{t('alert.count')}</th>
                    <th>{t('alert.lastSeen')}</th>
                    <th>{t('source.sample')}</th>
                  </tr>
                </thead>
                <tbody>
                  {data.senders.map((sender) => (
                    <tr key={sender.ip + sender.transport}>
                      <td className="xl-mono">{sender.ip}</td>
                      <td>{sender.transport}</td>
                      <td className="soc-right xl-num">{number(sender.count)}</td>
                      <td>
                        <RelTime at={sender.lastSeen} />
                      </td>
                      <td className="xl-mono soc-sample">{sender.sample}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            )}
          </section>
          <section className="xl-panel soc-inst">
            <div className="xl-panel-head">
              <h2>{t('source.unknownLines')}</h2>
              <span className="xl-muted">{t('source.unknownLinesNote')}</span>
            </div>
            {data.samples.length === 0 ? (
              <EmptyState compact title={t('source.noUnknownLines')} />
            ) : (
              <table>
                <tbody>
                  {data.samples.map((sample, index) => (
                    <tr key={index}>
                      <td>
                        <ExactTime at={sample.at} />
                      </td>
                      <td>{sample.tenant}</td>
                      <td className="xl-mono soc-sample">{sample.sample}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            )}
          </section>
        </div>
      )}
    </Loaded>
  );
}
