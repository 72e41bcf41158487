/** Every text a rule of an institution's own has had. */
import type { Tx } from '@xinglin/platform/state';
import type { RuleVersion } from '../contract.ts';
import './rule-tables.ts';

/** Oldest texts beyond this are forgotten; the audit log still has them. */
const MAX_VERSIONS = 200;

export async function keepVersion(
  tx: Tx,
  version: {
    readonly ruleId: string;
    readonly version: number;
    readonly tenant: string;
    readonly yaml: string;
    readonly author: string;
    readonly note: string;
    readonly at: Date;
  },
): Promise<void> {
  const { ruleId, at, ...rest } = version;
  await tx
    .insertInto('soc_rule_version')
    .values({ rule_id: ruleId, created_at: at, ...rest })
    .execute();
  await tx
    .deleteFrom('soc_rule_version')
    .where('rule_id', '=', ruleId)
    .where('version', '<=', version.version - MAX_VERSIONS)
    .execute();
}

/** Newest first. */
export async function readVersions(tx: Tx, ruleId: string): Promise<RuleVersion[]> {
  const rows = await tx
    .selectFrom('soc_rule_version')
    .select(['version', 'yaml', 'author', 'note', 'created_at'])
    .where('rule_id', '=', ruleId)
    .orderBy('version', 'desc')
    .execute();
  return rows.map(({ created_at: at, ...row }) => ({ ...row, createdAt: at.toISOString() }));
}
