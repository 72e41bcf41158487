/** Hits of a back-test as the responder takes them. */
import type { EventStore } from '@xinglin/platform/events';
import type { Hit } from './hit.ts';
import type { KeptHit } from './rule-tables.ts';
import { loadEvents } from './stored-event.ts';

/** Events that the store no longer has are left out. */
export async function hitsOfBackTest(
  events: Pick<EventStore, 'query'>,
  ruleId: string,
  kept: readonly KeptHit[],
): Promise<Hit[]> {
  const ids = new Set(kept.flatMap(({ id, correlation }) => [id, ...(correlation?.events ?? [])]));
  const whole = await loadEvents(events, [...ids]);
  return kept.flatMap(({ id, tenant, source, correlation }): Hit[] => {
    const event = whole.get(id);
    if (event === undefined) return [];
    const base = { ...event, ruleId, tenant, sourceId: source };
    if (correlation === undefined) return [{ ...base, kind: 'rule' }];
    const { group, count, from, to } = correlation;
    const own = correlation.events.flatMap((one) => whole.get(one) ?? []);
    return [{ ...base, kind: 'correlation', correlation: { group, count, from, to, events: own } }];
  });
}
