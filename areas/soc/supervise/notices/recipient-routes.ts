import type { Actor } from '@xinglin/platform/access';
import { defineRoute } from '@xinglin/platform/http';
import type { RouteSpec, UploadedFile } from '@xinglin/platform/http';
import { z } from 'zod';
import { NoticeDetail } from '../../contract.ts';
import type { SuperviseContext } from '../context.ts';
import { actOnRecipient } from './act.ts';
import type { ActionInput, ActionResult } from './act.ts';
import { MAX_FILES, MAX_FILE_MB } from './files.ts';
import { RECIPIENT_RIGHTS, requireSide } from './machine.ts';
import type { RecipientAction } from './machine.ts';
import { findNotice, noticeDetail } from './store.ts';
import { publishNotice } from './write.ts';

const Params = z.object({ id: z.string().max(40), rid: z.string().max(40) });
const Comment = z.string().trim().max(4000);
const Day = z.iso.date();
const Workdays = z.number().int().min(1).max(120).optional();

/** Who hears of an action: the other side. */
const TOLD: Readonly<Record<RecipientAction, { kind: string; title: string; severity: 'info' | 'warning' }>> = {
  sign: { kind: 'notice.signed', title: '已签收', severity: 'info' },
  answer: { kind: 'notice.answered', title: '已反馈整改情况，请审核', severity: 'warning' },
  extend: { kind: 'notice.extension_requested', title: '申请延期，请审批', severity: 'warning' },
  accept: { kind: 'notice.accepted', title: '整改已审核通过', severity: 'info' },
  return: { kind: 'notice.returned', title: '整改反馈被退回，请重新整改', severity: 'warning' },
  reinspect: { kind: 'notice.reinspection', title: '将进行复查，请补充材料', severity: 'warning' },
  'decide-extension': { kind: 'notice.extension_decided', title: '延期申请已有审批结果', severity: 'info' },
};

/** What the two sides do with one recipient's part of a notice. */
export function recipientRoutes(context: SuperviseContext): RouteSpec[] {
  const { platform, files } = context;
  const { state, now, notify } = platform;

  function write(
    actor: Actor,
    ids: z.output<typeof Params>,
    action: RecipientAction,
    input: ActionInput,
  ): Promise<ActionResult> {
    const { permission } = RECIPIENT_RIGHTS[action];
    return state.write(actor, permission, (tx, audit) =>
      actOnRecipient(context, tx, audit, actor, { notice: ids.id, recipient: ids.rid }, action, input),
    );
  }

  /** After the commit: who watches hears of it, the other side is told, the caller sees the new state. */
  async function announce(
    actor: Actor,
    result: ActionResult,
    action: RecipientAction,
    comment: string,
  ): Promise<z.output<typeof NoticeDetail>> {
    publishNotice(platform, result.notice, action, [result.recipient]);
    await tell(result, action, comment);
    return await state.read(actor, 'notice:read', (tx) => noticeDetail(tx, actor, result.notice.id, now()));
  }

  async function tell({ notice, recipient }: ActionResult, action: RecipientAction, comment: string): Promise<void> {
    const { kind, title, severity } = TOLD[action];
    await notify.send({
      kind,
      tenant: RECIPIENT_RIGHTS[action].side === 'recipient' ? recipient.issuer : recipient.tenant,
      title: `${notice.number} ${title}`,
      text: `《${notice.title}》${comment === '' ? '' : `:${comment.slice(0, 200)}`}`,
      link: `/notices/${notice.id}`,
      severity,
      dedupKey: `${kind}:${recipient.id}:${recipient.updated_at.toISOString()}`,
    });
  }

  /** Files are on disk before the row that names them, and leave it when the row was refused. */
  async function answer(
    actor: Actor,
    ids: z.output<typeof Params>,
    comment: string,
    uploads: readonly UploadedFile[],
  ): Promise<z.output<typeof NoticeDetail>> {
    // Refuse a stranger before anything of his is written to disk.
    await state.read(actor, 'notice:answer', async (tx) => {
      const notice = await findNotice(tx, ids.id);
      const recipient = await tx
        .selectFrom('soc_notice_recipient')
        .select('tenant')
        .where('id', '=', ids.rid)
        .executeTakeFirst();
      requireSide(actor, 'answer', notice.tenant, recipient?.tenant ?? '');
    });
    const saved = await files.save(uploads);
    const result = await write(actor, ids, 'answer', { comment, files: saved }).catch(async (error: unknown) => {
      await files.discard(saved);
      throw error;
    });
    return await announce(actor, result, 'answer', comment);
  }

  const route = <B extends z.ZodType>(
    action: RecipientAction,
    summary: string,
    body: B,
    input: (given: z.output<B>) => ActionInput,
  ): RouteSpec =>
    defineRoute({
      method: 'post',
      path: `/notices/{id}/recipients/{rid}/${action}`,
      summary,
      tag: 'notices',
      permission: RECIPIENT_RIGHTS[action].permission,
      params: Params,
      body,
      response: NoticeDetail,
      handler: async ({ actor, params, body: given }) => {
        const what = input(given);
        return await announce(actor, await write(actor, params, action, what), action, what.comment ?? '');
      },
    });

  return [
    route(
      'sign',
      '签收 / Sign for a notice',
      z.object({ comment: Comment.default('') }).default({ comment: '' }),
      (given) => given,
    ),
    defineRoute({
      method: 'post',
      path: '/notices/{id}/recipients/{rid}/answer',
      summary: '反馈整改情况并附证明材料 / Answer with evidence',
      tag: 'notices',
      permission: 'notice:answer',
      params: Params,
      multipart: true,
      maxBodyBytes: MAX_FILES * MAX_FILE_MB * 1_048_576,
      body: z.object({ comment: Comment.default('') }),
      response: NoticeDetail,
      handler: ({ actor, params, body, files: uploads }) => answer(actor, params, body.comment, uploads),
    }),
    route(
      'extend',
      '申请延期 / Ask for more time',
      z.object({ until: Day, comment: Comment.min(2) }),
      (given) => given,
    ),
    route(
      'accept',
      '审核通过 / Accept',
      z.object({ comment: Comment.default('') }).default({ comment: '' }),
      (given) => given,
    ),
    route(
      'return',
      '退回 / Return',
      z.object({ comment: Comment.min(2), workdays: Workdays }),
      ({ comment, workdays }) => ({ comment, ...(workdays === undefined ? {} : { workdays }) }),
    ),
    route(
      'reinspect',
      '要求复查 / Order a re-inspection',
      z.object({ comment: Comment.min(2), workdays: Workdays }),
      ({ comment, workdays }) => ({ comment, ...(workdays === undefined ? {} : { workdays }) }),
    ),
    route(
      'decide-extension',
      '审批延期 / Decide on an extension',
      z.object({ approve: z.boolean(), comment: Comment.default(''), until: Day.optional() }),
      ({ approve, comment, until }) => ({
        approve,
        comment,
        ...(until === undefined ? {} : { until }),
      }),
    ),
  ];
}
