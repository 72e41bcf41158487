import { BellOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Badge, Button, Tooltip } from 'antd';
import { api, useLiveQueries, useText } from '@xinglin/platform/ui';

/** Unread notifications of this person. */
export function InboxBell() {
  const t = useText();
  const inbox = useQuery({
    queryKey: ['/inbox', 'unread'],
    queryFn: () =>
      api<{ readonly unread?: number; readonly total: number }>('/inbox', { query: { unread: true, limit: 1 } }),
    retry: false,
    refetchInterval: 120_000,
  });
  useLiveQueries(['inbox.changed', 'notice.changed'], [['/inbox']]);
  const count = inbox.data?.unread ?? inbox.data?.total ?? 0;
  return (
    <Tooltip title={t('shell.inbox')}>
      <Link to="/me" search={{ tab: 'inbox' } as never} aria-label={`${t('shell.inbox')} ${String(count)}`}>
        <Badge count={count} size="small" offset={[-6, 6]}>
          <Button type="text" icon={<BellOutlined />} tabIndex={-1} />
        </Badge>
      </Link>
    </Tooltip>
  );
}
