import { DownloadOutlined, SafetyCertificateOutlined } from '@ant-design/icons';
import { useMutation } from '@tanstack/react-query';
import { Button } from 'antd';
import { useMemo } from 'react';
import {
  api,
  Copyable,
  DataTable,
  download,
  EmptyState,
  ErrorState,
  ExactTime,
  FilterBar,
  PageFrame,
  PlainTag,
  TimeFilter,
  timeBounds,
  useFilters,
  useNow,
  useNumber,
  useText,
  type Column,
} from '@xinglin/platform/ui';
import './pages.css';

interface Entry {
  readonly id: number;
  readonly at: string;
  readonly actorKind: string;
  readonly actorId: string;
  readonly actorName: string;
  readonly ip: string | null;
  readonly tenant: string;
  readonly action: string;
  readonly objectType: string;
  readonly objectId: string;
  readonly summary: string;
  readonly before: unknown;
  readonly after: unknown;
  readonly prevHash: string;
  readonly hash: string;
}
interface Verified {
  readonly rows: number;
  readonly intact: boolean;
  readonly head: string;
  readonly broken?: { readonly id: number; readonly kind: 'hash' | 'link' | 'head' };
}

const ACTIONS = [
  'session',
  'user',
  'totp',
  'apikey',
  'screen',
  'institution',
  'asset',
  'source',
  'rule',
  'alert',
  'suppression',
  'incident',
  'notice',
  'report',
  'event',
  'channel',
  'audit',
] as const;

/** Proof that nobody changed it: every act in an SM3 chain, recomputed in front of the auditor. */
export function Page() {
  const t = useText();
  const number = useNumber();
  const [filters] = useFilters();
  const verify = useMutation({ mutationFn: () => api<Verified>('/audit/verify', { method: 'POST', body: {} }) });
  const bounded = filters['range'] !== undefined || filters['from'] !== undefined;
  const minute = Math.floor(useNow() / 60_000);
  const query = useMemo(
    () => ({
      q: filters['q'],
      action: filters['action'],
      actor: filters['actor'],
      ...(bounded ? timeBounds(filters, '24h', minute * 60_000) : {}),
    }),
    [filters, bounded, minute],
  );
  const columns: readonly Column<Entry>[] = [
    {
      key: 'id',
      title: t('audit.no'),
      width: 76,
      align: 'right',
      fixed: true,
      render: (row) => <span className="xl-num xl-muted">{row.id}</span>,
      csv: (row) => row.id,
    },
    { key: 'at', title: t('audit.at'), width: 165, render: (row) => <ExactTime at={row.at} />, csv: (row) => row.at },
    {
      key: 'actor',
      title: t('audit.actor'),
      width: 150,
      render: (row) => (
        <>
          <div className="xl-cell-title">{row.actorName}</div>
          <div className="xl-cell-sub">{row.ip ?? row.actorKind}</div>
        </>
      ),
      csv: (row) => row.actorName,
    },
    {
      key: 'action',
      title: t('audit.action'),
      width: 170,
      render: (row) => <PlainTag mono>{row.action}</PlainTag>,
      csv: (row) => row.action,
    },
    { key: 'summary', title: t('audit.summary'), fixed: true, render: (row) => row.summary, csv: (row) => row.summary },
    {
      key: 'object',
      title: t('audit.object'),
      hidden: true,
      render: (row) => <Copyable text={`${row.objectType} ${row.objectId}`} short />,
      csv: (row) => `${row.objectType} ${row.objectId}`,
    },
    {
      key: 'tenant',
      title: t('user.institution'),
      width: 160,
      render: (row) => row.tenant || <span className="xl-muted">{t('user.platform')}</span>,
      csv: (row) => row.tenant,
    },
    {
      key: 'hash',
      title: t('audit.hash'),
      width: 130,
      render: (row) => <Copyable text={row.hash} short />,
      csv: (row) => row.hash,
    },
  ];
  return (
    <PageFrame
      title={t('nav.audit')}
      note={t('audit.note')}
      actions={
        <>
          <Button
            icon={<DownloadOutlined />}
            onClick={() =>
              void download('/audit/export', {
                method: 'POST',
                body: Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined)),
                name: 'audit.ndjson',
              })
            }
          >
            {t('audit.export')}
          </Button>
          <Button
            type="primary"
            icon={<SafetyCertificateOutlined />}
            loading={verify.isPending}
            onClick={() => verify.mutate()}
            data-testid="verify"
          >
            {t('audit.verify')}
          </Button>
        </>
      }
    >
      {verify.isError ? <ErrorState error={verify.error} /> : null}
      {verify.data === undefined ? null : (
        <div
          className={verify.data.intact ? 'pg-verdict pg-verdict-good' : 'pg-verdict pg-verdict-bad'}
          role="status"
          data-testid="verify-result"
        >
          <strong>
            {verify.data.intact
              ? t('audit.intact', { n: number(verify.data.rows) })
              : t('audit.broken', {
                  id: verify.data.broken?.id ?? 0,
                  kind: t(`audit.kind.${verify.data.broken?.kind ?? 'hash'}`),
                })}
          </strong>
          <span>
            {t('audit.head')} <Copyable text={verify.data.head} />
          </span>
          <small>{t(verify.data.intact ? 'audit.intactNote' : 'audit.brokenNote')}</small>
        </div>
      )}
      <FilterBar
        search={t('audit.search')}
        selects={[
          {
            name: 'action',
            label: t('audit.action'),
            options: ACTIONS.map((value) => ({ value, label: t(`audit.act.${value}`) })),
          },
        ]}
      >
        <TimeFilter none={t('audit.anyTime')} />
      </FilterBar>
      <section className="xl-panel">
        <DataTable<Entry>
          name="audit"
          path="/audit"
          query={query}
          columns={columns}
          rowKey={(row) => String(row.id)}
          expand={(row) => (
            <div className="pg-change">
              <div>
                <b>{t('audit.before')}</b>
                <pre className="xl-raw">
                  {row.before === null || row.before === undefined ? '–' : JSON.stringify(row.before, null, 2)}
                </pre>
              </div>
              <div>
                <b>{t('audit.after')}</b>
                <pre className="xl-raw">
                  {row.after === null || row.after === undefined ? '–' : JSON.stringify(row.after, null, 2)}
                </pre>
              </div>
              <p className="xl-mono xl-muted">
                {t('audit.prev')} {row.prevHash}
                <br />
                {t('audit.hash')} {row.hash}
              </p>
            </div>
          )}
          empty={<EmptyState title={t('audit.none')} />}
        />
      </section>
    </PageFrame>
  );
}
