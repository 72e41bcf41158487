import type { Actor } from '@xinglin/platform/access';
import { XinglinError } from '@xinglin/platform/kernel';
import type { Tx } from '@xinglin/platform/state';
import type { Selectable } from 'kysely';
import type { Notice, NoticeDetail } from '../../contract.ts';
import type { NoticeEntryTable, NoticeFileTable, NoticeRecipientTable, NoticeTable } from '../../tables.ts';
import { institutionNames } from '../institutions/store.ts';
import { OPEN_RECIPIENT, isOverdue, noticeActions, recipientActions } from './machine.ts';
import type { Extension, RecipientFacts } from './machine.ts';
import '../tables.ts';

export type NoticeRow = Selectable<NoticeTable>;
export type RecipientRow = Selectable<NoticeRecipientTable>;
export type EntryRow = Selectable<NoticeEntryTable>;
export type FileRow = Selectable<NoticeFileTable>;

const iso = (time: Date | null): string | null => (time === null ? null : time.toISOString());

export const noticeNotFound = (id: string): XinglinError =>
  new XinglinError('resource.not_found', { what: '通报', id });

/** The notice as the actor may see it; row-level security hides drafts from recipients. */
export async function findNotice(tx: Tx, id: string, lock = false): Promise<NoticeRow> {
  const query = tx.selectFrom('soc_notice').selectAll().where('id', '=', id);
  const row = await (lock ? query.forUpdate() : query).executeTakeFirst();
  if (row === undefined) throw noticeNotFound(id);
  return row;
}

/** Locks the recipient's row: two reviewers at once become one after the other. */
export async function findRecipient(tx: Tx, noticeId: string, id: string): Promise<RecipientRow> {
  const row = await tx
    .selectFrom('soc_notice_recipient')
    .selectAll()
    .where('id', '=', id)
    .where('notice_id', '=', noticeId)
    .forUpdate()
    .executeTakeFirst();
  if (row === undefined) throw new XinglinError('resource.not_found', { what: '接收单位', id });
  return row;
}

export function factsOf(
  notice: Pick<NoticeRow, 'status'>,
  recipient: Pick<RecipientRow, 'deadline' | 'extension'>,
  now: Date,
): RecipientFacts {
  return { notice: notice.status, deadline: recipient.deadline, extension: extensionOf(recipient), now };
}

export function extensionOf(recipient: Pick<RecipientRow, 'extension'>): Extension | null {
  // Written only by this step, in this shape.
  return recipient.extension as Extension | null;
}

export function toNotice(row: NoticeRow, issuer: string, recipients: readonly RecipientRow[], now: Date): Notice {
  const count = (test: (recipient: RecipientRow) => boolean): number => recipients.filter(test).length;
  return {
    id: row.id,
    number: row.number ?? '',
    tenant: row.tenant,
    issuer,
    type: row.type,
    urgency: row.urgency,
    title: row.title,
    status: row.status,
    incidentId: row.incident_id,
    issuedAt: iso(row.issued_at),
    deadline: iso(row.deadline),
    deadlineWorkdays: row.deadline_workdays,
    progress: {
      recipients: recipients.length,
      signed: count((recipient) => recipient.signed_at !== null),
      answered: count((recipient) => recipient.answered_at !== null),
      accepted: count((recipient) => recipient.status === 'accepted'),
      overdue: count((recipient) => row.status === 'issued' && isOverdue(recipient.status, recipient.deadline, now)),
    },
    createdAt: row.created_at.toISOString(),
  };
}

/** The whole notice with what this actor may do now. A recipient finds only its own part. */
export async function noticeDetail(tx: Tx, actor: Actor, id: string, now: Date): Promise<NoticeDetail> {
  const row = await findNotice(tx, id);
  const recipients = await tx
    .selectFrom('soc_notice_recipient')
    .selectAll()
    .where('notice_id', '=', id)
    .orderBy('tenant')
    .execute();
  const entries = await tx
    .selectFrom('soc_notice_entry')
    .selectAll()
    .where('notice_id', '=', id)
    .orderBy('at')
    .orderBy('id')
    .execute();
  const files = await tx
    .selectFrom('soc_notice_file')
    .selectAll()
    .where('notice_id', '=', id)
    .orderBy('created_at')
    .execute();
  const names = await institutionNames(tx, [row.tenant, ...recipients.map((recipient) => recipient.tenant)]);
  const nameOf = (tenant: string): string => names.get(tenant)?.name ?? tenant;
  const open = recipients.filter((recipient) => OPEN_RECIPIENT.includes(recipient.status)).length;
  return {
    ...toNotice(row, nameOf(row.tenant), recipients, now),
    body: row.body,
    basis: row.basis,
    requirements: row.requirements,
    receiptDeadline: iso(row.receipt_deadline),
    withdrawnReason: row.withdrawn_reason,
    calendarWarning: row.calendar_warning,
    recipients: recipients.map((recipient) => ({
      id: recipient.id,
      tenant: recipient.tenant,
      institution: nameOf(recipient.tenant),
      status: recipient.status,
      deadline: iso(recipient.deadline),
      overdue: row.status === 'issued' && isOverdue(recipient.status, recipient.deadline, now),
      signedAt: iso(recipient.signed_at),
      signedBy: recipient.signed_by,
      answeredAt: iso(recipient.answered_at),
      acceptedAt: iso(recipient.accepted_at),
      extension: recipient.extension,
      escalation: recipient.escalation,
      returns: recipient.returns,
      actions:
        row.status === 'draft'
          ? []
          : recipientActions(actor, row.tenant, recipient.tenant, recipient.status, factsOf(row, recipient, now)),
    })),
    entries: entries.map((entry) => ({
      id: entry.id,
      recipientId: entry.recipient_id,
      institution: nameOf(entry.tenant),
      at: entry.at.toISOString(),
      kind: entry.kind,
      actor: entry.actor_name,
      body: entry.body,
      files: files
        .filter((file) => file.entry_id === entry.id)
        .map((file) => ({
          id: file.id,
          name: file.name,
          type: file.type,
          size: file.size,
          sm3: file.sm3,
          createdAt: file.created_at.toISOString(),
        })),
    })),
    actions: noticeActions(actor, row.tenant, row.status, { open }),
  };
}
