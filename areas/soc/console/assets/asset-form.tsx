import { Button, Drawer, Form, Input, InputNumber, Popconfirm, Select } from 'antd';
import { useAct, useText } from '@xinglin/platform/ui';
import type { Asset } from '@xinglin/soc';
import type { z } from 'zod';
import { InstitutionSelect } from '../shared/institutions.tsx';
import { splitList } from '../shared/split-list.ts';

export type AssetRow = z.infer<typeof Asset>;
export const ASSET_KINDS = ['server', 'pc', 'network', 'security', 'medical', 'front-end', 'storage', 'other'] as const;

type AssetFields = Omit<AssetRow, 'id' | 'institution' | 'system' | 'zone' | 'openAlerts' | 'ips' | 'hostnames'> & {
  readonly ips: string;
  readonly hostnames: string;
};

/** Creates or changes one asset. */
export function AssetForm({ asset, close }: { readonly asset?: AssetRow; readonly close: () => void }) {
  const t = useText();
  const [form] = Form.useForm<AssetFields>();
  const act = useAct({ done: t('ui.saved'), refresh: [['/assets']], onDone: close });
  const remove = useAct({ done: t('ui.deleted'), refresh: [['/assets']], onDone: close });
  const need = [{ required: true, message: t('ui.required') }];
  return (
    <Drawer
      open
      size={560}
      title={asset === undefined ? t('asset.create') : asset.name}
      onClose={close}
      extra={
        <div className="xl-row">
          {asset === undefined ? null : (
            <Popconfirm
              title={t('asset.deleteAsk')}
              okText={t('ui.delete')}
              cancelText={t('ui.cancel')}
              onConfirm={() => remove.mutate({ path: `/assets/${asset.id}`, method: 'DELETE' })}
            >
              <Button danger>{t('ui.delete')}</Button>
            </Popconfirm>
          )}
          <Button type="primary" loading={act.isPending} onClick={() => form.submit()}>
            {t('ui.save')}
          </Button>
        </div>
      }
    >
      <Form<AssetFields>
        form={form}
        layout="vertical"
        initialValues={
          asset === undefined
            ? { importance: 3, status: 'in-use', kind: 'server' }
            : { ...asset, ips: asset.ips.join('\n'), hostnames: asset.hostnames.join('\n') }
        }
        onFinish={({ ips, hostnames, ...rest }) => {
          const body = {
            ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
            ips: splitList(ips),
            hostnames: splitList(hostnames),
          };
          act.mutate(
            asset === undefined ? { path: '/assets', body } : { path: `/assets/${asset.id}`, method: 'PATCH', body },
          );
        }}
      >
        {asset === undefined ? (
          <Form.Item name="tenant" label={t('soc.institution')} rules={need}>
            <InstitutionSelect />
          </Form.Item>
        ) : null}
        <Form.Item name="name" label={t('asset.name')} rules={need}>
          <Input maxLength={100} />
        </Form.Item>
        <div className="soc-two">
          <Form.Item name="kind" label={t('asset.kind')} rules={need}>
            <Select options={ASSET_KINDS.map((value) => ({ value, label: t(`asset.kind.${value}`) }))} />
          </Form.Item>
          <Form.Item name="importance" label={t('soc.importance')} extra={t('asset.importanceHint')}>
            <InputNumber min={1} max={5} style={{ width: '100%' }} />
          </Form.Item>
          <Form.Item name="ips" label="IP" extra={t('asset.onePerLine')}>
            <Input.TextArea autoSize={{ minRows: 2, maxRows: 6 }} className="xl-mono" />
          </Form.Item>
          <Form.Item name="hostnames" label={t('asset.hostnames')} extra={t('asset.onePerLine')}>
            <Input.TextArea autoSize={{ minRows: 2, maxRows: 6 }} className="xl-mono" />
          </Form.Item>
          <Form.Item name="os" label={t('asset.os')}>
            <Input maxLength={100} />
          </Form.Item>
          <Form.Item name="status" label={t('soc.state')}>
            <Select
              options={(['in-use', 'idle', 'retired'] as const).map((value) => ({
                value,
                label: t(`asset.status.${value}`),
              }))}
            />
          </Form.Item>
          <Form.Item name="department" label={t('asset.department')}>
            <Input maxLength={100} />
          </Form.Item>
          <Form.Item name="owner" label={t('asset.owner')}>
            <Input maxLength={60} />
          </Form.Item>
        </div>
        <Form.Item name="note" label={t('asset.noteField')}>
          <Input.TextArea rows={2} maxLength={500} />
        </Form.Item>
      </Form>
    </Drawer>
  );
}
