import { sql } from 'kysely';
import { XinglinError, newId } from '@xinglin/platform/kernel';
import type { Actor } from '@xinglin/platform/access';
import type { Audit, Tx } from '@xinglin/platform/state';
import { z } from 'zod';
import { Level, Suppression, SuppressionCondition, page } from '../../contract.ts';
import { below, iso, requireScope, whereAll } from '../context/query.ts';
import { cidrMatcher } from './address.ts';
import { suppressionMatcher } from './suppression.ts';
import type { Condition } from './suppression.ts';
import '../errors.ts';

/** Nothing is hidden for ever: after this it must be decided again. */
export const LONGEST_DAYS = 366;
const PREVIEW_DAYS = 7;
const MOST_PREVIEWED = 20_000;

const Field = z.string().regex(/^[@a-zA-Z0-9_.-]{1,120}$/);
export const SuppressionBody = z.object({
  tenant: Suppression.shape.tenant,
  ruleId: z.string().max(200).nullable().default(null),
  conditions: z
    .array(SuppressionCondition.extend({ field: Field, value: z.string().trim().min(1).max(500) }))
    .max(10)
    .default([]),
  reason: z.string().trim().min(4).max(1000),
  expiresAt: z.iso.datetime({ offset: true }),
});
export type SuppressionBody = z.output<typeof SuppressionBody>;
export const PreviewBody = SuppressionBody.pick({ tenant: true, ruleId: true, conditions: true });

export const SuppressionPreview = z.object({
  days: z.number(),
  /** Alerts of the last days in scope, and those of which every, or some, kept evidence would have been hidden. */
  alerts: z.number(),
  hidden: z.number(),
  partly: z.number(),
  /** Hits in the hidden alerts. */
  hits: z.number(),
  /** Hidden alerts that people judged true: a reason to think again. */
  judgedTrue: z.number(),
  byRule: z.array(
    z.object({
      ruleId: z.string(),
      title: z.string(),
      titleZh: z.string(),
      level: Level,
      alerts: z.number(),
      hits: z.number(),
    }),
  ),
  examples: z.array(
    z.object({ id: z.string(), title: z.string(), titleZh: z.string(), institution: z.string(), count: z.number() }),
  ),
  /** True when there were more alerts than the preview looks at. */
  truncated: z.boolean(),
});

export const SuppressionList = page(Suppression);

export function checkSuppression(
  body: Pick<SuppressionBody, 'ruleId' | 'conditions'>,
  expiresAt?: string,
  now?: Date,
): void {
  if (body.ruleId === null && body.conditions.length === 0) throw new XinglinError('soc.suppression_too_wide');
  for (const { field, op, value } of body.conditions) {
    if (op === 'cidr' && cidrMatcher(value) === undefined)
      throw new XinglinError('soc.suppression_condition', { field, op, value });
    if (op === 'wildcard' && /^[*?]*$/.test(value))
      throw new XinglinError('soc.suppression_condition', { field, op, value });
  }
  if (expiresAt === undefined || now === undefined) return;
  const ms = Date.parse(expiresAt) - now.getTime();
  if (!(ms > 0 && ms <= LONGEST_DAYS * 86_400_000))
    throw new XinglinError('soc.suppression_expiry', { days: LONGEST_DAYS });
}

interface Candidate {
  id: string;
  tenant: string;
  institution: string | null;
  rule_id: string;
  title: string;
  title_zh: string;
  level: Level;
  count: number;
  verdict: string | null;
  events: Record<string, unknown>[];
}

/** Alerts of the scope and rule with their kept evidence, newest first. */
async function candidates(
  tx: Tx,
  scope: { tenant: string; ruleId: string | null },
  open: boolean,
  since: Date,
): Promise<Candidate[]> {
  const conditions = [below(sql`a.tenant`, scope.tenant), sql`a.kind <> 'silence'`];
  if (scope.ruleId !== null) conditions.push(sql`a.rule_id = ${scope.ruleId}`);
  conditions.push(open ? sql`a.status <> 'closed' and a.suppressed_by is null` : sql`a.last_seen >= ${since}`);
  const result = await sql<Candidate>`
    select a.id, a.tenant, n.name as institution, a.rule_id, a.title, a.title_zh, a.level, a.count, a.verdict,
      coalesce((select jsonb_agg(e.event) from soc_alert_event e where e.alert_id = a.id), '[]') as events
    from soc_alert a left join soc_institution n on n.tenant = a.tenant
    where ${whereAll(conditions)} order by a.last_seen desc limit ${MOST_PREVIEWED + 1}`.execute(tx);
  return result.rows;
}

/** What the suppression would have hidden in the last seven days, judged on the evidence kept with each alert. */
export async function previewSuppression(
  tx: Tx,
  now: Date,
  body: { tenant: string; ruleId: string | null; conditions: readonly Condition[] },
): Promise<z.input<typeof SuppressionPreview>> {
  const rows = await candidates(tx, body, false, new Date(now.getTime() - PREVIEW_DAYS * 86_400_000));
  const seen = rows.slice(0, MOST_PREVIEWED);
  const matcher = suppressionMatcher({ id: '', ...body });
  const judged = seen.map((row) => ({ row, matching: row.events.filter((event) => matcher.holds(event)).length }));
  const hidden = judged
    .filter(({ row, matching }) => matching > 0 && matching === row.events.length)
    .map(({ row }) => row);
  const sum = (list: readonly Candidate[]): number => list.reduce((total, row) => total + row.count, 0);
  const byRule = [...Map.groupBy(hidden, (row) => row.rule_id).entries()].map(([ruleId, list]) => ({
    ruleId,
    title: list[0]?.title ?? ruleId,
    titleZh: list[0]?.title_zh ?? ruleId,
    level: list[0]?.level ?? ('medium' as const),
    alerts: list.length,
    hits: sum(list),
  }));
  return {
    days: PREVIEW_DAYS,
    alerts: seen.length,
    hidden: hidden.length,
    partly: judged.filter(({ row, matching }) => matching > 0 && matching < row.events.length).length,
    hits: sum(hidden),
    judgedTrue: hidden.filter((row) => row.verdict === 'true').length,
    byRule: byRule.toSorted((a, b) => b.alerts - a.alerts).slice(0, 20),
    examples: hidden.slice(0, 10).map((row) => ({
      id: row.id,
      title: row.title,
      titleZh: row.title_zh,
      institution: row.institution ?? row.tenant,
      count: row.count,
    })),
    truncated: rows.length > MOST_PREVIEWED,
  };
}

/** Stores the suppression and hides the open alerts that it covers whole. */
export async function createSuppression(
  tx: Tx,
  audit: Audit,
  actor: Actor,
  now: Date,
  body: SuppressionBody,
): Promise<{ id: string; hidden: number }> {
  requireScope(actor, body.tenant);
  checkSuppression(body, body.expiresAt, now);
  const id = newId();
  await tx
    .insertInto('soc_suppression')
    .values({
      id,
      tenant: body.tenant,
      rule_id: body.ruleId,
      conditions: JSON.stringify(body.conditions),
      reason: body.reason,
      author: actor.name,
      expires_at: body.expiresAt,
      created_at: now,
    })
    .execute();
  const matcher = suppressionMatcher({ id, ...body });
  const rows = await candidates(tx, body, true, now);
  const ids = rows
    .filter((row) => row.events.length > 0 && row.events.every((event) => matcher.holds(event)))
    .map((row) => row.id);
  if (ids.length > 0)
    await tx.updateTable('soc_alert').set({ suppressed_by: id, updated_at: now }).where('id', 'in', ids).execute();
  await audit({
    action: 'suppression.create',
    tenant: body.tenant,
    objectType: 'suppression',
    objectId: id,
    summary: body.reason,
    after: { ...body, hiddenAlerts: ids.length },
  });
  return { id, hidden: ids.length };
}

/** Ends a suppression; what it hid comes back to the queue. */
export async function endSuppression(tx: Tx, audit: Audit, now: Date, id: string): Promise<void> {
  const row = await tx
    .updateTable('soc_suppression')
    .set({ ended_at: now })
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .returning(['tenant', 'reason'])
    .executeTakeFirst();
  if (row === undefined) throw new XinglinError('resource.not_found', { what: 'suppression', id });
  await tx
    .updateTable('soc_alert')
    .set({ suppressed_by: null, updated_at: now })
    .where('suppressed_by', '=', id)
    .execute();
  await audit({
    action: 'suppression.end',
    tenant: row.tenant,
    objectType: 'suppression',
    objectId: id,
    summary: row.reason,
  });
}

/** Suppressions past their expiry end by themselves. Returns how many. */
export async function expireSuppressions(tx: Tx, now: Date): Promise<number> {
  const rows = await tx
    .updateTable('soc_suppression')
    .set({ ended_at: now })
    .where('ended_at', 'is', null)
    .where('expires_at', '<=', now)
    .returning('id')
    .execute();
  const ids = rows.map((row) => row.id);
  if (ids.length > 0)
    await tx
      .updateTable('soc_alert')
      .set({ suppressed_by: null, updated_at: now })
      .where('suppressed_by', 'in', ids)
      .execute();
  return ids.length;
}

export async function listSuppressions(
  tx: Tx,
  query: {
    tenant?: string | undefined;
    state: 'active' | 'ended' | 'all';
    q?: string | undefined;
    limit: number;
    cursor?: string | undefined;
  },
): Promise<z.input<typeof SuppressionList>> {
  let select = tx.selectFrom('soc_suppression');
  if (query.tenant !== undefined) select = select.where(sql<boolean>`${below(sql`tenant`, query.tenant)}`);
  if (query.state !== 'all') select = select.where('ended_at', query.state === 'active' ? 'is' : 'is not', null);
  if (query.q !== undefined && query.q !== '') {
    const text = query.q.toLowerCase();
    select = select.where(
      sql<boolean>`position(${text} in lower(reason || ' ' || author || ' ' || coalesce(rule_id, '') || ' ' || conditions::text)) > 0`,
    );
  }
  const { total } = await select.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
  if (query.cursor !== undefined) select = select.where('id', '<', query.cursor);
  const rows = await select
    .selectAll()
    .orderBy('id', 'desc')
    .limit(query.limit + 1)
    .execute();
  const items = rows.slice(0, query.limit).map((row) => ({
    id: row.id,
    tenant: row.tenant,
    ruleId: row.rule_id,
    conditions: row.conditions,
    reason: row.reason,
    author: row.author,
    expiresAt: iso(row.expires_at),
    hits: Number(row.hits),
    lastHitAt: iso(row.last_hit_at),
    createdAt: iso(row.created_at),
    endedAt: iso(row.ended_at),
  }));
  const next = rows.length > query.limit ? items.at(-1)?.id : undefined;
  return { items, total, ...(next !== undefined && { next }) };
}
