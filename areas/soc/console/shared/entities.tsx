import {
  DesktopOutlined,
  FileOutlined,
  GlobalOutlined,
  KeyOutlined,
  LinkOutlined,
  NodeIndexOutlined,
  SettingOutlined,
  UserOutlined,
} from '@ant-design/icons';
import { Link } from '@tanstack/react-router';
import { Tooltip } from 'antd';
import { useText } from '@xinglin/platform/ui';
import type { Entity } from '@xinglin/soc';
import { word } from './words.ts';

const ICONS: Readonly<Record<string, React.ReactNode>> = {
  ip: <NodeIndexOutlined />,
  host: <DesktopOutlined />,
  user: <UserOutlined />,
  hash: <KeyOutlined />,
  domain: <GlobalOutlined />,
  url: <LinkOutlined />,
  process: <SettingOutlined />,
  file: <FileOutlined />,
  session: <KeyOutlined />,
};

/** Field(s) of the search language in which an entity's value is found. */
export function entityQuery(entity: Pick<Entity, 'type' | 'value' | 'role'>): string {
  const value =
    /^[\w.:-]+$/.test(entity.value) && !entity.value.includes(':')
      ? entity.value
      : `"${entity.value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
  switch (entity.type) {
    case 'ip':
      return entity.role === 'target' ? `destination.ip:${value}` : `source.ip:${value}`;
    case 'host':
      return `host.name:${value}`;
    case 'user':
      return `user.name:${value}`;
    case 'process':
      return `process.name:${value}`;
    default:
      return value;
  }
}

/** Something the story is about; opens the hunt for it. */
export function EntityChip({ entity, range = '24h' }: { readonly entity: Entity; readonly range?: string }) {
  const t = useText();
  const role = entity.role === undefined ? '' : ` · ${word(t, 'role-of', entity.role)}`;
  return (
    <Tooltip title={`${word(t, 'entity', entity.type)}${role} · ${entity.value}`} mouseEnterDelay={0.3}>
      <Link
        className={`soc-entity soc-entity-${entity.role ?? 'object'}`}
        to="/search"
        search={{ q: entityQuery(entity), range } as never}
        onClick={(event) => event.stopPropagation()}
      >
        {ICONS[entity.type]}
        <span>{entity.value}</span>
        {entity.count === undefined || entity.count < 2 ? null : <b>×{entity.count}</b>}
      </Link>
    </Tooltip>
  );
}

const ROLE_ORDER = ['source', 'actor', 'target', 'object'];

/** The few that matter, attackers first. */
export function Entities({ items, max = 3 }: { readonly items: readonly Entity[]; readonly max?: number }) {
  const sorted = items.toSorted(
    (a, b) =>
      ROLE_ORDER.indexOf(a.role ?? 'object') - ROLE_ORDER.indexOf(b.role ?? 'object') ||
      (b.count ?? 0) - (a.count ?? 0),
  );
  const rest = sorted.slice(max);
  return (
    <span className="soc-entities">
      {sorted.slice(0, max).map((entity) => (
        <EntityChip key={`${entity.type}${entity.value}${entity.role ?? ''}`} entity={entity} />
      ))}
      {rest.length === 0 ? null : (
        <Tooltip
          title={rest
            .slice(0, 20)
            .map((entity) => entity.value)
            .join('、')}
        >
          <span className="xl-muted xl-nowrap">+{rest.length}</span>
        </Tooltip>
      )}
    </span>
  );
}

/** `T1110.003` with its page at MITRE; the link opens only when a person asks. */
export function Techniques({ ids }: { readonly ids: readonly string[] }) {
  return (
    <span className="xl-row-wrap">
      {ids.map((id) => (
        <a
          key={id}
          className="xl-plain xl-mono"
          href={`https://attack.mitre.org/techniques/${id.replace('.', '/')}/`}
          target="_blank"
          rel="noopener noreferrer"
        >
          {id}
        </a>
      ))}
    </span>
  );
}
