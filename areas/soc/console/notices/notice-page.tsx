import { DownloadOutlined, PrinterOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { Alert, Button, Dropdown, Form, Input, Modal, Popconfirm } from 'antd';
import { useState } from 'react';
import {
  api,
  apiUrl,
  bytes,
  Copyable,
  download,
  ExactTime,
  Loaded,
  PageFrame,
  Panel,
  RelTime,
  StateTag,
  useAct,
  useLiveQueries,
  useSession,
  useText,
} from '@xinglin/platform/ui';
import type { NoticeDetail } from '@xinglin/soc';
import { NOTICE_TONE, word } from '../shared/words.ts';
import { NoticeForm } from './notice-form.tsx';
import { NoticeText } from './notice-text.tsx';
import { RecipientMatrix } from './recipient-matrix.tsx';
import { Progress } from './notices-page.tsx';
import { OwnPart } from './own-part.tsx';
import '../soc.css';
import './notices.css';

export function Page() {
  const { id } = useParams({ strict: false }) as { readonly id: string };
  const query = useQuery({
    queryKey: ['/notices', 'one', id],
    queryFn: ({ signal }) => api<NoticeDetail>(`/notices/${id}`, { signal }),
  });
  useLiveQueries(['notice.changed'], [['/notices', 'one', id]], 1500);
  return (
    <Loaded query={query} rows={14}>
      {(notice) => <View notice={notice} />}
    </Loaded>
  );
}

function View({ notice }: { readonly notice: NoticeDetail }) {
  const t = useText();
  const navigate = useNavigate();
  const { can } = useSession();
  const [editing, setEditing] = useState(false);
  const [withdrawing, setWithdrawing] = useState(false);
  const [printing, setPrinting] = useState(false);
  const refresh = [['/notices'], ['/overview']];
  const issue = useAct({ done: t('notice.issued'), refresh });
  const act = useAct({ done: t('ui.done'), refresh });
  const save = useAct({ done: t('ui.saved'), refresh, onDone: () => setEditing(false) });
  const remove = useAct({ done: t('ui.deleted'), refresh, onDone: () => void navigate({ to: '/notices' }) });
  const may = (action: string) => notice.actions.includes(action);
  const own = notice.recipients.filter((recipient) =>
    recipient.actions.some((action) => ['sign', 'answer', 'extend'].includes(action)),
  );
  const received = can('notice:answer') && !can('notice:issue');
  return (
    <PageFrame
      title={notice.title}
      crumbs={[{ label: t('nav.notices'), to: '/notices' }]}
      note={
        <>
          {notice.number === '' ? <span>{t('notice.noNumber')}</span> : <Copyable text={notice.number} />}
          <StateTag tone={NOTICE_TONE[notice.status] ?? 'quiet'}>{word(t, 'notice.status', notice.status)}</StateTag>
          {notice.urgency === 'normal' ? null : <StateTag tone="bad">{t(`urgency.${notice.urgency}`)}</StateTag>}
          <span>{notice.issuer}</span>
          {notice.issuedAt === null ? null : <ExactTime at={notice.issuedAt} />}
          {notice.deadline === null ? null : (
            <span>
              {t('notice.deadline')} <ExactTime at={notice.deadline} /> (<RelTime at={notice.deadline} />)
            </span>
          )}
          {notice.incidentId === null || !can('incident:read') ? null : (
            <Link to={`/incidents/${notice.incidentId}`}>{t('notice.fromIncident')}</Link>
          )}
        </>
      }
      actions={
        <>
          <Button icon={<PrinterOutlined />} onClick={() => setPrinting(true)}>
            {t('notice.print')}
          </Button>
          <Dropdown
            trigger={['click']}
            menu={{
              items: [
                { key: 'pdf', label: 'PDF' },
                { key: 'docx', label: 'Word (.docx)' },
              ],
              onClick: ({ key }) =>
                void download(`/notices/${notice.id}/print.${key}`, {
                  name: `${notice.number || notice.title}.${key}`,
                }),
            }}
          >
            <Button icon={<DownloadOutlined />}>{t('notice.download')}</Button>
          </Dropdown>
          {may('edit') ? (
            <Button onClick={() => setEditing(!editing)}>{editing ? t('ui.cancel') : t('ui.edit')}</Button>
          ) : null}
          {may('delete') ? (
            <Popconfirm
              title={t('notice.deleteAsk')}
              okText={t('ui.delete')}
              cancelText={t('ui.cancel')}
              onConfirm={() => remove.mutate({ path: `/notices/${notice.id}`, method: 'DELETE' })}
            >
              <Button danger>{t('ui.delete')}</Button>
            </Popconfirm>
          ) : null}
          {may('withdraw') ? <Button onClick={() => setWithdrawing(true)}>{t('notice.withdraw')}</Button> : null}
          {may('close') ? (
            <Button
              type="primary"
              loading={act.isPending}
              onClick={() => act.mutate({ path: `/notices/${notice.id}/close`, body: {} })}
            >
              {t('notice.close')}
            </Button>
          ) : null}
          {may('issue') && !editing ? (
            <Popconfirm
              title={t('notice.issueAsk', { n: notice.recipients.length })}
              description={t('notice.issueNote')}
              okText={t('notice.issue')}
              cancelText={t('ui.cancel')}
              onConfirm={() => issue.mutate({ path: `/notices/${notice.id}/issue`, body: {} })}
            >
              <Button type="primary" loading={issue.isPending} data-testid="issue">
                {t('notice.issue')}
              </Button>
            </Popconfirm>
          ) : null}
        </>
      }
    >
      {notice.calendarWarning === undefined || notice.calendarWarning === '' ? null : (
        <Alert type="warning" showIcon title={notice.calendarWarning} />
      )}
      {notice.status === 'withdrawn' && notice.withdrawnReason !== undefined ? (
        <Alert type="info" showIcon title={`${t('notice.withdrawn')}:${notice.withdrawnReason}`} />
      ) : null}
      {editing ? (
        <NoticeForm
          initial={{
            type: notice.type,
            urgency: notice.urgency,
            title: notice.title,
            body: notice.body,
            basis: notice.basis,
            requirements: notice.requirements,
            recipients: notice.recipients.map((recipient) => recipient.tenant),
            deadlineWorkdays: notice.deadlineWorkdays ?? 5,
          }}
          busy={save.isPending}
          submitLabel={t('ui.save')}
          onSubmit={(body) => save.mutate({ path: `/notices/${notice.id}`, method: 'PATCH', body })}
        />
      ) : (
        <div className="xl-grid">
          <div className="xl-c7 xl-stack">
            {own.map((recipient) => (
              <OwnPart key={recipient.id} notice={notice} recipient={recipient} />
            ))}
            <article className="soc-paper">
              <header>
                <strong>{notice.issuer}</strong>
                <span>{notice.number === '' ? t('notice.noNumber') : notice.number}</span>
              </header>
              <h2>{notice.title}</h2>
              {/^[^\n]{1,200}[:\uFF1A]\s*(\n|$)/.test(notice.body.trimStart()) ? null : (
                <p className="soc-paper-to">
                  {notice.recipients
                    .slice(0, 12)
                    .map((recipient) => recipient.institution)
                    .join('、')}
                  {notice.recipients.length > 12 ? t('notice.andMore', { n: notice.recipients.length }) : ''}:
                </p>
              )}
              <NoticeText text={notice.body} />
              {notice.requirements.length === 0 ? null : (
                <>
                  <h3>{t('notice.requirements')}</h3>
                  <ol>
                    {notice.requirements.map((requirement) => (
                      <li key={requirement}>{requirement}</li>
                    ))}
                  </ol>
                </>
              )}
              {notice.basis === '' ? null : (
                <p className="xl-muted">
                  {t('notice.basis')}:{notice.basis}
                </p>
              )}
              <footer>
                <span>{notice.issuer}</span>
                <span>
                  {notice.issuedAt === null
                    ? t('notice.notIssued')
                    : new Date(notice.issuedAt).toLocaleDateString('zh-CN', {
                        year: 'numeric',
                        month: 'long',
                        day: 'numeric',
                      })}
                </span>
              </footer>
            </article>
          </div>
          <div className="xl-c5 xl-stack">
            <Panel
              title={received ? t('notice.myProgress') : t('notice.matrix')}
              extra={<Progress notice={notice} />}
              flush
            >
              <RecipientMatrix notice={notice} />
            </Panel>
            <Panel title={t('notice.history')}>
              <History notice={notice} />
            </Panel>
          </div>
        </div>
      )}
      {withdrawing ? <WithdrawDialog id={notice.id} close={() => setWithdrawing(false)} /> : null}
      <Modal
        open={printing}
        onCancel={() => setPrinting(false)}
        footer={null}
        width="min(1000px, 92vw)"
        title={t('notice.printPreview')}
        destroyOnHidden
      >
        <iframe
          className="soc-print"
          title={t('notice.printPreview')}
          src={apiUrl(`/notices/${notice.id}/print.pdf`)}
        />
      </Modal>
    </PageFrame>
  );
}

function History({ notice }: { readonly notice: NoticeDetail }) {
  const t = useText();
  if (notice.entries.length === 0) return <p className="xl-muted">{t('notice.noHistory')}</p>;
  return (
    <ol className="soc-history">
      {notice.entries
        .toSorted((a, b) => b.at.localeCompare(a.at))
        .map((entry) => (
          <li key={entry.id}>
            <div className="xl-spread">
              <b>{word(t, 'notice.entry', entry.kind)}</b>
              <RelTime at={entry.at} />
            </div>
            <small>
              {entry.institution} · {entry.actor}
            </small>
            {entry.body === '' ? null : <p>{entry.body}</p>}
            {entry.files.map((file) => (
              <Button
                key={file.id}
                size="small"
                icon={<DownloadOutlined />}
                onClick={() => void download(`/notices/files/${file.id}`, { name: file.name })}
              >
                {file.name} ({bytes(file.size)})
              </Button>
            ))}
          </li>
        ))}
    </ol>
  );
}

function WithdrawDialog({ id, close }: { readonly id: string; readonly close: () => void }) {
  const t = useText();
  const [form] = Form.useForm<{ reason: string }>();
  const act = useAct({ done: t('ui.done'), refresh: [['/notices']], onDone: close });
  return (
    <Modal
      open
      title={t('notice.withdraw')}
      onCancel={close}
      onOk={() => form.submit()}
      okText={t('notice.withdraw')}
      cancelText={t('ui.cancel')}
      confirmLoading={act.isPending}
    >
      <Form
        form={form}
        layout="vertical"
        onFinish={(values) => act.mutate({ path: `/notices/${id}/withdraw`, body: values })}
      >
        <Form.Item name="reason" label={t('verdict.reason')} rules={[{ required: true, message: t('ui.required') }]}>
          <Input.TextArea rows={3} maxLength={2000} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
