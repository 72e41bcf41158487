import { PlusOutlined } from '@ant-design/icons';
import { Link, useNavigate } from '@tanstack/react-router';
import { Button, Segmented } from 'antd';
import {
  DataTable,
  EmptyState,
  ExactTime,
  FilterBar,
  PageFrame,
  PlainTag,
  RelTime,
  StateTag,
  useFilters,
  useSession,
  useText,
  type Column,
} from '@xinglin/platform/ui';
import type { Notice } from '@xinglin/soc';
import { InstitutionFilter } from '../shared/institutions.tsx';
import { NOTICE_TONE, word } from '../shared/words.ts';
import '../soc.css';
import './notices.css';

/** The commission sees what it sent and how far everyone is; the hospital sees its inbox. */
export function Page() {
  const t = useText();
  const navigate = useNavigate();
  const { can } = useSession();
  const [filters, set] = useFilters();
  const issuer = can('notice:issue');
  const side = filters['side'] ?? (issuer ? 'issued' : 'received');
  const columns: readonly Column<Notice>[] = [
    {
      key: 'title',
      title: t('notice.title'),
      fixed: true,
      least: 280,
      render: (row) => (
        <div className="soc-title-cell">
          <span className="xl-cell-title">{row.title}</span>
          <span className="xl-cell-sub">
            {row.number === '' ? t('notice.noNumber') : row.number}
            {side === 'received' ? ` · ${row.issuer}` : ''}
          </span>
        </div>
      ),
      csv: (row) => `${row.number} ${row.title}`,
    },
    {
      key: 'type',
      title: t('notice.type'),
      width: 104,
      render: (row) => <PlainTag>{word(t, 'notice.type', row.type)}</PlainTag>,
      csv: (row) => row.type,
    },
    {
      key: 'urgency',
      title: t('notice.urgency'),
      width: 84,
      render: (row) =>
        row.urgency === 'normal' ? (
          <span className="xl-muted">{t('urgency.normal')}</span>
        ) : (
          <StateTag tone={row.urgency === 'urgent' ? 'watch' : 'bad'}>{t(`urgency.${row.urgency}`)}</StateTag>
        ),
      csv: (row) => row.urgency,
    },
    {
      key: 'status',
      title: t('soc.state'),
      width: 88,
      render: (row) => (
        <StateTag tone={NOTICE_TONE[row.status] ?? 'quiet'}>{word(t, 'notice.status', row.status)}</StateTag>
      ),
      csv: (row) => row.status,
    },
    {
      key: 'progress',
      title: t('notice.progress'),
      width: 230,
      render: (row) => <Progress notice={row} />,
      csv: (row) => `${String(row.progress.accepted)}/${String(row.progress.recipients)}`,
    },
    {
      key: 'deadline',
      title: t('notice.deadline'),
      width: 120,
      render: (row) =>
        row.deadline === null ? (
          <span className="xl-muted">
            {row.deadlineWorkdays === null ? '–' : t('notice.workdays', { n: row.deadlineWorkdays })}
          </span>
        ) : (
          <RelTime at={row.deadline} />
        ),
      csv: (row) => row.deadline,
    },
    {
      key: 'issuedAt',
      title: t('notice.issuedAt'),
      width: 160,
      render: (row) => <ExactTime at={row.issuedAt} />,
      csv: (row) => row.issuedAt,
    },
  ];
  return (
    <PageFrame
      title={t('nav.notices')}
      note={t(issuer ? 'notice.noteIssuer' : 'notice.noteRecipient')}
      actions={
        issuer ? (
          <Link to="/notices/new">
            <Button type="primary" icon={<PlusOutlined />}>
              {t('notice.compose')}
            </Button>
          </Link>
        ) : null
      }
    >
      <div className="soc-toolbar">
        {issuer ? (
          <Segmented
            value={side}
            onChange={(value) => set({ side: value === 'issued' ? undefined : value })}
            options={(['issued', 'received', 'all'] as const).map((value) => ({
              value,
              label: t(`notice.side.${value}`),
            }))}
          />
        ) : null}
        <FilterBar
          search={t('notice.search')}
          keep={['side']}
          selects={[
            {
              name: 'status',
              label: t('soc.state'),
              options: (['draft', 'issued', 'closed', 'withdrawn'] as const).map((value) => ({
                value,
                label: t(`notice.status.${value}`),
              })),
            },
            {
              name: 'type',
              label: t('notice.type'),
              options: (['event', 'hazard', 'warning', 'key-period'] as const).map((value) => ({
                value,
                label: t(`notice.type.${value}`),
              })),
            },
            {
              name: 'overdue',
              label: t('notice.onlyOverdue'),
              options: [{ value: 'true', label: t('notice.overdue') }],
            },
          ]}
        >
          {issuer ? <InstitutionFilter /> : null}
        </FilterBar>
      </div>
      <section className="xl-panel">
        <DataTable<Notice>
          name={`notices-${side}`}
          path="/notices"
          query={{
            side,
            q: filters['q'],
            status: filters['status'],
            type: filters['type'],
            overdue: filters['overdue'],
            tenant: filters['tenant'],
          }}
          columns={columns}
          rowKey={(row) => row.id}
          onOpen={(row) => void navigate({ to: `/notices/${row.id}` })}
          live={['notice.changed']}
          empty={
            <EmptyState
              title={t(issuer ? 'notice.none' : 'notice.noneReceived')}
              hint={t(issuer ? 'notice.noneHint' : 'notice.noneReceivedHint')}
              action={issuer ? <Link to="/notices/new">{t('notice.compose')}</Link> : undefined}
            />
          }
        />
      </section>
    </PageFrame>
  );
}

/** Signed, answered, accepted of all, in one bar. */
export function Progress({ notice }: { readonly notice: Pick<Notice, 'progress' | 'status'> }) {
  const t = useText();
  const { recipients, signed, answered, accepted, overdue } = notice.progress;
  if (recipients === 0 || notice.status === 'draft')
    return <span className="xl-muted">{t('notice.recipientsN', { n: recipients })}</span>;
  const share = (count: number) => ({ width: `${String((100 * count) / recipients)}%` });
  return (
    <span
      className="soc-progress"
      title={t('notice.progressText', { recipients, signed, answered, accepted, overdue })}
    >
      <span className="soc-progress-bar" aria-hidden="true">
        <i className="soc-p-signed" style={share(signed)} />
        <i className="soc-p-answered" style={share(answered)} />
        <i className="soc-p-accepted" style={share(accepted)} />
      </span>
      <span className="xl-num">
        {accepted}/{recipients}
      </span>
      {overdue > 0 ? <em>{t('kpi.overdue', { n: overdue })}</em> : null}
    </span>
  );
}
