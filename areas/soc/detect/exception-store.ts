/** Exceptions in the state store: read for the workers, kept and ended for people. */
import type { Database, Tx } from '@xinglin/platform/state';
import { sql } from 'kysely';
import type { Kysely } from 'kysely';
import type { SigmaRule } from '@xinglin/sigma';
import { parseFilter } from './exception.ts';
import type { RuleException } from './exception.ts';
import { neededBy } from './rule-needs.ts';
import type { RuleSet } from './rule-set.ts';
import './rule-tables.ts';

/** The rules an exception for `ruleId` holds for: the rule, or those a correlation counts. */
export function exceptedRules(set: Pick<RuleSet, 'rules' | 'correlations'>, ruleId: string): readonly SigmaRule[] {
  const correlation = set.correlations.find(({ id }) => id === ruleId);
  if (correlation === undefined) return set.rules.filter(({ id }) => id === ruleId);
  const wanted = neededBy(set, correlation);
  return set.rules.filter(({ id, name }) => wanted.has(id) || (name !== undefined && wanted.has(name)));
}

/** All that are in force. Those whose time ends later stop by themselves in the workers. */
export async function loadExceptions(
  db: Kysely<Database>,
  set: Pick<RuleSet, 'rules' | 'correlations'>,
): Promise<{
  readonly exceptions: readonly RuleException[];
  readonly unusable: readonly { exception: string; reason: string }[];
}> {
  const rows = await db
    .selectFrom('soc_rule_exception')
    .select(['id', 'tenant', 'rule_id', 'yaml', 'asset_kinds', 'expires_at'])
    .where('ended_at', 'is', null)
    .orderBy('id')
    .execute();
  const unusable: { exception: string; reason: string }[] = [];
  const exceptions = rows.flatMap((row): RuleException[] => {
    const { filter, issues } = parseFilter(row.yaml);
    if (filter === undefined) {
      unusable.push({ exception: row.id, reason: issues[0]?.message ?? '' });
      return [];
    }
    return [
      {
        id: row.id,
        tenant: row.tenant,
        rules: exceptedRules(set, row.rule_id).map(({ id }) => id),
        fires: filter.detection.expression,
        assetKinds: row.asset_kinds,
        until: row.expires_at.getTime(),
      },
    ];
  });
  return { exceptions, unusable };
}

export interface ExceptionRow {
  readonly id: string;
  readonly tenant: string;
  readonly institution: string | null;
  readonly rule_id: string;
  readonly title: string;
  readonly yaml: string;
  readonly asset_kinds: string[];
  readonly reason: string;
  readonly author: string;
  readonly alert_id: string | null;
  readonly created_at: Date;
  readonly expires_at: Date;
  readonly ended_at: Date | null;
  readonly ended_by: string | null;
}

/** What the actor may read: its own scopes', and those from above that hold for it too. */
export async function listExceptions(
  tx: Tx,
  query: {
    readonly rule: string | undefined;
    readonly state: 'active' | 'ended' | 'all';
    readonly now: Date;
    readonly limit: number;
    readonly cursor: string | undefined;
  },
): Promise<ExceptionRow[]> {
  const over = sql<boolean>`(ended_at is not null or expires_at <= ${query.now})`;
  return await tx
    .selectFrom('soc_rule_exception')
    .selectAll()
    .select((row) => sql<string | null>`soc_institution_name(${row.ref('tenant')})`.as('institution'))
    .$if(query.rule !== undefined, (rows) => rows.where('rule_id', '=', query.rule ?? ''))
    .$if(query.state === 'active', (rows) => rows.where(sql<boolean>`not ${over}`))
    .$if(query.state === 'ended', (rows) => rows.where(over))
    .$if(query.cursor !== undefined, (rows) => rows.where('id', '<', query.cursor ?? ''))
    .orderBy('id', 'desc')
    .limit(query.limit)
    .execute();
}
