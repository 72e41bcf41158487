import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Alert as Notice, Button, DatePicker, Form, Input, Modal, Radio, Select } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useState } from 'react';
import { api, ApiError, useAct, useText } from '@xinglin/platform/ui';
import type { AlertDetail } from '@xinglin/soc';
import { matchedFields } from './explanation.ts';

interface SuppressForm {
  readonly scope: 'rule' | 'any';
  readonly conditions: readonly {
    readonly field: string;
    readonly op: 'equals' | 'cidr' | 'wildcard';
    readonly value: string;
  }[];
  readonly reason: string;
  readonly expiresAt: Dayjs;
}

interface Preview {
  readonly days: number;
  readonly alerts: number;
  readonly hidden: number;
  readonly partly: number;
  readonly hits: number;
}

/** Hides what is known to be harmless: narrow, with a reason and an end, and only after seeing what it would have hidden. */
export function SuppressDialog({ alert, close }: { readonly alert: AlertDetail; readonly close: () => void }) {
  const t = useText();
  const [form] = Form.useForm<SuppressForm>();
  const [preview, setPreview] = useState<Preview>();
  const [error, setError] = useState<string>();
  const save = useAct({ done: t('suppress.saved'), refresh: [['/alerts'], ['/suppressions']], onDone: close });
  const event = alert.evidence[0]?.fields ?? {};
  const fields = Object.keys(event).toSorted();
  const first = [...matchedFields(alert.explanation), 'source.ip', 'host.name', 'user.name'].find(
    (field) => event[field] !== undefined,
  );
  const body = (values: SuppressForm) => ({
    tenant: alert.tenant,
    ruleId: values.scope === 'rule' ? alert.ruleId : null,
    conditions: values.conditions,
    reason: values.reason,
    expiresAt: values.expiresAt.toISOString(),
  });
  const look = async () => {
    const values = form.getFieldsValue();
    setError(undefined);
    try {
      const { reason: _reason, expiresAt: _expiresAt, ...what } = body(values);
      setPreview(await api<Preview>('/suppressions/preview', { method: 'POST', body: what }));
    } catch (problem) {
      setError(problem instanceof ApiError ? problem.message : String(problem));
    }
  };
  return (
    <Modal
      open
      width={680}
      title={t('suppress.title')}
      onCancel={close}
      okText={t('suppress.do')}
      cancelText={t('ui.cancel')}
      confirmLoading={save.isPending}
      okButtonProps={{ disabled: preview === undefined }}
      onOk={() => form.submit()}
    >
      <Form<SuppressForm>
        form={form}
        layout="vertical"
        initialValues={{
          scope: 'rule',
          conditions:
            first === undefined ? [] : [{ field: first, op: 'equals', value: String(event[first] as string) }],
          expiresAt: dayjs().add(7, 'day').startOf('minute'),
        }}
        onValuesChange={() => setPreview(undefined)}
        onFinish={(values) => save.mutate({ path: '/suppressions', body: body(values) })}
      >
        <Form.Item name="scope" label={t('suppress.scope')}>
          <Radio.Group
            options={[
              { value: 'rule', label: t('suppress.thisRule') },
              { value: 'any', label: t('suppress.anyRule') },
            ]}
          />
        </Form.Item>
        <Form.Item label={t('suppress.conditions')} required>
          <Form.List name="conditions">
            {(items, { add, remove }) => (
              <div className="xl-stack" style={{ gap: 8 }}>
                {items.map(({ key, name }) => (
                  <div key={key} className="xl-row">
                    <Form.Item name={[name, 'field']} noStyle rules={[{ required: true, message: t('ui.required') }]}>
                      <Select
                        showSearch
                        style={{ width: 210 }}
                        options={fields.map((value) => ({ value, label: value }))}
                        onChange={(field: string) =>
                          form.setFieldValue(['conditions', name, 'value'], String(event[field] as string))
                        }
                      />
                    </Form.Item>
                    <Form.Item name={[name, 'op']} noStyle>
                      <Select
                        style={{ width: 104 }}
                        options={(['equals', 'cidr', 'wildcard'] as const).map((value) => ({
                          value,
                          label: t(`suppress.op.${value}`),
                        }))}
                      />
                    </Form.Item>
                    <Form.Item name={[name, 'value']} noStyle rules={[{ required: true, message: t('ui.required') }]}>
                      <Input />
                    </Form.Item>
                    <Button
                      type="text"
                      icon={<DeleteOutlined />}
                      aria-label={t('ui.delete')}
                      onClick={() => remove(name)}
                    />
                  </div>
                ))}
                <Button
                  type="dashed"
                  icon={<PlusOutlined />}
                  onClick={() => add({ field: undefined, op: 'equals', value: '' })}
                >
                  {t('suppress.addCondition')}
                </Button>
              </div>
            )}
          </Form.List>
        </Form.Item>
        <Form.Item name="reason" label={t('suppress.reason')} rules={[{ required: true, message: t('ui.required') }]}>
          <Input.TextArea rows={2} maxLength={500} placeholder={t('suppress.reasonHint')} />
        </Form.Item>
        <Form.Item
          name="expiresAt"
          label={t('suppress.expires')}
          rules={[{ required: true, message: t('ui.required') }]}
        >
          <DatePicker
            showTime={{ format: 'HH:mm' }}
            format="YYYY-MM-DD HH:mm"
            minDate={dayjs()}
            maxDate={dayjs().add(1, 'year')}
          />
        </Form.Item>
        <div className="xl-row">
          <Button onClick={() => void look()}>{t('suppress.preview')}</Button>
          <span className="xl-muted">{preview === undefined ? t('suppress.previewFirst') : ''}</span>
        </div>
        {preview === undefined ? null : (
          <Notice
            className="soc-gap"
            type={preview.hidden > 100 ? 'warning' : 'info'}
            showIcon
            title={t('suppress.previewResult', {
              days: preview.days,
              n: preview.hidden,
              total: preview.alerts,
              partly: preview.partly,
            })}
          />
        )}
        {error === undefined ? null : <Notice className="soc-gap" type="error" showIcon title={error} />}
      </Form>
    </Modal>
  );
}
