import { DeleteOutlined, SaveOutlined, StarOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Button, Checkbox, Form, Input, Modal, Popover } from 'antd';
import { useState } from 'react';
import { api, EmptyState, useAct, useFilters, useText } from '@xinglin/platform/ui';

interface Saved {
  readonly id: string;
  readonly name: string;
  readonly query: string;
  readonly range: string;
  readonly shared: boolean;
  readonly mine: boolean;
}

export function SavedSearches() {
  const t = useText();
  const [filters, set] = useFilters();
  const [saving, setSaving] = useState(false);
  const [open, setOpen] = useState(false);
  const [form] = Form.useForm<{ name: string; shared?: boolean }>();
  const list = useQuery({
    queryKey: ['/searches'],
    queryFn: () => api<{ readonly items: readonly Saved[] }>('/searches'),
  });
  const save = useAct({ done: t('ui.saved'), refresh: [['/searches']], onDone: () => setSaving(false) });
  const remove = useAct({ done: t('ui.deleted'), refresh: [['/searches']] });
  const pick = (saved: Saved) => {
    const [from, to] = saved.range.split('/');
    set(
      to === undefined
        ? { q: saved.query, range: saved.range, from: undefined, to: undefined }
        : { q: saved.query, range: undefined, from, to },
    );
    setOpen(false);
  };
  const range =
    filters['from'] !== undefined && filters['to'] !== undefined
      ? `${filters['from']}/${filters['to']}`
      : (filters['range'] ?? '24h');
  return (
    <>
      <Popover
        trigger="click"
        placement="bottomRight"
        open={open}
        onOpenChange={setOpen}
        content={
          <div className="soc-saved">
            {(list.data?.items.length ?? 0) === 0 ? (
              <EmptyState compact title={t('search.noSaved')} hint={t('search.noSavedHint')} />
            ) : null}
            {list.data?.items.map((saved) => (
              <div key={saved.id} className="xl-row">
                <button type="button" className="xl-grow" onClick={() => pick(saved)}>
                  <b>{saved.name}</b>
                  <span className="xl-mono">{saved.query === '' ? '*' : saved.query}</span>
                </button>
                {saved.mine ? (
                  <Button
                    type="text"
                    size="small"
                    icon={<DeleteOutlined />}
                    aria-label={`${t('ui.delete')} ${saved.name}`}
                    onClick={() => remove.mutate({ path: `/searches/${saved.id}`, method: 'DELETE' })}
                  />
                ) : null}
              </div>
            ))}
          </div>
        }
      >
        <Button icon={<StarOutlined />}>{t('search.saved')}</Button>
      </Popover>
      <Button icon={<SaveOutlined />} onClick={() => setSaving(true)}>
        {t('search.save')}
      </Button>
      <Modal
        open={saving}
        title={t('search.save')}
        onCancel={() => setSaving(false)}
        onOk={() => form.submit()}
        okText={t('ui.save')}
        cancelText={t('ui.cancel')}
        confirmLoading={save.isPending}
        destroyOnHidden
      >
        <Form
          form={form}
          layout="vertical"
          onFinish={({ name, shared }) =>
            save.mutate({
              path: '/searches',
              body: { name, query: filters['q'] ?? '', range, shared: shared === true },
            })
          }
        >
          <Form.Item name="name" label={t('search.name')} rules={[{ required: true, message: t('ui.required') }]}>
            <Input maxLength={100} autoFocus />
          </Form.Item>
          <Form.Item name="shared" valuePropName="checked">
            <Checkbox>{t('search.share')}</Checkbox>
          </Form.Item>
        </Form>
      </Modal>
    </>
  );
}
