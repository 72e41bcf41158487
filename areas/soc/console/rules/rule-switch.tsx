import { Form, Input, Modal, Select, Switch } from 'antd';
import { useAct, useSession, useText } from '@xinglin/platform/ui';
import type { Rule } from '@xinglin/soc';
import { useTitle } from '../alerts/parts.tsx';
import { InstitutionSelect } from '../shared/institutions.tsx';

export const LEVELS = ['critical', 'high', 'medium', 'low', 'informational'] as const;

/** On, off or another level, never without a reason. */
export function RuleSwitch({ rule, close }: { readonly rule: Rule; readonly close: () => void }) {
  const t = useText();
  const titleOf = useTitle();
  const { actor } = useSession();
  const [form] = Form.useForm<{ tenant?: string; enabled: boolean; level?: string | null; reason: string }>();
  const act = useAct({ done: t('ui.saved'), refresh: [['/rules']], onDone: close });
  return (
    <Modal
      open
      title={titleOf(rule)}
      onCancel={close}
      onOk={() => form.submit()}
      okText={t('ui.save')}
      cancelText={t('ui.cancel')}
      confirmLoading={act.isPending}
    >
      <Form
        form={form}
        layout="vertical"
        initialValues={{
          tenant: actor.tenant === '' ? undefined : actor.tenant,
          enabled: !rule.enabled,
          level: rule.level,
        }}
        onFinish={({ tenant, enabled, level, reason }) =>
          act.mutate({
            path: `/rules/${encodeURIComponent(rule.id)}`,
            method: 'PATCH',
            body: {
              enabled,
              reason,
              ...(tenant === undefined ? {} : { tenant }),
              ...(level === rule.level ? {} : { level }),
            },
          })
        }
      >
        <Form.Item name="tenant" label={t('rule.decidedFor')} extra={t('rule.decidedForHint')}>
          <InstitutionSelect />
        </Form.Item>
        <Form.Item name="enabled" label={t('rule.enabled')} valuePropName="checked">
          <Switch checkedChildren={t('rule.on')} unCheckedChildren={t('rule.off')} />
        </Form.Item>
        <Form.Item name="level" label={t('alert.severity')}>
          <Select options={LEVELS.map((value) => ({ value, label: t(`ui.level.${value}`) }))} />
        </Form.Item>
        <Form.Item
          name="reason"
          label={t('verdict.reason')}
          extra={t('rule.reasonHint')}
          rules={[{ required: true, message: t('ui.required') }]}
        >
          <Input.TextArea rows={3} maxLength={500} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
