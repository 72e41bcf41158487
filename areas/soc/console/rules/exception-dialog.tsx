import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Alert as Notice, Button, DatePicker, Form, Input, Modal, Select } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useState } from 'react';
import { api, ErrorState, exactTime, useAct, useNumber, useSession, useText } from '@xinglin/platform/ui';
import type { AlertDetail, RuleExceptionPreview } from '@xinglin/soc';
import { InstitutionSelect } from '../shared/institutions.tsx';
import { word } from '../shared/words.ts';
import { draftFromAlert, EXCEPTION_OPERATORS } from './exception-draft.ts';
import type { DraftCondition } from './exception-draft.ts';
import type { Detail } from './rule-editor.tsx';

const KINDS = ['server', 'pc', 'network', 'security', 'medical', 'front-end', 'storage', 'other'] as const;

interface Values {
  readonly tenant: string;
  readonly assetKinds: readonly string[];
  readonly conditions: readonly DraftCondition[];
  readonly reason: string;
  readonly expiresAt: Dayjs;
}

/** Narrow, with a reason and an end, and only after seeing what it would have silenced. */
export function ExceptionDialog({
  rule,
  alert,
  close,
}: {
  readonly rule: Detail;
  readonly alert: AlertDetail | undefined;
  readonly close: () => void;
}) {
  const t = useText();
  const number = useNumber();
  const { actor } = useSession();
  const [form] = Form.useForm<Values>();
  const [preview, setPreview] = useState<RuleExceptionPreview>();
  const [error, setError] = useState<unknown>();
  const save = useAct({ done: t('exception.saved'), refresh: [['/rule-exceptions'], ['/rules']], onDone: close });
  const event = alert?.evidence[0]?.fields ?? {};
  const fields = [
    ...new Set([...Object.keys(event), 'user.name', 'source.ip', 'host.name', 'process.name']),
  ].toSorted();
  const draft = alert === undefined ? undefined : draftFromAlert(alert);
  const what = ({ tenant, assetKinds, conditions }: Values) => ({ ruleId: rule.id, tenant, assetKinds, conditions });
  const look = async () => {
    setError(undefined);
    try {
      const values = await form
        .validateFields(['tenant', 'conditions'], { recursive: true })
        .then(() => form.getFieldsValue());
      setPreview(await api<RuleExceptionPreview>('/rule-exceptions/preview', { method: 'POST', body: what(values) }));
    } catch (problem) {
      if (problem instanceof Error) setError(problem);
    }
  };
  return (
    <Modal
      open
      width={720}
      title={t('exception.title')}
      onCancel={close}
      okText={t('exception.create')}
      cancelText={t('ui.cancel')}
      confirmLoading={save.isPending}
      okButtonProps={{ disabled: preview === undefined }}
      onOk={() => form.submit()}
    >
      <p className="xl-muted">{t('exception.note')}</p>
      <Form<Values>
        form={form}
        layout="vertical"
        initialValues={{
          tenant: draft?.tenant ?? actor.tenant,
          assetKinds: [],
          conditions: draft?.conditions ?? [{ field: undefined, op: 'equals', values: [] }],
          expiresAt: dayjs().add(90, 'day').startOf('minute'),
        }}
        onValuesChange={() => setPreview(undefined)}
        onFinish={(values) =>
          save.mutate({
            path: '/rule-exceptions',
            body: {
              ...what(values),
              reason: values.reason,
              expiresAt: values.expiresAt.toISOString(),
              ...(alert === undefined ? {} : { alertId: alert.id }),
            },
          })
        }
      >
        <div className="soc-two">
          <Form.Item
            name="tenant"
            label={t('exception.tenant')}
            rules={[{ required: true, message: t('ui.required') }]}
          >
            <InstitutionSelect />
          </Form.Item>
          <Form.Item name="assetKinds" label={t('exception.assetKinds')}>
            <Select
              mode="multiple"
              allowClear
              placeholder={t('exception.allAssets')}
              options={KINDS.map((value) => ({ value, label: word(t, 'asset.kind', value) }))}
            />
          </Form.Item>
        </div>
        <Form.Item label={t('exception.conditions')} required>
          <Form.List name="conditions">
            {(items, { add, remove }) => (
              <div className="xl-stack" style={{ gap: 8 }}>
                {items.map(({ key, name }) => (
                  <div key={key} className="xl-row">
                    <Form.Item name={[name, 'field']} noStyle rules={[{ required: true, message: t('ui.required') }]}>
                      <Select
                        showSearch
                        style={{ width: 200 }}
                        aria-label={t('exception.field')}
                        placeholder={t('exception.field')}
                        options={fields.map((value) => ({ value, label: value }))}
                      />
                    </Form.Item>
                    <Form.Item name={[name, 'op']} noStyle>
                      <Select
                        style={{ width: 104 }}
                        options={EXCEPTION_OPERATORS.map((value) => ({ value, label: t(`rule.wants.${value}`) }))}
                      />
                    </Form.Item>
                    <Form.Item name={[name, 'values']} noStyle rules={[{ required: true, message: t('ui.required') }]}>
                      <Select
                        mode="tags"
                        style={{ flex: 1, minWidth: 0 }}
                        aria-label={t('exception.values')}
                        placeholder={t('exception.values')}
                      />
                    </Form.Item>
                    <Button
                      type="text"
                      icon={<DeleteOutlined />}
                      aria-label={t('ui.delete')}
                      disabled={items.length === 1}
                      onClick={() => remove(name)}
                    />
                  </div>
                ))}
                <Button
                  type="dashed"
                  icon={<PlusOutlined />}
                  onClick={() => add({ field: undefined, op: 'equals', values: [] })}
                >
                  {t('exception.addCondition')}
                </Button>
              </div>
            )}
          </Form.List>
        </Form.Item>
        <Form.Item name="reason" label={t('exception.reason')} rules={[{ required: true, message: t('ui.required') }]}>
          <Input.TextArea rows={2} maxLength={500} placeholder={t('exception.reasonHint')} />
        </Form.Item>
        <Form.Item
          name="expiresAt"
          label={t('exception.until')}
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
          <Button onClick={() => void look()}>{t('exception.preview')}</Button>
          <span className="xl-muted">{preview === undefined ? t('exception.previewFirst') : ''}</span>
        </div>
        {preview === undefined ? null : (
          <Notice
            className="soc-gap"
            type={preview.fired > 0 && preview.silenced === preview.fired ? 'warning' : 'info'}
            showIcon
            title={t('exception.previewResult', {
              days: preview.days,
              fired: number(preview.fired),
              n: number(preview.silenced),
            })}
            description={
              <ul className="soc-samples">
                {preview.fired > 0 && preview.silenced === preview.fired ? <li>{t('exception.allSilenced')}</li> : null}
                {preview.samples.slice(0, 5).map((sample) => (
                  <li key={sample.id}>
                    <span className="xl-num">{exactTime(sample.ts)}</span>
                    <span className="xl-mono soc-clip">{sample.message}</span>
                  </li>
                ))}
              </ul>
            }
          />
        )}
        {error === undefined ? null : <ErrorState error={error} />}
      </Form>
    </Modal>
  );
}
