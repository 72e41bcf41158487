import { PlusOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Alert, Button, Checkbox, Form, Input, InputNumber, Modal, Popconfirm, Tabs } from 'antd';
import { useState } from 'react';
import {
  api,
  Copyable,
  DataTable,
  EmptyState,
  ExactTime,
  PageFrame,
  PlainTag,
  RelTime,
  StateTag,
  useAct,
  useFilters,
  useSession,
  useText,
  type Column,
} from '@xinglin/platform/ui';
import './pages.css';

interface TokenRow {
  readonly id: string;
  readonly hint: string;
  readonly name: string;
  readonly tenant: string;
  readonly permissions: readonly string[];
  readonly createdAt: string;
  readonly createdBy: string;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
  readonly lastUsedAt: string | null;
  readonly lastUsedIp: string | null;
}
interface Made {
  readonly token: string;
}

/** Keys for programs and tokens for walls; each shown once, each revocable at once. */
export function Page() {
  const t = useText();
  const { can } = useSession();
  const [filters, set] = useFilters();
  const tabs = [...(can('apikey:write') ? ['apikeys'] : []), ...(can('screen:write') ? ['screens'] : [])];
  const tab = tabs.includes(filters['tab'] ?? '') ? (filters['tab'] ?? '') : (tabs[0] ?? 'apikeys');
  const [creating, setCreating] = useState(false);
  const [made, setMade] = useState<Made>();
  return (
    <PageFrame
      title={t('nav.keys')}
      note={t('key.note')}
      actions={
        <Button type="primary" icon={<PlusOutlined />} onClick={() => setCreating(true)}>
          {t(`key.create.${tab}`)}
        </Button>
      }
    >
      {tabs.length > 1 ? (
        <Tabs
          activeKey={tab}
          onChange={(key) => set({ tab: key })}
          items={tabs.map((key) => ({ key, label: t(`key.tab.${key}`) }))}
        />
      ) : null}
      <KeyTable key={tab} kind={tab} />
      {creating ? <CreateDialog kind={tab} close={() => setCreating(false)} onMade={setMade} /> : null}
      {made === undefined ? null : (
        <Modal
          open
          closable={false}
          title={t('key.shown')}
          footer={
            <Button type="primary" onClick={() => setMade(undefined)}>
              {t('user.oneTimeKept')}
            </Button>
          }
        >
          <Alert type="warning" showIcon title={t('key.once')} />
          <p className="pg-secret" data-testid="new-key">
            <Copyable text={tab === 'screens' ? `${window.location.origin}/screen?token=${made.token}` : made.token} />
          </p>
        </Modal>
      )}
    </PageFrame>
  );
}

function KeyTable({ kind }: { readonly kind: string }) {
  const t = useText();
  const revoke = useAct({ done: t('key.revoked'), refresh: [[`/${kind}`]] });
  const columns: readonly Column<TokenRow>[] = [
    {
      key: 'name',
      title: t('key.name'),
      fixed: true,
      render: (row) => (
        <>
          <div className="xl-cell-title">{row.name}</div>
          <div className="xl-cell-sub xl-mono">{row.hint}…</div>
        </>
      ),
      csv: (row) => row.name,
    },
    {
      key: 'tenant',
      title: t('user.institution'),
      render: (row) => (row.tenant === '' ? t('user.platform') : row.tenant),
      csv: (row) => row.tenant,
    },
    {
      key: 'permissions',
      title: t('key.permissions'),
      render: (row) => (
        <span className="xl-row-wrap">
          {row.permissions.slice(0, 5).map((one) => (
            <PlainTag mono key={one}>
              {one}
            </PlainTag>
          ))}
          {row.permissions.length > 5 ? <span className="xl-muted">+{row.permissions.length - 5}</span> : null}
        </span>
      ),
      csv: (row) => row.permissions.join(' '),
    },
    {
      key: 'state',
      title: t('user.state'),
      width: 100,
      render: (row) =>
        row.revokedAt !== null ? (
          <StateTag tone="quiet">{t('key.isRevoked')}</StateTag>
        ) : row.expiresAt !== null && new Date(row.expiresAt).getTime() < Date.now() ? (
          <StateTag tone="watch">{t('key.expired')}</StateTag>
        ) : (
          <StateTag tone="good">{t('user.active')}</StateTag>
        ),
      csv: (row) => row.revokedAt,
    },
    {
      key: 'expires',
      title: t('key.expires'),
      width: 165,
      render: (row) => (row.expiresAt === null ? t('key.never') : <ExactTime at={row.expiresAt} />),
      csv: (row) => row.expiresAt,
    },
    {
      key: 'used',
      title: t('key.used'),
      width: 150,
      render: (row) => (
        <>
          <RelTime at={row.lastUsedAt} /> <span className="xl-cell-sub">{row.lastUsedIp ?? ''}</span>
        </>
      ),
      csv: (row) => row.lastUsedAt,
    },
    {
      key: 'act',
      title: '',
      width: 80,
      fixed: true,
      render: (row) =>
        row.revokedAt === null ? (
          <Popconfirm
            title={t('key.revokeAsk', { name: row.name })}
            okText={t('ui.confirm')}
            cancelText={t('ui.cancel')}
            onConfirm={() => revoke.mutate({ path: `/${kind}/${row.id}`, method: 'DELETE' })}
          >
            <Button size="small" danger>
              {t('key.revoke')}
            </Button>
          </Popconfirm>
        ) : null,
    },
  ];
  return (
    <section className="xl-panel">
      <DataTable<TokenRow>
        name={`keys-${kind}`}
        path={`/${kind}`}
        columns={columns}
        rowKey={(row) => row.id}
        empty={<EmptyState title={t(`key.none.${kind}`)} hint={t(`key.noneHint.${kind}`)} />}
      />
    </section>
  );
}

function CreateDialog({
  kind,
  close,
  onMade,
}: {
  readonly kind: string;
  readonly close: () => void;
  readonly onMade: (made: Made) => void;
}) {
  const t = useText();
  const { actor } = useSession();
  const [form] = Form.useForm<{ name: string; tenant?: string; permissions?: string[]; expiresInDays?: number }>();
  const allowed = useQuery({
    queryKey: ['/apikeys', 'permissions'],
    queryFn: () => api<{ readonly permissions: readonly string[] }>('/apikeys'),
    enabled: kind === 'apikeys',
  });
  const act = useAct<Made>({
    refresh: [[`/${kind}`]],
    onDone: (made) => {
      close();
      onMade(made);
    },
  });
  return (
    <Modal
      open
      width={600}
      title={t(`key.create.${kind}`)}
      onCancel={close}
      onOk={() => form.submit()}
      okText={t('ui.create')}
      cancelText={t('ui.cancel')}
      confirmLoading={act.isPending}
    >
      <Form
        form={form}
        layout="vertical"
        initialValues={{ tenant: actor.tenant, expiresInDays: 365, permissions: [] }}
        onFinish={({ name, tenant, permissions, expiresInDays }) =>
          act.mutate({
            path: `/${kind}`,
            body:
              kind === 'screens'
                ? { name, tenant: tenant ?? '' }
                : { name, tenant: tenant ?? '', permissions, expiresInDays },
          })
        }
      >
        <Form.Item name="name" label={t('key.name')} rules={[{ required: true, message: t('ui.required') }]}>
          <Input maxLength={64} placeholder={t(`key.nameHint.${kind}`)} />
        </Form.Item>
        <Form.Item name="tenant" label={t('key.scope')} extra={t('key.scopeHint')}>
          <Input className="xl-mono" />
        </Form.Item>
        {kind === 'apikeys' ? (
          <>
            <Form.Item
              name="permissions"
              label={t('key.permissions')}
              rules={[{ required: true, message: t('ui.required') }]}
            >
              <Checkbox.Group className="pg-checks" options={[...(allowed.data?.permissions ?? [])]} />
            </Form.Item>
            <Form.Item name="expiresInDays" label={t('key.days')}>
              <InputNumber min={1} max={730} />
            </Form.Item>
          </>
        ) : null}
      </Form>
    </Modal>
  );
}
