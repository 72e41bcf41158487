import { PlusOutlined } from '@ant-design/icons';
import { Link, useNavigate } from '@tanstack/react-router';
import { Button, Switch } from 'antd';
import { useState } from 'react';
import {
  DataTable,
  EmptyState,
  FilterBar,
  LevelTag,
  PageFrame,
  PlainTag,
  RelTime,
  StateTag,
  useFilters,
  useNumber,
  useSession,
  useStored,
  useText,
  type Column,
} from '@xinglin/platform/ui';
import type { Rule } from '@xinglin/soc';
import { useTitle } from '../alerts/parts.tsx';
import { Techniques } from '../shared/entities.tsx';
import { word } from '../shared/words.ts';
import { InstitutionFilter } from '../shared/institutions.tsx';
import { HeatMap } from './heat-map.tsx';
import { LEVELS, RuleSwitch } from './rule-switch.tsx';
import '../soc.css';

/** What is watched for, how often it fires, how often it was wrong; each switch has its reason. */
export function Page() {
  const t = useText();
  const number = useNumber();
  const navigate = useNavigate();
  const titleOf = useTitle();
  const { can } = useSession();
  const [filters] = useFilters();
  const [changing, setChanging] = useState<Rule>();
  const [heat, setHeat] = useStored('rules.heat', true);
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
      width: 104,
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
      title: t('rule.hits30d'),
      width: 96,
      align: 'right',
      sort: 'hits',
      render: (row) =>
        row.hits30d === 0 ? (
          <span className="xl-muted xl-num">0</span>
        ) : (
          <Link to="/alerts" search={{ rule: row.id, view: 'all' } as never} className="xl-num">
            {number(row.hits30d)}
          </Link>
        ),
      csv: (row) => row.hits30d,
    },
    {
      key: 'hits24h',
      title: t('rule.hits24h'),
      width: 80,
      align: 'right',
      hidden: true,
      render: (row) => <span className="xl-num">{number(row.hits24h)}</span>,
      csv: (row) => row.hits24h,
    },
    {
      key: 'fired',
      title: t('rule.lastFired'),
      width: 104,
      sort: 'fired',
      render: (row) => <RelTime at={row.lastFiredAt} />,
      csv: (row) => row.lastFiredAt,
    },
    {
      key: 'fp',
      title: t('rule.falsePositives'),
      sort: 'noise',
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
      key: 'decision',
      title: t('rule.decidedBy'),
      width: 120,
      render: (row) =>
        row.decision === null ? (
          <span className="xl-muted">{t('rule.asWritten')}</span>
        ) : (
          <span title={`${row.decision.author}: ${row.decision.reason}`}>
            {row.decision.institution || t('rule.everywhere')}
          </span>
        ),
      csv: (row) => row.decision?.institution,
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
        <>
          <Button onClick={() => setHeat(!heat)} aria-pressed={heat}>
            {t(heat ? 'heat.hide' : 'heat.show')}
          </Button>
          {can('rule:write') ? (
            <Button type="primary" icon={<PlusOutlined />} onClick={() => void navigate({ to: '/rules/new' })}>
              {t('rule.create')}
            </Button>
          ) : null}
        </>
      }
    >
      {heat ? <HeatMap /> : null}
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
      >
        <InstitutionFilter />
      </FilterBar>
      <section className="xl-panel">
        <DataTable<Rule>
          name="rules"
          path="/rules"
          query={{
            q: filters['q'],
            level: filters['level'],
            enabled: filters['enabled'],
            origin: filters['origin'],
            tenant: filters['tenant'],
            tactic: filters['tactic'],
            technique: filters['technique'],
          }}
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
