import { defineRoute } from '@xinglin/platform/http';
import type { Platform, RouteSpec } from '@xinglin/platform/http';
import { covers, inScope } from '@xinglin/platform/access';
import { XinglinError } from '@xinglin/platform/kernel';
import { z } from 'zod';
import { Overview } from '../../contract.ts';
import { createEventTrend } from './event-trend.ts';
import { readOverview } from './read.ts';
import { createRemembered } from './remembered.ts';

const FRESH_MS = 2_000;
const Query = z.object({
  tenant: z.string().max(200).optional(),
  hours: z.coerce.number().int().min(1).max(720).default(24),
});

/** The overview, computed at most once in two seconds for all who may see the same. */
export function overviewRoutes(platform: Pick<Platform, 'state' | 'events' | 'now' | 'log'>): RouteSpec[] {
  const { state, events, now, log } = platform;
  const eventTrend = createEventTrend(events);
  const remembered = createRemembered<Overview>(FRESH_MS);

  return [
    defineRoute({
      method: 'get',
      path: '/overview',
      summary:
        'The situation of a region or an institution: totals, trend, top lists, institutions with live state, ranking',
      tag: 'overview',
      permission: 'overview:read',
      query: Query,
      response: Overview,
      handler: ({ actor, query }) => {
        const { tenant } = query;
        // Above the actor's scopes is fine (shows what lies within), beside them is not.
        const visible =
          tenant === undefined || inScope(actor, tenant) || actor.scopes.some((scope) => covers(tenant, scope));
        if (!visible) throw new XinglinError('resource.not_found', { what: 'institution', id: tenant });
        const time = now().getTime();
        const key = JSON.stringify([actor.scopes, actor.tenant, query.tenant ?? null, query.hours]);
        return remembered(key, time, () =>
          Promise.all([
            state.read(actor, 'overview:read', (tx) => readOverview(tx, actor, now(), query)),
            eventTrend(actor, now(), query).catch((error: unknown) => {
              log.warn({ err: error }, 'the event trend could not be read; the overview shows what arrived instead');
              return undefined;
            }),
          ]).then(([overview, happened]) =>
            happened === undefined
              ? overview
              : {
                  ...overview,
                  trend: overview.trend.map((point) => ({ ...point, events: happened.get(Date.parse(point.at)) ?? 0 })),
                },
          ),
        );
      },
    }),
  ];
}
