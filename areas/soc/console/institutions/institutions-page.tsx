import { ExportOutlined, ImportOutlined, PlusOutlined } from '@ant-design/icons';
import { Link, useNavigate } from '@tanstack/react-router';
import { Button, Segmented } from 'antd';
import { useMemo, useState } from 'react';
import {
  EmptyState,
  FilterBar,
  Loaded,
  PageFrame,
  StateTag,
  download,
  useFilters,
  useLiveQueries,
  useNumber,
  useSession,
  useText,
} from '@xinglin/platform/ui';
import type { Institution } from '@xinglin/soc';
import { ImportWizard } from '../shared/import-wizard.tsx';
import { institutionTree, useInstitutions, type TreeNode } from '../shared/institutions.tsx';
import { LIGHT_TONE, word } from '../shared/words.ts';
import { InstitutionForm } from './institution-form.tsx';
import { StaticMap } from './static-map.tsx';
import '../soc.css';
import './institutions.css';

const LIGHTS = ['danger', 'silent', 'watch', 'ok'] as const;

/** The tree of the region with each institution's light, as a list or on the map. */
export function Page() {
  const t = useText();
  const { can } = useSession();
  const [filters, set] = useFilters();
  const [importing, setImporting] = useState(false);
  const [creating, setCreating] = useState(false);
  const institutions = useInstitutions();
  useLiveQueries(
    ['alert.changed', 'incident.changed', 'notice.changed', 'source.changed'],
    [['/institutions', 'all']],
    5000,
  );
  const view = filters['view'] ?? 'list';
  return (
    <PageFrame
      title={t('nav.institutions')}
      note={t('institution.note')}
      actions={
        <>
          <Segmented
            value={view}
            onChange={(value) => set({ view: value === 'list' ? undefined : value })}
            options={(['list', 'map'] as const).map((value) => ({ value, label: t(`institution.view.${value}`) }))}
          />
          <Button
            icon={<ExportOutlined />}
            onClick={() => void download('/institutions/export', { name: 'institutions.xlsx' })}
          >
            {t('soc.exportXlsx')}
          </Button>
          {can('institution:write') ? (
            <>
              <Button icon={<ImportOutlined />} onClick={() => setImporting(true)}>
                {t('ui.import')}
              </Button>
              <Button type="primary" icon={<PlusOutlined />} onClick={() => setCreating(true)}>
                {t('institution.create')}
              </Button>
            </>
          ) : null}
        </>
      }
    >
      <FilterBar
        search={t('institution.search')}
        keep={['view']}
        selects={[
          {
            name: 'light',
            label: t('soc.state'),
            options: LIGHTS.map((value) => ({ value, label: t(`light.${value}`) })),
          },
          {
            name: 'kind',
            label: t('institution.kind'),
            options: (['commission', 'hospital', 'clinic', 'center', 'other'] as const).map((value) => ({
              value,
              label: t(`institution.kind.${value}`),
            })),
          },
        ]}
      />
      <Loaded query={institutions} rows={14}>
        {(items) => {
          const shown = items.filter((one) => matches(one, filters));
          if (items.length === 0) return <EmptyState title={t('institution.none')} hint={t('institution.noneHint')} />;
          if (shown.length === 0) return <EmptyState title={t('institution.noMatch')} />;
          return view === 'map' ? <StaticMap institutions={items} /> : <InstitutionTable items={shown} />;
        }}
      </Loaded>
      {importing ? (
        <ImportWizard
          title={t('institution.import')}
          path="/institutions/import"
          template="/institutions/template"
          refresh={[['/institutions']]}
          close={() => setImporting(false)}
        />
      ) : null}
      {creating ? <InstitutionForm close={() => setCreating(false)} /> : null}
    </PageFrame>
  );
}

function matches(one: Institution, filters: Readonly<Record<string, string>>): boolean {
  const q = (filters['q'] ?? '').toLowerCase();
  return (
    (q === '' || `${one.name} ${one.shortName} ${one.tenant} ${one.uscc}`.toLowerCase().includes(q)) &&
    (filters['light'] === undefined || one.state?.light === filters['light']) &&
    (filters['kind'] === undefined || one.kind === filters['kind'])
  );
}

function InstitutionTable({ items }: { readonly items: readonly Institution[] }) {
  const t = useText();
  const tree = useMemo(() => institutionTree(items), [items]);
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const rows: { node: TreeNode; depth: number }[] = [];
  const walk = (nodes: readonly TreeNode[], depth: number) => {
    for (const node of nodes) {
      rows.push({ node, depth });
      if (!folded.has(node.value)) walk(node.children, depth + 1);
    }
  };
  walk(tree, 0);
  return (
    <section className="xl-panel soc-inst">
      <table>
        <thead>
          <tr>
            <th>{t('soc.institution')}</th>
            <th>{t('soc.state')}</th>
            <th>{t('institution.level')}</th>
            <th className="soc-right">{t('institution.openAlerts')}</th>
            <th className="soc-right">{t('institution.incidents')}</th>
            <th className="soc-right">{t('institution.notices')}</th>
            <th className="soc-right">{t('institution.sources')}</th>
            <th className="soc-right">{t('institution.events')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ node, depth }) => (
            <Row
              key={node.value}
              node={node}
              depth={depth}
              folded={folded.has(node.value)}
              toggle={() =>
                setFolded((before) =>
                  before.has(node.value)
                    ? new Set([...before].filter((one) => one !== node.value))
                    : new Set([...before, node.value]),
                )
              }
            />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Row({
  node,
  depth,
  folded,
  toggle,
}: {
  readonly node: TreeNode;
  readonly depth: number;
  readonly folded: boolean;
  readonly toggle: () => void;
}) {
  const t = useText();
  const number = useNumber();
  const navigate = useNavigate();
  const { institution } = node;
  const { state } = institution;
  return (
    <tr className="xl-row-link" onClick={() => void navigate({ to: `/institutions/${institution.tenant}` })}>
      <td>
        <span className="soc-inst-name" style={{ paddingLeft: depth * 22 }}>
          {node.children.length > 0 ? (
            <button
              type="button"
              aria-expanded={!folded}
              aria-label={institution.name}
              onClick={(event) => {
                event.stopPropagation();
                toggle();
              }}
            >
              {folded ? '▸' : '▾'}
            </button>
          ) : (
            <i />
          )}
          <Link
            to={`/institutions/${institution.tenant}`}
            className={institution.kind === 'commission' ? 'xl-strong' : ''}
            onClick={(event) => event.stopPropagation()}
          >
            {institution.name}
          </Link>
          <span className="xl-muted">{word(t, 'institution.kind', institution.kind)}</span>
        </span>
      </td>
      <td>
        {state === undefined ? null : (
          <StateTag tone={LIGHT_TONE[state.light] ?? 'quiet'}>{t(`light.${state.light}`)}</StateTag>
        )}
      </td>
      <td>{institution.level === '' ? <span className="xl-muted">–</span> : institution.level}</td>
      <td className="soc-right xl-num">
        {number(state?.openAlerts ?? 0)}
        {(state?.criticalAlerts ?? 0) > 0 ? (
          <b className="soc-kpi-bad"> ({number(state?.criticalAlerts ?? 0)})</b>
        ) : null}
      </td>
      <td className="soc-right xl-num">{number(state?.openIncidents ?? 0)}</td>
      <td className="soc-right xl-num">
        {number(state?.openNotices ?? 0)}
        {(state?.overdueNotices ?? 0) > 0 ? (
          <b className="soc-kpi-bad"> ({t('kpi.overdue', { n: state?.overdueNotices ?? 0 })})</b>
        ) : null}
      </td>
      <td className="soc-right xl-num">
        {number(state?.sources ?? 0)}
        {(state?.silentSources ?? 0) > 0 ? (
          <b className="soc-kpi-watch"> ({t('kpi.silent', { n: state?.silentSources ?? 0 })})</b>
        ) : null}
      </td>
      <td className="soc-right xl-num">{number(state?.eventsLastHour ?? 0, true)}</td>
    </tr>
  );
}
