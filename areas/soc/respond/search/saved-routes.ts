import { parseQuery } from '@xinglin/platform/events';
import { defineRoute } from '@xinglin/platform/http';
import type { Platform, RouteSpec } from '@xinglin/platform/http';
import { XinglinError, newId } from '@xinglin/platform/kernel';
import { z } from 'zod';
import { iso, requireScope } from '../context/query.ts';
import '../errors.ts';

const MOST_SAVED = 200;
const Saved = z.object({
  id: z.string(),
  tenant: z.string(),
  name: z.string(),
  query: z.string(),
  range: z.string(),
  shared: z.boolean(),
  mine: z.boolean(),
  createdAt: z.iso.datetime({ offset: true }),
});
const SavedBody = z.object({
  name: z.string().trim().min(1).max(100),
  query: z.string().max(10_000),
  /** `15m`, `24h`, `7d` … or `2026-01-01T00:00:00Z/2026-01-02T00:00:00Z`. */
  range: z
    .string()
    .regex(/^(\d{1,4}[mhdw]|\S{1,40}\/\S{1,40})$/)
    .default('24h'),
  /** Everyone whose scope covers the institution sees it. */
  shared: z.boolean().default(false),
  tenant: z.string().max(200).optional(),
});

/** Searches kept by name: one's own, and those shared in an institution one can see. */
export function savedSearchRoutes(platform: Pick<Platform, 'state' | 'now'>): RouteSpec[] {
  const { state, now } = platform;
  return [
    defineRoute({
      method: 'get',
      path: '/searches',
      summary: 'Saved searches: own and shared',
      tag: 'events',
      permission: 'event:read',
      response: z.object({ items: z.array(Saved), total: z.number().int() }),
      handler: ({ actor }) =>
        state.read(actor, 'event:read', async (tx) => {
          const rows = await tx
            .selectFrom('soc_saved_search')
            .selectAll()
            .where((eb) => eb.or([eb('owner_id', '=', actor.id), eb('shared', '=', true)]))
            .orderBy('name')
            .orderBy('id')
            .limit(1000)
            .execute();
          const items = rows.map(({ id, tenant, name, query, range, shared, owner_id, created_at }) => ({
            id,
            tenant,
            name,
            query,
            range,
            shared,
            mine: owner_id === actor.id,
            createdAt: iso(created_at),
          }));
          return { items, total: items.length };
        }),
    }),
    defineRoute({
      method: 'post',
      path: '/searches',
      summary: 'Save a search',
      tag: 'events',
      permission: 'event:read',
      body: SavedBody,
      response: z.object({ id: z.string() }),
      status: 201,
      handler: async ({ actor, body }) => {
        parseQuery(body.query);
        const tenant = body.tenant ?? actor.tenant;
        requireScope(actor, tenant);
        const id = newId();
        await state.write(actor, 'event:read', async (tx, audit) => {
          const { count } = await tx
            .selectFrom('soc_saved_search')
            .select((eb) => eb.fn.countAll<number>().as('count'))
            .where('owner_id', '=', actor.id)
            .executeTakeFirstOrThrow();
          if (count >= MOST_SAVED) throw new XinglinError('soc.search_limit', { limit: MOST_SAVED });
          const { name, query, range, shared } = body;
          await tx
            .insertInto('soc_saved_search')
            .values({ id, tenant, owner_id: actor.id, name, query, range, shared, created_at: now() })
            .execute();
          await audit({
            action: 'search.save',
            tenant,
            objectType: 'search',
            objectId: id,
            summary: name,
            after: { query, range, shared },
          });
        });
        return { id };
      },
    }),
    defineRoute({
      method: 'delete',
      path: '/searches/{id}',
      summary: 'Delete one of your saved searches',
      tag: 'events',
      permission: 'event:read',
      params: z.object({ id: z.string().max(40) }),
      status: 204,
      handler: async ({ actor, params }) => {
        await state.write(actor, 'event:read', async (tx, audit) => {
          const row = await tx
            .deleteFrom('soc_saved_search')
            .where('id', '=', params.id)
            .where('owner_id', '=', actor.id)
            .returning(['tenant', 'name'])
            .executeTakeFirst();
          if (row === undefined) throw new XinglinError('resource.not_found', { what: 'search', id: params.id });
          await audit({
            action: 'search.delete',
            tenant: row.tenant,
            objectType: 'search',
            objectId: params.id,
            summary: row.name,
          });
        });
        return {};
      },
    }),
  ];
}
