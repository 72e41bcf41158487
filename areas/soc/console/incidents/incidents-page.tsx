import { useNavigate } from '@tanstack/react-router';
import { Button, Segmented } from 'antd';
import { useState } from 'react';
import {
  DataTable,
  EmptyState,
  FilterBar,
  LevelTag,
  PageFrame,
  RelTime,
  StateTag,
  duration,
  useAct,
  useFilters,
  useSession,
  useText,
  type Column,
} from '@xinglin/platform/ui';
import type { Incident } from '@xinglin/soc';
import { Assignee } from '../shared/assignee.tsx';
import { InstitutionFilter } from '../shared/institutions.tsx';
import { GRADE_LEVEL, INCIDENT_TONE, shortTitle, word } from '../shared/words.ts';
import '../soc.css';

const GRADES = ['extreme', 'serious', 'major', 'general'] as const;

export function Page() {
  const t = useText();
  const navigate = useNavigate();
  const { can } = useSession();
  const [filters, set] = useFilters();
  const view = filters['view'] ?? 'open';
  const columns: readonly Column<Incident>[] = [
    {
      key: 'grade',
      title: t('incident.grade'),
      width: 96,
      fixed: true,
      render: (row) => <GradeTag grade={row.grade} />,
      csv: (row) => row.grade,
    },
    {
      key: 'title',
      title: t('incident.one'),
      fixed: true,
      least: 280,
      render: (row) => (
        <div className="soc-title-cell">
          <span className="xl-cell-title" title={row.title}>
            {shortTitle(row.title)}
          </span>
          <span className="xl-cell-sub">
            <span className="xl-mono">{row.number}</span>{' '}
            {row.tactics.map((tactic) => word(t, 'tactic', tactic)).join(' → ')}
          </span>
        </div>
      ),
      csv: (row) => `${row.number} ${row.title}`,
    },
    {
      key: 'institution',
      title: t('soc.institution'),
      width: 180,
      render: (row) => row.institution,
      csv: (row) => row.institution,
    },
    {
      key: 'status',
      title: t('soc.state'),
      width: 96,
      render: (row) => (
        <StateTag tone={INCIDENT_TONE[row.status] ?? 'quiet'}>{word(t, 'incident.status', row.status)}</StateTag>
      ),
      csv: (row) => row.status,
    },
    {
      key: 'alerts',
      title: t('incident.alertCount'),
      width: 76,
      align: 'right',
      sort: 'alertCount',
      render: (row) => <span className="xl-num">{row.alertCount}</span>,
      csv: (row) => row.alertCount,
    },
    {
      key: 'severity',
      title: t('alert.severity'),
      width: 80,
      align: 'right',
      sort: 'severity',
      render: (row) => <span className="xl-num">{row.severity}</span>,
      csv: (row) => row.severity,
    },
    {
      key: 'mttd',
      title: 'MTTD',
      width: 110,
      render: (row) => duration(t, row.timeToDetect),
      csv: (row) => row.timeToDetect,
    },
    {
      key: 'mttr',
      title: 'MTTR',
      width: 110,
      render: (row) => duration(t, row.timeToRespond),
      csv: (row) => row.timeToRespond,
    },
    {
      key: 'last',
      title: t('incident.lastAlert'),
      width: 104,
      sort: 'lastAlertAt',
      render: (row) => <RelTime at={row.lastAlertAt ?? row.createdAt} />,
      csv: (row) => row.lastAlertAt,
    },
    {
      key: 'assignee',
      title: t('alert.assignee'),
      width: 90,
      render: (row) => <Assignee of={row} />,
      csv: (row) => row.assigneeName,
    },
  ];
  return (
    <PageFrame title={t('nav.incidents')} note={t('incident.note')}>
      <div className="soc-toolbar">
        <Segmented
          value={view}
          onChange={(value) => set({ view: value === 'open' ? undefined : value })}
          options={(['open', 'mine', 'closed', 'all'] as const).map((value) => ({
            value,
            label: t(`incident.view.${value}`),
          }))}
        />
        <FilterBar
          search={t('incident.search')}
          keep={['view']}
          selects={[
            {
              name: 'grade',
              label: t('incident.grade'),
              multiple: true,
              options: GRADES.map((value) => ({ value, label: t(`grade.${value}`) })),
            },
          ]}
        >
          <InstitutionFilter />
        </FilterBar>
      </div>
      <section className="xl-panel">
        <DataTable<Incident>
          name="incidents"
          path="/incidents"
          query={{
            q: filters['q'],
            tenant: filters['tenant'],
            grade: filters['grade'],
            status: view === 'all' ? undefined : view === 'closed' ? 'closed' : 'open',
            assignee: view === 'mine' ? 'me' : undefined,
          }}
          columns={columns}
          rowKey={(row) => row.id}
          onOpen={(row) => void navigate({ to: `/incidents/${row.id}` })}
          live={['incident.changed']}
          {...(can('incident:write')
            ? { bulk: (rows: readonly Incident[], clear: () => void) => <MergeButton rows={rows} clear={clear} /> }
            : {})}
          empty={<EmptyState title={t('incident.none')} hint={t('incident.noneHint')} />}
        />
      </section>
    </PageFrame>
  );
}

export function GradeTag({ grade }: { readonly grade: Incident['grade'] }) {
  const t = useText();
  const level = GRADE_LEVEL[grade];
  return <LevelTag level={level} label={t(`grade.${grade}`)} />;
}

function MergeButton({ rows, clear }: { readonly rows: readonly Incident[]; readonly clear: () => void }) {
  const t = useText();
  const navigate = useNavigate();
  const [first] = rows;
  const [target] = useState(first?.id);
  const act = useAct({
    done: t('incident.merged'),
    refresh: [['/incidents']],
    onDone: () => {
      clear();
      if (target !== undefined) void navigate({ to: `/incidents/${target}` });
    },
  });
  if (rows.length < 2 || first === undefined) return <span className="xl-muted">{t('incident.mergeHint')}</span>;
  return (
    <Button
      size="small"
      loading={act.isPending}
      onClick={() =>
        act.mutate({ path: `/incidents/${first.id}/merge`, body: { incidentIds: rows.slice(1).map((row) => row.id) } })
      }
    >
      {t('incident.mergeInto', { number: first.number })}
    </Button>
  );
}
