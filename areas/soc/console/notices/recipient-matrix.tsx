import { Button, Form, Input, InputNumber, Modal, Select } from 'antd';
import { useState } from 'react';
import { EmptyState, exactTime, RelTime, StateTag, useAct, useText } from '@xinglin/platform/ui';
import type { NoticeDetail } from '@xinglin/soc';
import { RECIPIENT_TONE, word } from '../shared/words.ts';

type Recipient = NoticeDetail['recipients'][number];
type Review = 'accept' | 'return' | 'reinspect' | 'decide-extension';
const REVIEWS: readonly Review[] = ['accept', 'return', 'reinspect', 'decide-extension'];
const ORDER = ['answered', 'returned', 'reinspection', 'pending', 'signed', 'accepted', 'withdrawn'];

/** Every recipient with its stages; those waiting for a review come first. */
export function RecipientMatrix({ notice }: { readonly notice: NoticeDetail }) {
  const t = useText();
  const [only, setOnly] = useState<string>();
  const [review, setReview] = useState<{ readonly recipient: Recipient; readonly action: Review }>();
  const accept = useAct({ done: t('notice.acceptedDone'), refresh: [['/notices'], ['/overview']] });
  const rows = notice.recipients
    .filter((recipient) => only === undefined || (only === 'overdue' ? recipient.overdue : recipient.status === only))
    .toSorted((a, b) => Number(b.overdue) - Number(a.overdue) || ORDER.indexOf(a.status) - ORDER.indexOf(b.status));
  if (notice.recipients.length === 0) return <EmptyState compact title={t('notice.noRecipients')} />;
  return (
    <>
      {notice.recipients.length > 6 ? (
        <div className="soc-matrix-filter">
          <Select
            allowClear
            size="small"
            placeholder={t('soc.state')}
            style={{ width: 130 }}
            value={only as never}
            onChange={(value: string | undefined) => setOnly(value)}
            options={[
              { value: 'overdue', label: t('notice.overdue') },
              ...['pending', 'signed', 'answered', 'returned', 'accepted'].map((value) => ({
                value,
                label: word(t, 'recipient', value),
              })),
            ]}
          />
        </div>
      ) : null}
      <ul className="soc-matrix">
        {rows.map((recipient) => (
          <li key={recipient.id} className={recipient.overdue ? 'soc-matrix-overdue' : ''}>
            <div className="xl-spread">
              <b>{recipient.institution}</b>
              <StateTag tone={recipient.overdue ? 'bad' : (RECIPIENT_TONE[recipient.status] ?? 'quiet')}>
                {recipient.overdue
                  ? t('notice.overdue')
                  : notice.status === 'draft'
                    ? t('notice.status.draft')
                    : word(t, 'recipient', recipient.status)}
              </StateTag>
            </div>
            {notice.status === 'draft' ? null : (
              <ol className="soc-stages">
                <Stage label={t('notice.stage.signed')} at={recipient.signedAt} />
                <Stage label={t('notice.stage.answered')} at={recipient.answeredAt} />
                <Stage label={t('notice.stage.accepted')} at={recipient.acceptedAt} />
                <li className="soc-stage-due">
                  {recipient.returns > 0 ? t('notice.returns', { n: recipient.returns }) : ''}{' '}
                  {recipient.deadline === null || recipient.status === 'accepted' ? (
                    ''
                  ) : (
                    <>
                      {t('notice.due')} <RelTime at={recipient.deadline} />
                    </>
                  )}
                </li>
              </ol>
            )}
            {recipient.extension !== null && recipient.extension['decision'] == null ? (
              <p className="soc-extension">
                {t('notice.extensionAsked', {
                  until: textIn(recipient.extension, 'requestedUntil').slice(0, 10),
                })}{' '}
                {textIn(recipient.extension, 'reason')}
              </p>
            ) : null}
            {recipient.actions.some((action) => (REVIEWS as readonly string[]).includes(action)) ? (
              <div className="xl-row-wrap">
                {REVIEWS.filter((action) => recipient.actions.includes(action)).map((action) => (
                  <Button
                    key={action}
                    size="small"
                    type={action === 'accept' ? 'primary' : 'default'}
                    data-testid={`review-${action}`}
                    onClick={() =>
                      action === 'accept'
                        ? accept.mutate({ path: `/notices/${notice.id}/recipients/${recipient.id}/accept`, body: {} })
                        : setReview({ recipient, action })
                    }
                  >
                    {t(`notice.review.${action}`)}
                  </Button>
                ))}
              </div>
            ) : null}
          </li>
        ))}
      </ul>
      {review === undefined ? null : <ReviewDialog notice={notice} {...review} close={() => setReview(undefined)} />}
    </>
  );
}

function Stage({ label, at }: { readonly label: string; readonly at: string | null }) {
  return (
    <li className={at === null ? '' : 'soc-stage-done'} title={at === null ? '' : exactTime(at)}>
      {label}
    </li>
  );
}

interface ReviewFields {
  readonly comment: string;
  readonly workdays?: number | null;
}

function ReviewDialog({
  notice,
  recipient,
  action,
  close,
}: {
  readonly notice: NoticeDetail;
  readonly recipient: Recipient;
  readonly action: Review;
  readonly close: () => void;
}) {
  const t = useText();
  const [form] = Form.useForm<ReviewFields>();
  const act = useAct({ done: t('ui.done'), refresh: [['/notices'], ['/overview']], onDone: close });
  const path = `/notices/${notice.id}/recipients/${recipient.id}/${action}`;
  const extension = action === 'decide-extension';
  const send = (approve?: boolean) => {
    void form.validateFields().then(
      ({ comment, workdays }) =>
        act.mutate({
          path,
          body: extension
            ? { approve, comment: comment ?? '' }
            : { comment, ...(workdays == null ? {} : { workdays }) },
        }),
      () => undefined,
    );
  };
  return (
    <Modal
      open
      title={`${t(`notice.review.${action}`)} · ${recipient.institution}`}
      onCancel={close}
      footer={
        extension ? (
          <>
            <Button onClick={() => send(false)} loading={act.isPending}>
              {t('notice.refuse')}
            </Button>
            <Button type="primary" onClick={() => send(true)} loading={act.isPending}>
              {t('notice.approve')}
            </Button>
          </>
        ) : (
          <Button type="primary" onClick={() => send()} loading={act.isPending}>
            {t('ui.submit')}
          </Button>
        )
      }
    >
      <Form form={form} layout="vertical">
        <Form.Item
          name="comment"
          label={t('notice.opinion')}
          rules={extension ? [] : [{ required: true, message: t('ui.required') }]}
        >
          <Input.TextArea rows={4} maxLength={2000} placeholder={t('notice.opinionHint')} autoFocus />
        </Form.Item>
        {extension ? null : (
          <Form.Item name="workdays" label={t('notice.newDeadline')}>
            <InputNumber min={1} max={120} suffix={t('notice.workdayUnit')} style={{ width: 160 }} />
          </Form.Item>
        )}
      </Form>
    </Modal>
  );
}

function textIn(record: Readonly<Record<string, unknown>>, name: string): string {
  const value = record[name];
  return typeof value === 'string' ? value : '';
}
