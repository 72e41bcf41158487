import { covers } from '@xinglin/platform/access';
import type { Actor } from '@xinglin/platform/access';
import type { Platform } from '@xinglin/platform/http';
import { XinglinError, newId } from '@xinglin/platform/kernel';
import type { Audit, Tx } from '@xinglin/platform/state';
import type { z } from 'zod';
import type { NoticeDraft } from '../../contract.ts';
import { chineseTime } from '../calendar/index.ts';
import type { SuperviseContext } from '../context.ts';
import { findInstitution } from '../institutions/store.ts';
import { OPEN_RECIPIENT, noticeMachine } from './machine.ts';
import { documentCode, nextNumber } from './number.ts';
import { findNotice } from './store.ts';
import type { NoticeRow, RecipientRow } from './store.ts';

export type Draft = z.output<typeof NoticeDraft>;

/** Working days until a notice must be signed for. */
export const RECEIPT_WORKDAYS = { normal: 2, urgent: 1, 'extra-urgent': 1 } as const;

/** One line of a notice's history. */
export async function addEntry(
  tx: Tx,
  actor: Pick<Actor, 'id' | 'name'>,
  at: Date,
  recipient: Pick<RecipientRow, 'id' | 'notice_id' | 'tenant' | 'issuer'>,
  kind: string,
  body = '',
  data: Record<string, unknown> = {},
): Promise<string> {
  const id = newId();
  await tx
    .insertInto('soc_notice_entry')
    .values({
      id,
      notice_id: recipient.notice_id,
      recipient_id: recipient.id,
      tenant: recipient.tenant,
      issuer: recipient.issuer,
      at,
      kind,
      actor_id: actor.id,
      actor_name: actor.name,
      body,
      data: JSON.stringify(data),
    })
    .execute();
  return id;
}

/** Everyone who watches the notice hears of it: the issuer and the recipients concerned. */
export function publishNotice(
  { bus }: Platform,
  notice: Pick<NoticeRow, 'id' | 'tenant'>,
  action: string,
  recipients: readonly Pick<RecipientRow, 'id' | 'tenant'>[],
): void {
  bus.publish({ topic: 'notice.changed', tenant: notice.tenant, data: { id: notice.id, action } });
  for (const recipient of recipients)
    bus.publish({
      topic: 'notice.changed',
      tenant: recipient.tenant,
      data: { id: notice.id, action, recipientId: recipient.id },
    });
}

/** Recipients must exist, be in use, and lie below the issuer: an office orders nobody beside or above it. */
async function checkRecipients(tx: Tx, issuer: string, tenants: readonly string[]): Promise<string[]> {
  const wanted = [...new Set(tenants)];
  const known = await tx
    .selectFrom('soc_institution')
    .select('tenant')
    .where('tenant', 'in', wanted)
    .where('archived_at', 'is', null)
    .execute();
  const good = new Set(known.map((row) => row.tenant).filter((tenant) => tenant !== issuer && covers(issuer, tenant)));
  const bad = wanted.filter((tenant) => !good.has(tenant));
  if (bad.length > 0) throw new XinglinError('notice.recipients', { tenants: bad.slice(0, 10).join('、') });
  return wanted;
}

async function insertRecipients(tx: Tx, noticeId: string, issuer: string, tenants: readonly string[]): Promise<void> {
  await tx
    .insertInto('soc_notice_recipient')
    .values(tenants.map((tenant) => ({ id: newId(), notice_id: noticeId, tenant, issuer, signed_by: null })))
    .execute();
}

export async function createDraft(
  tx: Tx,
  audit: Audit,
  actor: Actor,
  issuer: string,
  draft: Draft,
  now: Date,
): Promise<string> {
  if ((await findInstitution(tx, issuer)) === undefined)
    throw new XinglinError('soc.outside_scope', { tenant: issuer });
  if (draft.incidentId !== undefined) {
    const incident = await tx
      .selectFrom('soc_incident')
      .select('id')
      .where('id', '=', draft.incidentId)
      .executeTakeFirst();
    if (incident === undefined)
      throw new XinglinError('resource.not_found', { what: '安全事件', id: draft.incidentId });
  }
  const recipients = await checkRecipients(tx, issuer, draft.recipients);
  const id = newId();
  await tx
    .insertInto('soc_notice')
    .values({
      id,
      number: null,
      tenant: issuer,
      type: draft.type,
      urgency: draft.urgency,
      title: draft.title,
      body: draft.body,
      basis: draft.basis,
      requirements: JSON.stringify(draft.requirements),
      incident_id: draft.incidentId ?? null,
      deadline_workdays: draft.deadlineWorkdays,
      issued_by: null,
      created_by: actor.id,
      created_at: now,
      updated_at: now,
    })
    .execute();
  await insertRecipients(tx, id, issuer, recipients);
  await audit({
    action: 'notice.draft',
    tenant: issuer,
    objectType: 'notice',
    objectId: id,
    summary: `起草通报《${draft.title}》`,
    after: { type: draft.type, recipients },
  });
  return id;
}

export async function changeDraft(tx: Tx, audit: Audit, id: string, draft: Partial<Draft>, now: Date): Promise<void> {
  const notice = await findNotice(tx, id, true);
  if (notice.status !== 'draft') throw new XinglinError('notice.not_draft');
  if (draft.recipients !== undefined) {
    const recipients = await checkRecipients(tx, notice.tenant, draft.recipients);
    await tx.deleteFrom('soc_notice_recipient').where('notice_id', '=', id).execute();
    await insertRecipients(tx, id, notice.tenant, recipients);
  }
  await tx
    .updateTable('soc_notice')
    .set({
      updated_at: now,
      ...(draft.type === undefined ? {} : { type: draft.type }),
      ...(draft.urgency === undefined ? {} : { urgency: draft.urgency }),
      ...(draft.title === undefined ? {} : { title: draft.title }),
      ...(draft.body === undefined ? {} : { body: draft.body }),
      ...(draft.basis === undefined ? {} : { basis: draft.basis }),
      ...(draft.requirements === undefined ? {} : { requirements: JSON.stringify(draft.requirements) }),
      ...(draft.deadlineWorkdays === undefined ? {} : { deadline_workdays: draft.deadlineWorkdays }),
    })
    .where('id', '=', id)
    .execute();
  await audit({
    action: 'notice.edit',
    tenant: notice.tenant,
    objectType: 'notice',
    objectId: id,
    summary: `修改通报草稿《${draft.title ?? notice.title}》`,
    after: draft,
  });
}

export async function deleteDraft(tx: Tx, audit: Audit, id: string): Promise<void> {
  const notice = await findNotice(tx, id, true);
  if (notice.status !== 'draft') throw new XinglinError('notice.not_draft');
  await tx.deleteFrom('soc_notice').where('id', '=', id).execute();
  await audit({
    action: 'notice.delete_draft',
    tenant: notice.tenant,
    objectType: 'notice',
    objectId: id,
    summary: `删除通报草稿《${notice.title}》`,
    before: { title: notice.title, body: notice.body },
  });
}

/** Sends the notice: number, deadlines and receipts begin in one transaction. */
export async function issueNotice(
  context: SuperviseContext,
  tx: Tx,
  audit: Audit,
  actor: Actor,
  id: string,
): Promise<RecipientRow[]> {
  const { calendar, platform } = context;
  const now = platform.now();
  const notice = await findNotice(tx, id, true);
  noticeMachine.next(notice.status, 'issue', { open: 0 });
  const recipients = await tx.selectFrom('soc_notice_recipient').selectAll().where('notice_id', '=', id).execute();
  // The draft may be old: a recipient may have been archived since.
  await checkRecipients(
    tx,
    notice.tenant,
    recipients.map((recipient) => recipient.tenant),
  );
  const issuer = await findInstitution(tx, notice.tenant);
  if (issuer === undefined) throw new XinglinError('soc.outside_scope', { tenant: notice.tenant });
  const deadline = calendar.deadline(now, notice.deadline_workdays ?? 5);
  const receipt = calendar.deadline(now, RECEIPT_WORKDAYS[notice.urgency]);
  const warning =
    deadline.unknownYears.length === 0
      ? ''
      : `${deadline.unknownYears.join('、')}年的节假日调休安排尚未收录，期限仅按双休日和法定节日推算，请在国务院公布后核对（content/calendar/cn.yaml）。`;
  const number = await nextNumber(tx, notice.tenant, documentCode(issuer), now);
  await tx
    .updateTable('soc_notice')
    .set({
      status: 'issued',
      number,
      issued_at: now,
      issued_by: actor.id,
      deadline: deadline.at,
      receipt_deadline: receipt.at,
      calendar_warning: warning,
      updated_at: now,
    })
    .where('id', '=', id)
    .execute();
  await tx
    .updateTable('soc_notice_recipient')
    .set({ deadline: deadline.at, updated_at: now })
    .where('notice_id', '=', id)
    .execute();
  for (const recipient of recipients)
    await addEntry(tx, actor, now, recipient, 'issue', `${number}《${notice.title}》`, {
      deadline: deadline.at.toISOString(),
    });
  if (notice.incident_id !== null)
    await noteOnIncident(
      tx,
      actor,
      notice.incident_id,
      `已发出通报 ${number}《${notice.title}》`,
      { noticeId: id, number },
      now,
    );
  await audit({
    action: 'notice.issue',
    tenant: notice.tenant,
    objectType: 'notice',
    objectId: id,
    summary: `发出通报 ${number}《${notice.title}》，接收单位 ${recipients.length} 家，整改期限 ${chineseTime(deadline.at)}`,
    after: { number, recipients: recipients.map((recipient) => recipient.tenant), deadline: deadline.at.toISOString() },
  });
  return recipients;
}

async function noteOnIncident(
  tx: Tx,
  actor: Actor,
  incidentId: string,
  body: string,
  data: Record<string, unknown>,
  at: Date,
): Promise<void> {
  const incident = await tx.selectFrom('soc_incident').select('tenant').where('id', '=', incidentId).executeTakeFirst();
  if (incident === undefined) return;
  await tx
    .insertInto('soc_incident_entry')
    .values({
      id: newId(),
      incident_id: incidentId,
      tenant: incident.tenant,
      at,
      kind: 'notice',
      actor_id: actor.id,
      actor_name: actor.name,
      body,
      data: JSON.stringify(data),
    })
    .execute();
}

export async function withdrawNotice(
  tx: Tx,
  audit: Audit,
  actor: Actor,
  id: string,
  reason: string,
  now: Date,
): Promise<RecipientRow[]> {
  const notice = await findNotice(tx, id, true);
  const status = noticeMachine.next(notice.status, 'withdraw', { open: 0 });
  await tx
    .updateTable('soc_notice')
    .set({ status, withdrawn_reason: reason, updated_at: now })
    .where('id', '=', id)
    .execute();
  const recipients = await tx
    .updateTable('soc_notice_recipient')
    .set({ status: 'withdrawn', updated_at: now })
    .where('notice_id', '=', id)
    .returningAll()
    .execute();
  for (const recipient of recipients) await addEntry(tx, actor, now, recipient, 'withdraw', reason);
  await audit({
    action: 'notice.withdraw',
    tenant: notice.tenant,
    objectType: 'notice',
    objectId: id,
    summary: `撤回通报 ${notice.number}`,
    after: { reason },
  });
  return recipients;
}

export async function closeNotice(tx: Tx, audit: Audit, id: string, now: Date): Promise<void> {
  const notice = await findNotice(tx, id, true);
  const status = noticeMachine.next(notice.status, 'close', { open: await openRecipients(tx, id) });
  await tx.updateTable('soc_notice').set({ status, updated_at: now }).where('id', '=', id).execute();
  await audit({
    action: 'notice.close',
    tenant: notice.tenant,
    objectType: 'notice',
    objectId: id,
    summary: `办结通报 ${notice.number}`,
  });
}

export async function openRecipients(tx: Tx, noticeId: string): Promise<number> {
  const rows = await tx
    .selectFrom('soc_notice_recipient')
    .select('id')
    .where('notice_id', '=', noticeId)
    .where('status', 'in', OPEN_RECIPIENT)
    .execute();
  return rows.length;
}
