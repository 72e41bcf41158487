import { Button, Popconfirm } from 'antd';
import {
  DataTable,
  EmptyState,
  ExactTime,
  PageFrame,
  PlainTag,
  RelTime,
  StateTag,
  useAct,
  useSession,
  useText,
  type Column,
} from '@xinglin/platform/ui';

export interface SessionRow {
  readonly id: string;
  readonly userId: string;
  readonly username: string;
  readonly method: 'password' | 'oidc';
  readonly mfa: boolean;
  readonly ip: string;
  readonly userAgent: string;
  readonly createdAt: string;
  readonly lastSeenAt: string;
  readonly expiresAt: string;
  readonly current: boolean;
}

/** A browser in words: what a person recognises, not the whole header. */
export function browserOf(agent: string): string {
  const system = /Windows/.test(agent)
    ? 'Windows'
    : /Android/.test(agent)
      ? 'Android'
      : /iPhone|iPad/.test(agent)
        ? 'iOS'
        : /Mac OS/.test(agent)
          ? 'macOS'
          : /Linux/.test(agent)
            ? 'Linux'
            : '';
  const name = /Edg\//.test(agent)
    ? 'Edge'
    : /Chrome\//.test(agent)
      ? 'Chrome'
      : /Firefox\//.test(agent)
        ? 'Firefox'
        : /Safari\//.test(agent)
          ? 'Safari'
          : agent.slice(0, 40);
  return system === '' ? name : `${name} · ${system}`;
}

export function SessionTable({
  path,
  name,
  endPath,
  mayEnd,
}: {
  readonly path: string;
  readonly name: string;
  readonly endPath: string;
  readonly mayEnd: boolean;
}) {
  const t = useText();
  const end = useAct({ done: t('session.ended'), refresh: [[path]] });
  const columns: readonly Column<SessionRow>[] = [
    {
      key: 'user',
      title: t('user.account'),
      fixed: true,
      render: (row) => (
        <>
          <span className="xl-cell-title">{row.username}</span>{' '}
          {row.current ? <PlainTag>{t('session.current')}</PlainTag> : null}
        </>
      ),
      csv: (row) => row.username,
    },
    {
      key: 'ip',
      title: t('session.ip'),
      render: (row) => <span className="xl-mono">{row.ip}</span>,
      csv: (row) => row.ip,
    },
    {
      key: 'agent',
      title: t('session.browser'),
      render: (row) => <span title={row.userAgent}>{browserOf(row.userAgent)}</span>,
      csv: (row) => row.userAgent,
    },
    {
      key: 'method',
      title: t('session.method'),
      render: (row) => (
        <StateTag tone={row.mfa || row.method === 'oidc' ? 'good' : 'quiet'}>
          {row.method === 'oidc' ? 'OIDC' : t(row.mfa ? 'session.mfa' : 'session.password')}
        </StateTag>
      ),
      csv: (row) => row.method,
    },
    {
      key: 'created',
      title: t('session.created'),
      render: (row) => <ExactTime at={row.createdAt} />,
      csv: (row) => row.createdAt,
    },
    {
      key: 'seen',
      title: t('session.seen'),
      render: (row) => <RelTime at={row.lastSeenAt} />,
      csv: (row) => row.lastSeenAt,
    },
    {
      key: 'act',
      title: '',
      width: 90,
      fixed: true,
      render: (row) =>
        mayEnd && !row.current ? (
          <Popconfirm
            title={t('session.endAsk', { name: row.username })}
            okText={t('ui.confirm')}
            cancelText={t('ui.cancel')}
            onConfirm={() => end.mutate({ path: `${endPath}/${row.id}`, method: 'DELETE' })}
          >
            <Button size="small">{t('session.end')}</Button>
          </Popconfirm>
        ) : null,
    },
  ];
  return (
    <section className="xl-panel">
      <DataTable<SessionRow>
        name={name}
        path={path}
        columns={columns}
        rowKey={(row) => row.id}
        empty={<EmptyState title={t('session.none')} />}
      />
    </section>
  );
}

export function Page() {
  const t = useText();
  const { can } = useSession();
  return (
    <PageFrame title={t('nav.sessions')} note={t('session.note')}>
      <SessionTable path="/sessions" name="sessions" endPath="/sessions" mayEnd={can('user:write')} />
    </PageFrame>
  );
}
