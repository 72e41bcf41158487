import { InboxOutlined } from '@ant-design/icons';
import { Alert, Button, DatePicker, Form, Input, Modal, Upload, type UploadFile } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useState } from 'react';
import { ExactTime, RelTime, StateTag, useAct, useText } from '@xinglin/platform/ui';
import type { NoticeDetail } from '@xinglin/soc';
import { RECIPIENT_TONE, word } from '../shared/words.ts';

type Recipient = NoticeDetail['recipients'][number];

/** The hospital's side: sign, rectify and answer with evidence, ask for more time. One thing to do at a time. */
export function OwnPart({ notice, recipient }: { readonly notice: NoticeDetail; readonly recipient: Recipient }) {
  const t = useText();
  const [extending, setExtending] = useState(false);
  const refresh = [['/notices'], ['/overview']];
  const sign = useAct({ done: t('notice.signedDone'), refresh });
  const base = `/notices/${notice.id}/recipients/${recipient.id}`;
  const returned =
    recipient.status === 'returned'
      ? notice.entries.filter((entry) => entry.recipientId === recipient.id && entry.kind === 'return').at(-1)
      : undefined;
  return (
    <section className="soc-own">
      <div className="xl-spread">
        <div className="xl-row-wrap">
          <h2>{t('notice.yourTurn', { name: recipient.institution })}</h2>
          <StateTag tone={recipient.overdue ? 'bad' : (RECIPIENT_TONE[recipient.status] ?? 'quiet')}>
            {recipient.overdue ? t('notice.overdue') : word(t, 'recipient', recipient.status)}
          </StateTag>
        </div>
        {recipient.deadline === null ? null : (
          <span className="xl-muted">
            {t('notice.deadline')} <ExactTime at={recipient.deadline} /> (<RelTime at={recipient.deadline} />)
          </span>
        )}
      </div>
      {returned === undefined ? null : (
        <Alert type="error" showIcon title={`${t('notice.returnedBecause')}${returned.body}`} />
      )}
      {recipient.actions.includes('sign') ? (
        <div className="xl-row-wrap">
          <Button
            type="primary"
            size="large"
            loading={sign.isPending}
            onClick={() => sign.mutate({ path: `${base}/sign`, body: {} })}
            data-testid="sign"
          >
            {t('notice.sign')}
          </Button>
          <span className="xl-muted">{t('notice.signHint')}</span>
        </div>
      ) : null}
      {recipient.actions.includes('answer') ? <AnswerForm base={base} /> : null}
      {recipient.actions.includes('extend') ? (
        <Button type="link" className="soc-extend" onClick={() => setExtending(true)}>
          {t('notice.askExtension')}
        </Button>
      ) : null}
      {extending ? <ExtendDialog base={base} deadline={recipient.deadline} close={() => setExtending(false)} /> : null}
    </section>
  );
}

const MAX_MB = 20;

function AnswerForm({ base }: { readonly base: string }) {
  const t = useText();
  const [form] = Form.useForm<{ comment: string }>();
  const [files, setFiles] = useState<readonly UploadFile[]>([]);
  const act = useAct({
    done: t('notice.answered'),
    refresh: [['/notices'], ['/overview']],
    onDone: () => {
      form.resetFields();
      setFiles([]);
    },
  });
  return (
    <Form
      form={form}
      layout="vertical"
      onFinish={({ comment }) => {
        const body = new FormData();
        body.set('comment', comment);
        for (const file of files)
          if (file.originFileObj !== undefined) body.append('files', file.originFileObj, file.name);
        act.mutate({ path: `${base}/answer`, body });
      }}
    >
      <Form.Item name="comment" label={t('notice.answerText')} rules={[{ required: true, message: t('ui.required') }]}>
        <Input.TextArea
          autoSize={{ minRows: 4, maxRows: 14 }}
          maxLength={4000}
          showCount
          placeholder={t('notice.answerHint')}
        />
      </Form.Item>
      <Upload.Dragger
        multiple
        maxCount={10}
        fileList={files as UploadFile[]}
        beforeUpload={() => false}
        onChange={({ fileList }) => setFiles(fileList.filter((file) => (file.size ?? 0) <= MAX_MB * 1_048_576))}
        className="soc-upload"
      >
        <p>
          <InboxOutlined /> {t('notice.evidence')}
        </p>
        <small className="xl-muted">{t('notice.evidenceHint', { mb: MAX_MB })}</small>
      </Upload.Dragger>
      <Button type="primary" htmlType="submit" loading={act.isPending} className="soc-gap" data-testid="answer">
        {t('notice.submitAnswer')}
      </Button>
    </Form>
  );
}

function ExtendDialog({
  base,
  deadline,
  close,
}: {
  readonly base: string;
  readonly deadline: string | null;
  readonly close: () => void;
}) {
  const t = useText();
  const [form] = Form.useForm<{ until: Dayjs; comment: string }>();
  const act = useAct({ done: t('notice.extensionSent'), refresh: [['/notices']], onDone: close });
  return (
    <Modal
      open
      title={t('notice.askExtension')}
      onCancel={close}
      onOk={() => form.submit()}
      okText={t('ui.submit')}
      cancelText={t('ui.cancel')}
      confirmLoading={act.isPending}
    >
      <Form
        form={form}
        layout="vertical"
        onFinish={({ until, comment }) =>
          act.mutate({ path: `${base}/extend`, body: { until: until.format('YYYY-MM-DD'), comment } })
        }
      >
        <Form.Item name="until" label={t('notice.extendUntil')} rules={[{ required: true, message: t('ui.required') }]}>
          <DatePicker minDate={dayjs(deadline ?? undefined).add(1, 'day')} />
        </Form.Item>
        <Form.Item name="comment" label={t('verdict.reason')} rules={[{ required: true, message: t('ui.required') }]}>
          <Input.TextArea rows={3} maxLength={2000} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
