import { sql } from 'kysely';
import { XinglinError } from '@xinglin/platform/kernel';
import type { Actor } from '@xinglin/platform/access';
import type { Audit, Tx } from '@xinglin/platform/state';
import { z } from 'zod';
import { IncidentGrade, Verdict } from '../../contract.ts';
import { requireAssignee } from '../context/assignees.ts';
import { requireScope } from '../context/query.ts';
import { startClosingClock, startStatutoryClocks, stopClosingClock } from '../../supervise/statutory/clocks.ts';
import { INCIDENT, isOver } from './machine.ts';
import type { IncidentState } from './machine.ts';
import { addEntry, mergeInto, openIncident, refreshIncident } from './store.ts';
import '../errors.ts';

const Text = z.string().trim().max(5000);
const Ids = z.array(z.string().max(40)).min(1).max(500);
export const OpenBody = z.object({ title: z.string().trim().min(2).max(200), alertIds: Ids });
export const CommentBody = z.object({ body: Text.min(1) });
export const AssignBody = z.object({ assignee: z.string().max(80).nullable() });
export const StatusBody = z.object({ status: z.enum(['triage', 'contained']), comment: Text.default('') });
export const GradeBody = z.object({ grade: IncidentGrade, reason: Text.min(2) });
/** The named incidents end; their alerts, and whatever was merged into them, come here. */
export const MergeBody = z.object({ incidentIds: z.array(z.string().max(40)).min(1).max(50) });
export const SplitBody = z.object({ alertIds: Ids, title: z.string().trim().min(2).max(200) });
export const ReopenBody = z.object({ reason: Text.min(2) });
export const CloseBody = z.object({ verdict: Verdict, conclusion: Text.min(2) });

interface Locked {
  id: string;
  number: string;
  tenant: string;
  title: string;
  status: IncidentState;
  grade: string;
  assignee: string | null;
  severity: number;
}

/** What every act on incidents has: who, when, where it is recorded. */
export interface ActContext {
  readonly tx: Tx;
  readonly audit: Audit;
  readonly actor: Actor;
  readonly now: Date;
}

async function lock(tx: Tx, ids: readonly string[]): Promise<Locked[]> {
  const result = await sql<Locked>`
    select id, number, tenant, title, status, grade, assignee, severity from soc_incident where id = any(${ids}::text[]) order by id for update`.execute(
    tx,
  );
  for (const id of ids)
    if (!result.rows.some((row) => row.id === id))
      throw new XinglinError('resource.not_found', { what: 'incident', id });
  return ids.flatMap((id) => result.rows.find((row) => row.id === id) ?? []);
}

async function lockOpen(tx: Tx, id: string): Promise<Locked> {
  const [incident] = await lock(tx, [id]);
  if (incident === undefined) throw new XinglinError('resource.not_found', { what: 'incident', id });
  if (isOver(incident.status))
    throw new XinglinError('soc.incident_over', { number: incident.number, state: incident.status });
  return incident;
}

async function record(
  { audit }: ActContext,
  incident: Pick<Locked, 'id' | 'tenant' | 'number' | 'title'>,
  verb: string,
  before: unknown,
  after: unknown,
): Promise<void> {
  await audit({
    action: `incident.${verb}`,
    tenant: incident.tenant,
    objectType: 'incident',
    objectId: incident.id,
    summary: `${incident.number} ${incident.title}`,
    before,
    after,
  });
}

/** Opens an incident by hand. The alerts are of one institution and of no incident. */
export async function open(context: ActContext, body: z.output<typeof OpenBody>): Promise<string> {
  const { tx, actor, now } = context;
  const tenant = await freeAlerts(tx, body.alertIds);
  requireScope(actor, tenant);
  const { id, number } = await openIncident(tx, now, {
    tenant,
    title: body.title,
    origin: 'manual',
    alertIds: body.alertIds,
  });
  await tx.updateTable('soc_incident').set({ first_look_at: now }).where('id', '=', id).execute();
  await addEntry(tx, now, {
    incidentId: id,
    tenant,
    kind: 'status',
    actor,
    body: 'opened',
    data: { to: 'new', reason: 'manual', alerts: body.alertIds },
  });
  await refreshIncident(tx, now, id);
  await record(context, { id, tenant, number, title: body.title }, 'open', undefined, body);
  return id;
}

/** Tenant of the alerts; refuses those of an incident or of several institutions. */
async function freeAlerts(tx: Tx, ids: readonly string[]): Promise<string> {
  const result = await sql<{ id: string; tenant: string; number: string | null }>`
    select a.id, a.tenant, i.number from soc_alert a left join soc_incident i on i.id = a.incident_id
    where a.id = any(${ids}::text[]) order by a.id for update of a`.execute(tx);
  for (const id of ids)
    if (!result.rows.some((row) => row.id === id)) throw new XinglinError('resource.not_found', { what: 'alert', id });
  const taken = result.rows.find((row) => row.number !== null);
  if (taken !== undefined)
    throw new XinglinError('soc.alert_in_incident', { id: taken.id, number: taken.number ?? '' });
  const tenants = [...new Set(result.rows.map((row) => row.tenant))];
  if (tenants.length > 1) throw new XinglinError('soc.alert_tenants', { tenants: tenants.join(', ') });
  return tenants[0] ?? '';
}

/** A comment is possible at any time, also after the end. */
export async function comment(context: ActContext, id: string, { body }: z.output<typeof CommentBody>): Promise<void> {
  const { tx, actor, now } = context;
  const [incident] = await lock(tx, [id]);
  if (incident === undefined) return;
  await addEntry(tx, now, { incidentId: id, tenant: incident.tenant, kind: 'comment', actor, body });
  await record(context, incident, 'comment', undefined, { body });
}

export async function assign(
  context: ActContext,
  id: string,
  { assignee }: z.output<typeof AssignBody>,
): Promise<void> {
  const { tx, actor, now } = context;
  const incident = await lockOpen(tx, id);
  const name = assignee === null ? '' : await requireAssignee(tx, assignee, incident.tenant);
  await tx.updateTable('soc_incident').set({ assignee, updated_at: now }).where('id', '=', id).execute();
  await addEntry(tx, now, {
    incidentId: id,
    tenant: incident.tenant,
    kind: 'assign',
    actor,
    body: name,
    data: { from: incident.assignee, to: assignee },
  });
  await record(context, incident, 'assign', { assignee: incident.assignee }, { assignee });
}

/** Into triage, or contained; containing sets its anchor, once. */
export async function setStatus(context: ActContext, id: string, body: z.output<typeof StatusBody>): Promise<void> {
  const { tx, actor, now } = context;
  const incident = await lockOpen(tx, id);
  const status = INCIDENT.next(incident.status, body.status === 'triage' ? 'triage' : 'contain', undefined);
  await sql`
    update soc_incident set status = ${status}, updated_at = ${now}, first_look_at = coalesce(first_look_at, ${now}),
      contained_at = case when ${status} = 'contained' then coalesce(contained_at, ${now}) else contained_at end where id = ${id}`.execute(
    tx,
  );
  await addEntry(tx, now, {
    incidentId: id,
    tenant: incident.tenant,
    kind: 'status',
    actor,
    body: body.comment,
    data: { from: incident.status, to: status },
  });
  await record(context, incident, 'status', { status: incident.status }, { status, comment: body.comment });
}

export async function grade(context: ActContext, id: string, body: z.output<typeof GradeBody>): Promise<void> {
  const { tx, actor, now } = context;
  const incident = await lockOpen(tx, id);
  await tx.updateTable('soc_incident').set({ grade: body.grade, updated_at: now }).where('id', '=', id).execute();
  await addEntry(tx, now, {
    incidentId: id,
    tenant: incident.tenant,
    kind: 'grade',
    actor,
    body: body.reason,
    data: { from: incident.grade, to: body.grade },
  });
  const looked = await tx.selectFrom('soc_incident').select('first_look_at').where('id', '=', id).executeTakeFirst();
  await startStatutoryClocks(tx, {
    id,
    tenant: incident.tenant,
    grade: body.grade,
    discoveredAt: looked?.first_look_at ?? now,
  });
  await record(context, incident, 'grade', { grade: incident.grade }, body);
}

export async function merge(
  context: ActContext,
  id: string,
  { incidentIds }: z.output<typeof MergeBody>,
): Promise<void> {
  const { tx, actor, now } = context;
  const others = [...new Set(incidentIds)];
  if (others.includes(id)) throw new XinglinError('soc.merge_self');
  const [into, ...from] = await lock(tx, [id, ...others]);
  if (into === undefined) return;
  for (const incident of [into, ...from]) {
    if (isOver(incident.status))
      throw new XinglinError('soc.incident_over', { number: incident.number, state: incident.status });
    if (incident.tenant !== into.tenant)
      throw new XinglinError('soc.merge_tenants', { a: into.number, b: incident.number });
  }
  await mergeInto(tx, now, into, from, actor);
  await refreshIncident(tx, now, id);
  await record(context, into, 'merge', undefined, { merged: from.map((incident) => incident.number) });
}

/** Takes alerts out into an incident of their own; both keep their anchors as their alerts tell. */
export async function split(context: ActContext, id: string, body: z.output<typeof SplitBody>): Promise<string> {
  const { tx, actor, now } = context;
  const incident = await lockOpen(tx, id);
  const rows = await tx.selectFrom('soc_alert').select('id').where('incident_id', '=', id).forUpdate().execute();
  const members = new Set(rows.map((row) => row.id));
  const taken = [...new Set(body.alertIds)];
  const stranger = taken.find((alertId) => !members.has(alertId));
  if (stranger !== undefined) throw new XinglinError('soc.alert_not_in_incident', { id: stranger });
  if (taken.length === members.size) throw new XinglinError('soc.split_all');
  const made = await openIncident(tx, now, {
    tenant: incident.tenant,
    title: body.title,
    origin: 'manual',
    alertIds: taken,
  });
  const data = { alerts: taken, from: id, fromNumber: incident.number, to: made.id, toNumber: made.number };
  await addEntry(tx, now, {
    incidentId: id,
    tenant: incident.tenant,
    kind: 'split',
    actor,
    body: `拆分到 ${made.number}`,
    data,
  });
  await addEntry(tx, now, {
    incidentId: made.id,
    tenant: incident.tenant,
    kind: 'split',
    actor,
    body: `由 ${incident.number} 拆分`,
    data,
  });
  await refreshIncident(tx, now, id);
  await refreshIncident(tx, now, made.id);
  await record(context, incident, 'split', undefined, { alerts: taken, into: made.number });
  return made.id;
}

/** Ends the incident with its conclusion; alerts nobody judged get the incident's verdict. */
export async function close(context: ActContext, id: string, body: z.output<typeof CloseBody>): Promise<void> {
  const { tx, actor, now } = context;
  const incident = await lockOpen(tx, id);
  const status = INCIDENT.next(incident.status, 'close', undefined);
  await sql`
    update soc_incident set status = ${status}, verdict = ${body.verdict}, conclusion = ${body.conclusion}, closed_at = coalesce(closed_at, ${now}),
      first_look_at = coalesce(first_look_at, ${now}), updated_at = ${now} where id = ${id}`.execute(tx);
  await sql`
    update soc_alert set status = 'closed', verdict = ${body.verdict}, verdict_reason = ${`${incident.number}: ${body.conclusion}`.slice(0, 2000)}, verdict_by = ${actor.id},
      verdict_at = ${now}, updated_at = ${now} where incident_id = ${id} and status <> 'closed'`.execute(tx);
  await addEntry(tx, now, {
    incidentId: id,
    tenant: incident.tenant,
    kind: 'status',
    actor,
    body: body.conclusion,
    data: { from: incident.status, to: status, verdict: body.verdict },
  });
  await startClosingClock(tx, id, now);
  await record(context, incident, 'close', { status: incident.status }, body);
}

/**
 * Takes a closed incident up again: verdict, closing and containment are undone (the timeline keeps them), the closing report's clock
 * stands still. Its alerts keep their verdicts; each can be reopened alone.
 */
export async function reopen(context: ActContext, id: string, { reason }: z.output<typeof ReopenBody>): Promise<void> {
  const { tx, actor, now } = context;
  const [incident] = await lock(tx, [id]);
  if (incident === undefined) return;
  const status = INCIDENT.next(incident.status, 'reopen', undefined);
  await tx
    .updateTable('soc_incident')
    .set({ status, verdict: null, conclusion: '', closed_at: null, contained_at: null, updated_at: now })
    .where('id', '=', id)
    .execute();
  await addEntry(tx, now, {
    incidentId: id,
    tenant: incident.tenant,
    kind: 'status',
    actor,
    body: reason,
    data: { from: incident.status, to: status },
  });
  await stopClosingClock(tx, id);
  await record(context, incident, 'reopen', { status: incident.status }, { status, reason });
}
