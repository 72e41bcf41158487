import { useQuery } from '@tanstack/react-query';
import { Button, Popconfirm, Table } from 'antd';
import { useState } from 'react';
import {
  api,
  EmptyState,
  exactTime,
  LevelTag,
  Panel,
  StateTag,
  useAct,
  useSession,
  useText,
} from '@xinglin/platform/ui';
import type { RuleDecision } from '@xinglin/soc';
import type { Detail } from './rule-editor.tsx';
import { RuleSwitch } from './rule-switch.tsx';

/** Who switched the rule for whom; institutions without a decision of their own follow the nearest one above. */
export function DecisionsTab({ rule }: { readonly rule: Detail }) {
  const t = useText();
  const { can } = useSession();
  const [changing, setChanging] = useState(false);
  const path = `/rules/${encodeURIComponent(rule.id)}/decisions`;
  const query = useQuery({
    queryKey: ['/rules', 'decisions', rule.id],
    queryFn: () => api<{ items: readonly RuleDecision[] }>(path),
  });
  const withdraw = useAct({ done: t('rule.withdrawn'), refresh: [['/rules']] });
  return (
    <Panel>
      <div className="xl-spread">
        <span className="xl-muted">{t('rule.decisionsNote')}</span>
        {can('rule:write') ? <Button onClick={() => setChanging(true)}>{t('rule.decide')}</Button> : null}
      </div>
      <Table<RuleDecision>
        size="small"
        className="soc-gap"
        rowKey="tenant"
        loading={query.isPending}
        pagination={false}
        dataSource={[...(query.data?.items ?? [])]}
        locale={{ emptyText: <EmptyState compact title={t('rule.noDecisions')} /> }}
        columns={[
          {
            title: t('rule.decidedFor'),
            render: (_, row) => (row.tenant === '' ? t('rule.everywhere') : row.institution),
          },
          {
            title: t('rule.enabled'),
            width: 90,
            render: (_, row) => (
              <StateTag tone={row.enabled ? 'good' : 'quiet'}>{t(row.enabled ? 'rule.on' : 'rule.off')}</StateTag>
            ),
          },
          {
            title: t('alert.severity'),
            width: 110,
            render: (_, row) => (row.level === null ? t('rule.asWritten') : <LevelTag level={row.level} />),
          },
          { title: t('verdict.reason'), dataIndex: 'reason' },
          { title: t('exception.author'), dataIndex: 'author', width: 140 },
          { title: t('rule.decidedAt'), width: 170, render: (_, row) => exactTime(row.at) },
          {
            title: '',
            width: 110,
            render: (_, row) =>
              can('rule:write') ? (
                <Popconfirm
                  title={t('rule.withdrawAsk')}
                  okText={t('ui.confirm')}
                  cancelText={t('ui.cancel')}
                  onConfirm={() =>
                    withdraw.mutate({
                      path: `${path}/${encodeURIComponent(row.tenant === '' ? '-' : row.tenant)}`,
                      method: 'DELETE',
                    })
                  }
                >
                  <Button size="small">{t('rule.withdraw')}</Button>
                </Popconfirm>
              ) : null,
          },
        ]}
      />
      {changing ? <RuleSwitch rule={rule} close={() => setChanging(false)} /> : null}
    </Panel>
  );
}
