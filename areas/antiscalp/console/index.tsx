import {
  AuditOutlined,
  BranchesOutlined,
  CalendarOutlined,
  FunctionOutlined,
  SafetyCertificateOutlined,
} from '@ant-design/icons';
import type { ConsoleModule } from '@xinglin/platform/ui';
import { guardTexts } from './texts.ts';

/** The gateway's pages and those of the slots it gives out. */
export const antiscalpModule: ConsoleModule = {
  name: 'antiscalp',
  texts: guardTexts,
  menu: [
    {
      path: '/antiscalp',
      label: 'nav.guard',
      icon: <SafetyCertificateOutlined />,
      group: 'guard',
      permission: 'antiscalp:read',
    },
    {
      path: '/antiscalp/appeals',
      label: 'nav.guardAppeals',
      icon: <AuditOutlined />,
      group: 'guard',
      permission: 'antiscalp:read',
    },
    { path: '/slots', label: 'nav.slots', icon: <CalendarOutlined />, group: 'guard', permission: 'slot:read' },
    {
      path: '/antiscalp/graph',
      label: 'nav.guardGraph',
      icon: <BranchesOutlined />,
      group: 'guard',
      permission: 'antiscalp:read',
    },
    {
      path: '/antiscalp/rules',
      label: 'nav.guardRules',
      icon: <FunctionOutlined />,
      group: 'guard',
      permission: 'antiscalp:read',
    },
  ],
  routes: [
    { path: '/antiscalp', permission: 'antiscalp:read', load: () => import('./overview/overview-page.tsx') },
    {
      path: '/antiscalp/decisions',
      permission: 'antiscalp:read',
      load: () => import('./decisions/decisions-page.tsx'),
    },
    {
      path: '/antiscalp/decisions/$id',
      permission: 'antiscalp:read',
      load: () => import('./decisions/decision-page.tsx'),
    },
    { path: '/antiscalp/appeals', permission: 'antiscalp:read', load: () => import('./appeals/appeals-page.tsx') },
    { path: '/antiscalp/appeals/$id', permission: 'antiscalp:read', load: () => import('./appeals/appeals-page.tsx') },
    { path: '/antiscalp/graph', permission: 'antiscalp:read', load: () => import('./graph/graph-page.tsx') },
    { path: '/antiscalp/rules', permission: 'antiscalp:read', load: () => import('./rules/rules-page.tsx') },
    { path: '/slots', permission: 'slot:read', load: () => import('./slots/slots-page.tsx') },
    { path: '/slots/draws/$id', permission: 'slot:read', load: () => import('./slots/draw-page.tsx') },
  ],
};
