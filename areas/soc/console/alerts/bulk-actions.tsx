import { Button } from 'antd';
import { useState } from 'react';
import { useNavigate } from '@tanstack/react-router';
import { useAct, useSession, useText } from '@xinglin/platform/ui';
import type { Alert, Incident } from '@xinglin/soc';
import { VerdictDialog } from './alert-actions.tsx';

export function BulkActions({ alerts, done }: { readonly alerts: readonly Alert[]; readonly done: () => void }) {
  const t = useText();
  const navigate = useNavigate();
  const { can, actor } = useSession();
  const ids = alerts.map((alert) => alert.id);
  const [verdict, setVerdict] = useState<'true' | 'false' | 'benign'>();
  const assign = useAct({ done: t('ui.done'), refresh: [['/alerts']], onDone: done });
  const join = useAct<Incident>({
    done: t('incident.created'),
    refresh: [['/alerts'], ['/incidents']],
    onDone: (incident) => void navigate({ to: `/incidents/${incident.id}` }),
  });
  return (
    <span className="xl-row-wrap">
      {(['true', 'benign', 'false'] as const).map((value) => (
        <Button key={value} size="small" onClick={() => setVerdict(value)}>
          {t(`verdict.${value}`)}
        </Button>
      ))}
      <Button
        size="small"
        loading={assign.isPending}
        onClick={() =>
          assign.mutate({ path: '/alerts/bulk', body: { ids, action: { type: 'assign', assignee: actor.id } } })
        }
      >
        {t('alert.takeOver')}
      </Button>
      {can('incident:write') ? (
        <Button
          size="small"
          loading={join.isPending}
          onClick={() => join.mutate({ path: '/incidents', body: { title: alerts[0]?.titleZh ?? '', alertIds: ids } })}
        >
          {t('alert.join')}
        </Button>
      ) : null}
      {verdict === undefined ? null : (
        <VerdictDialog alertIds={ids} verdict={verdict} close={() => setVerdict(undefined)} onDone={done} />
      )}
    </span>
  );
}
