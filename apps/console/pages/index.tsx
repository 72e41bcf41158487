import {
  AuditOutlined,
  DesktopOutlined,
  HeartOutlined,
  KeyOutlined,
  NotificationOutlined,
  TeamOutlined,
} from '@ant-design/icons';
import type { ConsoleModule } from '@xinglin/platform/ui';
import { platformTexts } from './texts.ts';

/** Pages of the platform itself: people, keys, trail, health, one's own account. */
export const platformModule: ConsoleModule = {
  name: 'platform',
  texts: platformTexts,
  menu: [
    {
      path: '/users',
      label: 'nav.users',
      icon: <TeamOutlined />,
      group: 'manage',
      permission: 'user:read',
      homeOf: ['system-admin', 'security-admin'],
    },
    { path: '/sessions', label: 'nav.sessions', icon: <DesktopOutlined />, group: 'manage', permission: 'user:read' },
    {
      path: '/keys',
      label: 'nav.keys',
      icon: <KeyOutlined />,
      group: 'manage',
      permission: ['apikey:write', 'screen:write'],
    },
    {
      path: '/channels',
      label: 'nav.channels',
      icon: <NotificationOutlined />,
      group: 'manage',
      permission: 'notify:write',
    },
    {
      path: '/audit',
      label: 'nav.audit',
      icon: <AuditOutlined />,
      group: 'manage',
      permission: 'audit:read',
      homeOf: ['auditor'],
    },
    { path: '/system', label: 'nav.system', icon: <HeartOutlined />, group: 'manage', permission: 'system:read' },
  ],
  routes: [
    { path: '/users', permission: 'user:read', load: () => import('./users-page.tsx') },
    { path: '/sessions', permission: 'user:read', load: () => import('./sessions-page.tsx') },
    { path: '/keys', permission: ['apikey:write', 'screen:write'], load: () => import('./keys-page.tsx') },
    { path: '/channels', permission: 'notify:write', load: () => import('./channels-page.tsx') },
    { path: '/audit', permission: 'audit:read', load: () => import('./audit-page.tsx') },
    { path: '/system', permission: 'system:read', load: () => import('./system-page.tsx') },
    { path: '/me', load: () => import('./me-page.tsx') },
  ],
};
