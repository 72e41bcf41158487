import { systemActor } from '@xinglin/platform/access';
import type { Notification } from '@xinglin/platform/notify';
import { sql } from 'kysely';
import { chineseTime, dayOf, instantOf } from '../calendar/index.ts';
import type { WorkCalendar } from '../calendar/index.ts';
import type { SuperviseContext } from '../context.ts';
import { CLOCK_RUNS } from './machine.ts';
import type { RecipientStatus } from './machine.ts';
import { addEntry } from './write.ts';

export interface ReminderFacts {
  readonly status: RecipientStatus;
  readonly issuedAt: Date;
  readonly deadline: Date;
  readonly receiptDeadline: Date | null;
}

/** `receipt`, `before-3`, `before-1`, `due`, `overdue-<working days>`. */
export type Stage = string;

/**
 * The reminders that are due now: at most one about the receipt and one about the deadline. A server that was down sends where things stand, not
 * everything it missed. Nothing goes out before business hours or on a day off, except that a deadline has just passed.
 */
export function reminderStages(calendar: WorkCalendar, facts: ReminderFacts, now: Date): Stage[] {
  if (!CLOCK_RUNS.includes(facts.status)) return [];
  const today = dayOf(now);
  const open = calendar.isWorkday(today) && now >= instantOf(today, calendar.businessStart);
  const stages: Stage[] = [];
  if (
    facts.status === 'pending' &&
    facts.receiptDeadline !== null &&
    now >= facts.receiptDeadline &&
    (open || dayOf(facts.receiptDeadline) === today)
  )
    stages.push('receipt');
  const dueDay = dayOf(facts.deadline);
  if (now >= facts.deadline) {
    const late = calendar.between(dueDay, today);
    if (late === 0) stages.push('due');
    else if (open) stages.push(`overdue-${late}`);
    return stages;
  }
  // On the day of issue the notice itself is the reminder.
  if (!open || dayOf(facts.issuedAt) === today) return stages;
  const left = calendar.between(today, dueDay);
  if (left <= 1) stages.push('before-1');
  else if (left <= 3) stages.push('before-3');
  return stages;
}

interface Due extends ReminderFacts {
  readonly id: string;
  readonly notice_id: string;
  readonly tenant: string;
  readonly issuer: string;
  readonly number: string;
  readonly title: string;
  readonly institution: string;
  readonly parent: string | null;
  readonly issuer_parent: string | null;
  readonly sent: string[];
}

/** Sends every reminder that is due and was not sent; returns how many. Safe to call at any time and by several servers. */
export async function sendReminders({ platform, calendar }: SuperviseContext): Promise<number> {
  const { state, notify, now, bus } = platform;
  const actor = systemActor('supervise.reminders');
  let count = 0;
  let after = '';
  for (;;) {
    const { rows } = await sql<Due>`
      select r.id, r.notice_id, r.tenant, r.issuer, r.status, r.deadline, n.number, n.title, n.issued_at as "issuedAt", n.receipt_deadline as "receiptDeadline",
             t.name as institution, t.parent, i.parent as issuer_parent,
             array(select m.stage from soc_notice_reminder m where m.recipient_id = r.id and m.deadline = r.deadline) as sent
      from soc_notice_recipient r join soc_notice n on n.id = r.notice_id join soc_institution t on t.tenant = r.tenant join soc_institution i on i.tenant = r.issuer
      where n.status = 'issued' and r.deadline is not null and r.status in ('pending', 'signed', 'returned', 'reinspection') and r.id > ${after}
      order by r.id limit 500`.execute(state.owner);
    for (const due of rows) {
      for (const stage of reminderStages(calendar, due, now())) {
        if (due.sent.includes(stage)) continue;
        // Sent before it is recorded: a crash between the two sends again, and the notifier drops what has the same key.
        for (const notification of notificationsOf(due, stage)) await notify.send(notification);
        if (await record(due, stage)) count += 1;
      }
    }
    const last = rows.at(-1)?.id;
    if (rows.length < 500 || last === undefined) return count;
    after = last;
  }

  async function record(due: Due, stage: Stage): Promise<boolean> {
    const at = now();
    const late = stage === 'due' || stage.startsWith('overdue');
    const escalated = stage.startsWith('overdue');
    const written = await state.write(actor, 'notice:review', async (tx, audit) => {
      const row = await tx
        .insertInto('soc_notice_reminder')
        .values({
          recipient_id: due.id,
          stage,
          deadline: due.deadline,
          tenant: due.tenant,
          issuer: due.issuer,
          sent_at: at,
        })
        .onConflict((conflict) => conflict.doNothing())
        .returning('stage')
        .executeTakeFirst();
      const told = [...new Set(notificationsOf(due, stage).map((notification) => notification.tenant))];
      await audit({
        action: escalated ? 'notice.escalate' : 'notice.remind',
        tenant: due.tenant,
        objectType: 'notice',
        objectId: due.notice_id,
        summary: `${due.number} ${stageText(stage)}`,
        after: { recipient: due.id, stage, told, sentBefore: row === undefined },
      });
      if (row === undefined) return false;
      await tx
        .updateTable('soc_notice_recipient')
        .set({ escalation: sql<number>`greatest(escalation, ${escalated ? 3 : late ? 2 : 1})` })
        .where('id', '=', due.id)
        .execute();
      await addEntry(tx, actor, at, due, escalated ? 'escalate' : 'remind', stageText(stage), { stage, told });
      return true;
    });
    if (written)
      bus.publish({
        topic: 'notice.changed',
        tenant: due.issuer,
        data: { id: due.notice_id, action: 'remind', recipientId: due.id },
      });
    return written;
  }
}

function stageText(stage: Stage): string {
  if (stage === 'receipt') return '超过签收期限，尚未签收';
  if (stage === 'due') return '整改期限已到，尚未反馈';
  if (stage.startsWith('before-')) return `距整改期限不足 ${stage.slice(7)} 个工作日`;
  return `逾期 ${stage.slice(8)} 个工作日未反馈`;
}

/** Overdue from this many working days on, the issuer's own superior hears of it. */
const ISSUER_PARENT_AFTER = 3;

/** Before the deadline the recipient is reminded; after it the issuer and the recipient's superior hear too, and in the end the issuer's. */
function notificationsOf(due: Due, stage: Stage): Notification[] {
  const late = stage === 'due' || stage === 'receipt' || stage.startsWith('overdue');
  const days = stage.startsWith('overdue') ? Number(stage.slice(8)) : 0;
  const upper = new Set<string>();
  if (late) upper.add(due.issuer);
  if (days > 0 && due.parent !== null && due.parent.startsWith(due.issuer)) upper.add(due.parent);
  if (days >= ISSUER_PARENT_AFTER && due.issuer_parent !== null) upper.add(due.issuer_parent);
  const common = { link: `/notices/${due.notice_id}`, severity: late ? ('critical' as const) : ('warning' as const) };
  const key = `notice.reminder:${due.id}:${due.deadline.toISOString()}:${stage}`;
  return [
    {
      ...common,
      kind: late ? 'notice.overdue' : 'notice.due_soon',
      tenant: due.tenant,
      title: `${due.number} ${stageText(stage)}`,
      text: `《${due.title}》整改期限 ${chineseTime(due.deadline)}，请尽快${due.status === 'pending' ? '签收并' : ''}反馈。`,
      dedupKey: key,
    },
    ...[...upper].map((tenant) => ({
      ...common,
      kind: 'notice.escalated',
      tenant,
      title: `${due.institution}${stageText(stage)}`,
      text: `${due.number}《${due.title}》整改期限 ${chineseTime(due.deadline)}。`,
      dedupKey: `${key}:${tenant}`,
    })),
  ];
}
