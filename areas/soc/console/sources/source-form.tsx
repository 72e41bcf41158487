import { Button, Drawer, Form, Input, InputNumber, Popconfirm, Select, Switch } from 'antd';
import { useAct, useText } from '@xinglin/platform/ui';
import type { Source } from '@xinglin/soc';
import { InstitutionSelect } from '../shared/institutions.tsx';
import { splitList } from '../shared/split-list.ts';
import type { WithToken } from './token-once.tsx';

interface Fields {
  readonly tenant: string;
  readonly kind: Source['kind'];
  readonly name: string;
  readonly allowedIps?: string;
  readonly dataset?: string;
  readonly timezone: string;
  readonly silentAfterMinutes: number;
  readonly enabled: boolean;
}

export function SourceForm({
  source,
  close,
  onToken,
}: {
  readonly source?: Source;
  readonly close: () => void;
  readonly onToken: (made: WithToken) => void;
}) {
  const t = useText();
  const [form] = Form.useForm<Fields>();
  const create = useAct<WithToken>({
    refresh: [['/sources']],
    onDone: (made) => {
      close();
      onToken(made);
    },
  });
  const save = useAct({ done: t('ui.saved'), refresh: [['/sources']], onDone: close });
  const remove = useAct({ done: t('ui.deleted'), refresh: [['/sources']], onDone: close });
  const need = [{ required: true, message: t('ui.required') }];
  return (
    <Drawer
      open
      size={520}
      title={source === undefined ? t('source.create') : source.name}
      onClose={close}
      extra={
        <span className="xl-row">
          {source === undefined ? null : (
            <Popconfirm
              title={t('source.deleteAsk')}
              okText={t('ui.delete')}
              cancelText={t('ui.cancel')}
              onConfirm={() => remove.mutate({ path: `/sources/${source.id}`, method: 'DELETE' })}
            >
              <Button danger>{t('ui.delete')}</Button>
            </Popconfirm>
          )}
          <Button type="primary" loading={create.isPending || save.isPending} onClick={() => form.submit()}>
            {t('ui.save')}
          </Button>
        </span>
      }
    >
      <Form<Fields>
        form={form}
        layout="vertical"
        initialValues={
          source === undefined
            ? { kind: 'syslog', timezone: '+08:00', silentAfterMinutes: 15, enabled: true }
            : {
                ...source,
                allowedIps: source.allowedIps.join('\n'),
                silentAfterMinutes: Math.round(source.silentAfterS / 60),
              }
        }
        onFinish={(values) => {
          const shared = {
            name: values.name,
            allowedIps: splitList(values.allowedIps),
            dataset: values.dataset ?? '',
            timezone: values.timezone,
            silentAfterS: values.silentAfterMinutes * 60,
            enabled: values.enabled,
          };
          if (source === undefined)
            create.mutate({ path: '/sources', body: { ...shared, tenant: values.tenant, kind: values.kind } });
          else save.mutate({ path: `/sources/${source.id}`, method: 'PATCH', body: shared });
        }}
      >
        {source === undefined ? (
          <>
            <Form.Item name="tenant" label={t('soc.institution')} rules={need}>
              <InstitutionSelect />
            </Form.Item>
            <Form.Item name="kind" label={t('source.kind')} rules={need}>
              <Select
                options={(['syslog', 'http', 'elastic', 'splunk', 'otlp', 'collector'] as const).map((value) => ({
                  value,
                  label: `${t(`source.kind.${value}`)} · ${t(`source.kind.${value}.hint`)}`,
                }))}
              />
            </Form.Item>
          </>
        ) : null}
        <Form.Item name="name" label={t('source.name')} rules={need}>
          <Input maxLength={100} placeholder={t('source.nameHint')} />
        </Form.Item>
        <Form.Item name="allowedIps" label={t('source.allowedIps')} extra={t('source.allowedIpsHint')}>
          <Input.TextArea autoSize={{ minRows: 2, maxRows: 6 }} className="xl-mono" placeholder="10.1.2.0/24" />
        </Form.Item>
        <Form.Item name="dataset" label={t('source.dataset')} extra={t('source.datasetHint')}>
          <Input className="xl-mono" placeholder="linux.auth" />
        </Form.Item>
        <Form.Item name="timezone" label={t('source.timezone')} extra={t('source.timezoneHint')} rules={need}>
          <Input className="xl-mono" style={{ width: 120 }} />
        </Form.Item>
        <Form.Item name="silentAfterMinutes" label={t('source.silentAfter')} extra={t('source.silentAfterHint')}>
          <InputNumber min={0} max={10_080} suffix={t('source.minutes')} style={{ width: 160 }} />
        </Form.Item>
        <Form.Item name="enabled" label={t('source.enabled')} valuePropName="checked">
          <Switch />
        </Form.Item>
      </Form>
    </Drawer>
  );
}
