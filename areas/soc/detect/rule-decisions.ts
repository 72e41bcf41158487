/** Who switched a rule on or off, or changed its level, for which subtree. The nearest decision above an institution wins. */
import { covers } from '@xinglin/platform/access';
import type { Tx } from '@xinglin/platform/state';
import { sql } from 'kysely';
import type { z } from 'zod';
import type { RuleDecision as RuleDecisionShape } from '../contract.ts';
import '../tables.ts';

export type RuleDecision = z.input<typeof RuleDecisionShape>;

/** The decisions the actor may read: those made within its scopes, and those from above that bind it. */
export async function readDecisions(
  tx: Tx,
  ids?: readonly string[],
): Promise<(RuleDecision & { readonly ruleId: string })[]> {
  const rows = await tx
    .selectFrom('soc_rule_setting')
    .select((row) => [
      'rule_id',
      'tenant',
      'enabled',
      'level',
      'reason',
      'author',
      'updated_at',
      sql<string | null>`soc_institution_name(${row.ref('tenant')})`.as('institution'),
    ])
    .$if(ids !== undefined, (query) => query.where('rule_id', 'in', ids ?? []))
    .orderBy('tenant')
    .execute();
  return rows.map((row) => ({
    ruleId: row.rule_id,
    tenant: row.tenant,
    institution: row.institution ?? row.tenant,
    enabled: row.enabled,
    level: row.level,
    reason: row.reason,
    author: row.author,
    at: row.updated_at.toISOString(),
  }));
}

/** By rule, the decision in force at an institution. */
export function nearestDecisions(
  decisions: readonly (RuleDecision & { readonly ruleId: string })[],
  tenant: string,
): ReadonlyMap<string, RuleDecision> {
  const nearest = new Map<string, RuleDecision>();
  for (const { ruleId, ...decision } of decisions) {
    if (!covers(decision.tenant, tenant)) continue;
    const known = nearest.get(ruleId);
    if (known === undefined || decision.tenant.length > known.tenant.length) nearest.set(ruleId, decision);
  }
  return nearest;
}
