import type { Counters } from '@xinglin/platform/counters';
import type { RouteConfig } from '../gateway/config.ts';
import type { Step } from './guard-types.ts';
import { harder } from './ladder.ts';
import type { PersonEntity } from './port.ts';

export interface QuotaResult {
  readonly step: Step;
  readonly codes: readonly string[];
}

/** Counts a request against the route's quotas in the store all instances share. Rejects when the store is away. */
export async function countQuotas(
  counters: Pick<Counters, 'add'>,
  route: RouteConfig,
  keys: Readonly<Partial<Record<PersonEntity, string | undefined>>>,
): Promise<QuotaResult> {
  let step: Step = 'allow';
  const codes: string[] = [];
  const counted = await Promise.all(
    route.quotas.map(async (quota) => {
      const key = keys[quota.per];
      if (key === undefined) return { quota, sum: 0 };
      return {
        quota,
        sum: await counters.add(
          `gw:quota:${route.match}:${quota.per}:${quota.seconds}:${key}`,
          1,
          quota.seconds * 1000,
        ),
      };
    }),
  );
  for (const { quota, sum } of counted) {
    if (sum <= quota.limit) continue;
    step = harder(step, quota.step);
    codes.push(`QUOTA_${quota.per.toUpperCase()}`);
  }
  return { step, codes };
}
