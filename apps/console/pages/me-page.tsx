import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Alert, Button, Form, Input, Modal, Tabs } from 'antd';
import { useState } from 'react';
import {
  api,
  EmptyState,
  ExactTime,
  Facts,
  Loaded,
  PageFrame,
  Panel,
  PlainTag,
  RelTime,
  StateTag,
  textOr,
  useAct,
  useFilters,
  useLiveQueries,
  useSession,
  useText,
} from '@xinglin/platform/ui';
import { PasswordForm, TotpSteps } from '../shell/restricted.tsx';
import { SessionTable } from './sessions-page.tsx';
import './pages.css';

interface Message {
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  readonly text: string;
  readonly link: string | null;
  readonly severity: 'info' | 'warning' | 'critical';
  readonly createdAt: string;
  readonly readAt: string | null;
}

export function Page() {
  const t = useText();
  const [filters, set] = useFilters();
  const { user, actor } = useSession();
  const tab = filters['tab'] ?? 'account';
  return (
    <PageFrame title={t('shell.myAccount')}>
      <Tabs
        activeKey={tab}
        onChange={(key) => set({ tab: key })}
        items={[
          { key: 'account', label: t('me.account'), children: <Account /> },
          { key: 'inbox', label: t('shell.inbox'), children: <Inbox /> },
          {
            key: 'password',
            label: t('me.password'),
            children: (
              <Panel className="pg-narrow">
                <PasswordDone username={user?.username ?? actor.name} />
              </Panel>
            ),
          },
          { key: 'totp', label: t('signIn.totp'), children: <Totp /> },
          {
            key: 'sessions',
            label: t('me.sessions'),
            children: <SessionTable path="/me/sessions" name="my-sessions" endPath="/me/sessions" mayEnd />,
          },
        ]}
      />
    </PageFrame>
  );
}

function PasswordDone({ username }: { readonly username: string }) {
  const t = useText();
  const [done, setDone] = useState(0);
  return (
    <>
      {done > 0 ? <Alert type="success" showIcon title={t('me.passwordDone')} className="pg-gap" /> : null}
      <PasswordForm
        key={done}
        username={username}
        submitLabel={t('me.changePassword')}
        onDone={() => setDone(done + 1)}
      />
    </>
  );
}

function Account() {
  const t = useText();
  const { actor, user } = useSession();
  return (
    <Panel className="pg-narrow">
      <Facts
        columns={2}
        items={[
          { label: t('user.name'), value: actor.name },
          { label: t('signIn.username'), value: user?.username ?? '–' },
          {
            label: t('user.roles'),
            value: actor.roles.map((role) => textOr(t, `role.${role}`, role)).join('、') || t('user.noRole'),
          },
          { label: t('user.institution'), value: actor.tenant === '' ? t('user.platform') : actor.tenant },
          { label: t('user.email'), value: user?.email === undefined || user.email === '' ? '–' : user.email },
          { label: t('user.phone'), value: user?.phone === undefined || user.phone === '' ? '–' : user.phone },
          { label: t('user.lastLogin'), value: <ExactTime at={user?.lastLoginAt ?? null} /> },
          {
            label: t('me.scopes'),
            value: actor.scopes.map((scope) => (scope === '' ? t('user.platform') : scope)).join('、'),
          },
        ]}
      />
      <h3 className="pg-h3">{t('me.permissions')}</h3>
      <span className="xl-row-wrap">
        {actor.permissions.map((permission) => (
          <PlainTag mono key={permission}>
            {permission}
          </PlainTag>
        ))}
      </span>
    </Panel>
  );
}

const TONE = { info: 'busy', warning: 'watch', critical: 'bad' } as const;

function Inbox() {
  const t = useText();
  const query = useQuery({
    queryKey: ['/inbox', 'all'],
    queryFn: () =>
      api<{ readonly items: readonly Message[]; readonly unread: number }>('/inbox', { query: { limit: 100 } }),
  });
  useLiveQueries(['inbox.changed', 'notice.changed'], [['/inbox']]);
  const read = useAct({ refresh: [['/inbox']] });
  return (
    <Panel
      title={t('shell.inbox')}
      extra={
        <Button
          size="small"
          disabled={(query.data?.unread ?? 0) === 0}
          onClick={() => read.mutate({ path: '/inbox/read', body: {} })}
        >
          {t('me.readAll')}
        </Button>
      }
      flush
    >
      <Loaded query={query}>
        {(data) =>
          data.items.length === 0 ? (
            <EmptyState title={t('me.noMessages')} hint={t('me.noMessagesHint')} />
          ) : (
            <ul className="pg-inbox">
              {data.items.map((message) => (
                <li key={message.id} className={message.readAt === null ? 'pg-unread' : ''}>
                  <StateTag tone={TONE[message.severity]}>
                    {message.readAt === null ? t('me.unread') : t('me.read')}
                  </StateTag>
                  <div className="xl-grow">
                    {message.link === null ? (
                      <b>{message.title}</b>
                    ) : (
                      <Link
                        to={message.link}
                        onClick={() =>
                          message.readAt === null && read.mutate({ path: '/inbox/read', body: { ids: [message.id] } })
                        }
                      >
                        {message.title}
                      </Link>
                    )}
                    <p>{message.text}</p>
                  </div>
                  <RelTime at={message.createdAt} />
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Panel>
  );
}

function Totp() {
  const t = useText();
  const { user, reload } = useSession();
  const [form] = Form.useForm<{ password: string; code: string }>();
  const [removing, setRemoving] = useState(false);
  const remove = useAct({
    done: t('me.totpRemoved'),
    onDone: () => {
      setRemoving(false);
      void reload();
    },
  });
  const need = [{ required: true, message: t('ui.required') }];
  return (
    <Panel className="pg-narrow">
      {user?.totp === true ? (
        <div className="xl-stack">
          <StateTag tone="good">{t('me.totpOn')}</StateTag>
          <div>
            <Button danger onClick={() => setRemoving(true)}>
              {t('me.totpRemove')}
            </Button>
          </div>
        </div>
      ) : (
        <>
          <p className="xl-gate-note pg-no-margin">{t('me.totpOff')}</p>
          <TotpSteps onDone={reload} />
        </>
      )}
      <Modal
        open={removing}
        title={t('me.totpRemove')}
        onCancel={() => setRemoving(false)}
        onOk={() => form.submit()}
        okText={t('ui.confirm')}
        cancelText={t('ui.cancel')}
        confirmLoading={remove.isPending}
      >
        <Form form={form} layout="vertical" onFinish={(body) => remove.mutate({ path: '/me/totp/remove', body })}>
          <Form.Item name="password" label={t('signIn.currentPassword')} rules={need}>
            <Input.Password autoComplete="current-password" />
          </Form.Item>
          <Form.Item name="code" label={t('signIn.totp')} rules={need}>
            <Input inputMode="numeric" autoComplete="one-time-code" />
          </Form.Item>
        </Form>
      </Modal>
    </Panel>
  );
}
