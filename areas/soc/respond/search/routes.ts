import { covers, inScope } from '@xinglin/platform/access';
import type { Actor } from '@xinglin/platform/access';
import { eventById, exportEvents, fieldStats, histogram, parseQuery, searchEvents } from '@xinglin/platform/events';
import type { EventQuery, StoredEvent } from '@xinglin/platform/events';
import { defineRoute } from '@xinglin/platform/http';
import type { Platform, RouteSpec } from '@xinglin/platform/http';
import { XinglinError } from '@xinglin/platform/kernel';
import { z } from 'zod';
import { EventRecord } from '../../contract.ts';
import { first, valuesOf } from '../context/entities.ts';

const DAY_MS = 86_400_000;
const TIMEOUT_MS = 30_000;
const MOST_EXPORTED = 1_000_000;

const Time = z.iso.datetime({ offset: true });
const Range = z.object({
  query: z.string().max(10_000).default(''),
  /** Event time; default the last 24 hours. */
  from: Time.optional(),
  to: Time.optional(),
  /** Only this institution and what lies below it. */
  tenant: z.string().max(200).optional(),
});
const SearchBody = Range.extend({
  limit: z.number().int().min(1).max(1000).default(100),
  cursor: z.string().max(200).optional(),
  order: z.enum(['desc', 'asc']).default('desc'),
});
const SearchAnswer = z.object({
  items: z.array(EventRecord),
  /** Events that match in the whole range; null on later pages and when counting took too long. */
  total: z.number().nullable(),
  next: z.string().optional(),
  tookMs: z.number(),
});
const HistogramBody = Range.extend({
  by: z.enum(['dataset', 'severity', 'none']).default('none'),
  buckets: z.number().int().min(1).max(500).default(60),
});
const HistogramAnswer = z.object({
  intervalMs: z.number(),
  total: z.number(),
  buckets: z.array(z.object({ at: Time, count: z.number(), series: z.record(z.string(), z.number()) })),
  tookMs: z.number(),
});
const FieldsBody = Range.extend({
  fields: z.array(z.string().min(1).max(200)).min(1).max(20),
  top: z.number().int().min(1).max(100).default(10),
});
const FieldsAnswer = z.object({
  items: z.array(
    z.object({
      field: z.string(),
      present: z.number(),
      cardinality: z.number(),
      top: z.array(z.object({ value: z.string(), count: z.number() })),
    }),
  ),
  tookMs: z.number(),
});
const ExportBody = Range.extend({
  format: z.enum(['csv', 'ndjson']),
  order: z.enum(['desc', 'asc']).default('desc'),
  limit: z.number().int().min(1).max(MOST_EXPORTED).default(100_000),
});

type Range = z.output<typeof Range>;

/** The actor's subtrees that lie in the institution asked for, or the institution itself; nothing when they do not meet. */
export function searchScopes(actor: Actor, tenant: string | undefined): readonly string[] {
  if (tenant === undefined || tenant === '') return actor.scopes;
  if (inScope(actor, tenant)) return [tenant];
  return actor.scopes.filter((scope) => covers(tenant, scope));
}

export function eventRecord({ id, tenant, event }: StoredEvent): z.input<typeof EventRecord> {
  const { 'event.original': raw, message, ...fields } = event;
  return {
    id,
    ts: first(event['@timestamp']) ?? new Date(0).toISOString(),
    tenant,
    source: first(event['xinglin.source']) ?? '',
    dataset: first(event['event.dataset']) ?? '',
    rules: valuesOf(event['xinglin.rules']),
    fields,
    message: first(message) ?? '',
    raw: first(raw) ?? '',
  };
}

export function eventRoutes(platform: Pick<Platform, 'state' | 'events' | 'now'>): RouteSpec[] {
  const { state, events, now } = platform;

  function queryOf({ query, from, to }: Range, signal: AbortSignal): EventQuery & { timeoutMs: number } {
    // A minute beyond now: clocks of devices run ahead.
    const end = to === undefined ? new Date(now().getTime() + 60_000) : new Date(to);
    const start = from === undefined ? new Date(end.getTime() - DAY_MS) : new Date(from);
    if (start >= end) throw new XinglinError('request.invalid', { reason: 'from ≥ to' });
    // Said before the store is asked, so that a mistake in the query is never taken for a failure of the store.
    parseQuery(query);
    return { query, from: start, to: end, timeoutMs: TIMEOUT_MS, signal };
  }

  return [
    defineRoute({
      method: 'post',
      path: '/events/search',
      summary: 'Events by query, newest first: field:value, ranges, wildcards, free text',
      tag: 'events',
      permission: 'event:read',
      body: SearchBody,
      response: SearchAnswer,
      handler: async ({ actor, body, request }) => {
        const began = performance.now();
        const scopes = searchScopes(actor, body.tenant);
        const query = queryOf(body, request.signal);
        const { limit, order, cursor } = body;
        const counting =
          cursor === undefined
            ? histogram(events, scopes, { ...query, buckets: 1, by: 'none' }).then(
                ({ total }) => total,
                () => null,
              )
            : Promise.resolve(null);
        const [page, total] = await Promise.all([
          searchEvents(events, scopes, { ...query, limit, order, ...(cursor !== undefined && { cursor }) }),
          counting,
        ]);
        const tookMs = Math.round(performance.now() - began);
        return {
          items: page.events.map(eventRecord),
          total,
          tookMs,
          ...(page.cursor !== undefined && { next: page.cursor }),
        };
      },
    }),
    defineRoute({
      method: 'post',
      path: '/events/histogram',
      summary: 'Number of matching events over time',
      tag: 'events',
      permission: 'event:read',
      body: HistogramBody,
      response: HistogramAnswer,
      handler: async ({ actor, body, request }) => {
        const began = performance.now();
        const { by, buckets } = body;
        const result = await histogram(events, searchScopes(actor, body.tenant), {
          ...queryOf(body, request.signal),
          by,
          buckets,
        });
        return {
          intervalMs: result.intervalMs,
          total: result.total,
          buckets: result.buckets.map((bucket) => ({ ...bucket, series: { ...bucket.series } })),
          tookMs: Math.round(performance.now() - began),
        };
      },
    }),
    defineRoute({
      method: 'post',
      path: '/events/fields',
      summary: 'Most frequent values of fields among the matching events',
      tag: 'events',
      permission: 'event:read',
      body: FieldsBody,
      response: FieldsAnswer,
      handler: async ({ actor, body, request }) => {
        const began = performance.now();
        const scopes = searchScopes(actor, body.tenant);
        const query = queryOf(body, request.signal);
        const items: z.input<typeof FieldsAnswer>['items'] = [];
        for (const field of new Set(body.fields)) {
          const { present, cardinality, top } = await fieldStats(events, scopes, { ...query, field, top: body.top });
          items.push({ field, present, cardinality, top: top.map((entry) => ({ ...entry })) });
        }
        return { items, tookMs: Math.round(performance.now() - began) };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/events/{id}',
      summary: 'One event, with its original text',
      tag: 'events',
      permission: 'event:read',
      params: z.object({ id: z.string().max(40) }),
      response: EventRecord,
      handler: async ({ actor, params }) => {
        const event = await eventById(events, actor.scopes, params.id);
        if (event === undefined) throw new XinglinError('resource.not_found', { what: 'event', id: params.id });
        return eventRecord(event);
      },
    }),
    defineRoute({
      method: 'post',
      path: '/events/export',
      summary: 'Matching events as CSV or NDJSON, streamed; recorded in the audit log',
      tag: 'events',
      permission: 'event:export',
      body: ExportBody,
      raw: 'text/csv',
      handler: async ({ actor, body, request }) => {
        const query = queryOf(body, request.signal);
        const { format, order, limit } = body;
        await state.write(actor, 'event:export', async (_tx, audit) => {
          await audit({
            action: 'event.export',
            tenant: body.tenant ?? actor.tenant,
            objectType: 'events',
            objectId: '',
            summary: body.query === '' ? '*' : body.query.slice(0, 500),
            after: {
              from: query.from.toISOString(),
              to: query.to.toISOString(),
              format,
              limit,
              tenant: body.tenant ?? null,
            },
          });
        });
        const text = exportEvents(events, searchScopes(actor, body.tenant), {
          ...query,
          format,
          order,
          maxRows: limit,
        });
        const stamp = now().toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
        return new Response(byteStream(text), {
          headers: {
            'content-type': format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson; charset=utf-8',
            'content-disposition': `attachment; filename="events-${stamp}.${format}"`,
            'cache-control': 'no-store',
          },
        });
      },
    }),
  ];
}

/** Text as it comes, one piece at a time: a slow reader slows the query down instead of filling memory. */
function byteStream(text: AsyncGenerator<string, void>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await text.next();
      if (done === true) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await text.return();
    },
  });
}
