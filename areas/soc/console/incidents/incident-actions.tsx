import { DownOutlined } from '@ant-design/icons';
import { useNavigate } from '@tanstack/react-router';
import { Button, Dropdown, Form, Input, Modal, Radio, Select } from 'antd';
import { useState } from 'react';
import { useAct, useSession, useText } from '@xinglin/platform/ui';
import type { IncidentDetail, NoticeDetail } from '@xinglin/soc';
import { AssignDialog } from '../shared/assignee.tsx';

type Dialog = 'grade' | 'contain' | 'close' | 'merge' | 'split' | 'reopen';

/** What may be done with the incident now; the next sensible step is the primary button. */
export function IncidentActions({ incident }: { readonly incident: IncidentDetail }) {
  const t = useText();
  const navigate = useNavigate();
  const { can, actor } = useSession();
  const [dialog, setDialog] = useState<Dialog>();
  const [assigning, setAssigning] = useState(false);
  const refresh = [['/incidents'], ['/alerts'], ['/overview']] as const;
  const act = useAct({ done: t('ui.done'), refresh: [...refresh], onDone: () => setAssigning(false) });
  const assign = (assignee: string | null): void =>
    act.mutate({ path: `/incidents/${incident.id}/assign`, body: { assignee } });
  const draft = useAct<NoticeDetail>({
    refresh: [['/notices']],
    onDone: (notice) => void navigate({ to: `/notices/${notice.id}` }),
  });
  const closed = incident.status === 'closed' || incident.status === 'merged';
  const may = (name: string) => (incident.actions === undefined ? !closed : incident.actions.includes(name));
  return (
    <>
      {can('notice:issue') ? (
        <Button
          loading={draft.isPending}
          onClick={() => draft.mutate({ path: `/notices/draft-from-incident/${incident.id}`, body: { type: 'event' } })}
        >
          {t('incident.issueNotice')}
        </Button>
      ) : null}
      {can('incident:write') && !closed ? (
        <>
          {incident.assignee === actor.id ? null : (
            <Button onClick={() => assign(actor.id)}>{t('alert.takeOver')}</Button>
          )}
          {may('triage') && incident.status === 'new' ? (
            <Button
              type="primary"
              loading={act.isPending}
              onClick={() =>
                act.mutate({ path: `/incidents/${incident.id}/status`, body: { status: 'triage', comment: '' } })
              }
            >
              {t('incident.startTriage')}
            </Button>
          ) : null}
          {may('contain') && incident.status === 'triage' ? (
            <Button type="primary" onClick={() => setDialog('contain')}>
              {t('incident.markContained')}
            </Button>
          ) : null}
          {incident.status === 'contained' ? (
            <Button type="primary" onClick={() => setDialog('close')}>
              {t('incident.close')}
            </Button>
          ) : null}
          <Dropdown
            trigger={['click']}
            menu={{
              items: [
                { key: 'assign', label: t('assign.do') },
                { key: 'grade', label: t('incident.setGrade') },
                { key: 'merge', label: t('incident.merge') },
                { key: 'split', label: t('incident.split'), disabled: incident.alerts.length < 2 },
                { key: 'close', label: t('incident.close'), disabled: !may('close') },
              ],
              onClick: ({ key }) => (key === 'assign' ? setAssigning(true) : setDialog(key as Dialog)),
            }}
          >
            <Button>
              {t('ui.more')} <DownOutlined />
            </Button>
          </Dropdown>
        </>
      ) : null}
      {can('incident:write') && incident.status === 'closed' ? (
        <Button onClick={() => setDialog('reopen')}>{t('incident.reopen')}</Button>
      ) : null}
      {assigning ? (
        <AssignDialog
          tenant={incident.tenant}
          current={incident.assignee}
          pending={act.isPending}
          assign={assign}
          close={() => setAssigning(false)}
        />
      ) : null}
      {dialog === undefined ? null : (
        <ActDialog dialog={dialog} incident={incident} close={() => setDialog(undefined)} />
      )}
    </>
  );
}

interface Fields {
  readonly comment?: string;
  readonly grade?: string;
  readonly reason?: string;
  readonly verdict?: string;
  readonly conclusion?: string;
  readonly incidentIds?: readonly string[];
  readonly alertIds?: readonly string[];
  readonly title?: string;
}

function ActDialog({
  dialog,
  incident,
  close,
}: {
  readonly dialog: Dialog;
  readonly incident: IncidentDetail;
  readonly close: () => void;
}) {
  const t = useText();
  const navigate = useNavigate();
  const [form] = Form.useForm<Fields>();
  const act = useAct<IncidentDetail>({
    done: t('ui.done'),
    refresh: [['/incidents'], ['/alerts'], ['/overview']],
    onDone: (result) => {
      close();
      if (dialog === 'split') void navigate({ to: `/incidents/${result.id}` });
    },
  });
  const send = (values: Fields) => {
    const base = `/incidents/${incident.id}`;
    if (dialog === 'grade') act.mutate({ path: `${base}/grade`, body: { grade: values.grade, reason: values.reason } });
    if (dialog === 'contain')
      act.mutate({ path: `${base}/status`, body: { status: 'contained', comment: values.comment ?? '' } });
    if (dialog === 'reopen') act.mutate({ path: `${base}/reopen`, body: { reason: values.reason } });
    if (dialog === 'close')
      act.mutate({ path: `${base}/close`, body: { verdict: values.verdict, conclusion: values.conclusion } });
    if (dialog === 'merge') act.mutate({ path: `${base}/merge`, body: { incidentIds: values.incidentIds } });
    if (dialog === 'split')
      act.mutate({ path: `${base}/split`, body: { alertIds: values.alertIds, title: values.title } });
  };
  const need = [{ required: true, message: t('ui.required') }];
  return (
    <Modal
      open
      title={t(`incident.dialog.${dialog}`)}
      onCancel={close}
      onOk={() => form.submit()}
      okText={t('ui.submit')}
      cancelText={t('ui.cancel')}
      confirmLoading={act.isPending}
    >
      <p className="xl-muted">{t(`incident.dialog.${dialog}.note`)}</p>
      <Form<Fields>
        form={form}
        layout="vertical"
        onFinish={send}
        initialValues={{ grade: incident.grade, verdict: 'true' }}
      >
        {dialog === 'grade' ? (
          <>
            <Form.Item name="grade" label={t('incident.grade')} rules={need}>
              <Radio.Group
                options={(['general', 'major', 'serious', 'extreme'] as const).map((value) => ({
                  value,
                  label: t(`grade.${value}`),
                }))}
              />
            </Form.Item>
            <Form.Item name="reason" label={t('verdict.reason')} rules={need}>
              <Input.TextArea rows={3} maxLength={2000} />
            </Form.Item>
          </>
        ) : null}
        {dialog === 'contain' ? (
          <Form.Item name="comment" label={t('incident.measures')} rules={need}>
            <Input.TextArea rows={3} maxLength={2000} placeholder={t('incident.measuresHint')} />
          </Form.Item>
        ) : null}
        {dialog === 'reopen' ? (
          <Form.Item name="reason" label={t('verdict.reason')} rules={need}>
            <Input.TextArea rows={3} maxLength={2000} />
          </Form.Item>
        ) : null}
        {dialog === 'close' ? (
          <>
            <Form.Item name="verdict" label={t('alert.verdict')} rules={need}>
              <Radio.Group
                options={(['true', 'benign', 'false'] as const).map((value) => ({
                  value,
                  label: t(`verdict.${value}`),
                }))}
              />
            </Form.Item>
            <Form.Item name="conclusion" label={t('incident.conclusion')} rules={need}>
              <Input.TextArea rows={5} maxLength={4000} placeholder={t('incident.conclusionHint')} />
            </Form.Item>
          </>
        ) : null}
        {dialog === 'merge' ? (
          <Form.Item name="incidentIds" label={t('incident.mergeWhich')} rules={need}>
            <Select
              mode="multiple"
              options={(incident.proposals ?? []).map((other) => ({
                value: other.id,
                label: `${other.number} ${other.title}`,
              }))}
              notFoundContent={t('incident.noProposals')}
            />
          </Form.Item>
        ) : null}
        {dialog === 'split' ? (
          <>
            <Form.Item name="alertIds" label={t('incident.splitWhich')} rules={need}>
              <Select
                mode="multiple"
                optionFilterProp="label"
                options={incident.alerts.map((alert) => ({ value: alert.id, label: alert.titleZh || alert.title }))}
              />
            </Form.Item>
            <Form.Item name="title" label={t('incident.newTitle')} rules={need}>
              <Input maxLength={200} />
            </Form.Item>
          </>
        ) : null}
      </Form>
    </Modal>
  );
}
