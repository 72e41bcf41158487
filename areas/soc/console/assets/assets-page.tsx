import { ExportOutlined, ImportOutlined, PlusOutlined } from '@ant-design/icons';
import { Link } from '@tanstack/react-router';
import { Button, Tabs } from 'antd';
import { useState } from 'react';
import {
  Copyable,
  DataTable,
  EmptyState,
  FilterBar,
  PageFrame,
  StateTag,
  download,
  useFilters,
  useSession,
  useText,
  type Column,
} from '@xinglin/platform/ui';
import { ImportWizard } from '../shared/import-wizard.tsx';
import { InstitutionFilter } from '../shared/institutions.tsx';
import { word } from '../shared/words.ts';
import { ASSET_KINDS, AssetForm, type AssetRow } from './asset-form.tsx';
import { SystemsTab } from './systems-tab.tsx';
import { ZonesTab } from './zones-tab.tsx';
import '../soc.css';
import '../institutions/institutions.css';

/** What an institution owns: assets, business systems, network zones. Detection weighs alerts by it. */
export function Page() {
  const t = useText();
  const { can } = useSession();
  const [filters, set] = useFilters();
  const [importing, setImporting] = useState(false);
  const [editing, setEditing] = useState<AssetRow | 'new'>();
  const tab = filters['tab'] ?? 'assets';
  return (
    <PageFrame
      title={t('nav.assets')}
      note={t('asset.note')}
      actions={
        tab !== 'assets' ? null : (
          <>
            <Button
              icon={<ExportOutlined />}
              onClick={() =>
                void download('/assets/export', {
                  query: { tenant: filters['tenant'], q: filters['q'], format: 'xlsx' },
                  name: 'assets.xlsx',
                })
              }
            >
              {t('soc.exportXlsx')}
            </Button>
            {can('asset:write') ? (
              <>
                <Button icon={<ImportOutlined />} onClick={() => setImporting(true)}>
                  {t('ui.import')}
                </Button>
                <Button type="primary" icon={<PlusOutlined />} onClick={() => setEditing('new')}>
                  {t('asset.create')}
                </Button>
              </>
            ) : null}
          </>
        )
      }
    >
      <Tabs
        activeKey={tab}
        onChange={(key) => set({ tab: key === 'assets' ? undefined : key, kind: undefined, sort: undefined })}
        items={(['assets', 'systems', 'zones'] as const).map((key) => ({ key, label: t(`asset.tab.${key}`) }))}
      />
      {tab === 'systems' ? <SystemsTab /> : tab === 'zones' ? <ZonesTab /> : <Assets onEdit={setEditing} />}
      {importing ? (
        <ImportWizard
          title={t('asset.import')}
          path="/assets/import"
          template="/assets/template"
          refresh={[['/assets'], ['/systems'], ['/zones']]}
          close={() => setImporting(false)}
        />
      ) : null}
      {editing === undefined ? null : (
        <AssetForm {...(editing === 'new' ? {} : { asset: editing })} close={() => setEditing(undefined)} />
      )}
    </PageFrame>
  );
}

function Assets({ onEdit }: { readonly onEdit: (asset: AssetRow) => void }) {
  const t = useText();
  const { can } = useSession();
  const [filters] = useFilters();
  const columns: readonly Column<AssetRow>[] = [
    {
      key: 'name',
      title: t('asset.name'),
      fixed: true,
      least: 180,
      render: (row) => (
        <>
          <div className="xl-cell-title">{row.name}</div>
          <div className="xl-cell-sub">{row.hostnames.join(', ')}</div>
        </>
      ),
      csv: (row) => row.name,
    },
    {
      key: 'ips',
      title: 'IP',
      least: 120,
      render: (row) => (
        <Copyable text={row.ips.join(' ')}>
          {row.ips.slice(0, 2).join(', ')}
          {row.ips.length > 2 ? ` +${String(row.ips.length - 2)}` : ''}
        </Copyable>
      ),
      csv: (row) => row.ips.join(' '),
    },
    {
      key: 'kind',
      title: t('asset.kind'),
      width: 96,
      render: (row) => word(t, 'asset.kind', row.kind),
      csv: (row) => row.kind,
    },
    {
      key: 'institution',
      title: t('soc.institution'),
      width: 180,
      render: (row) => row.institution,
      csv: (row) => row.institution,
    },
    {
      key: 'system',
      title: t('asset.system'),
      least: 120,
      render: (row) => row.system ?? <span className="xl-muted">–</span>,
      csv: (row) => row.system,
    },
    {
      key: 'zone',
      title: t('asset.zone'),
      least: 120,
      render: (row) => row.zone ?? <span className="xl-muted">–</span>,
      csv: (row) => row.zone,
    },
    {
      key: 'importance',
      title: t('soc.importance'),
      width: 80,
      align: 'right',
      render: (row) => <span className="xl-num">{row.importance}</span>,
      csv: (row) => row.importance,
    },
    {
      key: 'alerts',
      title: t('institution.openAlerts'),
      width: 90,
      align: 'right',
      render: (row) =>
        (row.openAlerts ?? 0) > 0 ? (
          <Link to="/alerts" search={{ asset: row.id } as never} className="soc-kpi-bad xl-num">
            {row.openAlerts}
          </Link>
        ) : (
          <span className="xl-muted xl-num">0</span>
        ),
      csv: (row) => row.openAlerts,
    },
    {
      key: 'department',
      title: t('asset.department'),
      hidden: true,
      render: (row) => row.department,
      csv: (row) => row.department,
    },
    {
      key: 'owner',
      title: t('asset.owner'),
      hidden: true,
      render: (row) => row.owner || <span className="xl-muted">–</span>,
      csv: (row) => row.owner,
    },
    { key: 'os', title: t('asset.os'), hidden: true, render: (row) => row.os, csv: (row) => row.os },
    {
      key: 'status',
      title: t('soc.state'),
      width: 80,
      render: (row) => (
        <StateTag tone={row.status === 'in-use' ? 'good' : 'quiet'}>{word(t, 'asset.status', row.status)}</StateTag>
      ),
      csv: (row) => row.status,
    },
  ];
  return (
    <>
      <FilterBar
        search={t('asset.search')}
        keep={['tab']}
        selects={[
          {
            name: 'kind',
            label: t('asset.kind'),
            options: ASSET_KINDS.map((value) => ({ value, label: t(`asset.kind.${value}`) })),
          },
          {
            name: 'status',
            label: t('soc.state'),
            options: (['in-use', 'idle', 'retired'] as const).map((value) => ({
              value,
              label: t(`asset.status.${value}`),
            })),
          },
        ]}
      >
        <InstitutionFilter />
      </FilterBar>
      <section className="xl-panel">
        <DataTable<AssetRow>
          name="assets"
          path="/assets"
          query={{
            q: filters['q'],
            tenant: filters['tenant'],
            kind: filters['kind'],
            status: filters['status'],
            zone: filters['zone'],
            system: filters['system'],
          }}
          columns={columns}
          rowKey={(row) => row.id}
          {...(can('asset:write') ? { onOpen: onEdit } : {})}
          empty={<EmptyState title={t('asset.none')} hint={t('asset.noneHint')} />}
        />
      </section>
    </>
  );
}
