import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Alert, Button, Form, Input, InputNumber, Radio, Segmented } from 'antd';
import { useState } from 'react';
import { api, exactTime, Panel, useText } from '@xinglin/platform/ui';
import type { Notice } from '@xinglin/soc';
import { InstitutionSelect } from '../shared/institutions.tsx';
import { NoticeText } from './notice-text.tsx';

export interface DraftFields {
  readonly type: Notice['type'];
  readonly urgency: Notice['urgency'];
  readonly title: string;
  readonly body: string;
  readonly basis: string;
  readonly requirements: readonly string[];
  readonly recipients: readonly string[];
  readonly deadlineWorkdays: number;
}

interface Workdays {
  readonly day: string;
  readonly deadline: string;
  readonly unknownYears: readonly number[];
  readonly days: readonly { readonly day: string; readonly work: boolean; readonly name: string }[];
}

const TYPES = ['event', 'hazard', 'warning', 'key-period'] as const;

export function NoticeForm({
  initial,
  busy,
  submitLabel,
  onSubmit,
  onType,
}: {
  readonly initial: Partial<DraftFields>;
  readonly busy: boolean;
  readonly submitLabel: string;
  readonly onSubmit: (draft: DraftFields) => void;
  /** Given while composing anew: another kind brings another template. */
  readonly onType?: (type: string) => void;
}) {
  const t = useText();
  const [form] = Form.useForm<DraftFields>();
  const [view, setView] = useState<'edit' | 'preview'>('edit');
  const values = { ...initial, ...Form.useWatch([], form) } as Partial<DraftFields>;
  const need = [{ required: true, message: t('ui.required') }];
  return (
    <Form<DraftFields> form={form} layout="vertical" initialValues={initial} onFinish={onSubmit} scrollToFirstError>
      <div className="xl-grid">
        <div className="xl-c8 xl-stack">
          <Panel>
            <Form.Item name="type" label={t('notice.type')}>
              <Radio.Group
                optionType="button"
                options={TYPES.map((value) => ({ value, label: t(`notice.type.${value}`) }))}
                onChange={(event) => onType?.(event.target.value as string)}
              />
            </Form.Item>
            <Form.Item name="title" label={t('notice.title')} rules={[...need, { min: 2, max: 120 }]}>
              <Input maxLength={120} showCount />
            </Form.Item>
            <div className="xl-spread soc-body-head">
              <span>{t('notice.body')}</span>
              <Segmented
                size="small"
                value={view}
                onChange={setView}
                options={[
                  { value: 'edit', label: t('ui.edit') },
                  { value: 'preview', label: t('notice.preview') },
                ]}
              />
            </div>
            <div hidden={view === 'preview'}>
              <Form.Item name="body" rules={need} extra={t('notice.bodyHint')}>
                <Input.TextArea autoSize={{ minRows: 14, maxRows: 30 }} maxLength={20_000} />
              </Form.Item>
            </div>
            {view === 'preview' ? (
              <div className="soc-paper soc-paper-small">
                <h2>{values.title}</h2>
                <NoticeText text={values.body ?? ''} />
              </div>
            ) : null}
          </Panel>
          <Panel title={t('notice.requirements')}>
            <Form.List name="requirements">
              {(items, { add, remove }) => (
                <div className="xl-stack" style={{ gap: 8 }}>
                  {items.map(({ key, name }, index) => (
                    <div key={key} className="xl-row">
                      <span className="xl-muted xl-num soc-no">{index + 1}</span>
                      <Form.Item name={name} noStyle rules={need}>
                        <Input.TextArea autoSize={{ minRows: 1, maxRows: 5 }} maxLength={1000} />
                      </Form.Item>
                      <Button
                        type="text"
                        icon={<DeleteOutlined />}
                        aria-label={t('ui.delete')}
                        onClick={() => remove(name)}
                      />
                    </div>
                  ))}
                  <Button type="dashed" icon={<PlusOutlined />} disabled={items.length >= 30} onClick={() => add('')}>
                    {t('notice.addRequirement')}
                  </Button>
                </div>
              )}
            </Form.List>
          </Panel>
        </div>
        <div className="xl-c4 xl-stack soc-side">
          <Panel title={t('notice.delivery')}>
            <Form.Item name="recipients" label={t('notice.recipients')} rules={need} extra={t('notice.recipientsHint')}>
              <InstitutionSelect multiple />
            </Form.Item>
            <Form.Item name="urgency" label={t('notice.urgency')}>
              <Radio.Group
                options={(['normal', 'urgent', 'extra-urgent'] as const).map((value) => ({
                  value,
                  label: t(`urgency.${value}`),
                }))}
              />
            </Form.Item>
            <Form.Item name="deadlineWorkdays" label={t('notice.deadlineIn')} rules={need}>
              <InputNumber min={1} max={120} suffix={t('notice.workdayUnit')} style={{ width: 160 }} />
            </Form.Item>
            <DeadlinePreview days={values.deadlineWorkdays ?? 5} />
            <Form.Item name="basis" label={t('notice.basis')} className="soc-gap">
              <Input.TextArea autoSize={{ minRows: 2, maxRows: 6 }} maxLength={1000} />
            </Form.Item>
            <Button type="primary" htmlType="submit" block size="large" loading={busy}>
              {submitLabel}
            </Button>
          </Panel>
        </div>
      </div>
    </Form>
  );
}

/** What "5 working days" means on the calendar, holidays and make-up days included. */
export function DeadlinePreview({ days }: { readonly days: number }) {
  const t = useText();
  const query = useQuery({
    queryKey: ['/workdays', days],
    queryFn: () => api<Workdays>('/workdays', { query: { days } }),
    enabled: days >= 1 && days <= 120,
    placeholderData: (before) => before,
  });
  const data = query.data;
  if (data === undefined) return <div className="soc-calendar" />;
  return (
    <div className="soc-calendar">
      <p>
        {t('notice.dueOn')} <b className="xl-num">{exactTime(data.deadline).slice(0, 16)}</b>
      </p>
      {data.days.length > 45 ? null : (
        <div className="soc-days">
          {data.days.map((day) => (
            <i
              key={day.day}
              className={day.day === data.day ? 'soc-day-due' : day.work ? 'soc-day-work' : 'soc-day-off'}
              title={`${day.day} ${day.name}`}
            >
              {Number(day.day.slice(8))}
            </i>
          ))}
        </div>
      )}
      {data.unknownYears.length === 0 ? null : (
        <Alert type="warning" showIcon title={t('notice.unknownYears', { years: data.unknownYears.join('、') })} />
      )}
    </div>
  );
}
