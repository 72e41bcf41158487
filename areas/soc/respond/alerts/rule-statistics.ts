import { sql } from 'kysely';
import type { Tx } from '@xinglin/platform/state';

export interface RuleStatistics {
  /** Alerts of the last 24 hours, by last sight. */
  readonly alerts24h: number;
  /** Percent of the judged alerts of the last 90 days that were judged false; null until five were judged. */
  readonly falsePositiveRate: number | null;
  readonly judged: number;
  /** Events counted into the alerts seen in the last 30 days. */
  readonly hits30d: number;
  readonly lastSeen: Date | undefined;
}

const FEWEST_JUDGED = 5;

/** How the rules fare, as far as the transaction's actor may see. Rules without alerts are absent. */
export async function ruleStatistics(
  tx: Tx,
  now: Date,
  ruleIds?: readonly string[],
  tenant?: string,
): Promise<ReadonlyMap<string, RuleStatistics>> {
  const result = await sql<{ rule_id: string; day: number; judged: number; wrong: number; month: number; last: Date }>`
    select rule_id, (count(*) filter (where last_seen >= ${new Date(now.getTime() - 86_400_000)}))::int as day,
      (count(*) filter (where verdict is not null))::int as judged, (count(*) filter (where verdict = 'false'))::int as wrong,
      coalesce(sum(count) filter (where last_seen >= ${new Date(now.getTime() - 30 * 86_400_000)}), 0)::float8 as month, max(last_seen) as last
    from soc_alert where last_seen >= ${new Date(now.getTime() - 90 * 86_400_000)}
      and (${ruleIds === undefined} or rule_id = any(${ruleIds ?? []}::text[]))
      and (${tenant === undefined} or tenant = ${tenant ?? ''} or tenant ^@ ${`${tenant ?? ''}.`}) group by rule_id`.execute(
    tx,
  );
  return new Map(
    result.rows.map(({ rule_id, day, judged, wrong, month, last }) => [
      rule_id,
      {
        alerts24h: day,
        judged,
        hits30d: month,
        lastSeen: last,
        falsePositiveRate: judged < FEWEST_JUDGED ? null : Math.round((1000 * wrong) / judged) / 10,
      },
    ]),
  );
}
