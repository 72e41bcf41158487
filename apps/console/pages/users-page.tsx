import { PlusOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Alert, Button, Drawer, Form, Input, Modal, Popconfirm, TreeSelect } from 'antd';
import { useMemo, useState } from 'react';
import {
  api,
  Copyable,
  DataTable,
  EmptyState,
  FilterBar,
  PageFrame,
  PlainTag,
  RelTime,
  StateTag,
  textOr,
  useAct,
  useFilters,
  useSession,
  useText,
  type Column,
} from '@xinglin/platform/ui';
import type { Role } from '@xinglin/platform/access';
import { GrantDialog } from './grant-dialog.tsx';
import { POWERS, ROLE_NAMES, type User } from './roles.ts';
import './pages.css';

interface OneTime {
  readonly username: string;
  readonly password: string;
}
interface Place {
  readonly tenant: string;
  readonly parent: string | null;
  readonly name: string;
}

function usePlaces() {
  const { can } = useSession();
  const query = useQuery({
    queryKey: ['/institutions', 'all'],
    queryFn: async () =>
      (await api<{ readonly items: readonly Place[] }>('/institutions', { query: { limit: 500 } })).items,
    enabled: can('institution:read'),
    staleTime: 60_000,
  });
  const t = useText();
  return useMemo(() => {
    const items = query.data ?? [];
    const nodes = new Map(
      items.map((one) => [one.tenant, { value: one.tenant, title: one.name, children: [] as unknown[] }]),
    );
    const roots: unknown[] = [];
    for (const one of items) (nodes.get(one.parent ?? '')?.children ?? roots).push(nodes.get(one.tenant));
    const name = (tenant: string) =>
      tenant === '' ? t('user.platform') : (items.find((one) => one.tenant === tenant)?.name ?? tenant);
    return { tree: roots as { value: string; title: string }[], name };
  }, [query.data, t]);
}

/** Who may come in. The system administrator creates, the security administrator grants, nobody does both. */
export function Page() {
  const t = useText();
  const { can, actor } = useSession();
  const [filters] = useFilters();
  const places = usePlaces();
  const [editing, setEditing] = useState<User | 'new'>();
  const [granting, setGranting] = useState<User>();
  const [once, setOnce] = useState<OneTime>();
  const refresh = [['/users']];
  const toggle = useAct({ done: t('ui.saved'), refresh });
  const reset = useAct<OneTime>({ refresh, onDone: setOnce });
  const unlock = useAct({ done: t('user.unlocked'), refresh });
  const columns: readonly Column<User>[] = [
    {
      key: 'user',
      title: t('user.account'),
      fixed: true,
      render: (row) => (
        <>
          <div className="xl-cell-title">{row.name}</div>
          <div className="xl-cell-sub xl-mono">{row.username}</div>
        </>
      ),
      csv: (row) => row.username,
    },
    {
      key: 'roles',
      title: t('user.roles'),
      render: (row) =>
        row.roles.length === 0 ? (
          <StateTag tone="watch">{t('user.noRole')}</StateTag>
        ) : (
          <span className="xl-row-wrap">
            {row.roles.map((role) => (
              <RoleTag key={role} role={role} />
            ))}
          </span>
        ),
      csv: (row) => row.roles.join(' '),
    },
    { key: 'tenant', title: t('user.institution'), render: (row) => places.name(row.tenant), csv: (row) => row.tenant },
    {
      key: 'state',
      title: t('user.state'),
      width: 130,
      render: (row) => <UserState user={row} />,
      csv: (row) => (row.disabled ? 'disabled' : 'active'),
    },
    {
      key: 'mfa',
      title: t('user.mfa'),
      width: 92,
      render: (row) =>
        row.oidc ? (
          <PlainTag>OIDC</PlainTag>
        ) : row.totp ? (
          <StateTag tone="good">{t('user.mfaOn')}</StateTag>
        ) : (
          <span className="xl-muted">{t('user.mfaOff')}</span>
        ),
      csv: (row) => row.totp,
    },
    {
      key: 'login',
      title: t('user.lastLogin'),
      width: 120,
      render: (row) => <RelTime at={row.lastLoginAt} />,
      csv: (row) => row.lastLoginAt,
    },
    {
      key: 'ip',
      title: t('user.lastIp'),
      hidden: true,
      render: (row) => row.lastLoginIp ?? '–',
      csv: (row) => row.lastLoginIp,
    },
    { key: 'phone', title: t('user.phone'), hidden: true, render: (row) => row.phone, csv: (row) => row.phone },
    {
      key: 'act',
      title: '',
      width: 260,
      fixed: true,
      render: (row) => (
        <span className="xl-row">
          {can('role:write') && row.id !== actor.id ? (
            <Button size="small" type="text" onClick={() => setGranting(row)}>
              {t('user.grant')}
            </Button>
          ) : null}
          {can('user:write') ? (
            <>
              <Button size="small" type="text" onClick={() => setEditing(row)}>
                {t('ui.edit')}
              </Button>
              {row.id === actor.id ? null : (
                <>
                  <Popconfirm
                    title={t('user.resetAsk', { name: row.name })}
                    okText={t('ui.confirm')}
                    cancelText={t('ui.cancel')}
                    onConfirm={() =>
                      reset.mutate({ path: `/users/${row.id}/reset-password`, body: { dropTotp: false } })
                    }
                  >
                    <Button size="small" type="text">
                      {t('user.reset')}
                    </Button>
                  </Popconfirm>
                  {row.lockedUntil === null ? null : (
                    <Button
                      size="small"
                      type="text"
                      onClick={() => unlock.mutate({ path: `/users/${row.id}/unlock`, body: {} })}
                    >
                      {t('user.unlock')}
                    </Button>
                  )}
                  <Popconfirm
                    title={t(row.disabled ? 'user.enableAsk' : 'user.disableAsk', { name: row.name })}
                    okText={t('ui.confirm')}
                    cancelText={t('ui.cancel')}
                    onConfirm={() =>
                      toggle.mutate({
                        path: `/users/${row.id}`,
                        method: 'PATCH',
                        body: { version: row.version, disabled: !row.disabled },
                      })
                    }
                  >
                    <Button size="small" type="text" danger={!row.disabled}>
                      {t(row.disabled ? 'user.enable' : 'user.disable')}
                    </Button>
                  </Popconfirm>
                </>
              )}
            </>
          ) : null}
        </span>
      ),
    },
  ];
  return (
    <PageFrame
      title={t('nav.users')}
      note={t('user.note')}
      actions={
        can('user:write') ? (
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setEditing('new')}>
            {t('user.create')}
          </Button>
        ) : null
      }
    >
      <Powers />
      <FilterBar
        search={t('user.search')}
        selects={[
          {
            name: 'role',
            label: t('user.roles'),
            options: ROLE_NAMES.map((value) => ({ value, label: t(`role.${value}`) })),
          },
        ]}
      />
      <section className="xl-panel">
        <DataTable<User>
          name="users"
          path="/users"
          query={{ q: filters['q'], role: filters['role'] }}
          columns={columns}
          rowKey={(row) => row.id}
          empty={<EmptyState title={t('user.none')} />}
        />
      </section>
      {editing === undefined ? null : (
        <UserForm
          {...(editing === 'new' ? {} : { user: editing })}
          places={places.tree}
          close={() => setEditing(undefined)}
          onOnce={setOnce}
        />
      )}
      {granting === undefined ? null : (
        <GrantDialog user={granting} places={places.tree} close={() => setGranting(undefined)} />
      )}
      {once === undefined ? null : (
        <Modal
          open
          title={t('user.oneTime', { name: once.username })}
          closable={false}
          footer={
            <Button type="primary" onClick={() => setOnce(undefined)}>
              {t('user.oneTimeKept')}
            </Button>
          }
        >
          <Alert type="warning" showIcon title={t('user.oneTimeNote')} />
          <p className="pg-secret" data-testid="one-time-password">
            <Copyable text={once.password} />
          </p>
        </Modal>
      )}
    </PageFrame>
  );
}

/** The three powers side by side: what each may do, and that none may do another's. */
function Powers() {
  const t = useText();
  const { actor } = useSession();
  return (
    <div className="pg-powers">
      {POWERS.map((power) => (
        <div
          key={power}
          className={
            actor.roles.includes(power) ? `pg-power pg-power-${power} pg-power-mine` : `pg-power pg-power-${power}`
          }
        >
          <b>
            {t(`role.${power}`)}
            {actor.roles.includes(power) ? <em>{t('user.you')}</em> : null}
          </b>
          <span>{t(`power.${power}`)}</span>
          <small>{t(`power.${power}.not`)}</small>
        </div>
      ))}
    </div>
  );
}

function RoleTag({ role }: { readonly role: Role }) {
  const t = useText();
  return (
    <span className={POWERS.includes(role) ? `pg-role pg-power-${role}` : 'pg-role'}>
      {textOr(t, `role.${role}`, role)}
    </span>
  );
}

function UserState({ user }: { readonly user: User }) {
  const t = useText();
  if (user.disabled) return <StateTag tone="quiet">{t('user.disabled')}</StateTag>;
  if (user.lockedUntil !== null) return <StateTag tone="bad">{t('user.locked')}</StateTag>;
  if (user.mustChangePassword) return <StateTag tone="watch">{t('user.mustChange')}</StateTag>;
  return <StateTag tone="good">{t('user.active')}</StateTag>;
}

interface Fields {
  readonly username: string;
  readonly name: string;
  readonly tenant?: string;
  readonly email?: string;
  readonly phone?: string;
}

function UserForm({
  user,
  places,
  close,
  onOnce,
}: {
  readonly user?: User;
  readonly places: { value: string; title: string }[];
  readonly close: () => void;
  readonly onOnce: (once: OneTime) => void;
}) {
  const t = useText();
  const [form] = Form.useForm<Fields>();
  const create = useAct<OneTime>({
    refresh: [['/users']],
    onDone: (made) => {
      close();
      onOnce(made);
    },
  });
  const save = useAct({ done: t('ui.saved'), refresh: [['/users']], onDone: close });
  const need = [{ required: true, message: t('ui.required') }];
  return (
    <Drawer
      open
      size={460}
      title={user === undefined ? t('user.create') : user.name}
      onClose={close}
      extra={
        <Button type="primary" loading={create.isPending || save.isPending} onClick={() => form.submit()}>
          {t('ui.save')}
        </Button>
      }
    >
      <Form<Fields>
        form={form}
        layout="vertical"
        initialValues={user === undefined ? {} : { name: user.name, email: user.email, phone: user.phone }}
        onFinish={({ username, name, tenant, email, phone }) => {
          if (user === undefined)
            create.mutate({
              path: '/users',
              body: { username, name, tenant: tenant ?? '', email: email ?? '', phone: phone ?? '' },
            });
          else
            save.mutate({
              path: `/users/${user.id}`,
              method: 'PATCH',
              body: { version: user.version, name, email: email ?? '', phone: phone ?? '' },
            });
        }}
      >
        {user === undefined ? (
          <>
            <Form.Item name="username" label={t('signIn.username')} rules={need}>
              <Input maxLength={64} autoComplete="off" />
            </Form.Item>
            <Form.Item name="tenant" label={t('user.institution')} extra={t('user.institutionHint')}>
              <TreeSelect allowClear showSearch treeDefaultExpandAll treeNodeFilterProp="title" treeData={places} />
            </Form.Item>
          </>
        ) : null}
        <Form.Item name="name" label={t('user.name')} rules={need}>
          <Input maxLength={64} />
        </Form.Item>
        <Form.Item name="email" label={t('user.email')} rules={[{ type: 'email', message: t('user.emailWrong') }]}>
          <Input maxLength={200} />
        </Form.Item>
        <Form.Item name="phone" label={t('user.phone')}>
          <Input maxLength={32} />
        </Form.Item>
      </Form>
      {user === undefined ? <p className="xl-muted">{t('user.createNote')}</p> : null}
    </Drawer>
  );
}
