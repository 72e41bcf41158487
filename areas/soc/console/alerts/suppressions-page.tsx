import { Button, Popconfirm } from 'antd';
import {
  DataTable,
  EmptyState,
  ExactTime,
  FilterBar,
  PageFrame,
  PlainTag,
  RelTime,
  StateTag,
  useAct,
  useNow,
  useNumber,
  useSession,
  useText,
  type Column,
} from '@xinglin/platform/ui';
import type { Suppression } from '@xinglin/soc';
import { useFilters } from '@xinglin/platform/ui';
import { InstitutionFilter } from '../shared/institutions.tsx';
import '../soc.css';

export function Page() {
  const t = useText();
  const number = useNumber();
  const now = useNow();
  const { can } = useSession();
  const [filters] = useFilters();
  const end = useAct({ done: t('suppress.ended'), refresh: [['/suppressions'], ['/alerts']] });
  const running = (row: Suppression) => row.endedAt === null && new Date(row.expiresAt).getTime() > now;
  const columns: readonly Column<Suppression>[] = [
    {
      key: 'state',
      title: t('soc.state'),
      width: 90,
      render: (row) => (
        <StateTag tone={running(row) ? 'busy' : 'quiet'}>
          {t(running(row) ? 'suppress.running' : 'suppress.over')}
        </StateTag>
      ),
      csv: (row) => running(row),
    },
    {
      key: 'what',
      title: t('suppress.conditions'),
      fixed: true,
      render: (row) => (
        <span className="xl-row-wrap">
          <PlainTag mono>{row.ruleId ?? t('suppress.anyRule')}</PlainTag>
          {row.conditions.map((condition) => (
            <PlainTag
              mono
              key={condition.field + condition.value}
            >{`${condition.field} ${t(`suppress.op.${condition.op}`)} ${condition.value}`}</PlainTag>
          ))}
        </span>
      ),
      csv: (row) => JSON.stringify(row.conditions),
    },
    { key: 'reason', title: t('suppress.reason'), render: (row) => row.reason, csv: (row) => row.reason },
    { key: 'author', title: t('suppress.author'), width: 100, render: (row) => row.author, csv: (row) => row.author },
    {
      key: 'hits',
      title: t('suppress.hits'),
      width: 80,
      align: 'right',
      render: (row) => <span className="xl-num">{number(row.hits)}</span>,
      csv: (row) => row.hits,
    },
    {
      key: 'lastHit',
      title: t('suppress.lastHit'),
      width: 110,
      render: (row) => <RelTime at={row.lastHitAt} />,
      csv: (row) => row.lastHitAt,
    },
    {
      key: 'expires',
      title: t('suppress.expires'),
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
        running(row) && can('suppression:write') ? (
          <Popconfirm
            title={t('suppress.endAsk')}
            okText={t('ui.confirm')}
            cancelText={t('ui.cancel')}
            onConfirm={() => end.mutate({ path: `/suppressions/${row.id}`, method: 'DELETE' })}
          >
            <Button size="small">{t('suppress.end')}</Button>
          </Popconfirm>
        ) : null,
    },
  ];
  return (
    <PageFrame
      title={t('suppress.title')}
      note={t('suppress.note')}
      crumbs={[{ label: t('nav.alerts'), to: '/alerts' }]}
    >
      <FilterBar
        search={t('suppress.search')}
        selects={[
          {
            name: 'state',
            label: t('soc.state'),
            options: (['active', 'ended', 'all'] as const).map((value) => ({
              value,
              label: t(`suppress.state.${value}`),
            })),
          },
        ]}
      >
        <InstitutionFilter />
      </FilterBar>
      <section className="xl-panel">
        <DataTable<Suppression>
          name="suppressions"
          path="/suppressions"
          query={{ q: filters['q'], tenant: filters['tenant'], state: filters['state'] }}
          columns={columns}
          rowKey={(row) => row.id}
          empty={<EmptyState title={t('suppress.none')} hint={t('suppress.noneHint')} />}
        />
      </section>
    </PageFrame>
  );
}
