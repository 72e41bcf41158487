import { Button, Popconfirm } from 'antd';
import {
  DataTable,
  EmptyState,
  ExactTime,
  StateTag,
  useAct,
  useNow,
  useSession,
  useText,
  type Column,
} from '@xinglin/platform/ui';
import { KeyLinks } from '../parts.tsx';
import type { Override } from '../types.ts';

/** What staff decided above the rules: who, why, until when. */
export function Overrides() {
  const t = useText();
  const now = useNow();
  const { can } = useSession();
  const end = useAct({ done: t('guard.overrideEnded'), refresh: [['/antiscalp/overrides']] });
  const running = (row: Override) => row.endedAt === null && Date.parse(row.expiresAt) > now;
  const columns: readonly Column<Override>[] = [
    {
      key: 'state',
      title: t('guard.state'),
      width: 84,
      render: (row) => (
        <StateTag tone={running(row) ? 'busy' : 'quiet'}>{t(running(row) ? 'guard.running' : 'guard.over')}</StateTag>
      ),
      csv: running,
    },
    {
      key: 'effect',
      title: t('guard.overrideEffect'),
      width: 130,
      render: (row) => t(`guard.effect.${row.effect}`),
      csv: (row) => row.effect,
    },
    {
      key: 'who',
      title: t('guard.overrideWho'),
      least: 280,
      fixed: true,
      render: (row) => (
        <span className="guard-row">
          {t(`guard.key.${row.entity}`)} <KeyLinks id={row.key} />
        </span>
      ),
      csv: (row) => `${row.entity} ${row.key}`,
    },
    {
      key: 'reason',
      title: t('guard.overrideReason'),
      least: 200,
      ellipsis: true,
      render: (row) => row.reason,
      csv: (row) => row.reason,
    },
    { key: 'author', title: t('guard.author'), width: 110, render: (row) => row.author, csv: (row) => row.author },
    {
      key: 'expires',
      title: t('guard.overrideEnds'),
      width: 172,
      render: (row) => <ExactTime at={row.endedAt ?? row.expiresAt} />,
      csv: (row) => row.endedAt ?? row.expiresAt,
    },
    {
      key: 'act',
      title: '',
      width: 84,
      fixed: true,
      render: (row) =>
        running(row) && can('antiscalp:write') ? (
          <Popconfirm
            title={t('guard.endAsk')}
            okText={t('ui.confirm')}
            cancelText={t('ui.cancel')}
            onConfirm={() => end.mutate({ path: `/antiscalp/overrides/${row.id}/end` })}
          >
            <Button size="small">{t('guard.end')}</Button>
          </Popconfirm>
        ) : null,
    },
  ];
  return (
    <DataTable<Override>
      name="antiscalp-overrides"
      path="/antiscalp/overrides"
      columns={columns}
      rowKey={(row) => row.id}
      empty={<EmptyState title={t('guard.noOverrides')} hint={t('guard.noOverridesHint')} />}
    />
  );
}
