import { systemActor } from '@xinglin/platform/access';
import type { Actor } from '@xinglin/platform/access';
import { XinglinError, newId } from '@xinglin/platform/kernel';
import { canonicalJson } from '@xinglin/platform/state';
import type { Audit, Tx } from '@xinglin/platform/state';
import { sql } from 'kysely';
import { chineseTime } from '../calendar/index.ts';
import type { SuperviseContext } from '../context.ts';
import { sm3 } from '../notices/files.ts';
import {
  CLOSING_BASIS,
  CLOSING_MS,
  GRADE_ZH,
  INITIAL_LIMITS,
  STAGE_ZH,
  SUPPLEMENT_BASIS,
  clockStage,
  itemsOf,
  mustReport,
  requiredItems,
} from './rules.ts';
import type { Grade, StatutoryStage } from './rules.ts';
import '../errors.ts';
import '../tables.ts';

/** What the clocks need to know of an incident. */
export interface ClockIncident {
  readonly id: string;
  readonly tenant: string;
  readonly grade: Grade;
  /** When the unit found out: the first look, else the moment it was graded. */
  readonly discoveredAt: Date;
  readonly closedAt?: Date | null;
}

/**
 * Starts the reporting clocks of an incident graded 较大 or above; called by whoever grades it, inside its transaction. Calling it again
 * changes nothing that runs; a grade below starts nothing. Returns the stages that were started.
 */
export async function startStatutoryClocks(tx: Tx, incident: ClockIncident): Promise<StatutoryStage[]> {
  if (!mustReport(incident.grade)) return [];
  const institution = await tx
    .selectFrom('soc_institution')
    .select('operator_type')
    .where('tenant', '=', incident.tenant)
    .executeTakeFirst();
  const limit = INITIAL_LIMITS[institution?.operator_type ?? 'other'];
  const rows = await tx
    .insertInto('soc_statutory_report')
    .values([
      {
        id: newId(),
        incident_id: incident.id,
        tenant: incident.tenant,
        stage: 'initial',
        basis: limit.basis,
        due_at: new Date(incident.discoveredAt.getTime() + limit.ms),
        submitted_by: null,
        created_at: incident.discoveredAt,
      },
      {
        id: newId(),
        incident_id: incident.id,
        tenant: incident.tenant,
        stage: 'closing',
        basis: CLOSING_BASIS,
        due_at:
          incident.closedAt === undefined || incident.closedAt === null
            ? null
            : new Date(incident.closedAt.getTime() + CLOSING_MS),
        submitted_by: null,
        created_at: incident.discoveredAt,
      },
    ])
    .onConflict((conflict) => conflict.doNothing())
    .returning('stage')
    .execute();
  return rows.map((row) => row.stage);
}

/** The closing report's 30 days begin when the handling ends; called by whoever closes the incident, inside its transaction. */
export async function startClosingClock(tx: Tx, incidentId: string, closedAt: Date): Promise<void> {
  await tx
    .updateTable('soc_statutory_report')
    .set({ due_at: new Date(closedAt.getTime() + CLOSING_MS) })
    .where('incident_id', '=', incidentId)
    .where('stage', '=', 'closing')
    .where('submitted_at', 'is', null)
    .execute();
}

/** The incident is handled again: its closing report is not due until it is closed anew. */
export async function stopClosingClock(tx: Tx, incidentId: string): Promise<void> {
  await tx
    .updateTable('soc_statutory_report')
    .set({ due_at: null })
    .where('incident_id', '=', incidentId)
    .where('stage', '=', 'closing')
    .where('submitted_at', 'is', null)
    .execute();
}

/** Keeps a new version of a staged report. The clock stops with the first version of its stage; later versions correct it. */
export async function submitStatutory(
  tx: Tx,
  audit: Audit,
  actor: Actor,
  incident: { id: string; tenant: string; grade: Grade; number: string },
  stage: StatutoryStage,
  content: Readonly<Record<string, string>>,
  now: Date,
): Promise<void> {
  if (!mustReport(incident.grade))
    throw new XinglinError('statutory.not_required', { grade: GRADE_ZH[incident.grade] });
  const items = itemsOf(stage);
  const given = Object.fromEntries(
    items.map(({ key }) => [key, (content[key] ?? '').trim()] as const).filter(([, text]) => text !== ''),
  );
  const lacking = requiredItems(stage).filter((key) => given[key] === undefined);
  if (lacking.length > 0 || Object.keys(given).length === 0) {
    const named = items.filter((item) => lacking.includes(item.key) || lacking.length === 0).map((item) => item.zh);
    throw new XinglinError(
      'statutory.incomplete',
      { stage: STAGE_ZH[stage], items: named.join(';') },
      {
        details: lacking.map((key) => ({
          path: `body.content.${key}`,
          message: items.find((item) => item.key === key)?.zh ?? key,
        })),
      },
    );
  }
  const reports = await tx
    .selectFrom('soc_statutory_report')
    .selectAll()
    .where('incident_id', '=', incident.id)
    .forUpdate()
    .execute();
  const initial = reports.find((report) => report.stage === 'initial');
  if (stage !== 'initial' && initial?.submitted_at == null) throw new XinglinError('statutory.order');
  const report = reports.find((found) => found.stage === stage);
  if (report === undefined) throw new XinglinError('resource.not_found', { what: '法定报告', id: stage });

  // A later report builds on what was said before: an item is open only if no version ever had it.
  const before =
    stage === 'supplement'
      ? { ...(initial?.content as Record<string, string>), ...(report.content as Record<string, string>) }
      : {};
  const whole = { ...before, ...given };
  const missing =
    stage === 'closing'
      ? []
      : items.filter(({ key }) => key !== 'other' && whole[key] === undefined).map(({ key }) => key);
  const { last } = await tx
    .selectFrom('soc_statutory_version')
    .select((eb) => eb.fn.coalesce(eb.fn.max('version'), sql<number>`0`).as('last'))
    .where('report_id', '=', report.id)
    .executeTakeFirstOrThrow();
  const version = Number(last) + 1;
  const hash = sm3(canonicalJson(given));
  await tx
    .insertInto('soc_statutory_version')
    .values({
      report_id: report.id,
      version,
      tenant: incident.tenant,
      content: JSON.stringify(given),
      missing,
      sm3: hash,
      submitted_at: now,
      submitted_by: actor.name,
    })
    .execute();
  await tx
    .updateTable('soc_statutory_report')
    .set({
      content: JSON.stringify(whole),
      submitted_at: report.submitted_at ?? now,
      submitted_by: report.submitted_by ?? actor.name,
    })
    .where('id', '=', report.id)
    .execute();
  // Art. 7: what the initial report had to leave open is to follow.
  if (stage === 'initial' && missing.length > 0) {
    await tx
      .insertInto('soc_statutory_report')
      .values({
        id: newId(),
        incident_id: incident.id,
        tenant: incident.tenant,
        stage: 'supplement',
        basis: SUPPLEMENT_BASIS,
        due_at: null,
        submitted_by: null,
        created_at: now,
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
  await tx
    .insertInto('soc_incident_entry')
    .values({
      id: newId(),
      incident_id: incident.id,
      tenant: incident.tenant,
      at: now,
      kind: 'report',
      actor_id: actor.id,
      actor_name: actor.name,
      body: `提交${STAGE_ZH[stage]}(第 ${version} 版)`,
      data: JSON.stringify({ stage, version, sm3: hash }),
    })
    .execute();
  const late = report.submitted_at === null && report.due_at !== null && now > report.due_at;
  await audit({
    action: 'incident.statutory_report',
    tenant: incident.tenant,
    objectType: 'incident',
    objectId: incident.id,
    summary: `${incident.number} 提交${STAGE_ZH[stage]}第 ${version} 版${late ? '（超过法定时限）' : ''}`,
    after: { stage, version, sm3: hash, missing, late },
  });
}

interface ClockRow {
  id: string;
  incident_id: string;
  tenant: string;
  stage: StatutoryStage;
  due_at: Date;
  created_at: Date;
  closed_at: Date | null;
  number: string;
  title: string;
  institution: string;
  parent: string | null;
  sent: string[];
}

/** Reminds of running clocks; safe to call at any time. Returns how many reminders went out. */
export async function sendStatutoryReminders({ platform }: SuperviseContext): Promise<number> {
  const { state, notify, now } = platform;
  const { rows } = await sql<ClockRow>`
    select s.id, s.incident_id, s.tenant, s.stage, s.due_at, s.created_at, i.closed_at, i.number, i.title, t.name as institution, t.parent,
           array(select m.stage from soc_statutory_reminder m where m.report_id = s.id and m.due_at = s.due_at) as sent
    from soc_statutory_report s join soc_incident i on i.id = s.incident_id join soc_institution t on t.tenant = s.tenant
    where s.submitted_at is null and s.due_at is not null and i.status <> 'merged' order by s.due_at limit 1000`.execute(
    state.owner,
  );
  let count = 0;
  for (const row of rows) {
    const at = now();
    const stage = clockStage(
      row.stage,
      row.stage === 'closing' ? (row.closed_at ?? row.created_at) : row.created_at,
      row.due_at,
      at,
    );
    if (row.sent.includes(stage)) continue;
    const late = stage === 'due' || stage.startsWith('overdue');
    const name = STAGE_ZH[row.stage];
    for (const tenant of [row.tenant, ...(row.parent === null ? [] : [row.parent])]) {
      await notify.send({
        kind: late ? 'statutory.overdue' : 'statutory.due',
        tenant,
        title: `${row.institution} ${row.number} ${name}${late ? '已超过法定时限' : `须于 ${chineseTime(row.due_at)} 前提交`}`,
        text: `《${row.title}》达到国家网络安全事件报告等级，请按规定内容提交${name}。`,
        link: `/incidents/${row.incident_id}`,
        severity: late || row.stage === 'initial' ? 'critical' : 'warning',
        dedupKey: `statutory:${row.id}:${row.due_at.toISOString()}:${stage}:${tenant}`,
      });
    }
    await state.write(systemActor('supervise.statutory'), 'incident:write', async (tx, audit) => {
      await tx
        .insertInto('soc_statutory_reminder')
        .values({ report_id: row.id, stage, due_at: row.due_at, tenant: row.tenant, sent_at: at })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      await audit({
        action: 'incident.statutory_reminder',
        tenant: row.tenant,
        objectType: 'incident',
        objectId: row.incident_id,
        summary: `${row.number} ${name}提醒：${stage}`,
        after: { stage, dueAt: row.due_at.toISOString() },
      });
    });
    count += 1;
  }
  return count;
}
