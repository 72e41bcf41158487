import type { Actor } from '@xinglin/platform/access';
import { newId } from '@xinglin/platform/kernel';
import { XinglinError } from '@xinglin/platform/kernel';
import type { Audit, Tx } from '@xinglin/platform/state';
import type { Updateable } from 'kysely';
import type { NoticeRecipientTable } from '../../tables.ts';
import { chineseTime, instantOf } from '../calendar/index.ts';
import type { SuperviseContext } from '../context.ts';
import type { StoredFile } from './files.ts';
import { nextRecipientStatus, noticeMachine, requireSide } from './machine.ts';
import type { Extension, RecipientAction } from './machine.ts';
import { extensionOf, factsOf, findNotice, findRecipient } from './store.ts';
import type { NoticeRow, RecipientRow } from './store.ts';
import { addEntry, openRecipients } from './write.ts';

/** What comes with an action; each action uses its own part. */
export interface ActionInput {
  readonly comment?: string;
  readonly files?: readonly StoredFile[];
  /** Working days from now until the new deadline, for a return or a re-inspection. */
  readonly workdays?: number;
  /** Day asked for or granted, for an extension. */
  readonly until?: string;
  readonly approve?: boolean;
}

export interface ActionResult {
  readonly notice: NoticeRow;
  readonly recipient: RecipientRow;
  /** What the notice as a whole became through it. */
  readonly noticeAction: 'close' | 'reopen' | undefined;
}

/** Working days a returned or re-inspected rectification gets when the reviewer names none and the old deadline has passed. */
const DEFAULT_WORKDAYS = { return: 3, reinspect: 5 } as const;

const ENTRY_KIND: Readonly<Record<RecipientAction, string>> = {
  sign: 'sign',
  answer: 'feedback',
  extend: 'extend-request',
  accept: 'accept',
  return: 'return',
  reinspect: 'reinspect',
  'decide-extension': 'extend-decide',
};
const VERB: Readonly<Record<RecipientAction, string>> = {
  sign: '签收',
  answer: '反馈整改情况',
  extend: '申请延期',
  accept: '审核通过',
  return: '退回',
  reinspect: '要求复查',
  'decide-extension': '审批延期',
};

/** One step of one recipient: side and role, then the state machine, then the facts, the history and the audit in the same transaction. */
export async function actOnRecipient(
  context: SuperviseContext,
  tx: Tx,
  audit: Audit,
  actor: Actor,
  ids: { notice: string; recipient: string },
  action: RecipientAction,
  input: ActionInput,
): Promise<ActionResult> {
  const now = context.platform.now();
  const notice = await findNotice(tx, ids.notice);
  const recipient = await findRecipient(tx, ids.notice, ids.recipient);
  requireSide(actor, action, notice.tenant, recipient.tenant);
  const status = nextRecipientStatus(recipient.status, action, factsOf(notice, recipient, now));
  const { patch, data } = effects(context, actor, recipient, action, input, now);
  const updated = await tx
    .updateTable('soc_notice_recipient')
    .set({ ...patch, status, updated_at: now })
    .where('id', '=', recipient.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  const entryId = await addEntry(tx, actor, now, recipient, ENTRY_KIND[action], input.comment ?? '', data);
  for (const file of input.files ?? []) {
    await tx
      .insertInto('soc_notice_file')
      .values({
        ...file,
        id: newId(),
        notice_id: notice.id,
        recipient_id: recipient.id,
        entry_id: entryId,
        tenant: recipient.tenant,
        issuer: recipient.issuer,
        created_by: actor.id,
        created_at: now,
      })
      .execute();
  }
  await audit({
    action: `notice.${action.replace('-', '_')}`,
    tenant: recipient.tenant,
    objectType: 'notice',
    objectId: notice.id,
    summary: `${notice.number} ${VERB[action]}${input.comment === undefined || input.comment === '' ? '' : `:${input.comment.slice(0, 200)}`}`,
    before: { status: recipient.status },
    after: {
      status,
      recipient: recipient.id,
      ...data,
      ...(input.files === undefined ? {} : { files: input.files.map(({ name, sm3 }) => ({ name, sm3 })) }),
    },
  });
  return { notice, recipient: updated, noticeAction: await followUp(tx, audit, notice, action, now) };
}

/** A notice closes by itself with its last acceptance; a re-inspection opens it again. */
async function followUp(
  tx: Tx,
  audit: Audit,
  notice: NoticeRow,
  action: RecipientAction,
  now: Date,
): Promise<'close' | 'reopen' | undefined> {
  const open = action === 'accept' ? await openRecipients(tx, notice.id) : 0;
  const next =
    action === 'accept' && open === 0
      ? 'close'
      : action === 'reinspect' && notice.status === 'closed'
        ? 'reopen'
        : undefined;
  if (next === undefined) return undefined;
  const status = noticeMachine.next(notice.status, next, { open });
  await tx.updateTable('soc_notice').set({ status, updated_at: now }).where('id', '=', notice.id).execute();
  await audit({
    action: `notice.${next}`,
    tenant: notice.tenant,
    objectType: 'notice',
    objectId: notice.id,
    summary: next === 'close' ? `${notice.number} 全部单位审核通过，自动办结` : `${notice.number} 因复查重新打开`,
  });
  return next;
}

interface Effects {
  readonly patch: Updateable<NoticeRecipientTable>;
  readonly data: Record<string, unknown>;
}

function effects(
  context: SuperviseContext,
  actor: Actor,
  recipient: RecipientRow,
  action: RecipientAction,
  input: ActionInput,
  now: Date,
): Effects {
  const { calendar } = context;
  switch (action) {
    case 'sign':
      return { patch: { signed_at: now, signed_by: actor.name }, data: {} };
    case 'answer': {
      if ((input.files ?? []).length === 0 && (input.comment ?? '').trim().length < 10)
        throw new XinglinError('notice.evidence_needed');
      const late = recipient.deadline !== null && now > recipient.deadline;
      return { patch: { answered_at: now }, data: late ? { late: true } : {} };
    }
    case 'accept':
      return { patch: { accepted_at: now, escalation: 0 }, data: {} };
    case 'return':
    case 'reinspect': {
      const passed = recipient.deadline === null || now > recipient.deadline;
      const days = input.workdays ?? (passed || action === 'reinspect' ? DEFAULT_WORKDAYS[action] : undefined);
      const deadline = days === undefined ? recipient.deadline : calendar.deadline(now, days).at;
      return {
        patch: {
          deadline,
          escalation: 0,
          accepted_at: null,
          ...(action === 'return' ? { returns: recipient.returns + 1 } : {}),
        },
        data: { deadline: deadline?.toISOString() },
      };
    }
    case 'extend': {
      const until = input.until === undefined ? undefined : instantOf(input.until, calendar.businessEnd);
      const deadline = recipient.deadline ?? now;
      if (until === undefined || until <= deadline)
        throw new XinglinError('notice.extension_date', { deadline: chineseTime(deadline) });
      const extension: Extension = {
        requestedUntil: until.toISOString(),
        reason: input.comment ?? '',
        requestedBy: actor.name,
        requestedAt: now.toISOString(),
      };
      return { patch: { extension: JSON.stringify(extension) }, data: { requestedUntil: until.toISOString() } };
    }
    case 'decide-extension': {
      const asked = extensionOf(recipient);
      if (asked === null) throw new XinglinError('notice.no_extension');
      const approve = input.approve === true;
      // The issuer may grant another day than was asked for, as long as it is later than the old one.
      const until =
        input.until === undefined ? new Date(asked.requestedUntil) : instantOf(input.until, calendar.businessEnd);
      if (approve && recipient.deadline !== null && until <= recipient.deadline)
        throw new XinglinError('notice.extension_date', { deadline: chineseTime(recipient.deadline) });
      const extension: Extension = {
        ...asked,
        decision: approve ? 'approved' : 'refused',
        decidedBy: actor.name,
        decidedAt: now.toISOString(),
        comment: input.comment ?? '',
      };
      return {
        patch: { extension: JSON.stringify(extension), ...(approve ? { deadline: until, escalation: 0 } : {}) },
        data: { decision: extension.decision, ...(approve ? { deadline: until.toISOString() } : {}) },
      };
    }
  }
}
