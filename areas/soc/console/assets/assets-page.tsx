import { ExportOutlined, ImportOutlined, PlusOutlined } from '@ant-design/icons';
import { Link } from '@tanstack/react-router';
import { Button, Drawer, Form, Input, Popconfirm, Select, Tabs } from 'antd';
import { useState } from 'react';
import {
  Copyable,
  DataTable,
  EmptyState,
  FilterBar,
  PageFrame,
  PlainTag,
  StateTag,
  download,
  useAct,
  useFilters,
  useSession,
  useText,
  type Column,
} from '@xinglin/platform/ui';
import type { System, Zone } from '@xinglin/soc';
import type { z } from 'zod';
import { ImportWizard } from '../shared/import-wizard.tsx';
import { InstitutionFilter, InstitutionSelect, useInstitutions } from '../shared/institutions.tsx';
import { word } from '../shared/words.ts';
import { ASSET_KINDS, AssetForm, type AssetRow } from './asset-form.tsx';
import '../soc.css';
import '../institutions/institutions.css';

type SystemRow = z.infer<typeof System>;
type ZoneRow = z.infer<typeof Zone>;
const ZONES = ['internet', 'dmz', 'core', 'his', 'office', 'device', 'insurance', 'management', 'other'] as const;

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
      {tab === 'systems' ? <Systems /> : tab === 'zones' ? <Zones /> : <Assets onEdit={setEditing} />}
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

function Systems() {
  const t = useText();
  const [filters] = useFilters();
  const names = useNames();
  const columns: readonly Column<SystemRow>[] = [
    {
      key: 'name',
      title: t('system.name'),
      fixed: true,
      render: (row) => <span className="xl-cell-title">{row.name}</span>,
      csv: (row) => row.name,
    },
    { key: 'kind', title: t('asset.kind'), render: (row) => <PlainTag>{row.kind}</PlainTag>, csv: (row) => row.kind },
    {
      key: 'institution',
      title: t('soc.institution'),
      render: (row) => names(row.tenant),
      csv: (row) => names(row.tenant),
    },
    {
      key: 'mlps',
      title: t('system.mlps'),
      render: (row) => (row.mlpsLevel === 0 ? '–' : t('system.mlpsLevel', { n: row.mlpsLevel })),
      csv: (row) => row.mlpsLevel,
    },
    {
      key: 'importance',
      title: t('soc.importance'),
      align: 'right',
      render: (row) => <span className="xl-num">{row.importance}</span>,
      csv: (row) => row.importance,
    },
    { key: 'vendor', title: t('system.vendor'), render: (row) => row.vendor || '–', csv: (row) => row.vendor },
    { key: 'owner', title: t('asset.owner'), render: (row) => row.owner || '–', csv: (row) => row.owner },
    {
      key: 'url',
      title: t('system.url'),
      render: (row) => (row.url === '' ? '–' : <Copyable text={row.url} />),
      csv: (row) => row.url,
    },
  ];
  return (
    <>
      <FilterBar search={t('system.search')} keep={['tab']}>
        <InstitutionFilter />
      </FilterBar>
      <section className="xl-panel">
        <DataTable<SystemRow>
          name="systems"
          path="/systems"
          query={{ q: filters['q'], tenant: filters['tenant'] }}
          columns={columns}
          rowKey={(row) => row.id}
          empty={<EmptyState title={t('institution.noSystems')} hint={t('institution.noSystemsHint')} />}
        />
      </section>
    </>
  );
}

function Zones() {
  const t = useText();
  const [filters] = useFilters();
  const { can } = useSession();
  const names = useNames();
  const [creating, setCreating] = useState(false);
  const [form] = Form.useForm<{ tenant: string; name: string; kind: string; cidrs: string }>();
  const create = useAct({ done: t('ui.saved'), refresh: [['/zones']], onDone: () => setCreating(false) });
  const remove = useAct({ done: t('ui.deleted'), refresh: [['/zones']] });
  const columns: readonly Column<ZoneRow>[] = [
    {
      key: 'name',
      title: t('zone.name'),
      fixed: true,
      render: (row) => <span className="xl-cell-title">{row.name}</span>,
      csv: (row) => row.name,
    },
    { key: 'kind', title: t('asset.kind'), render: (row) => word(t, 'zone.kind', row.kind), csv: (row) => row.kind },
    {
      key: 'institution',
      title: t('soc.institution'),
      render: (row) => names(row.tenant),
      csv: (row) => names(row.tenant),
    },
    {
      key: 'cidrs',
      title: t('zone.cidrs'),
      render: (row) => <Copyable text={row.cidrs.join(' ')}>{row.cidrs.join(', ')}</Copyable>,
      csv: (row) => row.cidrs.join(' '),
    },
    {
      key: 'act',
      title: '',
      width: 70,
      fixed: true,
      render: (row) =>
        can('asset:write') ? (
          <Popconfirm
            title={t('zone.deleteAsk')}
            okText={t('ui.delete')}
            cancelText={t('ui.cancel')}
            onConfirm={() => remove.mutate({ path: `/zones/${row.id}`, method: 'DELETE' })}
          >
            <Button size="small" type="text">
              {t('ui.delete')}
            </Button>
          </Popconfirm>
        ) : null,
    },
  ];
  const need = [{ required: true, message: t('ui.required') }];
  return (
    <>
      <div className="soc-toolbar">
        <FilterBar search={t('zone.search')} keep={['tab']}>
          <InstitutionFilter />
        </FilterBar>
        {can('asset:write') ? <Button onClick={() => setCreating(true)}>{t('zone.create')}</Button> : null}
      </div>
      <section className="xl-panel">
        <DataTable<ZoneRow>
          name="zones"
          path="/zones"
          query={{ q: filters['q'], tenant: filters['tenant'] }}
          columns={columns}
          rowKey={(row) => row.id}
          empty={<EmptyState title={t('zone.none')} hint={t('zone.noneHint')} />}
        />
      </section>
      <Drawer
        open={creating}
        size={460}
        title={t('zone.create')}
        onClose={() => setCreating(false)}
        destroyOnHidden
        extra={
          <Button type="primary" loading={create.isPending} onClick={() => form.submit()}>
            {t('ui.save')}
          </Button>
        }
      >
        <Form
          form={form}
          layout="vertical"
          onFinish={({ cidrs, ...rest }) =>
            create.mutate({
              path: '/zones',
              body: { ...rest, cidrs: cidrs.split(/[\s,,]+/).filter((one) => one !== '') },
            })
          }
        >
          <Form.Item name="tenant" label={t('soc.institution')} rules={need}>
            <InstitutionSelect />
          </Form.Item>
          <Form.Item name="name" label={t('zone.name')} rules={need}>
            <Input maxLength={60} />
          </Form.Item>
          <Form.Item name="kind" label={t('asset.kind')} rules={need}>
            <Select options={ZONES.map((value) => ({ value, label: t(`zone.kind.${value}`) }))} />
          </Form.Item>
          <Form.Item name="cidrs" label={t('zone.cidrs')} extra={t('zone.cidrsHint')} rules={need}>
            <Input.TextArea rows={4} className="xl-mono" placeholder="10.1.2.0/24" />
          </Form.Item>
        </Form>
      </Drawer>
    </>
  );
}

function useNames(): (tenant: string) => string {
  const institutions = useInstitutions();
  return (tenant) => {
    const found = institutions.data?.find((one) => one.tenant === tenant);
    return found === undefined ? tenant : found.shortName || found.name;
  };
}
