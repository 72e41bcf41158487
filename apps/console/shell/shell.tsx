import {
  BulbOutlined,
  LogoutOutlined,
  MenuFoldOutlined,
  MenuUnfoldOutlined,
  QuestionCircleOutlined,
  SearchOutlined,
  TranslationOutlined,
  UserOutlined,
} from '@ant-design/icons';
import { Link, Outlet, useLocation, useNavigate } from '@tanstack/react-router';
import { Button, Dropdown, Input, Layout, Menu, Modal, Tooltip, type MenuProps } from 'antd';
import { Suspense, useContext, useState } from 'react';
import {
  Kbd,
  PageSkeleton,
  setLocale,
  textOr,
  ThemeContext,
  useKeys,
  useLiveStatus,
  useLocale,
  useSession,
  useStored,
  useText,
  type ConsoleMenuItem,
  type ConsoleModule,
} from '@xinglin/platform/ui';
import { InboxBell } from './inbox-bell.tsx';

const GROUPS: readonly ConsoleMenuItem['group'][] = ['watch', 'respond', 'guard', 'supervise', 'engine', 'manage'];

/** Navigation by permission on the left, one thin bar on top, the page below. */
export function Shell({ modules }: { readonly modules: readonly ConsoleModule[] }) {
  const t = useText();
  const { can } = useSession();
  const { pathname } = useLocation();
  const [folded, setFolded] = useStored('nav.folded', false);
  const items = modules.flatMap((module) => module.menu).filter((item) => can(item.permission));
  const current = items
    .filter((item) => pathname === item.path || pathname.startsWith(`${item.path}/`))
    .toSorted((a, b) => b.path.length - a.path.length)[0];
  const menu = GROUPS.flatMap((group): NonNullable<MenuProps['items']> => {
    const own = items.filter((item) => item.group === group);
    if (own.length === 0) return [];
    const children = own.map((item) => ({
      key: item.path,
      icon: item.icon,
      label:
        item.external === true ? (
          <a href={item.path} target="_blank" rel="noopener">
            {t(item.label)}
          </a>
        ) : (
          <Link to={item.path}>{t(item.label)}</Link>
        ),
    }));
    return folded ? children : [{ type: 'group' as const, key: group, label: t(`shell.group.${group}`), children }];
  });
  return (
    <Layout className="xl-shell">
      <a className="xl-skip" href="#main">
        {t('shell.skip')}
      </a>
      <Layout.Sider className="xl-side" width={208} collapsedWidth={56} collapsed={folded} trigger={null}>
        <Link to="/" className="xl-brand" aria-label={t('shell.product')}>
          <img src="/icon.svg" width="28" height="28" alt="" />
          {folded ? null : (
            <span>
              <strong>{t('shell.short')}</strong>
              <small>{t('shell.tagline')}</small>
            </span>
          )}
        </Link>
        <nav className="xl-nav" aria-label={t('shell.nav')}>
          <Menu
            mode="inline"
            inlineCollapsed={folded}
            items={menu}
            selectedKeys={current === undefined ? [] : [current.path]}
          />
        </nav>
        <Button
          type="text"
          className="xl-fold"
          icon={folded ? <MenuUnfoldOutlined /> : <MenuFoldOutlined />}
          aria-label={t(folded ? 'shell.unfold' : 'shell.fold')}
          onClick={() => setFolded(!folded)}
        />
      </Layout.Sider>
      <Layout>
        <TopBar />
        <main id="main" className="xl-main" tabIndex={-1}>
          <Suspense fallback={<PageSkeleton />}>
            <Outlet />
          </Suspense>
        </main>
      </Layout>
    </Layout>
  );
}

function TopBar() {
  const t = useText();
  const locale = useLocale();
  const navigate = useNavigate();
  const theme = useContext(ThemeContext);
  const { actor, user, can, signOut } = useSession();
  const [help, setHelp] = useState(false);
  useKeys({ '?': () => setHelp(true) });
  const roles = actor.roles.map((role) => textOr(t, `role.${role}`, role)).join(' · ');
  return (
    <header className="xl-top">
      {can('event:read') ? (
        <Input
          className="xl-jump"
          prefix={<SearchOutlined className="xl-muted" />}
          placeholder={t('shell.jump')}
          aria-label={t('shell.jump')}
          allowClear
          onPressEnter={(event) => {
            const text = event.currentTarget.value.trim();
            if (text !== '') void navigate({ to: '/search', search: { q: text, range: '24h' } as never });
          }}
        />
      ) : (
        <span />
      )}
      <div className="xl-top-tools">
        <LiveDot />
        <InboxBell />
        <Tooltip title={t('shell.keys')}>
          <Button
            type="text"
            icon={<QuestionCircleOutlined />}
            aria-label={t('shell.keys')}
            onClick={() => setHelp(true)}
          />
        </Tooltip>
        <Tooltip title={t('shell.theme')}>
          <Button
            type="text"
            icon={<BulbOutlined />}
            aria-label={t('shell.theme')}
            onClick={() => theme.set(theme.name === 'dark' ? 'light' : 'dark')}
          />
        </Tooltip>
        <Tooltip title={locale === 'en' ? '切换到中文' : 'Switch to English'}>
          <Button
            type="text"
            icon={<TranslationOutlined />}
            aria-label={locale === 'en' ? '切换到中文' : 'Switch to English'}
            onClick={() => setLocale(locale === 'en' ? 'zh-CN' : 'en')}
          />
        </Tooltip>
        <Dropdown
          trigger={['click']}
          menu={{
            items: [
              {
                key: 'me',
                icon: <UserOutlined />,
                label: t('shell.myAccount'),
                onClick: () => void navigate({ to: '/me' }),
              },
              { type: 'divider' },
              { key: 'out', icon: <LogoutOutlined />, label: t('shell.signOut'), onClick: signOut },
            ],
          }}
        >
          <button type="button" className="xl-who" data-testid="who">
            <span className="xl-avatar" aria-hidden="true">
              {actor.name.slice(0, 1)}
            </span>
            <span className="xl-who-text">
              <b>{actor.name}</b>
              <small>{roles === '' ? (user?.username ?? '') : roles}</small>
            </span>
          </button>
        </Dropdown>
      </div>
      <Modal open={help} onCancel={() => setHelp(false)} footer={null} title={t('shell.keys')} width={420}>
        <table className="xl-keys">
          <tbody>
            {(['/', 'j', 'k', 'Enter', 'x', '?'] as const).map((key) => (
              <tr key={key}>
                <td>
                  <Kbd>{key}</Kbd>
                </td>
                <td>{t(`shell.key.${key}`)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Modal>
    </header>
  );
}

function LiveDot() {
  const t = useText();
  const status = useLiveStatus();
  return (
    <Tooltip title={t(`shell.live.${status}.hint`)}>
      <span className={`xl-live xl-live-${status}`} role="status">
        {t(`shell.live.${status}`)}
      </span>
    </Tooltip>
  );
}
