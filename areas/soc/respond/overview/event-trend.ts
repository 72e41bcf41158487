import { covers, inScope } from '@xinglin/platform/access';
import type { Actor } from '@xinglin/platform/access';
import type { EventStore } from '@xinglin/platform/events';
import { trendOf } from './interval.ts';
import { createRemembered } from './remembered.ts';

/** Slower than the rest of the overview: a day's curve does not change in seconds, and the count reads the event store. */
const FRESH_MS = 20_000;

export type EventTrend = (
  actor: Actor,
  now: Date,
  query: { tenant?: string | undefined; hours: number },
) => Promise<ReadonlyMap<number, number>>;

/**
 * Events by when they happened (not by when they arrived: a collector that comes back after an outage would draw a spike), as beginning
 * of the point in epoch milliseconds → count. When the store does not answer, nothing is told and the caller keeps what it has.
 */
export function createEventTrend(events: Pick<EventStore, 'query'>): EventTrend {
  const remembered = createRemembered<ReadonlyMap<number, number>>(FRESH_MS);

  async function read(scopes: readonly string[], now: Date, hours: number): Promise<ReadonlyMap<number, number>> {
    const { widthMs, points } = trendOf(now, hours);
    const rows = await events.query<{ at: string; n: string }>(
      scopes,
      `SELECT intDiv(toUnixTimestamp64Milli(ts), {width:Int64}) * {width:Int64} AS at, count() AS n FROM events
       WHERE ts >= fromUnixTimestamp64Milli({from:Int64}) AND ts < fromUnixTimestamp64Milli({to:Int64}) GROUP BY at`,
      { width: widthMs, from: points[0] ?? now.getTime(), to: (points.at(-1) ?? now.getTime()) + widthMs },
      { timeoutMs: 10_000 },
    );
    return new Map(rows.map((row) => [Number(row.at), Number(row.n)]));
  }

  return (actor, now, { tenant, hours }) => {
    const scopes =
      tenant === undefined
        ? actor.scopes
        : inScope(actor, tenant)
          ? [tenant]
          : actor.scopes.filter((scope) => covers(tenant, scope));
    return remembered(JSON.stringify([scopes, hours]), now.getTime(), () => read(scopes, now, hours));
  };
}
