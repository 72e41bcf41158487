import { Button, Form, Input, Select } from 'antd';
import { useState } from 'react';
import {
  Copyable,
  DataTable,
  EmptyState,
  FilterBar,
  useFilters,
  useSession,
  useText,
  type Column,
} from '@xinglin/platform/ui';
import type { Zone } from '@xinglin/soc';
import type { z } from 'zod';
import { InstitutionFilter } from '../shared/institutions.tsx';
import { splitList } from '../shared/split-list.ts';
import { word } from '../shared/words.ts';
import { PartForm } from './part-form.tsx';
import { useInstitutionNames } from './use-institution-names.ts';

type ZoneRow = z.infer<typeof Zone>;
const KINDS = ['internet', 'dmz', 'core', 'his', 'office', 'device', 'insurance', 'management', 'other'] as const;

/** Network zones: detection tells risky traffic between them. */
export function ZonesTab() {
  const t = useText();
  const [filters] = useFilters();
  const { can } = useSession();
  const names = useInstitutionNames();
  const [editing, setEditing] = useState<ZoneRow | 'new'>();
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
  ];
  const need = [{ required: true, message: t('ui.required') }];
  return (
    <>
      <div className="soc-toolbar">
        <FilterBar search={t('zone.search')} keep={['tab']}>
          <InstitutionFilter />
        </FilterBar>
        {can('asset:write') ? <Button onClick={() => setEditing('new')}>{t('zone.create')}</Button> : null}
      </div>
      <section className="xl-panel">
        <DataTable<ZoneRow>
          name="zones"
          path="/zones"
          query={{ q: filters['q'], tenant: filters['tenant'] }}
          columns={columns}
          rowKey={(row) => row.id}
          {...(can('asset:write') ? { onOpen: setEditing } : {})}
          empty={<EmptyState title={t('zone.none')} hint={t('zone.noneHint')} />}
        />
      </section>
      {editing === undefined ? null : (
        <PartForm
          path="/zones"
          part={editing === 'new' ? undefined : editing}
          createTitle={t('zone.create')}
          deleteAsk={t('zone.deleteAsk')}
          initial={editing === 'new' ? {} : { ...editing, cidrs: editing.cidrs.join('\n') }}
          toBody={(fields) => ({ ...fields, cidrs: splitList(fields['cidrs'] as string | undefined) })}
          close={() => setEditing(undefined)}
        >
          <Form.Item name="name" label={t('zone.name')} rules={need}>
            <Input maxLength={60} />
          </Form.Item>
          <Form.Item name="kind" label={t('asset.kind')} rules={need}>
            <Select options={KINDS.map((value) => ({ value, label: t(`zone.kind.${value}`) }))} />
          </Form.Item>
          <Form.Item name="cidrs" label={t('zone.cidrs')} extra={t('zone.cidrsHint')} rules={need}>
            <Input.TextArea rows={4} className="xl-mono" placeholder="10.1.2.0/24" />
          </Form.Item>
        </PartForm>
      )}
    </>
  );
}
