import { PlusOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Button, Popconfirm } from 'antd';
import { useState } from 'react';
import {
  api,
  DataTable,
  EmptyState,
  ExactTime,
  PlainTag,
  RelTime,
  StateTag,
  useAct,
  useFilters,
  useNumber,
  useSession,
  useText,
  type Column,
} from '@xinglin/platform/ui';
import type { AlertDetail, RuleException } from '@xinglin/soc';
import { word } from '../shared/words.ts';
import { ExceptionDialog } from './exception-dialog.tsx';
import type { Detail } from './rule-editor.tsx';

/** What a rule does not alert on: where, why, until when, and how much that was. */
export function ExceptionsTab({ rule }: { readonly rule: Detail }) {
  const t = useText();
  const number = useNumber();
  const { can } = useSession();
  const [filters, setFilters] = useFilters();
  const [creating, setCreating] = useState(false);
  const end = useAct({ done: t('exception.ended'), refresh: [['/rule-exceptions'], ['/rules']] });
  const alertId = filters['alert'];
  const alert = useQuery({
    queryKey: ['/alerts', 'one', alertId, 'exception'],
    queryFn: () => api<AlertDetail>(`/alerts/${encodeURIComponent(alertId ?? '')}`),
    enabled: alertId !== undefined,
  });
  const close = () => {
    setCreating(false);
    setFilters({ alert: undefined });
  };
  const columns: readonly Column<RuleException>[] = [
    {
      key: 'state',
      title: t('soc.state'),
      width: 90,
      fixed: true,
      render: (row) => (
        <StateTag tone={row.state === 'active' ? 'busy' : 'quiet'}>{t(`exception.state.${row.state}`)}</StateTag>
      ),
      csv: (row) => row.state,
    },
    {
      key: 'reason',
      title: t('exception.reason'),
      least: 200,
      fixed: true,
      render: (row) => row.reason,
      csv: (row) => row.reason,
    },
    {
      key: 'scope',
      title: t('exception.scope'),
      width: 200,
      render: (row) => (
        <span className="xl-row-wrap">
          <PlainTag>{row.institution}</PlainTag>
          {row.assetKinds.map((kind) => (
            <PlainTag key={kind}>{word(t, 'asset.kind', kind)}</PlainTag>
          ))}
        </span>
      ),
      csv: (row) => row.tenant,
    },
    {
      key: 'silenced',
      title: t('exception.silenced'),
      width: 110,
      align: 'right',
      render: (row) => <span className="xl-num">{number(row.silenced30d)}</span>,
      csv: (row) => row.silenced30d,
    },
    {
      key: 'last',
      title: t('exception.last'),
      width: 110,
      render: (row) => <RelTime at={row.lastSilencedAt} />,
      csv: (row) => row.lastSilencedAt,
    },
    { key: 'author', title: t('exception.author'), width: 110, render: (row) => row.author, csv: (row) => row.author },
    {
      key: 'until',
      title: t('exception.until'),
      width: 165,
      render: (row) => <ExactTime at={row.endedAt ?? row.expiresAt} />,
      csv: (row) => row.expiresAt,
    },
    {
      key: 'act',
      title: '',
      width: 70,
      fixed: true,
      render: (row) =>
        row.state === 'active' && can('suppression:write') ? (
          <Popconfirm
            title={t('exception.endAsk')}
            okText={t('ui.confirm')}
            cancelText={t('ui.cancel')}
            onConfirm={() => end.mutate({ path: `/rule-exceptions/${row.id}`, method: 'DELETE' })}
          >
            <Button size="small">{t('exception.end')}</Button>
          </Popconfirm>
        ) : null,
    },
  ];
  const open = creating || alert.data !== undefined;
  return (
    <section className="xl-panel">
      <DataTable<RuleException>
        name="rule-exceptions"
        path="/rule-exceptions"
        query={{ rule: rule.id, state: 'all' }}
        columns={columns}
        rowKey={(row) => row.id}
        live={['rules.changed']}
        expand={(row) => <pre className="xl-raw soc-yaml">{row.yaml}</pre>}
        extra={
          can('suppression:write') ? (
            <Button icon={<PlusOutlined />} onClick={() => setCreating(true)}>
              {t('exception.create')}
            </Button>
          ) : null
        }
        empty={<EmptyState title={t('exception.none')} hint={t('exception.noneHint')} />}
      />
      {open && can('suppression:write') ? (
        <ExceptionDialog key={alertId ?? 'new'} rule={rule} alert={alert.data} close={close} />
      ) : null}
    </section>
  );
}
