import { Button, Form, Input, InputNumber } from 'antd';
import { useState } from 'react';
import {
  Copyable,
  DataTable,
  EmptyState,
  FilterBar,
  PlainTag,
  useFilters,
  useSession,
  useText,
  type Column,
} from '@xinglin/platform/ui';
import type { System } from '@xinglin/soc';
import type { z } from 'zod';
import { InstitutionFilter } from '../shared/institutions.tsx';
import { PartForm } from './part-form.tsx';
import { useInstitutionNames } from './use-institution-names.ts';

type SystemRow = z.infer<typeof System>;

/** The business systems of the institutions in sight: HIS, LIS, PACS and the rest. */
export function SystemsTab() {
  const t = useText();
  const [filters] = useFilters();
  const { can } = useSession();
  const names = useInstitutionNames();
  const [editing, setEditing] = useState<SystemRow | 'new'>();
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
  const need = [{ required: true, message: t('ui.required') }];
  return (
    <>
      <div className="soc-toolbar">
        <FilterBar search={t('system.search')} keep={['tab']}>
          <InstitutionFilter />
        </FilterBar>
        {can('asset:write') ? <Button onClick={() => setEditing('new')}>{t('system.create')}</Button> : null}
      </div>
      <section className="xl-panel">
        <DataTable<SystemRow>
          name="systems"
          path="/systems"
          query={{ q: filters['q'], tenant: filters['tenant'] }}
          columns={columns}
          rowKey={(row) => row.id}
          {...(can('asset:write') ? { onOpen: setEditing } : {})}
          empty={<EmptyState title={t('institution.noSystems')} hint={t('institution.noSystemsHint')} />}
        />
      </section>
      {editing === undefined ? null : (
        <PartForm
          path="/systems"
          part={editing === 'new' ? undefined : editing}
          createTitle={t('system.create')}
          deleteAsk={t('system.deleteAsk')}
          initial={editing === 'new' ? { mlpsLevel: 0, importance: 3 } : { ...editing }}
          toBody={(fields) => fields}
          close={() => setEditing(undefined)}
        >
          <Form.Item name="name" label={t('system.name')} rules={need}>
            <Input maxLength={100} />
          </Form.Item>
          <div className="soc-two">
            <Form.Item name="kind" label={t('asset.kind')} rules={need} extra={t('system.kindHint')}>
              <Input maxLength={40} placeholder="HIS" />
            </Form.Item>
            <Form.Item name="mlpsLevel" label={t('system.mlps')} extra={t('system.mlpsHint')}>
              <InputNumber min={0} max={5} style={{ width: '100%' }} />
            </Form.Item>
            <Form.Item name="importance" label={t('soc.importance')} extra={t('asset.importanceHint')}>
              <InputNumber min={1} max={5} style={{ width: '100%' }} />
            </Form.Item>
            <Form.Item name="vendor" label={t('system.vendor')}>
              <Input maxLength={100} />
            </Form.Item>
            <Form.Item name="owner" label={t('asset.owner')}>
              <Input maxLength={60} />
            </Form.Item>
            <Form.Item name="url" label={t('system.url')}>
              <Input maxLength={300} />
            </Form.Item>
          </div>
        </PartForm>
      )}
    </>
  );
}
