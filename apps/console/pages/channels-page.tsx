import { PlusOutlined } from '@ant-design/icons';
import { Button, Drawer, Form, Input, Popconfirm, Select, Switch } from 'antd';
import { useState } from 'react';
import {
  DataTable,
  EmptyState,
  PageFrame,
  PlainTag,
  RelTime,
  StateTag,
  useAct,
  useText,
  type Column,
} from '@xinglin/platform/ui';

interface Channel {
  readonly id: string;
  readonly tenant: string;
  readonly kind: 'email' | 'webhook' | 'dingtalk' | 'wecom' | 'feishu';
  readonly name: string;
  readonly url: string | null;
  readonly to: readonly string[];
  readonly hasSecret: boolean;
  readonly kinds: readonly string[];
  readonly minSeverity: 'info' | 'warning' | 'critical';
  readonly enabled: boolean;
  readonly lastOkAt: string | null;
  readonly lastError: string | null;
}
const KINDS = ['dingtalk', 'wecom', 'feishu', 'webhook', 'email'] as const;

/** Where notices and alarms are told outside the console. */
export function Page() {
  const t = useText();
  const [editing, setEditing] = useState<Channel | 'new'>();
  const remove = useAct({ done: t('ui.deleted'), refresh: [['/channels']] });
  const columns: readonly Column<Channel>[] = [
    {
      key: 'name',
      title: t('key.name'),
      fixed: true,
      render: (row) => <span className="xl-cell-title">{row.name}</span>,
      csv: (row) => row.name,
    },
    {
      key: 'kind',
      title: t('channel.kind'),
      render: (row) => <PlainTag>{t(`channel.kind.${row.kind}`)}</PlainTag>,
      csv: (row) => row.kind,
    },
    {
      key: 'tenant',
      title: t('user.institution'),
      render: (row) => row.tenant || t('user.platform'),
      csv: (row) => row.tenant,
    },
    {
      key: 'target',
      title: t('channel.target'),
      render: (row) => <span className="xl-mono">{row.url ?? row.to.join(', ')}</span>,
      csv: (row) => row.url ?? row.to.join(' '),
    },
    {
      key: 'severity',
      title: t('channel.min'),
      render: (row) => t(`channel.severity.${row.minSeverity}`),
      csv: (row) => row.minSeverity,
    },
    {
      key: 'state',
      title: t('user.state'),
      render: (row) =>
        !row.enabled ? (
          <StateTag tone="quiet">{t('user.disabled')}</StateTag>
        ) : row.lastError !== null ? (
          <StateTag tone="bad" title={row.lastError}>
            {t('channel.failing')}
          </StateTag>
        ) : (
          <StateTag tone="good">{t('user.active')}</StateTag>
        ),
      csv: (row) => row.lastError,
    },
    {
      key: 'ok',
      title: t('channel.lastOk'),
      render: (row) => <RelTime at={row.lastOkAt} />,
      csv: (row) => row.lastOkAt,
    },
    {
      key: 'act',
      title: '',
      width: 130,
      fixed: true,
      render: (row) => (
        <span className="xl-row">
          <Button size="small" type="text" onClick={() => setEditing(row)}>
            {t('ui.edit')}
          </Button>
          <Popconfirm
            title={t('channel.deleteAsk')}
            okText={t('ui.delete')}
            cancelText={t('ui.cancel')}
            onConfirm={() => remove.mutate({ path: `/channels/${row.id}`, method: 'DELETE' })}
          >
            <Button size="small" type="text">
              {t('ui.delete')}
            </Button>
          </Popconfirm>
        </span>
      ),
    },
  ];
  return (
    <PageFrame
      title={t('nav.channels')}
      note={t('channel.note')}
      actions={
        <Button type="primary" icon={<PlusOutlined />} onClick={() => setEditing('new')}>
          {t('channel.create')}
        </Button>
      }
    >
      <section className="xl-panel">
        <DataTable<Channel>
          name="channels"
          path="/channels"
          columns={columns}
          rowKey={(row) => row.id}
          empty={<EmptyState title={t('channel.none')} hint={t('channel.noneHint')} />}
        />
      </section>
      {editing === undefined ? null : (
        <ChannelForm {...(editing === 'new' ? {} : { channel: editing })} close={() => setEditing(undefined)} />
      )}
    </PageFrame>
  );
}

interface Fields {
  readonly name: string;
  readonly kind: Channel['kind'];
  readonly tenant?: string;
  readonly url?: string;
  readonly secret?: string;
  readonly to?: string[];
  readonly minSeverity: Channel['minSeverity'];
  readonly enabled: boolean;
}

function ChannelForm({ channel, close }: { readonly channel?: Channel; readonly close: () => void }) {
  const t = useText();
  const [form] = Form.useForm<Fields>();
  const kind = Form.useWatch('kind', form) ?? channel?.kind ?? 'dingtalk';
  const act = useAct({ done: t('ui.saved'), refresh: [['/channels']], onDone: close });
  const need = [{ required: true, message: t('ui.required') }];
  return (
    <Drawer
      open
      size={480}
      title={channel === undefined ? t('channel.create') : channel.name}
      onClose={close}
      extra={
        <Button type="primary" loading={act.isPending} onClick={() => form.submit()}>
          {t('ui.save')}
        </Button>
      }
    >
      <Form<Fields>
        form={form}
        layout="vertical"
        initialValues={
          channel === undefined
            ? { kind: 'dingtalk', minSeverity: 'info', enabled: true, tenant: '' }
            : { name: channel.name, minSeverity: channel.minSeverity, enabled: channel.enabled, to: [...channel.to] }
        }
        onFinish={(values) => {
          const given = Object.fromEntries(
            Object.entries(values).filter(([, value]) => value !== undefined && value !== ''),
          );
          if (channel === undefined) act.mutate({ path: '/channels', body: { ...given, tenant: values.tenant ?? '' } });
          else act.mutate({ path: `/channels/${channel.id}`, method: 'PUT', body: { ...given, kinds: channel.kinds } });
        }}
      >
        <Form.Item name="name" label={t('key.name')} rules={need}>
          <Input maxLength={64} />
        </Form.Item>
        {channel === undefined ? (
          <>
            <Form.Item name="kind" label={t('channel.kind')} rules={need}>
              <Select options={KINDS.map((value) => ({ value, label: t(`channel.kind.${value}`) }))} />
            </Form.Item>
            <Form.Item name="tenant" label={t('key.scope')} extra={t('key.scopeHint')}>
              <Input className="xl-mono" />
            </Form.Item>
          </>
        ) : null}
        {kind === 'email' ? (
          <Form.Item name="to" label={t('channel.to')} rules={need}>
            <Select mode="tags" tokenSeparators={[',', ' ', ';']} open={false} />
          </Form.Item>
        ) : (
          <>
            <Form.Item
              name="url"
              label={t('channel.url')}
              rules={channel === undefined ? need : []}
              extra={channel === undefined ? t('channel.urlHint') : t('channel.keep')}
            >
              <Input className="xl-mono" placeholder="https://oapi.dingtalk.com/robot/send?access_token=…" />
            </Form.Item>
            <Form.Item
              name="secret"
              label={t('channel.secret')}
              extra={channel?.hasSecret === true ? t('channel.keep') : t('channel.secretHint')}
            >
              <Input.Password autoComplete="off" />
            </Form.Item>
          </>
        )}
        <Form.Item name="minSeverity" label={t('channel.min')}>
          <Select
            options={(['info', 'warning', 'critical'] as const).map((value) => ({
              value,
              label: t(`channel.severity.${value}`),
            }))}
          />
        </Form.Item>
        <Form.Item name="enabled" label={t('channel.enabled')} valuePropName="checked">
          <Switch />
        </Form.Item>
      </Form>
    </Drawer>
  );
}
