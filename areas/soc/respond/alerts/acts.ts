import { sql } from 'kysely';
import type { Actor } from '@xinglin/platform/access';
import type { Audit, State, Tx } from '@xinglin/platform/state';
import { z } from 'zod';
import { Verdict } from '../../contract.ts';
import { requireAssignee } from '../context/assignees.ts';
import '../errors.ts';

const Reason = z.string().trim().max(2000);

export const VerdictBody = z.object({ verdict: Verdict, reason: Reason.min(2) });
export const AssignBody = z.object({ assignee: z.string().max(80).nullable() });
export const BulkBody = z.object({
  ids: z.array(z.string().max(40)).min(1).max(500),
  action: z.discriminatedUnion('type', [
    VerdictBody.extend({ type: z.literal('verdict') }),
    AssignBody.extend({ type: z.literal('assign') }),
    z.object({ type: z.literal('reopen'), reason: Reason.default('') }),
  ]),
});
export type AlertAction = z.output<typeof BulkBody>['action'];

export interface ActOutcome {
  readonly changed: readonly { readonly id: string; readonly tenant: string; readonly incidentId: string | null }[];
  readonly skipped: readonly { readonly id: string; readonly reason: 'not_found' | 'unchanged' | 'conflict' }[];
}

interface Locked {
  id: string;
  tenant: string;
  status: 'new' | 'open' | 'closed';
  verdict: string | null;
  assignee: string | null;
  incident_id: string | null;
  dedup_key: string;
  title_zh: string;
}

/** Thrown to leave the transaction without a trace: there was nothing to do. */
export class NothingChanged extends Error {
  readonly outcome: ActOutcome;

  constructor(outcome: ActOutcome) {
    super('nothing changed');
    this.outcome = outcome;
  }
}

/**
 * One act on one or many alerts, each with its audit record. Throws {@link NothingChanged} when no alert changed. Alerts out of the actor's sight are reported as not found; an act that
 * would change nothing is skipped. A verdict closes the alert and feeds the rule's false-positive rate.
 */
export async function actOnAlerts(
  tx: Tx,
  audit: Audit,
  actor: Actor,
  now: Date,
  ids: readonly string[],
  action: AlertAction,
): Promise<ActOutcome> {
  const wanted = [...new Set(ids)];
  const rows = await sql<Locked>`
    select id, tenant, status, verdict, assignee, incident_id, dedup_key, title_zh from soc_alert where id = any(${wanted}::text[]) order by id for update`.execute(
    tx,
  );
  const found = new Map(rows.rows.map((row) => [row.id, row]));
  const changed: ActOutcome['changed'][number][] = [];
  const skipped: ActOutcome['skipped'][number][] = [];
  for (const id of wanted) {
    const row = found.get(id);
    if (row === undefined) {
      skipped.push({ id, reason: 'not_found' });
      continue;
    }
    const outcome = await act(tx, actor, now, row, action);
    if (outcome === 'done') {
      changed.push({ id, tenant: row.tenant, incidentId: row.incident_id });
      await audit(entry(row, action));
    } else skipped.push({ id, reason: outcome });
  }
  if (changed.length === 0) throw new NothingChanged({ changed, skipped });
  return { changed, skipped };
}

async function act(
  tx: Tx,
  actor: Actor,
  now: Date,
  row: Locked,
  action: AlertAction,
): Promise<'done' | 'unchanged' | 'conflict'> {
  const update = tx.updateTable('soc_alert').where('id', '=', row.id);
  if (action.type === 'assign') {
    if (row.assignee === action.assignee) return 'unchanged';
    if (action.assignee !== null) await requireAssignee(tx, action.assignee, row.tenant);
    await update
      .set({ assignee: action.assignee, status: row.status === 'new' ? 'open' : row.status, updated_at: now })
      .execute();
    return 'done';
  }
  if (action.type === 'verdict') {
    if (row.status === 'closed' && row.verdict === action.verdict) return 'unchanged';
    await update
      .set({
        status: 'closed',
        verdict: action.verdict,
        verdict_reason: action.reason,
        verdict_by: actor.id,
        verdict_at: now,
        updated_at: now,
      })
      .execute();
    return 'done';
  }
  if (row.status !== 'closed') return 'unchanged';
  const open = await tx
    .selectFrom('soc_alert')
    .select('id')
    .where('dedup_key', '=', row.dedup_key)
    .where('status', '<>', 'closed')
    .executeTakeFirst();
  // The same thing came again and has an open alert of its own.
  if (open !== undefined) return 'conflict';
  await update
    .set({
      status: 'open',
      verdict: null,
      verdict_reason: action.reason,
      verdict_by: null,
      verdict_at: null,
      updated_at: now,
    })
    .execute();
  return 'done';
}

function entry(row: Locked, action: AlertAction) {
  const { type, ...after } = action;
  return {
    action: `alert.${type}`,
    tenant: row.tenant,
    objectType: 'alert',
    objectId: row.id,
    summary: row.title_zh,
    before: { status: row.status, verdict: row.verdict, assignee: row.assignee },
    after,
  };
}

/**
 * Records that a person who may act on it has seen the alert: once for the alert and once for its incident. A viewer, a big screen
 * or a program is no look.
 */
export async function recordFirstLook(
  state: State,
  actor: Actor,
  alertId: string,
  now: Date,
): Promise<{ incidentId: string | null } | undefined> {
  if (actor.kind !== 'user' || !actor.permissions.has('alert:write')) return undefined;
  return await state.machine(async (tx) => {
    const row = await tx
      .updateTable('soc_alert')
      .set((eb) => ({
        first_look_at: now,
        status: eb
          .case()
          .when('status', '=', 'new')
          .then('open' as const)
          .else(eb.ref('status'))
          .end(),
        updated_at: now,
      }))
      .where('id', '=', alertId)
      .where('first_look_at', 'is', null)
      .returning(['tenant', 'incident_id'])
      .executeTakeFirst();
    if (row === undefined) return undefined;
    if (row.incident_id !== null) await lookAtIncident(tx, row.incident_id, now);
    return { incidentId: row.incident_id };
  });
}

/** Returns true when this was the first look. */
export async function lookAtIncident(tx: Tx, id: string, now: Date): Promise<boolean> {
  const row = await tx
    .updateTable('soc_incident')
    .set({ first_look_at: now })
    .where('id', '=', id)
    .where('first_look_at', 'is', null)
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}
