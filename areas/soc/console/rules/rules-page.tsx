import { PlusOutlined } from '@ant-design/icons';
import { Link, useNavigate } from '@tanstack/react-router';
import { Button, Form, Input, Modal, Select, Switch } from 'antd';
import { useState } from 'react';
import {
  DataTable,
  EmptyState,
  FilterBar,
  LevelTag,
  PageFrame,
  PlainTag,
  StateTag,
  useAct,
  useFilters,
  useNumber,
  useSession,
  useText,
  type Column,
} from '@xinglin/platform/ui';
import type { Rule } from '@xinglin/soc';
import { useTitle } from '../alerts/parts.tsx';
import { Techniques } from '../shared/entities.tsx';
import { word } from '../shared/words.ts';
import '../soc.css';

const LEVELS = ['critical', 'high', 'medium', 'low', 'informational'] as const;

/** What is watched for, how often it fires, how often it was wrong; each switch has its reason. */
export function Page() {
  const t = useText();
  const number = useNumber();
  const navigate = useNavigate();
  const titleOf = useTitle();
  const { can } = useSession();
  const [filters] = useFilters();
  const [changing, setChanging] = useState<Rule>();
  const columns: readonly Column<Rule>[] = [
    {
      key: 'enabled',
      title: t('rule.enabled'),
      width: 72,
      fixed: true,
      render: (row) => (
        <Switch
          size="small"
          checked={row.enabled}
          disabled={!can('rule:write')}
          aria-label={titleOf(row)}
          onClick={() => setChanging(row)}
        />
      ),
      csv: (row) => row.enabled,
    },
    {
      key: 'level',
      title: t('alert.severity'),
      width: 92,
      render: (row) => <LevelTag level={row.level} />,
      csv: (row) => row.level,
    },
    {
      key: 'title',
      title: t('rule.title'),
      fixed: true,
      least: 280,
      render: (row) => (
        <div className="soc-title-cell">
          <span className="xl-cell-title">{titleOf(row)}</span>
          <span className="xl-cell-sub">{Object.values(row.logsource).join(' / ')}</span>
        </div>
      ),
      csv: titleOf,
    },
    {
      key: 'kind',
      title: t('asset.kind'),
      width: 80,
      render: (row) => t(`alert.kind.${row.kind}`),
      csv: (row) => row.kind,
    },
    {
      key: 'tactics',
      title: t('alert.tactics'),
      width: 150,
      render: (row) => row.tactics.map((tactic) => word(t, 'tactic', tactic)).join('、'),
      csv: (row) => row.tactics.join(' '),
    },
    {
      key: 'techniques',
      title: 'ATT&CK',
      width: 150,
      render: (row) => <Techniques ids={row.techniques} />,
      csv: (row) => row.techniques.join(' '),
    },
    {
      key: 'hits',
      title: t('rule.hits24h'),
      width: 90,
      align: 'right',
      render: (row) =>
        row.hits24h === 0 ? (
          <span className="xl-muted xl-num">0</span>
        ) : (
          <Link to="/alerts" search={{ rule: row.id, view: 'all' } as never} className="xl-num">
            {number(row.hits24h)}
          </Link>
        ),
      csv: (row) => row.hits24h,
    },
    {
      key: 'fp',
      title: t('rule.falsePositives'),
      width: 90,
      align: 'right',
      render: (row) =>
        row.falsePositiveRate === null ? (
          <span className="xl-muted">–</span>
        ) : (
          <span className={`xl-num ${row.falsePositiveRate > 50 ? 'soc-kpi-bad' : ''}`}>
            {number(row.falsePositiveRate)}%
          </span>
        ),
      csv: (row) => row.falsePositiveRate,
    },
    {
      key: 'origin',
      title: t('rule.origin'),
      width: 84,
      render: (row) => <PlainTag>{t(`rule.origin.${row.origin}`)}</PlainTag>,
      csv: (row) => row.origin,
    },
    {
      key: 'issues',
      title: t('rule.issues'),
      width: 80,
      hidden: true,
      render: (row) =>
        row.issues.length === 0 ? null : (
          <StateTag tone="watch" title={row.issues.join('\n')}>
            {row.issues.length}
          </StateTag>
        ),
      csv: (row) => row.issues.join('; '),
    },
  ];
  return (
    <PageFrame
      title={t('nav.rules')}
      note={t('rule.note')}
      actions={
        can('rule:write') ? (
          <Button type="primary" icon={<PlusOutlined />} onClick={() => void navigate({ to: '/rules/new' })}>
            {t('rule.create')}
          </Button>
        ) : null
      }
    >
      <FilterBar
        search={t('rule.search')}
        selects={[
          {
            name: 'level',
            label: t('alert.severity'),
            options: LEVELS.map((value) => ({ value, label: t(`ui.level.${value}`) })),
          },
          {
            name: 'enabled',
            label: t('rule.enabled'),
            options: [
              { value: 'true', label: t('rule.on') },
              { value: 'false', label: t('rule.off') },
            ],
          },
          {
            name: 'origin',
            label: t('rule.origin'),
            options: (['content', 'custom'] as const).map((value) => ({ value, label: t(`rule.origin.${value}`) })),
          },
        ]}
      />
      <section className="xl-panel">
        <DataTable<Rule>
          name="rules"
          path="/rules"
          query={{ q: filters['q'], level: filters['level'], enabled: filters['enabled'], origin: filters['origin'] }}
          columns={columns}
          rowKey={(row) => row.id}
          onOpen={(row) => void navigate({ to: `/rules/${row.id}` })}
          live={['rules.changed']}
          rowClass={(row) => (row.enabled ? '' : 'xl-row-dim')}
          limit={100}
          empty={<EmptyState title={t('rule.none')} hint={t('rule.noneHint')} />}
        />
      </section>
      {changing === undefined ? null : <RuleSwitch rule={changing} close={() => setChanging(undefined)} />}
    </PageFrame>
  );
}

/** On, off or another level, never without a reason. */
export function RuleSwitch({ rule, close }: { readonly rule: Rule; readonly close: () => void }) {
  const t = useText();
  const titleOf = useTitle();
  const [form] = Form.useForm<{ enabled: boolean; level?: string | null; reason: string }>();
  const act = useAct({ done: t('ui.saved'), refresh: [['/rules']], onDone: close });
  return (
    <Modal
      open
      title={titleOf(rule)}
      onCancel={close}
      onOk={() => form.submit()}
      okText={t('ui.save')}
      cancelText={t('ui.cancel')}
      confirmLoading={act.isPending}
    >
      <Form
        form={form}
        layout="vertical"
        initialValues={{ enabled: !rule.enabled, level: rule.level }}
        onFinish={({ enabled, level, reason }) =>
          act.mutate({
            path: `/rules/${encodeURIComponent(rule.id)}`,
            method: 'PATCH',
            body: { enabled, reason, ...(level === rule.level ? {} : { level }) },
          })
        }
      >
        <Form.Item name="enabled" label={t('rule.enabled')} valuePropName="checked">
          <Switch checkedChildren={t('rule.on')} unCheckedChildren={t('rule.off')} />
        </Form.Item>
        <Form.Item name="level" label={t('alert.severity')}>
          <Select options={LEVELS.map((value) => ({ value, label: t(`ui.level.${value}`) }))} />
        </Form.Item>
        <Form.Item
          name="reason"
          label={t('verdict.reason')}
          extra={t('rule.reasonHint')}
          rules={[{ required: true, message: t('ui.required') }]}
        >
          <Input.TextArea rows={3} maxLength={500} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
