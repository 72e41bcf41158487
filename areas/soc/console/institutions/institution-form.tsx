import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Checkbox, Drawer, Form, Input, InputNumber, Select } from 'antd';
import { useAct, useText } from '@xinglin/platform/ui';
import type { Institution } from '@xinglin/soc';
import { InstitutionSelect } from '../shared/institutions.tsx';

type Fields = Omit<Institution, 'state' | 'parent' | 'archived'> & {
  readonly parentPath?: string;
  readonly slug?: string;
};

const LEVELS = ['三级甲等', '三级乙等', '三级', '二级甲等', '二级乙等', '二级', '一级', '未定级'];

/** Creates or changes an institution; its path comes from the one above it and a short name. */
export function InstitutionForm({
  institution,
  close,
}: {
  readonly institution?: Institution;
  readonly close: () => void;
}) {
  const t = useText();
  const [form] = Form.useForm<Fields>();
  const act = useAct({ done: t('ui.saved'), refresh: [['/institutions'], ['/overview']], onDone: close });
  const need = [{ required: true, message: t('ui.required') }];
  const send = ({ parentPath, slug, ...fields }: Fields) => {
    const body = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
    if (institution === undefined)
      act.mutate({ path: '/institutions', body: { ...body, tenant: `${parentPath ?? ''}.${slug ?? ''}` } });
    else act.mutate({ path: `/institutions/${institution.tenant}`, method: 'PATCH', body });
  };
  const initial =
    institution === undefined
      ? { kind: 'hospital' as const, importance: 3, contacts: [] }
      : Object.fromEntries(
          Object.entries(institution).filter(([key]) => !['state', 'tenant', 'parent', 'archived'].includes(key)),
        );
  return (
    <Drawer
      open
      size={640}
      title={institution === undefined ? t('institution.create') : t('ui.edit')}
      onClose={close}
      extra={
        <Button type="primary" loading={act.isPending} onClick={() => form.submit()}>
          {t('ui.save')}
        </Button>
      }
    >
      <Form<Fields> form={form} layout="vertical" initialValues={initial} onFinish={send}>
        {institution === undefined ? (
          <div className="soc-two">
            <Form.Item name="parentPath" label={t('institution.parent')} rules={need}>
              <InstitutionSelect />
            </Form.Item>
            <Form.Item
              name="slug"
              label={t('institution.slug')}
              extra={t('institution.slugHint')}
              rules={[...need, { pattern: /^[a-z0-9-]+$/, message: t('institution.slugHint') }]}
            >
              <Input placeholder="renmin-hospital" />
            </Form.Item>
          </div>
        ) : null}
        <div className="soc-two">
          <Form.Item name="name" label={t('institution.name')} rules={need}>
            <Input maxLength={100} />
          </Form.Item>
          <Form.Item name="shortName" label={t('institution.shortName')}>
            <Input maxLength={30} />
          </Form.Item>
          <Form.Item name="kind" label={t('institution.kind')} rules={need}>
            <Select
              options={(['commission', 'hospital', 'clinic', 'center', 'other'] as const).map((value) => ({
                value,
                label: t(`institution.kind.${value}`),
              }))}
            />
          </Form.Item>
          <Form.Item name="level" label={t('institution.level')}>
            <Select allowClear options={LEVELS.map((value) => ({ value, label: value }))} />
          </Form.Item>
          <Form.Item name="importance" label={t('soc.importance')}>
            <InputNumber min={1} max={5} style={{ width: '100%' }} />
          </Form.Item>
          <Form.Item name="beds" label={t('institution.beds')}>
            <InputNumber min={0} style={{ width: '100%' }} />
          </Form.Item>
          <Form.Item name="uscc" label={t('institution.uscc')}>
            <Input maxLength={18} className="xl-mono" />
          </Form.Item>
          <Form.Item name="regionCode" label={t('institution.regionCode')}>
            <Input maxLength={12} className="xl-mono" />
          </Form.Item>
          <Form.Item name="longitude" label={t('institution.longitude')}>
            <InputNumber min={-180} max={180} step={0.001} style={{ width: '100%' }} />
          </Form.Item>
          <Form.Item name="latitude" label={t('institution.latitude')}>
            <InputNumber min={-90} max={90} step={0.001} style={{ width: '100%' }} />
          </Form.Item>
        </div>
        <Form.Item name="address" label={t('institution.address')}>
          <Input maxLength={200} />
        </Form.Item>
        <Form.Item label={t('institution.contacts')}>
          <Form.List name="contacts">
            {(items, { add, remove }) => (
              <div className="xl-stack" style={{ gap: 8 }}>
                {items.map(({ key, name }) => (
                  <div key={key} className="xl-row">
                    <Form.Item name={[name, 'name']} noStyle rules={need}>
                      <Input placeholder={t('contact.name')} />
                    </Form.Item>
                    <Form.Item name={[name, 'post']} noStyle>
                      <Input placeholder={t('contact.post')} />
                    </Form.Item>
                    <Form.Item name={[name, 'phone']} noStyle>
                      <Input placeholder={t('contact.phone')} />
                    </Form.Item>
                    <Form.Item name={[name, 'email']} noStyle>
                      <Input placeholder={t('contact.email')} />
                    </Form.Item>
                    <Form.Item name={[name, 'duty']} noStyle valuePropName="checked">
                      <Checkbox>{t('contact.duty')}</Checkbox>
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
                  onClick={() => add({ name: '', post: '', phone: '', email: '', duty: false })}
                >
                  {t('contact.add')}
                </Button>
              </div>
            )}
          </Form.List>
        </Form.Item>
      </Form>
    </Drawer>
  );
}
