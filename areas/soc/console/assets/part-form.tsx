import { Button, Drawer, Form, Popconfirm } from 'antd';
import type { ReactNode } from 'react';
import { useAct, useText } from '@xinglin/platform/ui';
import { InstitutionSelect } from '../shared/institutions.tsx';

type Fields = Readonly<Record<string, unknown>>;

/** Creates, changes or deletes one of the small named things of an institution: a system, a zone. */
export function PartForm({
  path,
  part,
  createTitle,
  deleteAsk,
  initial,
  toBody,
  close,
  children,
}: {
  readonly path: '/systems' | '/zones';
  /** Undefined: a new one. */
  readonly part: { readonly id: string; readonly name: string } | undefined;
  readonly createTitle: string;
  readonly deleteAsk: string;
  readonly initial: Fields;
  readonly toBody: (fields: Fields) => Fields;
  readonly close: () => void;
  readonly children: ReactNode;
}) {
  const t = useText();
  const [form] = Form.useForm<Fields>();
  const save = useAct({ done: t('ui.saved'), refresh: [[path]], onDone: close });
  const remove = useAct({ done: t('ui.deleted'), refresh: [[path]], onDone: close });
  return (
    <Drawer
      open
      size={480}
      title={part === undefined ? createTitle : part.name}
      onClose={close}
      extra={
        <div className="xl-row">
          {part === undefined ? null : (
            <Popconfirm
              title={deleteAsk}
              okText={t('ui.delete')}
              cancelText={t('ui.cancel')}
              onConfirm={() => remove.mutate({ path: `${path}/${part.id}`, method: 'DELETE' })}
            >
              <Button danger>{t('ui.delete')}</Button>
            </Popconfirm>
          )}
          <Button type="primary" loading={save.isPending} onClick={() => form.submit()}>
            {t('ui.save')}
          </Button>
        </div>
      }
    >
      <Form<Fields>
        form={form}
        layout="vertical"
        initialValues={initial}
        onFinish={(fields) => {
          const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
          const body = toBody(given);
          save.mutate(part === undefined ? { path, body } : { path: `${path}/${part.id}`, method: 'PATCH', body });
        }}
      >
        {part === undefined ? (
          <Form.Item name="tenant" label={t('soc.institution')} rules={[{ required: true, message: t('ui.required') }]}>
            <InstitutionSelect />
          </Form.Item>
        ) : null}
        {children}
      </Form>
    </Drawer>
  );
}
