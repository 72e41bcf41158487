import {
  CheckCircleOutlined,
  CloseCircleOutlined,
  NotificationOutlined,
  SafetyCertificateOutlined,
  StopOutlined,
  UserAddOutlined,
} from '@ant-design/icons';
import { useNavigate } from '@tanstack/react-router';
import { Button, Form, Input, Modal } from 'antd';
import { useState } from 'react';
import { useAct, useSession, useText } from '@xinglin/platform/ui';
import type { AlertDetail, Incident, Verdict } from '@xinglin/soc';
import { AssignDialog } from '../shared/assignee.tsx';
import { SuppressDialog } from './suppress-dialog.tsx';
import type { z } from 'zod';

type VerdictName = z.infer<typeof Verdict>;
const VERDICTS = [
  ['true', <CloseCircleOutlined key="t" />],
  ['benign', <SafetyCertificateOutlined key="b" />],
  ['false', <CheckCircleOutlined key="f" />],
] as const satisfies readonly (readonly [VerdictName, React.ReactNode])[];

/** Baselines, indicators and silence have no rule of their own to except from. */
function hasRulePage({ kind, ruleId }: AlertDetail): boolean {
  return (kind === 'rule' || kind === 'correlation') && !ruleId.startsWith('baseline:');
}

/** The verdict in one click and a reason; what follows from it beside. */
export function AlertActions({ alert }: { readonly alert: AlertDetail }) {
  const t = useText();
  const navigate = useNavigate();
  const { can, actor } = useSession();
  const [verdict, setVerdict] = useState<VerdictName>();
  const [suppressing, setSuppressing] = useState(false);
  const [assigning, setAssigning] = useState(false);
  const act = useAct({ done: t('ui.done'), refresh: [['/alerts']], onDone: () => setAssigning(false) });
  const assign = (assignee: string | null): void =>
    act.mutate({ path: `/alerts/${alert.id}/assign`, body: { assignee } });
  const promote = useAct<Incident>({
    done: t('incident.created'),
    refresh: [['/alerts'], ['/incidents']],
    onDone: (incident) => void navigate({ to: `/incidents/${incident.id}` }),
  });
  return (
    <div className="soc-actions">
      <span className="soc-actions-label">{t('alert.verdict')}</span>
      {VERDICTS.map(([value, icon]) => (
        <Button
          key={value}
          icon={icon}
          size="small"
          type={alert.verdict === value ? 'primary' : 'default'}
          onClick={() => setVerdict(value)}
          data-testid={`verdict-${value}`}
        >
          {t(`verdict.${value}`)}
        </Button>
      ))}
      <span className="soc-actions-gap" />
      {alert.assignee === actor.id ? null : (
        <Button size="small" icon={<UserAddOutlined />} loading={act.isPending} onClick={() => assign(actor.id)}>
          {t('alert.takeOver')}
        </Button>
      )}
      <Button size="small" onClick={() => setAssigning(true)}>
        {t('assign.do')}
      </Button>
      {assigning ? (
        <AssignDialog
          tenant={alert.tenant}
          current={alert.assignee}
          pending={act.isPending}
          assign={assign}
          close={() => setAssigning(false)}
        />
      ) : null}
      {alert.incidentId === null && can('incident:write') ? (
        <Button
          size="small"
          icon={<NotificationOutlined />}
          loading={promote.isPending}
          onClick={() =>
            promote.mutate({ path: '/incidents', body: { title: alert.titleZh || alert.title, alertIds: [alert.id] } })
          }
        >
          {t('alert.promote')}
        </Button>
      ) : null}
      {can('suppression:write') ? (
        <Button size="small" icon={<StopOutlined />} onClick={() => setSuppressing(true)}>
          {t('suppress.do')}
        </Button>
      ) : null}
      {can('suppression:write') && can('rule:read') && hasRulePage(alert) ? (
        <Button
          size="small"
          onClick={() =>
            void navigate({
              to: `/rules/${encodeURIComponent(alert.ruleId)}`,
              search: { tab: 'exceptions', alert: alert.id } as never,
            })
          }
        >
          {t('exception.fromAlert')}
        </Button>
      ) : null}
      {verdict === undefined ? null : (
        <VerdictDialog alertIds={[alert.id]} verdict={verdict} close={() => setVerdict(undefined)} />
      )}
      {suppressing ? <SuppressDialog alert={alert} close={() => setSuppressing(false)} /> : null}
    </div>
  );
}

/** A verdict always has its reason: it teaches the rules and stands up in review. */
export function VerdictDialog({
  alertIds,
  verdict,
  close,
  onDone,
}: {
  readonly alertIds: readonly string[];
  readonly verdict: VerdictName;
  readonly close: () => void;
  readonly onDone?: () => void;
}) {
  const t = useText();
  const [form] = Form.useForm<{ reason: string }>();
  const finish = () => {
    close();
    onDone?.();
  };
  const act = useAct({
    done: t('alert.verdictSaved'),
    refresh: [['/alerts'], ['/overview'], ['/incidents']],
    onDone: finish,
  });
  const [one] = alertIds;
  const quick = [1, 2, 3].map((index) => t(`verdict.${verdict}.reason${String(index)}`));
  return (
    <Modal
      open
      title={`${t('alert.verdict')}:${t(`verdict.${verdict}`)}`}
      onCancel={close}
      okText={t('ui.submit')}
      cancelText={t('ui.cancel')}
      confirmLoading={act.isPending}
      onOk={() => form.submit()}
      destroyOnHidden
    >
      <p className="xl-muted">{t(`verdict.${verdict}.means`)}</p>
      <Form
        form={form}
        layout="vertical"
        onFinish={({ reason }) =>
          act.mutate(
            alertIds.length === 1
              ? { path: `/alerts/${one ?? ''}/verdict`, body: { verdict, reason } }
              : { path: '/alerts/bulk', body: { ids: alertIds, action: { type: 'verdict', verdict, reason } } },
          )
        }
      >
        <Form.Item name="reason" label={t('verdict.reason')} rules={[{ required: true, message: t('ui.required') }]}>
          <Input.TextArea rows={3} maxLength={1000} showCount autoFocus />
        </Form.Item>
        <div className="xl-row-wrap">
          {quick.map((text) => (
            <Button key={text} size="small" onClick={() => form.setFieldsValue({ reason: text })}>
              {text}
            </Button>
          ))}
        </div>
      </Form>
    </Modal>
  );
}
